use harness::os::{self, *};
use harness::prelude::*;

#[derive(Clone)]
pub struct Service {
    door: Fd,
    address: Address,
    guests: usize,
}

pub struct Client {
    fd: Fd,
}

struct Guest {
    fd: Fd,
    said: Vec<u8>,
}

// length in decimal, a blank, the text
fn wrap(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.len().to_string().into_bytes();
    bytes.push(b' ');
    bytes.extend_from_slice(text);
    bytes
}

fn unwrap(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut texts = vec![];
    while let Some(blank) = bytes.iter().position(|b| *b == b' ') {
        let length = std::str::from_utf8(&bytes[..blank]).ok().and_then(|s| s.parse::<usize>().ok());
        let rest = &bytes[blank + 1..];
        match length {
            Some(length) if length <= rest.len() => {
                texts.push(&rest[..length]);
                bytes = &rest[length..];
            }
            _ => break, // somebody died while speaking
        }
    }
    texts
}

fn say(fd: Fd, bytes: &[u8]) -> os::Result<()> {
    let mut said = 0;
    while said < bytes.len() {
        match os::send(fd, &bytes[said..], MessageFlags::NOSIGNAL) {
            Ok(n) => said += n,
            Err(Errno::EINTR) => continue,
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        os::unlink(path).ok();
        let door = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        let address = Address::Path(path.to_string());
        os::bind(door, &address)?;
        os::listen(door, clients)?;
        Ok(Service { door, address, guests: clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        // everybody comes in first
        let mut inside: Vec<Guest> = vec![];
        while inside.len() < self.guests {
            match os::accept(self.door) {
                Ok((fd, _)) => inside.push(Guest { fd, said: vec![] }),
                Err(Errno::EINTR) => (),
                Err(e) => return Err(e),
            }
        }
        while !inside.is_empty() {
            let mut ears: Vec<PollFd> = inside
                .iter()
                .map(|g| PollFd { fd: g.fd, events: PollEvents::IN, revents: PollEvents::empty() })
                .collect();
            match os::poll(&mut ears, None) {
                Ok(_) => (),
                Err(Errno::EINTR) => continue,
                Err(e) => return Err(e),
            }
            let mut i = 0;
            for ear in ears {
                if ear.revents.is_empty() {
                    i += 1;
                    continue;
                }
                let mut buffer = [0u8; 2048];
                match os::read(ear.fd, &mut buffer) {
                    Ok(n) if n > 0 => {
                        inside[i].said.extend_from_slice(&buffer[..n]);
                        i += 1;
                    }
                    Err(Errno::EINTR) => i += 1,
                    Ok(_) => {
                        // has finished: now it listens
                        let guest = inside.remove(i);
                        let mut answers = vec![];
                        for text in unwrap(&guest.said) {
                            answers.extend(wrap(&answer(text)));
                        }
                        match say(guest.fd, &answers) {
                            Ok(()) | Err(Errno::EPIPE) | Err(Errno::ECONNRESET) => (),
                            Err(e) => return Err(e),
                        }
                        os::close(guest.fd)?;
                    }
                    Err(Errno::ECONNRESET) => {
                        inside.remove(i);
                        os::close(ear.fd)?;
                    }
                    Err(e) => return Err(e),
                }
            }
        }
        os::close(self.door)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.door)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        loop {
            match os::connect(fd, &self.address) {
                Ok(()) => return Ok(Client { fd }),
                Err(Errno::EINTR) => (),
                Err(e) => return Err(e),
            }
        }
    }
}

impl Client {
    fn byte(&mut self) -> os::Result<Option<u8>> {
        let mut byte = [0u8];
        loop {
            match os::read(self.fd, &mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0])),
                Err(Errno::EINTR) => (),
                Err(e) => return Err(e),
            }
        }
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        say(self.fd, &wrap(request))
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.fd, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut length = 0;
        loop {
            match self.byte()? {
                None => return Ok(None),
                Some(b' ') => break,
                Some(digit) => length = length * 10 + (digit - b'0') as usize,
            }
        }
        let mut answer = vec![0u8; length];
        let mut got = 0;
        while got < length {
            match os::read(self.fd, &mut answer[got..]) {
                Ok(0) => return Ok(None),
                Ok(n) => got += n,
                Err(Errno::EINTR) => (),
                Err(e) => return Err(e),
            }
        }
        Ok(Some(answer))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
