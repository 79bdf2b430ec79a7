//! Flawed solutions of readers and writers, readers first, one bug in each file.

pub mod fair;
pub mod plain_mutex;
pub mod writers_first;
