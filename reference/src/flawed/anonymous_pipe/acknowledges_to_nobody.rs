//! Flawed: the receiver acknowledges each record through a pipe of its own, and nobody reads what it says.
//!
//! Bug: the pipe is full at last, and the receiver waits for room that nobody makes.
//! Convicted of: progress, the receiver waits for ever.
//! Schedule: P1 and P2 send more records than acknowledgements fit into a pipe.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;

/// Bytes of the length before a record.
const HEADER: usize = 4;

/// What one process holds of the pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// By sender: reading and writing end.
    pipes: Vec<[Fd; 2]>,
    /// For acknowledgements.
    back: [Fd; 2],
    /// As a sender: where to write.
    mine: Option<Fd>,
    /// As a receiver: the reading ends that have not come to their end, and what was read there.
    open: Vec<(Fd, Vec<u8>)>,
}

/// Makes a call again as long as a signal interrupts it.
fn again<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

fn write_all(fd: Fd, mut bytes: &[u8]) -> os::Result<()> {
    while !bytes.is_empty() {
        let written = again(|| os::write(fd, bytes))?;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// The first record in what was read, if it is complete.
fn cut(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let header = read.first_chunk::<HEADER>()?;
    let end = HEADER + u32::from_le_bytes(*header) as usize;
    if read.len() < end {
        return None;
    }
    let rest = read.split_off(end);
    let record = std::mem::replace(read, rest);
    Some(record[HEADER..].to_vec())
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let pipes = (0..senders).map(|_| os::pipe()).collect::<os::Result<_>>()?;
        Ok(Self { pipes, back: os::pipe()?, mine: None, open: Vec::new() })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        // A write to a pipe that nobody reads is to fail, and not to kill.
        let (none, flags) = (SigSet::default(), ActionFlags::empty());
        os::sigaction(Signal::PIPE, Handler::Ignore, none, flags)?;
        for (sender, [reads, writes]) in std::mem::take(&mut self.pipes).into_iter().enumerate() {
            match role {
                Role::Receiver => {
                    os::close(writes)?;
                    self.open.push((reads, Vec::new()));
                }
                Role::Sender(me) => {
                    os::close(reads)?;
                    if sender == me {
                        self.mine = Some(writes);
                    } else {
                        os::close(writes)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = (record.len() as u32).to_le_bytes().to_vec();
        bytes.extend(record);
        write_all(self.mine.ok_or(Errno::EBADF)?, &bytes)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            if let Some(record) = self.open.iter_mut().find_map(|(_, read)| cut(read)) {
                write_all(self.back[1], &[7; 64])?;
                return Ok(Some(record));
            }
            if self.open.is_empty() {
                return Ok(None);
            }
            let mut fds: Vec<PollFd> = self
                .open
                .iter()
                .map(|(fd, _)| PollFd {
                    fd: *fd,
                    events: PollEvents::IN,
                    revents: PollEvents::empty(),
                })
                .collect();
            again(|| os::poll(&mut fds, None))?;
            let ready = fds.iter().position(|fd| !fd.revents.is_empty());
            let Some(ready) = ready else { continue };
            let mut buffer = [0; 4096];
            let (fd, mut read) = self.open.remove(ready);
            match again(|| os::read(fd, &mut buffer))? {
                // What is left of a record that was never finished is dropped.
                0 => os::close(fd)?,
                length => {
                    read.extend(&buffer[..length]);
                    // The others come first the next time: nobody is passed over for ever.
                    self.open.push((fd, read));
                }
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        for (fd, _) in self.open.drain(..) {
            os::close(fd)?;
        }
        self.mine.take().map_or(Ok(()), os::close)
    }
}
