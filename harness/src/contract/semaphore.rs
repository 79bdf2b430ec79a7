//! Counting semaphores.

use crate::process::ProcessId;

/// A counting semaphore.
///
/// It holds permits. [`wait`](Self::wait) takes one, and sleeps while there is none;
/// [`signal`](Self::signal) gives one. The harness drives it as a lock with one permit; with two permits, of
/// which a process may take both; without permits at first, as the meeting of several processes, as the
/// orders and answers of a crew, and with many signals before the first wait; and as the two counters of a
/// bounded buffer.
///
/// 1. *Mutual exclusion.* `wait` has returned at most as often as there were permits at the beginning and
///    calls of `signal` since. What happens before a `signal` happens before the return of the `wait`
///    that takes its permit.
/// 2. *Progress.* A `signal` is remembered: if there is a permit and somebody waits, some `wait` returns, under
///    every fair schedule and however often somebody wakes up spuriously. `signal` never waits for
///    another process to come.
/// 3. *Bounded waiting.* Others take at most a bounded number of permits between the call of a `wait`
///    and its return, under every schedule in which its process gets at least one full turn of its
///    waiting loop between two of theirs, unless it sleeps.
/// 4. *Busy waiting.* Whoever waits sleeps, sooner or later.
///
/// Sources: Dijkstra, *Cooperating sequential processes*, 1965 (EWD 123; `wait` is P, `signal` is V);
/// Silberschatz, Galvin, Gagne, *Operating System Concepts*, section 6.6.
pub trait CountingSemaphore: Send + Sync {
    /// Makes a semaphore with so many permits, perhaps none, for the processes `0..processes`.
    fn new(processes: usize, permits: usize) -> Self
    where
        Self: Sized;

    /// Takes a permit; returns once `me` has one.
    fn wait(&self, me: ProcessId);

    /// Gives a permit. Anybody may call it, whether it ever took one or not.
    fn signal(&self, me: ProcessId);
}
