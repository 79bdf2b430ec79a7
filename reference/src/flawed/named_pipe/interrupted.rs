//! Flawed: reads and writes are made again if a signal interrupts them, but `open` is not.
//!
//! Bug: to open a pipe may take as long as to read from it, and is interrupted in the same way.
//! Convicted of: integrity; and whoever comes later waits for ever for the one that has given up.
//! Schedule: P0 opens the pipe, and waits; a signal comes.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

/// Bytes before a piece: whose it is, what it is, its length.
const HEADER: usize = 4;

/// A piece after which the record goes on.
const MORE: u8 = 0;
/// The last piece of a record.
const LAST: u8 = 1;
/// There are no more records.
const END: u8 = 2;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    pipe: Fd,
    /// As a receiver: the writing end that nobody writes to.
    held: Option<Fd>,
    /// As a sender: its number.
    me: Option<u8>,
    /// As a receiver: by sender, the pieces of the record that is not complete.
    pieces: Vec<Vec<u8>>,
    /// Senders that have not ended.
    senders: usize,
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

impl Fifo {
    fn write(&self, kind: u8, bytes: &[u8]) -> os::Result<()> {
        let [low, high] = (bytes.len() as u16).to_le_bytes();
        let mut piece = vec![self.me.ok_or(Errno::EBADF)?, kind, low, high];
        piece.extend(bytes);
        again(|| os::write(self.pipe, &piece)).map(drop)
    }

    fn read(&self, length: usize) -> os::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            done += again(|| os::read(self.pipe, &mut bytes[done..]))?;
        }
        Ok(bytes)
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        match os::mkfifo(path) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno),
        }
        // A write to a pipe that nobody reads is to fail, and not to kill.
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let (flags, me) = match role {
            Role::Receiver => (OpenFlags::RDONLY, None),
            Role::Sender(me) => (OpenFlags::WRONLY, Some(me as u8)),
        };
        let pipe = os::open(path, flags)?;
        let held = match role {
            Role::Receiver => Some(os::open(path, OpenFlags::WRONLY)?),
            Role::Sender(_) => None,
        };
        Ok(Self { pipe, held, me, pieces: vec![Vec::new(); senders], senders })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut pieces = record.chunks(os::PIPE_BUF - HEADER).peekable();
        while let Some(piece) = pieces.next() {
            let kind = if pieces.peek().is_some() { MORE } else { LAST };
            self.write(kind, piece)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.senders > 0 {
            let header = self.read(HEADER)?;
            let piece = self.read(usize::from(u16::from_le_bytes([header[2], header[3]])))?;
            let record = &mut self.pieces[usize::from(header[0])];
            record.extend(piece);
            match header[1] {
                LAST => return Ok(Some(std::mem::take(record))),
                END => self.senders -= 1,
                _ => {}
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.me.is_some() {
            self.write(END, &[])?;
        }
        self.held.take().map_or(Ok(()), os::close)?;
        os::close(self.pipe)
    }
}
