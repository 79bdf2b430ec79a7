use std::collections::VecDeque;

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::*;

// A fifo for each sender, read in turn: whoever was served goes to the end of the line.

pub struct Fifo {
    fifos: VecDeque<Fd>,
}

fn open(name: &str, flags: OpenFlags) -> os::Result<Fd> {
    match os::mkfifo(name) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(errno) => return Err(errno),
    }
    loop {
        match os::open(name, flags) {
            Err(Errno::EINTR) => continue,
            other => return other,
        }
    }
}

impl Fifo {
    /// How many bytes could be read before the end.
    fn fill(fifo: Fd, bytes: &mut [u8]) -> os::Result<usize> {
        let mut done = 0;
        while done < bytes.len() {
            match os::read(fifo, &mut bytes[done..]) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(done)
    }

    /// Takes the first in line that has something to say, or has come to its end.
    fn next(&mut self) -> os::Result<Fd> {
        let ask = |&fd: &Fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
        loop {
            let mut asked: Vec<PollFd> = self.fifos.iter().map(ask).collect();
            match os::poll(&mut asked, None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
            let ready = asked.iter().position(|answer| !answer.revents.is_empty());
            if let Some(fifo) = ready.and_then(|place| self.fifos.remove(place)) {
                return Ok(fifo);
            }
        }
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let fifos = match role {
            Role::Sender(number) => [open(&format!("{path}{number}"), OpenFlags::WRONLY)?].into(),
            Role::Receiver => (0..senders)
                .map(|number| open(&format!("{path}{number}"), OpenFlags::RDONLY))
                .collect::<os::Result<_>>()?,
        };
        Ok(Self { fifos })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = record.len().to_ne_bytes().to_vec();
        bytes.extend(record);
        let mut left = &bytes[..];
        while let [_, ..] = left {
            match os::write(self.fifos[0], left) {
                Ok(count) => left = &left[count..],
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while !self.fifos.is_empty() {
            let fifo = self.next()?;
            let mut length = [0; size_of::<usize>()];
            if Self::fill(fifo, &mut length)? == 0 {
                os::close(fifo)?;
                continue;
            }
            let mut record = vec![0; usize::from_ne_bytes(length)];
            Self::fill(fifo, &mut record)?;
            self.fifos.push_back(fifo);
            return Ok(Some(record));
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.fifos.drain(..).try_for_each(os::close)
    }
}
