//! Flawed: there is no lock at all.
//!
//! Bug: `entry_section` returns at once. This is not how the lock variable fails: that one lets two
//! in only if both look before either sets, here the door simply stands open.
//! Convicted of: mutual exclusion, open door. Progress and bounded waiting hold, for nobody waits.
//! Schedule: P0 enters; P1 asks while P0 is inside, and gets in.

use harness::prelude::*;

/// Nothing.
#[derive(Debug)]
pub struct LockVariable;

impl CriticalSection for LockVariable {
    fn new(_processes: usize) -> Self {
        Self
    }

    fn entry_section(&self, _me: ProcessId) {}

    fn exit_section(&self, _me: ProcessId) {}
}
