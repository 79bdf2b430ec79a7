//! Variant: a pipe for each sender, and the receiver attends to them one after the other: it opens the next pipe when
//! the one before has come to its end. Whose turn has not come waits in `open`. A record ends at a byte that is
//! escaped within it.

use std::collections::VecDeque;

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::{NamedPipe, Role};

const STOP: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// What an escaped byte is changed by.
const CHANGE: u8 = 0x20;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    path: String,
    /// The pipe that it writes to, or reads from.
    pipe: Option<Fd>,
    /// Senders that have not had their turn.
    next: std::ops::Range<usize>,
    read: VecDeque<u8>,
}

fn retry<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

fn open(path: &str, sender: usize, flags: OpenFlags) -> os::Result<Fd> {
    let path = format!("{path}-{sender}");
    match os::mkfifo(&path) {
        Ok(()) | Err(Errno::EEXIST) => retry(|| os::open(&path, flags)),
        Err(errno) => Err(errno),
    }
}

impl Fifo {
    /// The record that was read, if it has come to its end.
    fn complete(&mut self) -> Option<Vec<u8>> {
        let end = self.read.iter().position(|&byte| byte == STOP)?;
        let mut escaped = self.read.drain(..=end);
        let mut record = Vec::new();
        while let Some(byte) = escaped.next() {
            match byte {
                STOP => break,
                ESCAPE => record.extend(escaped.next().map(|byte| byte ^ CHANGE)),
                byte => record.push(byte),
            }
        }
        Some(record)
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let none = SigSet::EMPTY;
        os::sigaction(Signal::PIPE, Handler::Ignore, none, ActionFlags::empty())?;
        let pipe = match role {
            Role::Sender(me) => Some(open(path, me, OpenFlags::WRONLY)?),
            Role::Receiver => None,
        };
        Ok(Self { path: path.to_owned(), pipe, next: 0..senders, read: VecDeque::new() })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = Vec::new();
        for &byte in record {
            match byte {
                STOP | ESCAPE => bytes.extend([ESCAPE, byte ^ CHANGE]),
                byte => bytes.push(byte),
            }
        }
        bytes.push(STOP);
        let pipe = self.pipe.ok_or(Errno::EBADF)?;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let written = retry(|| os::write(pipe, rest))?;
            rest = &rest[written..];
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            if let Some(record) = self.complete() {
                return Ok(Some(record));
            }
            let pipe = match self.pipe {
                Some(pipe) => pipe,
                None => match self.next.next() {
                    Some(sender) => open(&self.path, sender, OpenFlags::RDONLY)?,
                    None => return Ok(None),
                },
            };
            self.pipe = Some(pipe);
            let mut bytes = [0; 4096];
            let count = retry(|| os::read(pipe, &mut bytes))?;
            self.read.extend(&bytes[..count]);
            if count == 0 {
                self.pipe = None;
                os::close(pipe)?;
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        self.pipe.take().map_or(Ok(()), os::close)
    }
}
