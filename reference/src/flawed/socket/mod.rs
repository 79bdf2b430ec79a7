//! Services over sockets that go wrong.

pub mod answers_at_once;
pub mod cuts_once;
pub mod dies_of_a_broken_pipe;
pub mod ends_with_the_first;
pub mod finds_the_path_taken;
pub mod forgets_the_half_close;
pub mod gives_up_all;
pub mod gives_up_at_a_signal;
pub mod hands_over_what_is_torn;
pub mod ignores_the_count;
pub mod keeps_it_open;
pub mod lines;
pub mod listens_too_late;
pub mod one_after_the_other;
pub mod one_buffer;
pub mod one_byte_of_length;
pub mod one_pile_of_answers;
pub mod reads_to_the_end;
pub mod shuts_both_halves;
pub mod takes_a_read_for_a_request;
pub mod takes_an_empty_answer_for_the_end;
pub mod takes_nothing_for_the_end;
pub mod takes_the_half_close_for_all;
pub mod trusts_one_read;
