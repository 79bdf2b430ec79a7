//! One access in the execution graph: the writes that it may take, and what taking one does to all
//! that is known.

use std::sync::atomic::Ordering;

use super::modification::Store;
use super::seq_cst::SeqCst;
use super::{Knowledge, Loaded, Memory, Role, Stored, releases};
use crate::choice::{Choice, Chooser};
use crate::clock::VectorClock;
use crate::event::{LocationId, WriteId};
use crate::process::ProcessId;

impl Memory {
    /// The position of the write that an access takes: reads, directly follows, or both.
    #[inline]
    pub(super) fn choose<C: Chooser>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        role: impl FnMut(u64) -> Role,
        chooser: &mut C,
    ) -> Option<usize> {
        let stores = &self.locations[location.0 as usize].stores;
        let newest = stores.len() - 1;
        let known = self.knowledge[process.index()].current.reaches(&stores[newest].first);
        if known && !chooser.watches() {
            return Some(newest);
        }
        let reads = self.gather(process, location, role);
        if self.candidates.len() == 1 && !chooser.watches() {
            return Some(newest);
        }
        let candidates = &self.candidates;
        let answer = if reads {
            ask(&Choice::ReadsFrom { process, location, candidates, taken: &self.taken }, chooser)?
        } else {
            ask(&Choice::Placement { process, location, predecessors: candidates }, chooser)?
        };
        Some(self.positions[answer])
    }

    /// Collects the writes that an access may take, newest first. The newest is always one of them.
    /// Returns whether the access reads.
    fn gather(
        &mut self,
        process: ProcessId,
        location: LocationId,
        mut role: impl FnMut(u64) -> Role,
    ) -> bool {
        self.candidates.clear();
        self.positions.clear();
        self.taken.clear();
        let (order, clock) = (&self.order, &self.knowledge[process.index()].current);
        // Nothing follows the newest write, so that these are wanted only for the others; the
        // first of them only if there is a fence.
        let (mut weak, mut strong) = (None, None);
        let stores = &self.locations[location.0 as usize].stores;
        let newest = stores.len() - 1;
        let mut after = VectorClock::NEVER;
        let mut reads = false;
        for (at, store) in stores.iter().enumerate().rev() {
            let role = role(store.value);
            reads = role.reads;
            let mut allows = |ordering| {
                let seq_cst = ordering == Ordering::SeqCst;
                if at == newest || !seq_cst && !order.fenced() {
                    return true;
                }
                let sources = if seq_cst { &mut strong } else { &mut weak };
                let sources =
                    sources.get_or_insert_with(|| order.sources_before(process, clock, seq_cst));
                !sources.reaches(&after)
            };
            // Atomicity, [atomics.order]/10: nothing comes between an RMW and the write it read.
            let claimed = role.writes && stores.get(at + 1).is_some_and(|next| next.update);
            let takes = !claimed && allows(role.ordering);
            let fails = !takes && role.failing.is_some_and(allows);
            if takes || fails {
                self.candidates.push(store.write);
                self.positions.push(at);
            }
            if fails || claimed && role.reads {
                self.taken.push(store.write);
            }
            if clock.reaches(&store.first) {
                break; // coherence hides all older ones
            }
            after.meet(&successors(order, store));
        }
        reads
    }

    /// Whether S allows a load to take the write at `at`, which coherence allows.
    pub(super) fn may_load(
        &self,
        process: ProcessId,
        location: LocationId,
        at: usize,
        ordering: Ordering,
    ) -> bool {
        let stores = &self.locations[location.0 as usize].stores;
        let mut after = VectorClock::NEVER;
        for newer in &stores[at + 1..] {
            after.meet(&successors(&self.order, newer));
        }
        let clock = &self.knowledge[process.index()].current;
        !self.order.sources_before(process, clock, ordering == Ordering::SeqCst).reaches(&after)
    }

    #[inline]
    pub(super) fn commit_read(
        &mut self,
        process: ProcessId,
        location: LocationId,
        at: usize,
        ordering: Ordering,
    ) -> Loaded {
        let stores = &mut self.locations[location.0 as usize].stores;
        let stale_by = (stores.len() - 1 - at) as u32;
        let store = &mut stores[at];
        let knowledge = &mut self.knowledge[process.index()];
        let before = knowledge.current;
        knowledge.read(&store.release, ordering);
        knowledge.current.tick(process);
        let event = knowledge.current.first(process);
        store.first.meet(&event);
        let loaded = Loaded { value: store.value, reads_from: store.write, stale_by };
        let seq_cst = ordering == Ordering::SeqCst;
        if seq_cst {
            store.first_seq_cst.meet(&event);
            self.order.enter(process, &before, &knowledge.current, &store.before_read);
            store.by_reads.join(self.order.latest(process));
            self.order.prune(process, clocks(&self.knowledge[..self.processes]));
        }
        if self.order.fenced() || seq_cst && stale_by > 0 {
            let sources = self.sources(process, seq_cst);
            self.locations[location.0 as usize].stores[at].by_reads.join(&sources);
            self.overlook(location, at, &sources);
        }
        loaded
    }

    /// `UPDATE`: it reads the write that it follows.
    #[inline]
    pub(super) fn commit_write<const UPDATE: bool>(
        &mut self,
        process: ProcessId,
        location: LocationId,
        at: usize,
        value: u64,
        ordering: Ordering,
    ) -> Stored {
        let place = location.0 as usize;
        let stores = &self.locations[place].stores;
        let stale_by = (stores.len() - 1 - at) as u32;
        let store = &stores[at];
        let follows = store.write;
        let knowledge = &mut self.knowledge[process.index()];
        let before = knowledge.current;
        if UPDATE {
            knowledge.read(&store.release, ordering);
        }
        let count = knowledge.current.tick(process);
        let first = knowledge.current.first(process);
        let released = if releases(ordering) { &knowledge.current } else { &knowledge.released };
        let mut release = *released;
        if UPDATE {
            release.join(&store.release); // an RMW continues release sequences; a store does not (P0982)
        }
        let mut preceding = store.before_read;
        preceding.join(&store.by_reads);
        let seq_cst = ordering == Ordering::SeqCst;
        if seq_cst {
            self.order.enter(process, &before, &knowledge.current, &preceding);
        }
        // The event itself and what it follows in S, which is what precedes it by coherence and more.
        let before_read = *if seq_cst { self.order.latest(process) } else { &preceding };
        let first_seq_cst = *if seq_cst { &first } else { &VectorClock::NEVER };
        let write = WriteId { process: process.index() as u8, index: count - 1 };
        let by_reads = VectorClock::ZERO;
        let update = UPDATE;
        let mut store =
            Store { value, write, update, release, first, first_seq_cst, before_read, by_reads };
        if self.order.fenced() || seq_cst && stale_by > 0 {
            let sources = self.sources(process, seq_cst);
            store.before_read.join(&sources);
            self.overlook(location, at, &sources);
        }
        let location = &mut self.locations[place];
        if stale_by == 0 {
            location.value = value;
        }
        location.insert(at + 1, store);
        location.prune(clocks(&self.knowledge[..self.processes]));
        if seq_cst {
            self.order.prune(process, clocks(&self.knowledge[..self.processes]));
        }
        Stored { write, follows, stale_by }
    }

    /// What the access that `process` has just made gives rise to in S, with all that precedes it: the
    /// access, if it is `SeqCst`, and the fences that happen before it.
    fn sources(&self, process: ProcessId, seq_cst: bool) -> VectorClock {
        let mut sources = if seq_cst { *self.order.latest(process) } else { VectorClock::ZERO };
        if self.order.fenced() {
            let clock = &self.knowledge[process.index()].current;
            sources.join(&self.order.fences_before(clock));
        }
        sources
    }

    /// Puts `sources`, what an access gives rise to in S, before all that the newer writes give rise
    /// to: the access took the write at `at` instead. No cycle can come of it: see [`SeqCst::sources_before`].
    #[cold]
    #[inline(never)]
    fn overlook(&mut self, location: LocationId, at: usize, sources: &VectorClock) {
        let mut targets = VectorClock::NEVER;
        for newer in &mut self.locations[location.0 as usize].stores[at + 1..] {
            targets.meet(&successors(&self.order, newer));
            newer.before_read.join(sources);
        }
        self.order.precede(sources, &targets);
        for location in &mut self.locations[..self.used] {
            for store in location.stores.iter_mut().rev() {
                store.by_reads.join_if_reaches(&targets, sources);
                if !store.before_read.join_if_reaches(&targets, sources) {
                    break; // it holds what all older ones hold
                }
            }
        }
    }
}

/// The `SeqCst` events that come after, in S, whatever access is coherence-ordered before `store`
/// and its readers: the `SeqCst` ones of them, and fences that know any. The first of each process.
#[inline]
fn successors(order: &SeqCst, store: &Store) -> VectorClock {
    let mut successors = store.first_seq_cst;
    if order.fenced() {
        successors.meet(&order.fences_after(&store.first));
    }
    successors
}

pub(super) fn clocks(knowledge: &[Knowledge]) -> impl Iterator<Item = VectorClock> {
    knowledge.iter().map(|knows| knows.current)
}

pub(super) fn ask<C: Chooser>(choice: &Choice<'_>, chooser: &mut C) -> Option<usize> {
    let answer = chooser.choose(choice)?;
    assert!(answer < choice.arity(), "answer {answer} to a choice of {}", choice.arity());
    Some(answer)
}
