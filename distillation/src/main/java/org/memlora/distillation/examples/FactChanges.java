package org.memlora.distillation.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * New facts made from a fact "Name verb ...": the same said otherwise, a value changed, the fact taken back, another person.
 * Our own templates; what they can't change is left out. Facts are English, one sentence.
 */
final class FactChanges {
    private static final String LIKES = "enjoys|likes|loves|adores|is passionate about|is interested in|is a fan of|is fond of|is into|prefers";
    private static final String PLANS = "plans to|is planning to|wants to|hopes to|intends to|is going to|would like to|is thinking of|is considering";
    private static final String HAS = "has|owns|keeps";
    private static final String WORKS = "works|volunteers|teaches|studies|lives|trains|plays|practices|runs|writes|attends|helps|uses|takes|believes|thinks|feels";

    private static final Pattern LIKED = Pattern.compile("^(\\w+) (?:really |still |also )?(" + LIKES + ") (.+?)\\.?$");
    private static final Pattern PLANNED = Pattern.compile("^(\\w+) (?:really |still |also )?(" + PLANS + ") (.+?)\\.?$");
    private static final Pattern POSSESSED = Pattern.compile("^(\\w+) (?:still |also )?(" + HAS + ") (an? |the |two |three |four |some |his |her |several |many )(.+?)\\.?$");
    private static final Pattern DOES = Pattern.compile("^(\\w+) (?:still |also )?(" + WORKS + ") (.+?)\\.?$");
    private static final Pattern IS_DOING = Pattern.compile("^(\\w+) (?:is|has been) (?:currently |now )?(\\w+ing) (.+?)\\.?$");
    private static final Pattern IS = Pattern.compile("^(\\w+) is (?!going|planning|thinking|considering)(an? |the |\\w+ed |\\w+ful |\\w+ous )(.+?)\\.?$");

    private static final List<String> NOT_LIKED = List.of("%s no longer %s %s.", "%s doesn't care for %3$s any more.", "%s has lost all interest in %3$s.",
            "%s now dislikes %3$s.", "%s can't stand %3$s any longer.", "%s is tired of %3$s.", "%s has gone off %3$s.", "%s says that %3$s means nothing to them now.");
    private static final List<String> NOT_PLANNED = List.of("%s has given up the plan to %s.", "%s decided not to %s after all.", "%s no longer wants to %s.",
            "%s dropped the idea to %s.", "%s cancelled the plan to %s.", "%s won't %s after all.", "%s is not going to %s any more.");
    private static final List<String> NOT_POSSESSED = List.of("%s no longer has %s.", "%s gave away %s.", "%s sold %s.", "%s doesn't have %s any more.",
            "%s lost %s.", "%s got rid of %s.", "%s had to part with %s.");
    private static final List<String> NOT_DONE = List.of("%s no longer %s %s.", "%s stopped: %1$s now never %2$s %3$s.", "It is no longer true that %s %s %s.",
            "%s used to, but now no longer %2$s %3$s.", "These days it is not the case that %s %s %s.");
    private static final List<String> NOT_DOING = List.of("%s stopped %s %s.", "%s is no longer %s %s.", "%s gave up %s %s.", "%s quit %s %s.",
            "%s isn't %s %s any more.", "%s has finished with %s %s.");
    private static final List<String> NOT_BEING = List.of("%s is no longer %s%s.", "%s is not %s%s any more.", "%s stopped being %s%s.", "%s has ceased to be %s%s.");

    /** Words and phrases that mean the same; the first ones of a row in training, the last ones held out ({@link Wording}). */
    private static final List<List<String>> SAME = rows("""
            enjoys|likes|loves|takes pleasure in|is keen on|is fond of
            plans to|intends to|is planning to|is going to|means to
            wants to|would like to|hopes to|wishes to|is eager to
            started|began|took up|set out on
            bought|purchased|got|acquired
            attended|went to|took part in|participated in|was at
            visited|went to see|took a trip to|paid a visit to
            created|made|produced|put together
            received|got|was given|was awarded
            recommended|suggested|advised|proposed
            thinks|believes|feels|is of the opinion
            considers|sees|regards|looks on
            is excited about|is looking forward to|can't wait for|is thrilled about
            mentioned|said|stated|remarked
            appreciates|values|is grateful for|is thankful for
            helps|supports|assists|aids
            works as|has a job as|is employed as|earns a living as
            lives in|resides in|has a home in|is based in
            recently|lately|not long ago|the other day
            movies|films|motion pictures
            movie|film|motion picture
            kids|children|little ones
            photo|picture|snapshot|image
            amazing|wonderful|great|fantastic|marvellous
            difficult|hard|tough|demanding
            happy|glad|pleased|delighted
            many|a lot of|plenty of|numerous
            favorite|most loved|preferred|best-loved
            mom|mother|mum
            dad|father|pop
            friends|pals|mates|companions
            trip|journey|voyage|outing
            finished|completed|ended|wrapped up
            is proud of|takes pride in|feels pride in
            inspired|motivated|encouraged|moved
            relax|unwind|rest|wind down
            peaceful|calm|quiet|tranquil
            """);
    private static final List<String> SAME_FRAMES = List.of("As said before, %s.", "%s, that is.", "Once more: %s.", "It was mentioned that %s.", "To repeat: %s.", "It came up again that %s.");

    /** Things of one kind, to change a value. */
    private static final List<List<String>> KINDS = rows("""
            two|three|four|five|six|seven|eight|nine|ten
            red|blue|green|yellow|purple|black|white|orange|pink|brown
            Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday
            January|February|March|April|May|June|July|August|September|October|November|December
            dog|cat|parrot|rabbit|hamster|turtle|horse
            dogs|cats|parrots|rabbits|hamsters|turtles|horses
            piano|guitar|violin|drums|flute|clarinet|trumpet
            running|swimming|cycling|hiking|yoga|climbing|skiing|dancing|boxing|surfing
            painting|pottery|photography|drawing|knitting|sculpture|woodwork
            basketball|football|tennis|volleyball|baseball|hockey|badminton|golf
            pizza|sushi|pasta|tacos|curry|burgers|salad|ramen
            teacher|nurse|engineer|lawyer|chef|accountant|designer|counselor|librarian
            Paris|London|Rome|Tokyo|New York|Boston|Chicago|Seattle|Barcelona|Toronto|Berlin
            Canada|Spain|Italy|Japan|France|Ireland|England|Greece|Norway|Sweden|Brazil
            beach|mountains|forest|lake|desert
            brother|sister|cousin|aunt|uncle|mother|father|grandmother
            book|movie|song|game|painting
            fantasy|romance|science fiction|mystery|horror|history|poetry
            morning|afternoon|evening|night
            daily|weekly|monthly|yearly
            bakery|restaurant|bookstore|studio|gym|shop|cafe
            chocolate|vanilla|strawberry|coconut|caramel
            """);
    /** No part of a date, a time of day or a fraction. */
    private static final Pattern NUMBER = Pattern.compile("(?<![-:./\\d])\\b([2-9]|[1-9]\\d{1,2})\\b(?![-:/\\d]|\\.\\d)");
    private static final Pattern DAY = Pattern.compile("\\b(\\d{4}-\\d{2}-)(\\d{2})\\b");
    private static final Pattern DETAIL = Pattern.compile("^(\\S+(?: \\S+){4,}?)(,? (?:and|because|for|with|to help|as|which|who|where|while|by|after|in order to|due to) .{12,})\\.$");

    private final Wording wording;
    private final SplittableRandom random;

    FactChanges(Wording wording, SplittableRandom random) {
        this.wording = wording;
        this.random = random;
    }

    /** True for what holds until it changes (has, likes, plans, is ...); false for what happened once. */
    static boolean isState(String fact) {
        return List.of(LIKED, PLANNED, POSSESSED, DOES, IS_DOING, IS).stream().anyMatch(pattern -> pattern.matcher(fact).matches())
                && !fact.matches(".*\\b(?:won|bought|went|visited|attended|finished|received|adopted|met|got)\\b.*");
    }

    /** True for what a person has several of: likes, pastimes, opinions. Another one is news beside the first. */
    static boolean isOneOfMany(String fact) {
        return LIKED.matcher(fact).matches() || DOES.matcher(fact).matches() && !fact.matches("^\\w+ (?:lives|works) .*");
    }

    /** The same in other words: synonyms, lists in another order, a frame. */
    Optional<String> restated(String fact) {
        String text = fact;
        List<List<String>> rows = new ArrayList<>(SAME);
        Collections.shuffle(rows, new Random(random.nextLong()));
        int changes = 0;
        for (List<String> row : rows) {
            Matcher matcher = anyOf(row).matcher(text);
            if (changes < 3 && matcher.find()) {
                String other = otherThan(matcher.group(), row);
                text = matcher.replaceFirst(Matcher.quoteReplacement(other));
                changes++;
            }
        }
        Matcher list = Pattern.compile("\\b(\\w+), (\\w+),? and (\\w+)\\b").matcher(text);
        if (list.find()) {
            text = list.replaceFirst("$3, $1, and $2");
            changes++;
        }
        if (changes == 0) {
            return Optional.empty();
        }
        if (changes == 1 && random.nextInt(3) == 0) {
            text = String.format(wording.choose(SAME_FRAMES, random), text.replaceFirst("\\.$", ""));
        }
        return Optional.of(text);
    }

    /** The fact without its last detail, e.g. without "because ..."; what is left says less. */
    static Optional<String> shortened(String fact) {
        Matcher matcher = DETAIL.matcher(fact);
        return matcher.matches() ? Optional.of(matcher.group(1).replaceFirst("[,;:]$", "") + ".") : Optional.empty();
    }

    /** The same with another number, day, colour, place ... */
    Optional<String> otherValue(String fact) {
        List<List<String>> rows = new ArrayList<>(KINDS);
        Collections.shuffle(rows, new Random(random.nextLong()));
        Matcher number = NUMBER.matcher(fact);
        if (number.find()) {
            int value = Integer.parseInt(number.group());
            return Optional.of(number.replaceFirst(String.valueOf(value + 1 + random.nextInt(Math.max(2, value)))));
        }
        for (List<String> row : rows) {
            Matcher matcher = anyOf(row).matcher(fact);
            if (matcher.find() && matcher.start() > 0) {
                String found = matcher.group();
                List<String> others = row.stream().filter(other -> !fact.contains(other)).toList();
                if (!others.isEmpty()) {
                    return Optional.of(fact.replaceAll("\\b" + Pattern.quote(found) + "\\b",
                            Matcher.quoteReplacement(others.get(random.nextInt(others.size())))));
                }
            }
        }
        Matcher day = DAY.matcher(fact);
        if (day.find()) {
            int other = 1 + (Integer.parseInt(day.group(2)) + 2 + random.nextInt(20)) % 28;
            return Optional.of(day.replaceFirst(day.group(1) + String.format("%02d", other)));
        }
        return Optional.empty();
    }

    /** A state that a person has one of at a time, with another value, as news: "now", "by now" ... Likes and pastimes add up instead. */
    Optional<String> changed(String fact) {
        return isState(fact) && !isOneOfMany(fact) ? otherValue(fact).map(text -> {
            String now = wording.choose(List.of("", "now ", "", "by now ", "meanwhile "), random);
            return text.replaceFirst("^(\\w+) ", "$1 " + now);
        }) : Optional.empty();
    }

    /** The opposite of a state: taken back, given up, sold. */
    Optional<String> retracted(String fact) {
        return apply(LIKED, NOT_LIKED, fact, m -> new Object[] {m.group(1), m.group(2), m.group(3)})
                .or(() -> apply(PLANNED, NOT_PLANNED, fact, m -> new Object[] {m.group(1), infinitive(m.group(2), m.group(3))}))
                .or(() -> apply(POSSESSED, NOT_POSSESSED, fact, m -> new Object[] {m.group(1), possession(m.group(3)) + m.group(4)}))
                .or(() -> apply(DOES, NOT_DONE, fact, m -> new Object[] {m.group(1), m.group(2), m.group(3)}))
                .or(() -> apply(IS_DOING, NOT_DOING, fact, m -> new Object[] {m.group(1), m.group(2), m.group(3)}))
                .or(() -> apply(IS, NOT_BEING, fact, m -> new Object[] {m.group(1), m.group(2), m.group(3)}));
    }

    /** The same about another person. */
    static Optional<String> otherPerson(String fact, String person, String other) {
        return fact.startsWith(person) && !fact.contains(other)
                ? Optional.of(fact.replaceAll("\\b" + Pattern.quote(person) + "\\b", Matcher.quoteReplacement(other))) : Optional.empty();
    }

    private Optional<String> apply(Pattern pattern, List<String> templates, String fact, Function<MatchResult, Object[]> parts) {
        Matcher matcher = pattern.matcher(fact);
        return matcher.matches() ? Optional.of(String.format(wording.choose(templates, random), parts.apply(matcher.toMatchResult()))) : Optional.empty();
    }

    private static String infinitive(String plan, String rest) {
        return plan.endsWith("of") || plan.endsWith("considering") ? "try " + rest : rest;
    }

    private static String possession(String determiner) {
        return determiner.startsWith("a") ? "the " : determiner;
    }

    private String otherThan(String found, List<String> row) {
        int heldOut = Math.max(1, row.size() / 3);
        List<String> choice = wording == Wording.TRAINING ? row.subList(0, row.size() - heldOut) : row.subList(row.size() - heldOut, row.size());
        List<String> others = choice.stream().filter(word -> !word.equals(found)).toList();
        return others.isEmpty() ? row.get(0) : others.get(random.nextInt(others.size()));
    }

    private static Pattern anyOf(List<String> words) {
        List<String> longestFirst = words.stream().sorted((a, b) -> b.length() - a.length()).map(Pattern::quote).toList();
        return Pattern.compile("\\b(?:" + String.join("|", longestFirst) + ")\\b");
    }

    private static List<List<String>> rows(String table) {
        return table.lines().map(line -> Arrays.asList(line.strip().split("\\|"))).toList();
    }
}
