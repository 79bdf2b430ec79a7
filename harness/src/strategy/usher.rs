//! Who is let in while somebody stays inside? One reader goes in and stays; perhaps a writer comes and
//! waits; then another reader comes. It gets in, or it has to wait: which of the two is right depends on
//! who is to be preferred.
//!
//! First each process goes alone, until it is inside or cannot go on. If the newcomer cannot, all but the one
//! inside go on in turn, since one of them may hold a lock of the solution's own for a moment. Only when all
//! of them sleep, or nothing has come of many steps, was the newcomer refused.

use super::dice::{Dice, Executions};
use super::round_robin::in_turn;
use crate::choice::{Choice, Strategy, Turn};
use crate::event::Section;
use crate::process::{ProcessId, ProcessSet};

/// The most cycles that are run one after another before.
const WARM_UP_MAX: usize = 3;

/// Steps after which a process that does not sleep will not get in any more.
const PATIENCE: u32 = 2_000;

/// How far the plan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// So many whole cycles are still to be run.
    History(usize),
    /// The one who stays goes in.
    Holder,
    /// The writer asks, if one is to.
    Writer,
    /// The other reader asks.
    Newcomer,
    /// All but the one inside go on.
    Others,
    /// The one inside leaves; everybody goes on, until the writer or the newcomer gets in.
    All,
}

/// What became of the newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It got in while the first one was inside.
    Admitted,
    /// It has to wait as long as the first one is inside.
    Refused,
    /// It got in when the first one had left, and before the writer.
    First,
    /// It got in after the writer.
    Second,
}

/// Leads one reader inside, perhaps a writer to the door, and then another reader.
#[derive(Clone, Debug)]
pub struct Usher {
    executions: Executions,
    dice: Dice,
    readers: usize,
    /// Who is to wait for the readers.
    writer: Option<ProcessId>,
    /// Whether the one inside leaves when the newcomer was refused.
    leaves: bool,
    holder: ProcessId,
    newcomer: ProcessId,
    stage: Stage,
    /// Who runs a whole cycle now, and how often it had entered before.
    current: Option<(ProcessId, u32)>,
    /// Steps in this stage.
    steps: u32,
    last: usize,
    reception: Option<Reception>,
}

impl Usher {
    /// Each pair of the readers, the processes below `readers`, first without and then with other cycles
    /// before. They have parts in which they only read, and the writer, if there is one, only writes.
    ///
    /// # Panics
    /// If there are fewer than two readers.
    pub fn new(seed: u64, readers: usize, writer: Option<ProcessId>) -> Self {
        assert!(readers >= 2, "two readers are to meet");
        Self {
            executions: Executions::new(seed, 0),
            dice: Dice::default(),
            readers,
            writer,
            leaves: false,
            holder: ProcessId::new(0),
            newcomer: ProcessId::new(1),
            stage: Stage::Holder,
            current: None,
            steps: 0,
            last: 0,
            reception: None,
        }
    }

    /// Lets the one inside leave when the newcomer was refused, to see who is next.
    #[must_use]
    pub const fn until_one_is_next(self) -> Self {
        Self { leaves: true, ..self }
    }

    /// How many pairs there are: after so many executions each has met.
    pub const fn pairs(&self) -> u64 {
        (self.readers * (self.readers - 1)) as u64
    }

    /// Who was inside in this execution, and who came.
    pub const fn pair(&self) -> (ProcessId, ProcessId) {
        (self.holder, self.newcomer)
    }

    /// What became of the newcomer in this execution; `None` if it did not come to that.
    pub const fn reception(&self) -> Option<Reception> {
        self.reception
    }

    /// The steps that were spent on waiting for something to come of it.
    pub const fn idle(&self) -> u32 {
        if matches!(self.stage, Stage::Others) { self.steps } else { 0 }
    }

    fn enters(&mut self, stage: Stage) {
        self.stage = stage;
        self.steps = 0;
    }

    fn ends(&mut self, reception: Reception) -> Option<usize> {
        self.reception = Some(reception);
        None
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        let section = |process: ProcessId| turn.sections[process.index()];
        let alone = |process: ProcessId| turn.runnable.contains(process).then_some(process.index());
        self.steps += 1;
        loop {
            match self.stage {
                Stage::History(left) => {
                    if let Some((process, before)) = self.current {
                        let cycled = turn.entries[process.index()] > before
                            && section(process) == Section::Remainder;
                        if !cycled {
                            // Whoever cannot go on alone ends this history.
                            return alone(process);
                        }
                        self.current = None;
                        self.stage = Stage::History(left - 1);
                    } else if left == 0 {
                        self.enters(Stage::Holder);
                    } else {
                        let processes = self.readers + usize::from(self.writer.is_some());
                        let process = ProcessId::new(self.dice.below(processes));
                        self.current = Some((process, turn.entries[process.index()]));
                    }
                }
                Stage::Holder if section(self.holder) == Section::Critical => {
                    self.enters(Stage::Writer);
                }
                Stage::Holder => return alone(self.holder),
                Stage::Writer => {
                    let Some(writer) = self.writer else {
                        self.enters(Stage::Newcomer);
                        continue;
                    };
                    if section(writer) == Section::Critical {
                        // It may not be inside: that is another criterion's.
                        return None;
                    }
                    let asks = section(writer) == Section::Entry;
                    if asks && (!turn.runnable.contains(writer) || self.steps > PATIENCE) {
                        self.enters(Stage::Newcomer);
                        continue;
                    }
                    return alone(writer);
                }
                Stage::Newcomer | Stage::Others if section(self.newcomer) == Section::Critical => {
                    return self.ends(Reception::Admitted);
                }
                Stage::Newcomer => {
                    if turn.runnable.contains(self.newcomer) && self.steps <= PATIENCE {
                        return alone(self.newcomer);
                    }
                    self.enters(Stage::Others);
                }
                Stage::Others => {
                    let mut waiting = ProcessSet::only(self.newcomer);
                    if let Some(writer) = self.writer {
                        if section(writer) == Section::Critical {
                            return None;
                        }
                        waiting.insert(writer);
                    }
                    let going = waiting.intersection(turn.runnable);
                    if !going.is_empty() && self.steps <= 2 * PATIENCE {
                        return Some(self.in_turn(going));
                    }
                    if !self.leaves {
                        return self.ends(Reception::Refused);
                    }
                    self.enters(Stage::All);
                }
                Stage::All => {
                    if section(self.newcomer) == Section::Critical {
                        return self.ends(Reception::First);
                    }
                    let writer = self.writer?;
                    if section(writer) == Section::Critical {
                        return self.ends(Reception::Second);
                    }
                    let mut all = ProcessSet::only(self.newcomer);
                    all.insert(writer);
                    if section(self.holder) != Section::Remainder {
                        all.insert(self.holder);
                    }
                    let going = all.intersection(turn.runnable);
                    if going.is_empty() || self.steps > 2 * PATIENCE {
                        // Nobody is next: that is another criterion's, too.
                        return None;
                    }
                    return Some(self.in_turn(going));
                }
            }
        }
    }

    fn in_turn(&mut self, going: ProcessSet) -> usize {
        // In some executions with luck, so that rhythms differ.
        let from = if self.dice.below(4) == 0 { self.last } else { self.last + 1 };
        self.last = in_turn(going, from).index();
        self.last
    }
}

impl Strategy for Usher {
    fn begin(&mut self) -> bool {
        let (number, dice) = self.executions.begin();
        self.dice = dice;
        let (readers, pairs) = (self.readers as u64, self.pairs());
        let holder = number % readers;
        let distance = 1 + number / readers % (readers - 1);
        self.holder = ProcessId::new(holder as usize);
        self.newcomer = ProcessId::new(((holder + distance) % readers) as usize);
        let history = if number < pairs { 0 } else { self.dice.below(WARM_UP_MAX + 1) };
        self.stage = Stage::History(history);
        self.current = None;
        self.steps = 0;
        self.last = 0;
        self.reception = None;
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        match choice {
            Choice::Process(turn) => self.next_process(turn),
            _ => Some(0),
        }
    }

    fn serves_in_order(&self) -> bool {
        true
    }

    /// It must see every change of section.
    fn watches(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Algorithm, Lock, Toy, run};
    use super::*;

    /// Readers and one writer, the last process, that go round for ever.
    struct Room {
        turn: Turn,
        processes: usize,
        /// Whether a writer that waits keeps new readers out.
        writers_first: bool,
    }

    impl Room {
        fn new(processes: usize, writers_first: bool) -> Self {
            let turn = Turn { runnable: ProcessSet::first(processes), ..Turn::default() };
            Self { turn, processes, writers_first }
        }

        fn are(&self, mut members: impl Iterator<Item = usize>, section: Section) -> bool {
            members.any(|process| self.turn.sections[process] == section)
        }

        fn may_enter(&self, me: usize) -> bool {
            let writer = self.processes - 1;
            let written = self.turn.sections[writer] == Section::Critical;
            if me == writer {
                return !self.are(0..writer, Section::Critical);
            }
            let waits = self.turn.sections[writer] == Section::Entry;
            !(written || self.writers_first && waits)
        }
    }

    impl Toy for Room {
        fn turn(&self) -> &Turn {
            &self.turn
        }

        fn step(&mut self, process: ProcessId) {
            let me = process.index();
            self.turn.sections[me] = match self.turn.sections[me] {
                Section::Remainder => Section::Entry,
                Section::Entry => {
                    self.turn.entries[me] += 1;
                    Section::Critical
                }
                Section::Critical => Section::Exit,
                Section::Exit => Section::Remainder,
            };
            for process in ProcessId::all(self.processes) {
                let me = process.index();
                if self.turn.sections[me] == Section::Entry && !self.may_enter(me) {
                    self.turn.runnable.remove(process);
                } else {
                    self.turn.runnable.insert(process);
                }
            }
        }
    }

    fn receptions(toy: impl Fn() -> Room, mut usher: Usher) -> Vec<Option<Reception>> {
        let once = |_| {
            run(&mut toy(), &mut usher, 20_000);
            usher.reception()
        };
        (0..30).map(once).collect()
    }

    #[test]
    fn two_readers_meet_unless_the_lock_is_for_one() {
        let met = receptions(|| Room::new(3, true), Usher::new(1, 2, None));
        assert!(met.iter().all(|found| *found == Some(Reception::Admitted)), "{met:?}");
        for algorithm in [Algorithm::Ticket, Algorithm::TestAndSet, Algorithm::TestTestAndSet] {
            let mut usher = Usher::new(1, 3, None);
            for _ in 0..30 {
                run(&mut Lock::new(algorithm, 3), &mut usher, 20_000);
                assert_eq!(usher.reception(), Some(Reception::Refused));
            }
        }
    }

    #[test]
    fn a_writer_that_waits_shows_who_is_preferred() {
        for processes in [3, 4] {
            let writer = Some(ProcessId::new(processes - 1));
            for writers_first in [false, true] {
                let usher = Usher::new(2, processes - 1, writer);
                let room = || Room::new(processes, writers_first);
                let expected = if writers_first { Reception::Refused } else { Reception::Admitted };
                let met = receptions(room, usher.clone());
                assert!(met.iter().all(|found| *found == Some(expected)), "{met:?}");
                let expected = if writers_first { Reception::Second } else { Reception::Admitted };
                let met = receptions(room, usher.until_one_is_next());
                assert!(met.iter().all(|found| *found == Some(expected)), "{met:?}");
            }
        }
    }
}
