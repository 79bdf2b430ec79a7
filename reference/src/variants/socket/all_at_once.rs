//! Variant: the client keeps its requests, and sends all of them when it has finished: their number, their lengths, their
//! bytes. The server keeps what comes, and answers in the same form when there is no more.

use harness::os::{
    self, Address, Errno, Family, Fd, Half, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

/// The server.
#[derive(Clone, Debug)]
pub struct Service {
    fd: Fd,
    path: String,
    clients: usize,
}

/// The client.
#[derive(Debug)]
pub struct Client {
    fd: Fd,
    requests: Vec<Vec<u8>>,
    /// The answers, last one first, once they are there.
    answers: Option<Vec<Vec<u8>>>,
}

/// Makes a call again as long as a signal interrupts it.
fn unless_interrupted<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if !matches!(result, Err(Errno::EINTR)) {
            return result;
        }
    }
}

fn pack(records: &[Vec<u8>]) -> Vec<u8> {
    let number = |number: usize| (number as u64).to_le_bytes();
    let mut bytes = number(records.len()).to_vec();
    bytes.extend(records.iter().flat_map(|record| number(record.len())));
    bytes.extend(records.iter().flatten());
    bytes
}

/// `None` if it is not complete.
fn unpack(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let number = |place: usize| {
        let bytes = bytes.get(8 * place..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes) as usize)
    };
    let count = number(0)?;
    let lengths = (1..=count).map(number).collect::<Option<Vec<usize>>>()?;
    let mut rest = &bytes[8 * (1 + count)..];
    let mut records = Vec::new();
    for length in lengths {
        let (record, others) = rest.split_at_checked(length)?;
        records.push(record.to_vec());
        rest = others;
    }
    Some(records)
}

fn send_all(fd: Fd, mut bytes: &[u8]) -> os::Result<()> {
    while !bytes.is_empty() {
        let sent = unless_interrupted(|| os::send(fd, bytes, MessageFlags::NOSIGNAL))?;
        bytes = &bytes[sent..];
    }
    Ok(())
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        match os::unlink(path) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        os::bind(fd, &Address::Path(path.to_owned()))?;
        os::listen(fd, clients)?;
        Ok(Self { fd, path: path.to_owned(), clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut fds = vec![self.fd];
        let mut bytes: Vec<Vec<u8>> = vec![Vec::new()];
        let mut accepted = 0;
        while accepted < self.clients || fds.len() > 1 {
            let polled = |&fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
            let mut polled: Vec<PollFd> = fds.iter().map(polled).collect();
            unless_interrupted(|| os::poll(&mut polled, None))?;
            // The last one first: so the one that listens comes last.
            let Some(ready) = polled.iter().rposition(|it| !it.revents.is_empty()) else {
                continue;
            };
            if ready == 0 {
                fds.push(unless_interrupted(|| os::accept(self.fd))?.0);
                bytes.push(Vec::new());
                accepted += 1;
                continue;
            }
            let mut buffer = [0; 3000];
            match unless_interrupted(|| os::read(fds[ready], &mut buffer)) {
                Ok(0) | Err(Errno::ECONNRESET) => {}
                Ok(count) => {
                    bytes[ready].extend(&buffer[..count]);
                    continue;
                }
                Err(errno) => return Err(errno),
            }
            let fd = fds.swap_remove(ready);
            // One that died has perhaps not sent all.
            if let Some(requests) = unpack(&bytes.swap_remove(ready)) {
                let answers: Vec<Vec<u8>> = requests.iter().map(|it| answer(it)).collect();
                match send_all(fd, &pack(&answers)) {
                    Ok(()) | Err(Errno::EPIPE | Errno::ECONNRESET) => {}
                    Err(errno) => return Err(errno),
                }
            }
            os::close(fd)?;
        }
        os::close(self.fd)?;
        os::unlink(&self.path)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.fd)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        unless_interrupted(|| os::connect(fd, &Address::Path(self.path.clone())))?;
        Ok(Client { fd, requests: Vec::new(), answers: None })
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        self.requests.push(request.to_vec());
        Ok(())
    }

    fn finish(&mut self) -> os::Result<()> {
        send_all(self.fd, &pack(&self.requests))?;
        os::shutdown(self.fd, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        if self.answers.is_none() {
            let (mut bytes, mut buffer) = (Vec::new(), [0; 3000]);
            loop {
                match unless_interrupted(|| os::read(self.fd, &mut buffer))? {
                    0 => break,
                    count => bytes.extend(&buffer[..count]),
                }
            }
            let mut answers = unpack(&bytes).ok_or(Errno::ECONNRESET)?;
            answers.reverse();
            self.answers = Some(answers);
        }
        Ok(self.answers.as_mut().and_then(Vec::pop))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
