//! Flawed: `exit_section` asks whether another one is inside, and not whether its caller is.
//!
//! Bug: if nobody is inside, the ticket that nobody has yet is called up, and whoever draws it waits for ever.
//! Convicted of: ownership. If everybody calls `exit_section` only after `entry_section`, all is well; and nobody
//! is ever let in who may not be.
//! Schedule: P0 calls `exit_section`, and the next ticket is called up; somebody wants to enter and sleeps for ever.

use harness::prelude::*;

/// The lock: tickets, and a guard around what is known about them.
#[derive(Debug)]
pub struct Mutex<G = Guard> {
    guard: G,
    /// The next ticket.
    next: SharedCell<u32>,
    /// Who is inside.
    owner: SharedCell<Option<ProcessId>>,
    /// The ticket that may go in.
    serving: AtomicU32,
}

impl<G: CriticalSection> CriticalSection for Mutex<G> {
    fn new(processes: usize) -> Self {
        Self {
            guard: G::new(processes),
            next: SharedCell::new(0),
            owner: SharedCell::new(None),
            serving: AtomicU32::new(0),
        }
    }

    fn entry_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        loop {
            let now = self.serving.load(Ordering::Relaxed);
            if now == ticket {
                self.owner.set(Some(me));
                self.guard.exit_section(me);
                return;
            }
            self.guard.exit_section(me);
            futex_wait(&self.serving, now);
            self.guard.entry_section(me);
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.guard.entry_section(me);
        if self.owner.get().is_some_and(|owner| owner != me) {
            self.guard.exit_section(me);
            return;
        }
        self.owner.set(None);
        self.serving.fetch_add(1, Ordering::Relaxed);
        self.guard.exit_section(me);
        futex_wake(&self.serving, usize::MAX);
    }
}
