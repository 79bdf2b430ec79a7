//! From a violation to the witness in a report: the execution is run once more and told.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::report::{Witness, WitnessKind, WitnessStep};
use super::scene::{Scene, memory_name};
use crate::backend::Panic;
use crate::engine::{Cause, DataRace, Misuse, Outcome, Waitable, Wanted};
use crate::event::{
    Access, AccessKind, Event, EventKind, LocationId, Observer, Site, ValueType, blocking,
};
use crate::examination::{Kind, Violation};
use crate::exploration::{Crash, Explorer, Setup};
use crate::oracle::{Breach, Overlap, Rule, Safety};
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::{Situation, is_datum};
use crate::strategy::Replay;
use crate::trace::{Drawing, Names, Schedule, story};

/// The most steps of a witness that are told; the drawing condenses, the steps do not.
const STEPS_TOLD_MAX: usize = 400;

/// An execution that was run once more.
pub(super) struct Told {
    pub(super) outcome: Outcome,
    pub(super) diverged: Option<String>,
    events: Vec<Event>,
    names: Names,
    processes: usize,
    rule: Rule,
    sleepers: Vec<(ProcessId, Wanted)>,
    waitables: Vec<(Waitable, LocationId)>,
    /// The events of the part that repeats.
    repeated: Option<std::ops::Range<usize>>,
}

#[derive(Default)]
struct Recorder(Vec<Event>);

impl Observer for Recorder {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        self.0.push(*event);
        ControlFlow::Continue(())
    }
}

impl Told {
    /// Runs the schedule, its loop once, and writes down what happens.
    pub(super) fn new(
        explorer: &mut Explorer<'_>,
        setup: &Setup,
        schedule: &Schedule,
        sources: &BTreeMap<String, String>,
    ) -> Result<Self, Crash> {
        let setup = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
        let mut recorder = Recorder::default();
        let mut replay = Replay::new(schedule.clone());
        let outcome = match explorer.replay(&setup, &mut replay, &mut recorder, true) {
            Ok(outcome) => outcome,
            // A panic within the execution is what may be to be shown.
            Err(Crash { panic, execution: Some(_) }) => {
                let Panic { message, site } = panic;
                Outcome::Panicked { process: None, message, site }
            }
            Err(crash) => return Err(crash),
        };
        let from = schedule.loop_start().unwrap_or(schedule.len()) as u32;
        let mut events = recorder.0;
        // The rest in the remainder section is the harness's own step: it is left out, and the
        // others are numbered without it.
        let mut dropped = 0;
        let mut loop_from = None;
        let mut kept = Vec::with_capacity(events.len());
        for mut event in events.drain(..) {
            if schedule.loop_start().is_some() && event.step >= from && loop_from.is_none() {
                loop_from = Some(kept.len());
            }
            // So is the question whether somebody wakes up spuriously, and the look at a futex's queue.
            let is_hidden = match event.kind {
                EventKind::Pause(site) => is_datum(site),
                EventKind::Sleep { spurious, .. } => !spurious,
                EventKind::Access(access) => access.method == blocking::FUTEX_LOOK,
                _ => false,
            };
            if is_hidden {
                dropped += 1;
                continue;
            }
            event.step -= dropped;
            kept.push(event);
        }
        let mut names = Names::from_source(sources, &kept);
        for event in &kept {
            if let EventKind::Access(access) = event.kind
                && is_datum(access.site)
            {
                names = names.with(access.location, "datum");
            }
        }
        for (waitable, location) in explorer.engine().waitables() {
            if let Waitable::Token(process) | Waitable::Alarm(process) = waitable {
                names = names.with(*location, &process.to_string());
            }
        }
        Ok(Self {
            outcome,
            diverged: replay.divergence().map(|divergence| divergence.to_string()),
            repeated: loop_from.map(|start| start..kept.len()),
            events: kept,
            names,
            rule: setup.situation.rule,
            sleepers: explorer.engine().sleepers(),
            waitables: explorer.engine().waitables().to_vec(),
            processes: setup.processes(),
        })
    }

    /// The lane diagram, with `mark` at its end.
    pub(super) fn drawing(&self, mark: &str) -> String {
        let mut drawing = Drawing::new(self.processes, &self.events, &self.names);
        if let Some(last) = self.events.len().checked_sub(1)
            && !mark.is_empty()
        {
            drawing = drawing.mark(last, mark);
        }
        if let Some(repeated) = self.repeated.clone().filter(|range| !range.is_empty()) {
            drawing = drawing.repeats(repeated);
        }
        drawing.to_string()
    }

    /// The steps.
    pub(super) fn steps(&self) -> Vec<WitnessStep> {
        story(&self.events, &self.names)
            .into_iter()
            .take(STEPS_TOLD_MAX)
            .map(|step| WitnessStep {
                number: step.number,
                process: step.process.index(),
                text: step.text,
                file: step.file,
                line: step.line,
                note: step.note,
            })
            .collect()
    }

    /// Whether two processes were inside at once.
    fn overlap(&self) -> Option<Overlap> {
        self.breach().and_then(|breach| match breach {
            Breach::Overlap(overlap) => Some(overlap),
            _ => None,
        })
    }

    /// Which rule was broken.
    fn breach(&self) -> Option<Breach> {
        let mut oracle = Safety::new(self.rule);
        let _ = self.events.iter().try_for_each(|event| oracle.observe(event));
        oracle.breach()
    }

    /// What a replay writes at the end of the drawing.
    pub(super) fn mark(&self) -> &'static str {
        if self.overlap().is_some() { "both inside" } else { "" }
    }

    /// Whether mutual exclusion held, for the processes and their data.
    pub(super) fn excludes(&self) -> bool {
        self.overlap().is_none() && self.race().is_none()
    }

    /// Whether all processes did all they had to do, and nothing was wrong with it.
    pub(super) fn is_fine(&self) -> bool {
        self.outcome == Outcome::Complete && self.excludes()
    }

    /// How it ended, in words.
    pub(super) fn ending(&self) -> String {
        if let Some(Overlap { holder, intruder, .. }) = self.overlap() {
            return format!(
                "{intruder} is inside while {holder} is: mutual exclusion is violated."
            );
        }
        if let Some(breach) = self.breach() {
            return broken(breach).1;
        }
        match &self.outcome {
            Outcome::Complete => "Every process has done all it had to do.".to_owned(),
            Outcome::Blocked { waiting, .. } => format!("{} for ever.", wait(*waiting)),
            Outcome::StepLimit => {
                "This is where the schedule ends. Never two processes inside at once; whether those \
                 that wait do so for ever is for the examination to say."
                    .to_owned()
            }
            Outcome::Abandoned | Outcome::Stopped => "The execution was stopped here.".to_owned(),
            Outcome::DataRace(race) => raced(race),
            Outcome::Misused(misuse) => misused(misuse),
            Outcome::Panicked { message, site, .. } => format!("A panic at {site}: {message}"),
        }
    }

    /// Who sleeps for what at its end, since which line, and who could have woken whom.
    fn waits(&self) -> String {
        let sentences: Vec<String> = self
            .sleepers
            .iter()
            .map(|(process, wanted)| {
                let file = wanted.site.file().rsplit(['/', '\\']).next().unwrap_or_default();
                let place = format!("{file}:{}", wanted.site.line());
                match wanted.cause {
                    Cause::Park => format!(
                        "{process} sleeps in park() at {place}; {}",
                        self.last_wake(*process, "unpark")
                    ),
                    Cause::Futex(word) => format!(
                        "{process} sleeps in futex_wait({}) at {place}; {}",
                        self.names.location(word),
                        self.last_wake(*process, "futex_wake")
                    ),
                    Cause::Condition => format!(
                        "{process} sleeps on a condition at {place}; {}",
                        self.last_wake(*process, "signal")
                    ),
                    Cause::Guard => match wanted.holder {
                        Some(holder) if holder == *process => {
                            format!("{process} waits at {place} for a guard that it is in itself.")
                        }
                        Some(holder) => format!(
                            "{process} waits at {place} for a guard that {holder} is in: only \
                             {holder} could let it in."
                        ),
                        None => format!("{process} waits for a guard at {place}."),
                    },
                    Cause::Permit => format!(
                        "{process} waits for a permit at {place}: any signal would let it go on."
                    ),
                }
            })
            .collect();
        sentences.join(" ")
    }

    /// The last time that somebody woke `process`, or did so in vain.
    fn last_wake(&self, process: ProcessId, call: &str) -> String {
        let last = self.events.iter().rev().find_map(|event| match event.kind {
            EventKind::Access(access)
                if blocking::wakes(access.method) && self.woken(&access) == Some(process) =>
            {
                Some((event, access))
            }
            _ => None,
        });
        match last {
            Some((event, access)) => format!(
                "the last {call} for it was step {}, by {}, at line {}.",
                event.step + 1,
                event.process,
                access.site.line()
            ),
            None => format!("no {call} was meant for it."),
        }
    }

    /// Whom an access wakes.
    fn woken(&self, access: &Access) -> Option<ProcessId> {
        let owner = self.waitables.iter().find(|(_, location)| *location == access.location)?;
        match owner.0 {
            Waitable::Token(process) | Waitable::Alarm(process) => Some(process),
            Waitable::Queue(_) => None,
        }
    }

    /// The data race in which it ended, if it did.
    fn race(&self) -> Option<&DataRace> {
        match &self.outcome {
            Outcome::DataRace(race) => Some(race),
            _ => None,
        }
    }
}

/// What `method` is called on at `site`, as it is written there.
pub(super) fn receiver(
    site: Site,
    method: &'static str,
    sources: &BTreeMap<String, String>,
) -> Option<String> {
    // Names are read where accesses point to; which access this is does not matter.
    let access = Access {
        kind: AccessKind::Load,
        method,
        site,
        location: LocationId(0),
        value_type: ValueType::Unsigned,
        ordering: None,
        read: None,
        written: None,
        reads_from: None,
        write: None,
        stale_by: 0,
        spurious: false,
    };
    let process = ProcessId::new(0);
    let event = Event { step: 0, process, kind: EventKind::Access(access) };
    Names::from_source(sources, &[event]).receiver(site).map(str::to_owned)
}

/// The witness of `violation`.
pub(super) fn witness(
    explorer: &mut Explorer<'_>,
    violation: &Violation,
    sources: &BTreeMap<String, String>,
) -> Result<Witness, Crash> {
    let Violation { kind, setup, schedule } = violation;
    let told = Told::new(explorer, setup, schedule, sources)?;
    let (mark, reason) = words(*kind, setup, &told);
    Ok(Witness {
        kind: wire(*kind, setup.situation),
        reason,
        processes: setup.processes(),
        entries: setup.quotas.clone(),
        memory: memory_name(setup.model).to_owned(),
        schedule: schedule.to_string(),
        replay: Scene { setup: setup.clone(), schedule: schedule.clone() }.to_string(),
        drawing: told.drawing(&mark),
        steps: told.steps(),
    })
}

const fn wire(kind: Kind, situation: &Situation) -> WitnessKind {
    if situation.asks.ownership {
        return WitnessKind::ForeignRelease;
    }
    match kind {
        Kind::Broken(breach) => match breach {
            Breach::Overlap(_) => WitnessKind::Overlap,
            Breach::NoPermit { .. } => WitnessKind::NoPermit,
            Breach::WrongCount { .. } => WitnessKind::LostUpdate,
            Breach::Unprompted { .. } => WitnessKind::Unprompted,
            Breach::Overfull { .. } => WitnessKind::Overfull,
            Breach::NeverDeposited { .. } | Breach::TakenTwice { .. } => WitnessKind::Corrupted,
            Breach::OutOfOrder { .. } => WitnessKind::OutOfOrder,
        },
        Kind::Misuse(_) => WitnessKind::Misuse,
        Kind::LostWakeup(_) => WitnessKind::LostWakeup,
        Kind::EarlyWakeup(_) => WitnessKind::EarlyWakeup,
        Kind::BusyWaiting(_) => WitnessKind::BusyWaiting,
        Kind::Overlap(_) => WitnessKind::Overlap,
        Kind::OpenDoor(_) => WitnessKind::OpenDoor,
        Kind::NotVisible => WitnessKind::NotVisible,
        Kind::DataRace => WitnessKind::DataRace,
        Kind::NeedsRemainder(_) => WitnessKind::NeedsRemainder,
        Kind::Solo(_) => WitnessKind::Solo,
        Kind::Stuck(_) => WitnessKind::Stuck,
        Kind::Livelock(_) => WitnessKind::Livelock,
        Kind::ExitWaits(_) => WitnessKind::ExitWaits,
        Kind::Starvation(_) => WitnessKind::Starvation,
    }
}

/// What is written at the end of the drawing, and the reason in the words of the course.
fn words(kind: Kind, setup: &Setup, told: &Told) -> (String, String) {
    match kind {
        Kind::Overlap(overlap) if setup.situation.rule == Rule::Monitor => (
            "both active".to_owned(),
            format!("{} is active in the monitor while {} is.", overlap.intruder, overlap.holder),
        ),
        Kind::Overlap(overlap) => (
            "both inside".to_owned(),
            format!(
                "{} enters its critical section while {} is still in its own: at that moment two \
                 processes are inside.",
                overlap.intruder, overlap.holder
            ),
        ),
        Kind::OpenDoor(overlap) => (
            "both inside".to_owned(),
            format!(
                "{} is in its critical section and nothing else goes on; {} asks, and gets in.",
                overlap.holder, overlap.intruder
            ),
        ),
        Kind::Broken(breach) => broken(breach),
        Kind::Misuse(misuse) => (
            "not in the guard".to_owned(),
            format!(
                "{} Only the process that entered a guard may leave it: whatever the guard protects \
                 is open to anybody now.",
                misused(&misuse)
            ),
        ),
        Kind::LostWakeup(who) => (
            format!("{} for ever", list(who, "sleeps", "sleep")),
            format!(
                "{} for ever, and nobody is left to wake {}. {}",
                list(who, "sleeps", "sleep"),
                if who.len() == 1 { "it" } else { "them" },
                told.waits()
            ),
        ),
        Kind::EarlyWakeup(who) => (
            format!("{} for ever", list(who, "sleeps", "sleep")),
            format!(
                "{} woken too early: what it waits for was not there yet. It went back to sleep, and \
                 nobody is left to wake it again. {}",
                list(who, "was", "were"),
                told.waits()
            ),
        ),
        Kind::BusyWaiting(process) => (
            format!("{process} goes on like this"),
            format!(
                "{process} waits and does not sleep: with everybody else standing still it goes on \
                 taking steps and gets nowhere."
            ),
        ),
        Kind::NotVisible => {
            let race = told.race().map_or_else(String::new, raced);
            (
                race.clone(),
                format!(
                    "The processes are inside one after the other, but what one does there is not \
                     visible to the next: {race} A release by the one that leaves and an acquire \
                     by the one that enters, on the same variable, would order them."
                ),
            )
        }
        Kind::DataRace => {
            let race = told.race().map_or_else(String::new, raced);
            (race.clone(), format!("The solution's own data is not protected: {race}"))
        }
        Kind::NeedsRemainder(who) => (
            format!("{} for ever", wait(who)),
            format!(
                "{} for ever for a process that rests in its remainder section and owes nothing. \
                 If that one came back, it would go on.",
                wait(who)
            ),
        ),
        Kind::Solo(who) => (
            format!("{} for ever", wait(who)),
            format!(
                "{} for ever although nobody is inside and nobody else asks: everybody else rests \
                 in its remainder section.",
                wait(who)
            ),
        ),
        Kind::Stuck(who) => (
            format!("{} for ever", wait(who)),
            match told.waits() {
                waits if waits.is_empty() => {
                    format!("{} for ever for values that nobody will change.", wait(who))
                }
                waits => format!("{} for ever. {waits}", wait(who)),
            },
        ),
        Kind::Livelock(who) => (
            String::new(),
            format!(
                "{} on stepping in the cycle that is marked, each in turn, and none of them ever \
                 gets anywhere. The cycle was repeated until that was certain.",
                list(who, "goes", "go")
            ),
        ),
        Kind::ExitWaits(who) => (
            format!("{} in its exit section", wait(who)),
            format!(
                "{} in its exit section for ever: leaving must not depend on others.",
                wait(who)
            ),
        ),
        Kind::Starvation(who) => (
            String::new(),
            format!(
                "{} again and again, with a full turn of its loop each time, while {} again and \
                 again. The part that is marked can be repeated for ever, and was repeated until \
                 that was certain.",
                list(who, "tries", "try"),
                if setup.processes() == 2 { "the other enters" } else { "others enter" }
            ),
        ),
    }
}

/// A broken rule: what is written at the end of the drawing, and the reason.
fn broken(breach: Breach) -> (String, String) {
    match breach {
        Breach::Overlap(Overlap { holder, intruder, .. }) => (
            "too many inside".to_owned(),
            format!("{intruder} is let in while {holder} is inside, and there is no more room."),
        ),
        Breach::WrongCount { value, increments } if value < increments => (
            "an update is lost".to_owned(),
            format!(
                "The counter was incremented {}, and its value is {value}: an update is lost.",
                times(increments as u32)
            ),
        ),
        Breach::WrongCount { value, increments } => (
            "one too many".to_owned(),
            format!(
                "The counter was incremented {}, and its value is {value}.",
                times(increments as u32)
            ),
        ),
        Breach::Unprompted { process, condition } => (
            "nobody signalled".to_owned(),
            format!(
                "wait(c{condition}) of {process} returns, although nobody called signal or broadcast \
                 on that condition while it waited. A signal for which nobody waits is not \
                 remembered."
            ),
        ),
        Breach::Overfull { process, capacity } => (
            "no room".to_owned(),
            format!(
                "deposit of {process} returns, but all {capacity} places of the buffer are full."
            ),
        ),
        Breach::NeverDeposited { process, item } => (
            "no such item".to_owned(),
            format!("{process} takes item {item}, which nobody has deposited."),
        ),
        Breach::TakenTwice { process, item } => (
            "taken twice".to_owned(),
            format!("{process} takes item {item}, which was taken before."),
        ),
        Breach::OutOfOrder { first, second } => (
            "out of order".to_owned(),
            format!(
                "Item {first} was deposited before item {second} was, and yet item {second} was taken \
                 first."
            ),
        ),
        Breach::NoPermit { process, semaphore, initial, signals, waits } => (
            "no permit".to_owned(),
            format!(
                "wait(s{semaphore}) of {process} returns, but there is no permit: the semaphore began \
                 with {initial}, signal was called {}, and with this one wait has returned {}.",
                times(signals),
                times(waits)
            ),
        ),
    }
}

/// `never`, `once`, `3 times`.
fn times(count: u32) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

fn wait(who: ProcessSet) -> String {
    list(who, "waits", "wait")
}

/// `P0 waits`, `P0 and P1 wait`, `P0, P1 and P2 wait`.
fn list(who: ProcessSet, one: &str, many: &str) -> String {
    let names: Vec<String> = who.iter().map(|process: ProcessId| process.to_string()).collect();
    match names.as_slice() {
        [] => format!("nobody {one}"),
        [only] => format!("{only} {one}"),
        [first @ .., last] => format!("{} and {last} {many}", first.join(", ")),
    }
}

fn raced(race: &DataRace) -> String {
    let verb = |writes| if writes { "writes" } else { "reads" };
    let past = |wrote| if wrote { "wrote" } else { "read" };
    let what = if is_datum(race.site) {
        "the datum that the section protects".to_owned()
    } else {
        let file = race.site.file().rsplit(['/', '\\']).next().unwrap_or_default();
        format!("the cell at {file}:{}", race.site.line())
    };
    format!(
        "{} {} {what}, which {} {}, and nothing orders the two: a data race.",
        race.process,
        verb(race.writes),
        race.other,
        past(race.other_writes)
    )
}

fn misused(misuse: &Misuse) -> String {
    let Misuse { process, holder, site } = misuse;
    let file = site.file().rsplit(['/', '\\']).next().unwrap_or_default();
    let holder = holder.map_or_else(|| "nobody is".to_owned(), |holder| format!("{holder} is"));
    format!("{process} leaves the guard at {file}:{}, but {holder} in it.", site.line())
}
