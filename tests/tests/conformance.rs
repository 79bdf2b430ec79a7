//! The simulated kernel does what Linux does: the same random sequences of calls on both, compared call by
//! call, in what is returned, read and answered, and in who waits.
//!
//! Where the two differ, Linux is right. The sequence is a function of its seed; what the machine cannot do
//! is left out, and said. Nothing that is compared depends on how fast the machine is:
//!
//! - *Waiting* is seen, not timed ([`machine`]). Where several who waited could go on first, Linux may do what any of
//!   these orders leads to; where it says who is first, so does the simulation ([`worlds`]).
//! - *TCP* arrives when it arrives, on the loopback address as well. A process makes its call when there is what the
//!   simulation says has been sent to it, and who waits is given the time to be woken. Left out is what Linux
//!   leaves open, or decides after seconds: how much fits into a connection, and so whoever waits for room in one
//!   (sequences send less than every window begins with); a full line of those who ask to be connected; ports
//!   that were used before (`TIME_WAIT`). Which ports are chosen is not compared, but whether they are the same.
//! - *Times* are either short, and waited for, or so long that nobody sees their end. Compared is what comes of
//!   them; of the clock, that it is as late as it must be.
//! - *Faults* of the simulation are real on Linux: a process that waits is sent a signal with a handler without
//!   `SA_RESTART`, and any process may be killed. What others see of that is compared by the calls that follow.
//!
//! `CONFORMANCE_SEQUENCES` asks for more sequences than usual, and says what they came to; `CONFORMANCE_SEED` asks for
//! a single one.

#[path = "conformance/machine.rs"]
mod machine;
#[path = "conformance/mixes.rs"]
mod mixes;
#[path = "conformance/reuses.rs"]
mod reuses;
#[path = "conformance/worlds.rs"]
mod worlds;

use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, PoisonError};

use machine::{Fate, Fates, Machine};
use mixes::Mix;
use reuses::Reuses;
use tests::conformance::{Dice, FATAL, INTERRUPTING, Kind, Patience, Request, SOCKET_BYTES};
use worlds::{Fault, World};

/// Calls of one sequence at most.
const CALLS: usize = 60;

/// Sequences of each mix.
const SEQUENCES: u64 = 500;

/// Worlds that are kept apart at most. Where there are more, the sequence ends.
const WORLDS_MAX: usize = 64;

/// How many differences are shown.
const SHOWN_MAX: usize = 3;

/// What the sequences came to, so that they can be seen to reach what they are for.
#[derive(Debug, Default)]
struct Tally {
    calls: usize,
    waits: usize,
    woken: usize,
    died: usize,
    failed: usize,
    open_orders: usize,
    interrupted: usize,
    partial: usize,
    killed: usize,
    /// Calls that were not made, as Linux leaves open what comes of them, or the simulation does not model it.
    left_out: usize,
}

/// What happens next.
#[derive(Debug)]
enum Step {
    Call(usize, Request),
    /// A call that is interrupted if it waits.
    Interrupted(usize, Request),
    Fault(usize, Fault),
}

/// Runs one sequence on both sides; a difference is described.
fn run(machine: &mut Machine, mix: &Mix, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut dice = Dice(seed);
    let abilities = machine.abilities.clone();
    machine.begin();
    let has_tcp = mix.has_tcp();
    let mut worlds = vec![World::new(&abilities, has_tcp)];
    let mut log = String::new();
    let mut opening = mix.opening(&mut dice);
    opening.reverse();
    let mut reuses = Reuses::default();
    for _ in 0..CALLS {
        let idle = worlds[0].idle();
        if idle.is_empty() || worlds.len() > WORLDS_MAX {
            break;
        }
        let fault = opening.is_empty() && dice.happens(mix.faults);
        let step = if let Some(request) = opening.pop() {
            Step::Call(0, request)
        } else if let Some(step) = fault.then(|| fault_of(&worlds[0], &mut dice)).flatten() {
            step
        } else {
            let process = dice.one(&idle);
            let known = worlds[0].knowledge(process, abilities.has_large_pipes);
            let request = Request::random(mix.kind(&abilities, &mut dice), &known, &mut dice);
            if request.patience() == Some(Patience::Long) && dice.happens(30) {
                Step::Interrupted(process, request)
            } else {
                Step::Call(process, request)
            }
        };
        let all: Vec<World> = match &step {
            Step::Call(process, request) => {
                worlds.iter().flat_map(|world| world.call(*process, request)).collect()
            }
            Step::Interrupted(process, request) => {
                worlds.iter().flat_map(|world| world.interrupted_call(*process, request)).collect()
            }
            Step::Fault(process, fault) => {
                worlds.iter().flat_map(|world| world.fault(*process, *fault)).collect()
            }
        };
        if let (true, Step::Call(process, request)) = (has_tcp, &step)
            && (reuses.would_show(*process, request, &mut worlds[0], &all)
                || all.iter().any(World::asks_in_vain)
                || all.iter().all(|world| worlds::is_unmodelled(world.fates())))
        {
            tally.left_out += 1;
            continue;
        }
        // Only what goes by TCP may be late.
        let is_expected =
            |fates: &Fates| !has_tcp || all.iter().any(|world| world.fates() == fates);
        let real = match &step {
            Step::Call(process, request) => {
                let mut arrivals = Vec::new();
                if has_tcp {
                    arrivals = worlds[0].arrivals(*process);
                }
                machine.call(*process, request, arrivals, &is_expected)
            }
            Step::Interrupted(process, request) => {
                let real = machine.call(*process, request, Vec::new(), &|_| true);
                // Nothing but an answer comes of such a call, so that nobody else has moved.
                if real[*process].is_some() {
                    real
                } else {
                    machine.signal(*process, INTERRUPTING, &is_expected)
                }
            }
            Step::Fault(process, Fault::Interrupted) => {
                machine.signal(*process, INTERRUPTING, &is_expected)
            }
            Step::Fault(process, Fault::Dies) => machine.signal(*process, FATAL, &is_expected),
        };
        tell(&mut log, &step, &real);
        let mut possible: Vec<World> = Vec::new();
        let mut others = Vec::new();
        for world in all {
            if *world.fates() != real {
                others.push(world);
            } else if !possible.contains(&world) {
                possible.push(world);
            }
        }
        if possible.is_empty() {
            let mut text = format!("seed {seed}: the last call differs\n{log}simulated:\n");
            for world in others {
                tell(&mut text, &step, world.fates());
                if worlds::is_unmodelled(world.fates()) {
                    text.push_str("    (38 is ENOSYS: the simulation does not model it)\n");
                }
            }
            return Err(text);
        }
        tally.count(&step, &real, possible.len() > 1);
        worlds = possible;
        let forgotten = worlds[0].forgotten_ports();
        machine.forget_ports(&forgotten);
        for world in &mut worlds {
            world.forget_ports(&forgotten);
        }
    }
    Ok(())
}

/// Somebody who waits is interrupted or dies; seldom somebody who does not wait dies.
fn fault_of(world: &World, dice: &mut Dice) -> Option<Step> {
    let waiting = world.waiting();
    if waiting.is_empty() {
        return dice.happens(12).then(|| Step::Fault(dice.one(&world.idle()), Fault::Dies));
    }
    let fault = if dice.happens(75) { Fault::Interrupted } else { Fault::Dies };
    Some(Step::Fault(dice.one(&waiting), fault))
}

impl Tally {
    fn count(&mut self, step: &Step, real: &Fates, is_open: bool) {
        let mover = match step {
            Step::Call(process, _) => {
                self.calls += 1;
                self.waits += usize::from(real[*process].is_none());
                *process
            }
            Step::Interrupted(process, _) => {
                self.calls += 1;
                self.interrupted += 1;
                *process
            }
            Step::Fault(process, Fault::Interrupted) => {
                let is_partial =
                    matches!(&real[*process], Some(Fate::Replied(reply)) if reply.answer > 0);
                self.interrupted += 1;
                self.partial += usize::from(is_partial);
                *process
            }
            Step::Fault(process, Fault::Dies) => {
                self.killed += 1;
                *process
            }
        };
        self.open_orders += usize::from(is_open);
        for (index, fate) in real.iter().enumerate() {
            self.woken += usize::from(fate.is_some() && index != mover);
            self.died += usize::from(matches!(fate, Some(Fate::Died)));
            self.failed += usize::from(matches!(fate, Some(Fate::Replied(it)) if it.answer < 0));
        }
    }
}

/// One line for a call, and one for each process that it had go on.
fn tell(log: &mut String, step: &Step, fates: &Fates) {
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
    let process = match step {
        Step::Call(process, request) => {
            write!(log, "  P{process} {request:?}").expect("a text takes all");
            *process
        }
        Step::Interrupted(process, request) => {
            write!(log, "  P{process} {request:?} interrupted").expect("a text takes all");
            *process
        }
        Step::Fault(process, fault) => {
            write!(log, "  P{process} is told: {fault:?}").expect("a text takes all");
            *process
        }
    };
    writeln!(log, " → {}", text(&fates[process])).expect("a text takes all");
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
fn compare(mix: &Mix) -> Option<Tally> {
    let name = mix.name;
    let has_queues = mix.has(&[Kind::Queues, Kind::Times]);
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
    if let Some(reason) = mix.lacks(&machine.abilities) {
        skipped(&format!("all calls of {name}"), reason);
        return None;
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
    if std::env::var_os("CONFORMANCE_SEQUENCES").is_some() {
        io::Write::write_all(&mut io::stderr(), format!("{name}: {tally:?}\n").as_bytes())
            .expect("errors can be told");
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

/// Who was interrupted, after some bytes or before any, and who was killed.
fn has_faults(tally: &Tally) {
    if std::env::var_os("CONFORMANCE_SEED").is_some() {
        return;
    }
    for part in [tally.interrupted / 10, tally.partial, tally.killed / 10] {
        assert!(part > 0, "{tally:?}");
    }
}

#[test]
fn pipes_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::PIPES) {
        reaches_all(&tally);
    }
}

#[test]
fn fifos_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::FIFOS) {
        reaches_all(&tally);
    }
}

#[test]
fn processes_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::FAMILIES) {
        reaches_all(&tally);
    }
}

#[test]
fn signals_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::SIGNALS) {
        reaches_all(&tally);
    }
}

#[test]
fn queues_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::QUEUES) {
        reaches_all(&tally);
    }
}

#[test]
fn sockets_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::SOCKETS) {
        reaches_all(&tally);
    }
}

#[test]
fn all_together_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::ALL) {
        reaches_all(&tally);
    }
}

#[test]
fn tcp_is_as_on_linux() {
    if let Some(tally) = compare(&mixes::CONNECTIONS) {
        reaches_all(&tally);
        assert!(tally.left_out * 20 < tally.calls, "{tally:?}");
    }
}

#[test]
fn times_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::TIMES) {
        reaches_all(&tally);
        has_faults(&tally);
    }
}

#[test]
fn faults_are_as_on_linux() {
    if let Some(tally) = compare(&mixes::FAULTS) {
        reaches_all(&tally);
        has_faults(&tally);
    }
}
