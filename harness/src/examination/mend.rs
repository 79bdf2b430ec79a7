//! Right algorithm, wrong orderings: where would a stronger one mend it? Found by trying.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use super::{Effort, Examiner, Memory};
use crate::engine::Override;
use crate::event::{AccessKind, Event, EventKind, Observer, Site};
use crate::exploration::{Crash, Explorer, Setup};
use crate::scenario::Scenario;
use crate::strategy::Random;

/// A stronger ordering at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The place.
    pub site: Site,
    /// The method called there.
    pub method: &'static str,
    /// The ordering that is written there.
    pub from: Ordering,
    /// The ordering that mends it, together with the other mends.
    pub to: Ordering,
}

/// The atomic operations of a solution: where, which method, with which ordering, of what kind.
#[derive(Debug, Default)]
struct Uses(BTreeMap<Place, (Override, Option<AccessKind>)>);

/// File, line, column, method, and strength of the ordering: in this order uses are tried.
type Place = (&'static str, u32, u32, &'static str, u8);

impl Observer for Uses {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let (site, method, ordering, kind) = match event.kind {
            EventKind::Access(access) => {
                // The ordering of a failed compare-exchange is its failure ordering, which follows
                // the other one.
                let failed = access.kind == AccessKind::Load && access.method.contains("compare");
                match access.ordering {
                    Some(ordering) if !failed => {
                        (access.site, access.method, ordering, Some(access.kind))
                    }
                    _ => return ControlFlow::Continue(()),
                }
            }
            EventKind::Fence(ordering, site) => (site, "fence", ordering, None),
            _ => return ControlFlow::Continue(()),
        };
        let key = (site.file(), site.line(), site.column(), method, strength(ordering));
        let entry = Override { site, method, written: ordering, instead: Ordering::SeqCst };
        self.0.insert(key, (entry, kind));
        ControlFlow::Continue(())
    }
}

fn strength(ordering: Ordering) -> u8 {
    match ordering {
        Ordering::Relaxed => 0,
        Ordering::Acquire => 1,
        Ordering::Release => 2,
        Ordering::AcqRel => 3,
        _ => 4,
    }
}

/// Orderings weaker than `SeqCst` that such an operation may have, weakest first.
fn weaker(kind: Option<AccessKind>, written: Ordering) -> Vec<Ordering> {
    let all: &[Ordering] = match kind {
        Some(AccessKind::Load) => &[Ordering::Acquire],
        Some(AccessKind::Store) => &[Ordering::Release],
        _ => &[Ordering::Acquire, Ordering::Release, Ordering::AcqRel],
    };
    all.iter().copied().filter(|&ordering| strength(ordering) > strength(written)).collect()
}

/// The fewest stronger orderings that mend a solution which holds under sequential consistency but
/// not under C++20. Empty if none were found.
pub fn mends(scenario: &dyn Scenario, effort: &Effort) -> Result<Vec<Mend>, Crash> {
    let mut explorer = Explorer::new(scenario);
    let mut uses = Uses::default();
    let situations = scenario.situations().iter().copied().filter(|it| it.asks.progress);
    let numbers = situations.flat_map(|situation| {
        let numbers = effort.processes.iter().filter(|&&number| situation.cast.admits(number));
        numbers.map(move |&processes| (situation, processes))
    });
    for (situation, processes) in numbers {
        let setup = Setup {
            model: Memory::Cpp20.sampled(),
            situation,
            quotas: vec![effort.entries; processes],
            steps_max: effort.steps_per_execution_max,
        };
        let mut random = Random::new(effort.seed);
        explorer.survey(&setup, &mut random, 40, &mut uses)?;
    }
    let mut overrides: Vec<(Override, Option<AccessKind>)> =
        uses.0.into_values().filter(|(entry, _)| entry.written != Ordering::SeqCst).collect();
    // A smaller effort for each trial; the last one gets the whole.
    let quick = Effort {
        processes: effort.processes.iter().copied().take(1).collect(),
        random_executions: effort.random_executions / 4,
        pct_executions: effort.pct_executions / 4,
        pos_executions: effort.pos_executions / 4,
        ..effort.clone()
    };
    let holds = |overrides: &[(Override, Option<AccessKind>)], effort: &Effort| {
        let mut explorer = Explorer::new(scenario);
        explorer.set_overrides(overrides.iter().map(|(entry, _)| *entry).collect());
        let mut examiner = Examiner::new(explorer, effort);
        let excludes = examiner.mutual_exclusion(Memory::Cpp20)?;
        let progresses = examiner.progress(Memory::Cpp20)?;
        Ok::<bool, Crash>(!excludes.is_violated() && !progresses.is_violated())
    };
    if !holds(&overrides, &quick)? {
        return Ok(Vec::new());
    }
    let mut at = 0;
    while at < overrides.len() {
        let mut fewer = overrides.clone();
        fewer.remove(at);
        if holds(&fewer, &quick)? {
            overrides = fewer;
        } else {
            at += 1;
        }
    }
    for at in 0..overrides.len() {
        let (entry, kind) = overrides[at];
        for ordering in weaker(kind, entry.written) {
            let mut milder = overrides.clone();
            milder[at].0.instead = ordering;
            if holds(&milder, &quick)? {
                overrides = milder;
                break;
            }
        }
    }
    if !holds(&overrides, effort)? {
        return Ok(Vec::new());
    }
    Ok(overrides
        .into_iter()
        .map(|(entry, _)| Mend {
            site: entry.site,
            method: entry.method,
            from: entry.written,
            to: entry.instead,
        })
        .collect())
}
