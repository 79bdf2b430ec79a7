//! Shared data that is not atomic: what a critical section protects.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::backend;
use crate::engine::{Call, Request};
use crate::event::ValueType;
use crate::process::ProcessId;

/// A shared variable that is not atomic. In the model two accesses by different processes, at least
/// one of them a write, must be ordered by happens-before; otherwise they are a *data race*, which
/// is a violation ([intro.races] 21; in Rust it would be undefined behaviour).
///
/// Every access is a preemption point. Outside of an execution accesses are relaxed and atomic, so
/// that a mistake stays a mistake and does not become undefined behaviour.
pub struct SharedCell<T> {
    initial: T,
    /// Outside of executions: the value that it was set to last, if it was.
    value: AtomicU64,
    changed: AtomicBool,
    /// Which location of which execution this is.
    tag: AtomicU64,
}

/// What a [`SharedCell`] can hold: anything that fits 64 bits.
pub trait Word: Copy + sealed::Sealed {
    #[doc(hidden)]
    const TYPE: ValueType;
    #[doc(hidden)]
    fn to_bits(self) -> u64;
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! word {
    ($value_type:ident: $($integer:ty),*) => {$(
        impl sealed::Sealed for $integer {}
        impl Word for $integer {
            const TYPE: ValueType = ValueType::$value_type;

            fn to_bits(self) -> u64 {
                self as u64
            }

            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}

word!(Unsigned: u8, u16, u32, u64, usize);
word!(Signed: i8, i16, i32, i64, isize);

impl sealed::Sealed for bool {}
impl Word for bool {
    const TYPE: ValueType = ValueType::Bool;

    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl sealed::Sealed for ProcessId {}
impl Word for ProcessId {
    const TYPE: ValueType = ValueType::Unsigned;

    fn to_bits(self) -> u64 {
        self.index() as u64
    }

    fn from_bits(bits: u64) -> Self {
        Self::new(bits as usize)
    }
}

impl sealed::Sealed for Option<ProcessId> {}
impl Word for Option<ProcessId> {
    /// `None` prints as -1.
    const TYPE: ValueType = ValueType::Signed;

    fn to_bits(self) -> u64 {
        self.map_or(u64::MAX, Word::to_bits)
    }

    fn from_bits(bits: u64) -> Self {
        (bits != u64::MAX).then(|| Word::from_bits(bits))
    }
}

impl<T: Word + Default> Default for SharedCell<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Word> SharedCell<T> {
    /// A variable with this value.
    pub const fn new(value: T) -> Self {
        Self {
            initial: value,
            value: AtomicU64::new(0),
            changed: AtomicBool::new(false),
            tag: AtomicU64::new(0),
        }
    }

    /// The value outside of executions.
    fn outside(&self) -> u64 {
        if self.changed.load(Ordering::Acquire) {
            self.value.load(Ordering::Relaxed)
        } else {
            self.initial.to_bits()
        }
    }

    /// The value.
    #[track_caller]
    pub fn get(&self) -> T {
        let call = self.call(Request::PlainRead, "get", 0);
        let reply = backend::operate(&self.tag, || self.outside(), call);
        T::from_bits(reply.map_or_else(|| self.outside(), |reply| reply.value))
    }

    /// Replaces the value.
    #[track_caller]
    pub fn set(&self, value: T) {
        let bits = value.to_bits();
        let call = self.call(Request::PlainWrite { value: bits }, "set", bits);
        if backend::operate(&self.tag, || self.outside(), call).is_none() {
            self.value.store(bits, Ordering::Relaxed);
            self.changed.store(true, Ordering::Release);
        }
    }

    #[track_caller]
    fn call<'a>(&self, request: Request<'a>, method: &'static str, operand: u64) -> Call<'a> {
        Call { request, method, value_type: T::TYPE, site: Location::caller(), operand }
    }
}

impl<T: Word> fmt::Debug for SharedCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = backend::latest(&self.tag).unwrap_or_else(|| self.outside());
        f.debug_tuple("SharedCell").field(&T::TYPE.show(value)).finish()
    }
}
