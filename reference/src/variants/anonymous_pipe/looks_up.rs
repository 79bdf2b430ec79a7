//! Variant: the receiver does not wait for the pipes. It asks one after the other whether there is something, and if
//! there is nothing anywhere, it waits for a while in poll(2).

use harness::os::{
    self, ActionFlags, Duration, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::*;

/// What comes from a sender, and is not given out yet.
#[derive(Clone, Debug, Default)]
struct Received {
    bytes: Vec<u8>,
    at_end: bool,
}

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    pipes: Vec<[Fd; 2]>,
    received: Vec<Received>,
    me: Option<usize>,
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let mut pipes = Vec::new();
        for _ in 0..senders {
            pipes.push(os::pipe()?);
        }
        Ok(Self { pipes, received: vec![Received::default(); senders], me: None })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        for (sender, &[reads, writes]) in self.pipes.iter().enumerate() {
            match role {
                Role::Receiver => {
                    os::set_flags(reads, OpenFlags::NONBLOCK)?;
                    os::close(writes)?;
                }
                Role::Sender(me) => {
                    self.me = Some(me);
                    os::close(reads)?;
                    if me != sender {
                        os::close(writes)?;
                    }
                }
            }
        }
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let me = self.me.expect("it begins as a sender");
        let mut bytes = record.len().to_le_bytes().to_vec();
        bytes.extend(record);
        while !bytes.is_empty() {
            match os::write(self.pipes[me][1], &bytes) {
                Ok(count) => drop(bytes.drain(..count)),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.received.iter().any(|received| !received.at_end) {
            let mut news = false;
            for (received, &[reads, _]) in self.received.iter_mut().zip(&self.pipes) {
                if received.at_end {
                    continue;
                }
                let bytes = &mut received.bytes;
                if let Some(header) = bytes.first_chunk() {
                    let end = 8 + usize::from_le_bytes(*header);
                    if bytes.len() >= end {
                        let record = bytes[8..end].to_vec();
                        bytes.drain(..end);
                        return Ok(Some(record));
                    }
                }
                let mut buffer = [0; 3000];
                match os::read(reads, &mut buffer) {
                    Ok(0) => {
                        received.at_end = true;
                        news = true;
                    }
                    Ok(count) => {
                        bytes.extend(&buffer[..count]);
                        news = true;
                    }
                    Err(Errno::EAGAIN | Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
            if !news {
                let fds = self.pipes.iter().zip(&self.received);
                let open = fds.filter(|(_, received)| !received.at_end);
                let mut fds: Vec<PollFd> = open
                    .map(|(&[fd, _], _)| PollFd {
                        fd,
                        events: PollEvents::IN,
                        revents: PollEvents::empty(),
                    })
                    .collect();
                match os::poll(&mut fds, Some(Duration::from_millis(10))) {
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        match self.me {
            Some(me) => os::close(self.pipes[me][1]),
            None => self.pipes.iter().try_for_each(|&[reads, _]| os::close(reads)),
        }
    }
}
