//! Variant: the queue lock of Mellor-Crummey and Scott (1991), whose waiting processes sleep. No guard:
//! one exchange joins the queue, and each process is told by the one before it.

use harness::prelude::*;

/// Stands for nobody.
const NOBODY: usize = usize::MAX;

/// What each process has of its own.
#[derive(Debug)]
struct Node {
    /// Who comes after it.
    next: AtomicUsize,
    /// Whether it has the lock.
    has_lock: AtomicBool,
}

/// The lock.
#[derive(Debug)]
pub struct Mutex {
    /// The last one in the queue; the first one is inside.
    tail: AtomicUsize,
    nodes: Vec<Node>,
}

impl CriticalSection for Mutex {
    fn new(processes: usize) -> Self {
        let node = |_| Node { next: AtomicUsize::new(NOBODY), has_lock: AtomicBool::new(false) };
        Self { tail: AtomicUsize::new(NOBODY), nodes: (0..processes).map(node).collect() }
    }

    fn entry_section(&self, me: ProcessId) {
        let node = &self.nodes[me.index()];
        node.next.store(NOBODY, Ordering::Relaxed);
        let before = self.tail.swap(me.index(), Ordering::AcqRel);
        if before == NOBODY {
            node.has_lock.store(true, Ordering::Relaxed);
            return;
        }
        self.nodes[before].next.store(me.index(), Ordering::Release);
        while !node.has_lock.load(Ordering::Acquire) {
            park();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        let node = &self.nodes[me.index()];
        if !node.has_lock.swap(false, Ordering::Relaxed) {
            return;
        }
        if node.next.load(Ordering::Acquire) == NOBODY {
            let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
            if self.tail.compare_exchange(me.index(), NOBODY, release, relaxed).is_ok() {
                return;
            }
            // Somebody is about to say that it comes next.
            while node.next.load(Ordering::Acquire) == NOBODY {
                spin_loop();
            }
        }
        let next = node.next.load(Ordering::Acquire);
        self.nodes[next].has_lock.store(true, Ordering::Release);
        unpark(ProcessId::new(next));
    }
}
