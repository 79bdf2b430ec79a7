//! The dining philosophers.

use crate::process::ProcessId;

/// A round table: philosopher `i` eats with two forks, number `i` and number `(i + 1) % n`, and shares each of
/// them with a neighbour. Two philosophers share both.
///
/// ```text
/// thinks --pick_up()--> eats --put_down()--> thinks
/// ```
///
/// 1. *Mutual exclusion.* Neighbours never eat at the same time, and what one did with a fork is visible
///    to the one that has it next. Those who are not neighbours may eat together.
/// 2. *Progress.* If somebody is hungry and nobody eats for ever, somebody gets to eat.
///    Philosophers who think owe nothing. `put_down` never waits for another process to come.
/// 3. *Bounded waiting.* Others eat only boundedly often while one is hungry.
/// 4. *Busy waiting.* Whoever waits sleeps.
///
/// Sources: Dijkstra, *Hierarchical ordering of sequential processes*, 1971 (EWD 310); Silberschatz, Galvin,
/// Gagne, *Operating System Concepts*, section 7.1.3.
pub trait Table: Send + Sync {
    /// Makes a table for the philosophers `0..philosophers`, at least two. All forks lie on it.
    fn new(philosophers: usize) -> Self
    where
        Self: Sized;

    /// Returns once `me` has both forks.
    fn pick_up(&self, me: ProcessId);

    /// Puts both forks down.
    fn put_down(&self, me: ProcessId);
}
