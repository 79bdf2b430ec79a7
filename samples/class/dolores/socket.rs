use harness::os::{
    self, Address, Errno, Family, Fd, Half, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

const HEADER: usize = 1;

#[derive(Clone, Debug)]
pub struct Service {
    listening: Fd,
    path: String,
    clients: usize,
}

#[derive(Debug)]
struct Connection {
    fd: Fd,
    read: Vec<u8>,
    answers: Vec<u8>,
}

#[derive(Debug)]
pub struct Client(Fd);

fn again<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

fn send_all(fd: Fd, mut bytes: &[u8]) -> os::Result<()> {
    while !bytes.is_empty() {
        let sent = again(|| os::send(fd, bytes, MessageFlags::NOSIGNAL))?;
        bytes = &bytes[sent..];
    }
    Ok(())
}

fn framed(record: &[u8]) -> Vec<u8> {
    let mut bytes = vec![record.len() as u8];
    bytes.extend(record);
    bytes
}

fn is_gone(errno: Errno) -> bool {
    matches!(errno, Errno::EPIPE | Errno::ECONNRESET)
}

impl Connection {
    fn cut(&mut self) -> Option<Vec<u8>> {
        let length = self.read.first()?;
        let end = HEADER + usize::from(*length);
        if self.read.len() < end {
            return None;
        }
        let rest = self.read.split_off(end);
        let request = std::mem::replace(&mut self.read, rest);
        Some(request[HEADER..].to_vec())
    }

    fn take(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<bool> {
        let mut buffer = [0; 4096];
        match again(|| os::read(self.fd, &mut buffer)) {
            Ok(0) => match send_all(self.fd, &self.answers) {
                Err(errno) if !is_gone(errno) => Err(errno),
                _ => Ok(false),
            },
            Ok(length) => {
                self.read.extend(&buffer[..length]);
                while let Some(request) = self.cut() {
                    self.answers.extend(framed(&answer(&request)));
                }
                Ok(true)
            }
            Err(errno) if is_gone(errno) => Ok(false),
            Err(errno) => Err(errno),
        }
    }
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        // What an earlier run has left there nobody uses any more.
        match os::unlink(path) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        let listening = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        os::bind(listening, &Address::Path(path.to_owned()))?;
        os::listen(listening, clients)?;
        Ok(Self { listening, path: path.to_owned(), clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut to_come = self.clients;
        let mut connections: Vec<Connection> = Vec::new();
        while to_come > 0 || !connections.is_empty() {
            let listening = (to_come > 0).then_some(self.listening);
            let all = connections.iter().map(|connection| connection.fd).chain(listening);
            let polled = |fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
            let mut fds: Vec<PollFd> = all.map(polled).collect();
            again(|| os::poll(&mut fds, None))?;
            let Some(ready) = fds.iter().position(|fd| !fd.revents.is_empty()) else { continue };
            if let Some(connection) = connections.get_mut(ready) {
                if !connection.take(answer)? {
                    os::close(connection.fd)?;
                    connections.remove(ready);
                }
            } else {
                let (fd, _) = again(|| os::accept(self.listening))?;
                connections.push(Connection { fd, read: Vec::new(), answers: Vec::new() });
                to_come -= 1;
            }
        }
        os::close(self.listening)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.listening)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        again(|| os::connect(fd, &Address::Path(self.path.clone())))?;
        Ok(Client(fd))
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        send_all(self.0, &framed(request))
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.0, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut header = [0; HEADER];
        if self.read_all(&mut header)? < HEADER {
            return Ok(None);
        }
        let mut answer = vec![0; usize::from(header[0])];
        let length = self.read_all(&mut answer)?;
        Ok((length == answer.len()).then_some(answer))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.0)
    }
}

impl Client {
    fn read_all(&self, buffer: &mut [u8]) -> os::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match again(|| os::read(self.0, &mut buffer[done..]))? {
                0 => break,
                length => done += length,
            }
        }
        Ok(done)
    }
}
