//! A schedule: all decisions of one execution, in order, as one short line of text.
//!
//! A decision is a step of some process, together with the answers to the questions that the step
//! asked of memory or kernel. Who was runnable or parked at the time is not part of it, so the same
//! schedule replays whether or not spinning processes are parked.
//!
//! # Text form, version 1
//!
//! ```text
//! schedule  = "s1:" processes ":" steps [ ":" steps ]      the second part repeats: stem, then loop
//! processes = "1" … "8"
//! steps     = [ run { "." run } ]                          the loop has at least one run
//! run       = process [ "x" count ] { answer }             the answers belong to its last step
//! process   = "0" … "7"                                    below `processes`
//! answer    = ( "r" | "w" | "f" ) [ number ]               no number means 1
//! ```
//!
//! `0x5.1x3r.0w2` reads: process 0 takes five steps; then process 1 takes three, and the last of
//! them reads the write before the newest legal one; then process 0 takes one step, and its store
//! goes before the two newest writes where it may.
//!
//! | letter | question | answer `k` |
//! | --- | --- | --- |
//! | `r` | which write does a read take? | it overlooks `k` newer legal writes |
//! | `w` | where does a store go? | it goes before `k` writes that it could have followed |
//! | `f` | does a weak compare-exchange fail spuriously? | `1`: yes |
//!
//! Answers of 0 are left out. Should one step ask several questions of the same letter, the first
//! answer stands for the first of them, and so on: `r0r2` answers 0, then 2. Only questions with
//! two answers or more count. The alphabet needs no quoting in any shell.

use std::fmt;
use std::str::FromStr;

use crate::choice::Choice;
use crate::process::{PROCESSES_MAX, ProcessId};

/// The most steps that a schedule's text may have: `0x999999999` must not exhaust memory.
const STEPS_MAX: usize = 1 << 24;

/// What the text of this version begins with.
const VERSION: &str = "s1";

/// The questions that a step may ask, once its process is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// Which write a read takes.
    ReadsFrom,
    /// Where a store goes in modification order.
    Placement,
    /// Whether a weak compare-exchange fails spuriously.
    Spurious,
}

impl AnswerKind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 3;

    /// The kind of a question; `None` for the choice of a process.
    #[inline]
    pub fn of(choice: &Choice<'_>) -> Option<Self> {
        match choice {
            Choice::Process(_) => None,
            Choice::ReadsFrom { .. } => Some(Self::ReadsFrom),
            Choice::Placement { .. } => Some(Self::Placement),
            Choice::Spurious { .. } => Some(Self::Spurious),
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::ReadsFrom => 'r',
            Self::Placement => 'w',
            Self::Spurious => 'f',
        }
    }

    const fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'r' => Some(Self::ReadsFrom),
            'w' => Some(Self::Placement),
            'f' => Some(Self::Spurious),
            _ => None,
        }
    }

    /// Its place in arrays by kind.
    #[inline]
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::ReadsFrom => 0,
            Self::Placement => 1,
            Self::Spurious => 2,
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

    /// Writes the steps `range` as runs.
    fn fmt_steps(&self, f: &mut fmt::Formatter<'_>, range: std::ops::Range<usize>) -> fmt::Result {
        let mut step = range.start;
        while step < range.end {
            if step > range.start {
                f.write_str(".")?;
            }
            let process = self.steps[step];
            let first = step;
            // A run ends before another process, and after a step with answers.
            while self.answers_of(step).is_empty()
                && step + 1 < range.end
                && self.steps[step + 1] == process
            {
                step += 1;
            }
            write!(f, "{}", process.index())?;
            if step > first {
                write!(f, "x{}", step - first + 1)?;
            }
            let mut written = [0; AnswerKind::COUNT];
            for answer in self.answers_of(step) {
                let letter = answer.kind.letter();
                let next = &mut written[answer.kind.index()];
                for _ in *next..answer.ordinal {
                    write!(f, "{letter}0")?;
                }
                *next = answer.ordinal + 1;
                match answer.value {
                    1 => write!(f, "{letter}")?,
                    value => write!(f, "{letter}{value}")?,
                }
            }
            step += 1;
        }
        Ok(())
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        (self.processes, &self.steps, &self.answers, self.loop_start)
            == (other.processes, &other.steps, &other.answers, other.loop_start)
    }
}

impl Eq for Schedule {}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}:{}:", self.processes)?;
        self.fmt_steps(f, 0..self.loop_start.unwrap_or(self.len()))?;
        if let Some(start) = self.loop_start {
            f.write_str(":")?;
            self.fmt_steps(f, start..self.len())?;
        }
        Ok(())
    }
}

/// Why a text is not a schedule: where, what was expected there, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleError {
    /// The position of the offending character, from 0.
    pub position: usize,
    /// What could have stood there, in words.
    pub expected: String,
    /// What stands there; `None` at the end of the text.
    pub found: Option<char>,
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at position {} of the schedule: expected {}, ", self.position, self.expected)?;
        match self.found {
            Some(found) => write!(f, "found {found:?}"),
            None => f.write_str("found its end"),
        }
    }
}

impl std::error::Error for ScheduleError {}

/// Reads the grammar from left to right, one character ahead.
struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    /// Takes the next character if it is `wanted`.
    fn take(&mut self, wanted: char) -> bool {
        let taken = self.peek() == Some(wanted);
        if taken {
            self.position += wanted.len_utf8();
        }
        taken
    }

    fn expect(&mut self, wanted: char) -> Result<(), ScheduleError> {
        if self.take(wanted) { Ok(()) } else { Err(self.error(format!("{wanted:?}"))) }
    }

    fn error(&self, expected: impl Into<String>) -> ScheduleError {
        self.error_at(self.position, expected)
    }

    fn error_at(&self, position: usize, expected: impl Into<String>) -> ScheduleError {
        let found = self.text[position..].chars().next();
        ScheduleError { position, expected: expected.into(), found }
    }

    /// Takes a decimal number, if one stands here.
    fn number(&mut self, max: usize) -> Result<Option<usize>, ScheduleError> {
        let start = self.position;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.position += 1;
        }
        let digits = &self.text[start..self.position];
        if digits.is_empty() {
            return Ok(None);
        }
        match digits.parse() {
            Ok(number) if number <= max => Ok(Some(number)),
            _ => Err(self.error_at(start, format!("a number up to {max}"))),
        }
    }

    /// Takes the number of a process below `processes`.
    fn process(&mut self, processes: usize) -> Result<ProcessId, ScheduleError> {
        match self.peek().and_then(|digit| digit.to_digit(10)) {
            Some(index) if (index as usize) < processes => {
                self.position += 1;
                Ok(ProcessId::new(index as usize))
            }
            _ => Err(self.error(format!("a process below {processes}"))),
        }
    }

    fn run(&mut self, schedule: &mut Schedule) -> Result<(), ScheduleError> {
        let process = self.process(schedule.processes)?;
        let mut count = 1;
        if self.take('x') {
            let start = self.position;
            count = match self.number(STEPS_MAX - schedule.len())? {
                Some(count) if count > 0 => count,
                _ => return Err(self.error_at(start, "a number of steps, at least 1")),
            };
        }
        for _ in 0..count {
            schedule.step(process);
        }
        while let Some(kind) = self.peek().and_then(AnswerKind::of_letter) {
            self.position += 1;
            let value = self.number(u32::MAX as usize)?.unwrap_or(1);
            schedule.answer_next(kind, value as u32);
        }
        Ok(())
    }

    fn runs(&mut self, schedule: &mut Schedule) -> Result<(), ScheduleError> {
        self.run(schedule)?;
        while self.take('.') {
            self.run(schedule)?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let mut parser = Parser { text, position: 0 };
        for wanted in VERSION.chars() {
            if !parser.take(wanted) {
                return Err(parser.error(format!("a schedule of version {VERSION:?}")));
            }
        }
        if parser.peek().is_some_and(|next| next.is_ascii_digit()) {
            return Err(parser.error_at(1, format!("a schedule of version {VERSION:?}")));
        }
        parser.expect(':')?;
        let start = parser.position;
        let mut schedule = match parser.number(PROCESSES_MAX)? {
            Some(processes) if processes > 0 => Self::new(processes),
            _ => return Err(parser.error_at(start, "a number of processes, 1 to 8")),
        };
        parser.expect(':')?;
        if !matches!(parser.peek(), None | Some(':')) {
            parser.runs(&mut schedule)?;
        }
        if parser.take(':') {
            let loop_start = schedule.len();
            parser.runs(&mut schedule)?;
            schedule.set_loop_start(loop_start);
        }
        match parser.peek() {
            None => Ok(schedule),
            Some(_) => Err(parser.error("\".\", an answer, or the end")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LocationId, WriteId};
    use proptest::prelude::*;

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

    #[test]
    fn every_error_says_where_and_what_was_expected() {
        let cases = [
            (
                "",
                "at position 0 of the schedule: expected a schedule of version \"s1\", found its end",
            ),
            (
                "s2:2:0",
                "at position 1 of the schedule: expected a schedule of version \"s1\", found '2'",
            ),
            (
                "s10:2:0",
                "at position 1 of the schedule: expected a schedule of version \"s1\", found '1'",
            ),
            ("s1", "at position 2 of the schedule: expected ':', found its end"),
            ("s1:9:", "at position 3 of the schedule: expected a number up to 8, found '9'"),
            (
                "s1:0:",
                "at position 3 of the schedule: expected a number of processes, 1 to 8, found '0'",
            ),
            ("s1:2:0.2", "at position 7 of the schedule: expected a process below 2, found '2'"),
            ("s1:2:0.", "at position 7 of the schedule: expected a process below 2, found its end"),
            (
                "s1:2:0x.1",
                "at position 7 of the schedule: expected a number of steps, at least 1, found '.'",
            ),
            (
                "s1:2:0x0",
                "at position 7 of the schedule: expected a number of steps, at least 1, found '0'",
            ),
            (
                "s1:2:0x99999999999999999999",
                "at position 7 of the schedule: expected a number up to 16777216, found '9'",
            ),
            (
                "s1:2:0é",
                "at position 6 of the schedule: expected \".\", an answer, or the end, found 'é'",
            ),
            ("s1:2:0:", "at position 7 of the schedule: expected a process below 2, found its end"),
            (
                "s1:2:0:1:1",
                "at position 8 of the schedule: expected \".\", an answer, or the end, found ':'",
            ),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Schedule>().expect_err(text);
            assert_eq!(error.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn equal_texts_are_equal_schedules_however_they_are_spelt() {
        let spelt = "s1:3:0x1.0.0r1.2f1r0:1x2w3.1".parse::<Schedule>().expect("it is legal");
        assert_eq!(spelt.to_string(), "s1:3:0x3r.2f:1x2w3.1");
        assert_eq!(spelt.to_string().parse(), Ok(spelt));
    }

    /// Steps of up to eight processes, each with the answers to at most four questions.
    fn schedules() -> impl Strategy<Value = Schedule> {
        let kind = prop_oneof![
            Just(AnswerKind::ReadsFrom),
            Just(AnswerKind::Placement),
            Just(AnswerKind::Spurious)
        ];
        let answer = (kind, prop_oneof![Just(0_u32), Just(1), 2..30_u32, Just(u32::MAX)]);
        let answers = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(answer, 0..4)];
        (1..=PROCESSES_MAX).prop_flat_map(move |processes| {
            let steps = prop::collection::vec((0..processes, answers.clone()), 0..60);
            (steps, any::<prop::sample::Index>(), any::<bool>()).prop_map(
                move |(steps, start, repeats)| {
                    let mut schedule = Schedule::new(processes);
                    for (process, answers) in steps {
                        schedule.step(ProcessId::new(process));
                        for (kind, value) in answers {
                            schedule.answer_next(kind, value);
                        }
                    }
                    if repeats && !schedule.is_empty() {
                        schedule.set_loop_start(start.index(schedule.len()));
                    }
                    schedule
                },
            )
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(schedule in schedules()) {
            let text = schedule.to_string();
            prop_assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || ".,:_-".contains(c)));
            prop_assert_eq!(text.parse::<Schedule>(), Ok(schedule));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(s1:[0-9]:)?[0-9xrwf.:é]{0,30}") {
            let _ = text.parse::<Schedule>();
        }

        #[test]
        fn steps_copied_one_by_one_make_the_same_schedule(schedule in schedules()) {
            let mut copy = Schedule::new(schedule.processes());
            for step in schedule.steps() {
                copy.push(step);
            }
            if let Some(start) = schedule.loop_start() {
                copy.set_loop_start(start);
            }
            prop_assert_eq!(copy, schedule);
        }
    }
}
