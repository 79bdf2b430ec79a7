//! An execution that was run once more, told: its drawing, its steps, how it ended, who sleeps.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::report::WitnessStep;
use super::sleepers::Tale;
use super::wording::{broken, misused, raced, wait};
use super::{exchanged, readers_writers};
use crate::backend::Panic;
use crate::engine::{Cause, DataRace, Outcome, Waitable, Wanted};
use crate::event::{Event, EventKind, LocationId, Observer, Site, blocking};
use crate::exploration::{Crash, Explorer, Setup};
use crate::kernel::Simulated;
use crate::oracle::{Breach, Overlap, Overtaking, Rule, Safety};
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::{Situation, is_datum};
use crate::strategy::Replay;
use crate::trace::{Drawing, Names, Schedule, story};

/// The most steps of a witness that are told; the drawing condenses, the steps do not.
const STEPS_TOLD_MAX: usize = 400;

/// How many steps are the last few: fewer than a busy process is shown alone, enough for two that take turns.
const LAST_STEPS: usize = 6;

/// An execution that was run once more.
pub(super) struct Told {
    pub(super) outcome: Outcome,
    pub(super) diverged: Option<String>,
    pub(super) events: Vec<Event>,
    pub(super) names: Names,
    processes: usize,
    pub(super) situation: &'static Situation,
    sleepers: Vec<(ProcessId, Wanted)>,
    waitables: Vec<(Waitable, LocationId)>,
    machine: Option<Simulated>,
    /// Whose message others may overtake, where that is asked, and how many they have.
    victim: Option<ProcessId>,
    later: u32,
    /// The events of the part that repeats.
    repeated: Option<std::ops::Range<usize>>,
}

/// Who has a single message to send while each of the others has many, and how many.
fn flooded(setup: &Setup) -> (Option<ProcessId>, u32) {
    let Rule::Messages { receiver, .. } = setup.situation.rule else { return (None, 0) };
    if !setup.situation.asks.fairness {
        return (None, 0);
    }
    let senders = ProcessId::all(setup.processes()).filter(|sender| sender.index() != receiver);
    let victim = senders.clone().min_by_key(|sender| setup.quotas[sender.index()]);
    let others = senders.filter(|&sender| Some(sender) != victim);
    (victim, others.map(|sender| setup.quotas[sender.index()]).max().unwrap_or(0))
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
        // others are numbered without it. To be born is a step that nobody is told of.
        let sleeping = falling_asleep(&events);
        let mut steps = 0;
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
                continue;
            }
            event.step = steps;
            steps += u32::from(event.kind.is_step());
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
        let (victim, later) = flooded(&setup);
        Ok(Self {
            outcome,
            diverged: replay.divergence().map(|divergence| divergence.to_string()),
            repeated: loop_from.map(|start| start..kept.len()),
            events: kept,
            names,
            situation: setup.situation,
            sleepers: explorer.engine().sleepers(),
            waitables: explorer.engine().waitables().to_vec(),
            machine: explorer.engine().machine().cloned(),
            processes: setup.processes(),
            victim,
            later,
        })
    }

    /// What is worth a row. A process of a machine ends by its last call, and has no remainder section to
    /// rest in.
    fn shown(&self, events: &[Event]) -> Vec<Event> {
        let rests = |event: &&Event| event.kind == EventKind::Finished;
        events.iter().filter(|event| self.machine.is_none() || !rests(event)).copied().collect()
    }

    /// The lane diagram, with `mark` at its end; below it, what is open then if there is a machine.
    pub(super) fn drawing(&self, mark: &str) -> String {
        let shown = self.shown(&self.events);
        let mut drawing = Drawing::new(self.processes, &shown, &self.names);
        if let Some(last) = shown.len().checked_sub(1)
            && !mark.is_empty()
        {
            drawing = drawing.mark(last, mark);
        }
        if let Some(repeated) = self.repeated.clone().filter(|range| !range.is_empty()) {
            let before = |place: usize| self.shown(&self.events[..place]).len();
            drawing = drawing.repeats(before(repeated.start)..before(repeated.end));
        }
        let mut text = drawing.to_string();
        if let Some(machine) = &self.machine {
            text.push_str(&exchanged::tables(machine, self.processes));
        }
        text
    }

    /// The steps.
    pub(super) fn steps(&self) -> Vec<WitnessStep> {
        story(&self.shown(&self.events), &self.names)
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

    /// Whether messages are exchanged.
    pub(super) fn is_of_messages(&self) -> bool {
        matches!(self.situation.rule, Rule::Messages { .. } | Rule::Requests { .. })
    }

    /// Whether two processes were inside at once.
    pub(super) fn overlap(&self) -> Option<Overlap> {
        self.breach().and_then(|breach| match breach {
            Breach::Overlap(overlap) => Some(overlap),
            _ => None,
        })
    }

    /// Which rule was broken.
    pub(super) fn breach(&self) -> Option<Breach> {
        let mut oracle = Safety::new(self.situation.rule);
        let _ = self.events.iter().try_for_each(|event| oracle.observe(event));
        oracle.breach()
    }

    /// What a replay writes at the end of the drawing.
    pub(super) fn mark(&self) -> String {
        match self.breach() {
            Some(Breach::Overlap(_)) => "both inside".to_owned(),
            Some(breach) => broken(breach, self.situation).0,
            None => match self.overtaking() {
                Some((victim, others)) => exchanged::passed_over(victim, others).0,
                None => String::new(),
            },
        }
    }

    /// Whether mutual exclusion held, for the processes and their data.
    pub(super) fn excludes(&self) -> bool {
        self.breach().is_none() && self.race().is_none()
    }

    /// Whether all processes did all they had to do, and nothing was wrong with it.
    pub(super) fn is_fine(&self) -> bool {
        match self.overtaking() {
            Some((_, others)) => others < self.later,
            None => self.outcome == Outcome::Complete && self.excludes(),
        }
    }

    /// Where one process has a single message to send and others have many: which one, and how many of another
    /// one's are received before it.
    pub(super) fn overtaking(&self) -> Option<(ProcessId, u32)> {
        let victim = self.victim?;
        let mut seen = Overtaking::new(victim);
        let _ = self.events.iter().try_for_each(|event| seen.observe(event));
        Some((victim, seen.by_one()))
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
        if let Some((victim, others)) = self.overtaking() {
            return exchanged::passed_over(victim, others).1;
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
    pub(super) fn waits(&self) -> String {
        if let (Some(machine), Outcome::Blocked { waiting, .. }) = (&self.machine, &self.outcome) {
            return exchanged::plights(machine, *waiting, &self.events, &self.names);
        }
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
    pub(super) fn steps_in_loop(&self, who: ProcessSet) -> bool {
        let repeated = self.repeated.clone().map_or(&[][..], |range| &self.events[range]);
        repeated.iter().any(|event| event.kind.is_step() && who.contains(event.process))
    }

    /// Who takes the last few steps.
    pub(super) fn last_steppers(&self) -> ProcessSet {
        let steps = self.events.iter().rev().filter(|event| event.kind.is_step());
        steps.take(LAST_STEPS).map(|event| event.process).collect()
    }

    /// The guard that `process` waits for at the end: where, and who is in it.
    pub(super) fn waits_for_guard(&self, process: ProcessId) -> Option<(Site, ProcessId)> {
        let (_, wanted) = self.sleepers.iter().find(|(who, _)| *who == process)?;
        (wanted.cause == Cause::Guard).then_some((wanted.site, wanted.holder?))
    }

    /// The data race in which it ended, if it did.
    pub(super) fn race(&self) -> Option<&DataRace> {
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
