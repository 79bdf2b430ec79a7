//! Flawed: after a short write, all is written again.
//!
//! Bug: the bytes that were written are in the pipe, and come twice.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 writes 9004 bytes and waits for room; a signal comes; `write` returns 4096; P1 begins from
//! the start.

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::*;

/// Bytes of the length before a record.
const HEADER: usize = 4;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// With what was read there.
    reads: Vec<(Fd, Vec<u8>)>,
    writes: Vec<Fd>,
    /// At which pipe the receiver stands.
    place: usize,
}

/// Takes the first record out of what was read.
fn take(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = u32::from_ne_bytes(*read.first_chunk()?) as usize;
    let record = read.get(HEADER..)?.get(..length)?.to_vec();
    read.drain(..HEADER + length);
    Some(record)
}

fn write_exactly(fd: Fd, bytes: &[u8]) -> os::Result<()> {
    loop {
        match os::write(fd, bytes) {
            Ok(count) if count < bytes.len() => {}
            Err(Errno::EINTR) => {}
            other => return other.map(drop),
        }
    }
}

impl AnonymousPipe {
    /// Waits until there is something in one of the pipes.
    fn wait(&self) -> os::Result<()> {
        let ask = |&(fd, _): &(Fd, _)| PollFd {
            fd,
            events: PollEvents::IN,
            revents: PollEvents::empty(),
        };
        match os::poll(&mut self.reads.iter().map(ask).collect::<Vec<_>>(), None) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let (mut reads, mut writes) = (vec![], vec![]);
        for _ in 0..senders {
            let [reading, writing] = os::pipe()?;
            reads.push((reading, vec![]));
            writes.push(writing);
        }
        Ok(Self { reads, writes, place: 0 })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        match role {
            Role::Receiver => {
                for &(fd, _) in &self.reads {
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
                let reads = self.reads.drain(..).map(|(fd, _)| fd);
                reads.chain(self.writes.drain(..)).try_for_each(os::close)?;
                self.writes.push(mine);
                Ok(())
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let bytes = [&(record.len() as u32).to_ne_bytes(), record].concat();
        write_exactly(self.writes[0], &bytes)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // Once round without anything: then there is nothing, and it waits.
        let mut in_vain = 0;
        while !self.reads.is_empty() {
            self.place %= self.reads.len();
            let (fd, read) = &mut self.reads[self.place];
            if let Some(record) = take(read) {
                self.place += 1;
                return Ok(Some(record));
            }
            let mut buffer = [0; 2000];
            match os::read(*fd, &mut buffer) {
                Ok(0) => {
                    os::close(*fd)?;
                    self.reads.remove(self.place);
                }
                Ok(count) => {
                    read.extend(&buffer[..count]);
                    in_vain = 0;
                }
                Err(Errno::EAGAIN) => {
                    self.place += 1;
                    in_vain += 1;
                    if in_vain >= self.reads.len() {
                        self.wait()?;
                        in_vain = 0;
                    }
                }
                Err(Errno::EINTR) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let mut all = self.reads.drain(..).map(|(fd, _)| fd).chain(self.writes.drain(..));
        all.try_for_each(os::close)
    }
}
