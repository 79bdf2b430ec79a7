//! Every state, once: for executions that make system calls and touch no memory.
//!
//! What such an execution can still do depends on its state alone: on the kernel's, and on what each process
//! has been answered so far, since its code is determined by that. So the search goes depth first through
//! all decisions, and gives up an execution that comes to a state in which another one has been. Two orders
//! of calls that have nothing to do with each other lead to the same state, and need no rule that says so.
//!
//! States are told apart by a digest of 128 bits. The search starts each execution anew, because the
//! processes are real code. (Stateful search: Holzmann, "The model checker SPIN", 1997; that a process is what
//! it was answered: Musuvathi, Qadeer et al., CHESS, OSDI'08.)

use std::collections::BTreeSet;

use crate::choice::{Choice, Ending, Strategy};
use crate::process::{ProcessId, ProcessSet};

/// A decision on the path of the depth-first search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decision {
    question: Question,
    /// The number of the answer that was taken.
    taken: usize,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Who steps, of these? Whoever stepped last comes first.
    Process { runnable: ProcessSet, previous: Option<ProcessId> },
    /// Anything else, with so many answers.
    Other(usize),
}

impl Question {
    const fn answers(self) -> usize {
        match self {
            Self::Process { runnable, .. } => runnable.len(),
            Self::Other(arity) => arity,
        }
    }

    /// The answer with this number.
    fn answer(self, number: usize) -> usize {
        let (runnable, previous) = match self {
            Self::Process { runnable, previous } => (runnable, previous),
            Self::Other(_) => return number,
        };
        match previous.filter(|&previous| runnable.contains(previous)) {
            Some(previous) if number == 0 => previous.index(),
            Some(previous) => {
                let mut others = runnable;
                others.remove(previous);
                others.nth(number - 1).index()
            }
            None => runnable.nth(number).index(),
        }
    }
}

/// Depth-first search through all states.
#[derive(Clone, Debug)]
pub struct States {
    visited: BTreeSet<u128>,
    path: Vec<Decision>,
    depth: usize,
    started: bool,
    exhausted: bool,
    executions_left: u64,
    complete: u64,
    blocked: u64,
    cut: u64,
    /// Whether the execution was given up because another one had been in its state.
    seen_before: bool,
    /// Faults that an execution may have at most.
    faults_max: u32,
    /// Those of this one so far.
    faults: u32,
}

impl States {
    /// All states that can be reached with so many faults of the kernel, or those of so many executions.
    pub const fn new(executions_max: u64, faults_max: u32) -> Self {
        Self {
            faults_max,
            faults: 0,
            visited: BTreeSet::new(),
            path: Vec::new(),
            depth: 0,
            started: false,
            exhausted: false,
            executions_left: executions_max,
            complete: 0,
            blocked: 0,
            cut: 0,
            seen_before: false,
        }
    }

    /// Whether all states were visited.
    pub const fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// How many states were visited.
    pub fn states(&self) -> usize {
        self.visited.len()
    }

    /// Executions in which all processes finished.
    pub const fn complete(&self) -> u64 {
        self.complete
    }

    /// Executions in which somebody waited in the end.
    pub const fn blocked(&self) -> u64 {
        self.blocked
    }

    /// Executions that were cut short, by a limit or by a violation.
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    fn decide(&mut self, question: Question) -> Option<usize> {
        if self.depth == self.path.len() {
            self.path.push(Decision { question, taken: 0 });
        }
        let decision = self.path[self.depth];
        if decision.question != question {
            // A process that was parked on probation, and has since been found to go on, changes what
            // there is to choose: this branch is given up.
            return None;
        }
        self.depth += 1;
        Some(question.answer(decision.taken))
    }
}

impl Strategy for States {
    fn begin(&mut self) -> bool {
        if self.executions_left == 0 {
            return false;
        }
        self.executions_left -= 1;
        self.depth = 0;
        self.faults = 0;
        self.seen_before = false;
        if !std::mem::replace(&mut self.started, true) {
            return true;
        }
        while let Some(last) = self.path.last_mut() {
            if last.taken + 1 < last.question.answers() {
                last.taken += 1;
                return true;
            }
            self.path.pop();
        }
        self.exhausted = true;
        false
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let turn = match choice {
            Choice::Process(turn) => turn,
            Choice::Fate { .. } if self.faults == self.faults_max => return Some(0),
            Choice::Fate { .. } => {
                let answer = self.decide(Question::Other(choice.arity()))?;
                self.faults += u32::from(answer > 0);
                return Some(answer);
            }
            _ => return self.decide(Question::Other(choice.arity())),
        };
        if self.depth == self.path.len() && !self.visited.insert(turn.state) {
            self.seen_before = true;
            return None;
        }
        self.decide(Question::Process { runnable: turn.runnable, previous: turn.previous })
    }

    fn tells_states_apart(&self) -> bool {
        true
    }

    fn wants_state(&self) -> bool {
        self.depth == self.path.len()
    }

    fn end(&mut self, ending: Ending) {
        match ending {
            Ending::Complete => self.complete += 1,
            Ending::Blocked => self.blocked += 1,
            Ending::Cut if self.seen_before => {}
            Ending::Cut => self.cut += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Turn;

    /// Runs processes of so many steps each, which do not touch each other; how many executions there are, and
    /// how many states.
    fn search(steps: [usize; 2]) -> (u64, usize) {
        let mut states = States::new(1000, 0);
        let mut executions = 0;
        while states.begin() {
            executions += 1;
            let mut left = steps;
            let mut turn = Turn::default();
            loop {
                turn.runnable =
                    ProcessId::all(2).filter(|process| left[process.index()] > 0).collect();
                turn.state = (left[0] * 100 + left[1]) as u128;
                if turn.runnable.is_empty() {
                    states.end(Ending::Complete);
                    break;
                }
                let Some(next) = states.choose(&Choice::Process(&turn)) else {
                    states.end(Ending::Cut);
                    break;
                };
                left[next] -= 1;
                turn.previous = Some(ProcessId::new(next));
            }
        }
        assert!(states.is_exhausted());
        assert_eq!(states.cut(), 0);
        (executions, states.states())
    }

    #[test]
    fn each_state_is_gone_through_once() {
        // (steps left of one) × (steps left of the other), without the last state, in which nothing is asked.
        assert_eq!(search([2, 3]).1, 3 * 4 - 1);
        // One execution, and another one for each step that leads where somebody has been.
        assert_eq!(search([1, 1]).0, 2);
        assert!(search([6, 6]).0 < 924 / 10, "far fewer than there are interleavings");
    }

    #[test]
    fn the_number_of_executions_is_bounded() {
        let mut states = States::new(0, 0);
        assert!(!states.begin());
        assert!(!states.is_exhausted());
    }
}
