//! The critical-section problem.

use crate::process::ProcessId;
use crate::shim::Guard;

/// A solution to the critical-section problem for a fixed number of processes.
///
/// The harness makes one value with [`new`](Self::new), hands it to every process, and drives each
/// of them through this cycle as often as the scenario says; you write the two arrows in the middle:
///
/// ```text
/// remainder --entry_section()--> critical --exit_section()--> remainder
/// ```
///
/// Every operation on a shared variable of [`prelude`](crate::prelude) is a *preemption point*:
/// other processes may run there, in any order. A process may also rest in its remainder section
/// for ever. Nothing needs a hint: a loop that waits may call `spin_loop`, `yield_now` or nothing.
///
/// 1. *Mutual exclusion.* Between the return of `entry_section` and the call of `exit_section` no
///    other process returns from `entry_section`; and what one process wrote inside is visible to
///    the next one inside (in C++20's words: it happens before).
/// 2. *Progress.* Processes in their remainder section owe nothing. If some process is in its entry
///    section and none is in its critical section, some `entry_section` returns under every fair
///    schedule; and `exit_section` returns, without help from processes in their remainder section.
/// 3. *Bounded waiting.* From the moment a process has asked, the others together enter at most a
///    bounded number of times before it does, under every schedule in which it gets at least one
///    full turn of its waiting loop between two of their entries.
///
/// Sources: Dijkstra, "Solution of a problem in concurrent programming control", CACM 8(9), 1965;
/// Lamport, "A new solution of Dijkstra's concurrent programming problem", CACM 17(8), 1974;
/// Silberschatz, Galvin, Gagne, *Operating System Concepts*, section 6.2.
pub trait CriticalSection: Send + Sync {
    /// Makes the shared variables for the processes `0..processes`, nobody inside.
    fn new(processes: usize) -> Self
    where
        Self: Sized;

    /// Returns once `me` may enter its critical section.
    fn entry_section(&self, me: ProcessId);

    /// Gives up the critical section. Called only by the process that is in it.
    fn exit_section(&self, me: ProcessId);
}

/// The harness's own solution, over which the higher layers are examined.
impl CriticalSection for Guard {
    fn new(_: usize) -> Self {
        Self::new()
    }

    #[track_caller]
    fn entry_section(&self, _: ProcessId) {
        self.enter();
    }

    #[track_caller]
    fn exit_section(&self, _: ProcessId) {
        self.leave();
    }
}
