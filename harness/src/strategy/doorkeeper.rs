//! Is the door ever shut? Lets one process in, keeps it inside for ever, and then lets another one
//! ask, with nothing else going on: it may not get in.
//!
//! A solution that fails here does not exclude anybody; it cannot earn anything for letting
//! everybody in quickly.

use super::dice::{Dice, Executions};
use crate::choice::{Choice, Strategy};
use crate::event::Section;
use crate::process::ProcessId;

/// The most cycles that are run one after another before the holder goes in.
const WARM_UP_MAX: usize = 3;

/// Keeps one process inside and lets another one knock.
#[derive(Clone, Debug)]
pub struct Doorkeeper {
    executions: Executions,
    dice: Dice,
    processes: usize,
    holder: ProcessId,
    newcomer: ProcessId,
    /// Whole cycles still to be run before.
    warm_up: usize,
    /// Who runs a whole cycle now, and how often it had entered before.
    current: Option<(ProcessId, u32)>,
    /// How often the newcomer had entered when it was let ask.
    before: Option<u32>,
    admitted: bool,
}

impl Doorkeeper {
    /// Each pair of processes, again and again, after other histories without interleaving.
    pub fn new(seed: u64, processes: usize) -> Self {
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            processes,
            holder: ProcessId::new(0),
            newcomer: ProcessId::new(0),
            warm_up: 0,
            current: None,
            before: None,
            admitted: false,
        }
    }

    /// Whether the newcomer got in while the first one was inside, and no rule forbade it.
    pub const fn admitted(&self) -> bool {
        self.admitted
    }
}

impl Strategy for Doorkeeper {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        let processes = self.processes as u64;
        let holder = number % processes;
        let distance = 1 + number / processes % (processes - 1);
        self.holder = ProcessId::new(holder as usize);
        self.newcomer = ProcessId::new(((holder + distance) % processes) as usize);
        self.warm_up = self.dice.below(WARM_UP_MAX + 1);
        self.current = None;
        self.before = None;
        self.admitted = false;
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Process(turn) = choice else { return Some(0) };
        if turn.sections[self.holder.index()] == Section::Critical && self.warm_up == 0 {
            let entries = turn.entries[self.newcomer.index()];
            self.admitted |= entries > *self.before.get_or_insert(entries);
            return turn.runnable.contains(self.newcomer).then_some(self.newcomer.index());
        }
        if let Some((process, before)) = self.current {
            let cycled = turn.entries[process.index()] > before
                && turn.sections[process.index()] == Section::Remainder;
            if cycled {
                self.current = None;
                self.warm_up -= 1;
            } else {
                // Whoever cannot go on alone ends this history.
                return turn.runnable.contains(process).then_some(process.index());
            }
        }
        if self.warm_up > 0 {
            let process = ProcessId::new(self.dice.below(self.processes));
            self.current = Some((process, turn.entries[process.index()]));
            return turn.runnable.contains(process).then_some(process.index());
        }
        turn.runnable.contains(self.holder).then_some(self.holder.index())
    }

    /// It must see every change of section.
    fn watches(&self) -> bool {
        true
    }
}
