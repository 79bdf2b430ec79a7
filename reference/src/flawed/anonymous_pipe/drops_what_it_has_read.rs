//! Flawed: at the end of a pipe, what was read from it is dropped.
//!
//! Bug: there may be whole records among it, which were not asked for yet.
//! Convicted of: mutual exclusion, a record is lost.
//! Schedule: P1 sends two records and ends; P0 reads both at once, gives out the first, and comes to the
//! end.

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::*;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    ends: Vec<[Fd; 2]>,
    role: Role,
    /// By sender: what was read, unless the end was.
    read: Vec<Option<Vec<u8>>>,
    /// Who comes first the next time.
    next: usize,
}

/// How long the first record is, with its length, if all of it is there.
fn complete(read: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(*read.first_chunk()?) as usize;
    (read.len() >= 4 + length).then_some(4 + length)
}

fn record_in(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = complete(read)?;
    let record = read[4..length].to_vec();
    read.drain(..length);
    Some(record)
}

fn wait_for(events: PollEvents, fds: impl Iterator<Item = Fd>) -> os::Result<()> {
    let revents = PollEvents::empty();
    let mut fds: Vec<_> = fds.map(|fd| PollFd { fd, events, revents }).collect();
    match os::poll(&mut fds, None) {
        // Whoever calls looks again anyway.
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno),
    }
}

impl AnonymousPipe {
    /// Takes what is there from one pipe.
    fn drain(&mut self, sender: usize) -> os::Result<()> {
        let [fd, _] = self.ends[sender];
        let mut buffer = vec![0; 8192];
        while let Some(read) = &mut self.read[sender] {
            match os::read(fd, &mut buffer) {
                Ok(0) => {
                    self.read[sender] = None;
                    os::close(fd)?;
                }
                Ok(count) => {
                    read.extend_from_slice(&buffer[..count]);
                    // More may be there, but not a record that is waited for.
                    return Ok(());
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let ends = (0..senders).map(|_| os::pipe2(OpenFlags::NONBLOCK));
        let ends = ends.collect::<os::Result<_>>()?;
        Ok(Self { ends, role: Role::Receiver, read: vec![Some(Vec::new()); senders], next: 0 })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        self.role = role;
        for (sender, &[reads, writes]) in self.ends.iter().enumerate() {
            if role != Role::Receiver {
                os::close(reads)?;
            }
            if role != Role::Sender(sender) {
                os::close(writes)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Role::Sender(me) = self.role else { return Err(Errno::EINVAL) };
        let [_, fd] = self.ends[me];
        let bytes = [&(record.len() as u32).to_be_bytes(), record].concat();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            match os::write(fd, rest) {
                Ok(count) => rest = &rest[count..],
                Err(Errno::EAGAIN) => wait_for(PollEvents::OUT, [fd].into_iter())?,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            for step in 0..self.ends.len() {
                let sender = (self.next + step) % self.ends.len();
                self.drain(sender)?;
                if let Some(record) = self.read[sender].as_mut().and_then(record_in) {
                    self.next = sender + 1;
                    return Ok(Some(record));
                }
            }
            let open = self.read.iter().zip(&self.ends).filter(|(read, _)| read.is_some());
            let mut open = open.map(|(_, &[fd, _])| fd).peekable();
            if open.peek().is_none() {
                return Ok(None);
            }
            wait_for(PollEvents::IN, open)?;
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match self.role {
            Role::Sender(me) => os::close(self.ends[me][1]),
            Role::Receiver => {
                let open = self.read.iter().zip(&self.ends).filter(|(read, _)| read.is_some());
                open.map(|(_, &[fd, _])| fd).try_for_each(os::close)
            }
        }
    }
}
