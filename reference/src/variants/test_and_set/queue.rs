//! Variant: fair, a queue lock after Mellor-Crummey and Scott (1991), with indices for pointers.
//! Bypass n-1.
//!
//! The exit section may wait a moment for a process that has joined the queue but is not linked yet;
//! that process is in its entry section, and needs nobody's help to link itself.

use harness::prelude::*;

const NOBODY: usize = usize::MAX;

#[derive(Debug)]
struct Node {
    next: AtomicUsize,
    waits: AtomicBool,
}

/// The last one in the queue, and for each process its node.
#[derive(Debug)]
pub struct TestAndSet {
    tail: AtomicUsize,
    nodes: Box<[Node]>,
}

impl CriticalSection for TestAndSet {
    fn new(processes: usize) -> Self {
        let node = |_| Node { next: AtomicUsize::new(NOBODY), waits: AtomicBool::new(false) };
        Self { tail: AtomicUsize::new(NOBODY), nodes: (0..processes).map(node).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let node = &self.nodes[me.index()];
        node.next.store(NOBODY, Ordering::Relaxed);
        node.waits.store(true, Ordering::Relaxed);
        let before = self.tail.swap(me.index(), Ordering::AcqRel);
        if before != NOBODY {
            self.nodes[before].next.store(me.index(), Ordering::Release);
            while node.waits.load(Ordering::Acquire) {
                spin_loop();
            }
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let node = &self.nodes[me.index()];
        let alone = || {
            let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
            self.tail.compare_exchange(me.index(), NOBODY, release, relaxed).is_ok()
        };
        if node.next.load(Ordering::Acquire) == NOBODY && alone() {
            return;
        }
        let next = loop {
            match node.next.load(Ordering::Acquire) {
                NOBODY => spin_loop(),
                next => break next,
            }
        };
        self.nodes[next].waits.store(false, Ordering::Release);
    }
}
