//! What the student calls things: finds, for every location, a name such as `flag[1]`.
//!
//! The engine numbers locations in the order of their first use. The student knows them as fields,
//! so the receiver of each call (`self.flag[other]` in `self.flag[other].load(..)`) is read from
//! the source, at the place that `#[track_caller]` reports: the method's name. Locations whose
//! receivers agree but for the index are elements of one array.
//!
//! The index of an element is known if the source says it: as a number, or as the calling process
//! (`flag[me.index()]`, or a variable that was set to it). If the source contradicts itself, or
//! says nothing, the elements are numbered in the order of first use, which is the same in every
//! run of one schedule. Names are for reading only; nothing is decided by them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Event, EventKind, LocationId, Site};

/// Names of locations, and the receivers of calls.
#[derive(Clone, Debug, Default)]
pub struct Names {
    locations: BTreeMap<LocationId, String>,
    /// By file, line and column.
    receivers: BTreeMap<(&'static str, u32, u32), String>,
    /// The files that were read.
    files: BTreeSet<String>,
}

impl Names {
    /// Calls the locations `x0`, `x1`, … and knows no source.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Reads the names from the source. `sources` holds the text of each file, under the path that
    /// the compiler was given, or under the mere file name.
    pub fn from_source(sources: &BTreeMap<String, String>, events: &[Event]) -> Self {
        let mut names = Self { files: sources.keys().cloned().collect(), ..Self::default() };
        let mut arrays = Arrays::default();
        let selves: BTreeMap<&str, BTreeSet<String>> =
            sources.iter().map(|(file, text)| (file.as_str(), names_of_self(text))).collect();
        for event in events {
            let EventKind::Access(access) = event.kind else { continue };
            let Some((file, text)) = find(sources, access.site.file()) else { continue };
            let Some(text) = receiver(text, access.site, access.method) else { continue };
            if let Some(path) = Path::of(&text) {
                let index = path.index.as_deref().and_then(|index| {
                    number(index)
                        .or_else(|| selves[file].contains(index).then_some(event.process.index()))
                });
                arrays.note(access.location, path.base, path.is_field, index);
            }
            let site = access.site;
            names.receivers.insert((site.file(), site.line(), site.column()), text);
        }
        names.locations = arrays.names();
        names
    }

    /// Names a location, whatever the source says.
    #[must_use]
    pub fn with(mut self, location: LocationId, name: impl Into<String>) -> Self {
        self.locations.insert(location, name.into());
        self
    }

    /// The name of a location.
    pub fn location(&self, location: LocationId) -> Cow<'_, str> {
        match self.locations.get(&location) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("x{}", location.0)),
        }
    }

    /// The receiver of the call at a place, as it is written there: `self.flag[other]`.
    pub fn receiver(&self, site: Site) -> Option<&str> {
        self.receivers.get(&(site.file(), site.line(), site.column())).map(String::as_str)
    }

    /// Whether a place is one that the reader knows: in a file whose source was given. If none was,
    /// every place is.
    pub fn knows(&self, site: Site) -> bool {
        self.files.is_empty()
            || self.files.contains(site.file())
            || self.files.contains(file_name(site.file()))
    }
}

/// The last component of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The source of a file: under its path, or under its name.
fn find<'a>(sources: &'a BTreeMap<String, String>, path: &str) -> Option<(&'a str, &'a str)> {
    let entry = sources.get_key_value(path).or_else(|| sources.get_key_value(file_name(path)))?;
    Some((entry.0, entry.1))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The receiver of the method call at `site`, with line breaks taken out.
fn receiver(text: &str, site: Site, method: &str) -> Option<String> {
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
struct Path {
    /// Without `self`, calls and indexes, the place of the first index marked: `slots[].ready`.
    base: String,
    /// Whether it begins with `self`: then it is a better name than that of a local variable.
    is_field: bool,
    /// What stands in the first index.
    index: Option<String>,
}

impl Path {
    fn of(receiver: &str) -> Option<Self> {
        let mut base = String::new();
        let mut index = None;
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
            if let Some(inside) = rest.strip_prefix('[') {
                let end = closing(inside)?;
                if index.is_none() {
                    base.push_str("[]");
                    index = Some(inside[..end - 1].trim().to_owned());
                }
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
        (!base.is_empty()).then_some(Self { base, is_field, index })
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
fn number(index: &str) -> Option<usize> {
    index.parse().ok()
}

/// The expressions that stand for the number of the calling process: the `ProcessId` parameter of
/// the contract's methods, its `index()`, and variables that are set to one of these.
fn names_of_self(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for method in ["fn entry_section", "fn exit_section"] {
        for (at, _) in text.match_indices(method) {
            let signature = text[at..].split('{').next().unwrap_or_default();
            if let Some((before, _)) = signature.split_once(": ProcessId") {
                let name = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
                names.insert(name.to_owned());
                names.insert(format!("{name}.index()"));
            }
        }
    }
    for line in text.lines() {
        if let Some((pattern, value)) =
            line.trim().strip_prefix("let ").and_then(|rest| rest.split_once('='))
            && names.contains(value.trim().trim_end_matches(';'))
        {
            let name = pattern.split(':').next().unwrap_or_default().trim();
            names.insert(name.to_owned());
            names.insert(format!("{name}.index()"));
        }
    }
    names
}

/// What the source says about the locations.
#[derive(Default)]
struct Arrays {
    /// How often each name was used, by location; fields (`false`) before local variables.
    bases: BTreeMap<LocationId, BTreeMap<(bool, String), usize>>,
    /// The indexes that the source gives, by location.
    indexes: BTreeMap<LocationId, BTreeSet<usize>>,
}

impl Arrays {
    fn note(&mut self, location: LocationId, base: String, is_field: bool, index: Option<usize>) {
        *self.bases.entry(location).or_default().entry((!is_field, base)).or_default() += 1;
        if let Some(index) = index {
            self.indexes.entry(location).or_default().insert(index);
        }
    }

    /// Groups the locations by their best names, and numbers the groups of several.
    fn names(self) -> BTreeMap<LocationId, String> {
        let mut groups: BTreeMap<String, Vec<LocationId>> = BTreeMap::new();
        for (location, bases) in self.bases {
            let best = bases
                .into_iter()
                .min_by(|((local_a, _), a), ((local_b, _), b)| local_a.cmp(local_b).then(b.cmp(a)));
            if let Some(((_, base), _)) = best {
                groups.entry(base).or_default().push(location);
            }
        }
        let mut names = BTreeMap::new();
        for (base, locations) in groups {
            let numbers = number_elements(&locations, &self.indexes);
            for (location, number) in locations.into_iter().zip(numbers) {
                names.insert(location, element(&base, number));
            }
        }
        names
    }
}

/// The index of each element: what the source says if it is consistent, else in order.
fn number_elements(
    locations: &[LocationId],
    said: &BTreeMap<LocationId, BTreeSet<usize>>,
) -> Vec<Option<usize>> {
    let mut known: Vec<Option<usize>> = Vec::new();
    let mut used = BTreeSet::new();
    let mut consistent = true;
    for location in locations {
        let indexes = said.get(location);
        consistent &= indexes.is_none_or(|indexes| indexes.len() == 1);
        let index = indexes.and_then(|indexes| indexes.first().copied());
        consistent &= index.is_none_or(|index| used.insert(index));
        known.push(index);
    }
    if !consistent {
        known.fill(None);
        used.clear();
    }
    if locations.len() == 1 {
        return known;
    }
    let mut free = (0..).filter(|index| !used.contains(index));
    known.into_iter().map(|index| index.or_else(|| free.next())).collect()
}

/// `flag[]` and 1 make `flag[1]`; so do `flag` and 1.
fn element(base: &str, index: Option<usize>) -> String {
    match (index, base.contains("[]")) {
        (None, _) => base.replace("[]", ""),
        (Some(index), true) => base.replacen("[]", &format!("[{index}]"), 1),
        (Some(index), false) => format!("{base}[{index}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::specimen_events::{Log, peterson};
    use super::*;

    fn specimen() -> BTreeMap<String, String> {
        BTreeMap::from([("specimen.rs".to_owned(), include_str!("specimen.rs").to_owned())])
    }

    #[test]
    fn elements_are_named_by_the_process_that_the_source_names() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 1, 0);
        log.enter(&subject, 0, 0);
        log.leave(&subject, 1);
        let names = Names::from_source(&specimen(), &log.events);
        let shown = [0, 1, 2, 3].map(|id| names.location(LocationId(id)).into_owned());
        assert_eq!(shown, ["flag[1]", "turn", "flag[0]", "x3"]);
        let receivers: BTreeSet<_> = names.receivers.values().map(String::as_str).collect();
        let expected = ["self.flag[i]", "self.flag[me.index()]", "self.flag[other]", "self.turn"];
        assert_eq!(receivers.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn without_the_source_locations_are_numbered() {
        let (subject, mut log) = (peterson(), Log::new());
        log.enter(&subject, 1, 0);
        let names = Names::from_source(&BTreeMap::new(), &log.events);
        assert_eq!(names.location(LocationId(0)), "x0");
        let other = BTreeMap::from([("specimen.rs".to_owned(), "fn main() {}\n".repeat(40))]);
        let names = Names::from_source(&other, &log.events).with(LocationId(1), "datum");
        assert_eq!(names.location(LocationId(0)), "x0", "the source is not that of the program");
        assert_eq!(names.location(LocationId(1)), "datum");
    }

    #[test]
    fn receivers_are_taken_apart() {
        let cases = [
            ("self.flag[other]", "flag[]", Some("other")),
            ("self.turn", "turn", None),
            ("lock", "lock", None),
            ("self.0", "self.0", None),
            ("self.0[i + f(x)]", "self.0[]", Some("i + f(x)")),
            ("self.slots[i].ready", "slots[].ready", Some("i")),
            ("self.flags.get(i).unwrap()", "flags", None),
            ("(*self.inner).state", "inner.state", None),
            ("crate::LOCK", "crate.LOCK", None),
            ("grid[a][b]", "grid[]", Some("a")),
        ];
        for (receiver, base, index) in cases {
            let path = Path::of(receiver).expect(receiver);
            assert_eq!((path.base.as_str(), path.index.as_deref()), (base, index), "{receiver}");
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

    #[test]
    fn contradictions_leave_the_order_of_first_use() {
        let ids = [LocationId(4), LocationId(7), LocationId(9)];
        let said = |pairs: &[(u32, usize)]| {
            let mut said: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
            for &(location, index) in pairs {
                said.entry(LocationId(location)).or_default().insert(index);
            }
            number_elements(&ids, &said)
        };
        assert_eq!(said(&[]), [Some(0), Some(1), Some(2)]);
        assert_eq!(said(&[(4, 2), (9, 0)]), [Some(2), Some(1), Some(0)]);
        assert_eq!(said(&[(4, 2), (9, 2)]), [Some(0), Some(1), Some(2)], "two elements, one index");
        assert_eq!(said(&[(4, 1), (4, 2)]), [Some(0), Some(1), Some(2)], "one element, two");
    }
}
