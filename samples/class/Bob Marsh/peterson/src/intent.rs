//! Who wants to enter.

use harness::prelude::*;

pub struct Intents<const N: usize>([AtomicBool; N]);

impl<const N: usize> Intents<N> {
    pub fn new() -> Self {
        Self(core::array::from_fn(|_| AtomicBool::new(false)))
    }

    pub fn declare(&self, who: usize) {
        self.0[who].store(true, Ordering::Relaxed);
    }

    pub fn withdraw(&self, who: usize) {
        self.0[who].store(false, Ordering::Release);
    }

    pub fn declared(&self, who: usize) -> bool {
        self.0[who].load(Ordering::Acquire)
    }
}
