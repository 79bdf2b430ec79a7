//! The engine behind the autograder. (The map of the rooms comes with them.)

pub mod choice;
pub mod clock;
pub mod contract;
pub mod event;
pub mod memory;
pub mod process;
pub mod runner;
pub mod strategy;

/// What a student's file imports.
pub mod prelude {
    pub use crate::contract::CriticalSection;
    pub use crate::process::ProcessId;
    pub use core::hint::{self, spin_loop};
    pub use core::sync::atomic::*;
    pub use std::thread::yield_now;
}
