//! Variant: all clients are accepted first, since all of them connect. Then poll(2) says who has begun a request, and that is read
//! to its end by calls that block: whoever has begun to send one goes on. `MSG_WAITALL` asks for all of it.

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
}

/// So many bytes; `None` if the end comes first, or the other one is dead.
fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    let mut done = 0;
    while done < count {
        match os::recv(fd, &mut bytes[done..], MessageFlags::WAITALL) {
            Ok(0) | Err(Errno::ECONNRESET) => return Ok(None),
            Ok(more) => done += more,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(Some(bytes))
}

fn read_record(fd: Fd) -> os::Result<Option<Vec<u8>>> {
    let Some(digits) = read_exactly(fd, 5)? else { return Ok(None) };
    let length = digits.iter().fold(0, |sum, digit| 10 * sum + usize::from(digit - b'0'));
    read_exactly(fd, length)
}

/// Five digits, and the record. Whether the other one still lives.
fn write_record(fd: Fd, record: &[u8]) -> os::Result<bool> {
    let mut bytes = format!("{:05}", record.len()).into_bytes();
    bytes.extend_from_slice(record);
    let mut done = 0;
    while done < bytes.len() {
        match os::send(fd, &bytes[done..], MessageFlags::NOSIGNAL) {
            Ok(more) => done += more,
            Err(Errno::EINTR) => {}
            Err(Errno::EPIPE | Errno::ECONNRESET) => return Ok(false),
            Err(errno) => return Err(errno),
        }
    }
    Ok(true)
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
        // Whoever finds no room waits until somebody is accepted.
        os::listen(fd, 0)?;
        Ok(Self { fd, path: path.to_owned(), clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut open: Vec<(PollFd, Vec<Vec<u8>>)> = Vec::new();
        while open.len() < self.clients {
            match os::accept(self.fd) {
                Ok((fd, _)) => {
                    let (events, revents) = (PollEvents::IN, PollEvents::empty());
                    open.push((PollFd { fd, events, revents }, Vec::new()));
                }
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        os::close(self.fd)?;
        while !open.is_empty() {
            let mut polled: Vec<PollFd> = open.iter().map(|(polled, _)| *polled).collect();
            match os::poll(&mut polled, None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
            let ready = polled.iter().position(|polled| !polled.revents.is_empty());
            let Some(ready) = ready else { continue };
            let (PollFd { fd, .. }, answers) = &mut open[ready];
            if let Some(request) = read_record(*fd)? {
                answers.push(answer(&request));
                continue;
            }
            let (PollFd { fd, .. }, answers) = open.swap_remove(ready);
            for answer in answers {
                if !write_record(fd, &answer)? {
                    break;
                }
            }
            os::close(fd)?;
        }
        Ok(())
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.fd)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        loop {
            match os::connect(fd, &Address::Path(self.path.clone())) {
                Ok(()) => return Ok(Client { fd }),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        if write_record(self.fd, request)? { Ok(()) } else { Err(Errno::EPIPE) }
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.fd, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        read_record(self.fd)
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
