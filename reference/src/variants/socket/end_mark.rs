//! Variant: no half-close. A record goes in pieces of at most 255 bytes, each behind its length; a piece of length 0 ends the
//! record, and one more ends everything. The server is a machine with states, and asks with `MSG_DONTWAIT`.

use harness::os::{
    self, Address, Errno, Family, Fd, MessageFlags, OpenFlags, PollEvents, PollFd, SocketType,
};
use harness::prelude::*;

/// The server.
#[derive(Clone, Debug)]
pub struct Service {
    fd: Fd,
    name: Address,
    clients: usize,
}

/// The client.
#[derive(Debug)]
pub struct Client {
    fd: Fd,
    parser: Parser,
    bytes: Vec<u8>,
}

/// What comes out of the bytes of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Record(Vec<u8>),
    End,
}

/// Where in a connection's bytes it is.
#[derive(Debug, Default)]
struct Parser {
    record: Vec<u8>,
    /// Whether a record has begun.
    within: bool,
    /// Bytes of the piece that are still to come.
    left: usize,
}

impl Parser {
    fn next(&mut self, byte: u8) -> Option<Token> {
        if self.left > 0 {
            self.left -= 1;
            self.record.push(byte);
            return None;
        }
        match byte {
            0 if self.within => {
                self.within = false;
                Some(Token::Record(std::mem::take(&mut self.record)))
            }
            0 => Some(Token::End),
            // What is written is one more, so that an empty piece can be told from the end.
            length => {
                self.within = true;
                self.left = usize::from(length) - 1;
                None
            }
        }
    }
}

/// Pieces of at most 254 bytes: the length that is written is one more than theirs.
fn encode(record: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if record.is_empty() {
        bytes.push(1);
    }
    for piece in record.chunks(254) {
        bytes.push(piece.len() as u8 + 1);
        bytes.extend(piece);
    }
    bytes.push(0);
    bytes
}

/// What a client is about, as the server sees it.
#[derive(Debug)]
enum State {
    Asks { parser: Parser, answers: Vec<u8> },
    Listens { answers: Vec<u8>, sent: usize },
}

/// One step; `None` when the connection is to be closed.
fn step(
    fd: Fd,
    state: State,
    answer: &mut dyn FnMut(&[u8]) -> Vec<u8>,
) -> os::Result<Option<State>> {
    match state {
        State::Asks { mut parser, mut answers } => {
            let mut buffer = [0; 512];
            match os::recv(fd, &mut buffer, MessageFlags::DONTWAIT) {
                Ok(0) | Err(Errno::ECONNRESET) => return Ok(None), // It died.
                Ok(length) => {
                    for &byte in &buffer[..length] {
                        match parser.next(byte) {
                            Some(Token::Record(request)) => {
                                answers.extend(encode(&answer(&request)));
                            }
                            Some(Token::End) => {
                                answers.push(0);
                                return Ok(Some(State::Listens { answers, sent: 0 }));
                            }
                            None => {}
                        }
                    }
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
            Ok(Some(State::Asks { parser, answers }))
        }
        State::Listens { answers, mut sent } => {
            let flags = MessageFlags::DONTWAIT | MessageFlags::NOSIGNAL;
            match os::send(fd, &answers[sent..], flags) {
                Ok(count) => sent += count,
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(Errno::EPIPE | Errno::ECONNRESET) => return Ok(None),
                Err(errno) => return Err(errno),
            }
            Ok((sent < answers.len()).then_some(State::Listens { answers, sent }))
        }
    }
}

impl SocketService for Service {
    type Client = Client;

    fn listen(path: &str, clients: usize) -> os::Result<Self> {
        let name = Address::Path(path.to_owned());
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        let _ = os::unlink(path);
        os::bind(fd, &name)?;
        os::listen(fd, 16)?;
        Ok(Self { fd, name, clients })
    }

    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        let mut clients: Vec<(Fd, State)> = Vec::new();
        let mut to_come = self.clients;
        while to_come + clients.len() > 0 {
            let mut polled: Vec<PollFd> = clients
                .iter()
                .map(|(fd, state)| {
                    let events = match state {
                        State::Asks { .. } => PollEvents::IN,
                        State::Listens { .. } => PollEvents::OUT,
                    };
                    PollFd { fd: *fd, events, revents: PollEvents::empty() }
                })
                .collect();
            // A negative one is left out.
            let listening = if to_come > 0 { self.fd } else { Fd(-1) };
            let (events, revents) = (PollEvents::IN, PollEvents::empty());
            polled.push(PollFd { fd: listening, events, revents });
            match os::poll(&mut polled, None) {
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            let mut next = Vec::new();
            for ((fd, state), polled) in clients.drain(..).zip(&polled) {
                if polled.revents.is_empty() {
                    next.push((fd, state));
                } else if let Some(state) = step(fd, state, answer)? {
                    next.push((fd, state));
                } else {
                    os::close(fd)?;
                }
            }
            clients = next;
            if polled.last().is_some_and(|polled| !polled.revents.is_empty()) {
                match os::accept(self.fd) {
                    Ok((fd, _)) => {
                        let (parser, answers) = (Parser::default(), Vec::new());
                        clients.push((fd, State::Asks { parser, answers }));
                        to_come -= 1;
                    }
                    Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
        }
        os::close(self.fd)
    }

    fn connect(self) -> os::Result<Client> {
        os::close(self.fd)?;
        let fd = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        loop {
            match os::connect(fd, &self.name) {
                Err(Errno::EINTR) => {}
                other => {
                    let (parser, bytes) = (Parser::default(), Vec::new());
                    return other.map(|()| Client { fd, parser, bytes });
                }
            }
        }
    }
}

impl Client {
    fn write_all(&self, bytes: &[u8]) -> os::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            match os::write(self.fd, &bytes[done..]) {
                Err(Errno::EINTR) => {}
                other => done += other?,
            }
        }
        Ok(())
    }
}

impl SocketClient for Client {
    fn send(&mut self, request: &[u8]) -> os::Result<()> {
        self.write_all(&encode(request))
    }

    fn finish(&mut self) -> os::Result<()> {
        self.write_all(&[0])
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            let mut bytes = std::mem::take(&mut self.bytes).into_iter();
            while let Some(byte) = bytes.next() {
                let Some(token) = self.parser.next(byte) else { continue };
                self.bytes = bytes.collect();
                return Ok(match token {
                    Token::Record(answer) => Some(answer),
                    Token::End => None,
                });
            }
            let mut buffer = [0; 2000];
            match os::read(self.fd, &mut buffer) {
                Ok(0) => return Err(Errno::ECONNRESET),
                Ok(count) => self.bytes.extend(&buffer[..count]),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
