//! The text form of schedules: how they are written and read.
//!
//! # Version 1
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
//! | `k` | what becomes of a system call? | `1`, `2`, … what the kernel may do instead of the usual |
//!
//! Answers of 0 are left out. Should one step ask several questions of the same letter, the first
//! answer stands for the first of them, and so on: `r0r2` answers 0, then 2. Only questions with
//! two answers or more count. The alphabet needs no quoting in any shell.

use std::fmt;
use std::str::FromStr;

use super::{AnswerKind, Schedule};
use crate::process::{PROCESSES_MAX, ProcessId};

/// The most steps that a schedule's text may have: `0x999999999` must not exhaust memory.
const STEPS_MAX: usize = 1 << 24;

/// What the text of this version begins with.
const VERSION: &str = "s1";

impl AnswerKind {
    const fn letter(self) -> char {
        match self {
            Self::ReadsFrom => 'r',
            Self::Placement => 'w',
            Self::Spurious => 'f',
            Self::Fate => 'k',
        }
    }

    const fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'r' => Some(Self::ReadsFrom),
            'w' => Some(Self::Placement),
            'f' => Some(Self::Spurious),
            'k' => Some(Self::Fate),
            _ => None,
        }
    }
}

impl Schedule {
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
    use proptest::prelude::*;

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
            Just(AnswerKind::Spurious),
            Just(AnswerKind::Fate)
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
