//! Flawed solutions of records through named pipes, one bug in each file.

pub mod does_not_wait;
pub mod drains_each;
pub mod exists;
pub mod first_end_of_file;
pub mod holds_its_own_end;
pub mod interrupted;
pub mod killed;
pub mod makes_it_anew;
pub mod mixes;
pub mod receiver_makes_it;
pub mod two_pipes_crosswise;
pub mod whole_reads;
