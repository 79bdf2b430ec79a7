//! Vector clocks: for each process, how many of its events are known.

use crate::process::{PROCESSES_MAX, ProcessId};

/// For each process, the number of its events that are known: 0 means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
#[repr(align(32))]
pub struct VectorClock([u32; PROCESSES_MAX]);

impl VectorClock {
    /// Knows nothing.
    pub const ZERO: Self = Self([0; PROCESSES_MAX]);

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

    /// Learns all that `other` knows.
    #[inline]
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// Whether this clock knows at least all that `other` knows.
    #[inline]
    pub fn includes(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine >= theirs)
    }
}
