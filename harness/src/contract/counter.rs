//! A shared counter, built so that it loses updates.

use crate::process::ProcessId;

/// A shared counter.
///
/// [`increment`](Self::increment) is to load the counter, add one, and store the sum: three steps, and
/// others may come in between. Showing what then gets lost is the task.
///
/// 1. *Mutual exclusion.* Each increment counts: in the end the value is the number of increments. It is
///    this that fails, by interleaving alone. As long as one process increments after the other, the
///    value is right.
/// 2. *Progress.* `increment` returns, whoever else has come or not.
/// 3. *Bounded waiting.* While one `increment` goes on, others are completed only a bounded number of
///    times, under every schedule that gives it a step between any two of them. A counter without a loop
///    has this by itself: it takes its steps and returns.
/// 4. *Prediction.* [`final_values`](Self::final_values) lists what the value may be in the end.
///
/// Sources: Ben-Ari, *Principles of Concurrent and Distributed Programming*, chapter 2 (what two
/// processes make of one counter); Silberschatz, Galvin, Gagne, *Operating System Concepts*, section 6.1.
pub trait Counter: Send + Sync {
    /// Makes a counter of 0 for the processes `0..processes`.
    fn new(processes: usize) -> Self
    where
        Self: Sized;

    /// Adds one.
    fn increment(&self, me: ProcessId);

    /// The value. It is asked for when nobody increments.
    fn value(&self) -> u64;

    /// Every value that the counter may have in the end if each of `processes` processes increments it
    /// `increments` times by load, add and store; in any order, and repetitions do not matter.
    fn final_values(processes: usize, increments: usize) -> Vec<u64>
    where
        Self: Sized;
}
