//! Sockets of one machine: streams, sequenced packets and datagrams. Source: unix(7); what it leaves open was
//! measured, and reads as in `net/unix/af_unix.c`.
//!
//! Room is what the sender has left of its `SO_SNDBUF` ([`Config::stream_bytes_max`]). Linux does not count
//! bytes but the memory that they take, [`charge`], until the receiver has read the whole packet. As long as
//! there is any room, a packet goes through. Who had to wait is woken only when three quarters are free,
//! while newcomers get through before. A receiver that is not connected to the sender also limits
//! the number of datagrams that wait for it ([`Config::datagrams_max`], and one more).
//!
//! [`Config::stream_bytes_max`]: super::super::Config::stream_bytes_max
//! [`Config::datagrams_max`]: super::super::Config::datagrams_max

use super::super::{
    Address, Errno, Family, MessageFlags, Node, PAGE, PollEvents, Signal, Simulated, SocketId,
    SocketType, Wait, Waiting,
};
use super::{On, PATH_MAX, Packet, Peer, Receiving, Sender, Sending, Socket, State, Stop};

/// The least room of a sender, whatever it asks for: `SOCK_MIN_SNDBUF` (measured: `SO_SNDBUF`).
const ROOM_MIN: usize = 4608;

/// What describes a packet: `struct sk_buff`, and `struct skb_shared_info` behind its bytes.
const DESCRIPTION: usize = 256;
const TAIL: usize = 320;

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Bytes of a stream that are kept without pages of their own, and in such pages.
const STREAM_HEAD_MAX: usize = PAGE - TAIL;
const STREAM_PAGES_MAX: usize = 8 * PAGE;

/// The same of datagrams.
const DATAGRAM_HEAD_MAX: usize = 4 * PAGE - TAIL;
const DATAGRAM_PAGES_MAX: usize = 17 * PAGE;

/// Bytes of the room that no datagram may have.
const DATAGRAM_SPARE: usize = 32;

/// What so many bytes in one packet take of the sender's room: their memory. Sources:
/// `unix_stream_sendmsg`, `unix_dgram_sendmsg`; measured from 0 to 212,960 bytes.
fn charge(kind: SocketType, bytes: usize) -> usize {
    let in_pages = match kind {
        SocketType::Stream => bytes.saturating_sub(STREAM_HEAD_MAX),
        SocketType::Datagram | SocketType::SeqPacket => {
            bytes.saturating_sub(DATAGRAM_HEAD_MAX).min(DATAGRAM_PAGES_MAX)
        }
    };
    let in_pages = in_pages.next_multiple_of(PAGE);
    let head = bytes.saturating_sub(in_pages).next_multiple_of(LINE) + TAIL;
    DESCRIPTION + head.next_power_of_two() + in_pages
}

impl Simulated {
    /// `SO_SNDBUF`.
    fn unix_room(&self) -> usize {
        self.config.stream_bytes_max.max(ROOM_MIN)
    }

    /// What a socket has sent, and nobody has read to its end: its memory.
    fn charged(&self, id: SocketId) -> usize {
        let packets = self.all_sockets().flat_map(|(_, socket)| &socket.queue);
        packets.filter(|it| it.sender == Sender::Is(id)).map(|packet| packet.charge).sum()
    }

    /// Whether three quarters of its room are free. Source: `unix_writable`.
    fn has_much_room(&self, id: SocketId) -> bool {
        self.charged(id) * 4 <= self.unix_room()
    }

    /// Packets of `sender` were read to their end: whoever waits to send from it may be woken.
    fn room_was_made(&mut self, sender: SocketId) {
        if self.has_much_room(sender) {
            self.wake(|why| matches!(why, Waiting::SocketToSend(id, _) if id == sender));
        }
    }

    /// The same for all who have sent these packets.
    fn room_was_made_by(&mut self, packets: impl IntoIterator<Item = Packet>) {
        let mut seen = Vec::new();
        for packet in packets {
            if let Sender::Is(sender) = packet.sender
                && !seen.contains(&sender)
            {
                seen.push(sender);
                self.room_was_made(sender);
            }
        }
    }

    /// Who has bound this abstract name; each type has names of its own (measured).
    pub(super) fn find_abstract(&self, kind: SocketType, name: &str) -> Option<SocketId> {
        let is_it = |it: &Socket| matches!(&it.name, Address::Abstract(other) if other == name);
        self.all_sockets()
            .find(|(_, it)| it.is_found && it.kind == kind && is_it(it))
            .map(|(id, _)| id)
    }

    /// Who is found at this address.
    fn find_unix(&self, kind: SocketType, address: &Address) -> Result<SocketId, Errno> {
        match address {
            Address::Path(path) if path.is_empty() || path.len() > PATH_MAX => Err(Errno::EINVAL),
            Address::Path(path) => match self.paths.get(path).ok_or(Errno::ENOENT)? {
                Node::Socket(Some(id)) if self.socket(*id).kind == kind => Ok(*id),
                Node::Socket(Some(_)) => Err(Errno::EPROTOTYPE),
                // Nobody is there any more, or it is no socket.
                Node::Socket(None) | Node::Fifo(_) => Err(Errno::ECONNREFUSED),
            },
            Address::Abstract(name) if name.len() >= PATH_MAX => Err(Errno::EINVAL),
            Address::Abstract(name) => self.find_abstract(kind, name).ok_or(Errno::ECONNREFUSED),
            Address::Port(_) => Err(Errno::EINVAL),
            Address::Unnamed => Err(Errno::ENOSYS),
        }
    }

    /// connect(2).
    pub(super) fn unix_connect(&mut self, on: On, address: &Address) -> Result<usize, Stop> {
        let me = on.socket;
        let kind = self.socket(me).kind;
        let other = self.find_unix(kind, address)?;
        if kind == SocketType::Datagram {
            return Ok(self.set_receiver(me, other)?);
        }
        let listening = self.socket(other);
        let line = listening.line().filter(|_| !listening.no_receive);
        let Some(line) = line else { return Err(Errno::ECONNREFUSED.into()) };
        // unix(7), connect(2): EAGAIN if it would have to wait, not EINPROGRESS.
        if line.is_full() {
            return Err(on.or_waits(Waiting::SocketToConnect(other)));
        }
        match self.socket(me).state {
            State::Closed => {}
            State::Connected => return Err(Errno::EISCONN.into()),
            State::Listening(_) | State::Asking => return Err(Errno::EINVAL.into()),
        }
        let name = listening.name.clone();
        let there = Socket { name, ..Socket::connected(Family::Unix, kind, me) };
        let there = SocketId(self.sockets.insert(there));
        let socket = self.socket_mut(me);
        socket.state = State::Connected;
        socket.peer = Peer::Is(there);
        let name = socket.name.clone();
        if let Some(line) = self.socket_mut(other).line_mut() {
            line.connections.push_back((there, name));
        }
        Ok(0)
    }

    /// Whether `other` takes datagrams from `me`: one that is connected takes them from its peer only.
    fn takes_from(&self, other: SocketId, me: SocketId) -> bool {
        matches!(self.socket(other).peer, Peer::None) || self.socket(other).peer == Peer::Is(me)
    }

    /// connect(2) of a datagram socket.
    fn set_receiver(&mut self, me: SocketId, other: SocketId) -> Result<usize, Errno> {
        if !self.takes_from(other, me) {
            return Err(Errno::EPERM);
        }
        let old = std::mem::replace(&mut self.socket_mut(me).peer, Peer::Is(other));
        if old != Peer::Is(other) {
            self.leave_receiver(me, old);
        }
        Ok(0)
    }

    /// A datagram socket is not connected to `old` any more. Measured: what it has not read is lost; if there
    /// was such, and `old` was connected to it, `old` is told.
    fn leave_receiver(&mut self, me: SocketId, old: Peer) {
        if old == Peer::None || self.socket(me).queue.is_empty() {
            return;
        }
        let lost = std::mem::take(&mut self.socket_mut(me).queue);
        if let Peer::Is(old) = old
            && self.socket(old).peer == Peer::Is(me)
        {
            self.socket_mut(old).error = Some(Errno::ECONNRESET);
        }
        self.room_was_made_by(lost);
    }

    /// send(2), sendto(2).
    pub(super) fn unix_send(
        &mut self,
        on: On,
        sending: Sending<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Result<usize, Stop> {
        match self.socket(on.socket).kind {
            SocketType::Stream => self.stream_send(on, sending, wait, waited),
            SocketType::Datagram => self.packet_send(on, sending, wait, waited),
            SocketType::SeqPacket => {
                if !waited {
                    self.fail_once(on.socket)?;
                    if !matches!(self.socket(on.socket).state, State::Connected) {
                        return Err(Errno::ENOTCONN.into());
                    }
                }
                self.packet_send(on, Sending { to: None, ..sending }, wait, waited)
            }
        }
    }

    /// Fails with what has happened to a socket, once.
    pub(super) fn fail_once(&mut self, id: SocketId) -> Result<(), Errno> {
        self.socket_mut(id).error.take().map_or(Ok(()), Err)
    }

    /// A stream takes what fits. Only whoever finds the connection broken gets SIGPIPE; who waited for room when it
    /// broke does not, and may be told ECONNRESET instead (measured).
    fn stream_send(
        &mut self,
        on: On,
        sending: Sending<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Result<usize, Stop> {
        let me = on.socket;
        wait.woken = false;
        let socket = self.socket(me);
        if !waited {
            let is_connected = matches!(socket.state, State::Connected);
            match sending.to {
                Some(_) if is_connected => return Err(Errno::EISCONN.into()),
                Some(_) => return Err(Errno::EOPNOTSUPP.into()),
                None if !is_connected => return Err(Errno::ENOTCONN.into()),
                None => {}
            }
            if socket.no_send {
                return Err(self.broken_pipe(on, sending.flags).into());
            }
        }
        let so_far = |done: usize, stop: Stop| match stop {
            Stop::Fails(_) if done > 0 => Ok(done),
            stop => Err(stop),
        };
        let most = (self.unix_room() / 2 - LINE).min(STREAM_HEAD_MAX + STREAM_PAGES_MAX);
        while wait.done < sending.bytes.len() {
            if let Err(errno) = self.fail_once(me) {
                return so_far(wait.done, errno.into());
            }
            let (Peer::Is(peer), false) = (self.socket(me).peer, self.socket(me).no_send) else {
                return so_far(wait.done, Errno::EPIPE.into());
            };
            let left = &sending.bytes[wait.done..];
            if self.charged(me) >= self.unix_room() {
                let waits = Waiting::SocketToSend(me, left.len());
                return so_far(wait.done, on.or_waits(waits));
            }
            let bytes = left[..left.len().min(most)].to_vec();
            wait.done += bytes.len();
            let charge = charge(SocketType::Stream, bytes.len());
            let packet = Packet { bytes, charge, sender: Sender::Is(me) };
            self.arrives(peer, packet);
        }
        Ok(wait.done)
    }

    /// EPIPE, with its signal. Source: send(2), `MSG_NOSIGNAL`.
    pub(super) fn broken_pipe(&mut self, on: On, flags: MessageFlags) -> Errno {
        if !flags.contains(MessageFlags::NOSIGNAL) {
            self.raise(on.process, Signal::PIPE);
        }
        Errno::EPIPE
    }

    /// A datagram goes whole or not at all. First there must be room at the sender, then at the receiver. There
    /// is no SIGPIPE (measured).
    fn packet_send(
        &mut self,
        on: On,
        sending: Sending<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Result<usize, Stop> {
        let me = on.socket;
        let bytes = sending.bytes;
        let kind = self.socket(me).kind;
        let woken = std::mem::take(&mut wait.woken);
        let receiver = match wait.why {
            Waiting::SocketToSendTo(receiver) if waited => Some(receiver),
            _ => None,
        };
        if receiver.is_none() {
            if bytes.len() > self.unix_room() - DATAGRAM_SPARE {
                return Err(Errno::EMSGSIZE.into());
            }
            self.fail_once(me)?;
            if self.socket(me).no_send {
                return Err(Errno::EPIPE.into());
            }
            if self.charged(me) >= self.unix_room() {
                return Err(on.or_waits(Waiting::SocketToSend(me, bytes.len())));
            }
        }
        let receiver = match (receiver, sending.to) {
            // The one that it waited for is still there.
            (Some(receiver), _) if !woken => receiver,
            (_, Some(address)) => self.find_unix(kind, address)?,
            (waited_for, None) => match self.socket(me).peer {
                Peer::Gone => {
                    self.socket_mut(me).peer = Peer::None;
                    self.leave_receiver(me, Peer::Gone);
                    return Err(Errno::ECONNREFUSED.into());
                }
                // Somebody else who shares this socket was told that the receiver is gone (measured).
                Peer::Is(_) | Peer::None if waited_for.is_some() => {
                    return Err(Errno::ECONNRESET.into());
                }
                Peer::Is(peer) => peer,
                Peer::None => return Err(Errno::ENOTCONN.into()),
            },
        };
        if !self.takes_from(receiver, me) {
            return Err(Errno::EPERM.into());
        }
        if self.socket(receiver).no_receive {
            return Err(Errno::EPIPE.into());
        }
        let is_mutual = receiver == me || self.socket(receiver).peer == Peer::Is(me);
        if !is_mutual && !self.has_room_for_datagram(receiver) {
            return Err(on.or_waits(Waiting::SocketToSendTo(receiver)));
        }
        let charge = charge(kind, bytes.len());
        let packet = Packet { bytes: bytes.to_vec(), charge, sender: Sender::Is(me) };
        self.arrives(receiver, packet);
        Ok(bytes.len())
    }

    /// A packet comes. Linux wakes all who wait at the receiver, also those who wait to send from it: they look
    /// whether there is any room (measured).
    fn arrives(&mut self, receiver: SocketId, packet: Packet) {
        self.socket_mut(receiver).queue.push_back(packet);
        self.wake(|why| matches!(why, Waiting::SocketToSend(id, _) if id == receiver));
    }

    /// recv(2), recvfrom(2).
    pub(super) fn unix_receive(
        &mut self,
        on: On,
        receiving: Receiving<'_>,
        wait: &mut Wait,
    ) -> Result<usize, Stop> {
        let Socket { kind, state, .. } = self.socket(on.socket);
        let is_connected = matches!(state, State::Connected);
        match kind {
            SocketType::Stream if !is_connected => Err(Errno::EINVAL.into()), // measured
            SocketType::Stream => self.stream_receive(on, receiving, wait),
            SocketType::SeqPacket if !is_connected => Err(Errno::ENOTCONN.into()),
            SocketType::Datagram | SocketType::SeqPacket => self.packet_receive(on, receiving),
        }
    }

    /// A stream gives what is there, and with `MSG_WAITALL` all that was asked for: recv(2). The rest of it comes
    /// before an error, the error before the end.
    fn stream_receive(
        &mut self,
        on: On,
        receiving: Receiving<'_>,
        wait: &mut Wait,
    ) -> Result<usize, Stop> {
        let me = on.socket;
        let Receiving { buffer, flags, from } = receiving;
        if let Some(packet) = self.socket(me).queue.front() {
            *from = self.name_of_sender(&packet.sender);
            // Whoever only looks does not wait for more (measured).
            if flags.contains(MessageFlags::PEEK) {
                return Ok(self.socket(me).peek_bytes(buffer));
            }
            wait.done += self.socket_mut(me).take_bytes(&mut buffer[wait.done..]);
            if let Peer::Is(peer) = self.socket(me).peer {
                self.room_was_made(peer);
            }
            if wait.done == buffer.len() || !flags.contains(MessageFlags::WAITALL) {
                return Ok(wait.done);
            }
        }
        let stop = match self.fail_once(me) {
            Err(errno) => Stop::Fails(errno),
            Ok(()) if self.socket(me).no_receive => return Ok(wait.done),
            Ok(()) => on.or_waits(Waiting::SocketToReceive(me)),
        };
        if wait.done > 0 && matches!(stop, Stop::Fails(_)) { Ok(wait.done) } else { Err(stop) }
    }

    /// A datagram that does not fit is cut, and what did not fit is lost: recv(2). An error comes before what is
    /// there (measured).
    fn packet_receive(&mut self, on: On, receiving: Receiving<'_>) -> Result<usize, Stop> {
        let me = on.socket;
        let Receiving { buffer, flags, from } = receiving;
        self.fail_once(me)?;
        let socket = self.socket(me);
        let Some(packet) = socket.queue.front() else {
            // Measured: who does not wait sees no end of datagrams.
            let is_end = !on.nonblocking || socket.kind == SocketType::SeqPacket;
            if socket.no_receive && is_end {
                return Ok(0);
            }
            return Err(on.or_waits(Waiting::SocketToReceive(me)));
        };
        let length = packet.bytes.len();
        let count = length.min(buffer.len());
        buffer[..count].copy_from_slice(&packet.bytes[..count]);
        *from = self.name_of_sender(&packet.sender);
        if !flags.contains(MessageFlags::PEEK) {
            let read = self.socket_mut(me).queue.pop_front();
            self.room_was_made_by(read);
        }
        Ok(if flags.contains(MessageFlags::TRUNC) { length } else { count })
    }

    /// shutdown(2). It ends the other half of the peer, too; one that has none does not mind (measured).
    pub(super) fn unix_shutdown(&mut self, id: SocketId, receives: bool, sends: bool) -> usize {
        let socket = self.socket_mut(id);
        socket.no_receive |= receives;
        socket.no_send |= sends;
        if let (true, Peer::Is(peer)) = (socket.has_connections(), socket.peer) {
            let peer = self.socket_mut(peer);
            peer.no_send |= receives;
            peer.no_receive |= sends;
        }
        0
    }

    /// What poll(2) answers. Source: `unix_poll`, `unix_dgram_poll`; measured.
    pub(super) fn unix_poll(&self, id: SocketId) -> PollEvents {
        let socket = self.socket(id);
        let Socket { state, queue, no_receive, no_send, .. } = socket;
        let line = socket.line();
        let is_unconnected = socket.has_connections() && matches!(state, State::Closed);
        let is_full = match socket.peer {
            Peer::Is(peer) if socket.kind == SocketType::Datagram && peer != id => {
                self.socket(peer).peer != Peer::Is(id) && !self.has_room_for_datagram(peer)
            }
            Peer::Is(_) | Peer::None | Peer::Gone => false,
        };
        let is_readable = !queue.is_empty() || line.is_some_and(|it| !it.connections.is_empty());
        let mut events = PollEvents::empty();
        events.set(PollEvents::IN, is_readable || *no_receive);
        events.set(PollEvents::RDHUP, *no_receive);
        events.set(PollEvents::HUP, (*no_receive && *no_send) || is_unconnected);
        events.set(PollEvents::ERR, socket.error.is_some());
        events.set(PollEvents::OUT, line.is_none() && self.has_much_room(id) && !is_full);
        events
    }

    /// The last descriptor is gone.
    pub(super) fn unix_closed(&mut self, id: SocketId) {
        // The path stays, and names nobody: unix(7).
        for node in self.paths.values_mut().filter(|node| **node == Node::Socket(Some(id))) {
            *node = Node::Socket(None);
        }
        if let Some(line) = self.socket_mut(id).line_mut() {
            let connections = std::mem::take(&mut line.connections);
            for (connection, _) in connections {
                self.part(connection, true);
                self.sockets.remove(connection.0);
            }
        }
        self.part(id, false);
        self.wake(|why| [Waiting::SocketToConnect(id), Waiting::SocketToSendTo(id)].contains(&why));
    }

    /// A socket goes. Its peer is told ECONNRESET if it leaves anything unread, or was never accepted (measured).
    fn part(&mut self, id: SocketId, is_embryo: bool) {
        let unread = std::mem::take(&mut self.socket_mut(id).queue);
        // An empty packet that would be read next does not count (measured).
        let next_is_empty = unread.front().is_some_and(|packet| packet.bytes.is_empty());
        let is_reset = is_embryo || unread.len() > usize::from(next_is_empty);
        let name = self.socket(id).name.clone();
        for other in self.all_sockets_mut() {
            if other.peer == Peer::Is(id) {
                other.peer = Peer::Gone;
                if other.has_connections() {
                    other.end_both();
                    if is_reset {
                        other.error = Some(Errno::ECONNRESET);
                    }
                }
            }
            let sent = other.queue.iter_mut().filter(|packet| packet.sender == Sender::Is(id));
            sent.for_each(|packet| packet.sender = Sender::Was(name.clone()));
        }
        self.room_was_made_by(unread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many packets of so many bytes a sender gets rid of: measured on Linux 6.18.
    #[test]
    fn room_is_memory() {
        let streams = [
            (1, 278),
            (192, 278),
            (193, 167),
            (704, 167),
            (705, 93),
            (1728, 93),
            (1729, 49),
            (3776, 49),
            (3777, 44),
            (4096, 44),
            (7872, 26),
            (7873, 24),
            (10000, 17),
            (16064, 13),
            (16065, 13),
            (20000, 11),
            (36544, 6),
        ];
        let datagrams = [
            (0, 278),
            (192, 278),
            (193, 167),
            (705, 93),
            (1729, 49),
            (3777, 26),
            (7872, 26),
            (7873, 13),
            (16064, 13),
            (16065, 11),
            (20000, 11),
            (36545, 6),
            (50000, 4),
            (100_000, 3),
            (106_000, 2),
            (200_000, 2),
            (212_960, 1),
        ];
        for (bytes, count) in streams {
            let charge = charge(SocketType::Stream, bytes);
            assert_eq!(212_992_usize.div_ceil(charge), count, "{bytes} bytes of a stream");
        }
        for (bytes, count) in datagrams {
            let charge = charge(SocketType::Datagram, bytes);
            assert_eq!(212_992_usize.div_ceil(charge), count, "datagrams of {bytes} bytes");
        }
    }
}
