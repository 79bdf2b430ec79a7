//! The programs under loom, which explores a memory like C11's exhaustively.

use loom::cell::UnsafeCell;
use loom::sync::atomic as peers_own;
use loom::sync::atomic::{Ordering, fence};
use loom::thread::{spawn, yield_now};

use crate::contract::Program;
use crate::verdict::{Said, Waiting, count_access, count_execution, listen, yields};

#[expect(clippy::duplicate_mod, reason = "the same source with other atomics")]
#[path = "locks.rs"]
mod locks;
#[expect(clippy::duplicate_mod, reason = "the same source with other types")]
#[path = "peer.rs"]
mod peer;
#[expect(clippy::duplicate_mod, reason = "the same source around other types")]
#[path = "wrapped.rs"]
mod wrapped;

use wrapped::{AtomicBool, AtomicUsize};

#[inline]
fn pause() {
    if yields() {
        yield_now();
    }
}

/// The protected datum, with loom's detection of data races.
struct Datum(UnsafeCell<usize>);

// SAFETY: loom runs all its threads on one OS thread, one at a time, and reports a race before the
// pointer is used.
unsafe impl Sync for Datum {}

impl Datum {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn get(&self) -> usize {
        count_access();
        // SAFETY: the cell is alive, and no other thread runs during the closure.
        self.0.with(|value| unsafe { *value })
    }

    fn set(&self, value: usize) {
        count_access();
        // SAFETY: the cell is alive, and no other thread runs during the closure.
        self.0.with_mut(|place| unsafe { *place = value });
    }
}

/// Loom looks at its limit once in so many executions.
const INTERVAL: usize = 100;

/// What an exploration may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Branches of one execution; more of them are a complaint.
    pub(crate) branches: usize,
    /// Executions. It stops one short of them.
    pub(crate) executions: usize,
}

/// Explores a program until it is done, loom complains, or a limit is reached.
pub(crate) fn explore(program: Program, waiting: Waiting, limits: Limits) -> Said {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = limits.branches;
    builder.max_permutations = Some(limits.executions);
    builder.max_duration = None;
    builder.checkpoint_interval = INTERVAL;
    listen(waiting, || {
        builder.check(move || {
            count_execution();
            peer::execute(program);
        });
    })
}
