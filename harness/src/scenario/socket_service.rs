//! A service over sockets: one process serves, the others are its clients.

use std::cell::RefCell;

use super::specimen::{content, identify};
use super::{Asks, Cast, Scenario, Situation, scenario};
use crate::backend::{self, Panic};
use crate::contract::{SocketClient as _, SocketService};
use crate::engine::{Body, Loans, Means};
use crate::event::{Collected, EventKind, MessageId, Service};
use crate::kernel::{Config, Faults};
use crate::oracle::Rule;
use crate::process::ProcessId;
use crate::shim::os::{self, Address, Errno, Family, OpenFlags, SocketType};

scenario! {
    /// The scenario of [`SocketService`], for one type of solution.
    SocketServiceScenario
}

/// Where the server listens.
const PATH: &str = "/tmp/service";

/// What a socket may have sent and nobody has read: the least that Linux grants, two packets of a stream.
const ROOM: usize = 4608;

/// What happens between a server and its clients.
#[derive(Debug)]
struct Conversation {
    situation: Situation,
    /// Which process serves.
    server: usize,
    /// By client: the lengths of its requests and of the answers to them, in turn.
    lengths: &'static [&'static [(usize, usize)]],
    /// When process 0, a client, waits until process 2, another client, has ended.
    pause: Pause,
    /// Signals that interrupt calls, at most.
    interrupts: u32,
    /// The client that may die once it is connected.
    mortal: Option<usize>,
    /// Whether an earlier run has left its socket at the path.
    stale: bool,
}

/// When a client is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    Never,
    /// Before it sends anything.
    Idle,
    /// When it has sent its requests, and before it says so.
    Hesitant,
}

const fn situation(
    name: &'static str,
    title: &'static str,
    server: usize,
    processes: usize,
) -> Situation {
    Situation {
        name,
        title,
        rule: Rule::Requests { server, clients: processes - 1 },
        cast: Cast::Parts { from: processes, to: processes },
        asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
        may_panic: false,
    }
}

/// Nothing out of the ordinary happens.
const PLAIN: Conversation = Conversation {
    situation: situation("", "", 0, 2),
    server: 0,
    lengths: &[],
    pause: Pause::Never,
    interrupts: 0,
    mortal: None,
    stale: false,
};

/// Lengths are such that one byte, one digit or one packet more or less is noticed.
static CONVERSATIONS: [Conversation; 8] = [
    Conversation {
        situation: situation("short", "a parent serves its child; all is short", 0, 2),
        lengths: &[&[(9, 0), (10, 1), (99, 256)]],
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "up",
            "a child serves its parent; at the path there is a socket from an earlier run",
            1,
            2,
        ),
        server: 1,
        stale: true,
        lengths: &[&[(255, 10), (256, 99), (100, 255)]],
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "long",
            "requests and answers are longer than a socket takes at once",
            0,
            2,
        ),
        lengths: &[&[(20, 5000), (5000, 20)]],
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "interrupted",
            "requests and answers are long; signals interrupt the calls",
            0,
            2,
        ),
        lengths: &[&[(5000, 20), (20, 5000)]],
        interrupts: 2,
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "idle",
            "a child serves two clients; one is connected and sends nothing before the other has ended",
            1,
            3,
        ),
        server: 1,
        lengths: &[&[(20, 3)], &[(3, 20)]],
        pause: Pause::Idle,
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "hesitant",
            "a child serves two clients; one has sent its requests, and does not finish before the other \
             has ended",
            1,
            3,
        ),
        server: 1,
        lengths: &[&[(20, 3)], &[(3, 20)]],
        pause: Pause::Hesitant,
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "mixed",
            "a parent serves two children; a request of one and an answer to the other are long",
            0,
            3,
        ),
        lengths: &[&[(5000, 20)], &[(20, 5000)]],
        ..PLAIN
    },
    Conversation {
        situation: situation(
            "death",
            "a parent serves two children; one may die when it is connected",
            0,
            3,
        ),
        lengths: &[&[(5000, 20), (20, 5000)], &[(2, 3)]],
        mortal: Some(1),
        ..PLAIN
    },
];

/// A conversation for each length: a request and an answer of it, and short ones.
macro_rules! lengths {
    ($($length:literal)*) => {
        [$(Conversation {
            situation: Situation {
                asks: Asks { safety: true, progress: true, is_small: true, ..Asks::NOTHING },
                ..situation(
                    concat!("length", $length),
                    concat!("a request and an answer have ", $length, " bytes, others few"),
                    0,
                    2,
                )
            },
            lengths: &[&[($length, 5), (5, $length)]],
            ..PLAIN
        }),*]
    };
}

/// Lengths at which mistakes in framing show that others hide: those that just fill what is written or read at once, with
/// what is told before or behind a record.
static LENGTHS: [Conversation; 50] = lengths![
    127 128 254 255 257
    506 507 508 509 510 511 512
    993 994 995 996 997 998 999 1000
    1017 1018 1019 1020 1021 1022 1023 1024
    2042 2043 2044 2045 2046 2047 2048
    4086 4087 4088 4089 4090 4091 4092 4093 4094 4095 4096
    4600 4604 4607 4608
];

static ALL: [&Situation; CONVERSATIONS.len() + LENGTHS.len()] = {
    let mut all = [&CONVERSATIONS[0].situation; CONVERSATIONS.len() + LENGTHS.len()];
    let mut place = 0;
    while place < all.len() {
        all[place] = if place < CONVERSATIONS.len() {
            &CONVERSATIONS[place].situation
        } else {
            &LENGTHS[place - CONVERSATIONS.len()].situation
        };
        place += 1;
    }
    all
};

fn find(situation: &Situation) -> &'static Conversation {
    let mut all = CONVERSATIONS.iter().chain(&LENGTHS);
    let found = all.find(|it| it.situation.name == situation.name);
    found.expect("all situations here are conversations")
}

impl Conversation {
    fn config(&self) -> Config {
        Config {
            stream_bytes_max: ROOM,
            faults: Faults {
                at_most: self.interrupts + u32::from(self.mortal.is_some()),
                interrupts: self.interrupts > 0,
                ..Faults::default()
            },
            ..Config::default()
        }
    }

    /// The lengths of a request and of the answer to it.
    fn lengths(&self, request: MessageId) -> (usize, usize) {
        let client = request.sender.index();
        let lengths = self.lengths[client - usize::from(client > self.server)];
        lengths[usize::from(request.number) % lengths.len()]
    }

    /// What an earlier run has left.
    fn leave_behind(&self) -> os::Result<()> {
        if !self.stale {
            return Ok(());
        }
        let socket = os::socket(Family::Unix, SocketType::Stream, OpenFlags::empty())?;
        os::bind(socket, &Address::Path(PATH.to_owned()))?;
        os::close(socket)
    }
}

/// The processes of a conversation.
struct Talk<'a, S> {
    conversation: &'static Conversation,
    quotas: &'a [u32],
    /// What each child finds in its memory when it is born.
    inherited: RefCell<Vec<Option<S>>>,
}

/// A service that may fail.
type Told = fn(Option<&'static str>) -> Service;

/// Calls a service that may fail, and tells how it went.
fn call<T>(service: Told, work: impl FnOnce() -> os::Result<T>) -> Option<T> {
    backend::section(EventKind::Called(service(None)));
    let result = work();
    let errno = result.as_ref().err().map(|errno| errno.name());
    backend::section(EventKind::Returned(service(errno)));
    result.ok()
}

/// Waits until that child of the running process has ended.
fn wait_for(child: ProcessId) {
    let pid = backend::pid_of(child);
    while os::waitpid(Some(pid)) == Err(Errno::EINTR) {}
}

/// Waits until all children have ended.
fn wait_for_all() {
    loop {
        match os::waitpid(None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

impl<S: SocketService> Talk<'_, S> {
    fn requests_of(&self, client: ProcessId) -> impl Iterator<Item = MessageId> + use<'_, S> {
        (0..self.quotas[client.index()])
            .map(move |number| MessageId { sender: client, number: number as u16 })
    }

    /// All requests, with their lengths.
    fn requests(&self) -> impl Iterator<Item = (MessageId, usize)> {
        let clients = ProcessId::all(self.quotas.len());
        let clients = clients.filter(|client| client.index() != self.conversation.server);
        let ids = clients.flat_map(|client| self.requests_of(client));
        ids.map(|id| (id, self.conversation.lengths(id).0))
    }

    fn serve(&self, mut service: S) {
        let mut is_over = false;
        let mut answer = |request: &[u8]| {
            // What comes after nonsense is nonsense, and to tell what kind it is would take long.
            if is_over {
                return Vec::new();
            }
            let request = identify(request, self.requests());
            backend::section(EventKind::Called(Service::Answer(request)));
            let answer = if let Collected::Message(id) = request {
                content(id.answer(), self.conversation.lengths(id).1)
            } else {
                is_over = true;
                Vec::new()
            };
            backend::section(EventKind::Returned(Service::Answer(request)));
            answer
        };
        call(Service::Serve, || service.serve(&mut answer));
    }

    /// What was received by a client that has had so many answers.
    fn identify(&self, me: ProcessId, bytes: &[u8], had: u16) -> Collected {
        let answer = |(id, _): (MessageId, usize)| (id.answer(), self.conversation.lengths(id).1);
        let next = MessageId { sender: me, number: had };
        let next = self.requests_of(me).find(|id| *id == next);
        let next = next.map(|id| (id.answer(), self.conversation.lengths(id).1));
        // Of those that are alike, it is the one that is due: some are empty.
        let others = self.requests().map(answer).chain(self.requests());
        let others = others.filter(|(_, length)| *length > 0);
        identify(bytes, next.into_iter().chain(others))
    }

    /// All that a client does. `None`: something failed.
    fn ask(&self, me: ProcessId, service: S) -> Option<()> {
        let conversation = self.conversation;
        let mut client = call(Service::Connect, || service.connect())?;
        if conversation.mortal == Some(me.index()) {
            backend::expose();
        }
        let pauses = |pause| {
            if me.index() == 0 && conversation.pause == pause {
                wait_for(ProcessId::new(2));
            }
        };
        pauses(Pause::Idle);
        for id in self.requests_of(me) {
            let request = content(id, conversation.lengths(id).0);
            backend::section(EventKind::Called(Service::SendRecord(id, None)));
            let result = client.send(&request);
            let errno = result.as_ref().err().map(|errno| errno.name());
            backend::section(EventKind::Returned(Service::SendRecord(id, errno)));
            result.ok()?;
        }
        pauses(Pause::Hesitant);
        call(Service::Finish, || client.finish())?;
        for had in 0.. {
            backend::section(EventKind::Called(Service::ReceiveRecord(Collected::Asked)));
            let received = match client.receive() {
                Ok(Some(bytes)) => self.identify(me, &bytes, had),
                Ok(None) => Collected::End,
                Err(errno) => Collected::Failed(errno.name()),
            };
            backend::section(EventKind::Returned(Service::ReceiveRecord(received)));
            let due = MessageId { sender: me, number: had }.answer();
            match received {
                Collected::Message(id) if id == due => {}
                Collected::End => break,
                _ => return None, // The execution is over.
            }
        }
        call(Service::End, || client.end())
    }
}

impl<S: SocketService> Body for Talk<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, me: ProcessId) {
        let service = if me.index() == 0 {
            if self.conversation.leave_behind().is_err() {
                return; // The execution is over.
            }
            let service = call(Service::Listen, || S::listen(PATH, self.quotas.len() - 1));
            *self.inherited.borrow_mut() = self.quotas.iter().map(|_| service.clone()).collect();
            backend::fork_all();
            service
        } else {
            backend::wait_for_birth();
            self.inherited.borrow_mut()[me.index()].take()
        };
        if let Some(service) = service {
            if me.index() == self.conversation.server {
                self.serve(service);
            } else {
                // What failed was told.
                let _ = self.ask(me, service);
            }
        }
        if me.index() == 0 {
            wait_for_all();
        }
        backend::exit();
    }
}

impl<S: SocketService> Scenario for SocketServiceScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans::calls(Means::Socket)
    }

    fn machine(&self, situation: &Situation) -> Option<Config> {
        Some(find(situation).config())
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let inherited = RefCell::default();
        Ok(Box::new(Talk::<'a, S> { conversation: find(situation), quotas, inherited }))
    }
}
