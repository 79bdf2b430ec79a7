//! The atomic types of std, with their methods, signatures and ordering rules.

#![expect(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_lossless,
    reason = "values of all types are kept as 64 bits, sign-extended"
)]

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64 as Tag, Ordering};

use crate::backend::{self, Variable};
use crate::engine::{Call, Method, Update};
use crate::event::ValueType;

/// An atomic fence, as [`std::sync::atomic::fence`].
///
/// # Panics
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
    if backend::fence(Location::caller(), order).is_none() {
        std::sync::atomic::fence(order);
    }
}

/// As [`std::sync::atomic::compiler_fence`]: it orders a process with its own signal handlers only,
/// so that between processes it does nothing.
///
/// # Panics
/// If `order` is `Relaxed`.
#[track_caller]
pub fn compiler_fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed compiler fence");
    std::sync::atomic::compiler_fence(order);
}

#[inline]
#[track_caller]
fn check_load(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release load"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release load"),
        _ => {}
    }
}

#[inline]
#[track_caller]
fn check_store(order: Ordering) {
    match order {
        Ordering::Acquire => panic!("there is no such thing as an acquire store"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release store"),
        _ => {}
    }
}

#[inline]
#[track_caller]
fn check_failure(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release failure ordering"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release failure ordering"),
        _ => {}
    }
}

/// Tells two compare-exchanges at one place apart by both operands.
#[inline]
fn mix(expected: u64, new: u64) -> u64 {
    expected.rotate_left(32) ^ new
}

macro_rules! method {
    ($name:expr, $value_type:ident) => {
        &Method { name: $name, value_type: ValueType::$value_type }
    };
}

macro_rules! atomic {
    ($name:ident, $value:ty, $value_type:ident, $to_bits:expr, $from_bits:expr) => {
        #[doc = concat!("As [`std::sync::atomic::", stringify!($name), "`].")]
        pub struct $name {
            machine: std::sync::atomic::$name,
            /// Which location of which execution this is.
            tag: Tag,
        }

        impl $name {
            /// A variable with this value.
            pub const fn new(value: $value) -> Self {
                Self { machine: std::sync::atomic::$name::new(value), tag: Tag::new(0) }
            }

            #[inline]
            pub(super) fn variable(&self) -> Variable<'_> {
                let outside = $to_bits(self.machine.load(Ordering::Relaxed));
                Variable { tag: &self.tag, outside }
            }

            /// A read-modify-write that always writes.
            #[inline]
            #[track_caller]
            fn modify(
                &self,
                order: Ordering,
                method: &'static Method,
                operand: $value,
                update: impl Fn($value) -> $value,
            ) -> Option<$value> {
                let mut update = |bits| Some($to_bits(update($from_bits(bits))));
                let call = Call { site: Location::caller(), method, operand: $to_bits(operand) };
                let (success, failure) = (order, Ordering::Relaxed);
                let update = Update { success, failure, weak: false, function: &mut update };
                backend::update(self.variable(), call, update).map(|reply| $from_bits(reply.value))
            }

            /// The value now, for code that has the variable to itself.
            fn settle(&mut self) -> &mut std::sync::atomic::$name {
                if let Some(bits) = backend::latest(&self.tag) {
                    *self.machine.get_mut() = $from_bits(bits);
                    // Whoever has it to itself is ordered after all that was done to it: it starts
                    // afresh with this value.
                    *self.tag.get_mut() = 0;
                }
                &mut self.machine
            }

            /// See std.
            pub fn get_mut(&mut self) -> &mut $value {
                self.settle().get_mut()
            }

            /// See std.
            pub fn into_inner(mut self) -> $value {
                *self.get_mut()
            }

            /// See std.
            #[inline]
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                check_load(order);
                let method = method!("load", $value_type);
                let call = Call { site: Location::caller(), method, operand: 0 };
                match backend::load(self.variable(), call, order) {
                    Some(bits) => $from_bits(bits),
                    None => self.machine.load(order),
                }
            }

            /// See std.
            #[inline]
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                check_store(order);
                let bits = $to_bits(value);
                let method = method!("store", $value_type);
                let call = Call { site: Location::caller(), method, operand: bits };
                if backend::store(self.variable(), call, bits, order).is_none() {
                    self.machine.store(value, order);
                }
            }

            /// See std.
            #[inline]
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.modify(order, method!("swap", $value_type), value, |_| value)
                    .unwrap_or_else(|| self.machine.swap(value, order))
            }

            #[inline]
            #[track_caller]
            fn exchange(
                &self,
                current: $value,
                new: $value,
                (success, failure): (Ordering, Ordering),
                method: &'static Method,
                weak: bool,
            ) -> Option<Result<$value, $value>> {
                check_failure(failure);
                let (expected, new) = ($to_bits(current), $to_bits(new));
                let mut update = |bits| (bits == expected).then_some(new);
                let operand = mix(expected, new);
                let call = Call { site: Location::caller(), method, operand };
                let update = Update { success, failure, weak, function: &mut update };
                let reply = backend::update(self.variable(), call, update)?;
                let previous = $from_bits(reply.value);
                Some(if reply.wrote { Ok(previous) } else { Err(previous) })
            }

            /// See std.
            #[inline]
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let method = method!("compare_exchange", $value_type);
                self.exchange(current, new, (success, failure), method, false).unwrap_or_else(
                    || self.machine.compare_exchange(current, new, success, failure),
                )
            }

            /// See std. In an execution it may fail spuriously.
            #[inline]
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let method = method!("compare_exchange_weak", $value_type);
                self.exchange(current, new, (success, failure), method, true).unwrap_or_else(|| {
                    self.machine.compare_exchange_weak(current, new, success, failure)
                })
            }

            /// See std: a load, then `compare_exchange_weak` until it succeeds.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut previous = self.load(fetch_order);
                while let Some(next) = f(previous) {
                    match self.compare_exchange_weak(previous, next, set_order, fetch_order) {
                        Ok(value) => return Ok(value),
                        Err(value) => previous = value,
                    }
                }
                Err(previous)
            }

            /// See std: another name for [`fetch_update`](Self::fetch_update).
            #[track_caller]
            pub fn try_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.fetch_update(set_order, fetch_order, f)
            }

            /// See std: like [`fetch_update`](Self::fetch_update), but always sets.
            #[track_caller]
            pub fn update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> $value,
            ) -> $value {
                let mut previous = self.load(fetch_order);
                loop {
                    let next = f(previous);
                    match self.compare_exchange_weak(previous, next, set_order, fetch_order) {
                        Ok(value) => return value,
                        Err(value) => previous = value,
                    }
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new(<$value>::default())
            }
        }

        impl From<$value> for $name {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Debug output is for people: it is no operation of the algorithm.
                match backend::latest(&self.tag) {
                    Some(bits) => fmt::Debug::fmt(&$from_bits(bits), f),
                    None => fmt::Debug::fmt(&self.machine, f),
                }
            }
        }
    };
}

macro_rules! fetch {
    ($name:ident, $value:ty, $value_type:ident: $($method:ident($operand:ident, $previous:ident) $new:expr;)*) => {
        impl $name {$(
            /// See std.
            #[inline]
            #[track_caller]
            pub fn $method(&self, $operand: $value, order: Ordering) -> $value {
                let method = method!(stringify!($method), $value_type);
                self.modify(order, method, $operand, |$previous| $new)
                    .unwrap_or_else(|| self.machine.$method($operand, order))
            }
        )*}
    };
}

macro_rules! integers {
    ($($name:ident: $value:ident $value_type:ident;)*) => {$(
        atomic!($name, $value, $value_type, |value: $value| value as u64, |bits: u64| bits as $value);
        fetch!($name, $value, $value_type:
            fetch_add(operand, previous) previous.wrapping_add(operand);
            fetch_sub(operand, previous) previous.wrapping_sub(operand);
            fetch_and(operand, previous) previous & operand;
            fetch_nand(operand, previous) !(previous & operand);
            fetch_or(operand, previous) previous | operand;
            fetch_xor(operand, previous) previous ^ operand;
            fetch_max(operand, previous) previous.max(operand);
            fetch_min(operand, previous) previous.min(operand);
        );
    )*};
}

integers! {
    AtomicI8: i8 Signed;
    AtomicI16: i16 Signed;
    AtomicI32: i32 Signed;
    AtomicI64: i64 Signed;
    AtomicIsize: isize Signed;
    AtomicU8: u8 Unsigned;
    AtomicU16: u16 Unsigned;
    AtomicU32: u32 Unsigned;
    AtomicU64: u64 Unsigned;
    AtomicUsize: usize Unsigned;
}

atomic!(AtomicBool, bool, Bool, u64::from, |bits: u64| bits != 0);
fetch!(AtomicBool, bool, Bool:
    fetch_and(operand, previous) previous & operand;
    fetch_nand(operand, previous) !(previous & operand);
    fetch_or(operand, previous) previous | operand;
    fetch_xor(operand, previous) previous ^ operand;
);

impl AtomicBool {
    /// See std.
    #[inline]
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.modify(order, method!("fetch_not", Bool), true, |previous| !previous)
            .unwrap_or_else(|| self.machine.fetch_not(order))
    }
}
