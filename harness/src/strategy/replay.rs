//! Answers from a schedule: shows an execution again.
//!
//! A replay chooses processes by their numbers and lets those that spin spin on, so it does not
//! matter whether they were parked when the schedule was written. It wants to be asked about every
//! step, also where there is no choice. At the end of a schedule without a loop it goes on fairly:
//! everybody in turn, every read fresh. At the end of a schedule with a loop it has repeated the
//! loop as often as it was told to, and abandons the execution.
//!
//! A decision that does not fit is a [`Divergence`]: either the program is not the one that the
//! schedule was written for, or it is not deterministic.

use std::fmt;

use super::round_robin::in_turn;
use crate::choice::{Choice, Ending, Spinning, Strategy, Turn};
use crate::process::{ProcessId, ProcessSet};
use crate::trace::{Answer, AnswerKind, Schedule};

/// Where a program and a schedule part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The step of the schedule, from 0.
    pub step: usize,
    /// What does not fit.
    pub mismatch: Mismatch,
}

/// How a decision can fail to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The process cannot take a step.
    NotRunnable(ProcessId),
    /// There are fewer answers to choose from.
    TooFewAnswers {
        /// The answer that the schedule gives.
        answer: u32,
        /// How many there are.
        arity: usize,
    },
    /// The question that the schedule answers was not asked.
    NotAsked(AnswerKind),
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the schedule does not fit the program: at step {}, ", self.step + 1)?;
        match self.mismatch {
            Mismatch::NotRunnable(process) => write!(f, "{process} cannot take a step"),
            Mismatch::TooFewAnswers { answer, arity } => {
                write!(f, "answer {answer} is asked for, but there are only {arity} (from 0)")
            }
            Mismatch::NotAsked(AnswerKind::ReadsFrom) => {
                f.write_str("an old value is to be read, but there is no choice of values")
            }
            Mismatch::NotAsked(AnswerKind::Placement) => {
                f.write_str("a store is to land early, but there is no choice of places")
            }
            Mismatch::NotAsked(AnswerKind::Fate) => {
                f.write_str("a system call is to fare unusually, but none could in that way")
            }
            Mismatch::NotAsked(AnswerKind::Spurious) => f.write_str(
                "a compare-exchange is to fail spuriously, but none could fail in that way",
            ),
        }
    }
}

impl std::error::Error for Divergence {}

/// One execution, as a schedule says.
#[derive(Clone, Debug)]
pub struct Replay {
    schedule: Schedule,
    /// How often the loop is run through in all.
    rounds: u32,
    in_order: bool,
    begun: bool,
    /// The next step of the schedule.
    next: usize,
    /// The answers of the current step that are still to be given: a range of the schedule's.
    answers: std::ops::Range<usize>,
    /// How many questions of each kind the current step has asked.
    asked: [u32; AnswerKind::COUNT],
    /// How often the loop has been begun.
    round: u32,
    finished: bool,
    divergence: Option<Divergence>,
    /// Before each step: who could take none.
    asleep: Vec<ProcessSet>,
}

impl Replay {
    /// The execution that a schedule describes; its loop, if it has one, is run through once.
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            rounds: 1,
            in_order: false,
            begun: false,
            next: 0,
            answers: 0..0,
            asked: [0; AnswerKind::COUNT],
            round: 0,
            finished: false,
            divergence: None,
            asleep: Vec::new(),
        }
    }

    /// Runs through the loop so many times.
    #[must_use]
    pub const fn with_rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }

    /// Serves sleepers in order, as the strategy did that found the schedule. A schedule that does
    /// not is a divergence.
    #[must_use]
    pub const fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// The schedule that is replayed.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Before each step: who slept.
    pub fn asleep(&self) -> &[ProcessSet] {
        &self.asleep
    }

    /// Whether all steps of the schedule have been taken.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Whether the steps of a schedule without a loop have all been begun.
    pub(super) const fn is_at_its_end(&self) -> bool {
        self.next == self.schedule.len() && self.divergence.is_none()
    }

    /// Where the program and the schedule part, if they do.
    pub const fn divergence(&self) -> Option<Divergence> {
        self.divergence
    }

    /// Notes that the decision of the step before `next` does not fit.
    fn diverge(&mut self, mismatch: Mismatch) {
        if self.divergence.is_none() {
            self.divergence = Some(Divergence { step: self.next.saturating_sub(1), mismatch });
        }
    }

    /// The current step is over: every answer has been asked for, or the schedule does not fit.
    fn close_step(&mut self) {
        if let Some(Answer { kind, .. }) = self.schedule.answers()[self.answers.clone()].first() {
            self.diverge(Mismatch::NotAsked(*kind));
        }
        self.answers = self.answers.end..self.answers.end;
    }

    fn next_process(&mut self, turn: &Turn) -> Option<usize> {
        self.close_step();
        if self.divergence.is_some() {
            return None;
        }
        if self.next == self.schedule.len() {
            match self.schedule.loop_start() {
                Some(start) if self.round < self.rounds => {
                    self.round += 1;
                    self.next = start;
                    let all = self.schedule.answers();
                    let first = all.partition_point(|answer| (answer.step as usize) < start);
                    self.answers = first..first;
                }
                Some(_) => {
                    self.finished = true;
                    return None;
                }
                None => {
                    self.finished = true;
                    let from = turn.previous.map_or(0, |previous| previous.index() + 1);
                    return Some(in_turn(turn.runnable, from).index());
                }
            }
        }
        let process = self.schedule.order()[self.next];
        let first = self.answers.end;
        let of_this_step = self.schedule.answers()[first..]
            .iter()
            .take_while(|answer| answer.step as usize == self.next)
            .count();
        self.answers = first..first + of_this_step;
        self.asked = [0; AnswerKind::COUNT];
        self.next += 1;
        if !turn.runnable.contains(process) {
            self.diverge(Mismatch::NotRunnable(process));
            return None;
        }
        Some(process.index())
    }

    fn answer(&mut self, kind: AnswerKind, arity: usize) -> Option<usize> {
        if arity < 2 {
            return Some(0);
        }
        let ordinal = self.asked[kind.index()];
        self.asked[kind.index()] += 1;
        let answer = self.schedule.answers()[self.answers.clone()].first().copied();
        match answer {
            Some(answer) if (answer.kind, answer.ordinal) == (kind, ordinal) => {
                self.answers.start += 1;
                if (answer.value as usize) < arity {
                    return Some(answer.value as usize);
                }
                self.diverge(Mismatch::TooFewAnswers { answer: answer.value, arity });
                None
            }
            _ => Some(0),
        }
    }
}

impl Strategy for Replay {
    fn begin(&mut self) -> bool {
        self.next = 0;
        self.answers = 0..0;
        self.asked = [0; AnswerKind::COUNT];
        // The loop is first reached, and so run through once, without going back.
        self.round = 1;
        self.finished = false;
        self.divergence = None;
        self.asleep.clear();
        !std::mem::replace(&mut self.begun, true)
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        match (choice, AnswerKind::of(choice)) {
            (Choice::Process(turn), _) => {
                self.asleep.push(turn.parked);
                self.next_process(turn)
            }
            (_, Some(kind)) => self.answer(kind, choice.arity()),
            (_, None) => unreachable!("every other question has a kind"),
        }
    }

    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    fn serves_in_order(&self) -> bool {
        self.in_order
    }

    fn watches(&self) -> bool {
        true
    }

    fn end(&mut self, _ending: Ending) {
        self.close_step();
        if self.next == self.schedule.len() && self.round >= self.rounds {
            self.finished = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::toy::{Algorithm, Counters, Lock, Toy, run};
    use super::*;
    use crate::choice::Fate;
    use crate::event::{LocationId, WriteId};

    fn replay(schedule: &str) -> Replay {
        Replay::new(schedule.parse().expect("the schedule is well-formed"))
    }

    fn order(replay: &mut Replay, lengths: &[u32]) -> Vec<usize> {
        let mut toy = Counters::new(lengths);
        run(&mut toy, replay, 100);
        toy.order
    }

    #[test]
    fn what_was_recorded_is_what_is_replayed() {
        let mut random = Random::new(2);
        for _ in 0..100 {
            let mut toy = Counters::new(&[4, 5, 6]);
            run(&mut toy, &mut random, 100);
            let mut schedule = Schedule::new(3);
            for &process in &toy.order {
                schedule.step(ProcessId::new(process));
            }
            let mut replay = replay(&schedule.to_string());
            assert_eq!(order(&mut replay, &[4, 5, 6]), toy.order);
            assert!(replay.finished() && replay.divergence().is_none());
            assert!(!replay.begin(), "it is one execution");
        }
    }

    #[test]
    fn behind_its_end_everybody_steps_in_turn() {
        assert_eq!(order(&mut replay("s1:3:1x2"), &[2, 3, 2]), [1, 1, 2, 0, 1, 2, 0]);
        assert_eq!(order(&mut replay("s1:2:"), &[2, 2]), [0, 1, 0, 1]);
    }

    #[test]
    fn a_loop_is_run_through_as_often_as_told() {
        let mut replay = replay("s1:2:0x2:1.0").with_rounds(3);
        assert_eq!(order(&mut replay, &[50, 50]), [0, 0, 1, 0, 1, 0, 1, 0]);
        assert!(replay.finished());
    }

    #[test]
    fn a_process_that_cannot_step_is_a_divergence() {
        let mut exact = replay("s1:2:0x2.1.0.1");
        assert_eq!(order(&mut exact, &[2, 2]), [0, 0, 1]);
        let divergence = exact.divergence().expect("process 0 has two steps only");
        assert_eq!(
            divergence.to_string(),
            "the schedule does not fit the program: at step 4, P0 cannot take a step"
        );
    }

    /// Asks for one step of process 0, and then the given questions of `arities` answers each.
    fn answers(replay: &mut Replay, steps: &[&[(AnswerKind, usize)]]) -> Vec<Option<usize>> {
        let process = ProcessId::new(0);
        let location = LocationId(0);
        let writes = [WriteId::INITIAL; 9];
        assert!(replay.begin());
        let mut answers = Vec::new();
        for step in steps {
            let turn = Turn { runnable: ProcessSet::only(process), ..Turn::default() };
            if replay.choose(&Choice::Process(&turn)).is_none() {
                break;
            }
            answers.extend(step.iter().map(|&(kind, arity)| {
                let writes = &writes[..arity];
                replay.choose(&match kind {
                    AnswerKind::ReadsFrom => {
                        Choice::ReadsFrom { process, location, candidates: writes, taken: &[] }
                    }
                    AnswerKind::Placement => {
                        Choice::Placement { process, location, predecessors: writes }
                    }
                    AnswerKind::Spurious => Choice::Spurious { process },
                    AnswerKind::Fate => {
                        Choice::Fate { process, fates: &[Fate::Usual; Fate::COUNT][..arity] }
                    }
                })
            }));
        }
        replay.end(Ending::Cut);
        answers
    }

    #[test]
    fn answers_are_given_to_the_questions_that_they_were_given_to() {
        use AnswerKind::{Placement, ReadsFrom, Spurious};
        let mut replay = replay("s1:1:0.0r2f.0w3.0r0r");
        let asked: [&[_]; 4] = [
            &[(ReadsFrom, 3)],
            &[(ReadsFrom, 1), (ReadsFrom, 3), (Spurious, 2)],
            &[(Placement, 4)],
            &[(ReadsFrom, 2), (ReadsFrom, 2)],
        ];
        let expected = [0, 0, 2, 1, 3, 0, 1].map(Some);
        assert_eq!(answers(&mut replay, &asked), expected);
        assert_eq!((replay.divergence(), replay.finished()), (None, true));
    }

    #[test]
    fn answers_that_do_not_fit_are_divergences() {
        use AnswerKind::{Placement, ReadsFrom};
        let mut few = replay("s1:1:0.0r2");
        assert_eq!(answers(&mut few, &[&[], &[(ReadsFrom, 2)]]), [None]);
        let mismatch = Mismatch::TooFewAnswers { answer: 2, arity: 2 };
        assert_eq!(few.divergence(), Some(Divergence { step: 1, mismatch }));

        let mut unasked = replay("s1:1:0r.0");
        assert_eq!(answers(&mut unasked, &[&[(Placement, 2)], &[]]), [Some(0)]);
        let mismatch = Mismatch::NotAsked(ReadsFrom);
        assert_eq!(unasked.divergence(), Some(Divergence { step: 0, mismatch }));
    }

    #[test]
    fn a_starving_loop_can_be_pumped() {
        // Process 0 finds the lock taken in every round: asks, is inside; 1 swaps; 0 leaves.
        let mut replay = replay("s1:2:1:0x2.1.0x2").with_rounds(1_000);
        let mut toy = Lock::new(Algorithm::TestAndSet, 2);
        run(&mut toy, &mut replay, 100_000);
        assert!(replay.finished());
        assert_eq!(toy.turn().entries[..2], [1_000, 0]);
    }
}
