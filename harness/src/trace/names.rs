//! What the student calls things: finds, for every location, a name such as `flag[1]`.
//!
//! The engine numbers locations in the order of their first use. The student knows them as fields,
//! so the receiver of each call (`self.flag[other]` in `self.flag[other].load(..)`) is read from
//! the source, at the place that `#[track_caller]` reports: the method's name. Locations whose
//! receivers agree but for the index are elements of one array.
//!
//! The index of an element is known if the source says it: as a number, as the calling process
//! (`flag[me.index()]`, or a variable that was set to it), or as the condition that a monitor was
//! asked for. What one process leaves of an array with an element for each is the last one's. Any
//! other element has a letter in place of its index, `flag[?a]`, in the order of first use: a number
//! there would be a guess. Names are for reading only; nothing is decided by them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Event, EventKind, LocationId, Service, Site, blocking};
use crate::process::ProcessId;

/// Names of locations, and the receivers of calls.
#[derive(Clone, Debug, Default)]
pub struct Names {
    locations: BTreeMap<LocationId, String>,
    /// By file, line and column.
    receivers: BTreeMap<(&'static str, u32, u32), String>,
    /// The files that were read.
    files: BTreeSet<String>,
    /// Which places are the harness's own, whatever their files are called.
    lent: Option<fn(Site) -> bool>,
}

impl Names {
    /// Calls the locations `x0`, `x1`, … and knows no source.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Reads the names from the source, for an execution of so many processes. `sources` holds the
    /// text of each file, under the path that the compiler was given, or under the mere file name.
    /// `lent` knows the places that are the harness's own, although a file there may be called like
    /// one of the student's.
    pub fn from_source(
        sources: &BTreeMap<String, String>,
        processes: usize,
        lent: fn(Site) -> bool,
        events: &[Event],
    ) -> Self {
        let files = sources.keys().cloned().collect();
        let mut names = Self { files, lent: Some(lent), ..Self::default() };
        let mut arrays = Arrays::default();
        let parameters: BTreeMap<&str, Parameters> =
            sources.iter().map(|(file, text)| (file.as_str(), Parameters::of(text))).collect();
        let mut conditions: BTreeMap<ProcessId, usize> = BTreeMap::new();
        for event in events {
            let access = match event.kind {
                EventKind::Access(access) if !lent(access.site) => access,
                EventKind::Called(
                    Service::WaitOn(number)
                    | Service::SignalOn(number)
                    | Service::BroadcastOn(number),
                ) => {
                    conditions.insert(event.process, number.into());
                    continue;
                }
                _ => continue,
            };
            let Some((file, text)) = find(sources, access.site.file()) else { continue };
            let itself = [access.method];
            let methods = match blocking::written_as(access.method) {
                [] => &itself,
                several => several,
            };
            let Some(text) = methods.iter().find_map(|it| receiver(text, access.site, it)) else {
                continue;
            };
            // Who waits on a condition is woken at a place of its own, which is not the condition.
            let is_named =
                ![blocking::CONDITION_WAIT, blocking::CONDITION_WAKE].contains(&access.method);
            if is_named && let Some(path) = Path::of(&text) {
                let condition = conditions.get(&event.process).copied();
                let index = path.indexes.iter().map(|index| {
                    number(index)
                        .or_else(|| parameters[file].value(index, event.process, condition))
                });
                let index = index.collect::<Option<Vec<usize>>>();
                let by_process =
                    path.indexes.iter().any(|index| parameters[file].selves.contains(index));
                let index = index.filter(|index| !index.is_empty());
                arrays.note(access.location, path.base, path.is_field, index, by_process);
            }
            let site = access.site;
            names.receivers.insert((site.file(), site.line(), site.column()), text);
        }
        names.locations = arrays.names(processes);
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

    /// The name of a location, if it has one.
    pub fn name(&self, location: LocationId) -> Option<&str> {
        self.locations.get(&location).map(String::as_str)
    }

    /// Whether a place is the harness's own.
    pub fn is_lent(&self, site: Site) -> bool {
        self.lent.is_some_and(|lent| lent(site))
    }

    /// The receiver of the call at a place, as it is written there: `self.flag[other]`.
    pub fn receiver(&self, site: Site) -> Option<&str> {
        self.receivers.get(&(site.file(), site.line(), site.column())).map(String::as_str)
    }

    /// Whether a place is one that the reader knows: in a file whose source was given. If none was,
    /// every place is.
    pub fn knows(&self, site: Site) -> bool {
        let read = self.files.is_empty()
            || self.files.contains(site.file())
            || self.files.contains(file_name(site.file()));
        read && !self.is_lent(site)
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
    /// Without `self` and calls, and without what stands in the indexes: `slots[].ready`.
    base: String,
    /// Whether it begins with `self`: then it is a better name than that of a local variable.
    is_field: bool,
    /// What stands in the indexes.
    indexes: Vec<String>,
}

impl Path {
    fn of(receiver: &str) -> Option<Self> {
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
fn number(index: &str) -> Option<usize> {
    index.parse().ok()
}

/// The methods of the contracts that are told about a process, each name once.
const SERVICES: [Service; 16] = [
    Service::EntrySection,
    Service::ExitSection,
    Service::Wait(0),
    Service::Signal(0),
    Service::Enter,
    Service::Leave,
    Service::BroadcastOn(0),
    Service::Deposit(0),
    Service::Take(0),
    Service::StartRead,
    Service::EndRead,
    Service::StartWrite,
    Service::EndWrite,
    Service::PickUp,
    Service::PutDown,
    Service::Increment,
];

/// The expressions in a file whose values are known when a method of the contract runs.
struct Parameters {
    /// The number of the calling process: the `ProcessId` parameter, its `index()`, and variables
    /// that are set to one of these.
    selves: BTreeSet<String>,
    /// The condition that a monitor is asked for.
    conditions: BTreeSet<String>,
}

impl Parameters {
    fn of(text: &str) -> Self {
        let (mut selves, mut conditions) = (BTreeSet::new(), BTreeSet::new());
        for method in SERVICES.map(Service::name) {
            let head = format!("fn {method}(");
            let heads = text.match_indices(&head).map(|(at, _)| at);
            for at in heads.filter(|&at| method.contains('_') || implements_a_trait(&text[..at])) {
                let signature = text[at..].split('{').next().unwrap_or_default();
                if let Some(name) = parameter(signature, ": ProcessId") {
                    selves.insert(format!("{name}.index()"));
                    selves.insert(name);
                }
                conditions.extend(parameter(signature, ": usize"));
            }
        }
        for line in text.lines() {
            if let Some((pattern, value)) =
                line.trim().strip_prefix("let ").and_then(|rest| rest.split_once('='))
                && selves.contains(value.trim().trim_end_matches(';'))
            {
                let name = pattern.split(':').next().unwrap_or_default().trim();
                selves.insert(name.to_owned());
                selves.insert(format!("{name}.index()"));
            }
        }
        Self { selves, conditions }
    }

    /// What `index` is while `process` is in a method of the contract.
    fn value(&self, index: &str, process: ProcessId, condition: Option<usize>) -> Option<usize> {
        if self.selves.contains(index) {
            return Some(process.index());
        }
        condition.filter(|_| self.conditions.contains(index))
    }
}

/// The parameter before `typed` in a signature.
fn parameter(signature: &str, typed: &str) -> Option<String> {
    let (before, _) = signature.split_once(typed)?;
    Some(before.rsplit(|c| !is_word(c)).next().unwrap_or_default().to_owned())
}

/// Whether what follows `before` stands in an `impl … for …`. A method of another type may be called
/// `wait` or `signal` as well, and with another process.
fn implements_a_trait(before: &str) -> bool {
    let head = before.lines().rev().find(|line| line.trim_start().starts_with("impl"));
    head.is_some_and(|line| line.contains(" for "))
}

/// What the source says about the locations.
#[derive(Default)]
struct Arrays {
    /// How often each name was used, by location; fields (`false`) before local variables.
    bases: BTreeMap<LocationId, BTreeMap<(bool, String), usize>>,
    /// The indexes that the source gives, by location.
    indexes: BTreeMap<LocationId, BTreeSet<Vec<usize>>>,
    /// The locations of which one was named by the process that used it.
    by_process: BTreeSet<LocationId>,
}

impl Arrays {
    fn note(
        &mut self,
        location: LocationId,
        base: String,
        is_field: bool,
        index: Option<Vec<usize>>,
        by_process: bool,
    ) {
        *self.bases.entry(location).or_default().entry((!is_field, base)).or_default() += 1;
        if let Some(index) = index {
            self.indexes.entry(location).or_default().insert(index);
        }
        if by_process {
            self.by_process.insert(location);
        }
    }

    /// Groups the locations by their best names, and tells those of a group apart.
    fn names(self, processes: usize) -> BTreeMap<LocationId, String> {
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
            let one_each = locations.iter().any(|it| self.by_process.contains(it));
            let length = (one_each && base.matches("[]").count() == 1).then_some(processes);
            let indexes = said(&locations, &self.indexes, length);
            let alone = locations.len() == 1;
            let mut letters = 'a'..='z';
            for (location, index) in locations.into_iter().zip(indexes) {
                let name = match index {
                    Some(index) => index.iter().fold(base.clone(), |name, index| {
                        name.replacen("[]", &format!("[{index}]"), 1)
                    }),
                    None if alone => base.replacen("[]", UNKNOWN, 1).replace("[]", ""),
                    None => {
                        let mark = format!("[?{}]", letters.next().unwrap_or('…'));
                        if base.contains("[]") {
                            base.replacen("[]", &mark, 1).replace("[]", "")
                        } else {
                            base.clone() + &mark
                        }
                    }
                };
                names.insert(location, name);
            }
        }
        names
    }
}

/// In place of an index that is not known, of the only element that is used.
const UNKNOWN: &str = "[?]";

/// How names of elements begin whose index is not known.
pub(super) const UNKNOWN_BEGIN: &str = "[?";

/// The index of each element, if the source says it and does not contradict itself. `length` is that
/// of the array, if it is known.
fn said(
    locations: &[LocationId],
    said: &BTreeMap<LocationId, BTreeSet<Vec<usize>>>,
    length: Option<usize>,
) -> Vec<Option<Vec<usize>>> {
    let mut known: Vec<Option<Vec<usize>>> = Vec::new();
    let mut used = BTreeSet::new();
    let mut consistent = true;
    for location in locations {
        let indexes = said.get(location);
        consistent &= indexes.is_none_or(|indexes| indexes.len() == 1);
        let index = indexes.and_then(|indexes| indexes.first().cloned());
        consistent &= index.as_ref().is_none_or(|index| used.insert(index.clone()));
        known.push(index);
    }
    if !consistent {
        known.fill(None);
        return known;
    }
    let mut unknown = known.iter_mut().filter(|index| index.is_none());
    if let (Some(last), None) = (unknown.next(), unknown.next())
        && length == Some(locations.len())
    {
        let mut free = (0..locations.len()).map(|index| vec![index]);
        *last = free.find(|index| !used.contains(index));
    }
    known
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
        let names = Names::from_source(&specimen(), 2, |_| false, &log.events);
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
        let names = Names::from_source(&BTreeMap::new(), 2, |_| false, &log.events);
        assert_eq!(names.location(LocationId(0)), "x0");
        let other = BTreeMap::from([("specimen.rs".to_owned(), "fn main() {}\n".repeat(40))]);
        let names =
            Names::from_source(&other, 2, |_| false, &log.events).with(LocationId(1), "datum");
        assert_eq!(names.location(LocationId(0)), "x0", "the source is not that of the program");
        assert_eq!(names.location(LocationId(1)), "datum");
    }

    struct Place;

    impl Place {
        #[expect(
            clippy::unused_self,
            reason = "how it is written where it is called is what counts"
        )]
        #[track_caller]
        fn wait(&self) -> Site {
            std::panic::Location::caller()
        }
    }

    struct Monitor {
        not_full: Place,
    }

    impl Monitor {
        fn waits(&self) -> Site {
            self.not_full.wait()
        }
    }

    #[test]
    fn a_condition_is_one_variable_whoever_is_woken_on_it() {
        use crate::event::{Access, AccessKind, ValueType};
        let site = Monitor { not_full: Place }.waits();
        let event = |method, location| Event {
            process: ProcessId::new(0),
            step: 0,
            kind: EventKind::Access(Access {
                kind: AccessKind::ReadModifyWrite,
                method,
                site,
                location: LocationId(location),
                value_type: ValueType::Unsigned,
                ordering: None,
                read: Some(0),
                written: Some(1),
                reads_from: None,
                write: None,
                stale_by: 0,
                spurious: false,
            }),
        };
        let events = [event(blocking::CONDITION_JOIN, 1), event(blocking::CONDITION_WAIT, 2)];
        let sources =
            BTreeMap::from([("names.rs".to_owned(), include_str!("names.rs").to_owned())]);
        let names = Names::from_source(&sources, 2, |_| false, &events);
        assert_eq!(names.name(LocationId(1)), Some("not_full"));
        assert_eq!(names.name(LocationId(2)), None);
        let joins = super::super::operation::describe(&events[0].kind, &names);
        assert_eq!(joins, "joins those who wait on the condition not_full");
    }

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

    /// The names of three elements of `base`, of which the source says these indexes.
    fn named(base: &str, pairs: &[(u32, &[usize])], processes: usize) -> Vec<String> {
        let mut arrays = Arrays::default();
        for id in [4, 7, 9] {
            arrays.note(LocationId(id), base.to_owned(), true, None, false);
        }
        for &(id, index) in pairs {
            arrays.note(LocationId(id), base.to_owned(), true, Some(index.to_vec()), true);
        }
        arrays.names(processes).into_values().collect()
    }

    #[test]
    fn an_index_that_the_source_does_not_say_is_no_number() {
        assert_eq!(named("q[]", &[], 3), ["q[?a]", "q[?b]", "q[?c]"]);
        assert_eq!(named("q[]", &[(4, &[2])], 3), ["q[2]", "q[?a]", "q[?b]"]);
        assert_eq!(named("q[]", &[(4, &[2]), (9, &[0])], 4), ["q[2]", "q[?a]", "q[0]"]);
        assert_eq!(named("q", &[], 3), ["q[?a]", "q[?b]", "q[?c]"]);
        assert_eq!(named("q[][]", &[(4, &[0, 1])], 3), ["q[0][1]", "q[?a]", "q[?b]"]);
    }

    #[test]
    fn the_last_element_that_is_left_is_the_last_process_s() {
        assert_eq!(named("q[]", &[(4, &[2]), (9, &[0])], 3), ["q[2]", "q[1]", "q[0]"]);
    }

    #[test]
    fn contradictions_are_not_believed() {
        let unknown = ["q[?a]", "q[?b]", "q[?c]"];
        assert_eq!(named("q[]", &[(4, &[2]), (9, &[2])], 3), unknown, "two elements, one index");
        assert_eq!(named("q[]", &[(4, &[1]), (4, &[2])], 3), unknown, "one element, two");
    }

    #[test]
    fn what_the_contract_hands_over_is_known() {
        let source = "impl<G: CriticalSection> MesaMonitor for Monitor<G> {
            fn wait(&self, me: ProcessId, on: usize) {
                let i = me.index();
            }
        }
        impl Slot {
            fn signal(&self, other: ProcessId, number: usize) {}
        }";
        let parameters = Parameters::of(source);
        let value = |index| parameters.value(index, ProcessId::new(2), Some(1));
        for (index, expected) in [("i", Some(2)), ("me.index()", Some(2)), ("on", Some(1))] {
            assert_eq!(value(index), expected, "{index}");
        }
        assert_eq!((value("other"), value("number"), value("j")), (None, None, None));
    }
}
