//! From a violation to the witness in a report: the execution is run once more and told.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::counted::{overtaken, wrong_count};
use super::readers_writers;
use super::report::{Witness, WitnessKind, WitnessStep};
use super::scene::{Scene, memory_name};
use super::sleepers::Tale;
use super::wording::{self, datum, left_behind, not_visible, others_are_served};
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
    situation: &'static Situation,
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
        let sleeping = falling_asleep(&events);
        let mut dropped = 0;
        let mut loop_from = None;
        let mut kept = Vec::with_capacity(events.len());
        for mut event in events.drain(..) {
            if schedule.loop_start().is_some() && event.step >= from && loop_from.is_none() {
                loop_from = Some(kept.len());
            }
            // So is the look at a futex's queue, and the question whether somebody wakes up spuriously,
            // unless it sleeps from then on.
            let is_hidden = match event.kind {
                EventKind::Pause(site) => is_datum(site),
                EventKind::Sleep { spurious, .. } => !spurious && !sleeping.contains(&event.step),
                EventKind::Access(access) => {
                    // And by permits of the harness's own it only waits for others to be done.
                    let permits = [blocking::PERMITS_WAIT, blocking::PERMITS_SIGNAL];
                    access.method == blocking::FUTEX_LOOK
                        || permits.contains(&access.method) && is_datum(access.site)
                }
                _ => false,
            };
            if is_hidden {
                dropped += 1;
                continue;
            }
            event.step -= dropped;
            kept.push(event);
        }
        let mut names = Names::from_source(sources, setup.processes(), is_datum, &kept);
        for event in &kept {
            if let EventKind::Access(access) = event.kind
                && is_datum(access.site)
            {
                let counts = setup.situation.rule == Rule::Counter;
                names = names.with(access.location, if counts { "counter" } else { "datum" });
            }
        }
        for (waitable, location) in explorer.engine().waitables() {
            if let Waitable::Token(process) | Waitable::Alarm(process) = waitable {
                names = names.with(*location, process.to_string());
            }
        }
        Ok(Self {
            outcome,
            diverged: replay.divergence().map(|divergence| divergence.to_string()),
            repeated: loop_from.map(|start| start..kept.len()),
            events: kept,
            names,
            situation: setup.situation,
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
        let mut oracle = Safety::new(self.situation.rule);
        let _ = self.events.iter().try_for_each(|event| oracle.observe(event));
        oracle.breach()
    }

    /// What a replay writes at the end of the drawing.
    pub(super) fn mark(&self) -> String {
        match self.breach() {
            Some(Breach::Overlap(_)) => "both inside".to_owned(),
            Some(breach) => broken(breach, self.situation).0,
            None => String::new(),
        }
    }

    /// Whether mutual exclusion held, for the processes and their data.
    pub(super) fn excludes(&self) -> bool {
        self.breach().is_none() && self.race().is_none()
    }

    /// Whether all processes did all they had to do, and nothing was wrong with it.
    pub(super) fn is_fine(&self) -> bool {
        self.outcome == Outcome::Complete && self.excludes()
    }

    /// How it ended, in words.
    pub(super) fn ending(&self) -> String {
        if let Some(overlap) = self.overlap()
            && self.situation.rule == Rule::ReadersWriters
        {
            return readers_writers::overlap(overlap, &self.events).1;
        }
        if let Some(Overlap { holder, intruder, .. }) = self.overlap() {
            return format!(
                "{intruder} is inside while {holder} is: mutual exclusion is violated."
            );
        }
        if let Some(breach) = self.breach() {
            return broken(breach, self.situation).1;
        }
        match &self.outcome {
            Outcome::Complete => "Every process has done all it had to do.".to_owned(),
            Outcome::Blocked { waiting, .. } => format!("{} for ever.", wait(*waiting)),
            Outcome::StepLimit if self.situation.rule == Rule::ReadersWriters => {
                "This is where the schedule ends. Whether those that wait now do so rightly, and how \
                 long, is for the examination to say."
                    .to_owned()
            }
            Outcome::StepLimit => {
                "This is where the schedule ends. Never two processes inside at once; whether those \
                 that wait do so for ever is for the examination to say."
                    .to_owned()
            }
            Outcome::Abandoned | Outcome::Stopped => "The execution was stopped here.".to_owned(),
            Outcome::DataRace(race) => raced(race, self.situation.rule),
            Outcome::Misused(misuse) => misused(misuse),
            Outcome::Panicked { message, site, .. } => format!("A panic at {site}: {message}"),
        }
    }

    /// Who sleeps for what at its end, since which line, and who could have woken whom.
    fn waits(&self) -> String {
        let (events, names) = (&self.events, &self.names);
        let waitables = &self.waitables;
        let tale = Tale { events, names, waitables };
        self.sleepers
            .iter()
            .map(|(who, wanted)| tale.of(*who, wanted))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether one of `who` takes a step in the part that repeats.
    fn steps_in_loop(&self, who: ProcessSet) -> bool {
        let repeated = self.repeated.clone().map_or(&[][..], |range| &self.events[range]);
        repeated.iter().any(|event| event.kind.is_step() && who.contains(event.process))
    }

    /// The guard that `process` waits for at the end: where, and who is in it.
    fn waits_for_guard(&self, process: ProcessId) -> Option<(Site, ProcessId)> {
        let (_, wanted) = self.sleepers.iter().find(|(who, _)| *who == process)?;
        (wanted.cause == Cause::Guard).then_some((wanted.site, wanted.holder?))
    }

    /// The data race in which it ended, if it did.
    fn race(&self) -> Option<&DataRace> {
        match &self.outcome {
            Outcome::DataRace(race) => Some(race),
            _ => None,
        }
    }
}

/// The steps with which somebody goes to sleep in `park`: others step before it goes on, if it ever does.
fn falling_asleep(events: &[Event]) -> Vec<u32> {
    let sleeps = |(place, event): (usize, &Event)| {
        let EventKind::Sleep { spurious: false, .. } = event.kind else { return None };
        let rest = &events[place + 1..];
        let next = rest.iter().position(|later| later.process == event.process);
        let on = match next.map(|next| rest[next].kind) {
            None => true,
            Some(EventKind::Access(access)) => access.method == blocking::PARK && next != Some(0),
            Some(_) => false,
        };
        on.then_some(event.step)
    };
    events.iter().enumerate().filter_map(sleeps).collect()
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
    Names::from_source(sources, 1, |_| false, &[event]).receiver(site).map(str::to_owned)
}

/// The witness of `violation`.
pub(super) fn witness(
    explorer: &mut Explorer<'_>,
    violation: &Violation,
    sources: &BTreeMap<String, String>,
) -> Result<Witness, Crash> {
    let Violation { kind, setup, schedule } = violation;
    let told = Told::new(explorer, setup, schedule, sources)?;
    let (mark, mut reason) = words(*kind, setup, &told);
    if setup.situation.asks.ownership {
        reason = format!(
            "P0 calls exit_section without being inside. That must change nothing (it may panic), but \
             afterwards: {reason}"
        );
    }
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
            Breach::WrongCount { value, increments } => {
                let interleaved = !situation.asks.serial && value < increments;
                if interleaved { WitnessKind::LostUpdate } else { WitnessKind::Miscounted }
            }
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
        Kind::NeverTogether(_) => WitnessKind::NeverTogether,
        Kind::KeptOut(_) | Kind::LetIn(_) => WitnessKind::WrongPreference,
    }
}

/// What is written at the end of the drawing, and the reason in the words of the course.
fn words(kind: Kind, setup: &Setup, told: &Told) -> (String, String) {
    match kind {
        Kind::Overlap(overlap) if setup.situation.rule == Rule::Monitor => (
            "both active".to_owned(),
            format!("{} is active in the monitor while {} is.", overlap.intruder, overlap.holder),
        ),
        Kind::Overlap(overlap) | Kind::OpenDoor(overlap)
            if told.situation.rule == Rule::ReadersWriters =>
        {
            readers_writers::overlap(overlap, &told.events)
        }
        Kind::NeverTogether(meeting) => readers_writers::kept_out(meeting, true),
        Kind::KeptOut(meeting) => readers_writers::kept_out(meeting, false),
        Kind::LetIn(meeting) => readers_writers::let_in(meeting),
        Kind::Overlap(overlap) | Kind::OpenDoor(overlap)
            if matches!(told.situation.rule, Rule::Neighbours { .. }) =>
        {
            (
                "neighbours eat".to_owned(),
                format!(
                    "{} eats while {}, with whom it shares a fork, eats.",
                    overlap.intruder, overlap.holder
                ),
            )
        }
        Kind::Overlap(overlap) if wording::is_roomy(told.situation.rule) => {
            broken(Breach::Overlap(overlap), setup.situation)
        }
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
        Kind::Broken(breach) => broken(breach, setup.situation),
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
                told.waits() + &left_behind(told.situation.rule, &told.events)
            ),
        ),
        Kind::EarlyWakeup(who) => (
            format!("{} for ever", list(who, "sleeps", "sleep")),
            format!(
                "{} woken too early: what {they} for was not there yet. {they_went} back to sleep, and \
                 nobody is left to wake {them} again. {}",
                list(who, "was", "were"),
                told.waits(),
                they = if who.len() == 1 { "it waits" } else { "they wait" },
                they_went = if who.len() == 1 { "It went" } else { "They went" },
                them = if who.len() == 1 { "it" } else { "them" },
            ),
        ),
        Kind::BusyWaiting(process) => match told.waits_for_guard(process) {
            Some((site, holder)) => (
                format!("{process} waits in the guard"),
                format!(
                    "{process} waits at line {} for the guard, in which {holder} is as long as it is \
                     inside. A guard is held for a few steps only: those who wait for it may be \
                     waiting busily.",
                    site.line()
                ),
            ),
            None => (
                format!("{process} goes on like this for ever"),
                format!(
                    "{process} waits and does not sleep: all others stand still, in their critical \
                     or remainder section or asleep, and it goes on taking steps that get it nowhere."
                ),
            ),
        },
        Kind::NotVisible => {
            let race =
                told.race().map_or_else(String::new, |race| raced(race, told.situation.rule));
            (race.clone(), not_visible(told.situation.rule, &race))
        }
        Kind::DataRace => {
            let race =
                told.race().map_or_else(String::new, |race| raced(race, told.situation.rule));
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
            match told.waits() + &left_behind(told.situation.rule, &told.events) {
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
        Kind::ExitWaits(who) => {
            let call = wording::exit(&told.events, who);
            (
                format!("{} {call}", wait(who)),
                format!(
                    "{} {call} for ever: leaving must not depend on others. {}",
                    wait(who),
                    told.waits()
                )
                .trim_end()
                .to_owned(),
            )
        }
        Kind::Starvation(who) if setup.situation.rule == Rule::Counter => {
            (String::new(), overtaken(who))
        }
        Kind::Starvation(who) => {
            // Whoever takes no step there sleeps at some moment of it: a starvation is fair.
            let tries = if told.steps_in_loop(who) {
                list(who, "tries", "try")
                    + " again and again, with a full turn of its loop each time,"
            } else {
                list(who, "waits", "wait") + ", asleep,"
            };
            let others = others_are_served(told.situation.rule, setup.processes());
            let reason = format!(
                "{tries} while {others} again and again. The part that is marked can be repeated for \
                 ever, and was repeated until that was certain."
            );
            (String::new(), reason)
        }
    }
}

/// A broken rule: what is written at the end of the drawing, and the reason.
fn broken(breach: Breach, situation: &Situation) -> (String, String) {
    match breach {
        Breach::Overlap(Overlap { holder, intruder, .. }) => (
            "too many inside".to_owned(),
            format!("{intruder} is let in while {holder} is inside, and there is no more room."),
        ),
        Breach::WrongCount { value, increments } => wrong_count(value, increments, situation),
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
                "deposit of {process} returns, but the buffer has {} and was full before.",
                if capacity == 1 { "1 place".to_owned() } else { format!("{capacity} places") }
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
                "Item {first} was deposited before item {second} was, and yet item {second} is taken \
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
pub(super) fn times(count: u32) -> String {
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
pub(super) fn list(who: ProcessSet, one: &str, many: &str) -> String {
    let names: Vec<String> = who.iter().map(|process: ProcessId| process.to_string()).collect();
    match names.as_slice() {
        [] => format!("nobody {one}"),
        [only] => format!("{only} {one}"),
        [first @ .., last] => format!("{} and {last} {many}", first.join(", ")),
    }
}

fn raced(race: &DataRace, rule: Rule) -> String {
    let verb = |writes| if writes { "writes" } else { "reads" };
    let past = |wrote| if wrote { "wrote" } else { "read" };
    let what = if is_datum(race.site) {
        datum(rule).to_owned()
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
