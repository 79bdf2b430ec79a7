//! Variant: nothing blocks but poll(2). The server reads what is there and sends what there is room for, also while its
//! client goes on sending: answers that nobody reads yet wait in a buffer of its own.

use std::collections::VecDeque;

use harness::os::{
    self, Address, Errno, Family, Fd, Half, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

/// The server.
#[derive(Clone, Debug)]
pub struct Service {
    listener: Fd,
    path: String,
    expected: usize,
}

/// The client.
#[derive(Debug)]
pub struct Client {
    fd: Fd,
}

#[derive(Debug)]
struct Peer {
    fd: Fd,
    input: VecDeque<u8>,
    output: VecDeque<u8>,
    at_end: bool,
    is_dead: bool,
}

fn nonblocking(fd: Fd) -> os::Result<()> {
    os::set_flags(fd, os::get_flags(fd)? | OpenFlags::NONBLOCK)
}

/// Two bytes of length: a record has 10,000 at most.
fn header(length: usize) -> [u8; 2] {
    (length as u16).to_be_bytes()
}

impl Peer {
    fn request(&mut self) -> Option<Vec<u8>> {
        let length =
            usize::from(self.input.front()?.to_owned()) << 8 | usize::from(*self.input.get(1)?);
        if self.input.len() < 2 + length {
            return None;
        }
        self.input.drain(..2);
        Some(self.input.drain(..length).collect())
    }

    fn read(&mut self) -> os::Result<()> {
        let mut buffer = [0; 1000];
        while !self.at_end {
            match os::read(self.fd, &mut buffer) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.input.extend(&buffer[..count]),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(Errno::ECONNRESET) => {
                    self.is_dead = true;
                    break;
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn write(&mut self) -> os::Result<()> {
        while !self.output.is_empty() {
            match os::send(self.fd, self.output.make_contiguous(), MessageFlags::NOSIGNAL) {
                Ok(count) => drop(self.output.drain(..count)),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(Errno::EPIPE | Errno::ECONNRESET) => {
                    self.is_dead = true;
                    break;
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_dead || self.at_end && self.output.is_empty()
    }

    fn interest(&self) -> PollFd {
        let mut events = PollEvents::empty();
        events.set(PollEvents::IN, !self.at_end);
        events.set(PollEvents::OUT, !self.output.is_empty());
        PollFd { fd: self.fd, events, revents: PollEvents::empty() }
    }
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        let listener = os::socket(Family::Unix, SocketType::Stream, OpenFlags::NONBLOCK)?;
        let _ = os::unlink(path);
        os::bind(listener, &Address::Path(path.to_owned()))?;
        os::listen(listener, 1)?;
        Ok(Self { listener, path: path.to_owned(), expected: clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut peers: Vec<Peer> = Vec::new();
        let mut accepted = 0;
        while accepted < self.expected || !peers.is_empty() {
            let mut polled: Vec<PollFd> = peers.iter().map(Peer::interest).collect();
            polled.push(PollFd {
                fd: self.listener,
                events: PollEvents::IN,
                revents: PollEvents::empty(),
            });
            match os::poll(&mut polled, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            for (peer, polled) in peers.iter_mut().zip(&polled) {
                if polled.revents.is_empty() {
                    continue;
                }
                peer.read()?;
                while let Some(request) = peer.request() {
                    let result = answer(&request);
                    peer.output.extend(header(result.len()));
                    peer.output.extend(result);
                }
                peer.write()?;
                if peer.is_done() {
                    os::close(peer.fd)?;
                }
            }
            peers.retain(|peer| !peer.is_done());
            match os::accept(self.listener) {
                Ok((fd, _)) => {
                    nonblocking(fd)?;
                    accepted += 1;
                    let (input, output) = (VecDeque::new(), VecDeque::new());
                    peers.push(Peer { fd, input, output, at_end: false, is_dead: false });
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        os::close(self.listener)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.listener)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        while let Err(errno) = os::connect(fd, &Address::Path(self.path.clone())) {
            if errno != Errno::EINTR {
                return Err(errno);
            }
        }
        Ok(Client { fd })
    }
}

impl Client {
    fn byte(&self) -> os::Result<Option<u8>> {
        let mut byte = [0];
        loop {
            match os::read(self.fd, &mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0])),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        let bytes = [&header(request.len()), request].concat();
        let mut rest = &bytes[..];
        while let [_, ..] = rest {
            match os::write(self.fd, rest) {
                Ok(count) => rest = &rest[count..],
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.fd, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Some(high) = self.byte()? else { return Ok(None) };
        let low = self.byte()?.ok_or(Errno::EPIPE)?;
        let mut answer = vec![0; usize::from(u16::from_be_bytes([high, low]))];
        let mut done = 0;
        while done < answer.len() {
            match os::read(self.fd, &mut answer[done..]) {
                Ok(0) => return Err(Errno::EPIPE),
                Ok(count) => done += count,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(Some(answer))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
