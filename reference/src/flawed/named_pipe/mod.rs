//! Flawed solutions of records through named pipes, one bug in each file.

pub mod counts_ends_of_file;
pub mod does_not_wait;
pub mod drains_each;
pub mod exists;
pub mod first_end_of_file;
pub mod holds_its_own_end;
pub mod interrupted;
pub mod killed;
pub mod makes_it_anew;
pub mod mixes;
pub mod nobody_yet;
pub mod one_after_another;
pub mod opens_it_again;
pub mod receiver_makes_it;
pub mod tidies_up_early;
pub mod two_pipes_crosswise;
pub mod whole_reads;
