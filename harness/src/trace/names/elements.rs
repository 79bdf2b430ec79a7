//! From what each location is called to names that tell all of them apart: elements of arrays have their index, or
//! a letter.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::LocationId;

/// What the source says about the locations.
#[derive(Default)]
pub(super) struct Arrays {
    /// How often each name was used, by location; fields (`false`) before local variables.
    bases: BTreeMap<LocationId, BTreeMap<(bool, String), usize>>,
    /// The indexes that the source gives, by location.
    indexes: BTreeMap<LocationId, BTreeSet<Vec<usize>>>,
    /// The locations of which one was named by the process that used it.
    by_process: BTreeSet<LocationId>,
}

impl Arrays {
    pub(super) fn note(
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
    pub(super) fn names(self, processes: usize) -> BTreeMap<LocationId, String> {
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
pub(in super::super) const UNKNOWN_BEGIN: &str = "[?";

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
    use super::*;

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
}
