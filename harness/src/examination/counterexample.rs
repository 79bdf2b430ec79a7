//! From some execution that shows a violation to one that a person can follow.

use crate::event::Observer;
use crate::exploration::{Crash, Explorer, Run, Setup};
use crate::strategy::Frugal;
use crate::trace::Schedule;

/// The most surprises (context switches, stale reads, …) of a counterexample that is searched for.
const SURPRISES_MAX: u32 = 8;

/// Executions of one search, over all bounds.
const EXECUTIONS_MAX: u64 = 40_000;

/// Looks for the execution with the fewest surprises that `judge` calls a breach, in each of
/// `setups` in turn.
pub(super) fn simplest<O: Observer, B>(
    explorer: &mut Explorer<'_>,
    setups: &[Setup],
    mut observer: impl FnMut() -> O,
    mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
) -> Result<Option<(B, Setup, Schedule)>, Crash> {
    for setup in setups {
        let mut left = explorer.affordable(setup, EXECUTIONS_MAX) / setups.len() as u64;
        for surprises in 0..=SURPRISES_MAX {
            let mut frugal = Frugal::new(surprises, left);
            let found =
                explorer.explore(setup, &mut frugal, u64::MAX, &mut observer, &mut judge)?;
            if let Some((breach, schedule)) = found.breach {
                return Ok(Some((breach, setup.clone(), schedule)));
            }
            left = frugal.executions_left();
            if left == 0 {
                break;
            }
        }
    }
    Ok(None)
}
