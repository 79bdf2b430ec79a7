//! Flawed: a sender closes its own spare ends only.
//!
//! Bug: the writing ends of the other senders stay open in it. Their pipes have no end before it ends
//! itself.
//! Convicted of: progress, stuck.
//! Schedule: P1 dies; the receiver takes a record from each in turn, and waits for the end of the first pipe. The second
//! sender holds that open, and waits for room in its own.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
    /// Whose turn it is to be read, by place among the reading ends.
    turn: usize,
}

/// Reads that many bytes, or `None` if the end comes first.
fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        match os::read(fd, rest) {
            Ok(0) => return Ok(None),
            Ok(count) => rest = &mut rest[count..],
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(Some(bytes))
}

fn write_exactly(fd: Fd, mut bytes: &[u8]) -> os::Result<()> {
    while let [_, ..] = bytes {
        match os::write(fd, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let (mut reads, mut writes) = (vec![], vec![]);
        for _ in 0..senders {
            let [reading, writing] = os::pipe()?;
            reads.push(reading);
            writes.push(writing);
        }
        Ok(Self { reads, writes, turn: 0 })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        match role {
            Role::Receiver => self.writes.drain(..).try_for_each(os::close),
            Role::Sender(me) => {
                os::sigaction(
                    Signal::PIPE,
                    Handler::Ignore,
                    SigSet::default(),
                    ActionFlags::empty(),
                )?;
                let mine = self.writes.swap_remove(me);
                self.writes = vec![mine];
                self.reads.drain(..).try_for_each(os::close)
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        write_exactly(self.writes[0], &(record.len() as u64).to_ne_bytes())?;
        write_exactly(self.writes[0], record)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while !self.reads.is_empty() {
            self.turn %= self.reads.len();
            let fd = self.reads[self.turn];
            if let Some(length) = read_exactly(fd, 8)? {
                let length = u64::from_ne_bytes(length.try_into().expect("they are eight"));
                if let Some(record) = read_exactly(fd, length as usize)? {
                    self.turn += 1;
                    return Ok(Some(record));
                }
            }
            self.reads.remove(self.turn);
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
