//! Message passing: the mailbox.

use harness::runner::MailboxSubject;
use harness::runner::WitnessKind::{
    Corrupted, DataRace, FalseAnswer, LostWakeup, Misdelivered, OutOfOrder, Overfull, Stuck,
};

use super::expectation::{
    Expected, FAIR, MISCOUNTED, UNFAIR, UPHELD, WAITS_BUSILY, always, open, weakly,
};
use super::table;

/// No sender is passed over for ever; how often at most depends on the numbers of senders and receivers.
const NOBODY_STARVES: Expected = FAIR.bounded_waiting(UPHELD);
const WRONG_ONE_WOKEN: &str = "whoever was woken may find every time that it was not meant, by \
                               schedules that the adversary may not come upon";

table! {
    mailbox::Mailbox: MailboxSubject for [2, 3, 4], measures NOBODY_STARVES;
    flawed {
        any_sender: NOBODY_STARVES.mutual_exclusion(always(&[Misdelivered]));
        anybodys_mail: NOBODY_STARVES
            .mutual_exclusion(always(&[Misdelivered]))
            .progress(open(MISCOUNTED));
        barging: UNFAIR;
        closed_too_early: NOBODY_STARVES
            .mutual_exclusion(always(&[FalseAnswer]))
            .progress(open(MISCOUNTED))
            .bounded_waiting(open(MISCOUNTED));
        discards: NOBODY_STARVES.mutual_exclusion(always(&[FalseAnswer]));
        early_rendezvous: NOBODY_STARVES.mutual_exclusion(always(&[Overfull]));
        end_not_seen: NOBODY_STARVES.mutual_exclusion(always(&[FalseAnswer]));
        forgets_the_sender: NOBODY_STARVES
            .mutual_exclusion(always(&[Corrupted]))
            .progress(always(&[Stuck]));
        hands_full: NOBODY_STARVES
            .mutual_exclusion(always(&[Overfull, OutOfOrder]))
            .progress(always(&[Stuck]))
            .bounded_waiting(open(MISCOUNTED));
        last_among_equals: NOBODY_STARVES.mutual_exclusion(always(&[OutOfOrder]));
        least_urgent: NOBODY_STARVES.mutual_exclusion(always(&[OutOfOrder]));
        looks_too_late: NOBODY_STARVES.progress(always(&[LostWakeup]));
        one_told_of_the_end: NOBODY_STARVES.progress(always(&[Stuck]));
        one_too_many: NOBODY_STARVES.mutual_exclusion(always(&[Overfull]));
        priority_kept_apart: NOBODY_STARVES.mutual_exclusion(always(&[Corrupted, OutOfOrder]));
        receivers_told_only: NOBODY_STARVES.progress(always(&[Stuck]));
        refused_and_sent: NOBODY_STARVES.mutual_exclusion(always(&[Corrupted]));
        relaxed: NOBODY_STARVES.mutual_exclusion(weakly(&[DataRace]));
        sends_after_the_end: NOBODY_STARVES.mutual_exclusion(always(&[FalseAnswer]));
        signal_to_anybody: NOBODY_STARVES
            .progress(always(&[Stuck]))
            .bounded_waiting(open(WRONG_ONE_WOKEN));
        sleeps_in_the_guard: NOBODY_STARVES.progress(always(&[Stuck]));
        spins: NOBODY_STARVES.others(WAITS_BUSILY);
        stack: NOBODY_STARVES.mutual_exclusion(always(&[OutOfOrder]));
        test_takes: NOBODY_STARVES
            .mutual_exclusion(always(&[FalseAnswer, Overfull, OutOfOrder]))
            .progress(always(&[Stuck]));
        trusts_the_token: NOBODY_STARVES
            .mutual_exclusion(always(&[FalseAnswer, Corrupted]))
            .progress(open(MISCOUNTED))
            .bounded_waiting(open(MISCOUNTED));
        try_waits: NOBODY_STARVES.progress(always(&[Stuck]));
    }
    variants {
        futex;
        letterboxes;
        parked;
        private_semaphores;
        slots;
    }
}
