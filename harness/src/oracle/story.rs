//! Stories for the tests of oracles: who does what, in order.

use crate::event::{Event, EventKind, Observer};
use crate::process::ProcessId;

/// Tells `oracle` a story, until it has heard enough.
pub(super) fn tell(
    oracle: &mut impl Observer,
    story: impl IntoIterator<Item = (usize, EventKind)>,
) {
    let _ = story.into_iter().try_for_each(|(process, kind)| {
        oracle.observe(&Event { step: 0, process: ProcessId::new(process), kind })
    });
}
