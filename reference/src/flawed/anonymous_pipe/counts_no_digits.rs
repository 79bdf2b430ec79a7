//! Flawed: the length in digits, a colon, and the record; and when as many bytes are there as the record has, it is taken.
//!
//! Bug: the digits and the colon are bytes, too.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 sends a record in two parts, the second of which is shorter than what stands before the record.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;
use std::collections::VecDeque;

/// A closed descriptor; poll(2) does not look at it.
const CLOSED: Fd = Fd(-1);

/// The pipes.
#[derive(Clone, Debug, Default)]
pub struct AnonymousPipe {
    ends: Vec<[Fd; 2]>,
    out: Option<Fd>,
    lines: Vec<(Fd, VecDeque<u8>)>,
    /// Behind whose record the next one is looked for.
    last: usize,
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let mut made = Self::default();
        for _ in 0..senders {
            made.ends.push(os::pipe()?);
        }
        Ok(made)
    }
    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        let ends = std::mem::take(&mut self.ends);
        for (i, e) in ends.iter().enumerate() {
            match role {
                Role::Receiver => {
                    os::close(e[1])?;
                    self.lines.push((e[0], VecDeque::new()));
                }
                Role::Sender(n) => {
                    os::close(e[0])?;
                    if i == n {
                        self.out = Some(e[1]);
                    } else {
                        os::close(e[1])?;
                    }
                }
            }
        }
        Ok(())
    }
    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.out.ok_or(Errno::EBADF)?;
        let mut text = format!("{}:", record.len()).into_bytes();
        text.extend_from_slice(record);
        let mut at = 0;
        while at < text.len() {
            match os::write(fd, &text[at..(at + 1000).min(text.len())]) {
                Ok(n) => at += n,
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            let n = self.lines.len();
            for step in 0..n {
                let place = (self.last + step) % n;
                let (_, queue) = &mut self.lines[place];
                let Some(colon) = queue.iter().position(|&b| b == b':') else { continue };
                let length =
                    queue.iter().take(colon).fold(0, |l, &d| l * 10 + usize::from(d - b'0'));
                if queue.len() <= length {
                    continue;
                }
                queue.drain(..=colon);
                self.last = place + 1;
                let record = queue.drain(..length.min(queue.len())).collect();
                return Ok(Some(record));
            }
            let mut fds: Vec<PollFd> = self
                .lines
                .iter()
                .filter(|l| l.0 != CLOSED)
                .map(|l| PollFd { fd: l.0, events: PollEvents::IN, revents: PollEvents::empty() })
                .collect();
            if fds.is_empty() {
                return Ok(None);
            }
            match os::poll(&mut fds, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(e) => return Err(e),
            }
            for p in fds.iter().filter(|p| !p.revents.is_empty()) {
                let mut buffer = [0; 777];
                let line = self.lines.iter_mut().find(|l| l.0 == p.fd).expect("polled");
                match os::read(p.fd, &mut buffer) {
                    Ok(0) => {
                        os::close(p.fd)?;
                        line.0 = CLOSED;
                    }
                    Ok(n) => line.1.extend(&buffer[..n]),
                    Err(Errno::EINTR) => {}
                    Err(e) => return Err(e),
                }
            }
        }
    }
    fn end(&mut self) -> os::Result<()> {
        for (fd, _) in self.lines.drain(..).filter(|l| l.0 != CLOSED) {
            os::close(fd)?;
        }
        if let Some(fd) = self.out.take() {
            os::close(fd)?;
        }
        Ok(())
    }
}
