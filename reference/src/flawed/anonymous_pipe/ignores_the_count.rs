//! Flawed: what `write` returns is ignored.
//!
//! Bug: a signal in the middle of a long write makes it short; what was not written is never sent.
//! Convicted of: mutual exclusion, a record is lost; or it is damaged, as the next one stands where its rest
//! should be.
//! Schedule: P1 writes 9004 bytes and waits for room with 4096 of them in the pipe; a signal comes; `write`
//! returns 4096.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;
use std::collections::VecDeque;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
    /// What was received, and not given out yet.
    received: VecDeque<Vec<u8>>,
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

/// The next record; `None` at the end.
fn read_record(fd: Fd) -> os::Result<Option<Vec<u8>>> {
    let Some(length) = read_exactly(fd, 4)? else { return Ok(None) };
    let length = u32::from_ne_bytes(length.try_into().expect("they are four"));
    read_exactly(fd, length as usize)
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let (mut reads, mut writes) = (vec![], vec![]);
        for _ in 0..senders {
            let [reading, writing] = os::pipe()?;
            reads.push(reading);
            writes.push(writing);
        }
        Ok(Self { reads, writes, received: VecDeque::new() })
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
        let bytes = [&(record.len() as u32).to_ne_bytes(), record].concat();
        loop {
            match os::write(self.writes[0], &bytes) {
                Err(Errno::EINTR) => {}
                other => return other.map(drop),
            }
        }
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // From each that has something comes one record, before any of them has its next one.
        while self.received.is_empty() && !self.reads.is_empty() {
            let (events, revents) = (PollEvents::IN, PollEvents::empty());
            let mut fds: Vec<_> =
                self.reads.iter().map(|&fd| PollFd { fd, events, revents }).collect();
            match os::poll(&mut fds, None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(other) => return Err(other),
            }
            for ready in fds.iter().filter(|ready| !ready.revents.is_empty()) {
                if let Some(record) = read_record(ready.fd)? {
                    self.received.push_back(record);
                } else {
                    self.reads.retain(|&fd| fd != ready.fd);
                    os::close(ready.fd)?;
                }
            }
        }
        Ok(self.received.pop_front())
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
