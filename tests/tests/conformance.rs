//! The simulated kernel does what Linux does: the same random sequences of calls on both, compared call by
//! call, in what is returned, read and answered, and in who waits.
//!
//! Where the two differ, Linux is right. The sequence is a function of its seed; what the machine cannot do
//! is left out, and said.
//!
//! `CONFORMANCE_SEQUENCES` asks for more sequences than usual, `CONFORMANCE_SEED` for a single one.

#[path = "conformance/machine.rs"]
mod machine;
#[path = "conformance/worlds.rs"]
mod worlds;

use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, PoisonError};

use machine::{Fate, Fates, Machine};
use tests::conformance::{Abilities, Dice, Kind, PROCESSES, Request, SOCKET_BYTES};
use worlds::World;

/// Calls of one sequence at most.
const CALLS: usize = 60;

/// Sequences of each mix.
const SEQUENCES: u64 = 500;

/// Worlds that are kept apart at most. Where there are more, the sequence ends.
const WORLDS_MAX: usize = 64;

/// How many differences are shown.
const SHOWN_MAX: usize = 3;

/// How often each kind of call is made, of a hundred times.
type Mix = &'static [(Kind, usize)];

const PIPES: Mix =
    &[(Kind::Pipes, 72), (Kind::Descriptors, 12), (Kind::Poll, 8), (Kind::Processes, 8)];

const FIFOS: Mix = &[
    (Kind::Fifos, 36),
    (Kind::Pipes, 32),
    (Kind::Descriptors, 16),
    (Kind::Poll, 8),
    (Kind::Processes, 8),
];

const FAMILIES: Mix = &[(Kind::Pipes, 25), (Kind::Descriptors, 20), (Kind::Processes, 55)];

/// The next kind of call; what the machine lacks is left out.
fn kind(mix: Mix, abilities: &Abilities, dice: &mut Dice) -> Kind {
    let mix: Vec<(Kind, usize)> = mix
        .iter()
        .copied()
        .filter(|(kind, _)| *kind != Kind::Queues || abilities.lacks_queues.is_none())
        .collect();
    let mut at = dice.below(mix.iter().map(|(_, weight)| weight).sum());
    for (kind, weight) in mix {
        if at < weight {
            return kind;
        }
        at -= weight;
    }
    unreachable!("it is below the sum")
}

/// What the sequences came to, so that they can be seen to reach what they are for.
#[derive(Debug, Default)]
struct Tally {
    calls: usize,
    waits: usize,
    woken: usize,
    died: usize,
    failed: usize,
    open_orders: usize,
}

/// Runs one sequence on both sides; a difference is described.
fn run(machine: &mut Machine, mix: Mix, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut dice = Dice(seed);
    let abilities = machine.abilities.clone();
    machine.begin();
    let mut worlds = vec![World::new(&abilities)];
    let mut log = String::new();
    let mut opening = opening(mix, &mut dice);
    opening.reverse();
    for _ in 0..CALLS {
        let idle = worlds[0].idle();
        if idle.is_empty() || worlds.len() > WORLDS_MAX {
            break;
        }
        let process = if opening.is_empty() { dice.one(&idle) } else { 0 };
        let request = opening.pop().unwrap_or_else(|| {
            let known = worlds[0].knowledge(process, abilities.has_large_pipes);
            Request::random(kind(mix, &abilities, &mut dice), &known, &mut dice)
        });
        let real = machine.call(process, &request);
        tell(&mut log, process, &request, &real);
        let mut possible: Vec<World> = Vec::new();
        let mut others = Vec::new();
        for world in worlds.iter().flat_map(|world| world.call(process, &request)) {
            if *world.fates() != real {
                others.push(world);
            } else if !possible.contains(&world) {
                possible.push(world);
            }
        }
        if possible.is_empty() {
            let mut text = format!("seed {seed}: the last call differs\n{log}simulated:\n");
            for world in others {
                tell(&mut text, process, &request, world.fates());
                if worlds::is_unmodelled(world.fates()) {
                    text.push_str("    (38 is ENOSYS: the simulation does not model it)\n");
                }
            }
            return Err(text);
        }
        tally.calls += 1;
        tally.waits += usize::from(real[process].is_none());
        tally.open_orders += usize::from(possible.len() > 1);
        for (index, fate) in real.iter().enumerate() {
            tally.woken += usize::from(fate.is_some() && index != process);
            tally.died += usize::from(matches!(fate, Some(Fate::Died)));
            tally.failed += usize::from(matches!(fate, Some(Fate::Replied(it)) if it.answer < 0));
        }
        worlds = possible;
    }
    Ok(())
}

/// What a sequence begins with, so that it soon gets somewhere: something to talk through, mostly small,
/// and others to talk to.
fn opening(mix: Mix, dice: &mut Dice) -> Vec<Request> {
    let mut requests = Vec::new();
    let small =
        |fd, dice: &mut Dice| Request::SetPipeSize { fd, bytes: dice.one(&[1, 4096, 8192]) };
    if std::ptr::eq(mix, FIFOS) {
        requests.push(Request::Mkfifo { path: "f0".to_owned() });
        if dice.happens(50) {
            requests.push(Request::Open { path: "f0".to_owned(), flags: 2 });
            requests.push(small(3, dice));
        }
    } else if std::ptr::eq(mix, SOCKETS) {
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

/// One line for a call, and one for each process that it had go on.
fn tell(log: &mut String, process: usize, request: &Request, fates: &Fates) {
    let text = |fate: &Option<Fate>| match fate {
        None => "waits".to_owned(),
        Some(Fate::Died) => "no more".to_owned(),
        Some(Fate::Replied(reply)) => {
            let mut text = format!("{}", reply.answer);
            if !reply.words.is_empty() {
                write!(text, " {:?}", reply.words).expect("a text takes all");
            }
            if let Some(told) = &reply.told {
                write!(text, " {told:?}").expect("a text takes all");
            }
            if !reply.handled.is_empty() {
                write!(text, " after {:?}", reply.handled).expect("a text takes all");
            }
            if reply.content != tests::conformance::Content::default() {
                write!(text, " {:?}", reply.content).expect("a text takes all");
            }
            text
        }
    };
    writeln!(log, "  P{process} {request:?} → {}", text(&fates[process]))
        .expect("a text takes all");
    for (other, fate) in fates.iter().enumerate() {
        if other != process && fate.is_some() {
            writeln!(log, "      P{other} goes on → {}", text(fate)).expect("a text takes all");
        }
    }
}

/// Says what is left out, and why: even where the test succeeds, whose output nobody sees otherwise.
fn skipped(what: &str, why: &str) {
    let line = format!("SKIPPED by the test of conformance: {what}: {why}\n");
    io::Write::write_all(&mut io::stderr(), line.as_bytes()).expect("errors can be told");
}

/// Message queues of all runs count for one limit, as all have the same user: one run at a time has any.
static QUEUES_OF_THE_USER: Mutex<()> = Mutex::new(());

/// Runs so many sequences; shows where they differ, up to the call that does.
fn compare(name: &str, mix: Mix) -> Option<Tally> {
    let has_queues = mix.iter().any(|(kind, _)| *kind == Kind::Queues);
    let _turn =
        has_queues.then(|| QUEUES_OF_THE_USER.lock().unwrap_or_else(PoisonError::into_inner));
    let mut machine = match Machine::start(name, Some(SOCKET_BYTES)) {
        Ok(machine) => machine,
        Err(error) => {
            skipped(&format!("all calls of {name}"), &error.to_string());
            return None;
        }
    };
    if machine.abilities.has_large_pipes {
        skipped("sizes of pipes that an ordinary user may not have", "this one may");
    }
    if let Some(reason) = &machine.abilities.lacks_queues {
        skipped("calls of message queues", reason);
    }
    let mut tally = Tally::default();
    let mut different = 0;
    let mut shown = String::new();
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("CONFORMANCE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CONFORMANCE_SEQUENCES").unwrap_or(SEQUENCES),
    };
    for seed in seeds {
        if let Err(difference) = run(&mut machine, mix, seed, &mut tally) {
            if different < SHOWN_MAX {
                write!(shown, "\n{difference}To see it again: CONFORMANCE_SEED={seed}\n")
                    .expect("a text takes all");
            }
            different += 1;
        }
    }
    assert_eq!(different, 0, "{name}: sequences differ from Linux{shown}");
    Some(tally)
}

/// Sequences that never reach what they are for prove nothing. A single one cannot reach everything.
fn reaches_all(tally: &Tally) {
    if std::env::var_os("CONFORMANCE_SEED").is_some() {
        return;
    }
    assert!(tally.calls > 5_000, "{tally:?}");
    for part in [tally.waits, tally.woken, tally.died, tally.failed] {
        assert!(part * 100 > tally.calls, "{tally:?}");
    }
}

const SIGNALS: Mix = &[
    (Kind::Signals, 60),
    (Kind::Pipes, 18),
    (Kind::Poll, 6),
    (Kind::Descriptors, 4),
    (Kind::Processes, 12),
];

const QUEUES: Mix = &[
    (Kind::Queues, 70),
    (Kind::Signals, 10),
    (Kind::Poll, 6),
    (Kind::Descriptors, 6),
    (Kind::Processes, 8),
];

const SOCKETS: Mix = &[
    (Kind::Sockets, 66),
    (Kind::Pipes, 6),
    (Kind::Signals, 4),
    (Kind::Poll, 10),
    (Kind::Descriptors, 6),
    (Kind::Processes, 8),
];

const ALL: Mix = &[
    (Kind::Pipes, 20),
    (Kind::Fifos, 10),
    (Kind::Queues, 18),
    (Kind::Sockets, 20),
    (Kind::Signals, 12),
    (Kind::Poll, 10),
    (Kind::Descriptors, 8),
    (Kind::Processes, 8),
];

#[test]
fn pipes_are_as_on_linux() {
    if let Some(tally) = compare("pipes", PIPES) {
        reaches_all(&tally);
    }
}

#[test]
fn fifos_are_as_on_linux() {
    if let Some(tally) = compare("fifos", FIFOS) {
        reaches_all(&tally);
    }
}

#[test]
fn processes_are_as_on_linux() {
    if let Some(tally) = compare("processes", FAMILIES) {
        reaches_all(&tally);
    }
}

#[test]
fn signals_are_as_on_linux() {
    if let Some(tally) = compare("signals", SIGNALS) {
        reaches_all(&tally);
    }
}

#[test]
fn queues_are_as_on_linux() {
    if let Some(tally) = compare("queues", QUEUES) {
        reaches_all(&tally);
    }
}

#[test]
fn sockets_are_as_on_linux() {
    if let Some(tally) = compare("sockets", SOCKETS) {
        reaches_all(&tally);
    }
}

#[test]
fn all_together_are_as_on_linux() {
    if let Some(tally) = compare("all", ALL) {
        reaches_all(&tally);
    }
}
