//! Variant: nobody waits in `read` or `write`, all wait in poll(2). The receiver opens without waiting, and keeps
//! a writing end, so that the pipe does not come to its end; a sender meets it in `open`, and writes without waiting
//! from then on. Records go in pieces of at most `PIPE_BUF`, each of which is written at once or not at all.

use std::collections::BTreeMap;

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PIPE_BUF, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::{NamedPipe, Role};

/// Bytes of a piece before its content: whose it is, how many bytes there are, how many are to come after it.
const HEADER: usize = 1 + 2 + 4;

/// What one process has open.
#[derive(Debug)]
pub enum Fifo {
    /// As a sender: its number, and where it writes.
    Sender(u8, Fd),
    /// As the receiver.
    Receiver {
        /// The reading end.
        pipe: Fd,
        /// A writing end that nobody writes to.
        keeper: Fd,
        /// What belongs to no complete piece yet.
        read: Vec<u8>,
        /// Of each sender that has not ended, what there is of its record.
        begun: BTreeMap<u8, Vec<u8>>,
    },
}

/// Calls until it neither was interrupted nor would have had to wait.
fn when_ready<T>(
    fd: Fd,
    events: PollEvents,
    mut call: impl FnMut() -> os::Result<T>,
) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => {
                match os::poll(&mut [PollFd { fd, events, revents: PollEvents::empty() }], None) {
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
            result => return result,
        }
    }
}

fn put(me: u8, pipe: Fd, content: &[u8], to_come: usize) -> os::Result<()> {
    let mut piece = vec![me];
    piece.extend((content.len() as u16).to_be_bytes());
    piece.extend((to_come as u32).to_be_bytes());
    piece.extend(content);
    when_ready(pipe, PollEvents::OUT, || os::write(pipe, &piece)).map(drop)
}

/// The first piece in what was read: whose it is, its content, how many bytes are to come.
fn piece(read: &mut Vec<u8>) -> Option<(u8, Vec<u8>, u32)> {
    let &[sender, high, low, a, b, c, d, ref rest @ ..] = read.as_slice() else { return None };
    let content = rest.get(..usize::from(u16::from_be_bytes([high, low])))?.to_vec();
    read.drain(..HEADER + content.len());
    Some((sender, content, u32::from_be_bytes([a, b, c, d])))
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        if let Err(errno) = os::mkfifo(path)
            && errno != Errno::EEXIST
        {
            return Err(errno);
        }
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        match role {
            Role::Sender(me) => {
                let pipe = loop {
                    match os::open(path, OpenFlags::WRONLY) {
                        Err(Errno::EINTR) => {}
                        opened => break opened?,
                    }
                };
                os::set_flags(pipe, OpenFlags::NONBLOCK)?;
                Ok(Self::Sender(me as u8, pipe))
            }
            Role::Receiver => {
                let pipe = os::open(path, OpenFlags::RDONLY | OpenFlags::NONBLOCK)?;
                let keeper = os::open(path, OpenFlags::WRONLY | OpenFlags::NONBLOCK)?;
                let begun = (0..senders as u8).map(|sender| (sender, Vec::new())).collect();
                Ok(Self::Receiver { pipe, keeper, read: Vec::new(), begun })
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Self::Sender(me, pipe) = *self else { return Err(Errno::EBADF) };
        let mut to_come = record.len();
        for content in record.chunks(PIPE_BUF - HEADER) {
            to_come -= content.len();
            put(me, pipe, content, to_come)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Self::Receiver { pipe, read, begun, .. } = self else { return Err(Errno::EBADF) };
        while !begun.is_empty() {
            let Some((sender, content, to_come)) = piece(read) else {
                let mut bytes = [0; 1000];
                let count = when_ready(*pipe, PollEvents::IN, || os::read(*pipe, &mut bytes))?;
                read.extend(&bytes[..count]);
                continue;
            };
            if content.is_empty() {
                begun.remove(&sender);
                continue;
            }
            let record = begun.entry(sender).or_default();
            record.extend(content);
            if to_come == 0 {
                return Ok(Some(std::mem::take(record)));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        match *self {
            Self::Sender(me, pipe) => {
                let told = put(me, pipe, &[], 0);
                os::close(pipe)?;
                told
            }
            Self::Receiver { pipe, keeper, .. } => {
                os::close(keeper)?;
                os::close(pipe)
            }
        }
    }
}
