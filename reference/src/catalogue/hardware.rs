//! Locks from what the hardware does in one step: test-and-set, compare-and-swap.

use harness::runner::CriticalSectionSubject;
use harness::runner::WitnessKind::{ExitWaits, Livelock, OpenDoor, Overlap, Solo, Stuck};

use super::expectation::{
    EITHER_WAY, Expectation, FAIR, LETS_ALL_IN, NOT_VISIBLE, STANDS_STILL, UNFAIR, UPHELD, always,
    open, sequentially, weakly,
};
use super::table;

const DISORDER: &str = "after the overlap two tokens are about, and one may overwrite the other";
const ONE_TURN: &str = "depends on how many turns of its loop the waiting process gets";

table! {
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
}
