//! The experiments, one for each property: what is done, and what follows from what came of it.
//!
//! No word here depends on the method alone if the machine could prove it wrong. What no machine has ever answered is
//! described as it is, and not explained.

use super::act::{FIFO, SOCKET};
use super::lab::{Lab, Line, Seen};
use super::{Act, Medium, Property};
use crate::kernel::{Errno, OpenFlags, PAGE};

/// Sends that are tried before it is said that nobody ever waits.
const SENDS_MAX: usize = 100;

/// Room for any message.
const ROOM: usize = 8192;

/// Makes the experiment of this property.
pub(super) fn find(lab: &mut Lab<'_>, property: Property) -> String {
    match property {
        Property::Blocking => blocking(lab),
        Property::Addressing => addressing(lab),
        Property::Queuing => queuing(lab),
        Property::Boundary => boundary(lab),
        Property::Duplex => duplex(lab),
        Property::RelatedOnly => related_only(lab),
        Property::Capacity => capacity(lab),
        Property::Lifetime => lifetime(lab),
    }
}

/// Bytes of the messages that something is filled with.
const fn piece(medium: Medium) -> usize {
    match medium {
        Medium::Queue => 1,
        _ => PAGE,
    }
}

/// Sends until that waits or fails: how often it succeeded, and what it came to in the end.
fn fill(lab: &mut Lab<'_>, process: usize, act: &Act) -> (usize, Option<Seen>) {
    for count in 0..SENDS_MAX {
        let seen = lab.call(process, act);
        if seen.ok().is_none() {
            return (count, Some(seen));
        }
    }
    (SENDS_MAX, None)
}

fn blocking(lab: &mut Lab<'_>) -> String {
    let opens = (lab.medium == Medium::Fifo).then(|| blocking_of_open(lab));
    let line = lab.open(0);
    lab.fork(1..=1);
    let receive = lab.receive(line.receive, ROOM);
    let send = lab.send(line.send, 1, 1, piece(lab.medium));

    let empty = lab.call(1, &receive);
    let receives = if empty.waits() {
        let is_given = lab.call(0, &send).serial(1).is_some();
        if is_given { "waits while empty" } else { "waits for ever" }.to_owned()
    } else {
        format!("of nothing: {}", empty.word())
    };
    let sends = match fill(lab, 0, &send).1 {
        None => "never waits".to_owned(),
        Some(full) if full.waits() => {
            let goes_on = (0..SENDS_MAX).any(|_| lab.call(1, &receive).of(0).is_some());
            if goes_on { "waits while full" } else { "waits for ever" }.to_owned()
        }
        Some(other) => format!("if full: {}", other.word()),
    };

    lab.anew();
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    let empty = lab.call(0, &lab.receive_now(line.receive, ROOM)).word();
    let full = match fill(lab, 0, &lab.send(line.send, 0, 1, piece(lab.medium))).1 {
        Some(full) => full.word(),
        None => empty.clone(),
    };
    let told = if empty == full { empty } else { format!("{empty}, {full}") };
    let opens = opens.map(|opens| format!("{opens}; ")).unwrap_or_default();
    format!("{opens}receive {receives}; send {sends}; told not to wait: {told}")
}

/// Opening a FIFO may wait, too.
fn blocking_of_open(lab: &mut Lab<'_>) -> String {
    lab.fork(1..=1);
    lab.call(0, &Act::Mkfifo);
    let alone = lab.call(0, &Act::Open { flags: OpenFlags::WRONLY | OpenFlags::NONBLOCK }).word();
    let waits = lab.call(1, &Act::Open { flags: OpenFlags::RDONLY }).waits();
    let is_met = lab.call(0, &Act::Open { flags: OpenFlags::WRONLY }).of(1).is_some();
    lab.anew();
    match (waits, is_met) {
        (true, true) => format!("open waits for the other side (told not to: {alone})"),
        (true, false) => "open waits for ever".to_owned(),
        (false, _) => "open never waits".to_owned(),
    }
}

fn addressing(lab: &mut Lab<'_>) -> String {
    let line = lab.open(0);
    lab.fork(1..=2);
    let receive = lab.receive(line.receive, ROOM);
    // The same call again and again, meant for P2.
    let send = lab.send(line.send, 2, 1, 1);
    lab.call(1, &receive);
    let for_one = lab.call(0, &send).serial(1).is_some();
    let before = lab.call(2, &receive);
    let for_other =
        before.serial(2).is_some() || before.waits() && lab.call(0, &send).serial(2).is_some();
    match (for_one, for_other) {
        (false, true) => match send.names() {
            Some(name) => format!("direct: the receiver, by its {name}"),
            None => "direct".to_owned(),
        },
        (true, true) => {
            lab.anew();
            match reach(lab) {
                Ok(Some(name)) => format!("indirect: by {name}; whoever receives first"),
                Ok(None) => "indirect: by descriptor; whoever receives first".to_owned(),
                Err(_) => "indirect: no name, by descriptor; whoever receives first".to_owned(),
            }
        }
        (true, false) => "only the first receiver".to_owned(),
        (false, false) => "nobody received it".to_owned(),
    }
}

/// P2, which was born before there was anything to inherit, sends to P0: what the call named that led to it, or what
/// the last call failed with.
fn reach(lab: &mut Lab<'_>) -> Result<Option<&'static str>, Option<Errno>> {
    lab.fork(1..=2);
    let (line, way) = match lab.medium {
        Medium::Pipe | Medium::Standard | Medium::RealTime => (lab.open(0), None),
        Medium::Fifo => {
            let line = lab.open(0);
            (line, Some(Act::Open { flags: OpenFlags::WRONLY }))
        }
        Medium::Queue => {
            let line = lab.open(0);
            (line, Some(Act::MqOpen { flags: OpenFlags::WRONLY }))
        }
        Medium::Stream | Medium::SeqPacket | Medium::Datagram => return reach_socket(lab),
    };
    let fd = match &way {
        Some(way) => lab.call(2, way).fd(),
        // By the number that it has for those who did inherit it.
        None => line.send,
    };
    let send = lab.send(fd, 0, 7, 1);
    let outcome = lab.call(2, &send);
    if outcome.ok().is_none() {
        return Err(outcome.errno());
    }
    let serial = lab.call(0, &lab.receive(line.receive, ROOM)).serial(0);
    if serial.is_none() {
        return Err(None);
    }
    Ok(way.as_ref().unwrap_or(&send).names())
}

/// Likewise with a socket that has a path.
fn reach_socket(lab: &mut Lab<'_>) -> Result<Option<&'static str>, Option<Errno>> {
    let kind = lab.kind();
    let server = lab.call(0, &Act::Socket { kind }).fd();
    lab.call(0, &Act::Bind { fd: server, path: SOCKET });
    let fd = lab.call(2, &Act::Socket { kind }).fd();
    let (way, receive) = if lab.medium == Medium::Datagram {
        let send = Act::Send { fd, length: 1, serial: 7, to: Some(SOCKET) };
        let outcome = lab.call(2, &send);
        if outcome.ok().is_none() {
            return Err(outcome.errno());
        }
        (send, server)
    } else {
        lab.call(0, &Act::Listen { fd: server });
        let connect = Act::Connect { fd, path: SOCKET };
        let connected = lab.call(2, &connect);
        if connected.ok().is_none() {
            return Err(connected.errno());
        }
        let accepted = lab.call(0, &Act::Accept { fd: server }).fd();
        lab.call(2, &lab.send(fd, 0, 7, 1));
        (connect, accepted)
    };
    match lab.call(0, &lab.receive(receive, ROOM)).serial(0) {
        Some(_) => Ok(way.names()),
        None => Err(None),
    }
}

fn related_only(lab: &mut Lab<'_>) -> String {
    match reach(lab) {
        Ok(Some(name)) => format!("no: who knows the {name} reaches it"),
        Ok(None) => "no".to_owned(),
        Err(Some(errno)) => format!("yes: {} for who did not inherit it", errno.name()),
        Err(None) => "yes: what others send does not arrive".to_owned(),
    }
}

fn queuing(lab: &mut Lab<'_>) -> String {
    // Serial and class of each: two classes, neither in order.
    const SENT: [(u8, u8); 4] = [(1, 1), (2, 0), (3, 1), (4, 0)];
    let line = lab.open(0);
    lab.fork(1..=1);
    lab.do_not_wait(0, line);
    for (serial, class) in SENT {
        lab.call(0, &lab.send_as(line.send, 1, serial, 1, class));
    }
    // A queue wants room for its longest message, a stream gives as much as there is room for.
    let room = if lab.medium == Medium::Queue { ROOM } else { 1 };
    let mut got = Vec::new();
    for _ in 0..=SENT.len() {
        let seen = lab.call(1, &lab.receive_now(line.receive, room));
        match seen.serial(1) {
            Some(serial) => got.push(serial),
            None => break,
        }
    }
    let (unit, serial_of_standard) = match lab.medium {
        Medium::Standard => ("number", true),
        Medium::RealTime => ("number", false),
        _ => ("priority", false),
    };
    let mut by_class = SENT;
    let order = |sent: &[(u8, u8)]| sent.iter().map(|(serial, _)| *serial).collect::<Vec<_>>();
    if got == order(&SENT) {
        return "first come, first served".to_owned();
    }
    by_class.sort_by_key(|(_, class)| *class);
    if got == order(&by_class) {
        return format!("lowest {unit} first, then first come");
    }
    by_class.sort_by_key(|(_, class)| std::cmp::Reverse(*class));
    if got == order(&by_class) {
        return format!("highest {unit} first, then first come");
    }
    // All that a standard signal says is its number.
    let is_rising = got.is_sorted();
    match got.len() {
        2 if serial_of_standard && got[0] != got[1] => {
            let which = if is_rising { "lowest" } else { "highest" };
            format!("not queued: one of each {unit} is kept, {which} first")
        }
        _ => format!("{} of {} received: {got:?}", got.len(), SENT.len()),
    }
}

fn boundary(lab: &mut Lab<'_>) -> String {
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    if lab.is_signal() {
        return boundary_of_signals(lab, line);
    }
    lab.call(0, &lab.send(line.send, 0, 1, 3));
    lab.call(0, &lab.send(line.send, 0, 2, 4));
    let first = lab.call(0, &lab.receive(line.receive, ROOM));
    match first.ok() {
        Some(3) => {}
        Some(7) => {
            let whole = whole_pieces(lab);
            return format!("none: bytes{}", whole.map(|it| format!("; {it}")).unwrap_or_default());
        }
        _ => return format!("two messages of 3 and 4 bytes: {}", first.word()),
    }
    let short = lab.call(0, &lab.receive(line.receive, 2));
    let rest = lab.call(0, &lab.receive(line.receive, ROOM));
    match (short.ok(), rest.ok()) {
        (None, _) => format!("kept; too small a buffer: {}", short.word()),
        (Some(2), Some(2)) => "kept; too small a buffer: the rest stays".to_owned(),
        (Some(2), None) => "kept; too small a buffer: the rest is lost".to_owned(),
        (Some(count), _) => format!("kept; {count} bytes into a buffer of 2"),
    }
}

fn boundary_of_signals(lab: &mut Lab<'_>, line: Line) -> String {
    lab.call(0, &lab.send_as(line.send, 0, 1, 1, 0));
    lab.call(0, &lab.send_as(line.send, 0, 2, 1, 1));
    let first = lab.call(0, &lab.receive_now(line.receive, ROOM));
    let second = lab.call(0, &lab.receive_now(line.receive, ROOM));
    match (first.told(), second.told()) {
        (Some(first), Some(second)) => match (first.value, second.value) {
            (Some(1), Some(2)) => "kept: a number and a value".to_owned(),
            (None, None) => "kept: a number, no content".to_owned(),
            values => format!("values {values:?}"),
        },
        _ => "not each was received".to_owned(),
    }
}

/// Of a stream: up to which length a write is whole where there is some room, but not enough.
fn whole_pieces(lab: &mut Lab<'_>) -> Option<String> {
    const SOME: usize = 1096;
    lab.anew();
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    let (count, _) = fill(lab, 0, &lab.send(line.send, 0, 1, PAGE));
    lab.anew();
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    for _ in 1..count {
        lab.call(0, &lab.send(line.send, 0, 1, PAGE));
    }
    lab.call(0, &lab.send(line.send, 0, 1, SOME));
    let page = lab.call(0, &lab.send(line.send, 0, 2, PAGE)).ok();
    let more = lab.call(0, &lab.send(line.send, 0, 2, PAGE + 1)).ok();
    match (page, more) {
        (None, Some(1..=PAGE)) => Some(format!("a write of ≤ {PAGE} is whole or fails")),
        (Some(1..PAGE), _) => Some("any write may be split".to_owned()),
        _ => None,
    }
}

fn duplex(lab: &mut Lab<'_>) -> String {
    let line = lab.open(0);
    lab.fork(1..=1);
    lab.do_not_wait(0, line);
    lab.call(0, &lab.send(line.send, 1, 1, 1));
    let received = lab.call(1, &lab.receive_now(line.receive, ROOM));
    if received.serial(1).is_none() {
        return "nothing came through".to_owned();
    }
    // Back by what it came by; of signals, to whoever sent it.
    let sender = received.told().and_then(|told| told.sender);
    let back = lab.send(line.receive, sender.unwrap_or(0), 2, 1);
    let sent = lab.call(1, &back);
    if sent.ok().is_none() {
        return format!("one way (an answer: {})", sent.word());
    }
    let is_answered = lab.call(0, &lab.receive_now(line.send, ROOM)).serial(0).is_some();
    if !is_answered {
        return "one way: an answer does not arrive".to_owned();
    }
    lab.call(0, &lab.send(line.send, 1, 3, 1));
    let takes_own = lab.call(0, &lab.receive_now(line.send, ROOM)).serial(0).is_some();
    match (takes_own, sender, back.names()) {
        (true, ..) => "both ways through one: a sender may receive its own".to_owned(),
        (false, Some(_), Some(name)) => {
            format!("one way to each; an answer goes to the sender's {name}")
        }
        (false, ..) => "both ways, apart from each other".to_owned(),
    }
}

fn capacity(lab: &mut Lab<'_>) -> String {
    match lab.medium {
        Medium::Pipe | Medium::Fifo | Medium::Stream => {
            let (count, end) = fill_now(lab, PAGE);
            let bytes = count * PAGE;
            format!("{bytes} bytes{}", endless(end.as_ref()))
        }
        Medium::SeqPacket => {
            let (count, end) = fill_now(lab, PAGE);
            format!("{count} messages of {PAGE} bytes{}", endless(end.as_ref()))
        }
        Medium::Queue => {
            let (count, end) = fill_now(lab, 1);
            let longest = longest(lab);
            format!("{count} messages{}, each of ≤ {longest} bytes", endless(end.as_ref()))
        }
        Medium::Datagram => {
            let receiver = lab.call(0, &Act::Socket { kind: lab.kind() }).fd();
            lab.call(0, &Act::Bind { fd: receiver, path: SOCKET });
            let fd = lab.call(0, &Act::Socket { kind: lab.kind() }).fd();
            lab.do_not_wait(0, Line { send: fd, receive: fd });
            let send = Act::Send { fd, length: PAGE, serial: 1, to: Some(SOCKET) };
            let (count, end) = fill(lab, 0, &send);
            format!("{count} messages at a receiver{}", endless(end.as_ref()))
        }
        Medium::Standard | Medium::RealTime => {
            const SENT: usize = 5;
            let line = lab.open(0);
            for serial in 1..=SENT {
                lab.call(0, &lab.send(line.send, 0, serial as u8, 1));
            }
            let now = lab.receive_now(line.receive, ROOM);
            let got = (0..=SENT).take_while(|_| lab.call(0, &now).serial(0).is_some()).count();
            match got {
                1 => format!("1 of each number ({SENT} sent)"),
                SENT => format!("all of {SENT} sent are queued"),
                other => format!("{other} of {SENT} sent"),
            }
        }
    }
}

/// Opens it and fills it with messages of that length, without waiting.
fn fill_now(lab: &mut Lab<'_>, length: usize) -> (usize, Option<Seen>) {
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    fill(lab, 0, &lab.send(line.send, 0, 1, length))
}

/// What to add if filling did not end with "no room".
fn endless(end: Option<&Seen>) -> String {
    match end {
        None => " at least".to_owned(),
        Some(seen) if seen.errno() == Some(Errno::EAGAIN) => String::new(),
        Some(seen) => format!(", then {}", seen.word()),
    }
}

/// The longest message that an empty queue takes, of those whose length is a power of two; one byte more must be too long.
fn longest(lab: &mut Lab<'_>) -> String {
    let mut longest = 0;
    lab.anew();
    let line = lab.open(0);
    lab.do_not_wait(0, line);
    for length in (8..=14).map(|power| 1 << power) {
        if lab.call(0, &lab.send(line.send, 0, 1, length)).ok().is_none() {
            break;
        }
        lab.call(0, &lab.receive(line.receive, ROOM));
        longest = length;
    }
    let more = lab.call(0, &lab.send(line.send, 0, 1, longest + 1));
    match more.errno() {
        Some(Errno::EMSGSIZE) => longest.to_string(),
        _ => format!("{longest} or more"),
    }
}

fn lifetime(lab: &mut Lab<'_>) -> String {
    // P1 sends and ends; whoever has it open can still receive.
    let line = lab.open(0);
    lab.fork(1..=1);
    lab.call(1, &lab.send(line.send, 0, 1, 1));
    lab.call(1, &Act::Exit);
    let outlives_sender = lab.call(0, &lab.receive_now(line.receive, ROOM)).serial(0).is_some();
    if !outlives_sender {
        return "until its sender ends".to_owned();
    }
    match lab.medium {
        Medium::Pipe => {
            lab.call(0, &lab.send(line.send, 0, 2, 1));
            lab.call(0, &Act::Close { fd: line.send });
            lab.call(0, &Act::Close { fd: line.receive });
            match lab.call(0, &lab.receive(line.receive, ROOM)).serial(0) {
                Some(_) => "survives its last descriptor".to_owned(),
                None => "until its last descriptor is closed".to_owned(),
            }
        }
        Medium::Standard | Medium::RealTime => {
            lab.fork(2..=2);
            let send = lab.send(line.send, 2, 2, 1);
            lab.call(0, &send);
            lab.call(2, &Act::Exit);
            lab.call(0, &Act::Wait { child: 2 });
            let gone = lab.call(0, &send);
            match gone.ok() {
                Some(_) => "survives its receiver".to_owned(),
                None => format!("until its receiver ends (then {})", gone.word()),
            }
        }
        Medium::Fifo | Medium::Queue => {
            lab.anew();
            lifetime_of_name(lab)
        }
        Medium::Stream | Medium::SeqPacket | Medium::Datagram => {
            lab.anew();
            lifetime_of_socket(lab)
        }
    }
}

/// P1 makes it, sends, and ends. Then nobody has it open.
fn lifetime_of_name(lab: &mut Lab<'_>) -> String {
    lab.fork(1..=1);
    let line = lab.open(1);
    lab.call(1, &lab.send(line.send, 0, 1, 1));
    lab.call(1, &Act::Exit);
    let (name, unlink) = if lab.medium == Medium::Fifo {
        ("unlink", Act::Unlink { path: FIFO })
    } else {
        ("mq_unlink", Act::MqUnlink)
    };
    let again = reopen(lab);
    if again.receive < 0 {
        return "until its last descriptor is closed".to_owned();
    }
    lab.do_not_wait(0, again);
    let has_message = lab.call(0, &lab.receive(again.receive, ROOM)).serial(0).is_some();
    lab.call(0, &unlink);
    let is_there = reopen(lab).receive >= 0;
    match (has_message, is_there) {
        (true, false) => format!("until {name}: messages, too, outlive all processes"),
        (false, false) => {
            format!("the name until {name}, messages until the last descriptor is closed")
        }
        (_, true) => format!("survives {name}"),
    }
}

/// P0 opens what is there, and makes nothing.
fn reopen(lab: &mut Lab<'_>) -> Line {
    if lab.medium == Medium::Fifo {
        // So it would wait neither for a writer nor for ever.
        let flags = OpenFlags::RDONLY | OpenFlags::NONBLOCK;
        let receive = lab.call(0, &Act::Open { flags }).fd();
        let send = lab.call(0, &Act::Open { flags: OpenFlags::WRONLY | OpenFlags::NONBLOCK }).fd();
        Line { send, receive }
    } else {
        let fd = lab.call(0, &Act::MqOpen { flags: OpenFlags::RDWR }).fd();
        Line { send: fd, receive: fd }
    }
}

/// P1 binds a path and ends: what is left of it.
fn lifetime_of_socket(lab: &mut Lab<'_>) -> String {
    let kind = lab.kind();
    lab.fork(1..=1);
    let server = lab.call(1, &Act::Socket { kind }).fd();
    lab.call(1, &Act::Bind { fd: server, path: SOCKET });
    if lab.medium != Medium::Datagram {
        lab.call(1, &Act::Listen { fd: server });
    }
    lab.call(1, &Act::Exit);
    let fd = lab.call(0, &Act::Socket { kind }).fd();
    let refused = lab.call(0, &Act::Connect { fd, path: SOCKET });
    let taken = lab.call(0, &Act::Bind { fd, path: SOCKET });
    lab.call(0, &Act::Unlink { path: SOCKET });
    let free = lab.call(0, &Act::Bind { fd, path: SOCKET });
    let name = match (taken.errno(), free.ok()) {
        (Some(Errno::EADDRINUSE), Some(_)) => "the path until unlink",
        (None, _) => "the path until its socket is closed",
        _ => "the path for ever",
    };
    match refused.ok() {
        Some(_) => format!("{name}; its socket outlives all processes"),
        None => format!(
            "{name}, messages until the last descriptor is closed (then {})",
            refused.word()
        ),
    }
}
