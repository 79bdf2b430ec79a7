//! What must be measured of every solution in this crate: data for the test-suite.
//!
//! One table, at the end of this file, names each solution once. From it come [`catalogue`], which
//! lists them, and [`visit_all`], which hands each of them to a generic [`Visitor`] with its type.
//!
//! The verdicts are those that follow from the definitions of the three criteria, not those that
//! some version of the harness happened to give. In doubt the definition is read as follows.
//!
//! - *Open door* is the violation without any interleaving: the one inside came in while all others
//!   rested, they rested until now, and still another one that asks gets in. A lock variable never
//!   does this under sequential consistency; no lock at all always does.
//! - *Needs remainder* means that help would help: if the resting process asked, the waiting one would
//!   get in. If nothing that anybody does lets anybody in, it is *solo* or *stuck*; where a solution
//!   does both, the latter is the graver and the one to report.
//! - Memory is fair: a stale read for ever is no evidence against progress or bounded waiting.

use harness::runner::WitnessKind::{
    self, BusyWaiting, Corrupted, DataRace, EarlyWakeup, ExitWaits, ForeignRelease, Impossible,
    Livelock, LostUpdate, LostWakeup, Miscounted, Missing, Misuse, NeedsRemainder, NeverTogether,
    NoPermit, NotVisible, OpenDoor, OutOfOrder, Overfull, Overlap, Solo, Starvation, Stuck,
    Unprompted, WrongPreference,
};
use harness::runner::{
    BufferSubject, CounterSubject, Criterion, CriticalSectionSubject, MonitorSubject, MutexSubject,
    ReadersFirstSubject, ReadersWritersSubject, SemaphoreSubject, Subject, TableSubject,
    WritersFirstSubject,
};

/// One solution: its type is known to the [`Visitor`] that it is handed to.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The assignment that it answers: `peterson`.
    pub assignment: &'static str,
    /// Its own name, that of its file: `turn_before_flag`.
    pub name: &'static str,
    /// Its source, relative to `reference/src`: `flawed/peterson/turn_before_flag.rs`.
    pub path: &'static str,
    /// Whether it is the reference, a flawed solution, or a variant.
    pub kind: Kind,
    /// The numbers of processes for which the expectation is stated.
    pub processes: &'static [usize],
    /// What must be measured.
    pub expected: Expected,
}

/// What an entry is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The solution that sets the measure.
    Reference,
    /// A solution that must be convicted (or, where failing is the task, must not earn it).
    Flawed,
    /// A solution that must pass.
    Variant,
}

/// The verdicts on the three criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// At most one inside, and what it wrote is visible to the next.
    pub mutual_exclusion: Both,
    /// Somebody gets in.
    pub progress: Both,
    /// Everybody gets in.
    pub bounded_waiting: Both,
    /// The criteria that only some contracts have; those that are not named here are upheld.
    pub others: &'static [(Criterion, Both)],
    /// The largest bypass, where bounded waiting is upheld under both memories and it is known.
    pub bypass: Option<Bypass>,
}

/// The verdicts on one criterion under the two memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both {
    /// Under Rust's memory model, which is that of C++20.
    pub cpp20: Expectation,
    /// Under sequential consistency, every access taken as `SeqCst`.
    pub sequential: Expectation,
}

/// The verdict on one criterion under one memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It holds.
    Upheld,
    /// It does not hold, and the witness is of one of these kinds.
    Violated(&'static [WitnessKind]),
    /// It is not violated, but there may be nothing to uphold it with: upheld or unknown, and why.
    NotViolated(&'static str),
    /// The definitions leave it open; any verdict will do, and why.
    Open(&'static str),
}

/// The largest number of entries by others while one process waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// Each of the others goes first once: n-1.
    Others,
    /// This many.
    Exactly(u32),
}

impl Bypass {
    /// The number, for `processes` processes.
    pub const fn among(self, processes: usize) -> u32 {
        match self {
            Self::Others => processes as u32 - 1,
            Self::Exactly(bypass) => bypass,
        }
    }
}

impl Expected {
    /// What is expected of one criterion.
    pub fn of(&self, criterion: Criterion) -> Both {
        match criterion {
            Criterion::MutualExclusion => self.mutual_exclusion,
            Criterion::Progress => self.progress,
            Criterion::BoundedWaiting => self.bounded_waiting,
            other => {
                let named = self.others.iter().find(|(criterion, _)| *criterion == other);
                named.map_or(UPHELD, |(_, both)| *both)
            }
        }
    }

    const fn mutual_exclusion(self, mutual_exclusion: Both) -> Self {
        Self { mutual_exclusion, ..self }
    }

    const fn progress(self, progress: Both) -> Self {
        Self { progress, ..self }
    }

    /// Of criteria that only some contracts have.
    const fn others(self, others: &'static [(Criterion, Both)]) -> Self {
        Self { others, ..self }
    }

    /// Also forgets the bypass, which would be that of another solution.
    const fn bounded_waiting(self, bounded_waiting: Both) -> Self {
        Self { bounded_waiting, bypass: None, ..self }
    }

    const fn bypass(self, bypass: Bypass) -> Self {
        Self { bounded_waiting: UPHELD, bypass: Some(bypass), ..self }
    }
}

/// Receives each solution with its type.
pub trait Visitor {
    /// What is made of one solution.
    type Output;

    /// Called once for each entry.
    fn visit<S: Subject>(&mut self, entry: &Entry) -> Self::Output;
}

/// Lists all solutions, assignment by assignment: the reference, the flawed ones, the variants.
pub fn catalogue() -> Vec<Entry> {
    struct List;
    impl Visitor for List {
        type Output = Entry;
        fn visit<S: Subject>(&mut self, entry: &Entry) -> Entry {
            *entry
        }
    }
    visit_all(&mut List)
}

const UPHELD: Both = Both { cpp20: Expectation::Upheld, sequential: Expectation::Upheld };

/// Violated whatever the memory: the algorithm is wrong.
const fn always(kinds: &'static [WitnessKind]) -> Both {
    Both { cpp20: Expectation::Violated(kinds), sequential: Expectation::Violated(kinds) }
}

/// Violated under C++20 only: the orderings are too weak.
const fn weakly(kinds: &'static [WitnessKind]) -> Both {
    Both { cpp20: Expectation::Violated(kinds), sequential: Expectation::Upheld }
}

const fn open(why: &'static str) -> Both {
    Both { cpp20: Expectation::Open(why), sequential: Expectation::Open(why) }
}

const fn not_violated(why: &'static str) -> Both {
    Both { cpp20: Expectation::NotViolated(why), sequential: Expectation::NotViolated(why) }
}

/// Upheld under sequential consistency; under C++20 exclusion is already lost.
const fn sequentially(cpp20: Expectation) -> Both {
    Both { cpp20, sequential: Expectation::Upheld }
}

const FAIR: Expected = Expected {
    mutual_exclusion: UPHELD,
    progress: UPHELD,
    bounded_waiting: UPHELD,
    others: &[],
    bypass: Some(Bypass::Others),
};
const UNFAIR: Expected = FAIR.bounded_waiting(always(&[Starvation]));
const LOCK_VARIABLE: Expected = UNFAIR.mutual_exclusion(always(&[Overlap]));
const TAKING_TURNS: Expected = FAIR.progress(always(&[NeedsRemainder]));

const NOBODY_ENTERS: &str = "nobody ever enters";
const STANDS_STILL: Expected = FAIR
    .mutual_exclusion(not_violated(NOBODY_ENTERS))
    .progress(always(&[Solo, Stuck]))
    .bounded_waiting(not_violated(NOBODY_ENTERS));

/// A lone process does not get in, but would if the other one asked: both kinds are right.
const NEEDS_HELP: Both = always(&[NeedsRemainder, Solo]);

/// Nobody is overtaken for ever; how often at most depends on the numbers of producers and consumers.
const FAIR_BUFFER: Expected = FAIR.bounded_waiting(UPHELD);
/// The same, of meals.
const FAIR_TABLE: Expected = FAIR.bounded_waiting(UPHELD);

/// It waits by taking steps.
const NEVER_SLEEPS: &[(Criterion, Both)] = &[(Criterion::BusyWaiting, always(&[BusyWaiting]))];

const LETS_ALL_IN: Both = always(&[OpenDoor, Overlap]);
const EITHER_WAY: &[WitnessKind] = &[Overlap, OpenDoor, NotVisible];

/// The orderings are so weak that two can be inside. Everybody still gets in sooner or later, but not
/// within a number of entries that anything would bound.
const OVERLAPS_WEAKLY: Expected = FAIR.mutual_exclusion(weakly(EITHER_WAY)).bounded_waiting(
    sequentially(Expectation::NotViolated("without exclusion nothing bounds the bypass")),
);
const BUSY: &[(Criterion, Both)] = &[(Criterion::BusyWaiting, always(&[BusyWaiting]))];
const UNDEFINED_WAITING: &[(Criterion, Both)] = &[(Criterion::BusyWaiting, open(UNDEFINED))];
const NOT_VISIBLE: Both = weakly(&[NotVisible]);

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
/// Nobody starves, but how often others go first depends on who they are.
const NOBODY_STARVES: Expected = FAIR.bounded_waiting(UPHELD);
const NEVER_TOGETHER: &[(Criterion, Both)] = &[(Criterion::Preference, always(&[NeverTogether]))];
const WRONG_PREFERENCE: &[(Criterion, Both)] =
    &[(Criterion::Preference, always(&[WrongPreference]))];

macro_rules! expected {
    ($default:expr) => {
        $default
    };
    ($default:expr, $expected:expr) => {
        $expected
    };
}

macro_rules! table {
    ($(
        $assignment:ident::$solution:ident: $subject:ident for $processes:expr, measures $reference:expr;
        flawed { $($flawed:ident: $verdict:expr;)* }
        variants { $($variant:ident $(: $other:expr)?;)* }
    )*) => {
        /// Visits all solutions, in the order of [`catalogue`].
        pub fn visit_all<V: Visitor>(visitor: &mut V) -> Vec<V::Output> {
            vec![$(
                visitor.visit::<$subject<crate::$assignment::$solution>>(&Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($assignment),
                    path: concat!(stringify!($assignment), ".rs"),
                    kind: Kind::Reference,
                    processes: &$processes,
                    expected: $reference,
                }),
                $(visitor.visit::<$subject<crate::flawed::$assignment::$flawed::$solution>>(&Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($flawed),
                    path: concat!("flawed/", stringify!($assignment), "/", stringify!($flawed), ".rs"),
                    kind: Kind::Flawed,
                    processes: &$processes,
                    expected: $verdict,
                }),)*
                $(visitor.visit::<$subject<crate::variants::$assignment::$variant::$solution>>(&Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($variant),
                    path: concat!("variants/", stringify!($assignment), "/", stringify!($variant), ".rs"),
                    kind: Kind::Variant,
                    processes: &$processes,
                    expected: expected!($reference $(, $other)?),
                }),)*
            )*]
        }
    };
}

table! {
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

    test_and_set::TestAndSet: CriticalSectionSubject for [2, 3, 4], measures UNFAIR;
    flawed {
        anderson_relaxed: FAIR
            .mutual_exclusion(weakly(EITHER_WAY))
            .progress(sequentially(Expectation::Open(DISORDER)))
            .bounded_waiting(sequentially(Expectation::Open(DISORDER)));
        counts_down: UNFAIR.progress(always(&[Livelock]));
        exit_waits: UNFAIR.progress(always(&[ExitWaits]));
        gives_up: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        ignores_result: UNFAIR.mutual_exclusion(always(&[Overlap]));
        inverted_test: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(open(ONE_TURN));
        lock_per_process: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        missing_exit: FAIR.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        opposite_order: UNFAIR.progress(always(&[Stuck]));
        polite: UNFAIR.progress(always(&[Livelock]));
        polite_counting: UNFAIR.progress(always(&[Livelock]));
        relaxed: UNFAIR.mutual_exclusion(NOT_VISIBLE);
        relaxed_exit: UNFAIR.mutual_exclusion(NOT_VISIBLE);
        stale_owner: UNFAIR.mutual_exclusion(LETS_ALL_IN);
        swap_releases: UNFAIR.mutual_exclusion(NOT_VISIBLE);
        waiter_resets: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(open(ONE_TURN));
    }
    variants {
        anderson: FAIR;
        backoff;
        fences;
        fetch_or;
        ordered_pair;
        owner_inside;
        primitive;
        queue: FAIR;
        retries;
        sequential;
        test_first;
        ticket: FAIR;
        waiting_array: FAIR;
        weak_exchange;
    }

    compare_and_swap::CompareAndSwap: CriticalSectionSubject for [2, 3, 4], measures FAIR;
    flawed {
        arguments_swapped: STANDS_STILL;
        exit_needs_successor: FAIR.progress(always(&[ExitWaits])).bounded_waiting(UPHELD);
        fast_path: UNFAIR;
        hands_over_blindly: FAIR.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        inverted_result: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        keeps_waiting: FAIR.progress(always(&[Solo, Stuck])).bounded_waiting(UPHELD);
        load_then_store: FAIR.mutual_exclusion(always(&[Overlap])).bounded_waiting(UPHELD);
        no_waiting_array: UNFAIR;
        opens_and_hands_over: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .bounded_waiting(UPHELD);
        relaxed: FAIR
            .mutual_exclusion(NOT_VISIBLE)
            .progress(weakly(&[Solo, Stuck]))
            .bounded_waiting(sequentially(Expectation::Open("the hand-over gets lost")));
        relaxed_exchange: FAIR.mutual_exclusion(NOT_VISIBLE);
        relaxed_hand_over: FAIR.mutual_exclusion(NOT_VISIBLE);
        scan_too_short: UNFAIR;
        scans_from_zero: UNFAIR;
        shared_key: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .progress(always(&[Solo, Stuck, Livelock]))
            .bounded_waiting(UPHELD);
    }
    variants {
        const_generic;
        names_owner;
        packed;
        primitive;
        static_state;
        ticket;
        weak_exchange;
    }

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

    mutex::Mutex: MutexSubject for [2, 3], measures FAIR;
    flawed {
        barging: UNFAIR;
        forgets_the_guard: FAIR
            .mutual_exclusion(always(&[DataRace]))
            .progress(open(UNDEFINED))
            .bounded_waiting(open(UNDEFINED))
            .others(MEANS_NOTHING);
        futex_three_states: UNFAIR;
        futex_waits_for_the_newest: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        futex_wakes_first: FAIR
            .progress(always(&[LostWakeup, EarlyWakeup]))
            .bounded_waiting(UPHELD);
        futex_wakes_one: FAIR
            .progress(always(&[LostWakeup, EarlyWakeup]))
            .bounded_waiting(UPHELD);
        if_for_while: FAIR
            .mutual_exclusion(LETS_ALL_IN)
            .bounded_waiting(UPHELD)
            .others(NOT_ITS_FAULT);
        joins_late: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        leaves_the_guard_twice: FAIR
            .mutual_exclusion(always(&[Misuse]))
            .progress(open(UNDEFINED))
            .bounded_waiting(open(UNDEFINED))
            .others(MEANS_NOTHING);
        lifo: UNFAIR;
        opens_for_anybody: FAIR
            .others(OPENS_FOR_ANYBODY);
        relaxed_owner: FAIR.mutual_exclusion(NOT_VISIBLE);
        skips_a_ticket: FAIR
            .others(OPENS_FOR_ANYBODY);
        sleeps_in_the_guard: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        spins_for_its_turn: FAIR
            .others(WAITS_BUSILY);
        stays_the_owner: FAIR
            .others(OPENS_FOR_ANYBODY);
        wakes_before_release: FAIR.progress(always(&[EarlyWakeup])).bounded_waiting(UPHELD);
        wakes_nobody: UNFAIR.progress(always(&[LostWakeup]));
        wakes_the_neighbour: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
    }
    variants {
        atomics_only;
        futex_of_its_own;
        futex_ticket;
        queue_of_waiters;
        spins_before_it_sleeps;
        ticket_order;
        waiting_array;
        with_a_condition;
    }

    semaphore::Semaphore: SemaphoreSubject for [2, 3], measures FAIR;
    flawed {
        always_one: FAIR
            .mutual_exclusion(always(&[NoPermit]))
            .progress(always(&[LostWakeup]));
        barges: UNFAIR;
        busy_waits: FAIR.others(BUSY);
        counts_and_hands_over: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .bounded_waiting(UPHELD);
        forgets_signals: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        last_come_first_served: UNFAIR;
        lost_wakeup: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        monitor_barges: UNFAIR;
        off_by_one: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        one_too_many: FAIR.mutual_exclusion(LETS_ALL_IN).bounded_waiting(UPHELD);
        overwrites_a_name: FAIR.progress(always(&[LostWakeup])).bounded_waiting(UPHELD);
        relaxed: FAIR.mutual_exclusion(NOT_VISIBLE);
        relaxed_flag: FAIR.mutual_exclusion(NOT_VISIBLE);
        signal_sets_one: FAIR.progress(always(&[LostWakeup]));
        signal_without_guard: Expected {
            mutual_exclusion: always(&[DataRace]),
            progress: open(UNDEFINED),
            bounded_waiting: open(UNDEFINED),
            others: UNDEFINED_WAITING,
            bypass: None,
        };
        sleeps_inside: FAIR.progress(always(&[Stuck])).bounded_waiting(UPHELD);
        trusts_the_wakeup: FAIR
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .bounded_waiting(UPHELD);
        wakes_at_the_first_only: UNFAIR.progress(always(&[LostWakeup]));
        wakes_the_wrong_one: FAIR
            .progress(always(&[LostWakeup, EarlyWakeup]))
            .bounded_waiting(UPHELD);
        wakes_too_early: FAIR.progress(always(&[EarlyWakeup])).bounded_waiting(UPHELD);
    }
    variants {
        baton;
        flags;
        futex_tickets;
        mailboxes;
        monitor;
        negative_count;
        parked_tickets;
    }

    monitor::Monitor: MonitorSubject for [2, 3], measures FAIR;
    flawed {
        any_condition: FAIR
            .mutual_exclusion(always(&[Unprompted]))
            .progress(always(&[LostWakeup, EarlyWakeup, Stuck]));
        barging: UNFAIR;
        broadcast_wakes_one: FAIR.progress(always(&[LostWakeup]));
        busy: FAIR.others(WAITS_BUSILY);
        if_at_the_door: FAIR
            .mutual_exclusion(always(&[Overlap]))
            .progress(always(&[LostWakeup, EarlyWakeup]));
        keeps_monitor: FAIR.progress(always(&[Stuck]));
        leaves_first: FAIR.progress(always(&[LostWakeup]));
        no_reentry: FAIR.mutual_exclusion(always(&[Overlap, Misuse]));
        process_for_condition: FAIR
            .mutual_exclusion(always(&[Unprompted]))
            .progress(always(&[LostWakeup]));
        signal_gives_up: FAIR.mutual_exclusion(always(&[Overlap, Misuse]));
        signal_remembered: FAIR.mutual_exclusion(always(&[Unprompted]));
        silent_signal: FAIR.progress(always(&[LostWakeup]));
        stale_waiter: FAIR.progress(always(&[LostWakeup, EarlyWakeup]));
        stays_queued: FAIR.progress(always(&[LostWakeup, EarlyWakeup]));
        stolen_permit: FAIR.mutual_exclusion(always(&[Unprompted])).progress(always(&[Stuck]));
    }
    variants {
        baton;
        flags;
        hand_over;
        private_semaphores;
        sequence;
        tickets;
    }

    bounded_buffer::BoundedBuffer: BufferSubject for [2, 3, 4], measures FAIR_BUFFER;
    flawed {
        forgets_to_signal: FAIR_BUFFER.progress(always(&[Stuck]));
        guard_first: FAIR_BUFFER.progress(always(&[Stuck]));
        if_for_while: FAIR_BUFFER
            .mutual_exclusion(always(&[Corrupted, OutOfOrder, Overfull]))
            .progress(open(MISCOUNTED))
            .bounded_waiting(open(MISCOUNTED));
        looks_too_late: FAIR_BUFFER
            .progress(always(&[LostWakeup]))
            .bounded_waiting(open(MESA));
        no_guard: FAIR_BUFFER.mutual_exclusion(always(&[DataRace]));
        one_too_many: FAIR_BUFFER.mutual_exclusion(always(&[Overfull]));
        signal_to_anybody: FAIR_BUFFER.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        signals_at_the_edges: FAIR_BUFFER.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        spins: FAIR_BUFFER
            .bounded_waiting(open(MESA))
            .others(NEVER_SLEEPS);
        stack: FAIR_BUFFER.mutual_exclusion(always(&[OutOfOrder]));
        wakes_too_early: FAIR_BUFFER.mutual_exclusion(always(&[Corrupted]));
    }
    variants {
        futex: FAIR_BUFFER.bounded_waiting(open(MESA));
        hands_over;
        monitor: FAIR_BUFFER.bounded_waiting(open(MESA));
        one_condition: FAIR_BUFFER.bounded_waiting(open(MESA));
        tickets;
        two_guards;
        two_locks;
    }

    dining_philosophers::DiningPhilosophers: TableSubject for [2, 3, 4], measures FAIR_TABLE;
    flawed {
        forgets_a_neighbour: FAIR_TABLE
            .progress(always(&[LostWakeup]))
            .bounded_waiting(open(MESA));
        holds_one: FAIR_TABLE.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        last_of_five: FAIR_TABLE.progress(always(&[Stuck]));
        left_first: FAIR_TABLE.progress(always(&[Stuck]));
        looks_then_takes: UNFAIR.mutual_exclusion(always(&[Overlap]));
        one_fork: FAIR_TABLE.mutual_exclusion(LETS_ALL_IN);
        puts_down_one: FAIR_TABLE.progress(always(&[Solo, Stuck]));
        room_for_all: FAIR_TABLE.progress(always(&[Stuck]));
        spins: FAIR_TABLE.bounded_waiting(open(MESA)).others(NEVER_SLEEPS);
        two_conspire: UNFAIR;
    }
    variants {
        dirty_forks;
        numbers;
        odd_even;
        one_at_a_time;
        park;
        ticket_forks;
        waiter;
    }

    readers_writers::ReadersWriters: ReadersWritersSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        busy: NOBODY_STARVES.others(BUSY);
        count_not_atomic: NOBODY_STARVES
            .mutual_exclusion(always(&[Overlap, OpenDoor]))
            .progress(always(&[Solo, Stuck]))
            .bounded_waiting(open(MISCOUNTED));
        count_unprotected: NOBODY_STARVES
            .mutual_exclusion(always(&[DataRace]))
            .progress(not_violated(UNDEFINED))
            .bounded_waiting(not_violated(UNDEFINED));
        first_reader_forgets: NOBODY_STARVES.mutual_exclusion(LETS_ALL_IN);
        if_for_while: NOBODY_STARVES.mutual_exclusion(always(&[Overlap]));
        ignores_readers: NOBODY_STARVES.mutual_exclusion(LETS_ALL_IN);
        ignores_writer: NOBODY_STARVES.mutual_exclusion(LETS_ALL_IN);
        last_reader_silent: NOBODY_STARVES.progress(always(&[Solo, Stuck]));
        lost_wakeup: NOBODY_STARVES.progress(always(&[LostWakeup, Stuck]));
        plain_mutex: NOBODY_STARVES.others(NEVER_TOGETHER);
        readers_first: UNFAIR;
        relaxed: NOBODY_STARVES.mutual_exclusion(NOT_VISIBLE);
        signal_for_broadcast: NOBODY_STARVES.progress(always(&[Solo, Stuck]));
        writers_first: UNFAIR;
    }
    variants {
        all_permits;
        baton;
        monitor;
        phases;
        queue;
        tickets;
    }

    readers_first::ReadersWriters: ReadersFirstSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        fair: NOBODY_STARVES.others(WRONG_PREFERENCE);
        plain_mutex: NOBODY_STARVES.others(NEVER_TOGETHER);
        writers_first: UNFAIR.others(WRONG_PREFERENCE);
    }
    variants {
        futex;
        monitor;
    }

    writers_first::ReadersWriters: WritersFirstSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        readers_first: UNFAIR.others(WRONG_PREFERENCE);
        wakes_readers_too: UNFAIR.others(WRONG_PREFERENCE);
    }
    variants {
        fair_queue;
        monitor;
    }
}

const MISCOUNTED: &str = "with numbers that are wrong anything may happen";
const MESA: &str = "whoever was woken may find every time that another one was quicker, by schedules \
                    that the adversary may not come upon";
const UNDEFINED: &str = "a program with a data race has no meaning";
const LOST_ANYWAY: &str = "exclusion is lost although nobody releases what it does not hold";
const NOT_ITS_FAULT: &[(Criterion, Both)] = &[(Criterion::Ownership, not_violated(LOST_ANYWAY))];
const MEANS_NOTHING: &[(Criterion, Both)] =
    &[(Criterion::BusyWaiting, open(UNDEFINED)), (Criterion::Ownership, not_violated(LOST_ANYWAY))];
const OPENS_FOR_ANYBODY: &[(Criterion, Both)] =
    &[(Criterion::Ownership, always(&[ForeignRelease]))];
const WAITS_BUSILY: &[(Criterion, Both)] = &[(Criterion::BusyWaiting, always(&[BusyWaiting]))];
const DISORDER: &str = "after the overlap two tokens are about, and one may overwrite the other";
const ONE_TURN: &str = "depends on how many turns of its loop the waiting process gets";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::catalogue;

    #[test]
    fn every_file_of_flawed_and_variants_is_listed_once() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let listed: Vec<String> = catalogue().iter().map(|entry| entry.path.to_owned()).collect();
        let unique: BTreeSet<&String> = listed.iter().collect();
        assert_eq!(unique.len(), listed.len(), "an entry is listed twice");
        for entry in catalogue() {
            for group in ["flawed", "variants"] {
                let folder = format!("{group}/{}", entry.assignment);
                for file in source.join(&folder).read_dir().expect("the folder is there") {
                    let name = file.expect("it can be read").file_name();
                    let path = format!("{folder}/{}", name.to_string_lossy());
                    let known = path.ends_with("/mod.rs") || listed.contains(&path);
                    assert!(known, "{path} is not in the catalogue");
                }
            }
        }
    }
}
