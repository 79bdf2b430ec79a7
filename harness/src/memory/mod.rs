//! The memory of one execution, as a plain value: what a read may return, where a write may stand.
//!
//! Under [`Model::Cpp20`] it is the model of Rust's atomics: [intro.races] and [atomics.order] of
//! C++20, with P0668 (the order S) and P0982 (release sequences). Events are added one at a time, in
//! any order that respects program order and reads-from; reads choose among old writes, and writes
//! choose a place in modification order.
//!
//! *Sound:* every behaviour shown is allowed by the standard. *What it cannot show:* load buffering (a
//! cycle of program order and reads-from), which C++20 allows and no hardware-minded reader expects.
//! *Never stuck:* reading the newest write and appending to modification order are always legal.
//!
//! No engine, no thread-local: whoever answers the choices is handed in.

#![expect(
    clippy::inline_always,
    reason = "the path from a call to the memory is one piece: measured"
)]

use std::sync::atomic::Ordering;

use crate::choice::{Choice, Chooser};
use crate::clock::VectorClock;
use crate::event::{LocationId, WriteId};
use crate::process::{PROCESSES_MAX, ProcessId};

mod graph;
mod modification;
mod race;
mod seq_cst;

#[cfg(test)]
mod tests;

pub use race::Race;

use graph::{ask, clocks};
use modification::Location;
use seq_cst::SeqCst;

/// What memory promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Model {
    /// Sequential consistency by plain interleaving: reads take the last write, writes append,
    /// orderings are ignored, and whoever touches a location learns all that those before it knew.
    Sequential,
    /// C++20, with orderings as written.
    Cpp20,
    /// C++20 with every access taken as `SeqCst`: the same outcomes as [`Model::Sequential`], but
    /// as execution graphs, for exhaustive search.
    Strong,
}

/// What came of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The value.
    pub value: u64,
    /// The write that it read.
    pub reads_from: WriteId,
    /// How many newer writes it overlooked.
    pub stale_by: u32,
}

/// What came of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The write.
    pub write: WriteId,
    /// The write that it directly follows in modification order.
    pub follows: WriteId,
    /// How many writes that were already there it was placed before.
    pub stale_by: u32,
}

/// What came of a read-modify-write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The value that it read.
    pub read: u64,
    /// The write that it read and, if it wrote, directly follows.
    pub reads_from: WriteId,
    /// The value that it wrote and the write; `None` if it failed.
    pub written: Option<(u64, WriteId)>,
    /// How many newer writes it overlooked, or was placed before.
    pub stale_by: u32,
    /// It failed although it could have succeeded.
    pub spurious: bool,
}

/// How many writes of a location, and how many `SeqCst` events of a process, are kept before some are
/// looked for that can be forgotten. It limits nothing but memory.
const KEPT: usize = 32;

/// What a process knows: which events happen before its next one.
#[derive(Clone, Copy, Debug)]
struct Knowledge {
    /// Now.
    current: VectorClock,
    /// Once it has passed an acquire fence: what its relaxed reads have come across.
    pending: VectorClock,
    /// At its last release fence: what its relaxed writes pass on.
    released: VectorClock,
}

impl Knowledge {
    const NONE: Self = Self {
        current: VectorClock::ZERO,
        pending: VectorClock::ZERO,
        released: VectorClock::ZERO,
    };

    /// Reads a write that releases `release`.
    #[inline]
    fn read(&mut self, release: &VectorClock, ordering: Ordering) {
        let learns = if acquires(ordering) { &mut self.current } else { &mut self.pending };
        learns.join(release);
    }
}

/// What an access would do if it took a given write.
#[derive(Clone, Copy)]
struct Role {
    reads: bool,
    writes: bool,
    ordering: Ordering,
    /// It may fail spuriously: then it is a load with this ordering instead.
    failing: Option<Ordering>,
}

/// The memory of one execution.
#[derive(Clone, Debug)]
pub struct Memory {
    model: Model,
    processes: usize,
    knowledge: [Knowledge; PROCESSES_MAX],
    locations: Vec<Location>,
    /// How many of `locations` this execution uses; the others are kept for their buffers.
    used: usize,
    kept: usize,
    order: SeqCst,
    candidates: Vec<WriteId>,
    /// The position in modification order of each candidate.
    positions: Vec<usize>,
    taken: Vec<WriteId>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// The memory of no execution yet: see [`reset`](Self::reset).
    pub fn new() -> Self {
        Self {
            model: Model::Sequential,
            processes: 0,
            knowledge: [Knowledge::NONE; PROCESSES_MAX],
            locations: Vec::new(),
            used: 0,
            kept: KEPT,
            order: SeqCst::new(),
            candidates: Vec::new(),
            positions: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Forgets everything, to begin another execution. Keeps its buffers.
    pub fn reset(&mut self, model: Model, processes: usize) {
        self.model = model;
        self.processes = processes;
        self.knowledge[..processes].fill(Knowledge::NONE);
        self.used = 0;
        self.order.reset(processes, self.kept);
    }

    /// A new location. Its initial write happens before everything.
    pub fn locate(&mut self, initial: u64) -> LocationId {
        if self.used == self.locations.len() {
            self.locations.push(Location::new());
        }
        self.locations[self.used].reset(initial, self.kept);
        self.used += 1;
        LocationId(self.used as u32 - 1)
    }

    /// An atomic load. `None`: the chooser abandoned the execution.
    #[inline(always)]
    pub fn load<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        ordering: Ordering,
        chooser: C,
    ) -> Option<Loaded> {
        if self.model == Model::Sequential {
            let (value, reads_from) = self.touch(process, location);
            return Some(Loaded { value, reads_from, stale_by: 0 });
        }
        self.load_in_graph(process, location, ordering, chooser)
    }

    #[inline(never)]
    fn load_in_graph<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        ordering: Ordering,
        mut chooser: C,
    ) -> Option<Loaded> {
        let ordering = self.strengthened(ordering);
        let role = Role { reads: true, writes: false, ordering, failing: None };
        let at = self.choose(process, location, |_| role, &mut chooser)?;
        Some(self.commit_read(process, location, at, ordering))
    }

    /// An atomic store. `None`: the chooser abandoned the execution.
    #[inline(always)]
    pub fn store<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        value: u64,
        ordering: Ordering,
        chooser: C,
    ) -> Option<Stored> {
        if self.model == Model::Sequential {
            let (_, follows) = self.touch(process, location);
            return Some(Stored {
                write: self.overwrite(process, location, value),
                follows,
                stale_by: 0,
            });
        }
        self.store_in_graph(process, location, value, ordering, chooser)
    }

    #[inline(never)]
    fn store_in_graph<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        value: u64,
        ordering: Ordering,
        mut chooser: C,
    ) -> Option<Stored> {
        let ordering = self.strengthened(ordering);
        let role = Role { reads: false, writes: true, ordering, failing: None };
        let at = self.choose(process, location, |_| role, &mut chooser)?;
        Some(self.commit_write::<false>(process, location, at, value, ordering))
    }

    /// An atomic read-modify-write. It writes `f` of the value that it read; if that is `None`, it
    /// fails and was a load with the ordering `failure`. If `weak`, it may also fail where it could
    /// succeed. `f` is asked about every write that might be read, so it must be a function.
    /// `None`: the chooser abandoned the execution.
    #[expect(
        clippy::too_many_arguments,
        reason = "these are the arguments of fetch_update, in order"
    )]
    pub fn update<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        success: Ordering,
        failure: Ordering,
        weak: bool,
        f: &mut dyn FnMut(u64) -> Option<u64>,
        mut chooser: C,
    ) -> Option<Updated> {
        if self.model == Model::Sequential {
            let (read, reads_from) = self.touch(process, location);
            let new = f(read);
            let spurious =
                weak && new.is_some() && ask(&Choice::Spurious { process }, &mut chooser)? == 1;
            let new = new.filter(|_| !spurious);
            let written = new.map(|new| (new, self.overwrite(process, location, new)));
            return Some(Updated { read, reads_from, written, stale_by: 0, spurious });
        }
        let (success, failure) = (self.strengthened(success), self.strengthened(failure));
        let failing = weak.then_some(failure);
        let writing = Role { reads: true, writes: true, ordering: success, failing };
        let reading = Role { reads: true, writes: false, ordering: failure, failing: None };
        let role = |value| if f(value).is_some() { writing } else { reading };
        self.taken.clear(); // by `gather` too, but `choose` may do without it
        let at = self.choose(process, location, role, &mut chooser)?;
        let store = &self.locations[location.0 as usize].stores[at];
        let new = f(store.value);
        let spurious = weak
            && new.is_some()
            && (self.taken.contains(&store.write)
                || self.may_load(process, location, at, failure)
                    && ask(&Choice::Spurious { process }, &mut chooser)? == 1);
        let Some(new) = new.filter(|_| !spurious) else {
            let Loaded { value, reads_from, stale_by } =
                self.commit_read(process, location, at, failure);
            return Some(Updated { read: value, reads_from, written: None, stale_by, spurious });
        };
        let read = self.locations[location.0 as usize].stores[at].value;
        let Stored { write, follows, stale_by } =
            self.commit_write::<true>(process, location, at, new, success);
        let written = Some((new, write));
        Some(Updated { read, reads_from: follows, written, stale_by, spurious: false })
    }

    /// An atomic fence.
    pub fn fence(&mut self, process: ProcessId, ordering: Ordering) {
        let knowledge = &mut self.knowledge[process.index()];
        // Where every access is `SeqCst`, or orderings are ignored, a fence has nothing to add.
        if self.model != Model::Cpp20 {
            knowledge.current.tick(process);
            return;
        }
        let before = knowledge.current;
        if acquires(ordering) {
            knowledge.current.join(&knowledge.pending);
        }
        knowledge.current.tick(process);
        if releases(ordering) {
            knowledge.released = knowledge.current; // what it has just acquired included
        }
        if ordering == Ordering::SeqCst {
            let clock = knowledge.current;
            // Coherence puts before it what precedes anything that happens before it. If that is
            // a write alone, and no read of it, then what the write itself gives rise to strongly
            // happens before the fence: it need not be told apart.
            let mut preceding = VectorClock::ZERO;
            for location in &self.locations[..self.used] {
                preceding.join(&location.stores[location.bound(&clock)].before_read);
            }
            self.order.enter(process, &before, &clock, &preceding);
            self.order.enter_fence(process, &clock);
            self.order.prune(process, clocks(&self.knowledge[..self.processes]));
        }
    }

    /// Reads non-atomic data. `tag` is what a later data race tells of this access.
    #[inline]
    pub fn plain_read(
        &mut self,
        process: ProcessId,
        location: LocationId,
        tag: u32,
    ) -> Result<u64, Race> {
        let location = &mut self.locations[location.0 as usize];
        location.plain.read(process, &self.knowledge[process.index()].current, tag)?;
        Ok(location.value)
    }

    /// Writes non-atomic data. `tag` is what a later data race tells of this access.
    #[inline]
    pub fn plain_write(
        &mut self,
        process: ProcessId,
        location: LocationId,
        value: u64,
        tag: u32,
    ) -> Result<(), Race> {
        let location = &mut self.locations[location.0 as usize];
        location.plain.write(process, &self.knowledge[process.index()].current, tag)?;
        location.value = value;
        Ok(())
    }

    /// The value of the newest write in modification order; of plain data, the last one written.
    #[inline]
    pub fn latest(&self, location: LocationId) -> u64 {
        self.locations[location.0 as usize].value
    }

    /// Replaces the latest value, once the execution is over and only values matter.
    pub fn set_latest(&mut self, location: LocationId, value: u64) {
        self.locations[location.0 as usize].value = value;
    }

    /// The number of `process`'s atomic accesses and fences so far: the index of its next one.
    #[inline]
    pub fn event_count(&self, process: ProcessId) -> u32 {
        self.knowledge[process.index()].current.get(process)
    }

    #[inline]
    fn strengthened(&self, ordering: Ordering) -> Ordering {
        if self.model == Model::Strong { Ordering::SeqCst } else { ordering }
    }

    /// An access under plain interleaving: the value and the write that it finds.
    #[inline(always)]
    fn touch(&mut self, process: ProcessId, location: LocationId) -> (u64, WriteId) {
        let location = &mut self.locations[location.0 as usize];
        let knowledge = &mut self.knowledge[process.index()];
        let mut clock = knowledge.current;
        clock.join(&location.clock);
        clock.tick(process);
        knowledge.current = clock;
        location.clock = clock;
        (location.value, location.write)
    }

    #[inline(always)]
    fn overwrite(&mut self, process: ProcessId, location: LocationId, value: u64) -> WriteId {
        let write =
            WriteId { process: process.index() as u8, index: self.event_count(process) - 1 };
        let location = &mut self.locations[location.0 as usize];
        location.value = value;
        location.write = write;
        write
    }
}

#[inline]
fn acquires(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

#[inline]
fn releases(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}
