//! Message passing through the kernel.

use harness::runner::WitnessKind::{
    CallFailed, Damaged, EarlyEnd, Killed, Lost, Misdelivered, OutOfOrder, ReceivedTwice,
    Starvation, Stuck,
};
use harness::runner::{
    MessageQueueSubject, NamedPipeSubject, RecordPipeSubject, SignalLineSubject,
    SocketServiceSubject,
};

use super::expectation::{Both, Expected, FAIR, always, not_violated};
use super::table;

/// Everything holds. Nobody asks who overtakes whom.
const DELIVERS: Expected = Expected { bypass: None, ..FAIR };

/// What comes is not what was sent.
const DAMAGED: Expected = DELIVERS.mutual_exclusion(always(&[Damaged]));
/// What was sent does not come.
const LOST: Expected = DELIVERS.mutual_exclusion(always(&[Lost]));
/// The end comes before all have ended.
const EARLY: Expected = DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
/// A signal kills.
const KILLS: Expected = DELIVERS.mutual_exclusion(always(&[Killed]));
/// It comes, in another order.
const DISORDERED: Expected = DELIVERS.mutual_exclusion(always(&[OutOfOrder]));
/// A call fails that should not.
const FAILS: Expected = DELIVERS.mutual_exclusion(always(&[CallFailed]));
/// Whoever is unlucky is passed over for ever.
const STARVES: Expected = DELIVERS.bounded_waiting(always(&[Starvation]));
/// Where nothing comes nobody is overtaken.
const NOTHING_COMES: Both = not_violated("no message arrives");
/// Somebody waits in a call for what nobody does.
const WAIT_FOR_EVER: Both = always(&[Stuck]);
/// Who waits for ever is asked in executions that are otherwise right, and there are none.
const NEVER_SEEN: Both = not_violated("something else always goes wrong first");

/// The first call of all never returns, so that nothing else can be measured.
const NOBODY_MEETS: Expected =
    DELIVERS.mutual_exclusion(not_violated("nothing is ever sent")).progress(WAIT_FOR_EVER);

table! {
    anonymous_pipe::AnonymousPipe: RecordPipeSubject for [2, 3, 4], measures DELIVERS;
    flawed {
        acknowledges_to_nobody: DELIVERS.progress(WAIT_FOR_EVER);
        closes_twice: FAILS.progress(NEVER_SEEN);
        counts_no_digits: DAMAGED;
        delivers_what_is_torn: DELIVERS.mutual_exclusion(always(&[Damaged]));
        dies_of_a_broken_pipe: DELIVERS.mutual_exclusion(always(&[Killed]));
        dies_with_the_token: DELIVERS.progress(always(&[Stuck]));
        drops_what_it_has_read: DELIVERS.mutual_exclusion(always(&[Lost]));
        ends_with_the_first: DELIVERS.mutual_exclusion(always(&[Lost]));
        first_ready: STARVES;
        forgets_the_header: DELIVERS.mutual_exclusion(always(&[Lost]));
        gives_up_at_a_signal: DELIVERS.mutual_exclusion(always(&[CallFailed]));
        gives_up_when_it_is_full: DELIVERS.mutual_exclusion(always(&[CallFailed]));
        ignores_the_count: DELIVERS.mutual_exclusion(always(&[Lost]));
        keeps_the_neighbours_end: DELIVERS.progress(always(&[Stuck]));
        keeps_the_read_end: DELIVERS.progress(always(&[Stuck]));
        keeps_the_write_end: DELIVERS.progress(always(&[Stuck]));
        leaves_it_open: DELIVERS.progress(always(&[Stuck]));
        lines: DELIVERS.mutual_exclusion(always(&[Damaged])).bounded_waiting(NOTHING_COMES);
        mixes_long_records: DELIVERS.mutual_exclusion(always(&[Damaged]));
        one_after_the_other: STARVES;
        one_assembly: DELIVERS.mutual_exclusion(always(&[Damaged]));
        one_byte_of_length: DELIVERS.mutual_exclusion(always(&[Damaged]));
        pipe_after_the_fork: DELIVERS.mutual_exclusion(always(&[EarlyEnd])).progress(NEVER_SEEN).bounded_waiting(NOTHING_COMES);
        sends_all_again: DELIVERS.mutual_exclusion(always(&[Damaged]));
        takes_a_hangup_for_the_end: DELIVERS.mutual_exclusion(always(&[Lost]));
        takes_a_signal_for_the_end: DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
        takes_nothing_for_the_end: DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
        takes_reads_for_records: DELIVERS.mutual_exclusion(always(&[Damaged]));
        trims_the_padding: DELIVERS.mutual_exclusion(always(&[Damaged]));
        trusts_one_read: DELIVERS.mutual_exclusion(always(&[Damaged]));
        writes_the_length_first: DELIVERS.mutual_exclusion(always(&[Damaged]));
        wrong_end: DELIVERS.mutual_exclusion(always(&[CallFailed])).progress(NEVER_SEEN).bounded_waiting(NOTHING_COMES);
    }
    variants {
        asks_around;
        batches;
        blocks;
        byte_by_byte;
        chunks;
        escapes;
        looks_up;
        naps;
        netstrings;
        nonblocking;
    }

    message_queue::PosixQueue: MessageQueueSubject for [2, 3, 4], measures DELIVERS;
    flawed {
        asks_too_late: DELIVERS.progress(WAIT_FOR_EVER);
        breaks_ties_by_number: STARVES;
        drops_when_full: LOST;
        end_if_there_is_room: DELIVERS.progress(WAIT_FOR_EVER);
        first_end: EARLY;
        forgets_the_length: DAMAGED;
        interrupted: FAILS;
        keeps_the_leftovers: DAMAGED;
        no_priorities: DISORDERED;
        receives_its_own: DAMAGED.progress(WAIT_FOR_EVER);
        relative_deadline: EARLY.progress(WAIT_FOR_EVER);
        shares_the_flag: FAILS;
        small_buffer: FAILS;
        takes_any_queue: DELIVERS.mutual_exclusion(always(&[CallFailed, Damaged]));
        unlinks_early: FAILS;
        urgent_end: LOST;
        zero_is_best: DISORDERED;
    }
    variants {
        drained;
        ends_apart;
        inherited;
        notified;
        polls;
        turnstile;
    }

    named_pipe::Fifo: NamedPipeSubject for [2, 3, 4], measures DELIVERS;
    flawed {
        counts_ends_of_file: EARLY;
        does_not_wait: FAILS;
        drains_each: STARVES;
        exists: FAILS.progress(NEVER_SEEN).bounded_waiting(NOTHING_COMES);
        first_end_of_file: EARLY;
        holds_its_own_end: DELIVERS.progress(WAIT_FOR_EVER);
        interrupted: FAILS;
        killed: KILLS;
        makes_it_anew: FAILS.progress(WAIT_FOR_EVER).bounded_waiting(NOTHING_COMES);
        mixes: DAMAGED;
        nobody_yet: EARLY;
        one_after_another: STARVES;
        opens_it_again: DELIVERS.mutual_exclusion(always(&[CallFailed, Lost])).progress(WAIT_FOR_EVER);
        receiver_makes_it: FAILS;
        tidies_up_early: FAILS.progress(WAIT_FOR_EVER);
        two_pipes_crosswise: NOBODY_MEETS.bounded_waiting(NOTHING_COMES);
        whole_reads: DELIVERS.mutual_exclusion(always(&[CallFailed, Damaged]));
    }
    variants {
        announced;
        both_ways;
        knocks;
        one_for_each;
        polls;
    }

    signal::Signals: SignalLineSubject for [2], measures DELIVERS;
    flawed {
        answers_in_the_handler: LOST;
        blocks_late: KILLS;
        drops_when_crowded: LOST;
        end_looks_like_a_message: EARLY;
        forgets_the_answer: DELIVERS.progress(WAIT_FOR_EVER);
        interrupted: FAILS;
        looks_once: DELIVERS.mutual_exclusion(always(&[Damaged, ReceivedTwice]));
        nests_its_handlers: DELIVERS.mutual_exclusion(always(&[Damaged, Lost, EarlyEnd])).progress(WAIT_FOR_EVER);
        no_acknowledgement: DELIVERS.mutual_exclusion(always(&[Damaged, Lost])).progress(WAIT_FOR_EVER);
        not_blocked: KILLS.progress(NEVER_SEEN);
        one_bit: LOST.progress(WAIT_FOR_EVER);
        opens_the_door_first: DELIVERS.progress(WAIT_FOR_EVER);
        pauses: DELIVERS.progress(WAIT_FOR_EVER);
        sleeps_once: FAILS;
        thirty_two: FAILS.progress(NEVER_SEEN);
        two_numbers: DAMAGED;
    }
    variants {
        alphabet;
        bits;
        handlers;
        lets_in_two;
        retries;
    }

    socket::Service: SocketServiceSubject for [2, 3], measures DELIVERS;
    flawed {
        answers_at_once: DELIVERS.progress(WAIT_FOR_EVER);
        cuts_once: EARLY;
        dies_of_a_broken_pipe: KILLS;
        ends_with_the_first: EARLY;
        finds_the_path_taken: FAILS;
        forgets_the_half_close: DELIVERS.progress(WAIT_FOR_EVER);
        gives_up_all: FAILS;
        gives_up_at_a_signal: FAILS;
        hands_over_what_is_torn: DAMAGED;
        ignores_the_count: DELIVERS.mutual_exclusion(always(&[EarlyEnd, Lost]));
        keeps_it_open: DELIVERS.progress(WAIT_FOR_EVER);
        lines: DAMAGED.progress(NEVER_SEEN);
        listens_too_late: FAILS;
        one_after_the_other: DELIVERS.progress(WAIT_FOR_EVER);
        one_buffer: DELIVERS.mutual_exclusion(always(&[Damaged, EarlyEnd]));
        one_byte_of_length: DAMAGED;
        one_pile_of_answers: DELIVERS.mutual_exclusion(always(&[Misdelivered]));
        reads_to_the_end: DELIVERS.progress(WAIT_FOR_EVER);
        shuts_both_halves: EARLY.progress(NEVER_SEEN);
        takes_a_read_for_a_request: DAMAGED;
        takes_an_empty_answer_for_the_end: LOST;
        takes_nothing_for_the_end: EARLY.progress(WAIT_FOR_EVER);
        takes_the_half_close_for_all: EARLY;
        trusts_one_read: DAMAGED;
    }
    variants {
        all_at_once;
        end_mark;
        netstrings;
        nonblocking;
        packets;
        whole_requests;
    }
}
