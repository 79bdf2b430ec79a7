//! Taking turns: every process takes a number of steps, then the next one does.
//!
//! With one step each this is the lockstep schedule, in which symmetric algorithms that give way to
//! each other do so for ever ("after you"). Some livelocks need another rhythm, so a seed gives a
//! variety of them. All are fair, and the memory behaves as if sequentially consistent: whatever
//! goes on for ever here is a livelock of the algorithm.

use super::dice::Executions;
use crate::choice::{Choice, Strategy, Turn};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};

/// The quanta of one rhythm, by process.
type Quanta = [u32; PROCESSES_MAX];

/// Where the rhythms come from.
#[derive(Clone, Debug)]
enum Rhythms {
    /// One only.
    One {
        /// Whether it has been begun.
        begun: bool,
    },
    /// First lockstep, then equal quanta of 2, 3, … `quantum_max`, then drawn by lot.
    Variety { executions: Executions, quantum_max: u32 },
}

/// Everybody in turn.
#[derive(Clone, Debug)]
pub struct RoundRobin {
    rhythms: Rhythms,
    quanta: Quanta,
    /// Who takes the first step, if it can.
    first: usize,
    /// The steps that the previous process has taken of its quantum.
    taken: u32,
    /// Who that was.
    previous: Option<ProcessId>,
}

impl RoundRobin {
    /// One execution in which everybody takes one step in turn.
    pub fn lockstep() -> Self {
        Self::with_quanta([1; PROCESSES_MAX], 0)
    }

    /// One execution in which process `i` takes `quanta[i]` steps in its turn, and process `first`
    /// begins.
    ///
    /// # Panics
    /// If a quantum is 0.
    pub fn with_quanta(quanta: [u32; PROCESSES_MAX], first: usize) -> Self {
        assert!(quanta.iter().all(|&quantum| quantum > 0), "everybody takes a step in its turn");
        Self { rhythms: Rhythms::One { begun: false }, quanta, first, taken: 0, previous: None }
    }

    /// Endless variety: first lockstep, then equal quanta up to `quantum_max`, then all sorts.
    ///
    /// # Panics
    /// If `quantum_max` is 0.
    pub fn variety(seed: u64, quantum_max: u32) -> Self {
        Self::variety_from(seed, 0, quantum_max)
    }

    /// The [variety](Self::variety) from execution number `execution` on.
    ///
    /// # Panics
    /// If `quantum_max` is 0.
    pub fn variety_from(seed: u64, execution: u64, quantum_max: u32) -> Self {
        assert!(quantum_max > 0, "everybody takes a step in its turn");
        let executions = Executions::new(seed, execution);
        let rhythms = Rhythms::Variety { executions, quantum_max };
        Self { rhythms, quanta: [1; PROCESSES_MAX], first: 0, taken: 0, previous: None }
    }

    /// The quanta of this execution, by process.
    pub const fn quanta(&self) -> &[u32; PROCESSES_MAX] {
        &self.quanta
    }

    fn next_process(&mut self, turn: &Turn) -> ProcessId {
        if self.previous != turn.previous {
            // It took steps that nobody was asked about: they count as one.
            self.taken = 1;
        }
        let chosen = match turn.previous {
            Some(previous)
                if turn.runnable.contains(previous)
                    && self.taken < self.quanta[previous.index()] =>
            {
                self.taken += 1;
                previous
            }
            previous => {
                self.taken = 1;
                let from = previous.map_or(self.first, |previous| previous.index() + 1);
                in_turn(turn.runnable, from)
            }
        };
        self.previous = Some(chosen);
        chosen
    }
}

/// The first member from number `from` on, going round.
pub(super) fn in_turn(members: ProcessSet, from: usize) -> ProcessId {
    let later = members.difference(ProcessSet::first(from.min(PROCESSES_MAX)));
    later.lowest().or_else(|| members.lowest()).expect("somebody is runnable")
}

impl Strategy for RoundRobin {
    fn begin(&mut self) -> bool {
        self.taken = 0;
        self.previous = None;
        match &mut self.rhythms {
            Rhythms::One { begun } => !std::mem::replace(begun, true),
            Rhythms::Variety { executions, quantum_max } => {
                let (number, mut dice) = executions.begin();
                if number < u64::from(*quantum_max) {
                    self.quanta = [number as u32 + 1; PROCESSES_MAX];
                    self.first = 0;
                } else {
                    let mut quantum = || 1 + dice.below(*quantum_max as usize) as u32;
                    self.quanta = std::array::from_fn(|_| quantum());
                    self.first = dice.below(PROCESSES_MAX);
                }
                true
            }
        }
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(match choice {
            Choice::Process(turn) => self.next_process(turn).index(),
            // The newest write, the end of modification order, no spurious failure.
            _ => 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::toy::{AfterYou, Counters, Toy, run};
    use super::*;

    fn order(strategy: &mut RoundRobin, lengths: &[u32]) -> Vec<usize> {
        let mut toy = Counters::new(lengths);
        run(&mut toy, strategy, 100);
        toy.order
    }

    #[test]
    fn everybody_takes_its_quantum_in_turn() {
        let cases: [(Quanta, usize, &[u32], &[usize]); 4] = [
            ([1; 8], 0, &[3, 3], &[0, 1, 0, 1, 0, 1]),
            ([1; 8], 1, &[2, 2, 2], &[1, 2, 0, 1, 2, 0]),
            ([2, 1, 1, 1, 1, 1, 1, 1], 0, &[4, 2], &[0, 0, 1, 0, 0, 1]),
            ([3; 8], 5, &[4, 4], &[0, 0, 0, 1, 1, 1, 0, 1]),
        ];
        for (quanta, first, lengths, expected) in cases {
            let mut strategy = RoundRobin::with_quanta(quanta, first);
            assert_eq!(order(&mut strategy, lengths), expected, "{quanta:?} from {first}");
            assert!(!strategy.begin(), "there is one such execution");
        }
    }

    #[test]
    fn lockstep_finds_the_livelock_of_those_who_give_way() {
        let mut toy = AfterYou::new();
        run(&mut toy, &mut RoundRobin::lockstep(), 1_000);
        assert_eq!(toy.turn().entries[..2], [0, 0], "they give way to each other for ever");
        let mut toy = AfterYou::new();
        run(&mut toy, &mut Random::new(1), 1_000);
        assert_ne!(toy.turn().entries[..2], [0, 0], "by chance somebody gets in");
    }

    #[test]
    fn a_variety_begins_with_lockstep_and_is_never_the_same_for_long() {
        let mut strategy = RoundRobin::variety(1, 4);
        let mut seen = Vec::new();
        for _ in 0..12 {
            assert!(strategy.begin(), "there is always another rhythm");
            seen.push(strategy.quanta);
        }
        assert_eq!(seen[..4], [[1; 8], [2; 8], [3; 8], [4; 8]]);
        assert!(seen.iter().flatten().all(|quantum| (1..=4).contains(quantum)));
        assert!(seen[4..].iter().all(|quanta| quanta.iter().any(|&q| q != quanta[0])));
        let mut alone = RoundRobin::variety_from(1, 7, 4);
        assert!(alone.begin());
        assert_eq!(alone.quanta, seen[7]);
    }
}
