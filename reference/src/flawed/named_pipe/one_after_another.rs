//! Flawed: a pipe for each sender, and the receiver reads them one after the other: the next pipe when the one before
//! has come to its end.
//!
//! Bug: whose turn has not come waits, with whatever it has sent, as long as another one has something to send.
//! Convicted of: bounded waiting, a sender is passed over.
//! Schedule: P2 sends a record; P0 receives the records of P1, as many as there are.

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
    /// The pipe that it writes to; or those that it reads from, the first one now.
    pipes: VecDeque<Fd>,
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
        let (mine, flags) = match role {
            Role::Sender(me) => (me..me + 1, OpenFlags::WRONLY),
            Role::Receiver => (0..senders, OpenFlags::RDONLY),
        };
        let pipes = mine.map(|sender| open(path, sender, flags)).collect::<os::Result<_>>()?;
        Ok(Self { pipes, read: VecDeque::new() })
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
        let pipe = *self.pipes.front().ok_or(Errno::EBADF)?;
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
            let Some(&pipe) = self.pipes.front() else { return Ok(None) };
            let mut bytes = [0; 4096];
            let count = retry(|| os::read(pipe, &mut bytes))?;
            self.read.extend(&bytes[..count]);
            if count == 0 {
                self.pipes.pop_front();
                os::close(pipe)?;
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        self.pipes.drain(..).try_for_each(os::close)
    }
}
