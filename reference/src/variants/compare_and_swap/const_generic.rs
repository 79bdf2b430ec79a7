//! Variant: const generics, helper structs, a fixed array of integers, and `yield_now` in the loop.

use harness::prelude::*;

const PROCESSES_MAX: usize = 8;

#[derive(Debug)]
struct Queue<const MAX: usize> {
    waiting: [AtomicU32; MAX],
    processes: usize,
}

impl<const MAX: usize> Queue<MAX> {
    const fn new(processes: usize) -> Self {
        Self { waiting: [const { AtomicU32::new(0) }; MAX], processes }
    }

    fn join(&self, process: usize) {
        self.waiting[process].store(1, Ordering::SeqCst);
    }

    fn leave(&self, process: usize) {
        self.waiting[process].store(0, Ordering::SeqCst);
    }

    fn contains(&self, process: usize) -> bool {
        self.waiting[process].load(Ordering::SeqCst) == 1
    }

    fn next_after(&self, process: usize) -> Option<usize> {
        (process + 1..self.processes).chain(0..process).find(|&other| self.contains(other))
    }
}

/// The lock (0 open, 1 closed), and who waits for it.
#[derive(Debug)]
pub struct CompareAndSwap {
    lock: AtomicI32,
    queue: Queue<PROCESSES_MAX>,
}

impl CriticalSection for CompareAndSwap {
    fn new(processes: usize) -> Self {
        Self { lock: AtomicI32::new(0), queue: Queue::new(processes) }
    }

    fn entry_section(&self, me: ProcessId) {
        self.queue.join(me.index());
        loop {
            if !self.queue.contains(me.index()) {
                break;
            }
            if self.lock.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst) == Ok(0) {
                break;
            }
            yield_now();
        }
        self.queue.leave(me.index());
    }

    fn exit_section(&self, me: ProcessId) {
        match self.queue.next_after(me.index()) {
            Some(other) => self.queue.leave(other),
            None => self.lock.store(0, Ordering::SeqCst),
        }
    }
}
