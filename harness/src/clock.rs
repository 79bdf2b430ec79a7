//! Vector clocks: for each process, how many of its events are known.
//!
//! A count is kept as the bits of a positive floating-point number: `NONE` for 0, and one more for
//! each event. The order of such numbers is that of their bits, and the greater or the lesser of two
//! is one instruction of every vector unit, also of those that have none for integers.

use std::fmt;

use crate::process::{PROCESSES_MAX, ProcessId};

/// Zero: the least number that is not subnormal, which some units are slow with.
const NONE: f32 = f32::MIN_POSITIVE;

/// More than any process will ever do: the greatest number there is.
const NEVER: f32 = f32::MAX;

/// For each process, the number of its events that are known.
#[derive(Clone, Copy, PartialEq)]
#[repr(align(32))]
pub struct VectorClock([f32; PROCESSES_MAX]);

impl Eq for VectorClock {}

impl Default for VectorClock {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Debug for VectorClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|&kept| count(kept))).finish()
    }
}

impl VectorClock {
    /// Knows nothing.
    pub const ZERO: Self = Self([NONE; PROCESSES_MAX]);

    /// More than any process will ever do. As the first event of a process: there is none.
    pub const NEVER: Self = Self([NEVER; PROCESSES_MAX]);

    /// The number of `process`'s events that are known.
    #[inline]
    pub const fn get(&self, process: ProcessId) -> u32 {
        count(self.0[process.index()])
    }

    /// Sets the number of `process`'s events that are known.
    #[inline]
    pub const fn set(&mut self, process: ProcessId, count: u32) {
        self.0[process.index()] = f32::from_bits(NONE.to_bits().wrapping_add(count));
    }

    /// Counts one more event of `process`, and returns how many there are now.
    #[inline]
    pub fn tick(&mut self, process: ProcessId) -> u32 {
        *self = self.with_bits(&UNITS[process.index()], u32::wrapping_add);
        self.get(process)
    }

    /// Counts one more event of every process.
    #[inline]
    pub fn advance(&mut self) {
        *self = self.with_bits(&self.0.map(f32::to_bits), |mine, _| mine.wrapping_add(1));
    }

    /// The component of `process` alone; all others are 0.
    #[inline]
    #[must_use]
    pub fn only(&self, process: ProcessId) -> Self {
        self.with_bits(&UNITS[process.index()], |mine, unit| {
            let mask = unit.wrapping_neg();
            mine & mask | NONE.to_bits() & !mask
        })
    }

    /// The component of `process` alone; the other processes [never](Self::NEVER) do anything.
    #[inline]
    #[must_use]
    pub fn first(&self, process: ProcessId) -> Self {
        self.with_bits(&UNITS[process.index()], |mine, unit| {
            let mask = unit.wrapping_neg();
            mine & mask | NEVER.to_bits() & !mask
        })
    }

    /// Learns all that `other` knows.
    #[inline]
    pub fn join(&mut self, other: &Self) {
        *self = self.with(other, |mine, theirs| if mine > theirs { mine } else { theirs });
    }

    /// Keeps what both know: of two first events of each process, the earlier.
    #[inline]
    pub fn meet(&mut self, other: &Self) {
        *self = self.with(other, |mine, theirs| if mine < theirs { mine } else { theirs });
    }

    /// Whether this clock knows at least all that `other` knows.
    #[inline]
    pub fn includes(&self, other: &Self) -> bool {
        // No difference is negative. (Comparisons would become a branch for each process.)
        self.ahead_of(other).into_iter().fold(0, |any, ahead| any | ahead).cast_signed() >= 0
    }

    /// Whether this clock knows at least one of the events that `other` counts up to.
    #[inline]
    pub fn reaches(&self, other: &Self) -> bool {
        // Some difference is not negative.
        self.ahead_of(other).into_iter().fold(u32::MAX, |all, ahead| all & ahead).cast_signed() >= 0
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
    fn with(&self, other: &Self, combine: impl Fn(f32, f32) -> f32) -> Self {
        let (mine, theirs) = (self.0, other.0);
        Self(std::array::from_fn(|index| combine(mine[index], theirs[index])))
    }

    /// The same, of the bits.
    #[inline]
    fn with_bits(&self, other: &Lanes, combine: impl Fn(u32, u32) -> u32) -> Self {
        let (mine, theirs) = (self.0, *other);
        Self(std::array::from_fn(|index| {
            f32::from_bits(combine(mine[index].to_bits(), theirs[index]))
        }))
    }

    /// By process, how far this clock is ahead of `other`: the highest bit says that it is behind.
    #[inline]
    fn ahead_of(&self, other: &Self) -> Lanes {
        let (mine, theirs) = (self.0, other.0);
        std::array::from_fn(|index| mine[index].to_bits().wrapping_sub(theirs[index].to_bits()))
    }
}

/// What is kept as so much, in events.
#[inline]
const fn count(kept: f32) -> u32 {
    kept.to_bits().wrapping_sub(NONE.to_bits())
}

type Lanes = [u32; PROCESSES_MAX];

/// By process: one for it, and nothing for the others.
static UNITS: [Lanes; PROCESSES_MAX] = {
    let mut units = [[0; PROCESSES_MAX]; PROCESSES_MAX];
    let mut index = 0;
    while index < PROCESSES_MAX {
        units[index][index] = 1;
        index += 1;
    }
    units
};
