//! Flawed: of the pipes that have something, the first one is read.
//!
//! Bug: poll(2) says which ones are ready, and the receiver always looks from the first sender on. If that one has
//! something whenever it looks, the others wait for ever. It waits for all, and yet serves one.
//! Convicted of: bounded waiting, a sender is passed over.
//! Schedule: P2 sends a record; P1 fills its pipe again, each time that P0 has read from it.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;
use std::collections::BTreeMap;

/// Bytes of the length before a record.
const HEADER: usize = 8;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    ends: Vec<[Fd; 2]>,
    /// As a sender: where to write.
    out: Option<Fd>,
    /// As a receiver: by sender, where to read, and what was read there. Whoever has ended is not among them.
    lines: BTreeMap<usize, (Fd, Vec<u8>)>,
}

/// Makes a call until no signal interrupts it.
fn finish<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if !matches!(result, Err(Errno::EINTR)) {
            return result;
        }
    }
}

/// Takes a record out of what was read, if all of it is there.
fn take(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from_le_bytes(*read.first_chunk()?);
    let record = read[HEADER..].get(..length)?.to_vec();
    read.drain(..HEADER + length);
    Some(record)
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let ends = (0..senders).map(|_| os::pipe()).collect::<os::Result<_>>()?;
        Ok(Self { ends, out: None, lines: BTreeMap::new() })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        for (sender, [reads, writes]) in self.ends.drain(..).enumerate() {
            if role == Role::Receiver {
                self.lines.insert(sender, (reads, Vec::new()));
            } else {
                os::close(reads)?;
            }
            if role == Role::Sender(sender) {
                self.out = Some(writes);
            } else {
                os::close(writes)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let out = self.out.ok_or(Errno::EBADF)?;
        let bytes = [&record.len().to_le_bytes(), record].concat();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            rest = &rest[finish(|| os::write(out, rest))?..];
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while !self.lines.is_empty() {
            if let Some(record) = self.lines.values_mut().find_map(|(_, read)| take(read)) {
                return Ok(Some(record));
            }
            let (events, revents) = (PollEvents::IN, PollEvents::empty());
            let lines = self.lines.values();
            let mut fds: Vec<_> = lines.map(|&(fd, _)| PollFd { fd, events, revents }).collect();
            finish(|| os::poll(&mut fds, None))?;
            let ready = self.lines.iter_mut().zip(&fds).find(|(_, it)| !it.revents.is_empty());
            let Some(((&sender, (fd, read)), _)) = ready else { continue };
            let mut buffer = [0; 4096];
            let count = finish(|| os::read(*fd, &mut buffer))?;
            read.extend(&buffer[..count]);
            if count == 0 {
                os::close(*fd)?;
                self.lines.remove(&sender);
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let lines = std::mem::take(&mut self.lines).into_values().map(|(fd, _)| fd);
        lines.chain(self.out.take()).try_for_each(os::close)
    }
}
