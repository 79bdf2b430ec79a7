//! Flawed: a pipe for each sender, and the receiver stays with one of them until it is empty.
//!
//! Bug: it never waits for a sender that is slow; but one that is quick fills its pipe as fast as it is emptied, and
//! the others wait for ever.
//! Convicted of: bounded waiting, a sender is passed over.
//! Schedule: P1 sends a record; P2 writes its next one whenever P0 has read from its pipe, so that there always is one.

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::*;

/// Bytes of the length before a record.
const LENGTH: usize = 4;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    out: Option<Fd>,
    /// The pipes that have not come to their end, and what was read from each.
    incoming: Vec<(Fd, Vec<u8>)>,
    /// The one that is being emptied, by place.
    place: usize,
}

fn again<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

/// The pipe of a sender: made unless it is there, and opened.
fn open(path: &str, sender: usize, flags: OpenFlags) -> os::Result<Fd> {
    let path = format!("{path}-{sender}");
    match os::mkfifo(&path) {
        Ok(()) | Err(Errno::EEXIST) => again(|| os::open(&path, flags)),
        Err(errno) => Err(errno),
    }
}

fn cut(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = LENGTH + u32::from_le_bytes(*read.first_chunk()?) as usize;
    let record = read.get(LENGTH..end)?.to_vec();
    read.drain(..end);
    Some(record)
}

impl Fifo {
    /// Waits until one of the pipes is not empty.
    fn wait(&self) -> os::Result<()> {
        let (events, revents) = (PollEvents::IN, PollEvents::empty());
        let fds = self.incoming.iter().map(|&(fd, _)| PollFd { fd, events, revents });
        let mut fds: Vec<_> = fds.collect();
        again(|| os::poll(&mut fds, None)).map(drop)
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let mut opened = Self { out: None, incoming: Vec::new(), place: 0 };
        match role {
            Role::Sender(me) => {
                os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
                opened.out = Some(open(path, me, OpenFlags::WRONLY)?);
            }
            Role::Receiver => {
                for sender in 0..senders {
                    let fd = open(path, sender, OpenFlags::RDONLY)?;
                    os::set_flags(fd, OpenFlags::NONBLOCK)?;
                    opened.incoming.push((fd, Vec::new()));
                }
            }
        }
        Ok(opened)
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.out.ok_or(Errno::EBADF)?;
        let mut bytes = (record.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(record);
        while !bytes.is_empty() {
            let written = again(|| os::write(fd, &bytes))?;
            bytes.drain(..written);
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut buffer = [0; 1024];
        let mut empty = 0;
        while !self.incoming.is_empty() {
            self.place %= self.incoming.len();
            let (fd, read) = &mut self.incoming[self.place];
            if let Some(record) = cut(read) {
                return Ok(Some(record));
            }
            match again(|| os::read(*fd, &mut buffer)) {
                Ok(0) => {
                    os::close(*fd)?;
                    self.incoming.remove(self.place);
                }
                Ok(count) => {
                    read.extend(&buffer[..count]);
                    empty = 0;
                }
                // Only now it is the next one's turn.
                Err(Errno::EAGAIN) => {
                    self.place += 1;
                    empty += 1;
                    if empty >= self.incoming.len() {
                        self.wait()?;
                        empty = 0;
                    }
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let incoming = self.incoming.drain(..).map(|(fd, _)| fd);
        incoming.chain(self.out.take()).try_for_each(os::close)
    }
}
