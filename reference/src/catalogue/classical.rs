//! The classical problems: the bounded buffer, the dining philosophers, readers and writers.

use harness::runner::WitnessKind::{
    Corrupted, DataRace, LostWakeup, NeverTogether, OpenDoor, OutOfOrder, Overfull, Overlap, Solo,
    Stuck, WrongPreference,
};
use harness::runner::{
    BufferSubject, Criterion, ReadersFirstSubject, ReadersWritersSubject, TableSubject,
    WritersFirstSubject,
};

use super::expectation::{
    Both, Expected, FAIR, LETS_ALL_IN, MISCOUNTED, NOT_VISIBLE, UNDEFINED, UNFAIR, UPHELD,
    WAITS_BUSILY, always, not_violated, open,
};
use super::table;

/// Nobody is overtaken for ever; how often at most depends on the numbers of those that do one thing and
/// the other.
const NOBODY_STARVES: Expected = FAIR.bounded_waiting(UPHELD);
const NEVER_TOGETHER: &[(Criterion, Both)] = &[(Criterion::Preference, always(&[NeverTogether]))];
const WRONG_PREFERENCE: &[(Criterion, Both)] =
    &[(Criterion::Preference, always(&[WrongPreference]))];
const MESA: &str = "whoever was woken may find every time that another one was quicker, by schedules \
                    that the adversary may not come upon";

table! {
    bounded_buffer::BoundedBuffer: BufferSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        forgets_to_signal: NOBODY_STARVES.progress(always(&[Stuck]));
        guard_first: NOBODY_STARVES.progress(always(&[Stuck]));
        if_for_while: NOBODY_STARVES
            .mutual_exclusion(always(&[Corrupted, OutOfOrder, Overfull]))
            .progress(open(MISCOUNTED))
            .bounded_waiting(open(MISCOUNTED));
        looks_too_late: NOBODY_STARVES
            .progress(always(&[LostWakeup]))
            .bounded_waiting(open(MESA));
        no_guard: NOBODY_STARVES.mutual_exclusion(always(&[DataRace]));
        one_too_many: NOBODY_STARVES.mutual_exclusion(always(&[Overfull]));
        signal_to_anybody: NOBODY_STARVES.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        signals_at_the_edges: NOBODY_STARVES.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        spins: NOBODY_STARVES
            .bounded_waiting(open(MESA))
            .others(WAITS_BUSILY);
        stack: NOBODY_STARVES.mutual_exclusion(always(&[OutOfOrder]));
        wakes_too_early: NOBODY_STARVES.mutual_exclusion(always(&[Corrupted]));
    }
    variants {
        futex: NOBODY_STARVES.bounded_waiting(open(MESA));
        hands_over;
        monitor: NOBODY_STARVES.bounded_waiting(open(MESA));
        one_condition: NOBODY_STARVES.bounded_waiting(open(MESA));
        tickets;
        two_guards;
        two_locks;
    }

    dining_philosophers::DiningPhilosophers: TableSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        forgets_a_neighbour: NOBODY_STARVES
            .progress(always(&[LostWakeup]))
            .bounded_waiting(open(MESA));
        holds_one: NOBODY_STARVES.progress(always(&[Stuck])).bounded_waiting(open(MESA));
        last_of_five: NOBODY_STARVES.progress(always(&[Stuck]));
        left_first: NOBODY_STARVES.progress(always(&[Stuck]));
        looks_then_takes: UNFAIR.mutual_exclusion(always(&[Overlap]));
        one_fork: NOBODY_STARVES.mutual_exclusion(LETS_ALL_IN);
        puts_down_one: NOBODY_STARVES.progress(always(&[Solo, Stuck]));
        room_for_all: NOBODY_STARVES.progress(always(&[Stuck]));
        spins: NOBODY_STARVES.bounded_waiting(open(MESA)).others(WAITS_BUSILY);
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
        busy: NOBODY_STARVES.others(WAITS_BUSILY);
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
