//! What student code touches: variables, fences and hints that look like std's.
//!
//! Inside an execution every operation is a preemption point and goes to the model; outside of one
//! the same types behave as std's do. Every call knows its line (`#[track_caller]`).

mod atomic;
mod blocking;
mod cell;
mod hint;
pub mod os;
mod primitives;

pub use atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize, compiler_fence, fence,
};
pub use blocking::{Condition, Guard, Permits, futex_wait, futex_wake, park, unpark};
pub use cell::{SharedCell, Word};
pub use hint::{spin_loop, yield_now};
pub use primitives::{CompareAndSwap, compare_and_swap, test_and_set};
