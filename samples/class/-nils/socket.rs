//! A loop of events: nothing ever blocks but poll, and answers go out as soon as there is room.
use harness::os::{
    self, Address, Errno, Family, Fd, Half, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

/// One byte says how long, if that is less than 255; else 255 and two bytes.
fn pack(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.len() < 255 {
        out.push(bytes.len() as u8);
    } else {
        out.push(255);
        out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
    }
    out.extend_from_slice(bytes);
}

fn unpack(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let (head, length) = match buffer.first()? {
        255 => (3, usize::from(u16::from_be_bytes([*buffer.get(1)?, *buffer.get(2)?]))),
        short => (1, usize::from(*short)),
    };
    if buffer.len() < head + length {
        return None;
    }
    let record = buffer[head..head + length].to_vec();
    buffer.drain(..head + length);
    Some(record)
}

#[derive(Clone, Debug)]
pub struct Service {
    fd: Fd,
    path: String,
    clients: usize,
}

#[derive(Debug)]
pub struct Client {
    fd: Fd,
    buffer: Vec<u8>,
}

struct Connection {
    fd: Fd,
    input: Vec<u8>,
    output: Vec<u8>,
    ended: bool,
    dead: bool,
}

impl Connection {
    fn take(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut part = [0; 3000];
        match os::recv(self.fd, &mut part, MessageFlags::DONTWAIT) {
            Ok(0) => self.ended = true,
            Ok(count) => {
                self.input.extend_from_slice(&part[..count]);
                while let Some(request) = unpack(&mut self.input) {
                    pack(&answer(&request), &mut self.output);
                }
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(Errno::ECONNRESET) => self.dead = true,
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    fn give(&mut self) -> os::Result<()> {
        while !self.output.is_empty() {
            match os::send(self.fd, &self.output, MessageFlags::DONTWAIT | MessageFlags::NOSIGNAL) {
                Ok(count) => drop(self.output.drain(..count)),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(Errno::EPIPE | Errno::ECONNRESET) => {
                    self.dead = true;
                    break;
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        match os::unlink(path) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        os::bind(fd, &Address::Path(path.to_owned()))?;
        os::listen(fd, clients)?;
        Ok(Self { fd, path: path.to_owned(), clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut to_come = self.clients;
        let mut connections: Vec<Connection> = Vec::new();
        while to_come > 0 || !connections.is_empty() {
            let mut fds: Vec<PollFd> = connections
                .iter()
                .map(|it| {
                    let mut events = PollEvents::empty();
                    if !it.ended {
                        events |= PollEvents::IN;
                    }
                    if !it.output.is_empty() {
                        events |= PollEvents::OUT;
                    }
                    PollFd { fd: it.fd, events, revents: PollEvents::empty() }
                })
                .collect();
            if to_come > 0 {
                fds.push(PollFd {
                    fd: self.fd,
                    events: PollEvents::IN,
                    revents: PollEvents::empty(),
                });
            }
            match os::poll(&mut fds, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            for (it, asked) in connections.iter_mut().zip(&fds) {
                if !it.ended
                    && asked.revents.intersects(PollEvents::IN | PollEvents::HUP | PollEvents::ERR)
                {
                    it.take(answer)?;
                }
                it.give()?;
            }
            if to_come > 0 && fds[fds.len() - 1].revents.contains(PollEvents::IN) {
                match os::accept(self.fd) {
                    Ok((fd, _)) => {
                        to_come -= 1;
                        let (input, output) = (Vec::new(), Vec::new());
                        connections.push(Connection {
                            fd,
                            input,
                            output,
                            ended: false,
                            dead: false,
                        });
                    }
                    Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
            let mut place = 0;
            while place < connections.len() {
                let it = &connections[place];
                if it.dead || it.ended && it.output.is_empty() {
                    os::close(it.fd)?;
                    connections.remove(place);
                } else {
                    place += 1;
                }
            }
        }
        os::close(self.fd)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.fd)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        loop {
            match os::connect(fd, &Address::Path(self.path.clone())) {
                Ok(()) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(Client { fd, buffer: Vec::new() })
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        let mut bytes = Vec::new();
        pack(request, &mut bytes);
        let mut rest = &bytes[..];
        while !rest.is_empty() {
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
        loop {
            if let Some(record) = unpack(&mut self.buffer) {
                return Ok(Some(record));
            }
            let mut part = [0; 2000];
            match os::read(self.fd, &mut part) {
                Ok(0) => return Ok(None),
                Ok(count) => self.buffer.extend_from_slice(&part[..count]),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
