//! Flawed, as an answer to this task: a correct lock.
//!
//! Bug: turns are given to those who ask, in the order in which they ask, so a process that rests in
//! its remainder section is not waited for. As a lock it is better; but the task was to build strict
//! alternation and to show where it fails.
//! Convicted of: nothing. The failure that was asked for is missing: progress is upheld.

use harness::prelude::*;

/// The next ticket to give out, and the one that is served.
#[derive(Debug)]
pub struct TakingTurns {
    next: AtomicUsize,
    serving: AtomicUsize,
}

impl CriticalSection for TakingTurns {
    fn new(_processes: usize) -> Self {
        Self { next: AtomicUsize::new(0), serving: AtomicUsize::new(0) }
    }

    fn entry_section(&self, _me: ProcessId) {
        let mine = self.next.fetch_add(1, Ordering::SeqCst);
        while self.serving.load(Ordering::SeqCst) != mine {
            spin_loop();
        }
    }

    fn exit_section(&self, _me: ProcessId) {
        self.serving.fetch_add(1, Ordering::SeqCst);
    }
}
