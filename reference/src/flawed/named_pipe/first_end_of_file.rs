//! Flawed: the end of the file is taken for the end.
//!
//! Bug: there is an end of file whenever nobody has the pipe open for writing. That may be when one sender has closed it
//! and the next one has not opened it yet.
//! Convicted of: integrity; and the next one waits for ever for somebody who reads.
//! Schedule: P1 opens the pipe, sends all it has and closes it; P0 reads that, and the end; then P2 comes.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

/// Bytes before a piece: whose it is, what it is, its length.
const HEADER: usize = 4;

/// A piece after which the record goes on.
const MORE: u8 = 0;
/// The last piece of a record.
const LAST: u8 = 1;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    pipe: Fd,
    /// As a sender: its number.
    me: Option<u8>,
    /// As a receiver: by sender, the pieces of the record that is not complete.
    pieces: Vec<Vec<u8>>,
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

    /// `None` at the end of the file.
    fn read(&self, length: usize) -> os::Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            match again(|| os::read(self.pipe, &mut bytes[done..]))? {
                0 => return Ok(None),
                read => done += read,
            }
        }
        Ok(Some(bytes))
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
        let pipe = again(|| os::open(path, flags))?;
        Ok(Self { pipe, me, pieces: vec![Vec::new(); senders] })
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
        while let Some(header) = self.read(HEADER)? {
            let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
            let Some(piece) = self.read(length)? else { break };
            let record = &mut self.pieces[usize::from(header[0])];
            record.extend(piece);
            if header[1] == LAST {
                return Ok(Some(std::mem::take(record)));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.pipe)
    }
}
