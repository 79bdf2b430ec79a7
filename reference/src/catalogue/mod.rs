//! What must be measured of every solution in this crate: data for the test-suite.
//!
//! A table for each group of assignments names each solution once: a new one is a line there. From the
//! tables come [`catalogue`], which lists all solutions, and [`visit_all`], which hands each of them to a
//! generic [`Visitor`] with its type. `expectation.rs` has the words in which a line says what is expected.
//!
//! The verdicts are those that follow from the definitions of the three criteria, not those that
//! some version of the harness happened to give. In doubt the definition is read as follows.
//!
//! - *Open door* is the violation without any interleaving: the one inside came in while all others
//!   rested, they rested until now, and still another one that asks gets in. A lock variable never
//!   does this under sequential consistency; no lock at all always does.
//! - *Needs remainder* means that help would help: if the resting process asked, the waiting one would
//!   get in. If nothing that anybody does lets anybody in, it is *solo* or *stuck*; where a solution
//!   does both, the latter is the graver and the one to report.
//! - Memory is fair: a stale read for ever is no evidence against progress or bounded waiting.

use harness::runner::Subject;

mod blocking;
mod classical;
mod expectation;
mod hardware;
mod loads_and_stores;
mod messages;

pub use expectation::{Both, Bypass, Expectation, Expected};

/// One solution: its type is known to the [`Visitor`] that it is handed to.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The assignment that it answers: `peterson`.
    pub assignment: &'static str,
    /// Its own name, that of its file: `turn_before_flag`.
    pub name: &'static str,
    /// Its source, relative to `reference/src`: `flawed/peterson/turn_before_flag.rs`.
    pub path: &'static str,
    /// Whether it is the reference, a flawed solution, or a variant.
    pub kind: Kind,
    /// The numbers of processes for which the expectation is stated.
    pub processes: &'static [usize],
    /// What must be measured.
    pub expected: Expected,
}

/// What an entry is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The solution that sets the measure.
    Reference,
    /// A solution that must be convicted (or, where failing is the task, must not earn it).
    Flawed,
    /// A solution that must pass.
    Variant,
}

/// Receives each solution with its type.
pub trait Visitor {
    /// What is made of one solution.
    type Output;

    /// Called once for each entry.
    fn visit<S: Subject>(&mut self, entry: &Entry) -> Self::Output;
}

/// Lists all solutions, assignment by assignment: the reference, the flawed ones, the variants.
pub fn catalogue() -> Vec<Entry> {
    struct List;
    impl Visitor for List {
        type Output = Entry;
        fn visit<S: Subject>(&mut self, entry: &Entry) -> Entry {
            *entry
        }
    }
    visit_all(&mut List)
}

/// Visits all solutions, in the order of [`catalogue`].
pub fn visit_all<V: Visitor>(visitor: &mut V) -> Vec<V::Output> {
    let mut outputs = loads_and_stores::visit_all(visitor);
    outputs.extend(hardware::visit_all(visitor));
    outputs.extend(blocking::visit_all(visitor));
    outputs.extend(classical::visit_all(visitor));
    outputs.extend(messages::visit_all(visitor));
    outputs
}

macro_rules! expected {
    ($default:expr) => {
        $default
    };
    ($default:expr, $expected:expr) => {
        $expected
    };
}

macro_rules! table {
    ($(
        $assignment:ident::$solution:ident: $subject:ident for $processes:expr, measures $reference:expr;
        flawed { $($flawed:ident: $verdict:expr;)* }
        variants { $($variant:ident $(: $other:expr)?;)* }
    )*) => {
        /// Visits the solutions of this table, in its order.
        pub(super) fn visit_all<V: $crate::catalogue::Visitor>(visitor: &mut V) -> Vec<V::Output> {
            vec![$(
                visitor.visit::<$subject<crate::$assignment::$solution>>(&$crate::catalogue::Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($assignment),
                    path: concat!(stringify!($assignment), ".rs"),
                    kind: $crate::catalogue::Kind::Reference,
                    processes: &$processes,
                    expected: $reference,
                }),
                $(visitor.visit::<$subject<crate::flawed::$assignment::$flawed::$solution>>(&$crate::catalogue::Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($flawed),
                    path: concat!("flawed/", stringify!($assignment), "/", stringify!($flawed), ".rs"),
                    kind: $crate::catalogue::Kind::Flawed,
                    processes: &$processes,
                    expected: $verdict,
                }),)*
                $(visitor.visit::<$subject<crate::variants::$assignment::$variant::$solution>>(&$crate::catalogue::Entry {
                    assignment: stringify!($assignment),
                    name: stringify!($variant),
                    path: concat!("variants/", stringify!($assignment), "/", stringify!($variant), ".rs"),
                    kind: $crate::catalogue::Kind::Variant,
                    processes: &$processes,
                    expected: $crate::catalogue::expected!($reference $(, $other)?),
                }),)*
            )*]
        }
    };
}

use {expected, table};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::catalogue;

    #[test]
    fn every_file_of_flawed_and_variants_is_listed_once() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let listed: Vec<String> = catalogue().iter().map(|entry| entry.path.to_owned()).collect();
        let unique: BTreeSet<&String> = listed.iter().collect();
        assert_eq!(unique.len(), listed.len(), "an entry is listed twice");
        for entry in catalogue() {
            for group in ["flawed", "variants"] {
                let folder = format!("{group}/{}", entry.assignment);
                for file in source.join(&folder).read_dir().expect("the folder is there") {
                    let name = file.expect("it can be read").file_name();
                    let path = format!("{folder}/{}", name.to_string_lossy());
                    let known = path.ends_with("/mod.rs") || listed.contains(&path);
                    assert!(known, "{path} is not in the catalogue");
                }
            }
        }
    }
}
