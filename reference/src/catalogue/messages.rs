//! Message passing through the kernel.

use harness::runner::RecordPipeSubject;
use harness::runner::WitnessKind::{CallFailed, Damaged, EarlyEnd, Killed, Lost, Stuck};

use super::expectation::{Expected, FAIR, always};
use super::table;

/// Everything holds. Nobody asks who overtakes whom.
const DELIVERS: Expected = Expected { bypass: None, ..FAIR };

table! {
    anonymous_pipe::AnonymousPipe: RecordPipeSubject for [2, 3], measures DELIVERS;
    flawed {
        closes_twice: DELIVERS.mutual_exclusion(always(&[CallFailed]));
        delivers_what_is_torn: DELIVERS.mutual_exclusion(always(&[Damaged]));
        dies_of_a_broken_pipe: DELIVERS.mutual_exclusion(always(&[Killed]));
        dies_with_the_token: DELIVERS.progress(always(&[Stuck]));
        drops_what_it_has_read: DELIVERS.mutual_exclusion(always(&[Lost]));
        ends_with_the_first: DELIVERS.mutual_exclusion(always(&[Lost]));
        forgets_the_header: DELIVERS.mutual_exclusion(always(&[Lost]));
        gives_up_at_a_signal: DELIVERS.mutual_exclusion(always(&[CallFailed]));
        gives_up_when_it_is_full: DELIVERS.mutual_exclusion(always(&[CallFailed]));
        ignores_the_count: DELIVERS.mutual_exclusion(always(&[Lost]));
        keeps_the_neighbours_end: DELIVERS.progress(always(&[Stuck]));
        keeps_the_read_end: DELIVERS.progress(always(&[Stuck]));
        keeps_the_write_end: DELIVERS.progress(always(&[Stuck]));
        leaves_it_open: DELIVERS.progress(always(&[Stuck]));
        lines: DELIVERS.mutual_exclusion(always(&[Damaged]));
        mixes_long_records: DELIVERS.mutual_exclusion(always(&[Damaged]));
        one_assembly: DELIVERS.mutual_exclusion(always(&[Damaged]));
        one_byte_of_length: DELIVERS.mutual_exclusion(always(&[Damaged]));
        pipe_after_the_fork: DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
        sends_all_again: DELIVERS.mutual_exclusion(always(&[Damaged]));
        takes_a_hangup_for_the_end: DELIVERS.mutual_exclusion(always(&[Lost]));
        takes_a_signal_for_the_end: DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
        takes_nothing_for_the_end: DELIVERS.mutual_exclusion(always(&[EarlyEnd]));
        takes_reads_for_records: DELIVERS.mutual_exclusion(always(&[Damaged]));
        trims_the_padding: DELIVERS.mutual_exclusion(always(&[Damaged]));
        trusts_one_read: DELIVERS.mutual_exclusion(always(&[Damaged]));
        writes_the_length_first: DELIVERS.mutual_exclusion(always(&[Damaged]));
        wrong_end: DELIVERS.mutual_exclusion(always(&[CallFailed]));
    }
    variants {
        asks_around;
        blocks;
        chunks;
        escapes;
        in_turn;
        nonblocking;
    }
}
