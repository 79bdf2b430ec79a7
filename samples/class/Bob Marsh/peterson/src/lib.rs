//! Peterson, with fences instead of sequentially consistent accesses.

mod intent;

use harness::prelude::*;
use intent::Intents;

pub struct Peterson {
    intents: Intents<2>,
    victim: AtomicU8,
}

impl CriticalSection for Peterson {
    fn new(_processes: usize) -> Self {
        Self { intents: Intents::new(), victim: AtomicU8::new(0) }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        self.intents.declare(me);
        // The one who writes last waits.
        self.victim.swap(me as u8, Ordering::AcqRel);
        fence(Ordering::SeqCst);
        while self.intents.declared(1 - me) && usize::from(self.victim.load(Ordering::Acquire)) == me {
            yield_now();
        }
    }

    fn exit_section(&self, me: ProcessId) {
        self.intents.withdraw(me.index());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn two_threads_take_turns() {
        let lock = Arc::new(Peterson::new(2));
        let other = Arc::clone(&lock);
        thread::spawn(move || drop(other)).join().unwrap();
    }
}
