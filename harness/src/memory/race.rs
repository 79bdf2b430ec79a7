//! Non-atomic data, and the data races on it: conflicting accesses that happens-before leaves
//! unordered ([intro.races]/21).
//!
//! Without a data race the reads between two writes are the only ones that matter to the second
//! (as in `FastTrack`, Flanagan and Freund, PLDI'09).

use crate::clock::VectorClock;
use crate::process::{PROCESSES_MAX, ProcessId};

/// A data race: the access just tried conflicts with an earlier one, and neither happens before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// Who made the earlier access.
    pub other: ProcessId,
    /// Whether that was a write.
    pub other_wrote: bool,
    /// The tag that was given with it.
    pub tag: u32,
}

/// What is remembered of the plain accesses to a location.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    writer: Option<ProcessId>,
    write_tag: u32,
    /// An access is dated one later than its process's last event: whoever knows that event of the
    /// process, or a later one, knows the access.
    write_date: u32,
    /// By process, the date of its last read since the last write; 0 if there is none.
    reads: VectorClock,
    read_tags: [u32; PROCESSES_MAX],
}

impl Plain {
    pub(super) const NEW: Self = Self {
        writer: None,
        write_tag: 0,
        write_date: 0,
        reads: VectorClock::ZERO,
        read_tags: [0; PROCESSES_MAX],
    };

    /// `process`, which knows `clock`, reads.
    #[inline]
    pub(super) fn read(
        &mut self,
        process: ProcessId,
        clock: &VectorClock,
        tag: u32,
    ) -> Result<(), Race> {
        self.after_write(process, clock)?;
        self.reads.set(process, clock.get(process) + 1);
        self.read_tags[process.index()] = tag;
        Ok(())
    }

    /// `process`, which knows `clock`, writes.
    #[inline]
    pub(super) fn write(
        &mut self,
        process: ProcessId,
        clock: &VectorClock,
        tag: u32,
    ) -> Result<(), Race> {
        self.after_write(process, clock)?;
        let mut known = *clock;
        known.tick(process); // one's own accesses are ordered
        if !known.includes(&self.reads) {
            let other = ProcessId::all(PROCESSES_MAX).find(|&p| known.get(p) < self.reads.get(p));
            let other = other.expect("some read is not known");
            return Err(Race { other, other_wrote: false, tag: self.read_tags[other.index()] });
        }
        self.reads = VectorClock::ZERO;
        self.writer = Some(process);
        self.write_date = known.get(process);
        self.write_tag = tag;
        Ok(())
    }

    #[inline]
    fn after_write(&self, process: ProcessId, clock: &VectorClock) -> Result<(), Race> {
        match self.writer {
            Some(other) if other != process && clock.get(other) < self.write_date => {
                Err(Race { other, other_wrote: true, tag: self.write_tag })
            }
            _ => Ok(()),
        }
    }
}
