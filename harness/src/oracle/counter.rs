//! The law of counters: whenever the value is asked for, it is the number of increments that have returned.
//!
//! Only where nobody increments meanwhile, as the scenario sees to: otherwise there is no one right value.

use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Event, EventKind, Observer, Service};

/// Counts increments.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    increments: u64,
    breach: Option<Breach>,
}

impl Counter {
    /// Nobody has incremented yet.
    pub const fn new() -> Self {
        Self { increments: 0, breach: None }
    }

    /// The first wrong value.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }
}

impl Observer for Counter {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        match event.kind {
            EventKind::Returned(Service::Increment) => self.increments += 1,
            EventKind::Returned(Service::Value(value)) if value != self.increments => {
                self.breach = Some(Breach::WrongCount { value, increments: self.increments });
                return ControlFlow::Break(());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::tell;
    use super::*;

    fn watch(story: &[(usize, EventKind)]) -> Option<Breach> {
        let mut oracle = Counter::new();
        tell(&mut oracle, story.iter().copied());
        oracle.breach()
    }

    #[test]
    fn the_value_is_the_number_of_increments() {
        let increment = EventKind::Returned(Service::Increment);
        let value = |value| EventKind::Returned(Service::Value(value));
        assert_eq!(watch(&[(0, increment), (1, increment), (0, value(2))]), None);
        assert_eq!(watch(&[(0, value(0)), (0, increment), (0, value(1))]), None);
        let lost = watch(&[(0, increment), (1, increment), (0, value(1)), (0, value(2))]);
        assert_eq!(lost, Some(Breach::WrongCount { value: 1, increments: 2 }));
        let many = watch(&[(0, increment), (0, value(2))]);
        assert_eq!(many, Some(Breach::WrongCount { value: 2, increments: 1 }));
        // Only its return tells the value.
        assert_eq!(watch(&[(0, increment), (0, EventKind::Called(Service::Value(0)))]), None);
    }
}
