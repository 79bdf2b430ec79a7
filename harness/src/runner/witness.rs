//! From a violation to the witness in a report: the execution is run once more and told.

use std::collections::BTreeMap;

use super::counted::overtaken;
use super::report::{Witness, WitnessKind};
use super::scene::{Scene, memory_name};
use super::told::Told;
use super::wording::{
    self, broken, left_behind, list, misused, not_visible, others_are_served, raced, wait,
};
use super::{exchanged, mailbox, readers_writers, served};
use crate::event::{Access, AccessKind, Event, EventKind, LocationId, Site, ValueType};
use crate::examination::{Kind, Violation};
use crate::exploration::{Crash, Explorer, Setup};
use crate::oracle::{Breach, Rule};
use crate::process::ProcessId;
use crate::scenario::Situation;
use crate::trace::Names;

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
            Breach::Mishap { mishap, .. } => exchanged::wire(mishap),
            Breach::Disservice { disservice, .. } => served::wire(disservice),
            Breach::Mail(fault) => mailbox::kind(fault),
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
        Kind::BusyWaiting(process) => busy(process, told),
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
        Kind::Starvation(who) if told.is_of_messages() => {
            let victim = who.lowest().expect("somebody is passed over");
            exchanged::passed_over(victim, told.overtaking().map_or(0, |(_, others)| others))
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

/// Somebody who waits and does not sleep: in a guard, alone, or together with others.
fn busy(process: ProcessId, told: &Told) -> (String, String) {
    if let Some((site, holder)) = told.waits_for_guard(process) {
        return (
            format!("{process} waits in the guard"),
            format!(
                "{process} waits at line {} for the guard, in which {holder} is as long as it is \
                 inside. A guard is held for a few steps only: those who wait for it may be \
                 waiting busily.",
                site.line()
            ),
        );
    }
    let together = told.last_steppers();
    if together.len() < 2 {
        return (
            format!("{process} goes on like this for ever"),
            format!(
                "{process} waits and does not sleep: all others stand still, in their critical or \
                 remainder section or asleep, and it goes on taking steps that get it nowhere."
            ),
        );
    }
    let who = list(together, "goes on", "go on");
    (
        format!("{who} like this for ever"),
        format!(
            "{process} waits and does not stay asleep: all that are inside or in their remainder \
             section stand still, but {who} taking steps that get them nowhere, as if they woke each \
             other."
        ),
    )
}
