//! Variant: ordinary data beside the lock, touched only by the process inside: no data race.

use harness::prelude::*;

/// True while somebody is inside, and who that is.
#[derive(Debug)]
pub struct TestAndSet {
    locked: AtomicBool,
    owner: SharedCell<Option<ProcessId>>,
}

impl CriticalSection for TestAndSet {
    fn new(_processes: usize) -> Self {
        Self { locked: AtomicBool::new(false), owner: SharedCell::new(None) }
    }

    fn entry_section(&self, me: ProcessId) {
        while self.locked.swap(true, Ordering::Acquire) {
            spin_loop();
        }
        assert_eq!(self.owner.get(), None, "the former owner has left");
        self.owner.set(Some(me));
    }

    fn exit_section(&self, me: ProcessId) {
        assert_eq!(self.owner.get(), Some(me), "nobody else came in");
        self.owner.set(None);
        self.locked.store(false, Ordering::Release);
    }
}
