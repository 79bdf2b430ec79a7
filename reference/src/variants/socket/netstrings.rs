//! Variant: netstrings, `5:hello,`; and all that a client sends is kept until it has finished. Only then is it taken
//! apart. SIGPIPE is ignored once and for all, so that write(2) will do.

use harness::os::{
    self, ActionFlags, Address, Errno, Family, Fd, Half, Handler, OpenFlags, PollEvents, PollFd,
    SigSet, Signal, SocketType,
};
use harness::prelude::*;

/// The server's socket, and where it is.
#[derive(Clone, Debug)]
pub struct Service {
    fd: Fd,
    at: Address,
    clients: usize,
}

/// A connection, and the answers that have come and nobody has asked for.
#[derive(Debug)]
pub struct Client {
    fd: Fd,
    bytes: Vec<u8>,
    place: usize,
    ended: bool,
}

fn netstring(record: &[u8]) -> Vec<u8> {
    [format!("{}:", record.len()).as_bytes(), record, b","].concat()
}

/// The first record, and what it takes; `None` if it is not all there.
fn first(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let length = bytes[..colon].iter().fold(0, |sum, byte| sum * 10 + usize::from(byte - b'0'));
    let record = bytes.get(colon + 1..colon + 1 + length)?;
    bytes.get(colon + 1 + length).map(|_comma| (record, colon + length + 2))
}

fn write_all(fd: Fd, bytes: &[u8]) -> os::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match os::write(fd, &bytes[done..]) {
            Ok(count) => done += count,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// What can be read at once; empty at the end.
fn read_some(fd: Fd) -> os::Result<Vec<u8>> {
    let mut buffer = vec![0; 8192];
    loop {
        match os::read(fd, &mut buffer) {
            Ok(count) => {
                buffer.truncate(count);
                return Ok(buffer);
            }
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        let at = Address::Path(path.to_owned());
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        if os::bind(fd, &at) == Err(Errno::EADDRINUSE) {
            os::unlink(path)?;
            os::bind(fd, &at)?;
        }
        os::listen(fd, 5)?;
        Ok(Self { fd, at, clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let mut served = 0;
        // The first one is the socket that listens.
        let asked = |fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
        let mut polled = vec![asked(self.fd)];
        let mut sent: Vec<Vec<u8>> = vec![Vec::new()];
        while served < self.clients {
            match os::poll(&mut polled, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            if !polled[0].revents.is_empty() {
                match os::accept(self.fd) {
                    Ok((fd, _)) => {
                        polled.push(asked(fd));
                        sent.push(Vec::new());
                    }
                    Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
            for place in (1..polled.len()).rev() {
                if polled[place].revents.is_empty() {
                    continue;
                }
                let fd = polled[place].fd;
                let bytes = match read_some(fd) {
                    Err(Errno::ECONNRESET) => Vec::new(), // It is dead.
                    other => other?,
                };
                if !bytes.is_empty() {
                    sent[place].extend(bytes);
                    continue;
                }
                let requests = sent.remove(place);
                let (mut rest, mut answers) = (&requests[..], Vec::new());
                while let Some((request, length)) = first(rest) {
                    answers.extend(netstring(&answer(request)));
                    rest = &rest[length..];
                }
                match write_all(fd, &answers) {
                    Ok(()) | Err(Errno::EPIPE | Errno::ECONNRESET) => {}
                    Err(errno) => return Err(errno),
                }
                os::close(fd)?;
                polled.remove(place);
                served += 1;
            }
        }
        os::close(self.fd)
    }

    fn connect(self) -> os::Result<Client> {
        // The copy of the server's socket does no harm: it stays open.
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        loop {
            match os::connect(fd, &self.at) {
                Ok(()) => return Ok(Client { fd, bytes: Vec::new(), place: 0, ended: false }),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        write_all(self.fd, &netstring(request))
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.fd, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            if let Some((answer, length)) = first(&self.bytes[self.place..]) {
                self.place += length;
                return Ok(Some(answer.to_vec()));
            }
            if self.ended {
                return Ok(None);
            }
            let more = read_some(self.fd)?;
            self.ended = more.is_empty();
            self.bytes.extend(more);
        }
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
