//! Waiting without steps: `park` and `unpark` as in std, a futex, and the guard of the harness.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::atomic::{AtomicU32, AtomicU64 as SharedU64};
use crate::backend::{self, Variable};
use crate::engine::{Call, Cause, Method};
use crate::event::{ValueType, blocking};
use crate::process::{PROCESSES_MAX, ProcessId};

const fn method(name: &'static str) -> Method {
    Method { name, value_type: ValueType::Unsigned }
}

/// Refuses what the assignment does not lend. The panic is the caller's.
#[track_caller]
fn check_lent(lent: bool, what: &str) {
    assert!(
        lent,
        "this assignment does not lend {what}: a solution is built from what lies below it (see the \
         handout)"
    );
}

/// Sleeps until this process's token is there, and takes it. As [`std::thread::park`].
///
/// It may return without a token (a *spurious wake-up*): whoever calls it looks again whether what it
/// waits for is so. A token that was put there before is not lost: `park` returns at once. There
/// is one token only, however often [`unpark`] was called. What happens before an `unpark` happens
/// before the return of the `park` that takes its token.
///
/// Outside of an execution it is [`std::thread::park`].
#[track_caller]
pub fn park() {
    check_lent(backend::loans().sleep, "park");
    let site = Location::caller();
    match backend::wakes_up(site) {
        None if backend::running().is_none() => std::thread::park(),
        Some(false) => {
            let call = Call { site, method: const { &method(blocking::PARK) }, operand: 0 };
            let _ = backend::take_token(call);
        }
        None | Some(true) => {}
    }
}

/// Puts the token of `process` there, and so wakes it up if it sleeps in [`park`]. As
/// [`std::thread::Thread::unpark`], with the process's number instead of a handle.
///
/// # Panics
/// If there is no such process; and outside of an execution, where processes have no numbers.
#[track_caller]
pub fn unpark(process: ProcessId) {
    check_lent(backend::loans().sleep, "unpark");
    let processes = backend::processes();
    let processes = processes.expect("`unpark` knows processes only while the harness runs them");
    assert!(process.index() < processes, "there is no {process}: {processes} processes run");
    let method = const { &method(blocking::UNPARK) };
    let call = Call { site: Location::caller(), method, operand: process.index() as u64 };
    let _ = backend::give_token(call, process);
}

/// Sleeps until somebody calls [`futex_wake`] on `word`, if `word` is `expected`; returns at once if it
/// is not. To look and to fall asleep is one indivisible step, seen from [`futex_wake`].
///
/// It may return although nobody woke it: whoever calls it looks again. To be woken orders no memory; the
/// atomic operations on `word` do. The look is as strong as the kernel's: sequentially consistent, and it
/// sees what was stored in `word` before any earlier [`futex_wake`] on it. Source: `futex(2)`,
/// `FUTEX_WAIT`.
///
/// Outside of an execution it yields and returns.
#[track_caller]
pub fn futex_wait(word: &AtomicU32, expected: u32) {
    check_lent(backend::loans().sleep, "a futex");
    let site = Location::caller();
    match backend::wakes_up(site) {
        Some(false) => {}
        Some(true) => return,
        None => return std::thread::yield_now(),
    }
    let Some(me) = backend::running() else { return };
    let Some(location) = backend::locate(word.variable(), site) else { return };
    let operand = u64::from(expected);
    let call = |method| Call { site, method, operand };
    // The kernel looks and enqueues under a lock, and wakes under the same. The queue's version
    // stands for it: if nobody changed the queue meanwhile, it is as if nobody could have.
    loop {
        let Some(before) =
            backend::load_queue(call(const { &method(blocking::FUTEX_LOOK) }), location)
        else {
            return;
        };
        let method_load = const { &method(blocking::FUTEX_WAIT) };
        let value = backend::load(word.variable(), call(method_load), Ordering::SeqCst);
        if value != Some(u64::from(expected)) {
            return;
        }
        let mut enqueue = |now| (now == before).then(|| Queue(before).push(me).0);
        let method_enqueue = const { &method(blocking::FUTEX_SLEEP) };
        match backend::update_queue(call(method_enqueue), location, &mut enqueue) {
            Some(reply) if reply.wrote => break,
            Some(_) => {}
            None => return,
        }
    }
    let _ =
        backend::take_alarm(call(const { &method(blocking::FUTEX_WOKEN) }), Cause::Futex(location));
}

/// Wakes up to `count` processes that sleep in [`futex_wait`] on `word`, those first who came first.
/// Returns how many. Source: `futex(2)`, `FUTEX_WAKE`.
///
/// Outside of an execution nobody sleeps.
#[track_caller]
pub fn futex_wake(word: &AtomicU32, count: usize) -> usize {
    check_lent(backend::loans().sleep, "a futex");
    let site = Location::caller();
    let Some(location) = backend::locate(word.variable(), Location::caller()) else { return 0 };
    let call = |method, operand| Call { site, method, operand };
    let mut wake = |now| Some(Queue(now).pop(count).0);
    let method_wake = const { &method(blocking::FUTEX_WAKE) };
    let Some(reply) = backend::update_queue(call(method_wake, count as u64), location, &mut wake)
    else {
        return 0;
    };
    let woken = Queue(reply.value).first(count);
    let mut number = 0;
    for process in woken {
        number += 1;
        let method = const { &method(blocking::FUTEX_RING) };
        let _ =
            backend::give_alarm(call(method, process.index() as u64), process, Ordering::Relaxed);
    }
    number
}

/// Who sleeps on a futex, as one word: the number of each sleeper plus one in four bits, the first one
/// lowest; above 32 bits a version, which each wake-up changes, also one that wakes nobody.
#[derive(Clone, Copy)]
struct Queue(u64);

const _: () = assert!(PROCESSES_MAX * 4 <= 32, "a queue has room for all processes");

impl Queue {
    const BITS: u32 = 4;
    const VERSION: u32 = 32;

    /// The first `count` of them.
    fn first(self, count: usize) -> impl Iterator<Item = ProcessId> {
        let places = 0..PROCESSES_MAX as u32;
        let sleepers = places.map(move |place| self.0 >> (place * Self::BITS) & 0xf);
        let sleepers = sleepers.take_while(|&sleeper| sleeper != 0).take(count);
        sleepers.map(|sleeper| ProcessId::new(sleeper as usize - 1))
    }

    /// With another sleeper at its end.
    fn push(self, process: ProcessId) -> Self {
        let place = self.first(PROCESSES_MAX).count() as u32;
        Self(self.0 | (process.index() as u64 + 1) << (place * Self::BITS))
    }

    /// Without the first `count`.
    fn pop(self, count: usize) -> Self {
        let woken = self.first(count).count() as u32;
        let sleepers = u64::from(self.0 as u32) >> (woken * Self::BITS);
        Self((self.0 >> Self::VERSION).wrapping_add(1) << Self::VERSION | sleepers)
    }
}

/// The guard that the harness provides: a critical section that is right and fair, whose waiting
/// processes sleep. The layers of the course are examined on top of it, so that a mistake in one is
/// not punished again in the next.
///
/// Whoever leaves a guard that it is not in breaks its rules; that is reported.
#[derive(Debug)]
pub struct Guard {
    /// Outside of executions.
    machine: AtomicBool,
    tag: AtomicU64,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard {
    /// Nobody in it.
    pub const fn new() -> Self {
        Self { machine: AtomicBool::new(false), tag: AtomicU64::new(0) }
    }

    const fn variable(&self) -> Variable<'_> {
        Variable { tag: &self.tag, outside: 1 }
    }

    /// Returns once the calling process is in it.
    #[track_caller]
    pub fn enter(&self) {
        check_lent(backend::loans().guard, "a Guard");
        let method = const { &method(blocking::GUARD_ENTER) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        if backend::enter_guard(self.variable(), call).is_none() && backend::running().is_none() {
            while self.machine.swap(true, Ordering::Acquire) {
                std::thread::yield_now();
            }
        }
    }

    /// Leaves it.
    #[track_caller]
    pub fn leave(&self) {
        let method = const { &method(blocking::GUARD_LEAVE) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        if backend::leave_guard(self.variable(), call).is_none() && backend::running().is_none() {
            self.machine.store(false, Ordering::Release);
        }
    }
}

/// A counting semaphore that the harness provides: right and fair, and its waiting processes sleep.
/// For problems that begin where semaphores are taken for granted.
#[derive(Debug)]
pub struct Permits {
    /// Outside of executions.
    machine: AtomicU64,
    initial: u64,
    tag: AtomicU64,
}

impl Permits {
    /// With so many permits.
    pub const fn new(permits: usize) -> Self {
        let permits = permits as u64;
        Self { machine: AtomicU64::new(permits), initial: permits, tag: AtomicU64::new(0) }
    }

    const fn variable(&self) -> Variable<'_> {
        Variable { tag: &self.tag, outside: self.initial }
    }

    /// Takes a permit; sleeps until there is one.
    #[track_caller]
    pub fn wait(&self) {
        check_lent(backend::loans().permits, "Permits");
        let method = const { &method(blocking::PERMITS_WAIT) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        if backend::take_permit(self.variable(), call).is_none() && backend::running().is_none() {
            let take = |permits: u64| permits.checked_sub(1);
            while self.machine.fetch_update(Ordering::Acquire, Ordering::Relaxed, take).is_err() {
                std::thread::yield_now();
            }
        }
    }

    /// Gives a permit back, or adds one.
    #[track_caller]
    pub fn signal(&self) {
        check_lent(backend::loans().permits, "Permits");
        let method = const { &method(blocking::PERMITS_SIGNAL) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        if backend::give_permit(self.variable(), call).is_none() && backend::running().is_none() {
            self.machine.fetch_add(1, Ordering::Release);
        }
    }
}

/// A condition of a monitor whose lock is a [`Guard`], as the harness provides it: Mesa semantics, and
/// whoever waited first is woken first. For problems that begin where monitors are taken for granted.
///
/// All its methods are called inside of the guard. Whoever is woken enters the guard again, after others
/// perhaps: it looks again whether what it waited for is so. It never wakes up by itself.
#[derive(Debug)]
pub struct Condition {
    /// A [`Queue`]; the guard orders its accesses.
    queue: SharedU64,
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl Condition {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self { queue: SharedU64::new(0) }
    }

    /// Leaves `guard`, sleeps until it is woken, and enters `guard` again.
    ///
    /// # Panics
    /// Outside of an execution.
    #[track_caller]
    pub fn wait(&self, guard: &Guard) {
        check_lent(backend::loans().condition, "a Condition");
        let me =
            backend::running().expect("a condition knows processes only while the harness runs");
        let queue = self.look();
        self.change(const { &method(blocking::CONDITION_JOIN) }, queue.push(me));
        guard.leave();
        let method = const { &method(blocking::CONDITION_WAIT) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        let _ = backend::take_alarm(call, Cause::Condition);
        guard.enter();
    }

    /// Wakes whoever waited first, if anybody waits.
    #[track_caller]
    pub fn signal(&self) {
        self.wake(1);
    }

    /// Wakes all that wait.
    #[track_caller]
    pub fn broadcast(&self) {
        self.wake(PROCESSES_MAX);
    }

    #[track_caller]
    fn wake(&self, count: usize) {
        let queue = self.look();
        if queue.first(count).next().is_none() {
            return;
        }
        self.change(const { &method(blocking::CONDITION_PICK) }, queue.pop(count));
        for process in queue.first(count) {
            let method = const { &method(blocking::CONDITION_WAKE) };
            let operand = process.index() as u64;
            let call = Call { site: Location::caller(), method, operand };
            let _ = backend::give_alarm(call, process, Ordering::Release);
        }
    }

    /// Who waits.
    #[track_caller]
    fn look(&self) -> Queue {
        let method = const { &method(blocking::CONDITION_LOOK) };
        let call = Call { site: Location::caller(), method, operand: 0 };
        Queue(backend::load(self.queue.variable(), call, Ordering::Relaxed).unwrap_or(0))
    }

    #[track_caller]
    fn change(&self, method: &'static Method, queue: Queue) {
        let call = Call { site: Location::caller(), method, operand: queue.0 };
        let _ = backend::store(self.queue.variable(), call, queue.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_gives_back_who_came_first() {
        let process = ProcessId::new;
        let queue = Queue(0).push(process(7)).push(process(0)).push(process(3));
        let first = |queue: Queue, count| queue.first(count).collect::<Vec<_>>();
        assert_eq!(first(queue, 2), [process(7), process(0)]);
        assert_eq!(first(queue.pop(1), 8), [process(0), process(3)]);
        assert_eq!(first(queue.pop(8), 8), []);
        assert_ne!(queue.pop(0).0, queue.0, "a wake-up changes the version");
        assert_eq!(Queue(u64::MAX << 32).pop(1).0, 0, "versions wrap around");
    }
}
