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
    pub const fn tick(&mut self, process: ProcessId) -> u32 {
        self.0[process.index()] += 1;
        self.0[process.index()]
    }

    /// Learns all that `other` knows.
    #[inline]
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.cast_signed().max(theirs.cast_signed()).cast_unsigned();
        }
    }

    /// Keeps what both know: of two first events of each process, the earlier.
    #[inline]
    pub fn meet(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.cast_signed().min(theirs.cast_signed()).cast_unsigned();
        }
    }

    /// Lowers the count of `process` to `count`, if it was higher.
    #[inline]
    pub const fn lower(&mut self, process: ProcessId, count: u32) {
        if count < self.0[process.index()] {
            self.0[process.index()] = count;
        }
    }

    /// Whether this clock knows at least all that `other` knows.
    #[inline]
    pub fn includes(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine >= theirs)
    }

    /// Whether this clock knows at least one of the events that `other` counts up to.
    #[inline]
    pub fn reaches(&self, other: &Self) -> bool {
        let each = self.0.iter().zip(&other.0);
        each.fold(false, |any, (mine, theirs)| any | (mine.cast_signed() >= theirs.cast_signed()))
    }
}
