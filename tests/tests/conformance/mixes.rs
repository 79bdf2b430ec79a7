//! Which calls a sequence makes, and how often.

use tests::conformance::{ANY_PORT, Abilities, Dice, FIRST_PORT, Kind, PROCESSES, Request, TCP};

/// What sequences are made of.
pub(crate) struct Mix {
    pub(crate) name: &'static str,
    /// How often each kind of call is made, in proportion.
    kinds: &'static [(Kind, usize)],
    /// How often there is a fault instead of a call, of a hundred times.
    pub(crate) faults: usize,
    begins: Beginning,
}

/// What a sequence begins with, so that it soon gets somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beginning {
    Pipe,
    Fifo,
    Queue,
    Sockets,
    Connection,
}

pub(crate) const PIPES: Mix = Mix {
    name: "pipes",
    kinds: &[(Kind::Pipes, 72), (Kind::Descriptors, 12), (Kind::Poll, 8), (Kind::Processes, 8)],
    faults: 0,
    begins: Beginning::Pipe,
};

pub(crate) const FIFOS: Mix = Mix {
    name: "fifos",
    kinds: &[
        (Kind::Fifos, 36),
        (Kind::Pipes, 32),
        (Kind::Descriptors, 16),
        (Kind::Poll, 8),
        (Kind::Processes, 8),
    ],
    faults: 0,
    begins: Beginning::Fifo,
};

pub(crate) const FAMILIES: Mix = Mix {
    name: "processes",
    kinds: &[(Kind::Pipes, 25), (Kind::Descriptors, 20), (Kind::Processes, 55)],
    faults: 0,
    begins: Beginning::Pipe,
};

pub(crate) const SIGNALS: Mix = Mix {
    name: "signals",
    kinds: &[
        (Kind::Signals, 60),
        (Kind::Pipes, 18),
        (Kind::Poll, 6),
        (Kind::Descriptors, 4),
        (Kind::Processes, 12),
    ],
    faults: 0,
    begins: Beginning::Pipe,
};

pub(crate) const QUEUES: Mix = Mix {
    name: "queues",
    kinds: &[
        (Kind::Queues, 70),
        (Kind::Signals, 10),
        (Kind::Poll, 6),
        (Kind::Descriptors, 6),
        (Kind::Processes, 8),
    ],
    faults: 0,
    begins: Beginning::Pipe,
};

pub(crate) const SOCKETS: Mix = Mix {
    name: "sockets",
    kinds: &[
        (Kind::Sockets, 66),
        (Kind::Pipes, 6),
        (Kind::Signals, 4),
        (Kind::Poll, 10),
        (Kind::Descriptors, 6),
        (Kind::Processes, 8),
    ],
    faults: 0,
    begins: Beginning::Sockets,
};

pub(crate) const CONNECTIONS: Mix = Mix {
    name: "tcp",
    kinds: &[
        (Kind::Tcp, 72),
        (Kind::Pipes, 4),
        (Kind::Signals, 3),
        (Kind::Poll, 10),
        (Kind::Descriptors, 4),
        (Kind::Processes, 7),
    ],
    faults: 4,
    begins: Beginning::Connection,
};

pub(crate) const TIMES: Mix = Mix {
    name: "times",
    kinds: &[
        (Kind::Times, 40),
        (Kind::Queues, 20),
        (Kind::Signals, 16),
        (Kind::Pipes, 12),
        (Kind::Processes, 12),
    ],
    faults: 4,
    begins: Beginning::Queue,
};

pub(crate) const FAULTS: Mix = Mix {
    name: "faults",
    kinds: &[
        (Kind::Pipes, 26),
        (Kind::Fifos, 10),
        (Kind::Queues, 16),
        (Kind::Sockets, 22),
        (Kind::Signals, 6),
        (Kind::Poll, 8),
        (Kind::Descriptors, 2),
        (Kind::Processes, 10),
    ],
    faults: 16,
    begins: Beginning::Pipe,
};

pub(crate) const ALL: Mix = Mix {
    name: "all",
    kinds: &[
        (Kind::Pipes, 20),
        (Kind::Fifos, 10),
        (Kind::Queues, 18),
        (Kind::Sockets, 20),
        (Kind::Signals, 12),
        (Kind::Poll, 10),
        (Kind::Descriptors, 8),
        (Kind::Processes, 8),
    ],
    faults: 0,
    begins: Beginning::Pipe,
};

impl Mix {
    pub(crate) fn has(&self, kinds: &[Kind]) -> bool {
        self.kinds.iter().any(|(kind, _)| kinds.contains(kind))
    }

    /// Whether it is about TCP.
    pub(crate) fn has_tcp(&self) -> bool {
        self.has(&[Kind::Tcp])
    }

    /// Why this machine can make none of these sequences, if it cannot.
    pub(crate) fn lacks<'a>(&self, abilities: &'a Abilities) -> Option<&'a String> {
        match self.begins {
            Beginning::Connection => abilities.lacks_tcp.as_ref(),
            Beginning::Queue => abilities.lacks_queues.as_ref(),
            Beginning::Pipe | Beginning::Fifo | Beginning::Sockets => None,
        }
    }

    /// The next kind of call; what the machine lacks is left out.
    pub(crate) fn kind(&self, abilities: &Abilities, dice: &mut Dice) -> Kind {
        let is_there =
            |(kind, _): &(Kind, usize)| *kind != Kind::Queues || abilities.lacks_queues.is_none();
        let kinds: Vec<_> = self.kinds.iter().copied().filter(is_there).collect();
        let mut at = dice.below(kinds.iter().map(|(_, weight)| weight).sum());
        for (kind, weight) in kinds {
            if at < weight {
                return kind;
            }
            at -= weight;
        }
        unreachable!("it is below the sum")
    }

    /// What a sequence begins with: something to talk through, mostly small, and others to talk to.
    pub(crate) fn opening(&self, dice: &mut Dice) -> Vec<Request> {
        let mut requests = Vec::new();
        let small =
            |fd, dice: &mut Dice| Request::SetPipeSize { fd, bytes: dice.one(&[1, 4096, 8192]) };
        if self.begins == Beginning::Fifo {
            requests.push(Request::Mkfifo { path: "f0".to_owned() });
            if dice.happens(50) {
                requests.push(Request::Open { path: "f0".to_owned(), flags: 2 });
                requests.push(small(3, dice));
            }
        } else if self.begins == Beginning::Connection {
            let address = dice.one(&[FIRST_PORT, FIRST_PORT, ANY_PORT]);
            requests.push(Request::Socket { kind: TCP, flags: 0 });
            requests.push(Request::Bind { fd: 3, address });
            requests.push(Request::Listen { fd: 3, backlog: 64 });
            if dice.happens(20) {
                requests.push(Request::Getsockname { fd: 3 });
            }
            if address == FIRST_PORT && dice.happens(80) {
                requests.push(Request::Socket { kind: TCP, flags: 0 });
                requests.push(Request::Connect { fd: 4, address });
                requests.push(Request::Accept { fd: 3, flags: dice.one(&[0, 0o4000]) });
            }
        } else if self.begins == Beginning::Queue {
            let attributes = Some((dice.one(&[1, 2]), 8));
            requests.push(Request::MqOpen { name: "/q0".to_owned(), flags: 0o102, attributes });
            requests.push(Request::Pipe { flags: 0 });
        } else if self.begins == Beginning::Sockets {
            let kind = dice.below(3) as u8;
            if dice.happens(60) {
                requests.push(Request::Socketpair { kind, flags: 0 });
            } else {
                requests.push(Request::Socket { kind, flags: 0 });
                requests.push(Request::Bind { fd: 3, address: 1 });
                requests.push(Request::Listen { fd: 3, backlog: dice.below(2) });
                requests.push(Request::Socket { kind, flags: dice.one(&[0, 0o4000]) });
            }
        } else if dice.happens(90) {
            requests.push(Request::Pipe { flags: dice.one(&[0, 0, 0o4000]) });
            if dice.happens(80) {
                requests.push(small(4, dice));
            }
        }
        for child in 1..=dice.below(PROCESSES) {
            requests.push(Request::Fork { child });
        }
        requests
    }
}
