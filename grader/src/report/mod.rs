//! What people read, all of it made from the canonical result: text for the terminal, Markdown for a
//! student, an overview of the class. Whatever a student can influence is made harmless here.

pub(crate) mod markdown;
pub(crate) mod overview;
pub(crate) mod text;

use harness::runner::Verdict;

use crate::score::describe;

/// `text` without what could deceive a reader or drive a terminal: control characters, and the
/// marks that change the direction or the visibility of text. Line breaks stay, tabs become spaces.
pub(crate) fn harmless(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' => ' ',
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The same on one line.
pub(crate) fn harmless_line(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

/// A verdict in a word.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Upheld { .. } => "upheld",
        Verdict::Violated { .. } => "violated",
        Verdict::Unknown { .. } => "unknown",
    }
}

/// The evidence of a verdict, in one line.
pub(crate) fn evidence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Upheld { evidence, bypass, doorway } => {
            let mut parts: Vec<String> = Vec::new();
            let mut counts: Vec<usize> = evidence.iter().map(|found| found.processes).collect();
            counts.sort_unstable();
            counts.dedup();
            for processes in counts {
                let of = || evidence.iter().filter(|found| found.processes == processes);
                parts.push(match of().find(|found| found.complete) {
                    Some(found) => format!(
                        "{processes} processes, up to {} entries each: all {} executions",
                        found.entries, found.executions
                    ),
                    None => format!(
                        "{processes} processes: {} executions",
                        of().map(|found| found.executions).sum::<u64>()
                    ),
                });
            }
            if let Some(bypass) = bypass {
                parts.push(format!("bypass at most {bypass}"));
            }
            if let Some(doorway) = doorway {
                let plural = if doorway.steps == 1 { "" } else { "s" };
                parts.push(format!("doorway after {} step{plural}", doorway.steps));
            }
            parts.join("; ")
        }
        Verdict::Violated { witness } => describe(witness.kind).to_owned(),
        Verdict::Unknown { reason } => reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn terminals_and_readers_are_safe_from_what_students_write() {
        for (text, expected) in [
            ("plain \u{e4}\u{4e2d}", "plain \u{e4}\u{4e2d}"),
            ("a\tb\r\nc", "a b\nc"),
            ("\u{1b}[31mred\u{7}", "\u{fffd}[31mred\u{fffd}"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{9b}", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
