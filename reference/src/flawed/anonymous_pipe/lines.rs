//! Flawed: records are lines.
//!
//! Bug: a record may have any bytes, and so the one that marks its end.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 sends a record with the byte 10 in it.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;

/// What comes in through one pipe.
#[derive(Clone, Debug)]
struct Line {
    fd: Fd,
    record: Vec<u8>,
}

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    ends: Vec<[Fd; 2]>,
    out: Option<Fd>,
    lines: Vec<Line>,
    /// Complete, and not asked for yet.
    complete: Vec<Vec<u8>>,
}

impl Line {
    fn take(&mut self, byte: u8, complete: &mut Vec<Vec<u8>>) {
        if byte == b'\n' {
            complete.push(std::mem::take(&mut self.record));
        } else {
            self.record.push(byte);
        }
    }
}

fn retry<T>(call: impl Fn() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if result.as_ref().err() != Some(&Errno::EINTR) {
            return result;
        }
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let mut ends = Vec::new();
        for _ in 0..senders {
            ends.push(os::pipe()?);
        }
        Ok(Self { ends, out: None, lines: Vec::new(), complete: Vec::new() })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::default())?;
        for (sender, [reads, writes]) in self.ends.iter().copied().enumerate() {
            if role == Role::Receiver {
                self.lines.push(Line { fd: reads, record: Vec::new() });
            } else {
                os::close(reads)?;
            }
            if role == Role::Sender(sender) {
                // The number does not matter: a copy is as good.
                self.out = Some(os::dup(writes)?);
            }
            os::close(writes)?;
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let bytes = [record, b"\n"].concat();
        let out = self.out.ok_or(Errno::EBADF)?;
        let mut done = 0;
        while done < bytes.len() {
            done += retry(|| os::write(out, &bytes[done..]))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.complete.is_empty() && !self.lines.is_empty() {
            let mut fds = Vec::new();
            for line in &self.lines {
                let (events, revents) = (PollEvents::IN, PollEvents::empty());
                fds.push(PollFd { fd: line.fd, events, revents });
            }
            match os::poll(&mut fds, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            let mut gone = Vec::new();
            for (place, line) in self.lines.iter_mut().enumerate() {
                if fds[place].revents.is_empty() {
                    continue;
                }
                let mut buffer = [0; 1000];
                let count = loop {
                    match os::read(line.fd, &mut buffer) {
                        Err(Errno::EINTR) => {}
                        other => break other?,
                    }
                };
                for &byte in &buffer[..count] {
                    line.take(byte, &mut self.complete);
                }
                if count == 0 {
                    gone.push(place);
                }
            }
            for place in gone.into_iter().rev() {
                os::close(self.lines.remove(place).fd)?;
            }
        }
        Ok((!self.complete.is_empty()).then(|| self.complete.remove(0)))
    }

    fn end(&mut self) -> os::Result<()> {
        for line in self.lines.drain(..) {
            os::close(line.fd)?;
        }
        if let Some(out) = self.out.take() {
            os::close(out)?;
        }
        Ok(())
    }
}
