//! Flawed solutions of readers and writers, and nobody starves, one bug in each file.

pub mod busy;
pub mod count_not_atomic;
pub mod count_unprotected;
pub mod first_reader_forgets;
pub mod if_for_while;
pub mod ignores_readers;
pub mod ignores_writer;
pub mod last_reader_silent;
pub mod lost_wakeup;
pub mod plain_mutex;
pub mod readers_first;
pub mod relaxed;
pub mod signal_for_broadcast;
pub mod writers_first;
