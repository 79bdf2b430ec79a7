//! Where an experiment is made: it notes the calls and what they came to.

use super::{Act, Machine, Medium, Outcome, Returned, Told};
use crate::kernel::{Errno, OpenFlags, Signal, SocketType};

/// The descriptors of what was opened, the same in all who inherited them. Signals need none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) send: i32,
    pub(super) receive: i32,
}

/// No descriptor.
const NONE: i32 = -1;

/// A machine, and what was done on it.
pub(super) struct Lab<'a> {
    machine: &'a mut dyn Machine,
    pub(super) medium: Medium,
    /// Each line with how often it came in a row.
    noted: Vec<(String, usize)>,
}

/// What a call came to, at once.
pub(super) struct Seen {
    process: usize,
    outcomes: Vec<(usize, Outcome)>,
}

impl Seen {
    /// What the call of `process` returned, which waited or was just made.
    pub(super) fn of(&self, process: usize) -> Option<Returned> {
        let found = self.outcomes.iter().find(|(other, _)| *other == process);
        match found {
            Some((_, Outcome::Returned(returned))) => Some(*returned),
            _ => None,
        }
    }

    pub(super) fn waits(&self) -> bool {
        !self.outcomes.iter().any(|(other, _)| *other == self.process)
    }

    pub(super) fn ok(&self) -> Option<usize> {
        self.of(self.process).and_then(|it| it.answer.ok())
    }

    pub(super) fn told(&self) -> Option<Told> {
        self.of(self.process).and_then(|it| it.told)
    }

    pub(super) fn errno(&self) -> Option<Errno> {
        self.of(self.process).and_then(|it| it.answer.err())
    }

    /// What it came to, in a word.
    pub(super) fn word(&self) -> String {
        match self.of(self.process) {
            _ if self.waits() => "waits".to_owned(),
            None => "ends the process".to_owned(),
            Some(Returned { answer: Ok(_), .. }) => "succeeds".to_owned(),
            Some(Returned { answer: Err(errno), .. }) => errno.name().to_owned(),
        }
    }

    /// The message that `process` received.
    pub(super) fn serial(&self, process: usize) -> Option<u8> {
        let it = self.of(process)?;
        match it.told {
            Some(Told { signal, value, .. }) => {
                // A standard signal has no content but its number.
                value.map_or_else(|| u8::try_from(signal.0).ok(), |value| u8::try_from(value).ok())
            }
            None => it.first,
        }
    }

    /// The descriptor that it made.
    pub(super) fn fd(&self) -> i32 {
        self.ok().and_then(|fd| i32::try_from(fd).ok()).unwrap_or(NONE)
    }
}

impl<'a> Lab<'a> {
    pub(super) fn new(machine: &'a mut dyn Machine, medium: Medium) -> Self {
        machine.begin();
        Self { machine, medium, noted: Vec::new() }
    }

    /// Begins with other processes.
    pub(super) fn anew(&mut self) {
        self.machine.begin();
        self.noted.push((String::new(), 1));
    }

    /// What was noted.
    pub(super) fn steps(self) -> Vec<String> {
        let line = |(text, times)| match times {
            1 => text,
            _ => format!("{text} ({times} times)"),
        };
        self.noted.into_iter().map(line).collect()
    }

    fn note(&mut self, text: String) {
        match self.noted.last_mut() {
            Some((last, times)) if *last == text => *times += 1,
            _ => self.noted.push((text, 1)),
        }
    }

    /// Has a process make a call.
    pub(super) fn call(&mut self, process: usize, act: &Act) -> Seen {
        let outcomes = self.machine.call(process, act);
        let text = |outcome: &Outcome| match outcome {
            Outcome::Returned(returned) => returned.to_string(),
            Outcome::Died => "is no more".to_owned(),
        };
        let mine = outcomes.iter().find(|(other, _)| *other == process);
        let mine = mine.map_or_else(|| "waits".to_owned(), |(_, outcome)| text(outcome));
        self.note(format!("P{process} {act} → {mine}"));
        let mut others: Vec<_> = outcomes.iter().filter(|(other, _)| *other != process).collect();
        others.sort_by_key(|(other, _)| *other);
        for (other, outcome) in others {
            self.note(format!("  P{other} goes on → {}", text(outcome)));
        }
        Seen { process, outcomes }
    }

    pub(super) fn fork(&mut self, children: std::ops::RangeInclusive<usize>) {
        for child in children {
            self.call(0, &Act::Fork { child });
        }
    }

    /// Process `maker` makes what is sent through; who is born of it later inherits it.
    pub(super) fn open(&mut self, maker: usize) -> Line {
        match self.medium {
            Medium::Pipe => {
                let ends = self.pair(maker, &Act::Pipe);
                Line { receive: ends[0], send: ends[1] }
            }
            Medium::Fifo => {
                self.call(maker, &Act::Mkfifo);
                self.open_fifo(maker)
            }
            Medium::Standard | Medium::RealTime => {
                self.call(maker, &Act::Block);
                Line { send: NONE, receive: NONE }
            }
            Medium::Queue => {
                let flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL;
                let fd = self.call(maker, &Act::MqOpen { flags }).fd();
                Line { send: fd, receive: fd }
            }
            Medium::Stream | Medium::SeqPacket | Medium::Datagram => {
                let ends = self.pair(maker, &Act::Socketpair { kind: self.kind() });
                Line { send: ends[0], receive: ends[1] }
            }
        }
    }

    /// Both ends of the FIFO, by one process: who opens the reading end must not wait for himself.
    pub(super) fn open_fifo(&mut self, process: usize) -> Line {
        let nonblocking = OpenFlags::RDONLY | OpenFlags::NONBLOCK;
        let receive = self.call(process, &Act::Open { flags: nonblocking }).fd();
        let send = self.call(process, &Act::Open { flags: OpenFlags::WRONLY }).fd();
        self.call(process, &Act::SetFlags { fd: receive, flags: OpenFlags::empty() });
        Line { send, receive }
    }

    fn pair(&mut self, process: usize, act: &Act) -> [i32; 2] {
        self.call(process, act).of(process).and_then(|it| it.ends).unwrap_or([NONE; 2])
    }

    /// Calls on what was opened do not wait from now on.
    pub(super) fn do_not_wait(&mut self, process: usize, line: Line) {
        if self.is_signal() {
            return;
        }
        self.call(process, &Act::SetFlags { fd: line.send, flags: OpenFlags::NONBLOCK });
        if line.receive != line.send {
            self.call(process, &Act::SetFlags { fd: line.receive, flags: OpenFlags::NONBLOCK });
        }
    }

    pub(super) const fn is_signal(&self) -> bool {
        matches!(self.medium, Medium::Standard | Medium::RealTime)
    }

    pub(super) const fn kind(&self) -> SocketType {
        match self.medium {
            Medium::Datagram => SocketType::Datagram,
            Medium::SeqPacket => SocketType::SeqPacket,
            _ => SocketType::Stream,
        }
    }

    /// The call that sends a message; `to` is whom it is meant for, where the call can say that.
    pub(super) const fn send(&self, fd: i32, to: usize, serial: u8, length: usize) -> Act {
        self.send_as(fd, to, serial, length, 0)
    }

    /// Likewise; `class` is the priority, or chooses among two numbers of signals.
    pub(super) const fn send_as(
        &self,
        fd: i32,
        to: usize,
        serial: u8,
        length: usize,
        class: u8,
    ) -> Act {
        match self.medium {
            Medium::Pipe | Medium::Fifo => Act::Write { fd, length, serial },
            Medium::Standard => {
                let signal = if class == 0 { Signal::USR1 } else { Signal::USR2 };
                Act::Kill { target: to, signal }
            }
            Medium::RealTime => {
                let signal = Signal(Signal::RTMIN.0 + class as i32);
                Act::Sigqueue { target: to, signal, value: serial as i32 }
            }
            Medium::Queue => Act::MqSend { fd, length, serial, priority: class as u32 },
            Medium::Stream | Medium::SeqPacket | Medium::Datagram => {
                Act::Send { fd, length, serial, to: None }
            }
        }
    }

    /// The call that receives one.
    pub(super) const fn receive(&self, fd: i32, room: usize) -> Act {
        match self.medium {
            Medium::Pipe | Medium::Fifo => Act::Read { fd, room },
            Medium::Standard | Medium::RealTime => Act::Await { waits: true },
            Medium::Queue => Act::MqReceive { fd, room },
            Medium::Stream | Medium::SeqPacket | Medium::Datagram => Act::Recv { fd, room },
        }
    }

    /// The call that receives one if it is there, after [`do_not_wait`](Self::do_not_wait).
    pub(super) const fn receive_now(&self, fd: i32, room: usize) -> Act {
        if self.is_signal() { Act::Await { waits: false } } else { self.receive(fd, room) }
    }
}
