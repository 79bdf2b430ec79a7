//! Virtual time. It passes only while somebody waits for it.

use super::{Attempt, Simulated, Timeout, Wait, Waiting};

/// What `clock_gettime(2)` says in the beginning: far from zero, so that a relative time where an absolute one
/// belongs lies long past.
pub(super) const START: u64 = 1_750_000_000 * 1_000_000_000;

impl Simulated {
    /// Notes until when a call that has to wait waits; `true`: that time has come. A call that waited
    /// for it, and is asked to go on with nothing else to go on for, lets it pass.
    pub(super) fn is_over(&mut self, timeout: Timeout, wait: &mut Wait, waited: bool) -> bool {
        if waited {
            if let Some(deadline) = wait.deadline {
                self.now = self.now.max(deadline);
            }
            return wait.deadline.is_some();
        }
        wait.deadline = match timeout {
            Timeout::Never => None,
            Timeout::After(nanoseconds) => Some(self.now.saturating_add(nanoseconds)),
            Timeout::At(time) => Some(time),
        };
        wait.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// `clock_nanosleep(2)`.
    pub(super) fn nanosleep(&mut self, until: Timeout, wait: &mut Wait, waited: bool) -> Attempt {
        if self.is_over(until, wait, waited) {
            return Attempt::Done(Ok(0));
        }
        Attempt::Wait(Waiting::Sleep)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, p};
    use super::super::{ActionFlags, Call, Errno, Kernel as _, SigSet, Signal, Status, Timeout};
    use super::START;

    const OK: Status = Status::Done(Ok(0));

    impl Bench {
        fn sleep(&mut self, me: usize, until: Timeout) -> Status {
            self.step(me, Call::Nanosleep { until })
        }

        fn clock(&mut self, me: usize) -> u64 {
            let mut now = 0;
            self.call(me, Call::ClockGettime { now: &mut now }).unwrap();
            now - START
        }
    }

    #[test]
    fn time_passes_only_for_those_who_wait_for_it() {
        let mut bench = Bench::new(3);
        assert_eq!(bench.clock(0), 0);
        let (soon, late) = (Timeout::After(50), Timeout::At(START + 100));
        assert_eq!(bench.sleep(0, late), Status::Waits);
        assert_eq!(bench.sleep(1, soon), Status::Waits);
        assert_eq!(bench.clock(2), 0);
        // Whoever is chosen may find that its time has come: the others were slow.
        assert_eq!(bench.kernel.ready().len(), 3);
        assert_eq!(bench.sleep(0, late), OK);
        assert_eq!(bench.clock(2), 100);
        // Time does not go back.
        assert_eq!(bench.sleep(1, soon), OK);
        assert_eq!(bench.clock(2), 100);
        // An absolute time that is past is no reason to wait, nor is none at all.
        for past in [late, Timeout::At(0), Timeout::After(0)] {
            assert_eq!(bench.sleep(0, past), OK);
        }
        assert_eq!(bench.clock(2), 100);
    }

    /// What one process waits for until 70 from now, when others have slept for so long before.
    fn waiting_after(slept: u64, tells: bool) -> Bench {
        let mut bench = Bench::new(2);
        if tells {
            assert_eq!(bench.clock(0), 0);
        }
        for _ in 0..2 {
            assert_eq!(bench.sleep(1, Timeout::After(slept)), Status::Waits);
            assert_eq!(bench.sleep(1, Timeout::After(slept)), OK);
        }
        assert_eq!(bench.sleep(0, Timeout::After(70)), Status::Waits);
        bench
    }

    #[test]
    fn what_time_it_is_counts_only_if_somebody_was_told() {
        let digest = |slept, tells| waiting_after(slept, tells).kernel.digest();
        assert_eq!(digest(1, false), digest(30, false));
        assert_ne!(digest(1, true), digest(30, true));
        assert_ne!(digest(1, false), digest(1, true));
        // How far off it is does count, until it is past.
        let (mut early, mut late) = (waiting_after(1, false), waiting_after(1, false));
        assert_eq!(early.sleep(1, Timeout::After(60)), Status::Waits);
        assert_eq!(early.sleep(1, Timeout::After(60)), OK);
        assert_eq!(late.sleep(1, Timeout::After(61)), Status::Waits);
        assert_eq!(late.sleep(1, Timeout::After(61)), OK);
        assert_ne!(early.kernel.digest(), late.kernel.digest());
        for (bench, much) in [(&mut early, 100), (&mut late, 200)] {
            assert_eq!(bench.sleep(1, Timeout::After(much)), Status::Waits);
            assert_eq!(bench.sleep(1, Timeout::After(much)), OK);
        }
        assert_eq!(early.kernel.digest(), late.kernel.digest());
    }

    #[test]
    fn who_waits_for_time_only_is_known() {
        let mut bench = Bench::new(2);
        bench.catch(0, Signal::USR1, ActionFlags::empty(), SigSet::EMPTY);
        assert_eq!(bench.sleep(0, Timeout::After(50)), Status::Waits);
        assert!(bench.kernel.waits_for_time_only(p(0)) && !bench.kernel.waits_for_time_only(p(1)));
        bench.kill(1, 0, Signal::USR1);
        assert!(!bench.kernel.waits_for_time_only(p(0)));
    }

    #[test]
    fn a_sleeper_that_never_wakes_is_not_ready() {
        let mut bench = Bench::new(1);
        bench.waits(0, Call::Nanosleep { until: Timeout::Never });
    }

    #[test]
    fn a_handler_ends_a_sleep_before_its_time_and_it_is_not_restarted() {
        let mut bench = Bench::new(2);
        bench.catch(0, Signal::USR1, ActionFlags::RESTART, SigSet::EMPTY);
        let until = Timeout::After(50);
        assert_eq!(bench.sleep(0, until), Status::Waits);
        bench.kill(1, 0, Signal::USR1);
        let interrupted = Status::Interrupted(Some(Err(Errno::EINTR)));
        assert_eq!(bench.sleep(0, until), interrupted);
        assert_eq!(bench.handlers(0), [10]);
        assert_eq!(bench.clock(0), 0);
        // A signal without a handler does not.
        assert_eq!(bench.sleep(0, until), Status::Waits);
        bench.kill(1, 0, Signal::CHLD);
        assert_eq!(bench.sleep(0, until), OK);
        assert_eq!(bench.clock(0), 50);
    }
}
