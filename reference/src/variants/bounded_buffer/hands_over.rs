//! Variant: baton passing with `park`. A producer hands its item to the consumer that waits longest; a
//! consumer that makes room lets the producer that waits longest have it, and does its deposit for it. So
//! nobody overtakes those who wait.

use harness::prelude::*;

/// Those who wait, in order; the guard protects it.
#[derive(Debug)]
struct Queue {
    who: Vec<SharedCell<usize>>,
    first: SharedCell<usize>,
    count: SharedCell<usize>,
}

impl Queue {
    fn new(processes: usize) -> Self {
        Self {
            who: (0..processes).map(|_| SharedCell::new(0)).collect(),
            first: SharedCell::new(0),
            count: SharedCell::new(0),
        }
    }

    fn push(&self, process: ProcessId) {
        let count = self.count.get();
        self.who[(self.first.get() + count) % self.who.len()].set(process.index());
        self.count.set(count + 1);
    }

    fn pop(&self) -> Option<ProcessId> {
        let count = self.count.get().checked_sub(1)?;
        let first = self.first.get();
        self.count.set(count);
        self.first.set((first + 1) % self.who.len());
        Some(ProcessId::new(self.who[first].get()))
    }
}

/// The buffer.
#[derive(Debug)]
pub struct BoundedBuffer {
    guard: Guard,
    places: Vec<SharedCell<u64>>,
    taken: SharedCell<usize>,
    deposited: SharedCell<usize>,
    producers: Queue,
    consumers: Queue,
    /// By process: what it wants to deposit, or what it was handed.
    hand: Vec<SharedCell<u64>>,
    /// By process: whether it was served.
    served: Vec<SharedCell<bool>>,
}

impl BoundedBuffer {
    fn put(&self, item: u64) {
        let deposited = self.deposited.get();
        self.places[deposited % self.places.len()].set(item);
        self.deposited.set(deposited + 1);
    }

    /// In the guard, and out of it when it returns: sleeps until `me` was served.
    fn sleep(&self, me: ProcessId) {
        self.served[me.index()].set(false);
        loop {
            self.guard.leave();
            park();
            self.guard.enter();
            if self.served[me.index()].get() {
                break;
            }
        }
        self.guard.leave();
    }

    /// In the guard, and out of it when it returns: wakes whoever was served.
    fn serve(&self, process: Option<ProcessId>) {
        if let Some(process) = process {
            self.served[process.index()].set(true);
        }
        self.guard.leave();
        if let Some(process) = process {
            unpark(process);
        }
    }
}

impl Buffer for BoundedBuffer {
    fn new(processes: usize, capacity: usize) -> Self {
        Self {
            guard: Guard::new(),
            places: (0..capacity).map(|_| SharedCell::new(0)).collect(),
            taken: SharedCell::new(0),
            deposited: SharedCell::new(0),
            producers: Queue::new(processes),
            consumers: Queue::new(processes),
            hand: (0..processes).map(|_| SharedCell::new(0)).collect(),
            served: (0..processes).map(|_| SharedCell::new(false)).collect(),
        }
    }

    fn deposit(&self, me: ProcessId, item: u64) {
        self.guard.enter();
        if let Some(consumer) = self.consumers.pop() {
            self.hand[consumer.index()].set(item);
            return self.serve(Some(consumer));
        }
        if self.deposited.get() - self.taken.get() < self.places.len() {
            self.put(item);
            return self.guard.leave();
        }
        self.hand[me.index()].set(item);
        self.producers.push(me);
        self.sleep(me);
    }

    fn take(&self, me: ProcessId) -> u64 {
        self.guard.enter();
        let taken = self.taken.get();
        if taken == self.deposited.get() {
            self.consumers.push(me);
            self.sleep(me);
            return self.hand[me.index()].get();
        }
        let item = self.places[taken % self.places.len()].get();
        self.taken.set(taken + 1);
        let producer = self.producers.pop();
        if let Some(producer) = producer {
            self.put(self.hand[producer.index()].get());
        }
        self.serve(producer);
        item
    }
}
