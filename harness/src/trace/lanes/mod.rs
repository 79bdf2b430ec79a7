//! The drawing of an execution: one column, or *lane*, for each process, one row for each step.
//!
//! It is read by somebody who has looked at the code for hours and does not see it. So the eye is
//! led along one thread from the first step to the last: an arrow wherever another process goes on,
//! the line of the source beside each step, a banner where a section begins, a note under a step
//! that surprises. Turns of a waiting loop that change nothing are drawn once and counted.
//!
//! Only one process acts in a row, so a long operation may reach into the lanes to its right. With
//! many processes the lanes move closer together instead of cutting the text.

mod canvas;

use std::fmt;
use std::ops::Range;

use self::canvas::{ASCII, Canvas, Glyphs, Page, UNICODE, plain};
use super::names::{Names, UNKNOWN_BEGIN};
use super::story::{StoryStep, story};
use crate::event::{Access, Event, EventKind};
use crate::process::ProcessId;

/// The width of a page, unless it is set.
const WIDTH: usize = 100;

/// The narrowest distance between two lanes: an arrow and a name must fit.
const DISTANCE_MIN: usize = 7;

/// Operations longer than this are broken.
const TEXT_MAX: usize = 56;

/// Sources longer than this lose their beginning.
const SOURCE_MAX: usize = 28;

/// The longest repeated part that is looked for, in events.
const PERIOD_MAX: usize = 32;

/// Condensing must save at least so many rows.
const SAVED_MIN: usize = 3;

/// Below a drawing in which elements have no number.
const LEGEND: &str =
    "[?…] which element it is, the source does not say; the same letter is the same element\n";

/// A drawing to be. Its `Display` is the drawing.
#[derive(Clone, Debug)]
pub struct Drawing<'a> {
    processes: usize,
    events: &'a [Event],
    names: &'a Names,
    ascii: bool,
    width: usize,
    /// Behind which events a mark stands, and what it says.
    marks: Vec<(usize, String)>,
    /// The events that repeat for ever.
    repeated: Option<Range<usize>>,
}

impl<'a> Drawing<'a> {
    /// Draws the events of that many processes.
    pub const fn new(processes: usize, events: &'a [Event], names: &'a Names) -> Self {
        let marks = Vec::new();
        Self { processes, events, names, ascii: false, width: WIDTH, marks, repeated: None }
    }

    /// Uses ASCII characters only.
    #[must_use]
    pub const fn ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// Draws on a page of another width than 100.
    #[must_use]
    pub fn width(mut self, width: usize) -> Self {
        self.width = width.max(60);
        self
    }

    /// Marks the moment behind event number `event`: `both inside`.
    #[must_use]
    pub fn mark(mut self, event: usize, text: impl Into<String>) -> Self {
        self.marks.push((event, text.into()));
        self
    }

    /// Brackets the events that repeat for ever.
    #[must_use]
    pub fn repeats(mut self, events: Range<usize>) -> Self {
        self.repeated = (!events.is_empty()).then_some(events);
        self
    }

    /// The rows, long repetitions condensed.
    fn rows(&self) -> Vec<Row> {
        // What stands out must not vanish in a repetition.
        let mut borders: Vec<usize> = self.marks.iter().map(|(event, _)| event + 1).collect();
        if let Some(repeated) = &self.repeated {
            borders.extend([repeated.start, repeated.end]);
        }
        borders.push(self.events.len());
        borders.retain(|&border| border <= self.events.len());
        borders.sort_unstable();
        let mut rows = Vec::new();
        let mut from = 0;
        for border in borders {
            condense(self.events, from..border, &mut rows);
            from = border.max(from);
        }
        rows
    }
}

/// A row of the drawing, before it has a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    /// The event of that number.
    Event(usize),
    /// The `period` events before are followed by these, which are `times` the same.
    Again { events: Range<usize>, period: usize, times: usize },
}

/// Makes rows of the events `range`: from the left, the shortest period that saves enough.
fn condense(events: &[Event], range: Range<usize>, rows: &mut Vec<Row>) {
    let mut at = range.start;
    while at < range.end {
        let found = (1..=PERIOD_MAX.min((range.end - at) / 2)).find_map(|period| {
            let block = &events[at..at + period];
            let times = events[at + period..range.end]
                .chunks_exact(period)
                .take_while(|chunk| chunk.iter().zip(block).all(|(a, b)| looks_alike(a, b)))
                .count();
            (times * period >= SAVED_MIN && times >= 2).then_some((period, times))
        });
        if let Some((period, times)) = found {
            rows.extend((at..at + period).map(Row::Event));
            let again = at + period..at + period * (times + 1);
            at = again.end;
            rows.push(Row::Again { events: again, period, times });
        } else {
            rows.push(Row::Event(at));
            at += 1;
        }
    }
}

/// Whether two events differ only in when they happened.
fn looks_alike(a: &Event, b: &Event) -> bool {
    let timeless = |event: &Event| match event.kind {
        EventKind::Access(access) => {
            EventKind::Access(Access { reads_from: None, write: None, ..access })
        }
        other => other,
    };
    a.process == b.process && timeless(a) == timeless(b)
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let glyphs = if self.ascii { &ASCII } else { &UNICODE };
        let steps = story(self.events, self.names);
        let sources: Vec<String> = steps.iter().map(|step| source(step, glyphs)).collect();
        let texts: Vec<String> = steps.iter().map(|step| shown(step, glyphs)).collect();
        let rows = self.rows();

        let last = steps.iter().filter_map(|step| step.number).max().unwrap_or(0);
        let bracket = self.repeated.is_some();
        let number_width = last.to_string().len().max(2);
        let source_width = sources.iter().map(|s| s.chars().count()).max().unwrap_or(0);
        let gap = if source_width == 0 { 0 } else { source_width + 2 };
        let left = usize::from(bracket) * 2 + 1 + number_width + 2 + gap;
        let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let longest = longest.clamp(20, TEXT_MAX);
        let room = self.width.saturating_sub(left + longest);
        let distance = (room / (self.processes - 1).max(1)).clamp(DISTANCE_MIN, longest + 2);
        let page =
            Page { glyphs, width: self.width, bracket, number_width, source_width, left, distance };

        let mut out = Canvas { text: String::new(), page: &page, in_loop: false };
        out.header(self.processes);
        let mut previous: Option<ProcessId> = None;
        for row in &rows {
            let (first, events) = match row {
                Row::Event(event) => (*event, *event..*event + 1),
                Row::Again { events, .. } => (events.start, events.clone()),
            };
            if self.repeated.as_ref().is_some_and(|repeated| repeated.start == first) {
                out.loop_start();
            }
            match row {
                Row::Event(event) => {
                    let step = &steps[*event];
                    out.switch(previous, step.process);
                    out.step(step, &sources[*event], &texts[*event]);
                    if let Some((to, name)) = &step.sent {
                        out.signal(step.process, *to, name);
                    }
                    previous = Some(step.process);
                }
                Row::Again { events, period, times } => {
                    let block = &self.events[events.start..events.start + period];
                    out.again(block, &steps[events.clone()], *times);
                    previous = steps[events.end - 1].process.into();
                }
            }
            for (_, text) in self.marks.iter().filter(|(event, _)| events.contains(event)) {
                out.mark(text);
            }
            if self.repeated.as_ref().is_some_and(|repeated| repeated.end == events.end) {
                let first = steps[self.repeated.clone().unwrap_or_default()]
                    .iter()
                    .find_map(|step| step.number);
                out.loop_end(first);
            }
        }
        if texts.iter().any(|text| text.contains(UNKNOWN_BEGIN)) {
            out.text.push_str(&plain(LEGEND, glyphs));
        }
        if steps.iter().any(|step| step.passed_on) {
            out.text.push_str(PASSED_ON_LEGEND);
        }
        f.write_str(&out.text)
    }
}

/// In place of a line of the student's, beside what the harness itself does between the calls.
const LENT: &str = "(harness)";

/// In place of a line of the student's, where Rust does not tell it.
const PASSED_ON: &str = "(passed on)";

/// Below a drawing with such a place.
const PASSED_ON_LEGEND: &str = "(passed on): called by way of a function value, as in `map(os::close)`; a closure would have a line\n";

/// `peterson.rs:23`.
fn source(step: &StoryStep, glyphs: &Glyphs) -> String {
    if step.lent {
        return LENT.to_owned();
    }
    if step.passed_on {
        return PASSED_ON.to_owned();
    }
    let (Some(file), Some(line)) = (&step.file, step.line) else { return String::new() };
    let source = format!("{file}:{line}");
    match source.chars().count().checked_sub(SOURCE_MAX) {
        None | Some(0) => source,
        Some(excess) => {
            let ellipsis = plain("…", glyphs);
            let kept: String = source.chars().skip(excess + ellipsis.chars().count()).collect();
            format!("{ellipsis}{kept}")
        }
    }
}

/// The text of a step in its lane; passing a section's border is a banner.
fn shown(step: &StoryStep, glyphs: &Glyphs) -> String {
    let text = plain(&step.text, glyphs);
    if step.number.is_some() {
        return text;
    }
    let rule: String = [glyphs.rule; 2].iter().collect();
    format!("{rule} {text} {rule}")
}

#[cfg(test)]
mod tests {
    use super::super::specimen_events::{Log, peterson};
    use super::*;
    use crate::event::{Landing, Progress, Signalled, SystemCall, Text};
    use expect_test::{Expect, expect};
    use std::collections::BTreeMap;
    use std::panic::Location;

    fn names(events: &[Event]) -> Names {
        let source = include_str!("../specimen.rs").to_owned();
        Names::from_source(
            &BTreeMap::from([("specimen.rs".to_owned(), source)]),
            2,
            |_| false,
            events,
        )
    }

    fn check(drawing: &Drawing<'_>, expected: &Expect) {
        let drawn = drawing.to_string();
        assert!(drawn.lines().all(|line| line.chars().count() <= 100), "too wide:\n{drawn}");
        // A first line without indentation: expect-test takes off what all lines have in common.
        expected.assert_eq(&format!("drawing\n{drawn}"));
    }

    /// Both inside, as a load overlooks a store.
    fn overlap() -> Log {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 0, 0);
        log.stale = true;
        log.enter(&subject, 1, 0);
        log
    }

    #[test]
    fn both_inside() {
        let events = overlap().events;
        let names = names(&events);
        let drawing = Drawing::new(2, &events, &names).mark(events.len() - 1, "both inside");
        check(
            &drawing,
            &expect![[r"
                drawing
                                     P0                                 P1
                                     ─────────────────────────────────  ────────────────────────────────────────────
                                     ── calls entry_section ──
                  1  specimen.rs:15  flag[0].store(true, SeqCst)
                  2  specimen.rs:16  turn.store(1, SeqCst)
                  3  specimen.rs:17  flag[1].load(SeqCst) → false
                                     ── enters its critical section ──
                                     ╰────────────────────────────────▶ P1
                                                                        ── calls entry_section ──
                  4  specimen.rs:15                                     flag[1].store(true, SeqCst)
                  5  specimen.rs:16                                     turn.store(0, SeqCst)
                  6  specimen.rs:17                                     flag[0].load(Relaxed) → false
                                                                        ↳ may still read false: step 1's store
                                                                          of true is not yet visible to P1, as
                                                                          nothing orders it before this load
                                                                        ── enters its critical section ──
                ⚡ both inside ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
            "]],
        );
    }

    #[test]
    fn both_inside_in_ascii() {
        let events = overlap().events;
        let names = names(&events);
        let drawing = Drawing::new(2, &events, &names).mark(events.len() - 1, "both inside");
        let drawing = drawing.ascii(true);
        assert!(drawing.to_string().is_ascii());
        check(
            &drawing,
            &expect![[r"
                drawing
                                     P0                                 P1
                                     ---------------------------------  --------------------------------------------
                                     -- calls entry_section --
                  1  specimen.rs:15  flag[0].store(true, SeqCst)
                  2  specimen.rs:16  turn.store(1, SeqCst)
                  3  specimen.rs:17  flag[1].load(SeqCst) -> false
                                     -- enters its critical section --
                                     '--------------------------------> P1
                                                                        -- calls entry_section --
                  4  specimen.rs:15                                     flag[1].store(true, SeqCst)
                  5  specimen.rs:16                                     turn.store(0, SeqCst)
                  6  specimen.rs:17                                     flag[0].load(Relaxed) -> false
                                                                        ^ may still read false: step 1's store
                                                                          of true is not yet visible to P1, as
                                                                          nothing orders it before this load
                                                                        -- enters its critical section --
                !! both inside ====================================================================================
            "]],
        );
    }

    #[test]
    fn one_spins_and_the_other_leaves_and_rests() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 1, 0);
        log.enter(&subject, 0, 12);
        log.leave(&subject, 1);
        log.push(EventKind::Finished);
        let names = names(&log.events);
        check(
            &Drawing::new(2, &log.events, &names),
            &expect![[r"
                drawing
                                     P0                                P1
                                     ────────────────────────────────  ─────────────────────────────────────────────
                                                                       ── calls entry_section ──
                  1  specimen.rs:15                                    flag[1].store(true, SeqCst)
                  2  specimen.rs:16                                    turn.store(0, SeqCst)
                  3  specimen.rs:17                                    flag[0].load(SeqCst) → false
                                                                       ── enters its critical section ──
                                     P0 ◀──────────────────────────────╯
                                     ── calls entry_section ──
                  4  specimen.rs:15  flag[0].store(true, SeqCst)
                  5  specimen.rs:16  turn.store(1, SeqCst)
                  6  specimen.rs:17  flag[1].load(SeqCst) → true
                  7  specimen.rs:17  turn.load(SeqCst) → 1
                                     … spins 12 more times (steps 8–31)
                                     ╰───────────────────────────────▶ P1
                                                                       ── calls exit_section ──
                 32  specimen.rs:27                                    flag[1].store(false, SeqCst)
                                                                       ── is back in its remainder section ──
                                                                       ── rests in its remainder section for ever ──
            "]],
        );
    }

    #[test]
    fn the_repeated_part_of_a_lasso_is_bracketed() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 1, 0);
        let start = log.events.len();
        log.enter(&subject, 0, 2);
        log.leave(&subject, 1);
        let names = names(&log.events);
        let drawing = Drawing::new(2, &log.events, &names).repeats(start..log.events.len());
        check(
            &drawing,
            &expect![[r"
                drawing
                                       P0                                     P1
                                       ─────────────────────────────────────  ──────────────────────────────────────
                                                                              ── calls entry_section ──
                    1  specimen.rs:15                                         flag[1].store(true, SeqCst)
                    2  specimen.rs:16                                         turn.store(0, SeqCst)
                    3  specimen.rs:17                                         flag[0].load(SeqCst) → false
                                                                              ── enters its critical section ──
                ┏━ from here on, again and again:
                ┃                      P0 ◀───────────────────────────────────╯
                ┃                      ── calls entry_section ──
                ┃   4  specimen.rs:15  flag[0].store(true, SeqCst)
                ┃   5  specimen.rs:16  turn.store(1, SeqCst)
                ┃   6  specimen.rs:17  flag[1].load(SeqCst) → true
                ┃   7  specimen.rs:17  turn.load(SeqCst) → 1
                ┃                      … spins 2 more times (steps 8–11)
                ┃                      ╰────────────────────────────────────▶ P1
                ┃                                                             ── calls exit_section ──
                ┃  12  specimen.rs:27                                         flag[1].store(false, SeqCst)
                ┃                                                             ── is back in its remainder section ──
                ┗━ and so on for ever, from step 4
            "]],
        );
    }

    #[test]
    fn five_processes_move_closer_together() {
        let mut events = overlap().events;
        let again: Vec<Event> = events.clone();
        for (number, event) in again.into_iter().enumerate() {
            let process = ProcessId::new([4, 2, 3][number % 3]);
            events.push(Event { process, step: event.step + 6, ..event });
        }
        let names = names(&events);
        check(
            &Drawing::new(5, &events, &names),
            &expect![[r"
                drawing
                                     P0         P1         P2         P3         P4
                                     ─────────  ─────────  ─────────  ─────────  ───────────────────────────────────
                                     ── calls entry_section ──
                  1  specimen.rs:15  flag[?b].store(true, SeqCst)
                  2  specimen.rs:16  turn.store(1, SeqCst)
                  3  specimen.rs:17  flag[?a].load(SeqCst) → false
                                     ── enters its critical section ──
                                     ╰────────▶ P1
                                                ── calls entry_section ──
                  4  specimen.rs:15             flag[?a].store(true, SeqCst)
                  5  specimen.rs:16             turn.store(0, SeqCst)
                  6  specimen.rs:17             flag[?b].load(Relaxed) → false
                                                ↳ may still read false: step 1's store of true is not yet
                                                  visible to P1, as nothing orders it before this load
                                                ── enters its critical section ──
                                                ╰──────────────────────────────▶ P4
                                                                                 ── calls entry_section ──
                                                           P2 ◀──────────────────╯
                  7  specimen.rs:15                        flag[?b].store(true, SeqCst)
                                                           ╰────────▶ P3
                  8  specimen.rs:16                                   turn.store(1, SeqCst)
                                                                      ╰────────▶ P4
                  9  specimen.rs:17                                              flag[?a].load(SeqCst) → false
                                                           P2 ◀──────────────────╯
                                                           ── enters its critical section ──
                                                           ╰────────▶ P3
                                                                      ── calls entry_section ──
                                                                      ╰────────▶ P4
                 10  specimen.rs:15                                              flag[?a].store(true, SeqCst)
                                                           P2 ◀──────────────────╯
                 11  specimen.rs:16                        turn.store(0, SeqCst)
                                                           ╰────────▶ P3
                 12  specimen.rs:17                                   flag[?b].load(Relaxed) → false
                                                                      ↳ may still read false: step 7's store of
                                                                        true is not yet visible to P3, as
                                                                        nothing orders it before this load
                                                                      ╰────────▶ P4
                                                                                 ── enters its critical section ──
                [?…] which element it is, the source does not say; the same letter is the same element
            "]],
        );
    }

    /// A signal from one process to another, at the first free step.
    fn signal(events: &mut Vec<Event>, from: usize, to: usize) {
        let to = ProcessId::new(to);
        let call = SystemCall {
            site: Location::caller(),
            call: Text::of(format_args!(
                "kill({to}, SIGUSR1) of a call that is as long as calls are"
            )),
            progress: Progress::Returned(Text::of(0)),
            unusual: false,
            signalled: Some(Signalled::Sent { signal: 10, to, landing: Landing::Arrives }),
        };
        let kind = EventKind::SystemCall(call);
        events.push(Event { step: events.len() as u32, process: ProcessId::new(from), kind });
    }

    #[test]
    fn signals_go_from_lane_to_lane_however_narrow_they_are() {
        let mut events = Vec::new();
        for (from, to) in [(0, 3), (3, 0), (3, 2), (3, 3), (3, 7), (7, 6)] {
            signal(&mut events, from, to);
        }
        let names = Names::from_source(&BTreeMap::new(), 8, |_| true, &events);
        check(
            &Drawing::new(8, &events, &names),
            &expect![[r"
                drawing
                                P0     P1     P2     P3     P4     P5     P6     P7
                                ─────  ─────  ─────  ─────  ─────  ─────  ─────  ───────────────────────────────────
                  1  (harness)  kill(P3, SIGUSR1) of a call that is as long as calls are = 0
                                ╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ SIGUSR1
                                ╰──────────────────▶ P3
                  2  (harness)                       kill(P0, SIGUSR1) of a call that is as long as calls are = 0
                                SIGUSR1 ◀╌╌╌╌╌╌╌╌╌╌╌╌╯
                  3  (harness)                       kill(P2, SIGUSR1) of a call that is as long as calls are = 0
                                              ◀╌╌╌╌╌╌╯ SIGUSR1
                  4  (harness)                       kill(P3, SIGUSR1) of a call that is as long as calls are = 0
                  5  (harness)                       kill(P7, SIGUSR1) of a call that is as long as calls are = 0
                                                     ╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ SIGUSR1
                                                     ╰─────────────────────────▶ P7
                  6  (harness)                                                   kill(P6, SIGUSR1) of a call
                                                                                     that is as long as calls are =
                                                                                     0
                                                                          ◀╌╌╌╌╌╌╯ SIGUSR1
            "]],
        );
        let drawn = Drawing::new(8, &events, &names).ascii(true).to_string();
        assert!(drawn.is_ascii(), "{drawn}");
    }

    #[test]
    fn repetitions_are_found_from_the_left() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 1, 0);
        log.enter(&subject, 0, 1);
        let rows = |events: &[Event]| {
            let mut rows = Vec::new();
            condense(events, 0..events.len(), &mut rows);
            rows
        };
        let once: Vec<_> = (0..log.events.len()).map(Row::Event).collect();
        assert_eq!(rows(&log.events), once, "one turn more is no reason to leave it out");
        log.enter(&subject, 0, 5);
        let rows = rows(&log.events);
        let last = rows.last().cloned();
        let len = log.events.len();
        assert_eq!(last, Some(Row::Again { events: len - 10..len, period: 2, times: 5 }));
    }
}
