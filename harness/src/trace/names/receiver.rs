//! On what a method is called, as it is written in the source, and taken apart. No parser: what cannot be told is
//! left without a name.

use crate::event::Site;

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The receiver of the method call at `site`, with line breaks taken out.
pub(super) fn receiver(text: &str, site: Site, method: &str) -> Option<String> {
    let line_start = match site.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line as usize - 2)?.0 + 1,
    };
    let line = text[line_start..].lines().next().unwrap_or_default();
    let column = site.column().saturating_sub(1) as usize;
    let in_line = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    // The source may be another one than was compiled: then better no name than a wrong one.
    if !line[in_line..].starts_with(method) {
        return None;
    }
    let before = &text[..line_start + in_line];
    let end = before.trim_end().strip_suffix('.')?.trim_end();
    let start = start_of_receiver(end);
    let mut receiver = String::new();
    for line in end[start..].lines() {
        // Comments may stand between the parts of a broken chain.
        receiver.push_str(line.split("//").next().unwrap_or_default().trim());
    }
    (!receiver.is_empty()).then_some(receiver)
}

/// Where the postfix expression at the end of `text` begins.
fn start_of_receiver(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = skip_comments(rest);
        if let Some(inner) = rest.strip_suffix('?') {
            rest = inner;
        } else if rest.ends_with([')', ']']) {
            let Some(open) = opening(rest) else { return rest.len() };
            rest = &rest[..open];
            if !skip_comments(rest).ends_with(|c| is_word(c) || c == ')' || c == ']') {
                return rest.len();
            }
        } else {
            let word = rest.trim_end_matches(is_word);
            if word.len() == rest.len() {
                return rest.len();
            }
            let before = skip_comments(word);
            rest = match before.strip_suffix('.').or_else(|| before.strip_suffix("::")) {
                Some(more) if !more.ends_with('.') => more,
                _ => return word.len(),
            };
        }
    }
}

/// Takes white space and whole-line comments off the end.
fn skip_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_end();
        let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
        if text[line_start..].trim_start().starts_with("//") {
            text = &text[..line_start];
        } else {
            return text;
        }
    }
}

/// Where the bracket opens that closes at the end of `text`.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A receiver, taken apart.
pub(super) struct Path {
    /// Without `self` and calls, and without what stands in the indexes: `slots[].ready`.
    pub(super) base: String,
    /// Whether it begins with `self`: then it is a better name than that of a local variable.
    pub(super) is_field: bool,
    /// What stands in the indexes.
    pub(super) indexes: Vec<String>,
}

impl Path {
    pub(super) fn of(receiver: &str) -> Option<Self> {
        let mut base = String::new();
        let mut indexes = Vec::new();
        let mut is_field = false;
        let mut rest = receiver.trim_start_matches(['&', '*', '(', ' ']);
        if let Some(field) = rest.strip_prefix("self.") {
            is_field = true;
            rest = field;
        }
        while !rest.is_empty() {
            let word_end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word_end);
            if let Some(call) = after.strip_prefix('(') {
                // `.get(i)`, `.unwrap()`: not part of the name.
                rest = &call[closing(call)?..];
            } else {
                if !word.is_empty() {
                    if !base.is_empty() {
                        base.push('.');
                    }
                    base.push_str(word);
                }
                rest = after;
            }
            while let Some(inside) = rest.strip_prefix('[') {
                let end = closing(inside)?;
                base.push_str("[]");
                indexes.push(inside[..end - 1].trim().to_owned());
                rest = &inside[end..];
            }
            rest = rest.trim_start_matches(['.', '?', ':', ')']);
            if rest.len() == receiver.len() {
                return None;
            }
        }
        if base.starts_with(|c: char| c.is_ascii_digit()) {
            base.insert_str(0, "self.");
        }
        (!base.is_empty()).then_some(Self { base, is_field, indexes })
    }
}

/// Just behind the bracket that closes the one before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The number that an index is, if it is a literal.
pub(super) fn number(index: &str) -> Option<usize> {
    index.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_taken_apart() {
        let cases = [
            ("self.flag[other]", "flag[]", &["other"][..]),
            ("self.turn", "turn", &[]),
            ("lock", "lock", &[]),
            ("self.0", "self.0", &[]),
            ("self.0[i + f(x)]", "self.0[]", &["i + f(x)"]),
            ("self.slots[i].ready", "slots[].ready", &["i"]),
            ("self.flags.get(i).unwrap()", "flags", &[]),
            ("(*self.inner).state", "inner.state", &[]),
            ("crate::LOCK", "crate.LOCK", &[]),
            ("grid[a][b]", "grid[][]", &["a", "b"]),
        ];
        for (receiver, base, indexes) in cases {
            let path = Path::of(receiver).expect(receiver);
            assert_eq!(path.base, base, "{receiver}");
            assert_eq!(path.indexes, indexes, "{receiver}");
        }
        assert!(Path::of("").is_none());
    }

    #[test]
    fn the_receiver_ends_where_the_expression_begins() {
        let cases = [
            ("while self.flag[1 - i]", "self.flag[1 - i]"),
            ("if !self.lock", "self.lock"),
            ("f(&a, b.c[d(e)])?.x", "f(&a, b.c[d(e)])?.x"),
            ("let x = (*p)", "(*p)"),
            ("for i in 0..n", "n"),
            ("a::B", "a::B"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(&text[start_of_receiver(text)..], expected, "{text}");
        }
    }
}
