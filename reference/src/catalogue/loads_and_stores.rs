//! What loads and stores alone can do: the race, the lock variable, taking turns, Peterson, the bakery.

use harness::runner::WitnessKind::{
    DataRace, ExitWaits, Impossible, Livelock, LostUpdate, Miscounted, Missing, NeedsRemainder,
    OpenDoor, Overlap, Solo, Starvation, Stuck,
};
use harness::runner::{CounterSubject, Criterion, CriticalSectionSubject};

use super::expectation::{
    Both, Bypass, EITHER_WAY, Expectation, Expected, FAIR, LETS_ALL_IN, NOT_VISIBLE, STANDS_STILL,
    UNDEFINED, UNFAIR, UPHELD, always, not_violated, open, sequentially, weakly,
};
use super::table;

/// Others come at most twice in between: before the load and before the store.
const RACE_CONDITION: Expected =
    FAIR.mutual_exclusion(always(&[LostUpdate])).bypass(Bypass::Exactly(2));
const COUNTS: Expected = RACE_CONDITION.mutual_exclusion(UPHELD);
const MISCOUNTS: Expected = RACE_CONDITION
    .mutual_exclusion(always(&[Miscounted]))
    .progress(not_violated(NOTHING_DONE))
    .bounded_waiting(not_violated(NOTHING_DONE));
const NOTHING_DONE: &str = "increments that return have not done what they are for";
const MISSES: Expected = RACE_CONDITION.others(&[(Criterion::Prediction, always(&[Missing]))]);
const INVENTS: Expected = RACE_CONDITION.others(&[(Criterion::Prediction, always(&[Impossible]))]);

const LOCK_VARIABLE: Expected = UNFAIR.mutual_exclusion(always(&[Overlap]));
const TAKING_TURNS: Expected = FAIR.progress(always(&[NeedsRemainder]));

/// A lone process does not get in, but would if the other one asked: both kinds are right.
const NEEDS_HELP: Both = always(&[NeedsRemainder, Solo]);
/// The orderings are so weak that two can be inside. Everybody still gets in sooner or later, but not
/// within a number of entries that anything would bound.
const OVERLAPS_WEAKLY: Expected = FAIR.mutual_exclusion(weakly(EITHER_WAY)).bounded_waiting(
    sequentially(Expectation::NotViolated("without exclusion nothing bounds the bypass")),
);

table! {
    race_condition::RaceCondition: CounterSubject for [2, 3], measures RACE_CONDITION;
    flawed {
        at_least_increments: MISSES;
        at_least_nothing: INVENTS;
        at_least_one: INVENTS;
        at_least_processes: MISSES;
        atomic_increment: COUNTS.bypass(Bypass::Exactly(1));
        compare_exchange: COUNTS.bounded_waiting(always(&[Starvation]));
        counts_the_first: MISCOUNTS;
        eight_bits: MISCOUNTS;
        foretells_the_sum: MISSES;
        increments_twice: MISCOUNTS;
        locked: COUNTS.bounded_waiting(always(&[Starvation]));
        not_atomic: Expected {
            mutual_exclusion: always(&[DataRace]),
            progress: open(UNDEFINED),
            bounded_waiting: open(UNDEFINED),
            others: &[],
            bypass: None,
        };
        nothing: MISSES;
        own_numbers: COUNTS;
        stores_what_it_saw: MISCOUNTS;
        takes_turns: COUNTS
            .mutual_exclusion(not_violated("whoever is alone does not get on"))
            .progress(always(&[NeedsRemainder]))
            .bypass(Bypass::Others);
    }
    variants {
        acquire_release;
        // The fence after the store is one more moment at which others can come.
        fences: RACE_CONDITION.bypass(Bypass::Exactly(3));
        helpers;
        relaxed;
        static_state;
        swap;
        widened;
    }

    lock_variable::LockVariable: CriticalSectionSubject for [2, 3], measures LOCK_VARIABLE;
    flawed {
        exit_toggles: LOCK_VARIABLE.progress(always(&[Solo, Stuck]));
        exit_waits: LOCK_VARIABLE.progress(always(&[ExitWaits]));
        lock_per_process: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        missing_exit: LOCK_VARIABLE.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        no_exclusion: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        sets_before_testing: STANDS_STILL;
        starts_taken: STANDS_STILL;
        test_and_set: UNFAIR;
        tests_once: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
    }
    variants {
        acquire_release: LOCK_VARIABLE.mutual_exclusion(Both {
            cpp20: Expectation::Violated(EITHER_WAY),
            sequential: Expectation::Violated(&[Overlap]),
        });
        backoff;
        counter;
        helpers;
        number;
        owner;
        rechecked;
        static_lock;
    }

    taking_turns::TakingTurns: CriticalSectionSubject for [2, 3], measures TAKING_TURNS;
    flawed {
        exit_keeps_turn: TAKING_TURNS
            .progress(always(&[Solo, Stuck, NeedsRemainder]))
            .bounded_waiting(always(&[Starvation]));
        exit_waits: TAKING_TURNS.progress(always(&[ExitWaits, NeedsRemainder]));
        inverted_test: TAKING_TURNS
            .mutual_exclusion(LETS_ALL_IN)
            .progress(always(&[Solo, Stuck, NeedsRemainder]))
            .bounded_waiting(always(&[Starvation]));
        no_wraparound: TAKING_TURNS.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        nobodys_turn: STANDS_STILL;
        passes_on_entry: TAKING_TURNS.mutual_exclusion(LETS_ALL_IN);
        private_turn: TAKING_TURNS.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        relaxed: TAKING_TURNS.mutual_exclusion(NOT_VISIBLE);
        ticket_lock: FAIR;
        two_only: TAKING_TURNS
            .progress(always(&[Solo, Stuck, NeedsRemainder]))
            .bounded_waiting(always(&[Starvation]));
    }
    variants {
        baton;
        compare_exchange;
        count_of_turns;
        downwards;
        fences;
        one_hot;
        recursive;
        sequential;
        static_turn;
    }

    peterson::Peterson: CriticalSectionSubject for [2], measures FAIR;
    flawed {
        acquire_release: OVERLAPS_WEAKLY;
        exit_clears_other: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .progress(NEEDS_HELP)
            .bounded_waiting(UPHELD);
        exit_waits: FAIR.progress(always(&[ExitWaits])).bounded_waiting(UPHELD);
        flag_release: OVERLAPS_WEAKLY;
        flags_only: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        missing_exit: FAIR.progress(NEEDS_HELP).bounded_waiting(UPHELD);
        one_fence: OVERLAPS_WEAKLY;
        or_for_and: FAIR
            .progress(always(&[Solo, Stuck, NeedsRemainder]))
            .bounded_waiting(UPHELD);
        polite: UNFAIR.progress(always(&[Livelock]));
        reads_turn_once: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        relaxed: OVERLAPS_WEAKLY;
        relaxed_exit: FAIR.mutual_exclusion(NOT_VISIBLE);
        shared_flag: FAIR.progress(NEEDS_HELP).bounded_waiting(UPHELD);
        shared_scratch: FAIR.progress(NEEDS_HELP).bounded_waiting(UPHELD);
        takes_the_turn: UNFAIR.mutual_exclusion(LETS_ALL_IN);
        turn_before_flag: FAIR.mutual_exclusion(always(&[Overlap])).bounded_waiting(UPHELD);
        turn_not_atomic: Expected {
            mutual_exclusion: always(&[DataRace]),
            progress: open(UNDEFINED),
            bounded_waiting: open(UNDEFINED),
            others: &[],
            bypass: None,
        };
    }
    variants {
        backoff;
        const_generic;
        dekker: FAIR.bypass(Bypass::Exactly(2));
        exchange;
        fences;
        kessels;
        numbers;
        optional_turn;
        packed;
        release_exit;
        static_state;
        victim;
    }

    bakery::Bakery: CriticalSectionSubject for [2, 3, 4], measures FAIR;
    flawed {
        acquire_release: OVERLAPS_WEAKLY;
        choosing_late: FAIR.mutual_exclusion(always(&[Overlap])).bounded_waiting(UPHELD);
        choosing_release: OVERLAPS_WEAKLY;
        choosing_too_long: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        misses_last: UNFAIR.mutual_exclusion(LETS_ALL_IN);
        missing_exit: FAIR.progress(NEEDS_HELP).bounded_waiting(UPHELD);
        no_choosing: FAIR.mutual_exclusion(always(&[Overlap])).bounded_waiting(UPHELD);
        no_tie_break: FAIR.mutual_exclusion(always(&[Overlap])).bounded_waiting(UPHELD);
        number_always_one: UNFAIR.mutual_exclusion(LETS_ALL_IN);
        relaxed: OVERLAPS_WEAKLY;
        relaxed_exit: FAIR.mutual_exclusion(NOT_VISIBLE);
        shared_maximum: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .bounded_waiting(UPHELD);
        ties_block: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        two_bit_numbers: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .bounded_waiting(always(&[Starvation]));
        two_only: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
    }
    variants {
        customers;
        dispenser;
        downwards;
        eisenberg_mcguire;
        fences;
        one_word;
        packed_pair;
        static_state;
    }
}
