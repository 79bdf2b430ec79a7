//! Monitors with condition variables.

use crate::process::ProcessId;

/// A monitor: one process is active inside, and those that cannot go on there wait for a condition.
///
/// It has so many conditions, numbered from 0. A condition is no variable: it holds nothing, it is
/// a place to wait. [`wait`](Self::wait), [`signal`](Self::signal) and [`broadcast`](Self::broadcast) are
/// called by the process that is inside, and by nobody else. The harness drives the monitor as a lock,
/// as a bounded buffer, for readers and writers, and as a place where all processes meet.
///
/// The semantics are those of Mesa, of Java and of POSIX: whoever is woken enters again, perhaps after
/// others. So the harness looks again when `wait` returns, in a loop.
///
/// 1. *Mutual exclusion.* One process is active: between the return of `enter` or `wait` and the next call of
///    `leave` or `wait` of the same process, `enter` and `wait` return to nobody else; also not during
///    `signal` and `broadcast`. What one process wrote inside is visible to the next one inside.
///    And *nothing is remembered*: a `wait` returns only if `signal` or `broadcast` of its condition
///    was called while it waited. The one excuse is a wake-up by itself: a process that woke up
///    spuriously (in `park` or `futex_wait`) may return from `wait` without a signal.
/// 2. *Progress.* `wait` leaves the monitor and falls asleep in one step, as seen by `signal`: no
///    signal gets lost in between. A `signal` wakes at least one of those who wait on the condition, if
///    there are any; `broadcast` wakes all. Neither waits for another process. `wait` returns once it was
///    woken and the monitor is free, under every fair schedule and however often somebody wakes up spuriously.
/// 3. *Bounded waiting.* Others enter at most a bounded number of times between the call of an `enter` and
///    its return.
/// 4. *Busy waiting.* Whoever waits, to enter or for a condition, sleeps.
///
/// Sources: Hoare, "Monitors: an operating system structuring concept", CACM 17(10), 1974; Lampson and
/// Redell, "Experience with processes and monitors in Mesa", CACM 23(2), 1980; Silberschatz, Galvin,
/// Gagne, *Operating System Concepts*, section 6.7.
pub trait MesaMonitor: Send + Sync {
    /// Makes a monitor for the processes `0..processes` with the conditions `0..conditions`; nobody is
    /// inside, and nobody waits.
    fn new(processes: usize, conditions: usize) -> Self
    where
        Self: Sized;

    /// Returns once `me` is inside.
    fn enter(&self, me: ProcessId);

    /// Gives up the monitor. Called only by the process that is inside.
    fn leave(&self, me: ProcessId);

    /// Gives up the monitor, sleeps until `condition` is signalled, and returns once `me` is inside again.
    fn wait(&self, me: ProcessId, condition: usize);

    /// Wakes a process that waits on `condition`, if there is one; otherwise nothing happens. `me` stays
    /// inside.
    fn signal(&self, me: ProcessId, condition: usize);

    /// Wakes all processes that wait on `condition`. `me` stays inside.
    fn broadcast(&self, me: ProcessId, condition: usize);
}
