//! Variant: a weak compare-exchange in a loop that counts its retries, and looks the longer between
//! two of them the more there were. The count is hidden from everybody else.

use harness::prelude::*;

/// The most doublings of the time between two tries.
const DOUBLINGS_MAX: u32 = 6;

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
        let mut retries = 0_u32;
        while self
            .locked
            .compare_exchange_weak(false, true, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            retries += 1;
            for _ in 0..1 << retries.min(DOUBLINGS_MAX) {
                if !self.locked.load(Ordering::SeqCst) {
                    break;
                }
            }
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.locked.store(false, Ordering::SeqCst);
    }
}
