//! Flawed: what was closed at its end is closed again.
//!
//! Bug: the descriptor is not open any more; had another file been opened in between, that would be closed.
//! Convicted of: mutual exclusion, a call fails: EBADF.
//! Schedule: any: P0 comes to the end, and closes; then it ends.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;
use std::collections::VecDeque;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// The one from which a record was taken last is the last one.
    reads: VecDeque<Fd>,
    writes: Vec<Fd>,
    closed: Vec<Fd>,
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
        let (mut reads, mut writes) = (VecDeque::new(), vec![]);
        for _ in 0..senders {
            let [reading, writing] = os::pipe()?;
            reads.push_back(reading);
            writes.push(writing);
        }
        Ok(Self { reads, writes, closed: vec![] })
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
                self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)?;
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
        while let Some(fd) = self.reads.pop_front() {
            if let Some(length) = read_exactly(fd, 8)? {
                let length = u64::from_ne_bytes(length.try_into().expect("they are eight"));
                if let Some(record) = read_exactly(fd, length as usize)? {
                    self.reads.push_back(fd);
                    return Ok(Some(record));
                }
            }
            os::close(fd)?;
            self.closed.push(fd);
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let all = self.reads.drain(..).chain(self.closed.drain(..)).chain(self.writes.drain(..));
        all.rev().try_for_each(os::close)
    }
}
