//! Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized
//! Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS'10, section 3.
//!
//! Processes have priorities; the runnable one of highest priority always runs. At d − 1 random
//! steps the running process drops below all others. An execution of n processes and k steps hits
//! any given bug of depth d with probability at least 1/(n·k^(d−1)).
//!
//! Deviations:
//! 1. A step counts only if two processes or more could have taken it: nothing is decided in others.
//! 2. d is drawn per execution, from 3 to 6; so the bound above is divided by four.
//! 3. k is not known; it is the most steps counted in any earlier execution.
//! 4. In every second execution, by lot, only steps that write can be change points, and only they
//!    make up k. Between what a process has read and what it writes is where others do harm, and a
//!    smaller k makes it likelier to be hit. The bound above is divided by two once more.
//! 5. PCT is unfair. A process that took many counted steps in a row drops below all others, and
//!    after a long prefix the execution goes on as a random walk (Coyote's *fair suffix*).

use super::dice::{Chance, Dice, Executions};
use super::random::walk;
use super::weakness::Weakness;
use crate::choice::{Choice, Pending, Strategy, Turn};
use crate::process::PROCESSES_MAX;

/// The priority that the first change point gives; lower ones are for those who ran too long.
const CHANGED: u32 = 1 << 31;

/// The depths that are drawn. A bug of a smaller depth is found with these, too, as change points often
/// fall where they change nothing; how much sooner or later depends on the program.
const DEPTH_MIN: usize = 3;
const DEPTH_MAX: usize = 6;

/// Which steps can be change points: the place in arrays.
const ANY: usize = 0;
const WRITES: usize = 1;

/// After so many counted steps in a row a process drops to the lowest priority.
const IN_A_ROW_MAX: u32 = 100;

/// After at least so many counted steps of one execution, it goes on as a random walk.
const PREFIX_MIN: u32 = 1_000;

/// Priorities with change points.
#[derive(Clone, Debug)]
pub struct Pct {
    executions: Executions,
    dice: Dice,
    weakness: Weakness,
    /// The depth of every execution, if it is not to be drawn.
    depth: Option<usize>,
    /// By process; the highest runs. Initial ones are above those of change points.
    priorities: [u32; PROCESSES_MAX],
    /// Which steps can be change points in this execution: [`ANY`] or [`WRITES`].
    kind: usize,
    /// The numbers, among such steps, of those before which the running process drops, and in what
    /// order they rank: the i-th drops to `CHANGED + i`. `u32::MAX` is never reached.
    change_points: [u32; DEPTH_MAX - 1],
    /// The lowest priority given so far.
    floor: u32,
    /// Counted steps of this execution: all, and those that wrote.
    steps: [u32; 2],
    /// The estimates of k: the most such steps of an earlier execution.
    steps_max: [u32; 2],
    /// Where the fair suffix begins, in counted steps.
    prefix: u32,
    /// Who took the last counted step, and how many in a row.
    running: Option<usize>,
    in_a_row: u32,
}

impl Pct {
    /// The executions of a seed.
    pub fn new(seed: u64) -> Self {
        Self::starting_at(seed, 0, [0; 2])
    }

    /// The executions of a seed from number `execution` on. The change points depend on the
    /// longest execution before it: `steps_max`, as [`steps_max`](Self::steps_max) says it.
    pub fn starting_at(seed: u64, execution: u64, steps_max: [u32; 2]) -> Self {
        Self {
            executions: Executions::new(seed, execution),
            dice: Dice::default(),
            weakness: Weakness::default(),
            depth: None,
            priorities: [0; PROCESSES_MAX],
            kind: ANY,
            change_points: [u32::MAX; DEPTH_MAX - 1],
            floor: CHANGED,
            steps: [0; 2],
            steps_max,
            prefix: PREFIX_MIN,
            running: None,
            in_a_row: 0,
        }
    }

    /// Uses one depth in all executions instead of drawing it.
    ///
    /// # Panics
    /// If the depth is not in `1..=6`.
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        assert!((1..=DEPTH_MAX).contains(&depth), "depths from 1 to {DEPTH_MAX} are supported");
        self.depth = Some(depth);
        self
    }

    /// The estimates of the number of steps with a choice, all of them and those that write: the most
    /// in any execution that has ended.
    pub const fn steps_max(&self) -> [u32; 2] {
        self.steps_max
    }

    /// The runnable process of highest priority.
    fn highest(&self, turn: &Turn) -> usize {
        turn.runnable
            .iter()
            .map(crate::process::ProcessId::index)
            .max_by_key(|&process| self.priorities[process])
            .expect("somebody is runnable")
    }

    fn drop_to_the_floor(&mut self, process: usize) {
        self.floor -= 1;
        self.priorities[process] = self.floor;
    }

    fn next_process(&mut self, turn: &Turn) -> usize {
        if turn.runnable.len() < 2 {
            return self.highest(turn);
        }
        if self.steps[ANY] >= self.prefix {
            return walk(turn.runnable, None, Chance::default(), &mut self.dice);
        }
        let mut chosen = self.highest(turn);
        let writes = matches!(turn.pending[chosen], Pending::Write(_));
        let number = self.steps[self.kind];
        self.steps[ANY] += 1;
        self.steps[WRITES] += u32::from(writes);
        if (writes || self.kind == ANY)
            && let Some(rank) = self.change_points.iter().position(|&point| point == number)
        {
            self.priorities[chosen] = CHANGED + rank as u32;
            chosen = self.highest(turn);
        }
        if self.running != Some(chosen) {
            self.running = Some(chosen);
            self.in_a_row = 0;
        }
        self.in_a_row += 1;
        if self.in_a_row > IN_A_ROW_MAX {
            self.drop_to_the_floor(chosen);
            chosen = self.highest(turn);
        }
        chosen
    }
}

impl Strategy for Pct {
    fn begin(&mut self) -> bool {
        for (most, steps) in self.steps_max.iter_mut().zip(self.steps) {
            *most = (*most).max(steps);
        }
        (_, self.dice) = self.executions.begin();
        self.weakness.begin(&mut self.dice);
        self.steps = [0; 2];
        self.kind = self.dice.below(2);
        self.floor = CHANGED;
        self.running = None;
        self.in_a_row = 0;
        self.prefix = PREFIX_MIN.max(self.steps_max[ANY].saturating_mul(2));

        // A random permutation of the processes, above all priorities of change points.
        for process in 0..PROCESSES_MAX {
            self.priorities[process] = CHANGED + (DEPTH_MAX + process) as u32;
        }
        for process in 1..PROCESSES_MAX {
            let other = self.dice.below(process + 1);
            self.priorities.swap(process, other);
        }

        let depth =
            self.depth.unwrap_or_else(|| DEPTH_MIN + self.dice.below(DEPTH_MAX - DEPTH_MIN + 1));
        let range = self.steps_max[self.kind].max(2) as usize;
        self.change_points = [u32::MAX; DEPTH_MAX - 1];
        for point in 0..(depth - 1).min(range) {
            // Distinct points, by drawing again: there are at most five.
            loop {
                let drawn = self.dice.below(range) as u32;
                if !self.change_points.contains(&drawn) {
                    self.change_points[point] = drawn;
                    break;
                }
            }
        }
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(match choice {
            Choice::Process(turn) => self.next_process(turn),
            other => self.weakness.answer(other, &mut self.dice),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Counters, Toy, run};
    use super::*;

    /// The share of executions in which process 1's only step falls between two given steps of
    /// process 0: a bug of depth 2, as two orders must be right.
    fn share_between(depth: usize, length: u32, after: usize) -> f64 {
        let mut pct = Pct::starting_at(11, 0, [length; 2]).with_depth(depth);
        let mut found = 0;
        for _ in 0..4_000 {
            let mut toy = Counters::new(&[length, 1]);
            run(&mut toy, &mut pct, 1_000);
            found += u32::from(toy.order.iter().position(|&process| process == 1) == Some(after));
        }
        f64::from(found) / 4_000.0
    }

    #[test]
    fn a_bug_of_depth_two_is_hit_with_the_stated_probability() {
        for after in [1, 7, 18] {
            let share = share_between(2, 20, after);
            assert!(share >= 1.0 / (2.0 * 20.0) * 0.8, "after {after} steps: {share}");
        }
    }

    #[test]
    fn a_bug_of_depth_two_is_never_hit_at_depth_one() {
        assert!(share_between(1, 20, 7) == 0.0, "there are no change points");
    }

    #[test]
    fn k_is_learnt_from_earlier_executions() {
        let mut pct = Pct::new(5);
        run(&mut Counters::new(&[10, 10]), &mut pct, 1_000);
        assert!(pct.begin(), "PCT never runs out of executions");
        // Of twenty steps, only those before one process is done are a choice.
        let [steps, writes] = pct.steps_max();
        assert!((10..20).contains(&steps), "{steps}");
        assert_eq!(steps, writes, "these processes do nothing but write");
    }

    #[test]
    fn nobody_runs_alone_for_ever() {
        let mut pct = Pct::new(5).with_depth(1);
        let mut toy = Counters::new(&[100_000, 100_000]);
        run(&mut toy, &mut pct, 3_000);
        let turn = toy.turn();
        assert!(turn.steps[0] > 500 && turn.steps[1] > 500, "{:?}", turn.steps);
    }
}
