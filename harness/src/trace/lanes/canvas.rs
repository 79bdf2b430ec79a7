//! The page that a drawing is drawn on: characters, measures, and the shapes of its rows.

use std::fmt::Write as _;

use super::super::story::StoryStep;
use crate::event::{Event, EventKind, Progress, SystemCall};
use crate::process::ProcessId;

/// Notes are at least this wide, if the page is.
const NOTE_MIN: usize = 40;

/// The characters that a drawing is made of.
pub(super) struct Glyphs {
    pub(super) rule: char,
    pub(super) heavy: char,
    pub(super) down_right: char,
    /// The way of a signal.
    pub(super) dashed: char,
    pub(super) to_right: &'static str,
    pub(super) to_left: &'static str,
    pub(super) from_right: char,
    pub(super) note: &'static str,
    pub(super) loop_start: char,
    pub(super) loop_side: char,
    pub(super) loop_end: char,
    pub(super) mark: &'static str,
}

pub(super) const UNICODE: Glyphs = Glyphs {
    rule: '─',
    heavy: '━',
    down_right: '╰',
    dashed: '╌',
    to_right: "▶",
    to_left: "◀",
    from_right: '╯',
    note: "↳ ",
    loop_start: '┏',
    loop_side: '┃',
    loop_end: '┗',
    mark: "⚡",
};

pub(super) const ASCII: Glyphs = Glyphs {
    rule: '-',
    heavy: '=',
    down_right: '\'',
    dashed: '~',
    to_right: ">",
    to_left: "<",
    from_right: '\'',
    note: "^ ",
    loop_start: '+',
    loop_side: '|',
    loop_end: '+',
    mark: "!!",
};

/// The measures of a page.
pub(super) struct Page<'a> {
    pub(super) glyphs: &'a Glyphs,
    pub(super) width: usize,
    /// Whether a column for the loop's bracket is kept.
    pub(super) bracket: bool,
    pub(super) number_width: usize,
    pub(super) source_width: usize,
    /// Where the first lane begins.
    pub(super) left: usize,
    /// From one lane to the next.
    pub(super) distance: usize,
}

impl Page<'_> {
    pub(super) fn lane(&self, process: ProcessId) -> usize {
        self.left + self.distance * process.index()
    }
}

/// In ASCII if need be.
pub(super) fn plain(text: &str, glyphs: &Glyphs) -> String {
    if glyphs.rule.is_ascii() {
        text.replace('→', "->").replace('…', "...")
    } else {
        text.to_owned()
    }
}

/// Draws row by row.
pub(super) struct Canvas<'a> {
    pub(super) text: String,
    pub(super) page: &'a Page<'a>,
    pub(super) in_loop: bool,
}

impl Canvas<'_> {
    /// Adds a line; `rest` begins behind the bracket's column.
    fn line(&mut self, rest: &str) {
        let mut line = String::new();
        if self.page.bracket {
            line.push(if self.in_loop { self.page.glyphs.loop_side } else { ' ' });
            line.push(' ');
        }
        line.push_str(rest);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// The column of `position` behind the bracket.
    fn inner(&self, position: usize) -> usize {
        position - usize::from(self.page.bracket) * 2
    }

    pub(super) fn header(&mut self, processes: usize) {
        let mut names = String::new();
        let mut rules = String::new();
        let last = processes - 1;
        for process in ProcessId::all(processes) {
            let column = self.inner(self.page.lane(process));
            pad(&mut names, column);
            pad(&mut rules, column);
            let _ = write!(names, "{process}");
            let end = if process.index() == last {
                self.page.width
            } else {
                self.page.lane(process) + self.page.distance - 2
            };
            rules.extend(std::iter::repeat_n(
                self.page.glyphs.rule,
                end.saturating_sub(self.page.lane(process)),
            ));
        }
        self.line(&names);
        self.line(&rules);
    }

    /// An arrow from the lane of the one to that of the other.
    pub(super) fn switch(&mut self, from: Option<ProcessId>, to: ProcessId) {
        let Some(from) = from.filter(|&from| from != to) else { return };
        let glyphs = self.page.glyphs;
        let (start, end) = (self.inner(self.page.lane(from)), self.inner(self.page.lane(to)));
        let mut line = String::new();
        if from < to {
            pad(&mut line, start);
            line.push(glyphs.down_right);
            line.extend(std::iter::repeat_n(glyphs.rule, end - start - 3));
            let _ = write!(line, "{} {to}", glyphs.to_right);
        } else {
            pad(&mut line, end);
            let _ = write!(line, "{to} {}", glyphs.to_left);
            let drawn = line.chars().count();
            line.extend(std::iter::repeat_n(glyphs.rule, start - drawn));
            line.push(glyphs.from_right);
        }
        self.line(&line);
    }

    pub(super) fn step(&mut self, step: &StoryStep, source: &str, text: &str) {
        let page = self.page;
        let number = step.number.map(|number| number.to_string()).unwrap_or_default();
        let mut line = String::new();
        let _ = write!(line, " {number:>0$}  {source:<1$}", page.number_width, page.source_width);
        let column = self.inner(page.lane(step.process));
        for (index, part) in
            wrap(text, page.width.saturating_sub(page.lane(step.process))).iter().enumerate()
        {
            pad(&mut line, column + usize::from(index > 0) * 4);
            line.push_str(part);
            self.line(&line);
            line.clear();
        }
        if !step.note.is_empty() {
            self.note(step.process, &step.note);
        }
    }

    /// The way of a signal, from the lane of the one to that of the other.
    pub(super) fn signal(&mut self, from: ProcessId, to: ProcessId, name: &str) {
        let glyphs = self.page.glyphs;
        let (start, end) = (self.inner(self.page.lane(from)), self.inner(self.page.lane(to)));
        let mut line = String::new();
        let dashes = |count| std::iter::repeat_n(glyphs.dashed, count);
        if from < to {
            pad(&mut line, start);
            line.push(glyphs.down_right);
            line.extend(dashes(end - start - 3));
            let _ = write!(line, "{} {name}", glyphs.to_right);
        } else {
            // The name stands in the lane that it goes to, where there is room for it.
            let fits = name.chars().count() + 3 < start - end;
            pad(&mut line, end);
            let _ = write!(line, "{}{}", if fits { name } else { "" }, if fits { " " } else { "" });
            line.push_str(glyphs.to_left);
            let drawn = line.chars().count();
            line.extend(dashes(start - drawn));
            line.push(glyphs.from_right);
            if !fits {
                let _ = write!(line, " {name}");
            }
        }
        self.line(&line);
    }

    /// A note under a step, in the step's lane or, if that is narrow, to its left.
    fn note(&mut self, process: ProcessId, note: &str) {
        let page = self.page;
        let column = page.lane(process).min(page.width.saturating_sub(NOTE_MIN)).max(page.left);
        let indent = page.glyphs.note.chars().count();
        for (index, part) in
            wrap(note, page.width.saturating_sub(column + indent)).iter().enumerate()
        {
            let mut line = String::new();
            pad(&mut line, self.inner(column));
            line.push_str(if index == 0 { page.glyphs.note } else { "  " });
            line.push_str(part);
            self.line(&line);
        }
    }

    /// What was left out.
    pub(super) fn again(&mut self, block: &[Event], steps: &[StoryStep], times: usize) {
        let process = block[0].process;
        let alone = block.iter().all(|event| event.process == process);
        let waits = block.iter().all(|event| event.kind.is_step());
        let numbers: Vec<u32> = steps.iter().filter_map(|step| step.number).collect();
        let range = match numbers[..] {
            [first, .., last] => format!(" (steps {first}–{last})"),
            _ => String::new(),
        };
        // A call that succeeds is no turn of a waiting loop.
        let acts = block.iter().any(|event| match event.kind {
            EventKind::SystemCall(SystemCall { progress: Progress::Returned(answer), .. }) => {
                !answer.as_str().starts_with('-')
            }
            _ => false,
        });
        let text = if alone && waits && acts {
            format!("… {times} more times{range}")
        } else if alone && waits {
            format!("… spins {times} more times{range}")
        } else {
            format!("… the last {} rows, {times} more times{range}", block.len())
        };
        let text = plain(&text, self.page.glyphs);
        let text = if self.page.glyphs.rule.is_ascii() { text.replace('–', "-") } else { text };
        let mut line = String::new();
        let column = if alone { self.page.lane(process) } else { self.page.left };
        pad(&mut line, self.inner(column));
        line.push_str(&text);
        self.line(&line);
    }

    /// A rule across the page.
    pub(super) fn mark(&mut self, text: &str) {
        let glyphs = self.page.glyphs;
        let mut line = format!("{} {} ", glyphs.mark, plain(text, glyphs));
        let drawn = line.chars().count() + 1 + usize::from(self.page.bracket) * 2;
        let rest = self.page.width.saturating_sub(drawn);
        line.extend(std::iter::repeat_n(glyphs.heavy, rest));
        self.line(&line);
    }

    pub(super) fn loop_start(&mut self) {
        let glyphs = self.page.glyphs;
        let _ = writeln!(
            self.text,
            "{}{} from here on, again and again:",
            glyphs.loop_start, glyphs.heavy
        );
        self.in_loop = true;
    }

    pub(super) fn loop_end(&mut self, first: Option<u32>) {
        self.in_loop = false;
        let glyphs = self.page.glyphs;
        let _ = write!(self.text, "{}{} and so on for ever", glyphs.loop_end, glyphs.heavy);
        if let Some(first) = first {
            let _ = write!(self.text, ", from step {first}");
        }
        self.text.push('\n');
    }
}

/// Spaces up to a column.
fn pad(line: &mut String, column: usize) {
    let drawn = line.chars().count();
    line.extend(std::iter::repeat_n(' ', column.saturating_sub(drawn)));
}

/// Breaks a text at its spaces into lines of at most `width`; words that are longer stay whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = vec![String::new()];
    let mut length = 0;
    // Continued lines of an operation are indented by four.
    let width = width.saturating_sub(4).max(12);
    for word in text.split(' ') {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > width {
            lines.push(String::new());
            length = 0;
        }
        let line = lines.last_mut().expect("there is always a last line");
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_cut() {
        assert_eq!(wrap("one two three four five", 16), ["one two", "three four", "five"]);
        assert_eq!(wrap("abcdefghijklmnopqrstuvwxyz", 16), ["abcdefghijklmnopqrstuvwxyz"]);
        assert_eq!(wrap("short", 16), ["short"]);
    }
}
