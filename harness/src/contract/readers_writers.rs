//! Readers and writers.

use crate::process::ProcessId;

/// A lock for those who only look and those who also change: readers may be inside together, a writer
/// is there alone.
///
/// The harness drives every process through reading and writing, in turn or always the same:
///
/// ```text
/// remainder --start_read()-->  reading --end_read()-->  remainder
/// remainder --start_write()--> writing --end_write()--> remainder
/// ```
///
/// 1. *Mutual exclusion.* Between the return of `start_write` and the call of `end_write` nobody else is
///    inside, neither a reader nor a writer. What a writer wrote is visible to whoever is inside later, and
///    what a reader read was read before a later writer writes (in C++20's words: each happens before
///    the other).
/// 2. *Progress.* Processes in their remainder section owe nothing. If somebody waits and nobody is inside,
///    somebody gets in, under every fair schedule and however often somebody wakes up spuriously.
///    `end_read` and `end_write` return, without help from others.
/// 3. *Bounded waiting*, by preference: from the moment a process has asked, the others together enter at
///    most a bounded number of times before it does. *Fair*: this holds for all. *Readers first*: for
///    readers. *Writers first*: for writers.
/// 4. *Busy waiting.* Whoever waits sleeps.
/// 5. *Preference.* Whatever is preferred: a reader that asks while readers are inside and no writer is inside
///    or waits gets in, though those inside stay for ever. *Readers first*: also if a writer waits. *Writers
///    first*: if a writer waits, a reader that asks after it gets in after it.
///
/// The name of the contract in `rubric.toml` says which preference is asked for: `readers_writers` (fair),
/// `readers_first`, `writers_first`.
///
/// Sources: Courtois, Heymans, Parnas, "Concurrent control with \"readers\" and \"writers\"", CACM 14(10),
/// 1971: its first problem is readers first, its second writers first; Silberschatz, Galvin, Gagne,
/// *Operating System Concepts*, section 7.1.2.
pub trait ReadWriteLock: Send + Sync {
    /// Makes the shared variables for the processes `0..processes`, nobody inside.
    fn new(processes: usize) -> Self
    where
        Self: Sized;

    /// Returns once `me` may read.
    fn start_read(&self, me: ProcessId);

    /// `me` reads no more. Called only by a process that reads.
    fn end_read(&self, me: ProcessId);

    /// Returns once `me` may write.
    fn start_write(&self, me: ProcessId);

    /// `me` writes no more. Called only by the process that writes.
    fn end_write(&self, me: ProcessId);
}
