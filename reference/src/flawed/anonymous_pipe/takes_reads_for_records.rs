//! Flawed: what one `read` returns is taken for a record.
//!
//! Bug: a pipe carries bytes and keeps no boundaries: two records come as one, a long one as two.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 sends twice before P0 reads.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
}

fn read(fd: Fd, buffer: &mut [u8]) -> os::Result<usize> {
    loop {
        match os::read(fd, buffer) {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
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
            Role::Receiver => {
                self.reads.reverse();
                self.writes.drain(..).try_for_each(os::close)
            }
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
        write_exactly(self.writes[0], record)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while let Some(&fd) = self.reads.last() {
            let mut record = vec![0; 65_536];
            let length = read(fd, &mut record)?;
            record.truncate(length);
            if !record.is_empty() {
                return Ok(Some(record));
            }
            self.reads.pop();
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
