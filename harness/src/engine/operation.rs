//! The operations that processes ask for, and what they do to memory.
//!
//! Each is a type of its own, so that the path from the student's call to the memory and back is
//! compiled once for each kind of operation, without a question left to ask on the way.

#![expect(
    clippy::inline_always,
    reason = "the path from a call to the memory is one piece: measured"
)]

use std::sync::atomic::Ordering;

use super::outcome::Override;
use crate::choice::{Chooser, Pending};
use crate::event::{Access, AccessKind, LocationId, Site, ValueType, WriteId};
use crate::memory::{Memory, Race};
use crate::process::ProcessId;

/// What an operation is called, and the type of what it works on.
#[derive(Debug)]
pub(crate) struct Method {
    pub name: &'static str,
    pub value_type: ValueType,
}

/// A call of one operation, as the source shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub site: Site,
    pub method: &'static Method,
    /// The operands, so that two calls at one place with different ones are told apart.
    pub operand: u64,
}

impl Call {
    /// Two calls with the same code do the same if they get the same answer.
    #[inline]
    pub(crate) fn code(&self) -> u64 {
        code(self.site, self.method.name, self.operand)
    }
}

/// See [`Call::code`]. The upper half stands for the place and the method, the lower one for the
/// operands.
#[inline]
pub(crate) fn code(site: Site, method: &'static str, operand: u64) -> u64 {
    let site: *const std::panic::Location<'_> = site;
    let mut place = (site.addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    place ^= (method.as_ptr().addr() as u64).rotate_left(32);
    place = place.wrapping_mul(0xff51_afd7_ed55_8ccd);
    let operand = operand ^ (operand >> 32).wrapping_mul(0xff51_afd7_ed55_8ccd);
    place & !OPERAND_MASK | operand & OPERAND_MASK
}

/// The part of a [`code`] that is the same for one place and method, whatever the operands.
#[inline]
pub(super) const fn place(code: u64) -> u64 {
    code & !OPERAND_MASK
}

/// The part of a [`code`] that stands for the operands.
const OPERAND_MASK: u64 = 0xffff_ffff;

/// The answer to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The value read; for a store, the value written.
    pub value: u64,
    /// Whether it wrote.
    pub wrote: bool,
}

/// Who performs an operation, and where.
#[derive(Clone, Copy)]
pub(super) struct Circumstances<'a> {
    pub process: ProcessId,
    pub location: LocationId,
    pub call: Call,
    pub step: u32,
    pub overrides: &'a [Override],
}

impl Circumstances<'_> {
    /// The ordering to use where `written` is written.
    #[inline]
    fn instead(&self, written: Ordering) -> Ordering {
        instead(self.overrides, self.call.site, self.call.method.name, written)
    }
}

/// Why an operation was not performed.
pub(super) enum Refusal {
    Abandoned,
    Race(Race),
}

/// What an operation did.
pub(super) struct Effect {
    pub kind: AccessKind,
    /// Of an atomic access.
    pub ordering: Option<Ordering>,
    pub read: Option<u64>,
    pub written: Option<u64>,
    pub reads_from: Option<WriteId>,
    /// The write that its own one directly follows.
    pub follows: Option<WriteId>,
    pub write: Option<WriteId>,
    pub stale_by: u32,
    pub spurious: bool,
    /// Whether anybody could notice. A read-modify-write that leaves the value is no change: a failed
    /// test-and-set waits.
    pub changes: bool,
}

impl Effect {
    #[inline(always)]
    pub(super) fn reply(&self) -> Reply {
        let value = self.read.or(self.written).unwrap_or_default();
        Reply { value, wrote: self.written.is_some() }
    }

    #[inline(always)]
    pub(super) fn access(&self, call: Call, location: LocationId) -> Access {
        Access {
            kind: self.kind,
            method: call.method.name,
            site: call.site,
            location,
            value_type: call.method.value_type,
            ordering: self.ordering,
            read: self.read,
            written: self.written,
            reads_from: self.reads_from,
            write: self.write,
            stale_by: self.stale_by,
            spurious: self.spurious,
        }
    }

    /// An effect of which nothing more is known.
    #[inline(always)]
    const fn of(kind: AccessKind, ordering: Option<Ordering>) -> Self {
        Self {
            kind,
            ordering,
            read: None,
            written: None,
            reads_from: None,
            follows: None,
            write: None,
            stale_by: 0,
            spurious: false,
            changes: false,
        }
    }
}

/// What a process asks of the memory.
pub(crate) trait Operation {
    /// Whether it writes, perhaps.
    const WRITES: bool;

    /// Whether its answer is the harness's own affair, and tells no turn of a waiting loop from another.
    const OPAQUE: bool = false;

    #[inline]
    fn pending(location: LocationId) -> Pending {
        if Self::WRITES { Pending::Write(location) } else { Pending::Read(location) }
    }

    /// Performs it.
    #[expect(private_interfaces, reason = "only the engine performs operations")]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        chooser: C,
    ) -> Result<Effect, Refusal>;

    /// What it writes, if it writes, where `value` stands.
    fn writes(&mut self, value: u64) -> Option<u64>;
}

/// An operation on what the harness itself keeps in memory. Its answers differ from turn to turn, as they
/// count what others did, and mean nothing to the loop.
pub(crate) struct Opaque<O>(pub O);

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl<O: Operation> Operation for Opaque<O> {
    const WRITES: bool = O::WRITES;
    const OPAQUE: bool = true;

    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        chooser: C,
    ) -> Result<Effect, Refusal> {
        self.0.perform(at, memory, chooser)
    }

    fn writes(&mut self, value: u64) -> Option<u64> {
        self.0.writes(value)
    }
}

/// An atomic load.
pub(crate) struct Load {
    pub ordering: Ordering,
}

/// An atomic store.
pub(crate) struct Store {
    pub value: u64,
    pub ordering: Ordering,
}

/// An atomic read-modify-write.
pub(crate) struct Update<'a> {
    pub success: Ordering,
    pub failure: Ordering,
    pub weak: bool,
    pub function: &'a mut dyn FnMut(u64) -> Option<u64>,
}

/// A read of non-atomic data.
pub(crate) struct PlainRead;

/// A write of non-atomic data.
pub(crate) struct PlainWrite {
    pub value: u64,
}

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl Operation for Load {
    const WRITES: bool = false;

    #[inline(always)]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        chooser: C,
    ) -> Result<Effect, Refusal> {
        let ordering = at.instead(self.ordering);
        let loaded = memory.load(at.process, at.location, ordering, chooser);
        let loaded = loaded.ok_or(Refusal::Abandoned)?;
        Ok(Effect {
            read: Some(loaded.value),
            reads_from: Some(loaded.reads_from),
            stale_by: loaded.stale_by,
            ..Effect::of(AccessKind::Load, Some(ordering))
        })
    }

    fn writes(&mut self, _: u64) -> Option<u64> {
        None
    }
}

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl Operation for Store {
    const WRITES: bool = true;

    #[inline(always)]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        chooser: C,
    ) -> Result<Effect, Refusal> {
        let ordering = at.instead(self.ordering);
        let stored = memory.store(at.process, at.location, self.value, ordering, chooser);
        let stored = stored.ok_or(Refusal::Abandoned)?;
        Ok(Effect {
            written: Some(self.value),
            follows: Some(stored.follows),
            write: Some(stored.write),
            stale_by: stored.stale_by,
            // Even of the value that was there: it would undo what another process stores meanwhile.
            changes: true,
            ..Effect::of(AccessKind::Store, Some(ordering))
        })
    }

    fn writes(&mut self, _: u64) -> Option<u64> {
        Some(self.value)
    }
}

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl Operation for Update<'_> {
    const WRITES: bool = true;

    #[inline(always)]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        chooser: C,
    ) -> Result<Effect, Refusal> {
        let success = at.instead(self.success);
        let failure = if success == self.success {
            self.failure
        } else {
            failure_at_least(self.failure, success)
        };
        let (process, location) = (at.process, at.location);
        let f = &mut *self.function;
        let updated = memory.update(process, location, success, failure, self.weak, f, chooser);
        let updated = updated.ok_or(Refusal::Abandoned)?;
        let read = Effect {
            read: Some(updated.read),
            reads_from: Some(updated.reads_from),
            stale_by: updated.stale_by,
            spurious: updated.spurious,
            ..Effect::of(AccessKind::Load, Some(failure))
        };
        let Some((written, write)) = updated.written else { return Ok(read) };
        Ok(Effect {
            kind: AccessKind::ReadModifyWrite,
            ordering: Some(success),
            written: Some(written),
            write: Some(write),
            follows: Some(updated.reads_from),
            changes: written != updated.read,
            ..read
        })
    }

    fn writes(&mut self, value: u64) -> Option<u64> {
        (self.function)(value)
    }
}

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl Operation for PlainRead {
    const WRITES: bool = false;

    #[inline(always)]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        _: C,
    ) -> Result<Effect, Refusal> {
        let value = memory.plain_read(at.process, at.location, at.step).map_err(Refusal::Race)?;
        Ok(Effect { read: Some(value), ..Effect::of(AccessKind::PlainRead, None) })
    }

    fn writes(&mut self, _: u64) -> Option<u64> {
        None
    }
}

#[expect(private_interfaces, reason = "only the engine performs operations")]
impl Operation for PlainWrite {
    const WRITES: bool = true;

    #[inline(always)]
    fn perform<C: Chooser>(
        &mut self,
        at: Circumstances<'_>,
        memory: &mut Memory,
        _: C,
    ) -> Result<Effect, Refusal> {
        let before = memory.latest(at.location);
        memory.plain_write(at.process, at.location, self.value, at.step).map_err(Refusal::Race)?;
        Ok(Effect {
            written: Some(self.value),
            changes: self.value != before,
            ..Effect::of(AccessKind::PlainWrite, None)
        })
    }

    fn writes(&mut self, _: u64) -> Option<u64> {
        Some(self.value)
    }
}

#[inline]
pub(super) fn instead(
    overrides: &[Override],
    site: Site,
    method: &str,
    written: Ordering,
) -> Ordering {
    if overrides.is_empty() {
        return written;
    }
    replaced(overrides, site, method, written)
}

#[cold]
fn replaced(overrides: &[Override], site: Site, method: &str, written: Ordering) -> Ordering {
    let found = overrides.iter().find(|entry| {
        // Compared by what they say: one place in the source may have several addresses.
        entry.site == site && entry.method == method && entry.written == written
    });
    found.map_or(written, |entry| entry.instead)
}

/// The failure ordering of a compare-exchange whose success ordering was replaced: as strong as
/// that allows, since a failed one is a load.
fn failure_at_least(failure: Ordering, success: Ordering) -> Ordering {
    match (failure, success) {
        (_, Ordering::SeqCst) => Ordering::SeqCst,
        (Ordering::Relaxed, Ordering::Acquire | Ordering::AcqRel) => Ordering::Acquire,
        (failure, _) => failure,
    }
}
