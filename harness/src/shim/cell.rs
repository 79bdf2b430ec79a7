//! Shared data that is not atomic: what a critical section protects.

#![expect(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_lossless,
    reason = "values of all types are kept as 64 bits, sign-extended"
)]

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::backend::{self, Variable};
use crate::engine::{Call, Method};
use crate::event::ValueType;
use crate::message::Message;
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
    #[expect(unnameable_types, reason = "that is what seals the trait")]
    pub trait Sealed {}
}

macro_rules! word {
    ($value_type:ident: $($integer:ty),*) => {$(
        impl sealed::Sealed for $integer {}
        impl Word for $integer {
            const TYPE: ValueType = ValueType::$value_type;

            #[inline]
            fn to_bits(self) -> u64 {
                self as u64
            }

            #[inline]
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

    #[inline]
    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl sealed::Sealed for ProcessId {}
impl Word for ProcessId {
    const TYPE: ValueType = ValueType::Process;

    #[inline]
    fn to_bits(self) -> u64 {
        self.index() as u64
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        Self::new(bits as usize)
    }
}

impl sealed::Sealed for Option<ProcessId> {}
impl Word for Option<ProcessId> {
    const TYPE: ValueType = ValueType::ProcessOrNone;

    #[inline]
    fn to_bits(self) -> u64 {
        self.map_or(u64::MAX, Word::to_bits)
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        (bits != u64::MAX).then(|| Word::from_bits(bits))
    }
}

impl sealed::Sealed for Message {}
impl Word for Message {
    const TYPE: ValueType = ValueType::Message;

    #[inline]
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

impl sealed::Sealed for Option<Message> {}
impl Word for Option<Message> {
    const TYPE: ValueType = ValueType::MessageOrNone;

    #[inline]
    fn to_bits(self) -> u64 {
        self.map_or(u64::MAX, Word::to_bits)
    }

    #[inline]
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
    #[inline]
    fn outside(&self) -> u64 {
        if self.changed.load(Ordering::Acquire) {
            self.value.load(Ordering::Relaxed)
        } else {
            self.initial.to_bits()
        }
    }

    #[inline]
    fn variable(&self) -> Variable<'_> {
        Variable { tag: &self.tag, outside: self.outside() }
    }

    /// The value.
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T {
        let method = const { &Method { name: "get", value_type: T::TYPE } };
        let call = Call { site: Location::caller(), method, operand: 0 };
        let bits = backend::plain_read(self.variable(), call);
        T::from_bits(bits.unwrap_or_else(|| self.outside()))
    }

    /// Replaces the value.
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) {
        let bits = value.to_bits();
        let method = const { &Method { name: "set", value_type: T::TYPE } };
        let call = Call { site: Location::caller(), method, operand: bits };
        if backend::plain_write(self.variable(), call, bits).is_none() {
            self.value.store(bits, Ordering::Relaxed);
            self.changed.store(true, Ordering::Release);
        }
    }
}

impl<T: Word> fmt::Debug for SharedCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = backend::latest(&self.tag).unwrap_or_else(|| self.outside());
        f.debug_tuple("SharedCell").field(&T::TYPE.show(value)).finish()
    }
}
