//! How the sampling strategies answer the questions of a weak memory: which write a read takes,
//! where a store lands, whether a weak compare-exchange fails.
//!
//! One manner is drawn per execution, because each kind of bug wants its own: fresh reads for bugs
//! of the algorithm, rare stale reads for one missing edge, frequent ones for several, and *views*
//! after Gao et al., "Probabilistic Concurrency Testing for Weak Memory Programs" (PCTWM,
//! ASPLOS'23): a process lives on what it knows already, and communicates at few points only.
//!
//! Deviations from PCTWM:
//! 1. A read that is no communication point takes the *oldest* legal write. The legal writes begin
//!    with the newest one that happens before the read, so this is the value in the process's view.
//! 2. At a communication point the process is not demoted; that is left to the strategy around it.
//! 3. After a number of local reads in a row a process reads the newest write, lest it wait for
//!    ever on a value that it never sees (memory fairness, Lahav et al., OOPSLA'21).

use super::dice::{Chance, Dice};
use crate::choice::Choice;
use crate::process::PROCESSES_MAX;

/// The most communication points of an execution.
const POINTS_MAX: usize = 4;

/// A store is placed elsewhere than at the end of modification order this often.
const EARLY: Chance = Chance::percent(10);

/// A weak compare-exchange fails spuriously this often.
const SPURIOUS: Chance = Chance::percent(10);

/// A system call fares unusually this often.
const UNUSUAL: Chance = Chance::percent(10);

/// What one execution does with old writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Manner {
    /// Every read takes the newest write.
    #[default]
    Fresh,
    /// A read takes an older write with this probability.
    Stale(Chance),
    /// Processes live on their views.
    Views,
}

/// Answers to all questions but that for the next process.
#[derive(Clone, Debug, Default)]
pub(super) struct Weakness {
    manner: Manner,
    /// [`Manner::Views`]: the numbers of the reads that communicate.
    points: [u32; POINTS_MAX],
    /// Reads with a choice, in this execution.
    reads: u32,
    /// The most of them in any execution so far: where points are drawn from.
    reads_max: u32,
    /// How many local reads in a row are too many.
    patience: u8,
    /// By process: how many of its reads in a row were local.
    local: [u8; PROCESSES_MAX],
}

impl Weakness {
    /// Draws the manner of another execution.
    pub(super) fn begin(&mut self, dice: &mut Dice) {
        self.reads_max = self.reads_max.max(self.reads);
        self.reads = 0;
        self.manner = match dice.below(4) {
            0 => Manner::Fresh,
            1 => Manner::Stale(Chance::percent(10)),
            2 => Manner::Stale(Chance::percent(50)),
            _ => Manner::Views,
        };
        if self.manner == Manner::Views {
            self.local = [0; PROCESSES_MAX];
            self.patience = [2, 4, 16][dice.below(3)];
            let depth = dice.below(POINTS_MAX + 1);
            // 2³² reads never happen: the points beyond the depth are never met.
            self.points = [u32::MAX; POINTS_MAX];
            let range = self.reads_max.max(8) as usize;
            for point in &mut self.points[..depth] {
                *point = dice.below(range) as u32;
            }
        }
    }

    /// Answers any question but the one for the next process.
    #[inline]
    pub(super) fn answer(&mut self, choice: &Choice<'_>, dice: &mut Dice) -> usize {
        match choice {
            Choice::Process(_) => unreachable!("the strategy itself chooses the process"),
            Choice::ReadsFrom { candidates, process, .. } => {
                self.reads_from(candidates.len(), process.index(), dice)
            }
            Choice::Placement { predecessors, .. } => older(predecessors.len(), EARLY, dice),
            Choice::Spurious { .. } => usize::from(dice.happens(SPURIOUS)),
            Choice::Fate { fates, .. } => older(fates.len(), UNUSUAL, dice),
        }
    }

    fn reads_from(&mut self, candidates: usize, process: usize, dice: &mut Dice) -> usize {
        if candidates < 2 {
            return 0;
        }
        let number = self.reads;
        self.reads += 1;
        match self.manner {
            Manner::Fresh => 0,
            Manner::Stale(chance) => older(candidates, chance, dice),
            Manner::Views if self.points.contains(&number) => dice.below(candidates - 1),
            Manner::Views if self.local[process] >= self.patience => {
                self.local[process] = 0;
                0
            }
            Manner::Views => {
                self.local[process] += 1;
                candidates - 1
            }
        }
    }
}

/// With that probability one of the answers after the first.
#[inline]
fn older(arity: usize, chance: Chance, dice: &mut Dice) -> usize {
    if arity > 1 && dice.happens(chance) { 1 + dice.below(arity - 1) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LocationId, WriteId};
    use crate::process::ProcessId;

    const WRITES: [WriteId; 4] = [WriteId::INITIAL; 4];

    fn read(candidates: &[WriteId]) -> Choice<'_> {
        let process = ProcessId::new(0);
        Choice::ReadsFrom { process, location: LocationId(0), candidates, taken: &[] }
    }

    /// The answers to a hundred reads of four candidates each, in the first execution of a manner.
    fn answers(wanted: impl Fn(Manner) -> bool) -> [usize; 4] {
        for seed in 0.. {
            let mut dice = Dice::new(seed, 0);
            let mut weakness = Weakness::default();
            weakness.begin(&mut dice);
            if wanted(weakness.manner) {
                let mut counts = [0; 4];
                for _ in 0..100 {
                    counts[weakness.answer(&read(&WRITES), &mut dice)] += 1;
                }
                return counts;
            }
        }
        unreachable!("every manner is drawn sooner or later")
    }

    #[test]
    fn each_manner_reads_in_its_own_way() {
        assert_eq!(answers(|manner| manner == Manner::Fresh), [100, 0, 0, 0]);
        let [fresh, stale @ ..] = answers(|manner| manner == Manner::Stale(Chance::percent(50)));
        assert!((35..65).contains(&fresh) && stale.iter().all(|&count| count > 5), "{stale:?}");
        let [fresh, .., local] = answers(|manner| manner == Manner::Views);
        assert!(local > 60 && fresh >= 5, "mostly local, but never for ever: {local} {fresh}");
    }

    #[test]
    fn stores_mostly_append_and_weak_exchanges_mostly_succeed() {
        let process = ProcessId::new(0);
        let place =
            Choice::Placement { process, location: LocationId(0), predecessors: &WRITES[..2] };
        let (mut dice, mut weakness) = (Dice::new(3, 0), Weakness::default());
        let mut odd = [0; 2];
        for _ in 0..1000 {
            odd[0] += weakness.answer(&place, &mut dice);
            odd[1] += weakness.answer(&Choice::Spurious { process }, &mut dice);
        }
        assert!(odd.iter().all(|count| (60..140).contains(count)), "{odd:?}");
    }

    #[test]
    fn one_candidate_is_no_choice() {
        let (mut dice, mut weakness) = (Dice::new(3, 0), Weakness::default());
        for _ in 0..50 {
            weakness.begin(&mut dice);
            assert_eq!(weakness.answer(&read(&WRITES[..1]), &mut dice), 0);
        }
    }
}
