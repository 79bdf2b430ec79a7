//! Those who wait sleep: mutex, semaphore, monitor.

use harness::runner::WitnessKind::{
    DataRace, EarlyWakeup, ForeignRelease, LostWakeup, Misuse, NoPermit, OpenDoor, Overlap, Stuck,
    Unprompted,
};
use harness::runner::{Criterion, MonitorSubject, MutexSubject, SemaphoreSubject};

use super::expectation::{
    Both, Expected, FAIR, LETS_ALL_IN, NOT_VISIBLE, UNDEFINED, UNFAIR, UPHELD, WAITS_BUSILY,
    always, not_violated, open,
};
use super::table;

const LOST_ANYWAY: &str = "exclusion is lost although nobody releases what it does not hold";
const NOT_ITS_FAULT: &[(Criterion, Both)] = &[(Criterion::Ownership, not_violated(LOST_ANYWAY))];
const MEANS_NOTHING: &[(Criterion, Both)] =
    &[(Criterion::BusyWaiting, open(UNDEFINED)), (Criterion::Ownership, not_violated(LOST_ANYWAY))];
const OPENS_FOR_ANYBODY: &[(Criterion, Both)] =
    &[(Criterion::Ownership, always(&[ForeignRelease]))];
const TOO_MANY_NAMES: &str = "a name may be in the queue more than once, and so overwrite another";
const UNDEFINED_WAITING: &[(Criterion, Both)] = &[(Criterion::BusyWaiting, open(UNDEFINED))];

table! {
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
        busy_waits: FAIR.others(WAITS_BUSILY);
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
        remembers_too_few: FAIR.progress(always(&[LostWakeup]));
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
            .progress(open(TOO_MANY_NAMES))
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
        last_first;
        private_semaphores;
        rows;
        sequence;
        tickets;
    }
}
