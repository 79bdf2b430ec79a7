//! A lock made of the hardware's test-and-set.
//!
//! Idea: the lock variable again, but looking and setting are one step that nothing can come
//! between. `swap(true)` is test-and-set: it sets the bit and tells what it was before, so of all
//! the processes that try, exactly one is told false.
//!
//! Measures: mutual exclusion and progress upheld; bounded waiting violated, for nothing remembers
//! who has been waiting: whoever tries at the right moment wins.

use harness::prelude::*;

/// True while somebody is inside.
#[derive(Debug)]
pub struct TestAndSet {
    locked: AtomicBool,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn entry_section(&self, _me: ProcessId) {
        // A read-modify-write always takes the newest value, whatever its ordering: that alone
        // excludes the others. Acquire, paired with the release below, is for the data inside.
        while self.locked.swap(true, Ordering::Acquire) {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::Release);
    }
}
