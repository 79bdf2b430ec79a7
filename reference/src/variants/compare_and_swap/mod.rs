//! Correct solutions of the fair lock made of compare-and-swap in other styles.

pub mod const_generic;
pub mod names_owner;
pub mod packed;
pub mod primitive;
pub mod static_state;
pub mod ticket;
pub mod weak_exchange;
