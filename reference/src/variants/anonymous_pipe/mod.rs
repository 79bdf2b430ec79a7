//! Records through anonymous pipes in other styles.

pub mod asks_around;
pub mod batches;
pub mod blocks;
pub mod byte_by_byte;
pub mod chunks;
pub mod escapes;
pub mod looks_up;
pub mod naps;
pub mod netstrings;
pub mod nonblocking;
