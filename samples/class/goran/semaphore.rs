use harness::prelude::*;

/// The prelude has one already.
pub struct Semaphore(Permits);

impl CountingSemaphore for Semaphore {
    fn new(_: usize, permits: usize) -> Self {
        Self(Permits::new(permits))
    }

    fn wait(&self, _: ProcessId) {
        self.0.wait();
    }

    fn signal(&self, _: ProcessId) {
        self.0.signal();
    }
}
