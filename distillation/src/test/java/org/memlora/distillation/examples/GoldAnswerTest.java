package org.memlora.distillation.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldAnswerTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // one form for each day and month
        "May 7, 2023|7 May 2023", "on 7 May, 2023|7 May 2023", "7May, 2023.|7 May 2023", "October 13th, 2023|13 October 2023", "In September, 2022|September 2022", "in 2021|2021",
        "2023|2023", "early August, 2023|early August 2023", "The week before October 13th, 2023.|The week before 13 October 2023", "first week of May 2023|first week of May 2023",
        // a day of the week beside a date is a day: 15 July 2023 was a Saturday
        "The Friday before 15 July 2023|14 July 2023", "on the Friday before 21 June, 2023|16 June 2023", "Saturday after 27 January, 2023|28 January 2023", "The saturday before 15July, 2023.|8 July 2023",
        "the Friday before 31 February 2023|the Friday before 31 February 2023", "Friday nights|Friday nights", "the sun before 15 July 2023|the sun before 15 July 2023",
        // what explains an answer
        "No; she paints|No", "Yes, since she paints|Yes", "Yes since she paints|Yes", "books (e.g. novels)|books", "Washington D.C.|Washington D.C.", "Possibly because she paints|Possibly because she paints", "likely no, because she paints|likely no", "Possibly, because she paints|Possibly, because she paints", "since 2016|since 2016", "since May 2016|since May 2016", "painting since 2016|painting since 2016",
        "in Rome|in Rome",
        "in 2021 and 2022|in 2021 and 2022"})
    void isOneLineWithDatesInOneForm(String gold, String target) {
        assertThat(GoldAnswer.target(gold)).isEqualTo(target);
    }
}
