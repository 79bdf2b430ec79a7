//! Flawed: a sender keeps the reading end.
//!
//! Bug: when the receiver is gone, there still is somebody who could read: the sender itself. So nothing
//! fails, and the pipe fills.
//! Convicted of: progress, stuck.
//! Schedule: the parent takes one record and is done; its child fills the pipe, and waits for room.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
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

/// Waits until there is something to read, or an end; the first place where there is.
fn first_ready(fds: &[Fd]) -> os::Result<usize> {
    let (events, revents) = (PollEvents::IN, PollEvents::empty());
    let mut asked: Vec<_> = fds.iter().map(|&fd| PollFd { fd, events, revents }).collect();
    loop {
        match os::poll(&mut asked, None) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(other) => return Err(other),
        }
        if let Some(place) = asked.iter().position(|answer| !answer.revents.is_empty()) {
            return Ok(place);
        }
    }
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
                    ActionFlags::empty(),
                )?;
                let mine = self.writes.swap_remove(me);
                self.writes.drain(..).try_for_each(os::close)?;
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
        while !self.reads.is_empty() {
            let place = first_ready(&self.reads)?;
            // Whoever is read now is the last one to be looked at next time.
            let fd = self.reads.remove(place);
            if let Some(length) = read_exactly(fd, 8)? {
                let length = u64::from_ne_bytes(length.try_into().expect("they are eight"));
                if let Some(record) = read_exactly(fd, length as usize)? {
                    self.reads.push(fd);
                    return Ok(Some(record));
                }
            }
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
