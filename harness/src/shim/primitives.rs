//! The hardware primitives of the course by their names: thin layers over the atomics.

use std::sync::atomic::Ordering;

use super::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize,
};

/// Sets `target` to `true` in one indivisible step and returns what it was before.
///
/// Sequentially consistent, as the textbooks assume (Silberschatz, Galvin, Gagne, section 6.4.2).
#[track_caller]
pub fn test_and_set(target: &AtomicBool) -> bool {
    target.swap(true, Ordering::SeqCst)
}

/// In one indivisible step: sets `target` to `new` if it is `expected`; returns what it was before.
///
/// Sequentially consistent, as the textbooks assume (Silberschatz, Galvin, Gagne, section 6.4.2).
#[track_caller]
pub fn compare_and_swap<A: CompareAndSwap>(
    target: &A,
    expected: A::Value,
    new: A::Value,
) -> A::Value {
    target.compare_and_swap(expected, new)
}

/// The variables that [`compare_and_swap`] works on: every atomic type.
pub trait CompareAndSwap: sealed::Sealed {
    /// What the variable holds.
    type Value;

    /// See [`compare_and_swap`].
    #[track_caller]
    fn compare_and_swap(&self, expected: Self::Value, new: Self::Value) -> Self::Value;
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals the trait")]
    pub trait Sealed {}
}

macro_rules! compare_and_swap {
    ($($atomic:ident: $value:ty),*) => {$(
        impl sealed::Sealed for $atomic {}
        impl CompareAndSwap for $atomic {
            type Value = $value;

            #[track_caller]
            fn compare_and_swap(&self, expected: $value, new: $value) -> $value {
                match self.compare_exchange(expected, new, Ordering::SeqCst, Ordering::SeqCst) {
                    Ok(previous) | Err(previous) => previous,
                }
            }
        }
    )*};
}

compare_and_swap!(
    AtomicBool: bool,
    AtomicI8: i8,
    AtomicI16: i16,
    AtomicI32: i32,
    AtomicI64: i64,
    AtomicIsize: isize,
    AtomicU8: u8,
    AtomicU16: u16,
    AtomicU32: u32,
    AtomicU64: u64,
    AtomicUsize: usize
);
