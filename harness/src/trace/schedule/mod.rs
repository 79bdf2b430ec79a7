//! A schedule: all decisions of one execution, in order, as one short line of text.
//!
//! A decision is a step of some process, together with the answers to the questions that the step
//! asked of memory or kernel. Who was runnable or parked at the time is not part of it, so the same
//! schedule replays whether or not spinning processes are parked. The text form is that of `text.rs`.

mod text;

pub use self::text::ScheduleError;

use crate::choice::Choice;
use crate::process::{PROCESSES_MAX, ProcessId};

/// The questions that a step may ask, once its process is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// Which write a read takes.
    ReadsFrom,
    /// Where a store goes in modification order.
    Placement,
    /// Whether a weak compare-exchange fails spuriously.
    Spurious,
    /// What becomes of a system call.
    Fate,
}

impl AnswerKind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 4;

    /// The kind of a question; `None` for the choice of a process.
    #[inline]
    pub fn of(choice: &Choice<'_>) -> Option<Self> {
        match choice {
            Choice::Process(_) => None,
            Choice::ReadsFrom { .. } => Some(Self::ReadsFrom),
            Choice::Placement { .. } => Some(Self::Placement),
            Choice::Spurious { .. } => Some(Self::Spurious),
            Choice::Fate { .. } => Some(Self::Fate),
        }
    }

    /// Its place in arrays by kind.
    #[inline]
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::ReadsFrom => 0,
            Self::Placement => 1,
            Self::Spurious => 2,
            Self::Fate => 3,
        }
    }
}

/// An answer other than 0 to a question of some step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of the step in its schedule, from 0.
    pub step: u32,
    /// The kind of question.
    pub kind: AnswerKind,
    /// How many questions of this kind the step had asked before.
    pub ordinal: u32,
    /// The answer; never 0.
    pub value: u32,
}

/// One step of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// Who takes it.
    pub process: ProcessId,
    /// The answers other than 0, in the order of the questions.
    pub answers: &'a [Answer],
}

/// All decisions of one execution: a stem of steps and perhaps a loop of steps that repeats.
///
/// It is built while an execution runs, by [`step`](Self::step) and [`answer`](Self::answer); a
/// schedule that is [cleared](Self::clear) and built again allocates nothing.
#[derive(Clone, Debug)]
pub struct Schedule {
    processes: usize,
    steps: Vec<ProcessId>,
    /// In the order in which they were given: by step, and by ordinal within a kind.
    answers: Vec<Answer>,
    /// Where the loop begins; below the number of steps.
    loop_start: Option<usize>,
    /// Building only: how many questions of each kind the last step has asked so far.
    asked: [u32; AnswerKind::COUNT],
}

impl Schedule {
    /// No steps yet, of that many processes.
    ///
    /// # Panics
    /// If there are no processes or too many.
    pub fn new(processes: usize) -> Self {
        assert!((1..=PROCESSES_MAX).contains(&processes), "a scenario has 1 to 8 processes");
        Self {
            processes,
            steps: Vec::new(),
            answers: Vec::new(),
            loop_start: None,
            asked: [0; AnswerKind::COUNT],
        }
    }

    /// Forgets all steps, and keeps the memory.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.answers.clear();
        self.loop_start = None;
    }

    /// Begins a schedule of that many processes, and keeps the memory.
    ///
    /// # Panics
    /// If there are no processes or too many.
    pub fn restart(&mut self, processes: usize) {
        assert!((1..=PROCESSES_MAX).contains(&processes), "a scenario has 1 to 8 processes");
        self.processes = processes;
        self.clear();
    }

    /// Adds a step of `process`.
    #[inline]
    pub fn step(&mut self, process: ProcessId) {
        debug_assert!(process.index() < self.processes, "{process} is not in the scenario");
        self.steps.push(process);
        self.asked = [0; AnswerKind::COUNT];
    }

    /// Takes the last step back, with its answers.
    pub fn unstep(&mut self) {
        self.steps.pop();
        while self.answers.last().is_some_and(|answer| answer.step as usize >= self.steps.len()) {
            self.answers.pop();
        }
    }

    /// Adds an answer to the last step. To be called for every question of the step, whatever the
    /// answer, so that the questions are numbered alike when they are asked again; questions with
    /// one answer only, and the choice of the process, are ignored.
    #[inline]
    pub fn answer(&mut self, choice: &Choice<'_>, answer: usize) {
        if let Some(kind) = AnswerKind::of(choice)
            && choice.arity() > 1
        {
            self.answer_next(kind, answer as u32);
        }
    }

    /// Adds the answer to the last step's next question of a kind.
    fn answer_next(&mut self, kind: AnswerKind, value: u32) {
        let step = self.steps.len().checked_sub(1).expect("an answer belongs to a step") as u32;
        let ordinal = self.asked[kind.index()];
        self.asked[kind.index()] = ordinal + 1;
        if value != 0 {
            self.answers.push(Answer { step, kind, ordinal, value });
        }
    }

    /// Adds a copy of another schedule's step.
    pub fn push(&mut self, step: Step<'_>) {
        self.step(step.process);
        let number = (self.steps.len() - 1) as u32;
        self.answers.extend(step.answers.iter().map(|&answer| Answer { step: number, ..answer }));
    }

    /// Says that everything from step `start` on repeats.
    ///
    /// # Panics
    /// If there is no such step.
    pub fn set_loop_start(&mut self, start: usize) {
        assert!(start < self.steps.len(), "a loop has at least one step");
        self.loop_start = Some(start);
    }

    /// The first `steps` steps, without a loop.
    #[must_use]
    pub fn prefix(&self, steps: usize) -> Self {
        let mut prefix = Self::new(self.processes);
        self.steps().take(steps).for_each(|step| prefix.push(step));
        prefix
    }

    /// Says that nothing repeats.
    pub fn clear_loop(&mut self) {
        self.loop_start = None;
    }

    /// Where the part that repeats begins, if one does.
    pub const fn loop_start(&self) -> Option<usize> {
        self.loop_start
    }

    /// How many processes the scenario has.
    pub const fn processes(&self) -> usize {
        self.processes
    }

    /// The number of steps, those of the loop counted once.
    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no steps.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The process of each step.
    pub fn order(&self) -> &[ProcessId] {
        &self.steps
    }

    /// All answers other than 0, by step.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// The answers of one step.
    pub fn answers_of(&self, step: usize) -> &[Answer] {
        let from = self.answers.partition_point(|answer| (answer.step as usize) < step);
        let len = self.answers[from..].partition_point(|answer| answer.step as usize == step);
        &self.answers[from..from + len]
    }

    /// The steps in order, those of the loop once.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        (0..self.len())
            .map(|step| Step { process: self.steps[step], answers: self.answers_of(step) })
    }

    /// How often a step is taken by another process than the step before. Fewer are easier to read.
    pub fn context_switches(&self) -> usize {
        self.steps.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    /// How many reads overlook a newer write.
    pub fn stale_reads(&self) -> usize {
        self.count(AnswerKind::ReadsFrom)
    }

    /// How many stores land before a write that was made earlier.
    pub fn early_stores(&self) -> usize {
        self.count(AnswerKind::Placement)
    }

    /// How many weak compare-exchanges fail spuriously.
    pub fn spurious_failures(&self) -> usize {
        self.count(AnswerKind::Spurious)
    }

    fn count(&self, kind: AnswerKind) -> usize {
        self.answers.iter().filter(|answer| answer.kind == kind).count()
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        (self.processes, &self.steps, &self.answers, self.loop_start)
            == (other.processes, &other.steps, &other.answers, other.loop_start)
    }
}

impl Eq for Schedule {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LocationId, WriteId};

    #[test]
    fn a_recorded_execution_reads_as_runs() {
        let process = ProcessId::new(1);
        let writes = [WriteId::INITIAL; 3];
        let location = LocationId(0);
        let read = |candidates| Choice::ReadsFrom { process, location, candidates, taken: &[] };
        let mut schedule = Schedule::new(2);
        for _ in 0..5 {
            schedule.step(ProcessId::new(0));
        }
        schedule.step(process);
        schedule.answer(&read(&writes), 0);
        schedule.step(process);
        schedule.answer(&read(&writes[..1]), 0);
        schedule.answer(&read(&writes), 1);
        schedule.step(process);
        schedule.answer(&Choice::Spurious { process }, 0);
        schedule.answer(&read(&writes), 0);
        schedule.answer(&Choice::Spurious { process }, 1);
        schedule.answer(&read(&writes), 2);
        assert_eq!(schedule.to_string(), "s1:2:0x5.1x2r.1f0fr0r2");
        assert_eq!((schedule.context_switches(), schedule.stale_reads()), (1, 2));
        assert_eq!((schedule.early_stores(), schedule.spurious_failures()), (0, 1));
        schedule.set_loop_start(6);
        assert_eq!(schedule.to_string(), "s1:2:0x5.1:1r.1f0fr0r2");
        schedule.clear();
        assert_eq!(schedule.to_string(), "s1:2:");
    }
}
