//! Flawed: descriptors that do not block, and EAGAIN is taken for the end.
//!
//! Bug: that there is nothing yet does not mean that there will be nothing.
//! Convicted of: mutual exclusion, the end comes too early.
//! Schedule: P0 reads before P1 has written.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// `None` once it has come to its end.
    reads: Vec<Option<Fd>>,
    writes: Vec<Fd>,
    /// Where the next record is looked for first.
    next: usize,
}

/// Reads that many bytes, or `None` if the end comes first.
fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        match os::read(fd, rest) {
            Ok(0) | Err(Errno::EAGAIN) => return Ok(None),
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
            reads.push(Some(reading));
            writes.push(writing);
        }
        Ok(Self { reads, writes, next: 0 })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        match role {
            Role::Receiver => {
                for &fd in self.reads.iter().flatten() {
                    os::set_flags(fd, OpenFlags::NONBLOCK)?;
                }
                self.writes.drain(..).try_for_each(os::close)
            }
            Role::Sender(me) => {
                os::sigaction(
                    Signal::PIPE,
                    Handler::Ignore,
                    SigSet::default(),
                    ActionFlags::empty(),
                )?;
                let mine = self.writes.swap_remove(me);
                self.reads
                    .drain(..)
                    .flatten()
                    .chain(self.writes.drain(..))
                    .try_for_each(os::close)?;
                self.writes.push(mine);
                Ok(())
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        write_exactly(self.writes[0], &(record.len() as u64).to_ne_bytes())?;
        write_exactly(self.writes[0], record)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        for step in 0..self.reads.len() {
            let place = (self.next + step) % self.reads.len();
            let Some(fd) = self.reads[place] else { continue };
            if let Some(length) = read_exactly(fd, 8)? {
                let length = u64::from_ne_bytes(length.try_into().expect("they are eight"));
                if let Some(record) = read_exactly(fd, length as usize)? {
                    self.next = place + 1;
                    return Ok(Some(record));
                }
            }
            self.reads[place] = None;
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).flatten().chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
