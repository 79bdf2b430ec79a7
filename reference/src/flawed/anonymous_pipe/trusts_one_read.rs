//! Flawed: the length is read, and then so many bytes by one call.
//!
//! Bug: `read` returns what is there, and may be short: the rest of the record is taken for the next length.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 writes 6004 bytes into a pipe of 4096; P0 reads four, then the 4092 that are there.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Vec<Fd>,
    writes: Vec<Fd>,
    /// From which pipe the last record came, by place.
    last: usize,
}

/// Reads that many bytes, or `None` if the end comes first.
fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    loop {
        match os::read(fd, &mut bytes) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(bytes)),
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other),
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
        Ok(Self { reads, writes, last: 0 })
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
        let mut bytes = (record.len() as u32).to_ne_bytes().to_vec();
        bytes.extend(record);
        write_exactly(self.writes[0], &bytes)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while !self.reads.is_empty() {
            let (events, revents) = (PollEvents::IN, PollEvents::empty());
            let mut fds: Vec<_> =
                self.reads.iter().map(|&fd| PollFd { fd, events, revents }).collect();
            match os::poll(&mut fds, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(other) => return Err(other),
            }
            // It goes on behind the one that it has taken from, and comes to that one last.
            let mut places = (1..=fds.len()).map(|step| (self.last + step) % fds.len());
            let place = places.find(|&place| !fds[place].revents.is_empty());
            let Some(place) = place else { continue };
            self.last = place;
            let fd = self.reads[place];
            if let Some(length) = read_exactly(fd, 4)? {
                let length = u32::from_ne_bytes(length.try_into().expect("they are four"));
                if let Some(record) = read_exactly(fd, length as usize)? {
                    return Ok(Some(record));
                }
            }
            self.reads.remove(place);
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.drain(..)).try_for_each(os::close)
    }
}
