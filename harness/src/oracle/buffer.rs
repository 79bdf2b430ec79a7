//! The law of bounded buffers: a queue that never holds more than it has places for.
//!
//! All that is known of a call is when it began and when it returned; where in between it took effect is
//! the solution's affair. So a deposit counts once it has returned, and a take as soon as it was
//! called; and one item is before another if its call returned before the other's began. With these
//! readings no linearizable queue is ever convicted. Source: Henzinger, Sezgin, Vafeiadis, "Aspect-oriented
//! linearizability proofs", CONCUR 2013.

use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Event, EventKind, Observer, Service};
use crate::process::{PROCESSES_MAX, ProcessId};

/// What is known of one item. Moments are numbers of events.
#[derive(Clone, Copy, Debug)]
struct Item {
    value: u64,
    deposit_called: u32,
    deposit_returned: Option<u32>,
    /// Of the take that got it: when it was called, and when it returned.
    taken: Option<(u32, u32)>,
}

/// Watches a buffer. The items that are deposited must differ.
#[derive(Clone, Debug)]
pub struct Buffer {
    capacity: u32,
    moment: u32,
    items: Vec<Item>,
    /// For each process in a `take`: when it called.
    takes: [Option<u32>; PROCESSES_MAX],
    deposits_returned: u32,
    takes_called: u32,
    breach: Option<Breach>,
}

impl Buffer {
    /// An empty buffer with so many places.
    pub const fn new(capacity: u32) -> Self {
        Self {
            capacity,
            moment: 0,
            items: Vec::new(),
            takes: [None; PROCESSES_MAX],
            deposits_returned: 0,
            takes_called: 0,
            breach: None,
        }
    }

    /// The first breach.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }

    /// The items whose deposit has returned and that nobody has taken, if at least one process waits in
    /// a `take`. At the end of an execution in which all sleep they are lost, or nobody was told of them.
    pub fn left_behind(&self) -> Vec<u64> {
        if self.takes.iter().all(Option::is_none) {
            return Vec::new();
        }
        let left =
            self.items.iter().filter(|it| it.deposit_returned.is_some() && it.taken.is_none());
        left.map(|it| it.value).collect()
    }

    fn deposited(&mut self, process: ProcessId, item: u64) -> Option<Breach> {
        let moment = self.moment;
        let known = self.items.iter_mut().find(|it| it.value == item);
        known?.deposit_returned = Some(moment);
        self.deposits_returned += 1;
        // Whoever has called `take` may have its item already.
        let overfull = self.deposits_returned > self.takes_called + self.capacity;
        overfull.then_some(Breach::Overfull { process, capacity: self.capacity })
    }

    fn taken(&mut self, process: ProcessId, item: u64) -> Option<Breach> {
        let called = self.takes[process.index()].take()?;
        let moment = self.moment;
        let Some(known) = self.items.iter_mut().find(|it| it.value == item) else {
            return Some(Breach::NeverDeposited { process, item });
        };
        if known.taken.is_some() {
            return Some(Breach::TakenTwice { process, item });
        }
        known.taken = Some((called, moment));
        let this = *known;
        // One that went in later, and was out before this one was asked for.
        let before = |one: &Item, other: &Item| {
            one.deposit_returned.is_some_and(|returned| returned < other.deposit_called)
        };
        let later = self.items.iter().find(|other| {
            before(&this, other) && other.taken.is_some_and(|(_, returned)| returned < called)
        });
        if let Some(later) = later {
            return Some(Breach::OutOfOrder { first: item, second: later.value });
        }
        // Those that went in before this one are in the hands of those who are taking, or it is too late.
        let mut older =
            self.items.iter().filter(|other| other.taken.is_none() && before(other, &this));
        let pending = self.takes.iter().flatten().count();
        older.nth(pending).map(|other| Breach::OutOfOrder { first: other.value, second: item })
    }
}

impl Observer for Buffer {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let process = event.process;
        self.moment += 1;
        let breach = match event.kind {
            EventKind::Called(Service::Deposit(item)) => {
                self.items.push(Item {
                    value: item,
                    deposit_called: self.moment,
                    deposit_returned: None,
                    taken: None,
                });
                None
            }
            EventKind::Called(Service::Take(_)) => {
                self.takes_called += 1;
                self.takes[process.index()] = Some(self.moment);
                None
            }
            EventKind::Returned(Service::Deposit(item)) => self.deposited(process, item),
            EventKind::Returned(Service::Take(item)) => self.taken(process, item),
            _ => None,
        };
        if breach.is_some() {
            self.breach = breach;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::tell;
    use super::*;

    /// `D` a deposit is called, `d` it returns, `T` a take is called, `t` it returns.
    fn watch(capacity: u32, story: &[(char, usize, u64)]) -> Buffer {
        let mut oracle = Buffer::new(capacity);
        let kind = |what, item| match what {
            'D' => EventKind::Called(Service::Deposit(item)),
            'd' => EventKind::Returned(Service::Deposit(item)),
            'T' => EventKind::Called(Service::Take(0)),
            _ => EventKind::Returned(Service::Take(item)),
        };
        tell(&mut oracle, story.iter().map(|&(what, who, item)| (who, kind(what, item))));
        oracle
    }

    fn breach(capacity: u32, story: &[(char, usize, u64)]) -> Option<Breach> {
        watch(capacity, story).breach()
    }

    #[test]
    fn one_more_than_there_are_places_is_too_many_unless_somebody_is_taking() {
        let two = [('D', 0, 1), ('d', 0, 1), ('D', 0, 2), ('d', 0, 2)];
        assert!(matches!(breach(1, &two), Some(Breach::Overfull { capacity: 1, .. })));
        assert_eq!(breach(2, &two), None);
        let called = [&[('T', 1, 0)][..], &two].concat();
        assert_eq!(breach(1, &called), None, "the take may be over but for its return");
        let third = [&called[..], &[('D', 2, 3), ('d', 2, 3)]].concat();
        assert!(breach(1, &third).is_some(), "it takes one only");
        let waits = [('D', 0, 1), ('d', 0, 1), ('D', 0, 2), ('T', 1, 0), ('t', 1, 1), ('d', 0, 2)];
        assert_eq!(breach(1, &waits), None);
    }

    #[test]
    fn an_item_comes_from_a_deposit_that_was_called() {
        assert!(matches!(
            breach(1, &[('T', 1, 0), ('t', 1, 0)]),
            Some(Breach::NeverDeposited { item: 0, .. })
        ));
        let early = [('T', 1, 0), ('D', 0, 1), ('t', 1, 1), ('d', 0, 1)];
        assert_eq!(breach(1, &early), None, "its deposit need not have returned");
        assert!(breach(1, &[('T', 1, 0), ('t', 1, 1), ('D', 0, 1)]).is_some());
    }

    #[test]
    fn an_item_is_taken_once() {
        let once = [('D', 0, 1), ('d', 0, 1), ('T', 1, 0), ('t', 1, 1)];
        assert_eq!(breach(1, &once), None);
        let twice = [&once[..], &[('T', 2, 0), ('t', 2, 1)]].concat();
        assert!(matches!(breach(1, &twice), Some(Breach::TakenTwice { item: 1, .. })));
    }

    #[test]
    fn what_went_in_first_comes_out_first() {
        let two = [('D', 0, 1), ('d', 0, 1), ('D', 0, 2), ('d', 0, 2)];
        let queue = [&two[..], &[('T', 1, 0), ('t', 1, 1), ('T', 1, 0), ('t', 1, 2)]].concat();
        assert_eq!(breach(2, &queue), None);
        let stack = [&two[..], &[('T', 1, 0), ('t', 1, 2)]].concat();
        let wrong = Some(Breach::OutOfOrder { first: 1, second: 2 });
        assert_eq!(breach(2, &stack), wrong, "nobody is left who could have the first");
        let pending = [&two[..], &[('T', 2, 0), ('T', 1, 0), ('t', 1, 2)]].concat();
        assert_eq!(breach(2, &pending), None, "the other one may have it");
        let has = [&pending[..], &[('t', 2, 1)]].concat();
        assert_eq!(breach(2, &has), None, "the takes overlapped");
        let late = [&pending[..], &[('T', 1, 0), ('t', 1, 1)]].concat();
        assert_eq!(breach(2, &late), wrong, "this take began when the second was out");
    }

    #[test]
    fn deposits_that_overlap_may_go_in_either_way() {
        let both = [('D', 0, 1), ('D', 1, 2), ('d', 0, 1), ('d', 1, 2)];
        for (first, second) in [(1, 2), (2, 1)] {
            let out = [('T', 2, 0), ('t', 2, first), ('T', 2, 0), ('t', 2, second)];
            assert_eq!(breach(2, &[&both[..], &out].concat()), None);
        }
    }

    #[test]
    fn who_waits_for_what_is_there_is_told_so() {
        let lost = watch(1, &[('T', 1, 0), ('D', 0, 1), ('d', 0, 1)]);
        assert_eq!(lost.left_behind(), [1]);
        assert_eq!(watch(1, &[('D', 0, 1), ('d', 0, 1)]).left_behind(), [0_u64; 0]);
    }
}
