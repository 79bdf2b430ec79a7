//! A location and its modification order: the writes that may still be read or written after.

use crate::clock::VectorClock;
use crate::event::WriteId;

use super::race::Plain;

/// One write, and what its readers have to know.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub(super) value: u64,
    pub(super) write: WriteId,
    /// It is a read-modify-write: nothing may come between it and its predecessor.
    pub(super) update: bool,
    /// What an acquirer of this write learns: the clocks of the heads of its release sequences.
    pub(super) release: VectorClock,
    /// By process, its first access that is this write or reads it. To know one of a process's
    /// accesses is to know its earlier ones, so the first tells whether any is known.
    pub(super) first: VectorClock,
    /// The same, of `SeqCst` accesses only.
    pub(super) first_seq_cst: VectorClock,
    /// The `SeqCst` events that precede, in S, whatever `SeqCst` read takes this write: those that
    /// writes up to this one, and reads of earlier ones, give rise to. Grows along the order.
    pub(super) before_read: VectorClock,
    /// The `SeqCst` events that reads of this write give rise to: they precede later writes.
    pub(super) by_reads: VectorClock,
}

/// A location: atomic or plain, as the first access decides.
#[derive(Clone, Debug)]
pub(super) struct Location {
    /// The modification order. Never empty; a write that everybody knows to be overwritten is
    /// forgotten now and then.
    pub(super) stores: Vec<Store>,
    kept: usize,
    prune_at: usize,
    /// The same location under plain interleaving, where only the last write matters.
    pub(super) value: u64,
    pub(super) write: WriteId,
    pub(super) clock: VectorClock,
    /// The same location as non-atomic data.
    pub(super) plain: Plain,
}

impl Location {
    pub(super) const fn new() -> Self {
        Self {
            stores: Vec::new(),
            kept: 0,
            prune_at: 0,
            value: 0,
            write: WriteId::INITIAL,
            clock: VectorClock::ZERO,
            plain: Plain::NEW,
        }
    }

    pub(super) fn reset(&mut self, initial: u64, kept: usize) {
        self.stores.clear();
        self.stores.push(Store {
            value: initial,
            write: WriteId::INITIAL,
            update: false,
            release: VectorClock::ZERO,
            first: VectorClock::ZERO, // everybody knows it
            first_seq_cst: VectorClock::NEVER,
            before_read: VectorClock::ZERO,
            by_reads: VectorClock::ZERO,
        });
        self.kept = kept;
        self.prune_at = kept;
        self.value = initial;
        self.write = WriteId::INITIAL;
        self.clock = VectorClock::ZERO;
        self.plain = Plain::NEW;
    }

    /// The position of the write that one who knows `clock` must not overlook: the last that is
    /// known, or that a known read took. Happens-before makes this all four coherence rules, `CoRR`,
    /// `CoWR`, `CoRW` and `CoWW` of [intro.races]: a read takes this one or a newer one, a write comes after.
    pub(super) fn bound(&self, clock: &VectorClock) -> usize {
        let known = self.stores.iter().rposition(|store| clock.reaches(&store.first));
        known.expect("a write that is kept is known to all")
    }

    /// Inserts `store` into modification order.
    #[inline]
    pub(super) fn insert(&mut self, at: usize, store: Store) {
        if at == self.stores.len() {
            self.stores.push(store);
        } else {
            self.stores.insert(at, store);
        }
    }

    /// Forgets, now and then, writes that coherence hides from everybody: `clocks` says what each
    /// process knows.
    #[inline]
    pub(super) fn prune(&mut self, clocks: impl Iterator<Item = VectorClock>) {
        if self.stores.len() >= self.prune_at {
            self.forget(clocks.map(|clock| self.bound(&clock)).min().unwrap_or(0));
        }
    }

    #[cold]
    fn forget(&mut self, count: usize) {
        self.stores.drain(..count);
        self.prune_at = self.kept.max(4 * self.stores.len());
    }
}
