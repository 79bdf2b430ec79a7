//! Flawed solutions of messages by signals, one bug in each file.

pub mod answers_in_the_handler;
pub mod blocks_late;
pub mod drops_when_crowded;
pub mod end_looks_like_a_message;
pub mod forgets_the_answer;
pub mod interrupted;
pub mod looks_once;
pub mod nests_its_handlers;
pub mod no_acknowledgement;
pub mod not_blocked;
pub mod one_bit;
pub mod opens_the_door_first;
pub mod pauses;
pub mod sleeps_once;
pub mod thirty_two;
pub mod two_numbers;
