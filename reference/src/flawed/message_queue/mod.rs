//! Flawed solutions of messages through a message queue, one bug in each file.

pub mod asks_too_late;
pub mod breaks_ties_by_number;
pub mod drops_when_full;
pub mod end_if_there_is_room;
pub mod first_end;
pub mod forgets_the_length;
pub mod interrupted;
pub mod keeps_the_leftovers;
pub mod no_priorities;
pub mod receives_its_own;
pub mod relative_deadline;
pub mod shares_the_flag;
pub mod small_buffer;
pub mod takes_any_queue;
pub mod unlinks_early;
pub mod urgent_end;
pub mod zero_is_best;
