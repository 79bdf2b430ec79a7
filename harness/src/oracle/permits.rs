//! The law of semaphores: `wait` has returned at most as often as there were permits at the beginning
//! and calls of `signal` since.
//!
//! Habermann, "Synchronization of communicating processes", CACM 15(3), 1972.

use std::ops::ControlFlow;

use super::safety::Breach;
use crate::event::{Event, EventKind, Observer, Service};

/// The most semaphores in one situation.
const SEMAPHORES_MAX: usize = 4;

/// Counts permits.
#[derive(Clone, Debug)]
pub struct Permits {
    initial: &'static [u8],
    signals: [u32; SEMAPHORES_MAX],
    waits: [u32; SEMAPHORES_MAX],
    breach: Option<Breach>,
}

impl Permits {
    /// Semaphore `i` begins with `initial[i]` permits.
    ///
    /// # Panics
    /// If there are more than four.
    pub const fn new(initial: &'static [u8]) -> Self {
        assert!(initial.len() <= SEMAPHORES_MAX, "a situation has up to four semaphores");
        let none = [0; SEMAPHORES_MAX];
        Self { initial, signals: none, waits: none, breach: None }
    }

    /// The first `wait` that returned without a permit.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }
}

impl Observer for Permits {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        match event.kind {
            EventKind::Called(Service::Signal(semaphore)) => {
                self.signals[usize::from(semaphore)] += 1;
            }
            EventKind::Returned(Service::Wait(semaphore)) => {
                let number = usize::from(semaphore);
                self.waits[number] += 1;
                let (initial, signals) = (u32::from(self.initial[number]), self.signals[number]);
                let waits = self.waits[number];
                if waits > initial + signals {
                    let process = event.process;
                    self.breach =
                        Some(Breach::NoPermit { process, semaphore, initial, signals, waits });
                    return ControlFlow::Break(());
                }
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
    use crate::process::ProcessId;

    fn watch(initial: &'static [u8], story: &[(usize, EventKind)]) -> Option<Breach> {
        let mut oracle = Permits::new(initial);
        tell(&mut oracle, story.iter().copied());
        oracle.breach()
    }

    #[test]
    fn a_permit_serves_one_wait() {
        let (wait, signal) =
            (EventKind::Returned(Service::Wait(1)), EventKind::Called(Service::Signal(1)));
        assert_eq!(watch(&[0, 1], &[(0, wait)]), None);
        assert_eq!(watch(&[0, 0], &[(1, signal), (0, wait)]), None, "a signal is remembered");
        assert_eq!(watch(&[0, 1], &[(1, signal), (0, wait), (0, wait)]), None);
        let breach = watch(&[0, 1], &[(0, wait), (1, wait), (1, signal)]);
        assert!(matches!(breach, Some(Breach::NoPermit { waits: 2, initial: 1, signals: 0, .. })));
        assert!(watch(&[1, 0], &[(0, wait)]).is_some(), "each semaphore has its own");
    }

    #[test]
    fn signals_by_any_process_are_remembered_in_any_number() {
        let wait = |process| (process, EventKind::Returned(Service::Wait(0)));
        let signal = |process| (process, EventKind::Called(Service::Signal(0)));
        let all = [signal(0), signal(0), wait(1), signal(2), wait(0), wait(1)];
        assert_eq!(watch(&[0], &all), None);
        let breach = watch(&[0], &[&all[..], &[wait(2)]].concat());
        let expected = Breach::NoPermit {
            process: ProcessId::new(2),
            semaphore: 0,
            initial: 0,
            signals: 3,
            waits: 4,
        };
        assert_eq!(breach, Some(expected));
    }

    #[test]
    fn a_permit_is_there_from_the_call_of_signal_on_and_taken_when_wait_returns() {
        let calls = [
            (0, EventKind::Called(Service::Wait(0))),
            (1, EventKind::Called(Service::Wait(0))),
            (2, EventKind::Called(Service::Signal(0))),
            (0, EventKind::Returned(Service::Wait(0))),
            (2, EventKind::Returned(Service::Signal(0))),
        ];
        assert_eq!(watch(&[0], &calls), None, "a signal that has not returned may serve already");
        let second = [&calls[..], &[(1, EventKind::Returned(Service::Wait(0)))]].concat();
        assert!(watch(&[0], &second).is_some(), "the return of signal is no second permit");
        assert_eq!(watch(&[1], &second), None);
    }
}
