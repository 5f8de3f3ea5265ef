package org.memlora.distillation.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.memlora.operators.update.MemoryOperation;

/**
 * Facts of our own about things that a person has one of at a time (home, job, favourite dish, a plan's date ...), news that repeat,
 * change, end or leave them as they are, and questions about what is now and what was before: what people's conversations hold rarely, and
 * a memory must get right.
 */
final class StateFacts {

    /**
     * @param known what the memory says
     * @param news the new fact
     */
    record Pair(String known, String news, MemoryOperation operation, String kind) { }

    /**
     * A thing that is otherwise now, and what can be asked about it.
     *
     * @param known what was said first
     * @param news what was said later and makes it otherwise, one fact or two
     * @param other a fact that sounds like it and changes nothing
     */
    record Change(String known, List<String> news, String other, String askedNow, String now, String askedBefore, String before) { }

    /**
     * Wordings of one attribute, a row each; {1} the name, {2} the value known, {3} another value.
     *
     * @param now questions about what is; empty where none are asked
     * @param before questions about what was
     */
    private record Attribute(List<String> known, List<String> same, List<String> changed, List<String> ended, List<String> other, List<String> values,
            List<String> now, List<String> before) {

        String anyKnown(SplittableRandom random) {
            return known.get(random.nextInt(known.size()));
        }

        String anyValue(SplittableRandom random) {
            return values.get(random.nextInt(values.size()));
        }

        /** The same where there is no other. */
        String valueOtherThan(String old, SplittableRandom random) {
            List<String> others = values.stream().filter(value -> !value.equals(old)).toList();
            return others.isEmpty() ? old : others.get(random.nextInt(others.size()));
        }
    }

    private static final List<Attribute> ATTRIBUTES = Arrays.stream("""
            {1} lives in {2}.|{1} has a flat in {2}.|{1}'s home is in {2}.
            {1} is living in {2}.|{1} still lives in {2}.|{1} calls {2} home.|{1} resides in {2}.
            {1} moved to {3}.|{1} now lives in {3}.|{1} has settled in {3}.|{1} found a new home in {3}.|{1} left for {3} and lives there now.|{1} relocated to {3}.
            {1} doesn't live in {2} any more.|{1} moved away from {2}.|{1} has left {2} for good.|{1} gave up the place in {2}.
            {1} spent a weekend in {3}.|{1} has a friend who lives in {3}.|{1} likes the parks of {2}.|{1} saw a concert in {2}.
            Lisbon|Hamburg|Denver|Oslo|Lyon|Austin|Leeds|Porto|Malmo|Dublin
            Where does {1} live now?|Where does {1} live?|In which city does {1} live?|Where is {1} living these days?|Where is {1}'s home now?|What city is {1}'s home at present?
            Where did {1} live before {3}?|Where did {1} live before?|In which city did {1} live earlier?|Where was {1}'s former home?
            ;{1} works as a {2}.|{1} is a {2}.|{1} has a job as a {2}.
            {1} is working as a {2}.|{1}'s job is {2}.|{1} earns a living as a {2}.|{1} is a {2} by profession.
            {1} changed jobs and is a {3} now.|{1} now works as a {3}.|{1} started a new job as a {3}.|{1} was hired as a {3}.|{1} switched careers to become a {3}.|{1} left the old profession and is a {3} today.
            {1} no longer works as a {2}.|{1} quit the job as a {2}.|{1} was laid off as a {2}.|{1} retired from being a {2}.
            {1}'s sister works as a {2}.|{1} met a {3} at a party.|{1} once wanted to be a {3} as a child.|{1} has a meeting with a {3} next to the office.
            nurse|carpenter|teacher|baker|lawyer|gardener|plumber|chemist|waiter|pilot
            What does {1} do for work now?|What is {1}'s job?|What is {1}'s job now?|What does {1} work as?|What is {1}'s present profession?|What does {1} do for a living these days?
            What did {1} work as before becoming a {3}?|What was {1}'s job before?|What did {1} work as earlier?|What was {1}'s former profession?
            ;{1} has {2} cats.|{1} owns {2} cats.|{1} lives with {2} cats.
            {1} has {2} cats at home.|{1} is the owner of {2} cats.|There are {2} cats in {1}'s home.|{1} keeps {2} cats.
            {1} has {3} cats now.|{1} owns {3} cats these days.|{1}'s cats are {3} by now.|{1} now keeps {3} cats.|{1} counts {3} cats at home by now.
            {1} no longer has any cats.|{1} gave all cats away.|{1} has no cats any more.|{1} found a new home for all the cats.
            {1} has {3} fish tanks.|{1} took {2} photos of the neighbour's cat.|{1} watched a film about cats.|{1} bought food for the cats.
            two|three|four|five|six|seven
            How many cats does {1} have now?|How many cats does {1} have?|How many cats does {1} own?|How many cats live with {1} these days?
            How many cats did {1} have before?|How many cats did {1} have at first?|How many cats did {1} own earlier?
            ;{1} loves {2}.|{1} really enjoys {2}.|{1}'s favourite food is {2}.
            {1} likes {2} a lot.|{1} is very fond of {2}.|{1} can't get enough of {2}.|{1} is crazy about {2}.
            {1}'s favourite food is {3} now, not {2}.|{1} now prefers {3} to {2}.|{1} replaced {2} by {3} as the favourite.|{1} likes {3} better than {2} these days.
            {1} hates {2}.|{1} doesn't like {2} any more.|{1} can't stand {2} now.|{1} has gone off {2}.|{1} dislikes {2} these days.|{1} never wants to eat {2} again.
            {1} cooked {3} for friends.|{1}'s brother loves {2}.|{1} ordered {3} at the new place.|{1} learnt to make {2} from a book.
            Chinese food|sushi|lasagna|spicy curry|pancakes|oysters|falafel|goulash
            What is {1}'s favourite food now?|What is {1}'s favourite food?|What food does {1} like best now?|Which food does {1} prefer these days?
            What was {1}'s favourite food before?|What food did {1} like best before?|Which food did {1} prefer earlier?
            ;{1} is learning {2}.|{1} takes lessons in {2}.|{1} studies {2}.
            {1} is taking {2} lessons.|{1} is studying {2}.|{1} keeps learning {2}.|{1} goes to a {2} course.
            {1} switched from {2} to {3}.|{1} is learning {3} now instead of {2}.|{1} changed the course and takes {3} now.|{1} swapped the {2} lessons for {3} ones.
            {1} gave up learning {2}.|{1} stopped the {2} lessons.|{1} quit the {2} course.|{1} no longer studies {2}.|{1} dropped {2} altogether.
            {1}'s neighbour speaks {3}.|{1} bought a dictionary of {2}.|{1} heard a song in {3}.|{1} met someone who teaches {2}.
            Spanish|Italian|Japanese|Korean|Turkish|Greek|Polish
            What language is {1} learning now?|Which language is {1} learning?|Which language does {1} study?|What language does {1} take lessons in these days?
            What language did {1} learn before {3}?|Which language did {1} learn before?|Which language did {1} study at first?|What language did {1} take lessons in earlier?
            ;{1} is married to {2}.|{1}'s partner is {2}.|{1} and {2} are a couple.
            {1} is together with {2}.|{1} has {2} as a partner.|{2} is {1}'s partner.|{1} shares a life with {2}.
            {1} is with {3} now.|{1}'s new partner is {3}.|{1} left {2} for {3}.|{1} and {3} are a couple now.
            {1} and {2} split up.|{1} is no longer with {2}.|{1} and {2} are divorced.|{1} broke up with {2}.
            {1} had dinner with {2}.|{1} and {3} work together.|{1} called {2} about the groceries.|{1} met {3} at school.
            Robin|Dana|Luca|Mira|Noel|Ida|Pavel|Tess
            Who is {1}'s partner now?|Who is {1}'s partner?|Who is {1} together with now?|Who shares {1}'s life these days?
            Who was {1}'s partner before {3}?|Who was {1}'s partner before?|Who was {1} together with earlier?|Who is {1}'s former partner?
            ;{1} plans to travel to the coast on {2}.|{1} is going to the coast on {2}.|{1} has booked a trip to the coast for {2}.
            {1} will travel to the coast on {2}.|{1}'s trip to the coast is on {2}.|{1} sets off for the coast on {2}.|{1} leaves for the coast on {2}.
            {1} moved the trip to the coast to {3}.|{1}'s trip to the coast is on {3} now.|{1} postponed the journey to the coast until {3}.|{1} will travel to the coast on {3} instead.|{1} rebooked the coast trip for {3}.
            {1} cancelled the trip to the coast.|{1} won't go to the coast after all.|{1} called off the trip to the coast.|{1} dropped the plan to travel to the coast.
            {1} went to the museum on {3}.|{1} read a book about the coast.|{1} has a dentist's appointment on {3}.|{1} packed for the trip to the coast.
            2024-06-03|2024-07-19|2024-08-22|2024-09-14|2024-05-30|2024-10-11
            ;{1} drives a {2}.|{1} has a {2} car.|{1}'s car is a {2}.
            {1} owns a {2}.|{1} goes by {2}.|{1} gets around in a {2}.|The car that {1} drives is a {2}.
            {1} traded the {2} for a {3}.|{1} drives a {3} now.|{1} bought a {3} in place of the {2}.|{1}'s new car is a {3}.|{1} replaced the old car by a {3}.
            {1} sold the {2}.|{1} no longer has the {2}.|{1} gave up the {2}.|{1} had to scrap the {2}.
            {1} rented a {3} for a day.|{1} washed a neighbour's {2}.|{1}'s uncle drives a {3}.|{1} saw a {3} at a fair.
            Fiat|Volvo|Toyota|Skoda|Honda|Jeep
            What car does {1} drive now?|What car does {1} have?|Which car does {1} drive?|What is {1}'s car these days?
            What car did {1} drive before?|What car did {1} have before the {3}?|Which car did {1} own earlier?
            ;{1} goes to bed at {2}.|{1} usually goes to sleep at {2}.
            {1}'s bedtime is {2}.|{1} normally goes to bed at {2}.|{1} turns in at {2}.
            {1} goes to bed at {3} now.|{1}'s bedtime is {3} these days.|{1} now turns in at {3}.|{1} shifted bedtime to {3}.
            {1} has no fixed bedtime any more.|{1} no longer goes to bed at {2}.|{1} gave up the early bedtime.
            {1} gets up at {3}.|{1} bought a new bed.|{1} had tea at {2}.
            nine|ten|eleven|midnight
            When does {1} go to bed now?|When does {1} go to bed?|What is {1}'s bedtime?|At what time does {1} turn in these days?
            When did {1} go to bed before?|What was {1}'s bedtime before?|At what time did {1} turn in earlier?
            ;{1} is a vegetarian.|{1} eats no meat.
            {1} keeps to a vegetarian diet.|{1} doesn't eat meat.|{1} lives without meat.
            {1} became a vegan.|{1} now eats only plants.|{1} turned fully vegan.
            {1} is no vegetarian any more.|{1} started to eat meat again.|{1} gave up the vegetarian diet.|{1} eats meat these days.
            {1} cooked a vegetarian stew.|{1}'s cousin is a vegetarian.|{1} ate at a vegan place.
            meat|meat
            ;{1} plays {2} in a club.|{1} is a member of a {2} club.
            {1} belongs to a {2} club.|{1} trains with a {2} club.|{1} is in a club for {2}.
            {1} left {2} for {3} and joined that club.|{1} now plays {3} in a club instead of {2}.|{1} changed from the {2} club to a {3} one.
            {1} left the {2} club.|{1} no longer plays {2}.|{1} quit {2}.|{1} hung up {2} for good.
            {1} watched a {3} match on television.|{1}'s nephew plays {2}.|{1} bought tickets for {3}.
            tennis|handball|chess|hockey|badminton|rugby
            What does {1} play in a club now?|What does {1} play in a club?|Which game does {1} play in a club now?|What does {1} train in a club these days?
            What did {1} play in a club before {3}?|What did {1} play in a club before?|Which game did {1} play in a club earlier?
            ;{1} is allergic to {2}.|{1} has an allergy to {2}.
            {1} can't eat {2} because of an allergy.|{1} suffers from a {2} allergy.|{1} reacts to {2}.
            {1}'s allergy turned out to be to {3}, not {2}.|{1} is allergic to {3} and not to {2}, a test showed.|{1} can eat {2}; the allergy is to {3}.
            {1} got over the {2} allergy.|{1} is no longer allergic to {2}.|{1} has outgrown the allergy to {2}.
            {1}'s son is allergic to {2}.|{1} baked a cake with {3}.|{1} read about allergies.
            peanuts|shellfish|eggs|soy|strawberries
            What is {1} allergic to?|What is {1} allergic to now?|Which food is {1} allergic to?|To which food does {1} react these days?
            Which food did {1} avoid before?|Which food did {1} avoid at first?|What did {1} leave out for an allergy earlier?
            """.split("\n;")).map(StateFacts::attribute).toList();

    private StateFacts() { }

    /** One pair of each kind for each attribute. */
    static List<Pair> pairs(String name, String otherName, Wording wording, SplittableRandom random) {
        List<Pair> pairs = new ArrayList<>();
        for (Attribute attribute : ATTRIBUTES) {
            String old = attribute.anyValue(random);
            String now = attribute.valueOtherThan(old, random);
            String known = fill(attribute.anyKnown(random), name, old, now);
            pairs.add(new Pair(known, fill(wording.choose(attribute.same, random), name, old, now), MemoryOperation.NONE, "own-same"));
            pairs.add(new Pair(known, fill(wording.choose(attribute.changed, random), name, old, now), MemoryOperation.UPDATE, "own-changed"));
            pairs.add(new Pair(known, fill(wording.choose(attribute.ended, random), name, old, now), MemoryOperation.DELETE, "own-ended"));
            pairs.add(new Pair(known, fill(wording.choose(attribute.other, random), name, old, now), MemoryOperation.ADD, "own-other-thing"));
            List<List<String>> anyNews = List.of(attribute.same, attribute.changed, attribute.ended);
            pairs.add(new Pair(known, fill(wording.choose(anyNews.get(random.nextInt(anyNews.size())), random), otherName, old, now),
                    MemoryOperation.ADD, "own-other-person"));
        }
        return pairs;
    }

    /** One of each attribute that has questions. */
    static List<Change> changes(String name, Wording wording, SplittableRandom random) {
        List<Change> changes = new ArrayList<>();
        for (Attribute attribute : ATTRIBUTES) {
            if (!attribute.now.isEmpty()) {
                changes.add(change(attribute, name, wording, random));
            }
        }
        return changes;
    }

    private static Change change(Attribute attribute, String name, Wording wording, SplittableRandom random) {
        String old = attribute.anyValue(random);
        String now = attribute.valueOtherThan(old, random);
        String ended = wording.choose(attribute.ended, random);
        // "moved away from Leeds" and "has a flat in York": the two may come as two facts
        List<String> news = new ArrayList<>();
        if (ended.contains("{2}") && random.nextBoolean()) {
            news.add(fill(ended, name, old, now));
            news.add(fill(wording.choose(attribute.known, random), name, now, old));
        } else {
            news.add(fill(wording.choose(attribute.changed, random), name, old, now));
        }
        return new Change(fill(wording.choose(attribute.known, random), name, old, now), news,
                fill(wording.choose(attribute.other, random), name, old, now), fill(wording.choose(attribute.now, random), name, old, now), now,
                fill(wording.choose(attribute.before, random), name, old, now), old);
    }

    private static Attribute attribute(String block) {
        List<List<String>> rows = block.strip().lines().map(line -> Arrays.asList(line.strip().split("\\|"))).toList();
        return new Attribute(rows.get(0), rows.get(1), rows.get(2), rows.get(3), rows.get(4), rows.get(5),
                rows.size() > 6 ? rows.get(6) : List.of(), rows.size() > 6 ? rows.get(7) : List.of());
    }

    private static String fill(String template, String name, String old, String now) {
        return template.replace("{1}", name).replace("{2}", old).replace("{3}", now);
    }
}
