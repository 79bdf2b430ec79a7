//! Vector clocks: for each process, how many of its events are known.
//!
//! Counts stay below 2³¹, so that the compiler may compare them as signed numbers: that is what
//! every vector unit can do.

use crate::process::{PROCESSES_MAX, ProcessId};

/// For each process, the number of its events that are known: 0 means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
#[repr(align(32))]
pub struct VectorClock([u32; PROCESSES_MAX]);

impl VectorClock {
    /// Knows nothing.
    pub const ZERO: Self = Self([0; PROCESSES_MAX]);

    /// More than any process will ever do. As the first event of a process: there is none.
    pub const NEVER: Self = Self([i32::MAX.cast_unsigned(); PROCESSES_MAX]);

    /// The number of `process`'s events that are known.
    #[inline]
    pub const fn get(&self, process: ProcessId) -> u32 {
        self.0[process.index()]
    }

    /// Sets the number of `process`'s events that are known.
    #[inline]
    pub const fn set(&mut self, process: ProcessId, count: u32) {
        self.0[process.index()] = count;
    }

    /// Counts one more event of `process`, and returns how many there are now.
    #[inline]
    pub fn tick(&mut self, process: ProcessId) -> u32 {
        *self = self.with(&UNITS[process.index()], u32::wrapping_add);
        self.get(process)
    }

    /// Counts one more event of every process.
    #[inline]
    pub fn advance(&mut self) {
        *self = self.with(self, |mine, _| mine.wrapping_add(1));
    }

    /// The component of `process` alone; all others are 0.
    #[inline]
    #[must_use]
    pub fn only(&self, process: ProcessId) -> Self {
        self.with(&UNITS[process.index()], |mine, unit| mine & unit.wrapping_neg())
    }

    /// The component of `process` alone; the other processes [never](Self::NEVER) do anything.
    #[inline]
    #[must_use]
    pub fn first(&self, process: ProcessId) -> Self {
        self.with(&UNITS[process.index()], |mine, unit| {
            let mask = unit.wrapping_neg();
            mine & mask | i32::MAX.cast_unsigned() & !mask
        })
    }

    /// Learns all that `other` knows.
    #[inline]
    pub fn join(&mut self, other: &Self) {
        *self = self.with(other, |mine, theirs| {
            mine.cast_signed().max(theirs.cast_signed()).cast_unsigned()
        });
    }

    /// Keeps what both know: of two first events of each process, the earlier.
    #[inline]
    pub fn meet(&mut self, other: &Self) {
        *self = self.with(other, |mine, theirs| {
            mine.cast_signed().min(theirs.cast_signed()).cast_unsigned()
        });
    }

    /// Whether this clock knows at least all that `other` knows.
    #[inline]
    pub fn includes(&self, other: &Self) -> bool {
        // No difference is negative. (Comparisons would become a branch for each process.)
        let ahead = self.with(other, u32::wrapping_sub).0;
        ahead.into_iter().fold(0, |any, ahead| any | ahead).cast_signed() >= 0
    }

    /// Whether this clock knows at least one of the events that `other` counts up to.
    #[inline]
    pub fn reaches(&self, other: &Self) -> bool {
        // Some difference is not negative.
        let ahead = self.with(other, u32::wrapping_sub).0;
        ahead.into_iter().fold(u32::MAX, |all, ahead| all & ahead).cast_signed() >= 0
    }

    /// Learns all that `other` knows if this clock [reaches](Self::reaches) `targets`; whether it does.
    ///
    /// Out of line, lest the compiler keep the arguments of a loop in sixteen scalar registers.
    #[inline(never)]
    pub fn join_if_reaches(&mut self, targets: &Self, other: &Self) -> bool {
        let mine = *self;
        let reaches = mine.reaches(targets);
        let mut joined = mine;
        joined.join(other);
        if reaches {
            *self = joined;
        }
        reaches
    }

    /// Combines component by component. Both are loaded as a whole and the result is stored as a
    /// whole, so that this becomes vector instructions, and none waits for a part just written.
    #[inline]
    fn with(&self, other: &Self, combine: impl Fn(u32, u32) -> u32) -> Self {
        let (mine, theirs) = (self.0, other.0);
        Self(std::array::from_fn(|index| combine(mine[index], theirs[index])))
    }
}

/// By process, the clock that knows its first event and no other.
const UNITS: [VectorClock; PROCESSES_MAX] = {
    let mut units = [VectorClock::ZERO; PROCESSES_MAX];
    let mut index = 0;
    while index < PROCESSES_MAX {
        units[index].0[index] = 1;
        index += 1;
    }
    units
};
