//! Services over sockets in other styles.

pub mod all_at_once;
pub mod end_mark;
pub mod netstrings;
pub mod nonblocking;
pub mod packets;
pub mod whole_requests;
