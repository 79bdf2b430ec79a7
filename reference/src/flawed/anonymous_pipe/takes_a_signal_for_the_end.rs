//! Flawed: if `read` fails, there is nothing more.
//!
//! Bug: it fails with EINTR, too, and then there may be.
//! Convicted of: mutual exclusion, the end comes too early.
//! Schedule: P0 waits for bytes; a signal comes; `read` fails, and P0 says that it is the end.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
}

/// Reads that many bytes, or `None` if the end comes first.
fn read_exactly(fd: Fd, count: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        match os::read(fd, rest) {
            Ok(0) | Err(_) => return None,
            Ok(count) => rest = &mut rest[count..],
        }
    }
    Some(bytes)
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
        Ok(Self { reads, writes })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        match role {
            Role::Receiver => self.writes.drain(..).try_for_each(os::close),
            Role::Sender(me) => {
                os::sigaction(
                    Signal::PIPE,
                    Handler::Ignore,
                    SigSet::default(),
                    ActionFlags::default(),
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
        while let Some(&fd) = self.reads.first() {
            if let Some(length) = read_exactly(fd, 8) {
                let length = u64::from_ne_bytes(length.try_into().expect("they are eight"));
                if let Some(record) = read_exactly(fd, length as usize) {
                    self.reads.rotate_left(1);
                    return Ok(Some(record));
                }
            }
            self.reads.remove(0);
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
