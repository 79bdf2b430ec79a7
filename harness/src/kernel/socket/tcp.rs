//! TCP on the loopback address. Source: tcp(7), connect(2); what they leave open was measured.
//!
//! Segments arrive at once. One direction holds [`Config::stream_bytes_max`] bytes, and there is room as soon as
//! one is read; the windows of Linux grow, hold more, and open late, so nothing may rest on the exact number.
//! Who asks to be connected while the line is full is admitted as soon as there is room, in the order of asking;
//! on Linux that takes a second or more, and has no order. A socket that was closed is gone at once: there is no
//! `TIME_WAIT`. Not modelled, though Linux does something: to connect to oneself, what was shut down before it was
//! connected, what shares its port with those that it accepted, and to wait for no bytes.
//!
//! [`Config::stream_bytes_max`]: super::super::Config::stream_bytes_max

use super::super::{
    Address, Answer, Errno, Family, MessageFlags, PollEvents, Simulated, SocketId, SocketType,
    Wait, Waiting,
};
use super::{Line, On, Packet, Peer, Receiving, Sender, Sending, Socket, State, Stop};

/// The ports that the kernel chooses from: `ip_local_port_range`. The model takes the lowest that is free.
const PORTS: std::ops::RangeInclusive<u16> = 32768..=60999;

/// What the owner of a socket knows of its connection: `sock->state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// There is none.
    Nothing,
    /// It was asked for; connect(2) has not said what became of it.
    Asked,
    /// It was made.
    Made,
}

impl Socket {
    /// The peer says that the connection is broken: RST. What has arrived can still be read.
    const fn reset(&mut self) {
        self.error = Some(match self.state {
            State::Asking => Errno::ECONNREFUSED,
            // Whoever knows that the peer sends no more cannot be surprised. Measured.
            _ if self.is_at_end => Errno::EPIPE,
            State::Closed | State::Connected | State::Listening(_) => Errno::ECONNRESET,
        });
        self.end_both();
    }

    /// Whether it was shut down before it was connected. Linux remembers that, and connects it nevertheless.
    pub(super) const fn is_shut_early(&self) -> bool {
        matches!(self.known, Known::Nothing) && (self.no_receive || self.no_send)
    }

    /// The connection, or the line, is over. A port that the kernel chose, or that came with accept(2), is not its own
    /// any more. Source: `tcp_set_state`, `SOCK_BINDPORT_LOCK`; measured.
    fn close(&mut self) {
        self.state = State::Closed;
        self.is_released = !self.is_found;
    }
}

impl Simulated {
    /// Whether any socket says that this port is its own, or that of its peer.
    pub fn says_port(&self, port: u16) -> bool {
        let is_it = |name: &Address| *name == Address::Port(port);
        self.all_sockets().any(|(_, it)| {
            let line = it.line().map(|line| &line.connections);
            is_it(&it.name) || line.into_iter().flatten().any(|(_, peer)| is_it(peer))
        })
    }

    /// A port that no socket says is its own.
    pub(super) fn free_port(&self) -> Result<u16, Errno> {
        PORTS.into_iter().find(|&port| !self.says_port(port)).ok_or(Errno::EADDRINUSE)
    }

    /// Gives a socket that has no name a port.
    pub(super) fn name_by_port(&mut self, id: SocketId) -> Result<(), Errno> {
        if !self.socket(id).has_name() {
            let port = self.free_port().map_err(|_| Errno::EADDRNOTAVAIL)?;
            let socket = self.socket_mut(id);
            socket.name = Address::Port(port);
            socket.is_released = false;
        }
        Ok(())
    }

    /// Who listens at a port.
    fn listens_at(&self, address: &Address) -> Option<SocketId> {
        self.all_sockets()
            .find(|(_, it)| it.name == *address && it.line().is_some())
            .map(|(id, _)| id)
    }

    /// connect(2). Who does not wait gets EINPROGRESS even if the connection stands already (measured); the next
    /// connect(2) says what became of it: EALREADY, 0, or why it failed.
    pub(super) fn tcp_connect(&mut self, on: On, address: &Address) -> Result<usize, Stop> {
        let me = on.socket;
        match address {
            Address::Port(_) => {}
            Address::Path(_) | Address::Abstract(_) => return Err(Errno::EAFNOSUPPORT.into()),
            Address::Unnamed => return Err(Errno::ENOSYS.into()),
        }
        match self.socket(me).known {
            Known::Made => return Err(Errno::EISCONN.into()),
            Known::Asked => return self.tcp_outcome(on),
            Known::Nothing => {}
        }
        if self.socket(me).line().is_some() {
            return Err(Errno::EISCONN.into());
        }
        if self.socket(me).is_shut_early() {
            return Err(Errno::ENOSYS.into());
        }
        self.name_by_port(me)?;
        let listening = self.listens_at(address);
        if listening.is_none() && self.socket(me).name == *address {
            return Err(Errno::ENOSYS.into()); // TCP lets it connect to itself
        }
        let name = &self.socket(me).name;
        if self.all_sockets().any(|(id, it)| id != me && it.has_name() && it.name == *name) {
            // It has listened, and those who were accepted may have the same connection already.
            return Err(Errno::ENOSYS.into());
        }
        let socket = self.socket_mut(me);
        socket.known = Known::Asked;
        socket.state = State::Asking;
        match listening {
            None => self.refuse(me),
            Some(listening) => {
                if let Some(line) = self.socket_mut(listening).line_mut() {
                    line.asking.push_back(me);
                }
                self.admit(listening);
            }
        }
        if on.nonblocking { Err(Errno::EINPROGRESS.into()) } else { self.tcp_outcome(on) }
    }

    /// What became of the connection that was asked for.
    fn tcp_outcome(&mut self, on: On) -> Result<usize, Stop> {
        let socket = self.socket_mut(on.socket);
        match socket.state {
            State::Asking if on.nonblocking => Err(Errno::EALREADY.into()),
            State::Asking => Err(Stop::Waits(Waiting::SocketToConnect(on.socket))),
            State::Connected | State::Listening(_) => {
                socket.known = Known::Made;
                Ok(0)
            }
            // It may be tried again (Linux). Somebody else may have been told why it failed.
            State::Closed => {
                let why = socket.error.take().unwrap_or(Errno::ECONNABORTED);
                let name = std::mem::replace(&mut socket.name, Address::Unnamed);
                let (is_found, is_released) = (socket.is_found, socket.is_released);
                let new = Socket::new(Family::Inet, SocketType::Stream);
                *socket = Socket { name, is_found, is_released, ..new };
                Err(why.into())
            }
        }
    }

    /// Nobody listens where this socket asks.
    fn refuse(&mut self, id: SocketId) {
        let socket = self.socket_mut(id);
        socket.reset();
        socket.close();
    }

    /// As long as there is room, those who ask are connected.
    pub(super) fn admit(&mut self, listening: SocketId) {
        while let Some(line) = self.socket_mut(listening).line_mut()
            && !line.is_full()
            && let Some(asking) = line.asking.pop_front()
        {
            let there = Socket {
                name: self.socket(listening).name.clone(),
                known: Known::Made,
                ..Socket::connected(Family::Inet, SocketType::Stream, asking)
            };
            let there = SocketId(self.sockets.insert(there));
            let socket = self.socket_mut(asking);
            socket.state = State::Connected;
            socket.peer = Peer::Is(there);
            let name = socket.name.clone();
            if let Some(line) = self.socket_mut(listening).line_mut() {
                line.connections.push_back((there, name));
            }
        }
    }

    /// How many bytes go to the peer of a TCP socket. 0 of others.
    pub(super) fn tcp_room(&self, id: SocketId) -> usize {
        let socket = self.socket(id);
        match socket.peer {
            Peer::Is(peer) if socket.family == Family::Inet => {
                let held: usize = self.socket(peer).queue.iter().map(|it| it.bytes.len()).sum();
                self.config.stream_bytes_max.saturating_sub(held)
            }
            Peer::Gone if socket.family == Family::Inet => usize::MAX,
            Peer::Is(_) | Peer::None | Peer::Gone => 0,
        }
    }

    /// send(2). An address is not looked at (measured).
    pub(super) fn tcp_send(
        &mut self,
        on: On,
        sending: Sending<'_>,
        wait: &mut Wait,
    ) -> Result<usize, Stop> {
        let me = on.socket;
        let socket = self.socket(me);
        if matches!(socket.state, State::Asking) {
            return Err(on.or_waits(Waiting::SocketToConnect(me)));
        }
        let is_connected = matches!(socket.state, State::Connected);
        if socket.error.is_some() || socket.no_send || !is_connected {
            if wait.done > 0 {
                return Ok(wait.done);
            }
            return match self.fail_once(me) {
                Err(Errno::EPIPE) | Ok(()) => Err(self.broken_pipe(on, sending.flags).into()),
                Err(errno) => Err(errno.into()),
            };
        }
        let left = &sending.bytes[wait.done..];
        let count = left.len().min(self.tcp_room(me));
        if count > 0 {
            self.arrive(me, &left[..count]);
            wait.done += count;
        }
        if wait.done == sending.bytes.len() || (on.nonblocking && wait.done > 0) {
            return Ok(wait.done);
        }
        Err(on.or_waits(Waiting::SocketToSend(me, left.len() - count)))
    }

    /// Bytes get from `me` to where its peer is or was. Where nobody can take them any more, the answer is that the
    /// connection is broken; the sender learns of it afterwards. Measured.
    fn arrive(&mut self, me: SocketId, bytes: &[u8]) {
        let peer = match self.socket(me).peer {
            Peer::Is(peer) => Some(peer),
            Peer::None | Peer::Gone => None,
        };
        match peer {
            Some(peer) if !(self.socket(peer).no_send && self.socket(peer).no_receive) => {
                // Where one send ended does not show: all is one packet.
                let queue = &mut self.socket_mut(peer).queue;
                match queue.back_mut() {
                    Some(packet) => packet.bytes.extend_from_slice(bytes),
                    None => queue.push_back(Packet {
                        bytes: bytes.to_vec(),
                        charge: 0,
                        sender: Sender::Was(Address::Unnamed),
                    }),
                }
            }
            _ => {
                for id in peer.into_iter().chain([me]) {
                    let socket = self.socket_mut(id);
                    socket.reset();
                    socket.close();
                }
            }
        }
    }

    /// recv(2). What has arrived comes first, then the end if the peer has said so, then the error.
    pub(super) fn tcp_receive(
        &mut self,
        on: On,
        receiving: Receiving<'_>,
        wait: &mut Wait,
    ) -> Result<usize, Stop> {
        let me = on.socket;
        let Receiving { buffer, flags, from } = receiving;
        let is_peek = flags.contains(MessageFlags::PEEK);
        if is_peek && flags.contains(MessageFlags::WAITALL) {
            return Err(Errno::ENOSYS.into());
        }
        *from = Address::Unnamed; // measured
        let socket = self.socket_mut(me);
        if !socket.queue.is_empty() {
            if is_peek {
                if flags.contains(MessageFlags::TRUNC) {
                    return Err(Errno::ENOSYS.into());
                }
                return Ok(socket.peek_bytes(buffer));
            }
            let room = &mut buffer[wait.done..];
            // tcp(7): with `MSG_TRUNC` bytes are discarded, and not written to the buffer.
            let taken = if flags.contains(MessageFlags::TRUNC) {
                socket.take_bytes(&mut vec![0; room.len()])
            } else {
                socket.take_bytes(room)
            };
            wait.done += taken;
            if wait.done == buffer.len() || !flags.contains(MessageFlags::WAITALL) {
                return Ok(wait.done);
            }
        }
        if socket.is_at_end || wait.done > 0 && socket.error.is_some() {
            return Ok(wait.done);
        }
        if let Some(errno) = socket.error.take() {
            return Err(errno.into());
        }
        if socket.no_receive || wait.done > 0 && on.nonblocking {
            return Ok(wait.done);
        }
        match socket.state {
            State::Closed | State::Listening(_) => Err(Errno::ENOTCONN.into()),
            // Linux has it wait until it is woken, whatever for, and then returns 0.
            _ if buffer.is_empty() && !on.nonblocking => Err(Errno::ENOSYS.into()),
            State::Asking | State::Connected => Err(on.or_waits(Waiting::SocketToReceive(me))),
        }
    }

    /// shutdown(2). The peer is told only that nothing more is sent; what it sends arrives (measured).
    pub(super) fn tcp_shutdown(&mut self, id: SocketId, receives: bool, sends: bool) -> Answer {
        let known = self.socket(id).known;
        match self.socket(id).state {
            // Nobody has been told yet that the connection failed; Linux does not say it any more then.
            State::Closed if known == Known::Asked => return Err(Errno::ENOSYS),
            State::Closed => {
                // It counts nevertheless: whoever receives then finds the end. Source: `inet_shutdown`; measured.
                let socket = self.socket_mut(id);
                socket.no_receive |= receives;
                socket.no_send |= sends;
                return Err(Errno::ENOTCONN);
            }
            State::Asking => return Err(Errno::ENOSYS),
            State::Listening(_) => {
                if receives {
                    self.listen_no_more(id);
                }
                return Ok(0);
            }
            State::Connected => {}
        }
        let socket = self.socket_mut(id);
        socket.known = Known::Made;
        socket.no_receive |= receives;
        if sends && !socket.no_send {
            socket.no_send = true;
            if let Peer::Is(peer) = socket.peer {
                self.end_arrives(peer);
            }
            self.close_if_ended(id);
        }
        Ok(0)
    }

    /// The peer sends no more: FIN.
    fn end_arrives(&mut self, id: SocketId) {
        let socket = self.socket_mut(id);
        socket.is_at_end = true;
        socket.no_receive = true;
        self.close_if_ended(id);
    }

    /// If both have said that they send no more, the connection is over.
    fn close_if_ended(&mut self, id: SocketId) {
        let socket = self.socket_mut(id);
        if socket.is_at_end && socket.no_send {
            socket.close();
        }
    }

    /// What poll(2) answers. Source: `tcp_poll`; measured.
    pub(super) fn tcp_poll(&self, id: SocketId) -> PollEvents {
        let socket = self.socket(id);
        let mut events = PollEvents::empty();
        match &socket.state {
            State::Listening(line) => {
                events.set(PollEvents::IN, !line.connections.is_empty());
                return events;
            }
            State::Asking => return events,
            State::Closed | State::Connected => {}
        }
        let is_closed = matches!(socket.state, State::Closed);
        let has_room = socket.no_send || is_closed || self.tcp_room(id) > 0;
        events.set(PollEvents::IN, !socket.queue.is_empty() || socket.no_receive);
        events.set(PollEvents::RDHUP, socket.no_receive);
        events.set(PollEvents::HUP, is_closed || (socket.no_receive && socket.no_send));
        events.set(PollEvents::OUT, has_room);
        events.set(PollEvents::ERR, socket.error.is_some());
        events
    }

    /// Those who were to be accepted are told that they will not be.
    fn listen_no_more(&mut self, id: SocketId) {
        let socket = self.socket_mut(id);
        let Some(line) = socket.line_mut() else { return };
        let Line { connections, asking, .. } = std::mem::replace(line, Line::new(0));
        socket.close();
        for (connection, _) in connections {
            self.leave_peer(connection, true);
            self.sockets.remove(connection.0);
        }
        for asking in asking {
            self.refuse(asking);
        }
    }

    /// A socket goes. Its peer is told that the connection is broken if it leaves anything unread, and otherwise
    /// that nothing more comes. Source: RFC 2525, 2.17; measured.
    fn leave_peer(&mut self, id: SocketId, is_broken: bool) {
        let has_ended = self.socket(id).no_send;
        let is_broken = is_broken || !self.socket(id).queue.is_empty();
        let Peer::Is(peer) = self.socket(id).peer else { return };
        let there = self.socket_mut(peer);
        there.peer = Peer::Gone;
        if !matches!(there.state, State::Connected) {
            return;
        }
        if is_broken {
            there.reset();
            there.close();
        } else if !has_ended {
            self.end_arrives(peer);
        }
    }

    /// The last descriptor is gone.
    pub(super) fn tcp_closed(&mut self, id: SocketId) {
        self.listen_no_more_by(id);
        self.leave_peer(id, false);
    }

    /// It neither listens nor asks any more.
    fn listen_no_more_by(&mut self, id: SocketId) {
        self.listen_no_more(id);
        for line in self.all_sockets_mut().filter_map(Socket::line_mut) {
            line.asking.retain(|asking| *asking != id);
        }
    }
}
