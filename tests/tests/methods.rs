//! The table of the methods of message passing says what Linux does: the same experiments on the simulated kernel
//! and by real processes, compared cell by cell and call by call.
//!
//! Where the two differ, Linux is right. What the machine cannot do is left out, and said. Sizes are compared as
//! this machine is configured.

#[path = "conformance/machine.rs"]
#[expect(dead_code, reason = "no experiment has faults, or ports")]
mod machine;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};

use harness::kernel::{Config, Errno, PAGE, Signal, SocketType};
use harness::methods::{
    Act, Cell, FIFO, Machine, Method, Outcome, Property, QUEUE, Returned, SIGNALS, Simulation,
    Told, cell,
};
use tests::conformance::{ADDRESSES, Patience, Reply, Request};

/// Processes on this machine's Linux.
struct Linux(machine::Machine);

fn place(path: &str) -> usize {
    ADDRESSES.iter().position(|&it| it == path).expect("the executor knows it")
}

/// The call as the executor is told.
fn request(act: &Act) -> Request {
    let number = |kind| match kind {
        SocketType::Stream => 0,
        SocketType::Datagram => 1,
        SocketType::SeqPacket => 2,
    };
    let patience = Patience::Endless;
    let (flags, name, path) = (0, QUEUE.to_owned(), FIFO.to_owned());
    match *act {
        Act::Fork { child } => Request::Fork { child },
        Act::Exit => Request::Exit { status: 0 },
        Act::Wait { child } => {
            Request::Waitpid { child: i64::try_from(child).expect("it is small"), hang: true }
        }
        Act::Pipe => Request::Pipe { flags },
        Act::Read { fd, room } => Request::Read { fd, length: room },
        Act::Write { fd, length, serial } => Request::Write { fd, length, seed: serial },
        Act::Close { fd } => Request::Close { fd },
        Act::SetFlags { fd, flags } => Request::SetFlags { fd, flags: flags.bits() },
        Act::Mkfifo => Request::Mkfifo { path },
        Act::Open { flags } => Request::Open { path, flags: flags.bits() },
        Act::Unlink { path } => Request::Unlink { path: path.to_owned() },
        Act::Block => Request::Sigprocmask { how: 0, set: Some(SIGNALS.0) },
        Act::Kill { target, signal: Signal(signal) } => Request::Kill { target, signal },
        Act::Sigqueue { target, signal: Signal(signal), value } => {
            Request::Sigqueue { target, signal, value }
        }
        Act::Await { waits } => {
            let patience = if waits { Patience::Endless } else { Patience::None };
            Request::Sigtimedwait { set: SIGNALS.0, patience }
        }
        Act::MqOpen { flags } => Request::MqOpen { name, flags: flags.bits(), attributes: None },
        Act::MqSend { fd, length, serial, priority } => {
            Request::MqSend { fd, length, seed: serial, priority, patience }
        }
        Act::MqReceive { fd, room } => Request::MqReceive { fd, length: room, patience },
        Act::MqUnlink => Request::MqUnlink { name },
        Act::Socketpair { kind } => Request::Socketpair { kind: number(kind), flags },
        Act::Socket { kind } => Request::Socket { kind: number(kind), flags },
        Act::Bind { fd, path } => Request::Bind { fd, address: place(path) },
        Act::Listen { fd } => Request::Listen { fd, backlog: 1 },
        Act::Accept { fd } => Request::Accept { fd, flags },
        Act::Connect { fd, path } => Request::Connect { fd, address: place(path) },
        Act::Send { fd, length, serial, to } => {
            let flags = harness::kernel::MessageFlags::NOSIGNAL.bits();
            Request::Send { fd, length, seed: serial, flags, to: to.map(place) }
        }
        Act::Recv { fd, room } => Request::Recv { fd, length: room, flags },
    }
}

/// What the executor answered, as an experiment sees it.
fn returned(reply: &Reply) -> Returned {
    let answer = usize::try_from(reply.answer).map_err(|_| {
        let number = i32::try_from(-reply.answer).expect("errors are small");
        Errno::of(number).unwrap_or_else(|| panic!("error {number} is not modelled"))
    });
    let told = reply.told.filter(|_| answer.is_ok()).map(|info| Told {
        signal: Signal(info.signal),
        sender: usize::try_from(info.process - 1).ok(),
        value: (info.origin == 1).then_some(info.value),
    });
    Returned { answer, ends: None, first: reply.content.first(), told }
}

impl Machine for Linux {
    fn begin(&mut self) {
        self.0.begin();
    }

    fn call(&mut self, process: usize, act: &Act) -> Vec<(usize, Outcome)> {
        let fates = self.0.call(process, &request(act), Vec::new(), &|_| true);
        let outcome = |(index, fate): (usize, machine::Fate)| match fate {
            machine::Fate::Died => (index, Outcome::Died),
            machine::Fate::Replied(reply) => {
                let mut returned = returned(&reply);
                if index == process && returned.answer.is_ok() {
                    if let (Act::Pipe | Act::Socketpair { .. }, &[one, other]) =
                        (act, reply.words.as_slice())
                    {
                        returned.ends = Some([one as i32, other as i32]);
                    }
                    if let Act::Wait { .. } = act {
                        returned.answer = Ok(0);
                    }
                }
                (index, Outcome::Returned(returned))
            }
        };
        let fates = fates.into_iter().enumerate();
        fates.filter_map(|(index, fate)| Some((index, fate?))).map(outcome).collect()
    }
}

/// Says what is left out, and why: even where the test succeeds, whose output nobody sees otherwise.
fn skipped(what: &str, why: &str) {
    let line = format!("SKIPPED by the test of the methods: {what}: {why}\n");
    io::stderr().write_all(line.as_bytes()).expect("errors can be told");
}

/// This machine's Linux, a simulation that is configured alike, and what cannot be compared.
fn linux(name: &str) -> Option<(Linux, Simulation, BTreeSet<String>)> {
    let machine = match machine::Machine::start(name, None) {
        Ok(machine) => machine,
        Err(error) => {
            skipped("all of Linux", &error.to_string());
            return None;
        }
    };
    let abilities = &machine.abilities;
    let config = Config {
        pipe_pages: abilities.pipe_bytes / PAGE,
        stream_bytes_max: abilities.socket_bytes,
        datagrams_max: abilities.datagrams_max,
        ..Config::default()
    };
    if config != Config::default() {
        skipped("sizes as the table prints them", "this machine is configured otherwise");
    }
    let mut left_out = BTreeSet::new();
    if let Some(reason) = &abilities.lacks_queues {
        skipped("message queues", reason);
        left_out.extend(Property::ALL.map(|it| format!("{it}/{}", Method::MessageQueue)));
    }
    for (file, usual) in [("msg_default", 10), ("msgsize_default", 8192)] {
        let text = fs::read_to_string(format!("/proc/sys/fs/mqueue/{file}")).unwrap_or_default();
        if text.trim().parse().is_ok_and(|number: usize| number != usual) {
            skipped("the capacity of message queues", &format!("{file} is {}", text.trim()));
            left_out.insert(format!("{}/{}", Property::Capacity, Method::MessageQueue));
        }
    }
    Some((Linux(machine), Simulation::new(config), left_out))
}

fn cells() -> impl Iterator<Item = (Property, Method)> {
    Property::ALL.into_iter().flat_map(|property| Method::ALL.map(|method| (property, method)))
}

#[test]
fn each_cell_says_what_linux_does() {
    let Some((mut linux, mut simulation, left_out)) = linux("methods") else { return };
    let mut differences = String::new();
    let mut compared = 0;
    for (property, method) in cells() {
        if left_out.contains(&format!("{property}/{method}")) {
            continue;
        }
        let simulated = cell(&mut simulation, method, property);
        let real = cell(&mut linux, method, property);
        compared += 1;
        if simulated != real {
            let name = format!("{property} of {method}");
            write!(differences, "{name}\n  simulated: {simulated:#?}\n  real: {real:#?}\n")
                .expect("a text takes all");
        }
    }
    assert!(differences.is_empty(), "{differences}");
    assert_eq!(compared + left_out.len(), Property::ALL.len() * Method::ALL.len());
}

/// What may be told instead of what a call came to.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// A call that succeeded failed, and one that failed succeeded.
    Otherwise,
    /// It went on where it waited, or waited where it went on.
    Waiting,
    /// It received another message, from somebody else, or another length.
    Content,
    /// Nobody else went on.
    OthersStay,
}

/// A machine that behaves otherwise, once.
struct Altered<'a> {
    machine: &'a mut dyn Machine,
    lie: Lie,
    at: usize,
    count: usize,
    /// Whose call still waits, though something else was told.
    stuck: BTreeSet<usize>,
}

impl Machine for Altered<'_> {
    fn begin(&mut self) {
        self.stuck.clear();
        self.machine.begin();
    }

    fn call(&mut self, process: usize, act: &Act) -> Vec<(usize, Outcome)> {
        let nothing = Returned { answer: Ok(0), ends: None, first: None, told: None };
        if self.stuck.contains(&process) {
            let answer = Err(Errno::EBADF);
            return vec![(process, Outcome::Returned(Returned { answer, ..nothing }))];
        }
        let mut outcomes = self.machine.call(process, act);
        outcomes.retain(|(other, _)| !self.stuck.contains(other) || *other == process);
        self.count += 1;
        if self.count - 1 != self.at {
            return outcomes;
        }
        let waits = !outcomes.iter().any(|(other, _)| *other == process);
        match self.lie {
            Lie::Waiting if waits => {
                self.stuck.insert(process);
                outcomes.push((process, Outcome::Returned(nothing)));
            }
            Lie::Waiting => outcomes.retain(|(other, _)| *other != process),
            Lie::OthersStay => outcomes.retain(|(other, _)| *other == process),
            Lie::Otherwise | Lie::Content => {
                for (_, outcome) in &mut outcomes {
                    let Outcome::Returned(it) = outcome else { continue };
                    *it = match (self.lie, it.answer) {
                        (Lie::Otherwise, Ok(_)) => {
                            Returned { answer: Err(Errno::ENOMEM), ..nothing }
                        }
                        (Lie::Otherwise, Err(_)) => Returned { answer: Ok(1), ..nothing },
                        (_, answer) => Returned {
                            answer: answer.map(|count| count + 1),
                            first: it.first.map(|first| first + 7),
                            told: it.told.map(|told| Told {
                                signal: told.signal,
                                sender: None,
                                value: told.value.map(|value| value + 7),
                            }),
                            ends: it.ends,
                        },
                    };
                }
            }
        }
        outcomes
    }
}

/// Parts of what is said that none of the machine's answers would change.
fn unfounded(machine: &mut dyn Machine, property: Property, method: Method) -> Vec<String> {
    let truth = cell(machine, method, property);
    let mut parts: BTreeSet<(usize, &str)> = BTreeSet::new();
    for (place, trial) in truth.trials.iter().enumerate() {
        parts.extend(trial.says.split("; ").map(|part| (place, part)));
    }
    for lie in [Lie::Otherwise, Lie::Waiting, Lie::Content, Lie::OthersStay] {
        let mut at = 0;
        while !parts.is_empty() {
            let mut altered =
                Altered { machine: &mut *machine, lie, at, count: 0, stuck: BTreeSet::new() };
            let Cell { trials, .. } = cell(&mut altered, method, property);
            let is_over = at >= altered.count;
            parts.retain(|&(place, part)| trials[place].says.split("; ").any(|it| it == part));
            if is_over {
                break;
            }
            at += 1;
        }
    }
    parts.into_iter().map(|(_, part)| format!("{property} of {method}: {part}")).collect()
}

#[test]
fn each_part_of_each_cell_hangs_on_an_answer() {
    let mut simulation = Simulation::default();
    let unfounded: Vec<_> = cells()
        .flat_map(|(property, method)| unfounded(&mut simulation, property, method))
        .collect();
    assert!(unfounded.is_empty(), "{unfounded:#?}");
}

/// What the cell says on a machine that is configured so.
fn says(config: Config, method: Method, property: Property) -> String {
    cell(&mut Simulation::new(config), method, property).says
}

#[test]
fn another_configuration_is_another_capacity() {
    let usual = |method| says(Config::default(), method, Property::Capacity);
    let small = Config { pipe_pages: 1, datagrams_max: 2, ..Config::default() };
    let small = |method| says(small.clone(), method, Property::Capacity);
    assert_eq!(usual(Method::AnonymousPipe), "65536 bytes");
    assert_eq!(small(Method::AnonymousPipe), "4096 bytes");
    assert_eq!(usual(Method::NamedPipe), "65536 bytes");
    assert_eq!(small(Method::NamedPipe), "4096 bytes");
    let datagrams = |text: String| text.rsplit("; ").next().map(str::to_owned);
    assert_eq!(
        datagrams(usual(Method::Socket)).as_deref(),
        Some("datagram: 11 messages at a receiver")
    );
    assert_eq!(
        datagrams(small(Method::Socket)).as_deref(),
        Some("datagram: 3 messages at a receiver")
    );
    let memory = Config { signals_max: 3, ..Config::default() };
    let signals = says(memory, Method::Signal, Property::Capacity);
    assert!(signals.ends_with("real-time: 3 of 5 sent"), "{signals}");
}
