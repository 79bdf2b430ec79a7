//! Bounded buffers.

use crate::process::ProcessId;

/// A buffer with a fixed number of places, between processes that produce and processes that consume.
///
/// Items come out in the order in which they were put in. [`deposit`](Self::deposit) sleeps while all places
/// are full; [`take`](Self::take) sleeps while all are empty. Any process may do either. Build it over what
/// the earlier layers give: [`Permits`](crate::shim::Permits), or [`Guard`](crate::shim::Guard) with
/// [`Condition`](crate::shim::Condition), or something below.
///
/// 1. *Mutual exclusion.* Never more items than places; each item that is taken was deposited, and is
///    taken once; of two items, the one whose `deposit` returned before the other's was called is not
///    taken later. What happens before a `deposit` happens before the return of the `take` that gets
///    its item.
/// 2. *Progress.* If there is room, or an item, some process that waits for it goes on. Nothing gets
///    lost: neither items nor wake-ups.
/// 3. *Bounded waiting.* Others deposit and take only boundedly often while one waits.
/// 4. *Busy waiting.* Whoever waits sleeps.
///
/// Sources: Dijkstra, *Cooperating sequential processes*, 1965 (EWD 123), section 4.1; Silberschatz, Galvin,
/// Gagne, *Operating System Concepts*, section 7.1.1. The order of items is linearizability: Herlihy, Wing,
/// TOPLAS 12(3), 1990.
pub trait Buffer: Send + Sync {
    /// Makes an empty buffer with `capacity` places, at least one, for the processes `0..processes`.
    fn new(processes: usize, capacity: usize) -> Self
    where
        Self: Sized;

    /// Puts `item` in, behind all others.
    fn deposit(&self, me: ProcessId, item: u64);

    /// Takes the first item out.
    fn take(&self, me: ProcessId) -> u64;
}
