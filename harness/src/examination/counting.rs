//! A counter that is wrong by itself: one process increments after the other, and the value is not the
//! number of increments. That is no lost update, and it is looked for first.

use super::mutual_exclusion::judge;
use super::verdict::Verdict;
use super::{Examiner, Memory};
use crate::exploration::Crash;
use crate::oracle::Safety;
use crate::strategy::Random;

/// Executions, for each number of processes and of increments.
const EXECUTIONS: u64 = 20;

/// How often each process increments: a few times, and more often than 8 bits can count.
const INCREMENTS: [u32; 3] = [1, 3, 140];

/// Operations of one execution.
const STEPS_MAX: u32 = 60_000;

impl Examiner<'_> {
    /// The verdict on counting without interleaving, if that is not in order.
    pub fn miscounts(&mut self, memory: Memory) -> Result<Option<Verdict>, Crash> {
        for (situation, processes) in self.situations(|asks| asks.serial) {
            for each in INCREMENTS {
                let mut setup = self.setup(memory, vec![each; processes], situation);
                setup.steps_max = STEPS_MAX;
                let mut random = Random::new(self.effort.seed);
                let oracle = || Safety::new(situation.rule);
                let found =
                    self.explorer.explore(&setup, &mut random, EXECUTIONS, oracle, judge)?;
                if let Some((kind, schedule)) = found.breach {
                    return self.violated(memory, kind, setup, schedule).map(Some);
                }
                if found.complete == 0 {
                    let reason = "already where one process comes after the other the counter does not \
                                  get to its value, so nothing was counted";
                    return Ok(Some(Verdict::Unknown(reason.to_owned())));
                }
            }
        }
        Ok(None)
    }
}
