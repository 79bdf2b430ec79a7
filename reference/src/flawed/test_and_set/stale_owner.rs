//! Flawed: the owner may come in again, but the owner is never forgotten.
//!
//! Bug: the shared variable `owner` still names a process that has left, until the next one has
//! written its own name; until then the former owner comes in without closing the lock.
//! Convicted of: mutual exclusion, open door. (Starvation is allowed here; with three processes this
//! has it.)
//! Schedule: P0 enters and leaves; P0 asks, finds its own name, and enters; P1 asks, finds the lock
//! open, and gets in.

use harness::prelude::*;

/// True while somebody is inside, and who that is.
#[derive(Debug)]
pub struct TestAndSet {
    locked: AtomicBool,
    owner: AtomicUsize,
}

impl CriticalSection for TestAndSet {
    fn new(processes: usize) -> Self {
        Self { locked: AtomicBool::new(false), owner: AtomicUsize::new(processes) }
    }

    fn entry_section(&self, me: ProcessId) {
        if self.owner.load(Ordering::SeqCst) == me.index() {
            return;
        }
        while self.locked.swap(true, Ordering::SeqCst) {
            spin_loop();
        }
        self.owner.store(me.index(), Ordering::SeqCst);
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
