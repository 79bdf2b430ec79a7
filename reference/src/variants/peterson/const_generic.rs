//! Variant: const generics, state in a nested generic struct, a bounded spin that is then repeated.

use harness::prelude::*;

const LOOKS: usize = 4;

#[derive(Debug)]
struct Shared<const PROCESSES: usize> {
    flag: [AtomicBool; PROCESSES],
    turn: AtomicUsize,
}

impl<const PROCESSES: usize> Shared<PROCESSES> {
    const fn new() -> Self {
        Self { flag: [const { AtomicBool::new(false) }; PROCESSES], turn: AtomicUsize::new(0) }
    }

    /// Looks a few times whether the way is free.
    fn becomes_free(&self, other: usize) -> bool {
        (0..LOOKS).any(|_| {
            !self.flag[other].load(Ordering::SeqCst) || self.turn.load(Ordering::SeqCst) != other
        })
    }
}

/// Who wants in, and who goes first if both do.
#[derive(Debug)]
pub struct Peterson {
    shared: Shared<2>,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { shared: Shared::new() }
    }

    fn entry_section(&self, me: ProcessId) {
        let other = 1 - me.index();
        self.shared.flag[me.index()].store(true, Ordering::SeqCst);
        self.shared.turn.store(other, Ordering::SeqCst);
        while !self.shared.becomes_free(other) {
            yield_now();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.shared.flag[me.index()].store(false, Ordering::SeqCst);
    }
}
