package org.memlora.operators.extraction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativeDatesTest {

    /* 2023-05-25 is a Thursday, 2024-01-01 a Monday, 2023-12-31 a Sunday, 2024-02-29 a Thursday. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2023-05-25 | we met yesterday                     | we met on 2023-05-24
            2024-01-01 | we met yesterday                     | we met on 2023-12-31
            2024-03-01 | we met yesterday                     | we met on 2024-02-29
            2023-12-31 | I fly tomorrow                       | I fly on 2024-01-01
            2023-05-25 | the day before yesterday I ran       | on 2023-05-23 I ran
            2023-12-30 | the day after tomorrow I run         | on 2024-01-01 I run
            2023-05-25 | I ran this morning                   | I ran on 2023-05-25
            2024-01-01 | I slept badly last night             | I slept badly on 2023-12-31
            2023-05-25 | I cook tonight                       | I cook on 2023-05-25
            2023-05-25 | we met last Friday                   | we met on 2023-05-19
            2023-05-26 | we met last Friday                   | we met on 2023-05-19
            2023-05-27 | we met last Friday                   | we met on 2023-05-26
            2024-01-01 | we met on last Sunday                | we met on 2023-12-31
            2023-12-31 | see you next Monday                  | see you on 2024-01-01
            2024-01-01 | see you next Monday                  | see you on 2024-01-08
            2023-05-26 | see you this Friday                  | see you on 2023-05-26
            2023-05-25 | I moved 3 days ago                   | I moved on 2023-05-22
            2024-01-02 | I moved three days ago               | I moved on 2023-12-30
            2023-05-25 | I moved two weeks ago                | I moved around 2023-05-11
            2024-01-31 | I moved two months ago               | I moved in November 2023
            2024-02-29 | I moved a year ago                   | I moved in 2023
            2023-05-25 | I moved a few years ago              | I moved around 2020
            2023-05-25 | I leave in two weeks                 | I leave around 2023-06-08
            2023-05-25 | I have never been, I leave in two weeks | I have never been, I leave around 2023-06-08
            2023-12-30 | I leave in 3 days                    | I leave on 2024-01-02
            2023-12-15 | I leave next month                   | I leave in January 2024
            2024-01-15 | I left last month                    | I left in December 2023
            2023-05-25 | I left last week                     | I left in the week of 2023-05-15
            2024-01-01 | I left last week                     | I left in the week of 2023-12-25
            2024-01-01 | I left last year                     | I left in 2023
            2023-12-31 | I leave next year                    | I leave in 2024
            2023-05-25 | We camped last weekend               | We camped on the weekend of 2023-05-20
            2023-05-25 | I wait for next month                | I wait for June 2023
            2023-05-25 | LAST FRIDAY we met                   | on 2023-05-19 we met
            2023-05-25 | we met last Tues.                    | we met on 2023-05-23.
            2023-05-25 | we met last Thurs, remember?         | we met on 2023-05-18, remember?
            2023-05-26 | see you next Wed                     | see you on 2023-05-31
            2023-05-25 | I love this sun                      | I love this sun
            2023-05-25 | the last Sunny day                   | the last Sunny day
            """)
    void shouldResolveAgainstTheDayItWasSaid(LocalDate day, String said, String expected) {
        assertThat(RelativeDates.resolve(said, day)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Haven't talked in a few days.
            I haven’t seen her in two years
            She has never called in three weeks
            It's the first time in five years
            We met twice in two days
            She moved here twenty-five years ago
            We met twenty one days ago
            That was one hundred and two years ago
            I ran 2-3 days ago
            It was 1.5 years ago
            It was 10,000 years ago
            It was two or three weeks ago
            I slept badly over the last month
            I will be busy for the next week
            I met her in 2019 at the lake
            Nobody knows the day
            I'm lasting weeks
            """)
    void shouldLeaveWhatIsNoSingleDay(String said) {
        assertThat(RelativeDates.resolve(said, LocalDate.parse("2023-05-25"))).isEqualTo(said);
    }

    @Test
    void shouldFindTheFirstDayThatExists() {
        assertThat(RelativeDates.dayIn("not 2023-02-30 but 2024-02-29")).contains(LocalDate.parse("2024-02-29"));
        assertThat(RelativeDates.dayIn("in May 2023")).isEmpty();
    }
}
