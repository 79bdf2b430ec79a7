//! Variant: sockets that keep packets apart, `SOCK_SEQPACKET`. A record that is too long for one packet goes in several;
//! the first byte of each says whether it is the last one. So no packet is empty, and the end is known from it.

use std::collections::BTreeMap;

use harness::os::{
    self, Address, Errno, Family, Fd, Half, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

/// Bytes of a record in one packet.
const PIECE: usize = 1000;

const MORE: u8 = b'+';
const LAST: u8 = b'.';

/// The server.
#[derive(Clone, Debug)]
pub struct Service(Fd, Address, usize);

/// The client.
#[derive(Debug)]
pub struct Client(Fd);

fn send_record(fd: Fd, record: &[u8]) -> os::Result<()> {
    let mut rest = record;
    loop {
        let (piece, others) = rest.split_at(rest.len().min(PIECE));
        let packet = [&[if others.is_empty() { LAST } else { MORE }], piece].concat();
        // A packet goes whole or not at all.
        while let Err(errno) = os::send(fd, &packet, MessageFlags::NOSIGNAL) {
            if errno != Errno::EINTR {
                return Err(errno);
            }
        }
        if others.is_empty() {
            return Ok(());
        }
        rest = others;
    }
}

/// The next packet; `None` at the end.
fn packet(fd: Fd) -> os::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 1 + PIECE];
    loop {
        match os::recv(fd, &mut buffer, MessageFlags::empty()) {
            Ok(0) => return Ok(None),
            Ok(length) => return Ok(Some(buffer[..length].to_vec())),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// What one client has sent: a request that is not complete, and the answers to the others.
#[derive(Debug, Default)]
struct Visit {
    request: Vec<u8>,
    answers: Vec<Vec<u8>>,
}

fn readable(fds: impl Iterator<Item = Fd>) -> os::Result<Vec<Fd>> {
    let polled = fds.map(|fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() });
    let mut polled: Vec<PollFd> = polled.collect();
    while let Err(errno) = os::poll(&mut polled, None) {
        if errno != Errno::EINTR {
            return Err(errno);
        }
    }
    let ready = polled.iter().filter(|polled| !polled.revents.is_empty());
    Ok(ready.map(|polled| polled.fd).collect())
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        let fd = os::socket(Family::Unix, SocketType::SeqPacket, OpenFlags::empty())?;
        let address = Address::Path(path.to_owned());
        match os::unlink(path) {
            Err(errno) if errno != Errno::ENOENT => return Err(errno),
            _ => os::bind(fd, &address)?,
        }
        os::listen(fd, clients)?;
        Ok(Self(fd, address, clients))
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut visits: BTreeMap<Fd, Visit> = BTreeMap::new();
        let mut left = self.2;
        while left > 0 {
            for fd in readable(visits.keys().copied().chain([self.0]))? {
                let Some(visit) = visits.get_mut(&fd) else {
                    match os::accept(fd) {
                        Ok((fd, _)) => drop(visits.insert(fd, Visit::default())),
                        Err(Errno::EINTR) => {}
                        Err(errno) => return Err(errno),
                    }
                    continue;
                };
                match packet(fd) {
                    Ok(Some(packet)) => {
                        visit.request.extend(&packet[1..]);
                        if packet[0] == LAST {
                            visit.answers.push(answer(&std::mem::take(&mut visit.request)));
                        }
                        continue;
                    }
                    Ok(None) | Err(Errno::ECONNRESET) => {}
                    Err(errno) => return Err(errno),
                }
                for answer in &visit.answers {
                    match send_record(fd, answer) {
                        Ok(()) => {}
                        Err(Errno::EPIPE | Errno::ECONNRESET | Errno::ECONNREFUSED) => break,
                        Err(errno) => return Err(errno),
                    }
                }
                os::close(fd)?;
                visits.remove(&fd);
                left -= 1;
            }
        }
        os::close(self.0)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.0)?;
        let fd = os::socket(Family::Unix, SocketType::SeqPacket, OpenFlags::empty())?;
        while let Err(errno) = os::connect(fd, &self.1) {
            if errno != Errno::EINTR {
                return Err(errno);
            }
        }
        Ok(Client(fd))
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        send_record(self.0, request)
    }

    fn finish(&mut self) -> os::Result<()> {
        os::shutdown(self.0, Half::Write)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut answer = Vec::new();
        while let Some(packet) = packet(self.0)? {
            answer.extend(&packet[1..]);
            if packet[0] == LAST {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.0)
    }
}
