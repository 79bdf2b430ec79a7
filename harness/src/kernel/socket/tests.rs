//! Both sides of every rule of sockets. What Linux answers was measured on 6.18.

use super::*;
use crate::choice::{Choice, Chooser, Fate};
use crate::kernel::{Config, Control, Delivery, Faults, Kernel as _, Status};

/// Takes what is usual.
struct Usual;

impl Chooser for Usual {
    fn choose(&mut self, _: &Choice<'_>) -> Option<usize> {
        Some(0)
    }

    fn watches(&self) -> bool {
        false
    }
}

/// Three processes that share all descriptors that were opened before they were born.
struct Machine(Simulated);

const A: ProcessId = ProcessId::new(0);
const B: ProcessId = ProcessId::new(1);
const C: ProcessId = ProcessId::new(2);
const NONE: MessageFlags = MessageFlags::empty();
const DONTWAIT: MessageFlags = MessageFlags::DONTWAIT;
const PEEK: MessageFlags = MessageFlags::PEEK;
const TRUNC: MessageFlags = MessageFlags::TRUNC;
const WAITALL: MessageFlags = MessageFlags::WAITALL;
const BLOCKING: OpenFlags = OpenFlags::empty();
const NONBLOCK: OpenFlags = OpenFlags::NONBLOCK;
const STREAM: SocketType = SocketType::Stream;
const DATAGRAM: SocketType = SocketType::Datagram;
const SEQUENCED: SocketType = SocketType::SeqPacket;
const KINDS: [SocketType; 3] = [STREAM, DATAGRAM, SEQUENCED];

/// What a call came to: what was returned, an error, or that it waits.
type Outcome = Result<usize, Option<Errno>>;

const WAITS: Outcome = Err(None);

const fn fails(errno: Errno) -> Outcome {
    Err(Some(errno))
}

/// What was received.
type Received = Result<String, Option<Errno>>;

#[expect(clippy::unnecessary_wraps, reason = "it is what a call returns")]
fn got(text: &str) -> Received {
    Ok(text.to_owned())
}

fn path(name: &str) -> Address {
    Address::Path(name.to_owned())
}

fn hidden(name: &str) -> Address {
    Address::Abstract(name.to_owned())
}

impl Machine {
    fn new() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        Self(Simulated::new(config, 3))
    }

    fn fork(&mut self) {
        self.0.fork(A, B);
        self.0.fork(A, C);
    }

    fn step(&mut self, process: ProcessId, call: &mut Call<'_>) -> Outcome {
        match self.0.step(process, call, &mut Usual) {
            Status::Done(Ok(number)) => Ok(number),
            Status::Done(Err(errno)) => Err(Some(errno)),
            Status::Waits => WAITS,
            status => panic!("{status:?}"),
        }
    }

    fn opens(&mut self, family: Family, kind: SocketType, flags: OpenFlags) -> Fd {
        let made = self.step(A, &mut Call::Socket { family, kind, flags });
        Fd::returned(made.expect("there is room"))
    }

    fn unix(&mut self, kind: SocketType) -> Fd {
        self.opens(Family::Unix, kind, NONBLOCK)
    }

    fn tcp(&mut self) -> Fd {
        self.opens(Family::Inet, STREAM, NONBLOCK)
    }

    fn pair(&mut self, kind: SocketType) -> [Fd; 2] {
        self.pair_with(kind, NONBLOCK)
    }

    fn pair_with(&mut self, kind: SocketType, flags: OpenFlags) -> [Fd; 2] {
        let mut ends = [Fd(-1); 2];
        self.step(A, &mut Call::Socketpair { kind, flags, ends: &mut ends }).unwrap();
        ends
    }

    fn bind(&mut self, fd: Fd, address: &Address) -> Outcome {
        self.step(A, &mut Call::Bind { fd, address })
    }

    fn listen(&mut self, fd: Fd, backlog: usize) -> Outcome {
        self.step(A, &mut Call::Listen { fd, backlog })
    }

    fn connect(&mut self, fd: Fd, address: &Address) -> Outcome {
        self.connect_by(A, fd, address)
    }

    fn connect_by(&mut self, process: ProcessId, fd: Fd, address: &Address) -> Outcome {
        self.step(process, &mut Call::Connect { fd, address })
    }

    fn accept(&mut self, fd: Fd) -> Result<(Fd, Address), Option<Errno>> {
        let mut peer = Address::Unnamed;
        let flags = NONBLOCK;
        let made = self.step(A, &mut Call::Accept { fd, peer: &mut peer, flags })?;
        Ok((Fd::returned(made), peer))
    }

    fn accepted(&mut self, fd: Fd) -> Fd {
        self.accept(fd).expect("somebody has connected").0
    }

    fn send(&mut self, fd: Fd, text: &str) -> Outcome {
        self.send_by(A, fd, text.as_bytes())
    }

    fn send_by(&mut self, process: ProcessId, fd: Fd, bytes: &[u8]) -> Outcome {
        self.step(process, &mut Call::Send { fd, bytes, flags: NONE, to: None })
    }

    fn send_to(&mut self, fd: Fd, text: &str, to: &Address) -> Outcome {
        self.send_to_by(A, fd, text, to)
    }

    fn send_to_by(&mut self, process: ProcessId, fd: Fd, text: &str, to: &Address) -> Outcome {
        let bytes = text.as_bytes();
        self.step(process, &mut Call::Send { fd, bytes, flags: NONE, to: Some(to) })
    }

    fn receive(&mut self, fd: Fd) -> Received {
        self.receive_with(A, fd, 64, NONE).map(|(text, _, _)| text)
    }

    /// What came, what was returned, and from whom.
    fn receive_with(
        &mut self,
        process: ProcessId,
        fd: Fd,
        room: usize,
        flags: MessageFlags,
    ) -> Result<(String, usize, Address), Option<Errno>> {
        let mut buffer = vec![0; room];
        let mut from = Address::Unnamed;
        let mut call = Call::Recv { fd, buffer: &mut buffer, flags, from: &mut from };
        let count = self.step(process, &mut call)?;
        buffer.truncate(count);
        Ok((String::from_utf8(buffer).unwrap(), count, from))
    }

    fn shutdown(&mut self, fd: Fd, half: Half) -> Outcome {
        self.step(A, &mut Call::Shutdown { fd, half })
    }

    fn close(&mut self, fd: Fd) {
        self.step(A, &mut Call::Close { fd }).unwrap();
    }

    fn name(&mut self, fd: Fd) -> Address {
        let mut address = Address::Unnamed;
        self.step(A, &mut Call::Getsockname { fd, address: &mut address }).unwrap();
        address
    }

    /// What poll(2) says, as `IN OUT`.
    fn poll(&self, fd: Fd) -> String {
        let file = self.0.file(A, fd).unwrap();
        let Object::Socket(socket) = file.object else { panic!("it is a socket") };
        let events = self.0.poll_socket(socket, file);
        events.iter_names().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }

    /// Whether a send raises SIGPIPE: tried on a copy, in which it kills.
    fn kills(&self, fd: Fd, flags: MessageFlags) -> bool {
        let mut copy = self.0.clone();
        let _ = copy.step(A, &mut Call::Send { fd, bytes: b"x", flags, to: None }, &mut Usual);
        copy.deliver(A) == Delivery::Died
    }

    fn is_ready(&self, process: ProcessId) -> bool {
        self.0.ready().contains(process)
    }

    /// Sends so many bytes until there is no room: how often, and how it ended.
    fn fill(&mut self, fd: Fd, bytes: usize) -> (usize, Outcome) {
        let text = vec![b'x'; bytes];
        for count in 0..1000 {
            let outcome = self.send_by(A, fd, &text);
            if outcome != Ok(bytes) {
                return (count, outcome);
            }
        }
        panic!("it is never full");
    }

    fn listening(&mut self, kind: SocketType, address: &Address, backlog: usize) -> Fd {
        let fd = self.unix(kind);
        self.bind(fd, address).unwrap();
        self.listen(fd, backlog).unwrap();
        fd
    }

    /// A TCP connection: who asked, and who was asked.
    fn tcp_connection(&mut self) -> [Fd; 2] {
        let listening = self.tcp();
        self.listen(listening, 5).unwrap();
        let port = self.name(listening);
        let client = self.tcp();
        assert_eq!(self.connect(client, &port), fails(Errno::EINPROGRESS));
        assert_eq!(self.connect(client, &port), Ok(0));
        let server = self.accepted(listening);
        [client, server]
    }
}

const EAGAIN: Outcome = fails(Errno::EAGAIN);
const EPIPE: Outcome = fails(Errno::EPIPE);

fn refused(errno: Errno) -> Received {
    Err(Some(errno))
}

#[test]
fn a_stream_has_no_boundaries_and_packets_have() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        assert_eq!(machine.send(a, "one"), Ok(3));
        assert_eq!(machine.send(a, "two"), Ok(3));
        assert_eq!(machine.send(b, "back"), Ok(4), "both ways");
        let first = machine.receive(b);
        assert_eq!(first, got(if kind == STREAM { "onetwo" } else { "one" }));
        assert_eq!(machine.receive(a), got("back"));
    }
}

#[test]
fn what_does_not_fit_stays_in_a_stream_and_is_lost_of_a_packet() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        machine.send(a, "abcdef").unwrap();
        assert_eq!(machine.receive_with(A, b, 2, NONE).unwrap().0, "ab");
        let rest = machine.receive(b);
        assert_eq!(rest, if kind == STREAM { got("cdef") } else { refused(Errno::EAGAIN) });
    }
}

#[test]
fn flags_of_a_receive() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        machine.send(a, "abc").unwrap();
        machine.send(a, "def").unwrap();
        let peeked = machine.receive_with(A, b, 9, PEEK).unwrap().0;
        assert_eq!(peeked, if kind == STREAM { "abcdef" } else { "abc" });
        let mut buffer = [0; 2];
        let from = &mut Address::Unnamed;
        let flags = TRUNC;
        let mut call = Call::Recv { fd: b, buffer: &mut buffer, flags, from };
        let length = machine.step(A, &mut call).unwrap();
        assert_eq!(length, if kind == STREAM { 2 } else { 3 }, "the true length of a packet");
    }
}

#[test]
fn waitall_waits_for_all_of_a_stream() {
    let mut machine = Machine::new();
    let [a, b] = machine.pair_with(STREAM, BLOCKING);
    machine.fork();
    machine.send(a, "abcd").unwrap();
    let mut buffer = [0; 6];
    let from = &mut Address::Unnamed;
    let mut call = Call::Recv { fd: b, buffer: &mut buffer, flags: WAITALL, from };
    assert_eq!(machine.step(B, &mut call), WAITS);
    assert!(!machine.is_ready(B));
    machine.send(a, "efg").unwrap();
    assert!(machine.is_ready(B));
    assert_eq!(machine.step(B, &mut call), Ok(6));
    assert_eq!(&buffer, b"abcdef");
    assert_eq!(machine.receive(b), got("g"));
    machine.send(a, "abc").unwrap();
    let short = machine.receive_with(A, b, 9, WAITALL | DONTWAIT);
    assert_eq!(short.unwrap().0, "abc", "who does not wait takes what is there");
    machine.send(a, "end").unwrap();
    machine.shutdown(a, Half::Write).unwrap();
    assert_eq!(machine.receive_with(A, b, 9, WAITALL).unwrap().0, "end");
}

#[test]
fn an_empty_datagram_is_one_and_an_empty_send_on_a_stream_is_nothing() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        assert_eq!(machine.send(a, ""), Ok(0));
        let empty = machine.receive(b);
        assert_eq!(empty, if kind == STREAM { refused(Errno::EAGAIN) } else { got("") });
        machine.send(a, "abc").unwrap();
        let read = machine.step(A, &mut Call::Read { fd: b, buffer: &mut [] });
        assert_eq!(read, Ok(0), "read(2) of nothing looks at nothing");
        assert_eq!(machine.receive_with(A, b, 0, NONE).unwrap().1, 0);
        let left = machine.receive(b);
        assert_eq!(left, if kind == STREAM { got("abc") } else { refused(Errno::EAGAIN) });
    }
}

#[test]
fn room_is_that_of_the_sender() {
    let cases = [
        (STREAM, 100, (278, EAGAIN)),
        (STREAM, 36545, (5, Ok(36544))),
        (STREAM, 250_000, (0, Ok(219_264))),
        (DATAGRAM, 100, (278, EAGAIN)),
        (DATAGRAM, 212_960, (1, EAGAIN)),
        (DATAGRAM, 212_961, (0, fails(Errno::EMSGSIZE))),
        (SEQUENCED, 100, (278, EAGAIN)),
        (SEQUENCED, 212_961, (0, fails(Errno::EMSGSIZE))),
    ];
    for (kind, bytes, expected) in cases {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        assert_eq!(machine.fill(a, bytes), expected, "{bytes} bytes each, {kind:?}");
        assert_eq!(machine.send(b, "x"), Ok(1), "the other way has room of its own");
    }
    // SO_SNDBUF of 1 comes to the least there is, 4608.
    for (room, bytes, expected) in
        [(1, 100, (6, EAGAIN)), (4608, 4575, (0, Ok(4480))), (8192, 10_000, (0, Ok(8064)))]
    {
        let mut machine = Machine::with(Config { stream_bytes_max: room, ..Config::default() });
        let [a, _] = machine.pair(STREAM);
        assert_eq!(machine.fill(a, bytes), expected, "{bytes} bytes each, room {room}");
    }
}

#[test]
fn a_packet_keeps_its_room_until_it_is_read_to_the_end() {
    let mut machine = Machine::new();
    let [a, b] = machine.pair(STREAM);
    assert_eq!(machine.fill(a, 100).0, 278);
    machine.receive_with(A, b, 99, NONE).unwrap();
    assert_eq!(machine.send(a, "x"), EAGAIN);
    machine.receive_with(A, b, 1, NONE).unwrap();
    assert_eq!(machine.send(a, "x"), Ok(1));
}

#[test]
fn poll_and_those_who_wait_want_three_quarters_free_and_a_newcomer_does_not() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair_with(kind, BLOCKING);
        machine.fork();
        for _ in 0..70 {
            assert_eq!(machine.poll(a), "OUT");
            machine.send(a, &"x".repeat(100)).unwrap();
        }
        assert_eq!(machine.poll(a), "");
        for _ in 70..278 {
            machine.send(a, &"x".repeat(100)).unwrap();
        }
        assert_eq!(machine.send_by(B, a, b"y"), WAITS);
        for _ in 0..208 {
            machine.receive_with(A, b, 100, NONE).unwrap();
            assert!(!machine.is_ready(B));
            assert_eq!(machine.poll(a), "");
        }
        machine.receive_with(A, b, 100, NONE).unwrap();
        assert!(machine.is_ready(B));
        assert_eq!(machine.poll(a), "OUT");
        // Whoever comes first gets the room, and who was woken looks in vain.
        let mut barging = machine.0.clone();
        std::mem::swap(&mut machine.0, &mut barging);
        for _ in 69..278 {
            machine.send(a, &"x".repeat(100)).unwrap();
        }
        assert_eq!(machine.send_by(B, a, b"y"), WAITS);
        assert!(!machine.is_ready(B));
        std::mem::swap(&mut machine.0, &mut barging);
        assert_eq!(machine.send_by(B, a, b"y"), Ok(1));
    }
}

#[test]
fn what_comes_wakes_those_who_wait_to_send_and_any_room_will_do_for_them() {
    for kind in KINDS {
        let mut machine = Machine::new();
        let [a, b] = machine.pair_with(kind, BLOCKING);
        machine.fork();
        for _ in 0..278 {
            machine.send(a, &"x".repeat(100)).unwrap();
        }
        assert_eq!(machine.send_by(B, a, b"y"), WAITS);
        assert_eq!(machine.send(b, "z"), Ok(1));
        assert!(machine.is_ready(B));
        assert_eq!(machine.send_by(B, a, b"y"), WAITS, "there is none yet");
        machine.receive_with(A, b, 100, NONE).unwrap();
        assert!(!machine.is_ready(B), "one place is not three quarters");
        assert_eq!(machine.send(b, "z"), Ok(1));
        assert!(machine.is_ready(B));
        assert_eq!(machine.send_by(B, a, b"y"), Ok(1));
    }
}

#[test]
fn whether_a_call_waits_is_settled_as_it_begins() {
    for flag_comes in [false, true] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair_with(STREAM, BLOCKING);
        machine.fork();
        let bytes = vec![b'x'; 900_000];
        assert_eq!(machine.send_by(B, a, &bytes), WAITS);
        if flag_comes {
            let control = Control::SetFlags(NONBLOCK);
            assert_eq!(machine.step(A, &mut Call::Fcntl { fd: a, control }), Ok(0));
        }
        while !machine.is_ready(B) {
            machine.receive_with(A, b, 100_000, NONE).unwrap();
        }
        assert_eq!(machine.send_by(B, a, &bytes), WAITS);
        let outcome = machine.send_by(C, a, &bytes);
        assert_eq!(outcome, if flag_comes { fails(Errno::EAGAIN) } else { WAITS });
    }
}

#[test]
fn a_stream_that_waits_has_sent_a_part() {
    let mut machine = Machine::new();
    let [a, b] = machine.pair_with(STREAM, BLOCKING);
    machine.fork();
    let bytes = vec![b'x'; 300_000];
    assert_eq!(machine.send_by(B, a, &bytes), WAITS);
    let mut read = 0;
    while read < 219_264 {
        read += machine.receive_with(A, b, 100_000, NONE).unwrap().1;
    }
    assert_eq!(read, 219_264);
    assert_eq!(machine.send_by(B, a, &bytes), Ok(300_000));
    assert_eq!(machine.receive_with(A, b, 100_000, NONE).unwrap().1, 80_736);
}

#[test]
fn a_closed_stream_gives_the_rest_then_an_error_if_anything_was_unread_then_the_end() {
    for unread in [false, true] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(STREAM);
        machine.send(b, "hello").unwrap();
        if unread {
            machine.send(a, "unread").unwrap();
        }
        machine.close(b);
        let error = if unread { "IN OUT ERR HUP RDHUP" } else { "IN OUT HUP RDHUP" };
        assert_eq!(machine.poll(a), error);
        assert!(machine.kills(a, NONE));
        assert!(!machine.kills(a, MessageFlags::NOSIGNAL));
        assert_eq!(machine.receive(a), got("hello"));
        if unread {
            assert_eq!(machine.receive(a), refused(Errno::ECONNRESET));
        }
        assert_eq!(machine.poll(a), "IN OUT HUP RDHUP");
        assert_eq!(machine.receive(a), got(""));
        assert_eq!(machine.receive(a), got(""));
    }
}

#[test]
fn a_closed_sequence_of_packets_tells_the_error_first_and_raises_nothing() {
    for unread in [false, true] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(SEQUENCED);
        machine.send(b, "hello").unwrap();
        if unread {
            machine.send(a, "unread").unwrap();
        }
        machine.close(b);
        if unread {
            let mut other = Machine(machine.0.clone());
            assert_eq!(other.send(a, "x"), fails(Errno::ECONNRESET));
            assert_eq!(other.receive(a), got("hello"));
            assert_eq!(machine.receive(a), refused(Errno::ECONNRESET));
        }
        assert!(!machine.kills(a, NONE));
        assert_eq!(machine.send(a, "x"), EPIPE);
        assert_eq!(machine.receive(a), got("hello"));
        assert_eq!(machine.receive(a), got(""));
        assert_eq!(machine.poll(a), "IN OUT HUP RDHUP");
    }
}

#[test]
fn a_datagram_socket_never_sees_an_end() {
    let mut machine = Machine::new();
    let [a, b] = machine.pair(DATAGRAM);
    machine.send(b, "hello").unwrap();
    machine.send(a, "unread").unwrap();
    machine.close(b);
    assert_eq!(machine.poll(a), "IN OUT");
    let mut other = Machine(machine.0.clone());
    assert_eq!(other.send(a, "x"), fails(Errno::ECONNREFUSED));
    assert_eq!(other.receive(a), refused(Errno::EAGAIN), "what it had not read is lost");
    assert_eq!(machine.receive(a), got("hello"));
    assert_eq!(machine.receive(a), refused(Errno::EAGAIN));
    assert!(!machine.kills(a, NONE));
    assert_eq!(machine.send(a, "x"), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.send(a, "x"), fails(Errno::ENOTCONN));
}

#[test]
fn who_waited_to_send_when_the_connection_broke() {
    for (kind, errno) in [
        (STREAM, Errno::ECONNRESET),
        (SEQUENCED, Errno::ECONNRESET),
        (DATAGRAM, Errno::ECONNREFUSED),
    ] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair_with(kind, BLOCKING);
        for _ in 0..278 {
            machine.send(a, "x").unwrap();
        }
        machine.0.fork(A, B);
        machine.step(B, &mut Call::Close { fd: b }).unwrap();
        assert_eq!(machine.send_by(B, a, b"y"), WAITS);
        machine.close(b);
        assert!(machine.is_ready(B));
        assert_eq!(machine.send_by(B, a, b"y"), fails(errno));
        assert_eq!(machine.0.deliver(B), Delivery::Nothing, "no SIGPIPE");
    }
    let mut machine = Machine::new();
    let [a, b] = machine.pair_with(STREAM, BLOCKING);
    machine.fork();
    let bytes = vec![b'x'; 400_000];
    assert_eq!(machine.send_by(B, a, &bytes), WAITS);
    machine.shutdown(b, Half::Read).unwrap();
    assert_eq!(machine.send_by(B, a, &bytes), Ok(219_264), "what it has sent counts");
}

#[test]
fn halves_of_a_stream_and_of_packets() {
    for kind in [STREAM, SEQUENCED] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(kind);
        machine.send(a, "rest").unwrap();
        machine.shutdown(a, Half::Write).unwrap();
        assert_eq!(machine.kills(a, NONE), kind == STREAM);
        assert_eq!((machine.poll(a), machine.poll(b)), ("OUT".into(), "IN OUT RDHUP".into()));
        assert_eq!(machine.receive(b), got("rest"));
        assert_eq!(machine.receive(b), got(""));
        assert_eq!(machine.send(b, "still"), Ok(5));
        assert_eq!(machine.receive(a), got("still"));
        assert_eq!(machine.receive(a), refused(Errno::EAGAIN));

        let [a, b] = machine.pair(kind);
        machine.send(b, "rest").unwrap();
        machine.shutdown(a, Half::Read).unwrap();
        assert_eq!(machine.kills(b, NONE), kind == STREAM, "nobody reads it");
        assert_eq!(machine.receive(a), got("rest"));
        assert_eq!(machine.receive(a), got(""));
        assert_eq!(machine.send(a, "x"), Ok(1));
        machine.shutdown(a, Half::Both).unwrap();
        assert_eq!(machine.poll(b), "IN OUT HUP RDHUP");
    }
}

#[test]
fn halves_of_a_datagram_socket_are_its_own() {
    let mut machine = Machine::new();
    let [a, b] = machine.pair(DATAGRAM);
    machine.fork();
    machine.shutdown(a, Half::Write).unwrap();
    assert_eq!(machine.send(a, "x"), EPIPE);
    assert!(!machine.kills(a, NONE));
    assert_eq!(machine.receive(b), refused(Errno::EAGAIN), "no end");
    machine.shutdown(a, Half::Read).unwrap();
    assert_eq!(machine.send(b, "x"), EPIPE);
    assert_eq!(machine.receive(a), refused(Errno::EAGAIN));
    let [a, _] = machine.pair_with(DATAGRAM, BLOCKING);
    machine.shutdown(a, Half::Read).unwrap();
    assert_eq!(machine.receive(a), got(""), "who would wait is told");
}

#[test]
fn who_waits_to_receive_goes_on_when_something_comes_or_nothing_can() {
    for kind in KINDS {
        for closes in [false, true] {
            let mut machine = Machine::new();
            let [a, b] = machine.pair_with(kind, BLOCKING);
            machine.0.fork(A, B);
            machine.step(B, &mut Call::Close { fd: b }).unwrap();
            assert_eq!(machine.receive_with(B, a, 9, NONE), Err(None));
            assert!(!machine.is_ready(B));
            if closes {
                machine.close(b);
                assert_eq!(machine.is_ready(B), kind != DATAGRAM);
            } else {
                machine.send(b, "x").unwrap();
                assert!(machine.is_ready(B));
                assert_eq!(machine.receive_with(B, a, 9, NONE).unwrap().0, "x");
            }
        }
    }
}

#[test]
fn a_path_outlives_its_socket() {
    let mut machine = Machine::new();
    let name = path("s");
    let client = machine.unix(STREAM);
    assert_eq!(machine.connect(client, &name), fails(Errno::ENOENT));
    let server = machine.unix(STREAM);
    assert_eq!(machine.bind(server, &name), Ok(0));
    assert_eq!(machine.bind(server, &path("t")), fails(Errno::EINVAL));
    assert_eq!(machine.connect(client, &name), fails(Errno::ECONNREFUSED), "nobody listens");
    machine.listen(server, 1).unwrap();
    assert_eq!(machine.connect(client, &name), Ok(0));
    machine.close(server);
    let other = machine.unix(STREAM);
    assert_eq!(machine.connect(other, &name), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.bind(other, &name), fails(Errno::EADDRINUSE));
    machine.step(A, &mut Call::Unlink { path: "s" }).unwrap();
    assert_eq!(machine.bind(other, &name), Ok(0));
    machine.step(A, &mut Call::Mkfifo { path: "f" }).unwrap();
    assert_eq!(machine.connect(client, &path("f")), fails(Errno::ECONNREFUSED));
}

#[test]
fn a_path_that_is_unlinked_leaves_its_socket() {
    let mut machine = Machine::new();
    let [receiver, sender] = [machine.unix(DATAGRAM), machine.unix(DATAGRAM)];
    machine.bind(receiver, &path("r")).unwrap();
    machine.connect(sender, &path("r")).unwrap();
    machine.step(A, &mut Call::Unlink { path: "r" }).unwrap();
    assert_eq!(machine.send(sender, "x"), Ok(1));
    assert_eq!(machine.receive(receiver), got("x"));
    assert_eq!(machine.send_to(sender, "x", &path("r")), fails(Errno::ENOENT));
    assert_eq!(machine.name(receiver), path("r"));
}

#[test]
fn an_abstract_name_goes_with_its_socket_and_each_type_has_its_own() {
    let mut machine = Machine::new();
    let name = hidden("n");
    let server = machine.listening(STREAM, &name, 1);
    let others = [machine.unix(DATAGRAM), machine.unix(STREAM), machine.unix(DATAGRAM)];
    assert_eq!(machine.connect(others[0], &name), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.bind(others[0], &name), Ok(0));
    assert_eq!(machine.bind(others[1], &name), fails(Errno::EADDRINUSE));
    assert_eq!(machine.connect(others[2], &name), Ok(0));
    let client = machine.unix(STREAM);
    machine.connect(client, &name).unwrap();
    let accepted = machine.accepted(server);
    assert_eq!(machine.name(accepted), name);
    machine.close(server);
    assert_eq!(machine.bind(others[1], &name), Ok(0), "the accepted one only shares it");
}

#[test]
fn types_do_not_mix_at_a_path() {
    for bound in KINDS {
        let mut machine = Machine::new();
        let server = machine.unix(bound);
        machine.bind(server, &path("s")).unwrap();
        let _ = machine.listen(server, 1);
        for kind in KINDS {
            let client = machine.unix(kind);
            let expected = if kind == bound { Ok(0) } else { fails(Errno::EPROTOTYPE) };
            assert_eq!(machine.connect(client, &path("s")), expected);
        }
    }
}

#[test]
fn a_line_takes_one_more_than_its_backlog() {
    for kind in [STREAM, SEQUENCED] {
        for backlog in 0..3 {
            let mut machine = Machine::new();
            let server = machine.listening(kind, &path("s"), backlog);
            for _ in 0..=backlog {
                let client = machine.unix(kind);
                assert_eq!(machine.connect(client, &path("s")), Ok(0));
            }
            assert_eq!(machine.poll(server), "IN");
            let late = machine.opens(Family::Unix, kind, BLOCKING);
            let nonblocking = machine.unix(kind);
            machine.fork();
            assert_eq!(machine.connect(nonblocking, &path("s")), EAGAIN);
            assert_eq!(machine.connect_by(B, late, &path("s")), WAITS);
            assert!(!machine.is_ready(B));
            machine.accepted(server);
            assert!(machine.is_ready(B));
            assert_eq!(machine.connect_by(B, late, &path("s")), Ok(0));
            assert_eq!(machine.connect(nonblocking, &path("s")), EAGAIN);
            machine.listen(server, backlog + 1).unwrap();
            assert_eq!(machine.connect(nonblocking, &path("s")), Ok(0));
        }
    }
}

#[test]
fn who_waits_to_connect_is_refused_when_nobody_listens_any_more() {
    let mut machine = Machine::new();
    let server = machine.listening(STREAM, &path("s"), 0);
    let [first, late] = [machine.unix(STREAM), machine.opens(Family::Unix, STREAM, BLOCKING)];
    machine.connect(first, &path("s")).unwrap();
    machine.0.fork(A, B);
    machine.step(B, &mut Call::Close { fd: server }).unwrap();
    assert_eq!(machine.connect_by(B, late, &path("s")), WAITS);
    machine.close(server);
    assert!(machine.is_ready(B));
    // The place of the one that is gone is used again.
    machine.unix(DATAGRAM);
    assert_eq!(machine.connect_by(B, late, &path("s")), fails(Errno::ECONNREFUSED));
}

#[test]
fn who_was_not_accepted_is_reset() {
    for kind in [STREAM, SEQUENCED] {
        let mut machine = Machine::new();
        let server = machine.listening(kind, &path("s"), 3);
        let client = machine.unix(kind);
        machine.connect(client, &path("s")).unwrap();
        assert_eq!(machine.send(client, "early"), Ok(5), "there is room before it is accepted");
        machine.close(server);
        assert_eq!(machine.poll(client), "IN OUT ERR HUP RDHUP");
        assert_eq!(machine.receive(client), refused(Errno::ECONNRESET));
        assert_eq!(machine.receive(client), got(""));
    }
}

#[test]
fn what_was_sent_before_the_accept_is_there_and_names_are_told() {
    let mut machine = Machine::new();
    let server = machine.listening(STREAM, &path("s"), 3);
    let [client, gone] = [machine.unix(STREAM), machine.unix(STREAM)];
    machine.bind(client, &hidden("c")).unwrap();
    machine.bind(gone, &hidden("g")).unwrap();
    for fd in [client, gone] {
        machine.connect(fd, &path("s")).unwrap();
        machine.send(fd, "early").unwrap();
    }
    machine.close(gone);
    let (first, name) = machine.accept(server).unwrap();
    assert_eq!((name, machine.name(first)), (hidden("c"), path("s")));
    assert_eq!(machine.receive_with(A, first, 9, NONE).unwrap().2, hidden("c"));
    machine.send(first, "back").unwrap();
    assert_eq!(machine.receive_with(A, client, 9, NONE).unwrap().2, path("s"));
    let (second, name) = machine.accept(server).unwrap();
    assert_eq!(name, hidden("g"));
    assert_eq!(machine.receive_with(A, second, 9, NONE).unwrap().2, hidden("g"));
    assert_eq!(machine.receive(second), got(""));
    assert_eq!(machine.accept(server), Err(Some(Errno::EAGAIN)));
}

#[test]
fn accept_waits_for_somebody_or_for_the_end() {
    let mut machine = Machine::new();
    let server = machine.opens(Family::Unix, STREAM, BLOCKING);
    machine.bind(server, &path("s")).unwrap();
    machine.listen(server, 3).unwrap();
    let client = machine.unix(STREAM);
    machine.fork();
    let mut peer = Address::Unnamed;
    let mut call = Call::Accept { fd: server, peer: &mut peer, flags: BLOCKING };
    assert_eq!(machine.step(B, &mut call), WAITS);
    let mut ended = Machine(machine.0.clone());
    machine.connect(client, &path("s")).unwrap();
    assert!(machine.is_ready(B));
    assert!(machine.step(B, &mut call).is_ok());
    ended.shutdown(server, Half::Read).unwrap();
    assert_eq!(ended.step(B, &mut call), fails(Errno::EINVAL));
    assert_eq!(ended.connect(client, &path("s")), fails(Errno::ECONNREFUSED));
}

#[test]
fn calls_that_do_not_suit_a_socket() {
    let mut machine = Machine::new();
    for kind in KINDS {
        let fd = machine.unix(kind);
        let [a, _] = machine.pair(kind);
        let is_datagram = kind == DATAGRAM;
        let unsuited = if is_datagram { Errno::EOPNOTSUPP } else { Errno::EINVAL };
        assert_eq!(machine.listen(fd, 1), fails(unsuited), "not bound");
        assert_eq!(machine.listen(a, 1), fails(unsuited), "connected");
        assert_eq!(machine.accept(fd), Err(Some(unsuited)));
        assert_eq!(machine.accept(a), Err(Some(unsuited)));
        assert_eq!(machine.send(fd, "x"), fails(Errno::ENOTCONN));
        assert!(!machine.kills(fd, NONE));
        let received = [Errno::EINVAL, Errno::EAGAIN, Errno::ENOTCONN];
        assert_eq!(
            machine.receive(fd),
            refused(received[KINDS.iter().position(|it| *it == kind).unwrap()])
        );
        assert_eq!(machine.poll(fd), if is_datagram { "OUT" } else { "OUT HUP" });
        assert_eq!(machine.name(fd), Address::Unnamed);
        assert_eq!(machine.connect(fd, &Address::Port(80)), fails(Errno::EINVAL));
        assert_eq!(machine.bind(fd, &path("")), fails(Errno::ENOSYS));
        assert_eq!(machine.bind(fd, &path(&"x".repeat(109))), fails(Errno::EINVAL));
    }
    let fd = machine.unix(STREAM);
    let [a, _] = machine.pair(STREAM);
    assert_eq!(machine.send_to(fd, "x", &path("s")), fails(Errno::EOPNOTSUPP));
    assert_eq!(machine.send_to(a, "x", &path("s")), fails(Errno::EISCONN));
    let server = machine.listening(STREAM, &path("s"), 1);
    assert_eq!(machine.connect(a, &path("s")), fails(Errno::EISCONN));
    assert_eq!(machine.connect(server, &path("s")), fails(Errno::EINVAL));
    assert_eq!(machine.connect(a, &path("t")), fails(Errno::ENOENT), "it is looked for first");
    let mut ends = [Fd(-1); 2];
    machine.step(A, &mut Call::Pipe { ends: &mut ends, flags: BLOCKING }).unwrap();
    assert_eq!(machine.listen(ends[0], 1), fails(Errno::ENOTSOCK));
    for (kind, errno) in [(DATAGRAM, Errno::ENOSYS), (SEQUENCED, Errno::ESOCKTNOSUPPORT)] {
        let mut call = Call::Socket { family: Family::Inet, kind, flags: BLOCKING };
        assert_eq!(machine.step(A, &mut call), fails(errno));
    }
}

#[test]
fn descriptors_run_out_without_a_trace() {
    let config = Config { descriptors_max: 5, ..Config::default() };
    let mut machine = Machine::with(config);
    machine.unix(STREAM);
    let before = machine.0.clone();
    let mut ends = [Fd(-1); 2];
    let mut call = Call::Socketpair { kind: STREAM, flags: BLOCKING, ends: &mut ends };
    assert_eq!(machine.step(A, &mut call), fails(Errno::EMFILE));
    let other = machine.unix(STREAM);
    machine.bind(other, &path("s")).unwrap();
    machine.listen(other, 1).unwrap();
    assert_eq!(machine.accept(other), Err(Some(Errno::EMFILE)), "before it would wait");
    assert_eq!(before.all_sockets().count() + 1, machine.0.all_sockets().count());
}

#[test]
fn eleven_datagrams_wait_for_a_receiver_whoever_sends() {
    let mut machine = Machine::new();
    let receiver = machine.unix(DATAGRAM);
    machine.bind(receiver, &path("r")).unwrap();
    let [one, other] = [machine.unix(DATAGRAM), machine.unix(DATAGRAM)];
    let waiting = machine.opens(Family::Unix, DATAGRAM, BLOCKING);
    machine.fork();
    for _ in 0..11 {
        assert_eq!(machine.send_to(one, "x", &path("r")), Ok(1));
    }
    assert_eq!(machine.send_to(other, "x", &path("r")), EAGAIN);
    assert_eq!(machine.poll(other), "OUT", "it does not know where to");
    machine.connect(other, &path("r")).unwrap();
    assert_eq!(machine.poll(other), "");
    assert_eq!(machine.send_to_by(B, waiting, "late", &path("r")), WAITS);
    assert!(!machine.is_ready(B));
    machine.receive(receiver).unwrap();
    assert!(machine.is_ready(B));
    assert_eq!(machine.poll(other), "OUT");
    assert_eq!(machine.send_to_by(B, waiting, "late", &path("r")), Ok(4));
    assert_eq!(machine.send(other, "x"), EAGAIN);
}

#[test]
fn senders_to_one_receiver_are_served_in_order() {
    let config = Config { in_order: true, datagrams_max: 0, ..Config::default() };
    let mut machine = Machine::with(config);
    let receiver = machine.unix(DATAGRAM);
    machine.bind(receiver, &path("r")).unwrap();
    let senders = [(); 2].map(|()| machine.opens(Family::Unix, DATAGRAM, BLOCKING));
    machine.fork();
    machine.send_to(senders[0], "x", &path("r")).unwrap();
    assert_eq!(machine.send_to_by(C, senders[0], "c", &path("r")), WAITS);
    assert_eq!(machine.send_to_by(B, senders[1], "b", &path("r")), WAITS);
    machine.receive(receiver).unwrap();
    assert!(machine.is_ready(C) && !machine.is_ready(B));
}

#[test]
fn who_waits_for_a_receiver_that_goes_is_refused() {
    let mut machine = Machine::new();
    let receiver = machine.unix(DATAGRAM);
    machine.bind(receiver, &path("r")).unwrap();
    let [free, bound] = [(); 2].map(|()| machine.opens(Family::Unix, DATAGRAM, BLOCKING));
    machine.connect(bound, &path("r")).unwrap();
    for _ in 0..11 {
        machine.send(bound, "x").unwrap();
    }
    machine.fork();
    for process in [B, C] {
        machine.step(process, &mut Call::Close { fd: receiver }).unwrap();
    }
    assert_eq!(machine.send_to_by(B, free, "x", &path("r")), WAITS);
    assert_eq!(machine.send_by(C, bound, b"x"), WAITS);
    machine.close(receiver);
    assert!(machine.is_ready(B) && machine.is_ready(C));
    assert_eq!(machine.send_to_by(B, free, "x", &path("r")), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.send_by(C, bound, b"x"), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.send_by(C, bound, b"x"), fails(Errno::ENOTCONN));
}

#[test]
fn a_receiver_that_is_connected_takes_from_its_peer_only() {
    let mut machine = Machine::new();
    let [r, q, s] = [machine.unix(DATAGRAM), machine.unix(DATAGRAM), machine.unix(DATAGRAM)];
    machine.bind(r, &path("r")).unwrap();
    machine.bind(q, &path("q")).unwrap();
    machine.connect(s, &path("r")).unwrap();
    machine.connect(r, &path("q")).unwrap();
    assert_eq!(machine.send(s, "x"), fails(Errno::EPERM));
    assert_eq!(machine.connect(s, &path("r")), fails(Errno::EPERM));
    assert_eq!(machine.send_to(q, "x", &path("r")), Ok(1));
    assert_eq!(machine.receive_with(A, r, 9, NONE).unwrap().2, path("q"));
}

#[test]
fn whoever_leaves_a_pair_with_datagrams_unread_resets_the_other() {
    for unread in [false, true] {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(DATAGRAM);
        let other = machine.unix(DATAGRAM);
        machine.bind(other, &path("o")).unwrap();
        if unread {
            machine.send(b, "lost").unwrap();
        }
        machine.connect(a, &path("o")).unwrap();
        assert_eq!(machine.receive(a), refused(Errno::EAGAIN));
        assert_eq!(machine.poll(b), if unread { "OUT ERR" } else { "OUT" });
        if unread {
            assert_eq!(machine.send(b, "x"), fails(Errno::ECONNRESET));
        }
        assert_eq!(machine.send(b, "x"), fails(Errno::EPERM));
    }
}

#[test]
fn the_sender_of_a_datagram_is_told_by_the_name_that_it_has_when_it_is_read() {
    let mut machine = Machine::new();
    let [r, s, t] = [machine.unix(DATAGRAM), machine.unix(DATAGRAM), machine.unix(DATAGRAM)];
    machine.bind(r, &path("r")).unwrap();
    machine.send_to(t, "x", &path("r")).unwrap();
    machine.send_to(s, "x", &path("r")).unwrap();
    machine.bind(s, &hidden("late")).unwrap();
    machine.send_to(s, "x", &path("r")).unwrap();
    assert_eq!(machine.receive_with(A, r, 9, NONE).unwrap().2, Address::Unnamed);
    assert_eq!(machine.receive_with(A, r, 9, NONE).unwrap().2, hidden("late"));
    machine.close(s);
    machine.unix(DATAGRAM);
    assert_eq!(machine.receive_with(A, r, 9, NONE).unwrap().2, hidden("late"));
}

#[test]
fn a_tcp_connection_is_asked_for_and_asked_after() {
    let mut machine = Machine::new();
    let server = machine.tcp();
    assert_eq!(machine.bind(server, &Address::Port(8080)), Ok(0));
    let port = Address::Port(8080);
    let client = machine.tcp();
    assert_eq!(machine.bind(client, &port), fails(Errno::EADDRINUSE));
    assert_eq!(machine.connect(client, &port), fails(Errno::EINPROGRESS));
    assert_eq!(machine.poll(client), "IN OUT ERR HUP RDHUP");
    assert_eq!(machine.connect(client, &port), fails(Errno::ECONNREFUSED));
    assert_eq!(machine.poll(client), "OUT HUP");
    assert_eq!(machine.accept(server), Err(Some(Errno::EINVAL)));
    machine.listen(server, 5).unwrap();
    assert_eq!(machine.connect(client, &port), fails(Errno::EINPROGRESS));
    assert_eq!(machine.poll(client), "OUT");
    assert_eq!(machine.send(client, "early"), Ok(5));
    assert_eq!(machine.connect(client, &port), Ok(0));
    assert_eq!(machine.connect(client, &port), fails(Errno::EISCONN));
    let (accepted, peer) = machine.accept(server).unwrap();
    assert_eq!(peer, machine.name(client));
    assert_eq!(machine.name(accepted), port);
    assert_eq!(machine.receive(accepted), got("early"));
    assert_eq!(machine.connect(server, &port), fails(Errno::EISCONN));
    machine.close(server);
    let other = machine.tcp();
    assert_eq!(machine.bind(other, &port), fails(Errno::EADDRINUSE), "the accepted one has it");
}

#[test]
fn tcp_sockets_that_are_not_connected() {
    let mut machine = Machine::new();
    let fd = machine.tcp();
    assert!(machine.kills(fd, NONE));
    assert_eq!(machine.receive(fd), refused(Errno::ENOTCONN));
    assert_eq!(machine.shutdown(fd, Half::Write), fails(Errno::ENOTCONN));
    assert_eq!(machine.poll(fd), "OUT HUP");
    assert_eq!(machine.name(fd), Address::Unnamed);
    assert_eq!(machine.bind(fd, &path("s")), fails(Errno::EAFNOSUPPORT));
    assert_eq!(machine.connect(fd, &path("s")), fails(Errno::EAFNOSUPPORT));
    assert_eq!(machine.bind(fd, &Address::Port(0)), Ok(0));
    assert_eq!(machine.name(fd), Address::Port(32768));
    let other = machine.tcp();
    machine.listen(other, 1).unwrap();
    assert_eq!(machine.name(other), Address::Port(32769), "the lowest that is free");
    machine.shutdown(other, Half::Read).unwrap();
    assert_eq!(machine.accept(other), Err(Some(Errno::EINVAL)));
    assert_eq!(machine.poll(other), "OUT HUP");
    assert_eq!(machine.listen(other, 1), Ok(0));
}

/// A listener at a port, and who asked it: both ends of their connection.
fn listener_and_connection(machine: &mut Machine, port: u16) -> [Fd; 3] {
    let listening = machine.tcp();
    machine.bind(listening, &Address::Port(port)).unwrap();
    machine.listen(listening, 5).unwrap();
    let name = machine.name(listening);
    let client = machine.tcp();
    assert_eq!(machine.connect(client, &name), fails(Errno::EINPROGRESS));
    assert_eq!(machine.connect(client, &name), Ok(0));
    let server = machine.accepted(listening);
    [listening, client, server]
}

/// Measured. Source: `tcp_set_state`, `SOCK_BINDPORT_LOCK`.
#[test]
fn a_port_that_the_kernel_chose_is_given_back_when_a_connection_is_over() {
    let (chosen, asked_for) = (Address::Port(0), Address::Port(700));
    let mut machine = Machine::new();
    let [listening, client, server] = listener_and_connection(&mut machine, 0);
    let (old, listens_at) = (machine.name(client), machine.name(server));
    machine.shutdown(client, Half::Write).unwrap();
    assert_eq!(machine.bind(client, &chosen), fails(Errno::EINVAL), "it is not over yet");
    machine.shutdown(server, Half::Write).unwrap();
    // It still says so, though it may have another one.
    assert_eq!(machine.name(client), old);
    assert_eq!(machine.bind(client, &asked_for), Ok(0));
    assert_eq!(machine.name(client), asked_for);
    assert_eq!(machine.bind(server, &listens_at), fails(Errno::EADDRINUSE), "the listener has it");
    machine.close(listening);
    assert_eq!(machine.bind(server, &listens_at), Ok(0));
    // One that was asked for stays.
    let mut machine = Machine::new();
    let [listening, _, _] = listener_and_connection(&mut machine, 800);
    machine.shutdown(listening, Half::Read).unwrap();
    assert_eq!(machine.bind(listening, &chosen), fails(Errno::EINVAL));
    assert_eq!(machine.listen(listening, 1), fails(Errno::EADDRINUSE), "of who was accepted");
    let mut machine = Machine::new();
    let listening = machine.tcp();
    machine.listen(listening, 1).unwrap();
    machine.shutdown(listening, Half::Read).unwrap();
    assert_eq!(machine.bind(listening, &asked_for), Ok(0));
    assert_eq!(machine.listen(listening, 1), Ok(0));
    assert_eq!(machine.name(listening), asked_for);
}

/// Source: `inet_shutdown`; measured.
#[test]
fn what_is_shut_down_before_it_is_connected_is_at_its_end() {
    let mut machine = Machine::new();
    let fd = machine.tcp();
    assert_eq!(machine.receive(fd), refused(Errno::ENOTCONN));
    assert_eq!(machine.shutdown(fd, Half::Write), fails(Errno::ENOTCONN));
    assert_eq!(machine.receive(fd), refused(Errno::ENOTCONN));
    assert_eq!(machine.shutdown(fd, Half::Read), fails(Errno::ENOTCONN));
    assert_eq!(machine.receive(fd), got(""));
    assert_eq!(machine.connect(fd, &Address::Port(700)), fails(Errno::ENOSYS));
    assert_eq!(machine.listen(fd, 1), fails(Errno::ENOSYS));
    // Whoever shuts a connection down that it asked for knows that it stands.
    let mut machine = Machine::new();
    let listening = machine.tcp();
    machine.listen(listening, 1).unwrap();
    let (name, client) = (machine.name(listening), machine.tcp());
    assert_eq!(machine.connect(client, &name), fails(Errno::EINPROGRESS));
    machine.shutdown(client, Half::Write).unwrap();
    assert_eq!(machine.connect(client, &name), fails(Errno::EISCONN));
}

/// Source: tcp(7).
#[test]
fn with_msg_trunc_tcp_throws_bytes_away() {
    let mut machine = Machine::new();
    let [a, b] = machine.tcp_connection();
    machine.send(a, "abcdef").unwrap();
    let (text, count, _) = machine.receive_with(A, b, 4, MessageFlags::TRUNC).unwrap();
    assert_eq!((text.as_str(), count), ("\0\0\0\0", 4));
    assert_eq!(machine.receive(b), got("ef"));
}

#[test]
fn a_full_line_of_tcp_makes_wait_until_there_is_room_or_nobody_listens() {
    for closes in [false, true] {
        let mut machine = Machine::new();
        let server = machine.tcp();
        machine.listen(server, 1).unwrap();
        let port = machine.name(server);
        let clients = [(); 4].map(|()| machine.opens(Family::Inet, STREAM, BLOCKING));
        let nonblocking = machine.tcp();
        machine.0.fork(A, B);
        machine.step(B, &mut Call::Close { fd: server }).unwrap();
        assert_eq!(machine.connect(clients[0], &port), Ok(0));
        assert_eq!(machine.connect(clients[1], &port), Ok(0));
        assert_eq!(machine.connect_by(B, clients[2], &port), WAITS);
        assert_eq!(machine.connect(nonblocking, &port), fails(Errno::EINPROGRESS));
        assert_eq!(machine.connect(nonblocking, &port), fails(Errno::EALREADY));
        assert_eq!(machine.poll(nonblocking), "");
        assert_eq!(machine.send(nonblocking, "x"), EAGAIN);
        assert_eq!(machine.receive(nonblocking), refused(Errno::EAGAIN));
        assert!(!machine.is_ready(B));
        if closes {
            machine.close(server);
            assert!(machine.is_ready(B));
            assert_eq!(machine.connect_by(B, clients[2], &port), fails(Errno::ECONNREFUSED));
            assert_eq!(machine.connect(nonblocking, &port), fails(Errno::ECONNREFUSED));
            assert_eq!(machine.send(clients[1], "x"), fails(Errno::ECONNRESET));
            assert_eq!(machine.receive(clients[1]), got(""));
            continue;
        }
        machine.accepted(server);
        assert!(machine.is_ready(B));
        assert_eq!(machine.connect_by(B, clients[2], &port), Ok(0));
        assert_eq!(machine.connect(nonblocking, &port), fails(Errno::EALREADY));
        machine.accepted(server);
        assert_eq!(machine.poll(nonblocking), "OUT");
        assert_eq!(machine.connect(nonblocking, &port), Ok(0));
    }
}

#[test]
fn the_first_send_to_a_closed_tcp_socket_succeeds() {
    let mut machine = Machine::new();
    let [a, b] = machine.tcp_connection();
    machine.send(b, "rest").unwrap();
    machine.close(b);
    assert_eq!(machine.poll(a), "IN OUT RDHUP");
    assert_eq!(machine.send(a, "lost"), Ok(4));
    assert_eq!(machine.poll(a), "IN OUT ERR HUP RDHUP");
    assert!(machine.kills(a, NONE));
    assert!(!machine.kills(a, MessageFlags::NOSIGNAL));
    assert_eq!(machine.receive(a), got("rest"));
    assert_eq!(machine.receive(a), got(""));
}

#[test]
fn a_tcp_socket_closed_with_bytes_unread_resets_the_connection() {
    let mut machine = Machine::new();
    let [a, b] = machine.tcp_connection();
    machine.send(b, "rest").unwrap();
    machine.send(a, "unread").unwrap();
    let mut knew = Machine(machine.0.clone());
    machine.close(b);
    let mut sends = Machine(machine.0.clone());
    assert_eq!(machine.poll(a), "IN OUT ERR HUP RDHUP");
    assert_eq!(machine.receive(a), got("rest"));
    assert_eq!(machine.receive(a), refused(Errno::ECONNRESET));
    assert_eq!(machine.receive(a), got(""));
    assert!(machine.kills(a, NONE));
    assert!(!sends.kills(a, NONE));
    assert_eq!(sends.send(a, "x"), fails(Errno::ECONNRESET));
    assert!(sends.kills(a, NONE));
    assert_eq!(sends.receive(a), got("rest"));
    assert_eq!(sends.receive(a), got(""));

    knew.shutdown(b, Half::Write).unwrap();
    knew.close(b);
    assert!(knew.kills(a, NONE), "whoever knew of the end is told EPIPE");
    assert_eq!(knew.receive(a), got("rest"));
    assert_eq!(knew.receive(a), got(""));
    assert_eq!(knew.poll(a), "IN OUT ERR HUP RDHUP");
}

#[test]
fn halves_of_a_tcp_connection() {
    let mut machine = Machine::new();
    let [a, b] = machine.tcp_connection();
    machine.send(a, "rest").unwrap();
    machine.shutdown(a, Half::Write).unwrap();
    assert!(machine.kills(a, NONE));
    assert_eq!((machine.poll(a), machine.poll(b)), ("OUT".into(), "IN OUT RDHUP".into()));
    assert_eq!(machine.receive(b), got("rest"));
    assert_eq!(machine.receive(b), got(""));
    assert_eq!(machine.send(b, "still"), Ok(5));
    assert_eq!(machine.receive(a), got("still"));
    assert_eq!(machine.receive(a), refused(Errno::EAGAIN));
    machine.shutdown(b, Half::Write).unwrap();
    assert_eq!(machine.receive(a), got(""));
    assert_eq!(machine.shutdown(a, Half::Write), fails(Errno::ENOTCONN), "it is over");
    assert_eq!(machine.poll(a), "IN OUT HUP RDHUP");

    let [a, b] = machine.tcp_connection();
    machine.shutdown(a, Half::Read).unwrap();
    assert_eq!(machine.receive(a), got(""));
    assert_eq!(machine.poll(b), "OUT", "the peer is not told");
    assert_eq!(machine.send(b, "late"), Ok(4));
    assert_eq!(machine.receive(a), got("late"));

    let [a, b] = machine.tcp_connection();
    machine.send(b, "rest").unwrap();
    machine.shutdown(a, Half::Both).unwrap();
    assert_eq!(machine.send(b, "lost"), Ok(4));
    assert!(machine.kills(b, NONE));
    assert_eq!(machine.receive(a), got("rest"));
    assert_eq!(machine.receive(a), refused(Errno::ECONNRESET));
    assert_eq!(machine.receive(a), got(""));
}

#[test]
fn tcp_holds_so_many_bytes() {
    let mut machine = Machine::with(Config { stream_bytes_max: 10, ..Config::default() });
    let [a, b] = machine.tcp_connection();
    let fcntl = Control::SetFlags(BLOCKING);
    machine.step(A, &mut Call::Fcntl { fd: a, control: fcntl }).unwrap();
    machine.fork();
    assert_eq!(machine.send_by(B, a, b"0123456789ab"), WAITS);
    assert_eq!(machine.poll(a), "");
    assert!(!machine.is_ready(B));
    assert_eq!(machine.receive(b), got("0123456789"));
    assert!(machine.is_ready(B));
    assert_eq!(machine.send_by(B, a, b"0123456789ab"), Ok(12));
    assert_eq!(machine.receive(b), got("ab"));
}

#[test]
fn equal_ends_of_different_ways_are_equal_states() {
    let ways = [["one", "two"], ["two", "one"]].map(|order| {
        let mut machine = Machine::new();
        let [a, b] = machine.pair(DATAGRAM);
        for text in order {
            machine.send(a, text).unwrap();
        }
        let full = machine.0.digest();
        for _ in order {
            machine.receive(b).unwrap();
        }
        (full, machine.0.digest())
    });
    assert_ne!(ways[0].0, ways[1].0);
    assert_eq!(ways[0].1, ways[1].1);
}

#[test]
fn what_a_socket_is_about_is_told() {
    let mut machine = Machine::new();
    let listening = machine.listening(STREAM, &path("s"), 5);
    let table = |machine: &Machine| -> Vec<String> {
        machine.0.table(A).iter().map(|line| line.replace(", O_NONBLOCK", "")).collect()
    };
    assert_eq!(table(&machine), ["3: socket 0, listens at \"s\""]);
    let one = machine.unix(STREAM);
    assert_eq!(table(&machine)[1], "4: socket 1, not connected");
    assert_eq!(machine.connect(one, &path("s")), Ok(0));
    assert_eq!(table(&machine)[0], "3: socket 0, listens at \"s\"; 1 waits to be accepted");
    let other = machine.accepted(listening);
    assert_eq!(machine.send(one, "four"), Ok(4));
    assert_eq!(machine.shutdown(one, Half::Write), Ok(0));
    let [_, sends, receives] = table(&machine).try_into().expect("there are three");
    assert_eq!(sends, "4: socket 1, connected to socket 2; it sends no more itself");
    let about = "connected to socket 1, which sends no more; 4 bytes are not read";
    assert_eq!(receives, format!("5: socket 2, {about}"));
    machine.close(one);
    assert_eq!(table(&machine)[1], "5: socket 2, its other end is closed; 4 bytes are not read");
    machine.close(other);
}

#[test]
fn who_waits_at_a_socket_is_told_who_has_its_other_end() {
    let mut machine = Machine::new();
    machine.listening(STREAM, &path("s"), 5);
    let one = machine.opens(Family::Unix, STREAM, BLOCKING);
    assert_eq!(machine.connect(one, &path("s")), Ok(0));
    assert_eq!(machine.receive(one), Err(None));
    let waits = "for something to receive on socket 1. Its other end waits to be accepted.";
    assert_eq!(machine.0.plight(A).as_deref(), Some(waits));
    let mut machine = Machine::new();
    let [one, _] = machine.pair_with(STREAM, BLOCKING);
    machine.fork();
    assert_eq!(machine.receive(one), Err(None));
    let whose = "P0 (descriptor 4), P1 (descriptor 4), P2 (descriptor 4)";
    let waits = format!("for something to receive on socket 0. Its other end is open in {whose}.");
    assert_eq!(machine.0.plight(A), Some(waits));
}

/// Takes death where it is offered.
struct Dies;

impl Chooser for Dies {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Fate { fates, .. } = choice else { unreachable!("a kernel asks") };
        fates.iter().position(|&fate| fate == Fate::Dies)
    }

    fn watches(&self) -> bool {
        false
    }
}

#[test]
fn who_is_exposed_may_die_from_then_on() {
    let faults = Faults { at_most: 1, ..Faults::default() };
    let mut machine = Machine::with(Config { faults, ..Config::default() });
    machine.fork();
    let getpid =
        |machine: &mut Machine, process| machine.0.step(process, &mut Call::Getpid, &mut Dies);
    // Nobody asks.
    assert!(matches!(getpid(&mut machine, B), Status::Done(Ok(_))));
    machine.0.expose(B);
    assert!(matches!(getpid(&mut machine, A), Status::Done(Ok(_))));
    assert_eq!(getpid(&mut machine, B), Status::Died);
}
