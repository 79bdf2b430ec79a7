//! Variant: everything is read and written one byte at a time, in the way of the first programs with pipes. One pipe for
//! each sender; the receiver takes a record from each in turn.
//!
//! While it waits for one, others wait, too: that is slow, and right.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    pipes: Vec<[Fd; 2]>,
    out: Option<Fd>,
    incoming: Vec<Fd>,
}

fn put(fd: Fd, byte: u8) -> os::Result<()> {
    loop {
        match os::write(fd, &[byte]) {
            Ok(_) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// The next byte; `None` at the end.
fn get(fd: Fd) -> os::Result<Option<u8>> {
    let mut byte = [0];
    loop {
        match os::read(fd, &mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// The next record; `None` at the end, though it comes in the middle of one.
fn record(fd: Fd) -> os::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    for byte in &mut length {
        let Some(next) = get(fd)? else { return Ok(None) };
        *byte = next;
    }
    let mut record = Vec::new();
    for _ in 0..u32::from_be_bytes(length) {
        let Some(next) = get(fd)? else { return Ok(None) };
        record.push(next);
    }
    Ok(Some(record))
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let pipes: os::Result<_> = (0..senders).map(|_| os::pipe()).collect();
        Ok(Self { pipes: pipes?, out: None, incoming: Vec::new() })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        for (number, [reads, writes]) in std::mem::take(&mut self.pipes).into_iter().enumerate() {
            match role {
                Role::Receiver => {
                    os::close(writes)?;
                    self.incoming.push(reads);
                }
                Role::Sender(me) => {
                    os::close(reads)?;
                    if me == number {
                        self.out = Some(writes);
                    } else {
                        os::close(writes)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, message: &[u8]) -> os::Result<()> {
        let fd = self.out.ok_or(Errno::EBADF)?;
        let length = u32::try_from(message.len()).map_err(|_| Errno::EMSGSIZE)?;
        length.to_be_bytes().iter().chain(message).try_for_each(|&byte| put(fd, byte))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while let Some(&fd) = self.incoming.first() {
            self.incoming.remove(0);
            if let Some(record) = record(fd)? {
                self.incoming.push(fd);
                return Ok(Some(record));
            }
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.incoming.drain(..).chain(self.out.take()).try_for_each(os::close)
    }
}
