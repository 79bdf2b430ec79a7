//! Flawed: nothing is said about SIGPIPE.
//!
//! Bug: whoever writes to a pipe that nobody reads is killed before it sees EPIPE.
//! Convicted of: mutual exclusion, a process is killed.
//! Schedule: the parent takes one record and is done; its child sends another one.

use harness::os::{self, Errno, Fd, PollEvents, PollFd};
use harness::prelude::*;
use std::collections::VecDeque;

/// Bytes of the length before a record.
const HEADER: usize = 4;

/// What one process holds of the pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// By sender: reading and writing end.
    pipes: Vec<[Fd; 2]>,
    /// As a sender: where to write.
    mine: Option<Fd>,
    /// As a receiver: the reading ends that have not come to their end, and what was read there.
    open: Vec<(Fd, Vec<u8>)>,
    /// Records that are complete, as they came.
    complete: VecDeque<Vec<u8>>,
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
        Ok(Self { pipes, mine: None, open: Vec::new(), complete: VecDeque::new() })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
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
            if let Some(record) = self.complete.pop_front() {
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
            // All that have something are read, once each.
            for (asked, (fd, mut read)) in fds.iter().zip(std::mem::take(&mut self.open)) {
                if !asked.revents.is_empty() {
                    let mut buffer = [0; 4096];
                    let length = again(|| os::read(fd, &mut buffer))?;
                    // What is left of a record that was never finished is dropped.
                    if length == 0 {
                        os::close(fd)?;
                        continue;
                    }
                    read.extend(&buffer[..length]);
                    self.complete.extend(std::iter::from_fn(|| cut(&mut read)));
                }
                self.open.push((fd, read));
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
