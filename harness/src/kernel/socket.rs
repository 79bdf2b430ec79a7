//! Sockets: of the machine itself (unix(7)) and of its loopback address (tcp(7)). Sources: socket(7), bind(2),
//! listen(2), accept(2), connect(2), send(2), recv(2), shutdown(2), getsockname(2). *Measured* is on Linux 6.18.
//!
//! A socket knows its peer; what was sent lies with the receiver. [`unix`] and [`tcp`] say how to connect, send
//! and receive; here is what they share. Absent: UDP, raw sockets, socket options, ancillary data, `MSG_OOB`,
//! addresses but the loopback one, names that bind(2) makes up for unix sockets, and all that takes time
//! (timeouts, `TIME_WAIT`, delays of Nagle). What can be asked for and is absent returns ENOSYS.

mod tcp;
#[cfg(test)]
mod tests;
mod unix;

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::file::{File, Object};
use super::{
    Address, Answer, Attempt, Call, Errno, Family, Fd, Half, MessageFlags, Node, OpenFlags,
    PollEvents, Simulated, SocketId, SocketType, Wait, Waiting,
};
use crate::process::ProcessId;

/// How many may wait to be accepted, whatever listen(2) says: `/proc/sys/net/core/somaxconn`.
const BACKLOG_MAX: usize = 4096;

/// Bytes of a path: the size of `sun_path`. Source: unix(7).
const PATH_MAX: usize = 108;

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each of them changes without the others")]
pub(super) struct Socket {
    family: Family,
    kind: SocketType,
    /// Its own address; `Unnamed` unless it is bound.
    name: Address,
    /// Whether it is found by its name. One that came from accept(2) shares the name of the one that listens.
    /// Of TCP: whether its port was asked for by number, and so stays its own until it is gone.
    is_found: bool,
    /// Of TCP: its port is not its own any more, though it still says so.
    is_released: bool,
    state: State,
    peer: Peer,
    /// What it has not read yet, oldest first.
    queue: VecDeque<Packet>,
    /// What the next call that asks for it fails with, once: `SO_ERROR`.
    error: Option<Errno>,
    /// It gets no more: by shutdown(2), or because the peer has ended its sending half.
    no_receive: bool,
    /// It sends no more, likewise.
    no_send: bool,
    /// Of TCP: the peer has said that it sends no more.
    is_at_end: bool,
    /// Of TCP: what its owner knows of the connection.
    known: tcp::Known,
}

/// What a socket is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    /// Not connected, or (of TCP) not any more.
    Closed,
    Listening(Line),
    /// Of TCP: it has asked to be connected, and there is no room yet.
    Asking,
    /// A connection of unix sockets stays, even if the peer is gone.
    Connected,
}

/// Those who are to be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Line {
    backlog: usize,
    /// This end of each connection, in the order in which they were made, and the name of the other then.
    connections: VecDeque<(SocketId, Address)>,
    /// Of TCP: those who ask, and for whom there is no room.
    asking: VecDeque<SocketId>,
}

impl Line {
    const fn new(backlog: usize) -> Self {
        Self { backlog, connections: VecDeque::new(), asking: VecDeque::new() }
    }

    /// One more than the backlog says may wait. Measured, of both families.
    fn is_full(&self) -> bool {
        self.connections.len() > self.backlog
    }
}

/// Whom a socket is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Peer {
    None,
    Is(SocketId),
    /// It was closed.
    Gone,
}

/// A datagram, or bytes of a stream that were sent together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Packet {
    bytes: Vec<u8>,
    /// What it takes of its sender's room, until it is read to its end.
    charge: usize,
    sender: Sender,
}

/// Who sent a packet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Sender {
    Is(SocketId),
    /// One that was closed, with its name.
    Was(Address),
}

/// Why a call does not return a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Fails(Errno),
    Waits(Waiting),
}

impl From<Errno> for Stop {
    fn from(errno: Errno) -> Self {
        Self::Fails(errno)
    }
}

/// A call on one socket.
#[derive(Clone, Copy, Debug)]
struct On {
    process: ProcessId,
    socket: SocketId,
    nonblocking: bool,
}

impl On {
    /// EAGAIN, or waits.
    const fn or_waits(self, why: Waiting) -> Stop {
        if self.nonblocking { Stop::Fails(Errno::EAGAIN) } else { Stop::Waits(why) }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
struct Sending<'a> {
    bytes: &'a [u8],
    flags: MessageFlags,
    to: Option<&'a Address>,
}

/// Where to receive.
#[derive(Debug)]
struct Receiving<'a> {
    buffer: &'a mut [u8],
    flags: MessageFlags,
    from: &'a mut Address,
}

impl Socket {
    const fn new(family: Family, kind: SocketType) -> Self {
        Self {
            family,
            kind,
            name: Address::Unnamed,
            is_found: false,
            is_released: false,
            state: State::Closed,
            peer: Peer::None,
            queue: VecDeque::new(),
            error: None,
            no_receive: false,
            no_send: false,
            is_at_end: false,
            known: tcp::Known::Nothing,
        }
    }

    /// A socket that is connected to `peer`.
    fn connected(family: Family, kind: SocketType, peer: SocketId) -> Self {
        Self { state: State::Connected, peer: Peer::Is(peer), ..Self::new(family, kind) }
    }

    /// Whether the name is its own, and nobody else's.
    fn has_name(&self) -> bool {
        self.name != Address::Unnamed && !self.is_released
    }

    const fn line(&self) -> Option<&Line> {
        match &self.state {
            State::Listening(line) => Some(line),
            State::Closed | State::Asking | State::Connected => None,
        }
    }

    const fn line_mut(&mut self) -> Option<&mut Line> {
        match &mut self.state {
            State::Listening(line) => Some(line),
            State::Closed | State::Asking | State::Connected => None,
        }
    }

    const fn has_connections(&self) -> bool {
        matches!(self.kind, SocketType::Stream | SocketType::SeqPacket)
    }

    /// Neither half works any more.
    const fn end_both(&mut self) {
        self.no_receive = true;
        self.no_send = true;
    }

    /// Looks at the bytes of a stream.
    fn peek_bytes(&self, buffer: &mut [u8]) -> usize {
        let bytes = self.queue.iter().flat_map(|packet| &packet.bytes);
        buffer.iter_mut().zip(bytes).map(|(to, from)| *to = *from).count()
    }

    /// Takes bytes of a stream; a packet that is empty goes.
    fn take_bytes(&mut self, buffer: &mut [u8]) -> usize {
        let mut taken = 0;
        while taken < buffer.len()
            && let Some(packet) = self.queue.front_mut()
        {
            let count = packet.bytes.len().min(buffer.len() - taken);
            buffer[taken..taken + count].copy_from_slice(&packet.bytes[..count]);
            packet.bytes.drain(..count);
            taken += count;
            if packet.bytes.is_empty() {
                self.queue.pop_front();
            }
        }
        taken
    }
}

impl Simulated {
    fn socket(&self, id: SocketId) -> &Socket {
        self.sockets.get(id.0)
    }

    fn socket_mut(&mut self, id: SocketId) -> &mut Socket {
        self.sockets.get_mut(id.0)
    }

    /// All sockets, those that wait to be accepted among them.
    fn all_sockets(&self) -> impl Iterator<Item = (SocketId, &Socket)> {
        let places = self.sockets.0.iter().enumerate();
        places.filter_map(|(id, socket)| Some((SocketId(id as u32), socket.as_ref()?)))
    }

    fn all_sockets_mut(&mut self) -> impl Iterator<Item = &mut Socket> {
        self.sockets.0.iter_mut().flatten()
    }

    /// The calls that are for sockets only.
    pub(super) fn socket_call(
        &mut self,
        me: ProcessId,
        call: &mut Call<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        match self.try_socket_call(me, call, wait, waited) {
            Ok(number) => Attempt::Done(Ok(number)),
            Err(Stop::Fails(errno)) => Attempt::Done(Err(errno)),
            Err(Stop::Waits(why)) => Attempt::Wait(why),
        }
    }

    /// read(2): recv(2) without flags. But nothing is asked for if there is no room for it (measured).
    pub(super) fn socket_read(
        &mut self,
        me: ProcessId,
        fd: Fd,
        buffer: &mut [u8],
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        if buffer.is_empty() {
            return Attempt::Done(Ok(0));
        }
        let (flags, from) = (MessageFlags::empty(), &mut Address::Unnamed);
        self.socket_call(me, &mut Call::Recv { fd, buffer, flags, from }, wait, waited)
    }

    /// write(2): send(2) without flags.
    pub(super) fn socket_write(
        &mut self,
        me: ProcessId,
        fd: Fd,
        bytes: &[u8],
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        let flags = MessageFlags::empty();
        self.socket_call(me, &mut Call::Send { fd, bytes, flags, to: None }, wait, waited)
    }

    fn try_socket_call(
        &mut self,
        me: ProcessId,
        call: &mut Call<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Result<usize, Stop> {
        match call {
            Call::Socket { family, kind, flags } => self.make_socket(me, *family, *kind, *flags),
            Call::Socketpair { kind, flags, ends } => self.socketpair(me, *kind, *flags, ends),
            Call::Bind { fd, address } => {
                let on = self.on(me, *fd, waited)?;
                Ok(self.bind(on.socket, address)?)
            }
            Call::Listen { fd, backlog } => {
                let on = self.on(me, *fd, waited)?;
                Ok(self.listen(on.socket, (*backlog).min(BACKLOG_MAX))?)
            }
            Call::Accept { fd, peer, flags } => {
                let on = self.on(me, *fd, waited)?;
                self.accept(on, peer, *flags)
            }
            Call::Connect { fd, address } => {
                let on = self.on(me, *fd, waited)?;
                match self.socket(on.socket).family {
                    Family::Unix => self.unix_connect(on, address),
                    Family::Inet => self.tcp_connect(on, address),
                }
            }
            Call::Send { fd, bytes, flags, to } => {
                let mut on = self.on(me, *fd, waited)?;
                on.nonblocking |= flags.contains(MessageFlags::DONTWAIT);
                let sending = Sending { bytes, flags: *flags, to: *to };
                match self.socket(on.socket).family {
                    Family::Unix => self.unix_send(on, sending, wait, waited),
                    Family::Inet => self.tcp_send(on, sending, wait),
                }
            }
            Call::Recv { fd, buffer, flags, from } => {
                let mut on = self.on(me, *fd, waited)?;
                on.nonblocking |= flags.contains(MessageFlags::DONTWAIT);
                let receiving = Receiving { buffer, flags: *flags, from };
                match self.socket(on.socket).family {
                    Family::Unix => self.unix_receive(on, receiving, wait),
                    Family::Inet => self.tcp_receive(on, receiving, wait),
                }
            }
            Call::Shutdown { fd, half } => {
                let on = self.on(me, *fd, waited)?;
                let (receives, sends) = match half {
                    Half::Read => (true, false),
                    Half::Write => (false, true),
                    Half::Both => (true, true),
                };
                match self.socket(on.socket).family {
                    Family::Unix => Ok(self.unix_shutdown(on.socket, receives, sends)),
                    Family::Inet => Ok(self.tcp_shutdown(on.socket, receives, sends)?),
                }
            }
            Call::Getsockname { fd, address } => {
                let on = self.on(me, *fd, waited)?;
                **address = self.socket(on.socket).name.clone();
                Ok(0)
            }
            _ => Err(Stop::Fails(Errno::ENOSYS)),
        }
    }

    /// The socket that a descriptor names.
    fn on(&self, process: ProcessId, fd: Fd, waited: bool) -> Result<On, Errno> {
        let file = self.file(process, fd)?;
        match file.object {
            Object::Socket(socket) => {
                // Whether a call waits is settled as it begins: what becomes of the flag while it waits
                // does not matter (measured).
                let nonblocking = file.is_nonblocking() && !waited;
                Ok(On { process, socket, nonblocking })
            }
            Object::Pipe(_) | Object::Queue(_) => Err(Errno::ENOTSOCK),
        }
    }

    /// Opens a descriptor for a socket that has none.
    fn install_socket(
        &mut self,
        me: ProcessId,
        socket: SocketId,
        flags: OpenFlags,
    ) -> Result<Fd, Errno> {
        self.install(me, File::new(Object::Socket(socket), flags | OpenFlags::RDWR))
    }

    /// socket(2).
    fn make_socket(
        &mut self,
        me: ProcessId,
        family: Family,
        kind: SocketType,
        flags: OpenFlags,
    ) -> Result<usize, Stop> {
        check_flags(flags)?;
        match (family, kind) {
            (Family::Unix, _) | (Family::Inet, SocketType::Stream) => {}
            (Family::Inet, SocketType::Datagram) => return Err(Errno::ENOSYS.into()),
            // Measured.
            (Family::Inet, SocketType::SeqPacket) => return Err(Errno::ESOCKTNOSUPPORT.into()),
        }
        if !self.has_room(me) {
            return Err(Errno::EMFILE.into());
        }
        let socket = SocketId(self.sockets.insert(Socket::new(family, kind)));
        Ok(self.install_socket(me, socket, flags)?.0.cast_unsigned() as usize)
    }

    /// socketpair(2).
    fn socketpair(
        &mut self,
        me: ProcessId,
        kind: SocketType,
        flags: OpenFlags,
        ends: &mut [Fd; 2],
    ) -> Result<usize, Stop> {
        check_flags(flags)?;
        if !self.has_room(me) {
            return Err(Errno::EMFILE.into());
        }
        let one = SocketId(self.sockets.insert(Socket::new(Family::Unix, kind)));
        let other = Socket::connected(Family::Unix, kind, one);
        let other = SocketId(self.sockets.insert(other));
        *self.socket_mut(one) = Socket::connected(Family::Unix, kind, other);
        let first = self.install_socket(me, one, flags)?;
        match self.install_socket(me, other, flags) {
            Ok(second) => {
                *ends = [first, second];
                Ok(0)
            }
            Err(errno) => {
                self.close(me, first)?;
                self.sockets.remove(other.0);
                Err(errno.into())
            }
        }
    }

    /// bind(2).
    fn bind(&mut self, id: SocketId, address: &Address) -> Answer {
        let Socket { family, kind, state, .. } = self.socket(id);
        let is_bound = self.socket(id).has_name();
        let name = match (family, address) {
            (Family::Unix, Address::Path(path)) => {
                check_path(path)?;
                // Even if nobody is there any more: unix(7). It is looked at first (measured).
                if self.paths.contains_key(path) {
                    return Err(Errno::EADDRINUSE);
                }
                if is_bound {
                    return Err(Errno::EINVAL);
                }
                self.paths.insert(path.clone(), Node::Socket(Some(id)));
                address.clone()
            }
            (Family::Unix, Address::Abstract(name)) => {
                // unix(7): the name is what follows the first byte of `sun_path`.
                if is_bound || name.len() >= PATH_MAX {
                    return Err(Errno::EINVAL);
                }
                if self.find_abstract(*kind, name).is_some() {
                    return Err(Errno::EADDRINUSE);
                }
                address.clone()
            }
            (Family::Unix, Address::Port(_)) => return Err(Errno::EINVAL),
            (Family::Inet, Address::Port(port)) => {
                if is_bound || !matches!(state, State::Closed) {
                    return Err(Errno::EINVAL);
                }
                Address::Port(if *port == 0 { self.free_port()? } else { *port })
            }
            // Measured, with the size of a `sockaddr_un`.
            (Family::Inet, Address::Path(_) | Address::Abstract(_)) => {
                return Err(Errno::EAFNOSUPPORT);
            }
            // unix(7), "Autobind feature"; the kernel makes up a name.
            (_, Address::Unnamed) => return Err(Errno::ENOSYS),
        };
        let has_it = |it: &Socket| it.has_name() && it.name == name;
        if matches!(name, Address::Port(_)) && self.all_sockets().any(|(_, it)| has_it(it)) {
            return Err(Errno::EADDRINUSE);
        }
        let socket = self.socket_mut(id);
        socket.name = name;
        socket.is_found = *address != Address::Port(0);
        socket.is_released = false;
        Ok(0)
    }

    /// listen(2). Once more, it changes the backlog.
    fn listen(&mut self, id: SocketId, backlog: usize) -> Answer {
        let socket = self.socket_mut(id);
        if !socket.has_connections() {
            return Err(Errno::EOPNOTSUPP);
        }
        if let Some(line) = socket.line_mut() {
            line.backlog = backlog;
            self.admit(id);
            return Ok(0);
        }
        if !matches!(socket.state, State::Closed) || socket.known != tcp::Known::Nothing {
            return Err(Errno::EINVAL);
        }
        if socket.family == Family::Inet && socket.is_shut_early() {
            return Err(Errno::ENOSYS);
        }
        if !socket.has_name() {
            match socket.family {
                Family::Unix => return Err(Errno::EINVAL), // measured
                // ip(7): listen(2) on an unbound socket binds it to a free port.
                Family::Inet => self.name_by_port(id)?,
            }
        }
        let name = &self.socket(id).name;
        let shares =
            |other: SocketId, it: &Socket| other != id && it.has_name() && it.name == *name;
        let is_tcp = self.socket(id).family == Family::Inet;
        if is_tcp && self.all_sockets().any(|(other, it)| shares(other, it)) {
            // It has listened before, and those who were accepted then are still there (measured).
            return Err(Errno::EADDRINUSE);
        }
        self.socket_mut(id).state = State::Listening(Line::new(backlog));
        Ok(0)
    }

    /// accept4(2).
    fn accept(&mut self, on: On, peer: &mut Address, flags: OpenFlags) -> Result<usize, Stop> {
        check_flags(flags)?;
        // Before anything else, a descriptor is taken. Source: `__sys_accept4_file` in net/socket.c.
        if !self.has_room(on.process) {
            return Err(Errno::EMFILE.into());
        }
        let socket = self.socket(on.socket);
        if !socket.has_connections() {
            return Err(Errno::EOPNOTSUPP.into());
        }
        let Some(line) = socket.line() else { return Err(Errno::EINVAL.into()) };
        let Some((first, name)) = line.connections.front().cloned() else {
            // Measured: whoever is ready to wait is told that nobody will come.
            return Err(if socket.no_receive && !on.nonblocking {
                Stop::Fails(Errno::EINVAL)
            } else {
                on.or_waits(Waiting::SocketToAccept(on.socket))
            });
        };
        let fd = self.install_socket(on.process, first, flags)?;
        if let Some(line) = self.socket_mut(on.socket).line_mut() {
            line.connections.pop_front();
        }
        self.admit(on.socket);
        *peer = match self.socket(first).peer {
            Peer::Is(peer) => self.socket(peer).name.clone(),
            Peer::None | Peer::Gone => name,
        };
        Ok(fd.0.cast_unsigned() as usize)
    }

    /// The name of a sender: the one that it has now, or had when it was closed (measured).
    fn name_of_sender(&self, sender: &Sender) -> Address {
        match sender {
            Sender::Is(id) => self.socket(*id).name.clone(),
            Sender::Was(name) => name.clone(),
        }
    }

    /// What poll(2) answers for a descriptor of it.
    pub(super) fn poll_socket(&self, id: SocketId, _: &File) -> PollEvents {
        match self.socket(id).family {
            Family::Unix => self.unix_poll(id),
            Family::Inet => self.tcp_poll(id),
        }
    }

    /// The other end of the connection: where nobody has it open, it waits to be accepted.
    pub(super) fn peer_socket(&self, id: SocketId) -> Option<SocketId> {
        match self.socket(id).peer {
            Peer::Is(peer) if self.socket(id).has_connections() => Some(peer),
            Peer::Is(_) | Peer::None | Peer::Gone => None,
        }
    }

    /// Whether it had another end, which is no more.
    pub(super) fn is_left_alone(&self, id: SocketId) -> bool {
        self.socket(id).peer == Peer::Gone
    }

    /// Whether it listens.
    pub(super) fn listens(&self, id: SocketId) -> bool {
        self.socket(id).line().is_some()
    }

    /// What it is about: `connected to socket 1, which sends no more; 20 bytes are not read`.
    pub(super) fn condition_of_socket(&self, id: SocketId) -> String {
        let Socket { name, queue, no_receive, no_send, .. } = self.socket(id);
        if let Some(line) = self.socket(id).line() {
            let waiting = match line.connections.len() {
                0 => String::new(),
                1 => "; 1 waits to be accepted".to_owned(),
                more => format!("; {more} wait to be accepted"),
            };
            return format!("listens at {name}{waiting}");
        }
        let mut text = match (self.peer_socket(id), self.is_left_alone(id)) {
            (Some(peer), _) => {
                let more = if *no_receive { ", which sends no more" } else { "" };
                format!("connected to socket {}{more}", peer.0)
            }
            (None, true) => "its other end is closed".to_owned(),
            (None, false) => "not connected".to_owned(),
        };
        if *no_send && self.peer_socket(id).is_some() {
            text.push_str("; it sends no more itself");
        }
        match queue.iter().map(|packet| packet.bytes.len()).sum::<usize>() {
            0 => {}
            1 => text.push_str("; 1 byte is not read"),
            more => write!(text, "; {more} bytes are not read").expect("a string grows"),
        }
        text
    }

    /// Whether a receive from it returns at once.
    pub(super) fn is_receivable(&self, id: SocketId) -> bool {
        let Socket { family, state, queue, error, no_receive, .. } = self.socket(id);
        let is_over = *family == Family::Inet && matches!(state, State::Closed);
        !queue.is_empty() || error.is_some() || *no_receive || is_over
    }

    /// Whether somebody who waits to send from it gets on. Of unix sockets: who is not woken
    /// ([`Wait::woken`]) waits on, room or no room.
    pub(super) fn is_sendable(&self, id: SocketId) -> bool {
        let socket = self.socket(id);
        socket.error.is_some() || socket.no_send || self.tcp_room(id) > 0
    }

    /// Whether there is room among the datagrams that wait for this receiver.
    pub(super) fn has_room_for_datagram(&self, id: SocketId) -> bool {
        self.socket(id).queue.len() <= self.config.datagrams_max
    }

    /// Whether accept(2) returns at once.
    pub(super) fn is_acceptable(&self, id: SocketId) -> bool {
        let socket = self.socket(id);
        socket.no_receive || socket.line().is_none_or(|line| !line.connections.is_empty())
    }

    /// Of a unix socket that listens: whether there is room among those who are to be accepted. Of a TCP
    /// socket that asks: whether there is an answer.
    pub(super) fn is_connectable(&self, id: SocketId) -> bool {
        match &self.socket(id).state {
            State::Listening(line) => !line.is_full(),
            State::Asking => false,
            State::Closed | State::Connected => true,
        }
    }

    /// Those who wait for this are to look again, whatever they see.
    fn wake(&mut self, what: impl Fn(Waiting) -> bool) {
        for wait in self.processes.iter_mut().filter_map(|process| process.wait.as_mut()) {
            wait.woken |= what(wait.why);
        }
    }

    /// The last descriptor is gone.
    pub(super) fn socket_closed(&mut self, id: SocketId) {
        match self.socket(id).family {
            Family::Unix => self.unix_closed(id),
            Family::Inet => self.tcp_closed(id),
        }
        self.sockets.remove(id.0);
    }
}

/// Of the flags of open(2), sockets know only `NONBLOCK`. Source: socket(2).
fn check_flags(flags: OpenFlags) -> Result<(), Errno> {
    if OpenFlags::NONBLOCK.contains(flags) { Ok(()) } else { Err(Errno::EINVAL) }
}

/// What is wrong with the path of a new socket. An empty one asks for a name that the kernel makes up.
fn check_path(path: &str) -> Result<(), Errno> {
    match path.len() {
        0 => Err(Errno::ENOSYS),
        1..=PATH_MAX => Ok(()),
        _ => Err(Errno::EINVAL),
    }
}
