//! Variant: a pipe for each sender. So nothing is mixed, and the end of its file is the end of that sender.

use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, OpenFlags, PollEvents, PollFd, SigSet, Signal,
};
use harness::prelude::{NamedPipe, Role};

/// What one process has open.
#[derive(Debug)]
pub enum Fifo {
    /// The pipe that is its own.
    Sends(Fd),
    /// Those that have not come to their end, and what was read from each.
    Receives(Vec<(Fd, Vec<u8>)>),
}

fn through<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if !matches!(result, Err(Errno::EINTR)) {
            return result;
        }
    }
}

/// Makes the pipe of that sender, unless somebody has, and opens it.
fn open(path: &str, sender: usize, flags: OpenFlags) -> os::Result<Fd> {
    let path = format!("{path}.{sender}");
    match os::mkfifo(&path) {
        Err(errno) if errno != Errno::EEXIST => Err(errno),
        _ => through(|| os::open(&path, flags)),
    }
}

/// Takes a record out of what was read: first its length, then itself.
fn record(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let (length, rest) = read.split_first_chunk()?;
    let record = rest.get(..u32::from_be_bytes(*length) as usize)?.to_vec();
    read.drain(..4 + record.len());
    Some(record)
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        match role {
            Role::Sender(me) => {
                os::sigaction(
                    Signal::PIPE,
                    Handler::call(|_| ()),
                    SigSet::EMPTY,
                    ActionFlags::empty(),
                )?;
                open(path, me, OpenFlags::WRONLY).map(Self::Sends)
            }
            Role::Receiver => {
                let opened = |sender| Ok((open(path, sender, OpenFlags::RDONLY)?, Vec::new()));
                (0..senders).map(opened).collect::<os::Result<_>>().map(Self::Receives)
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Self::Sends(fd) = *self else { return Err(Errno::EBADF) };
        let bytes = [&(record.len() as u32).to_be_bytes(), record].concat();
        let mut sent = 0;
        while sent < bytes.len() {
            sent += through(|| os::write(fd, &bytes[sent..]))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Self::Receives(pipes) = self else { return Err(Errno::EBADF) };
        let mut buffer = [0; 2048];
        loop {
            if let Some(record) = pipes.iter_mut().find_map(|(_, read)| record(read)) {
                return Ok(Some(record));
            }
            if pipes.is_empty() {
                return Ok(None);
            }
            let asked = |&(fd, _): &(Fd, _)| PollFd {
                fd,
                events: PollEvents::IN,
                revents: PollEvents::empty(),
            };
            let mut asked: Vec<PollFd> = pipes.iter().map(asked).collect();
            through(|| os::poll(&mut asked, None))?;
            for place in (0..pipes.len()).rev().filter(|&it| !asked[it].revents.is_empty()) {
                let (fd, read) = &mut pipes[place];
                match through(|| os::read(*fd, &mut buffer))? {
                    0 => {
                        os::close(*fd)?;
                        pipes.remove(place);
                    }
                    length => read.extend_from_slice(&buffer[..length]),
                }
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match self {
            Self::Sends(fd) => os::close(*fd),
            Self::Receives(pipes) => pipes.iter().try_for_each(|&(fd, _)| os::close(fd)),
        }
    }
}
