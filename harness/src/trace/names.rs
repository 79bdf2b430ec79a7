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

mod elements;
mod parameters;
mod receiver;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use elements::Arrays;
pub(super) use elements::UNKNOWN_BEGIN;
use parameters::Parameters;
use receiver::{Path, number, receiver};

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
}
