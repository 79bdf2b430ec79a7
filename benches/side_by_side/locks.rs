//! The locks, written once. Each engine's module includes this file with its own atomics: the same
//! source, so the same program, with each operation on a line of its own.
//!
//! Waiting loops call `pause`, which does nothing: bare spin loops. For the peers it can be made to
//! yield, since some of what they offer does not terminate otherwise.

use super::{AtomicBool, AtomicUsize, Ordering, fence, pause};
use crate::contract::Lock;

fn bools(count: usize) -> Box<[AtomicBool]> {
    (0..count).map(|_| AtomicBool::new(false)).collect()
}

fn numbers(count: usize) -> Box<[AtomicUsize]> {
    (0..count).map(|_| AtomicUsize::new(0)).collect()
}

pub(crate) struct Peterson {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Lock for Peterson {
    fn new(_: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn enter(&self, me: usize) {
        let other = 1 - me;
        self.flag[me].store(true, Ordering::SeqCst);
        self.turn.store(other, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            pause();
        }
    }

    fn leave(&self, me: usize) {
        self.flag[me].store(false, Ordering::SeqCst);
    }
}

/// The one form of Peterson's algorithm that loom does not take for wrong.
pub(crate) struct PetersonWithFences {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Lock for PetersonWithFences {
    fn new(_: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn enter(&self, me: usize) {
        let other = 1 - me;
        self.flag[me].store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.turn.store(other, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        while self.flag[other].load(Ordering::Acquire) && self.turn.load(Ordering::Acquire) == other
        {
            pause();
        }
    }

    fn leave(&self, me: usize) {
        self.flag[me].store(false, Ordering::Release);
    }
}

pub(crate) struct Dekker {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Lock for Dekker {
    fn new(_: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn enter(&self, me: usize) {
        let other = 1 - me;
        self.flag[me].store(true, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) {
            if self.turn.load(Ordering::SeqCst) == other {
                self.flag[me].store(false, Ordering::SeqCst);
                while self.turn.load(Ordering::SeqCst) == other {
                    pause();
                }
                self.flag[me].store(true, Ordering::SeqCst);
            }
            pause();
        }
    }

    fn leave(&self, me: usize) {
        self.turn.store(1 - me, Ordering::SeqCst);
        self.flag[me].store(false, Ordering::SeqCst);
    }
}

pub(crate) struct Bakery {
    choosing: Box<[AtomicBool]>,
    number: Box<[AtomicUsize]>,
}

/// One more than the highest number that anybody holds.
fn draw(number: &[AtomicUsize]) -> usize {
    1 + number.iter().map(|number| number.load(Ordering::SeqCst)).max().unwrap_or(0)
}

/// Waits while `other` holds a number that comes before `mine`.
fn give_way(number: &[AtomicUsize], other: usize, mine: usize, me: usize) {
    loop {
        let theirs = number[other].load(Ordering::SeqCst);
        if theirs == 0 || (theirs, other) > (mine, me) {
            return;
        }
        pause();
    }
}

impl Lock for Bakery {
    fn new(processes: usize) -> Self {
        Self { choosing: bools(processes), number: numbers(processes) }
    }

    fn enter(&self, me: usize) {
        self.choosing[me].store(true, Ordering::SeqCst);
        let mine = draw(&self.number);
        self.number[me].store(mine, Ordering::SeqCst);
        self.choosing[me].store(false, Ordering::SeqCst);
        for other in (0..self.number.len()).filter(|&other| other != me) {
            while self.choosing[other].load(Ordering::SeqCst) {
                pause();
            }
            give_way(&self.number, other, mine, me);
        }
    }

    fn leave(&self, me: usize) {
        self.number[me].store(0, Ordering::SeqCst);
    }
}

pub(crate) struct TestAndSet {
    locked: AtomicBool,
}

impl Lock for TestAndSet {
    fn new(_: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn enter(&self, _: usize) {
        while self.locked.swap(true, Ordering::Acquire) {
            pause();
        }
    }

    fn leave(&self, _: usize) {
        self.locked.store(false, Ordering::Release);
    }
}

pub(crate) struct TestTestAndSet {
    locked: AtomicBool,
}

impl Lock for TestTestAndSet {
    fn new(_: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn enter(&self, _: usize) {
        loop {
            while self.locked.load(Ordering::Relaxed) {
                pause();
            }
            if !self.locked.swap(true, Ordering::Acquire) {
                return;
            }
        }
    }

    fn leave(&self, _: usize) {
        self.locked.store(false, Ordering::Release);
    }
}

pub(crate) struct CompareAndSwap {
    locked: AtomicBool,
}

impl Lock for CompareAndSwap {
    fn new(_: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn enter(&self, _: usize) {
        while self
            .locked
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            pause();
        }
    }

    fn leave(&self, _: usize) {
        self.locked.store(false, Ordering::Release);
    }
}

pub(crate) struct Ticket {
    next: AtomicUsize,
    serving: AtomicUsize,
}

impl Lock for Ticket {
    fn new(_: usize) -> Self {
        Self { next: AtomicUsize::new(0), serving: AtomicUsize::new(0) }
    }

    fn enter(&self, _: usize) {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {
            pause();
        }
    }

    fn leave(&self, _: usize) {
        let served = self.serving.load(Ordering::Relaxed);
        self.serving.store(served + 1, Ordering::Release);
    }
}

pub(crate) struct Anderson {
    next: AtomicUsize,
    open: Box<[AtomicBool]>,
    ticket: Box<[AtomicUsize]>,
}

impl Lock for Anderson {
    fn new(processes: usize) -> Self {
        let open = (0..processes).map(|slot| AtomicBool::new(slot == 0)).collect();
        Self { next: AtomicUsize::new(0), open, ticket: numbers(processes) }
    }

    fn enter(&self, me: usize) {
        let ticket = self.next.fetch_add(1, Ordering::AcqRel);
        let open = &self.open[ticket % self.open.len()];
        while !open.load(Ordering::Acquire) {
            pause();
        }
        open.store(false, Ordering::Relaxed);
        self.ticket[me].store(ticket, Ordering::Relaxed);
    }

    fn leave(&self, me: usize) {
        let ticket = self.ticket[me].load(Ordering::Relaxed);
        self.open[(ticket + 1) % self.open.len()].store(true, Ordering::Release);
    }
}

pub(crate) struct WaitingArray {
    locked: AtomicBool,
    waiting: Box<[AtomicBool]>,
}

impl Lock for WaitingArray {
    fn new(processes: usize) -> Self {
        Self { locked: AtomicBool::new(false), waiting: bools(processes) }
    }

    fn enter(&self, me: usize) {
        self.waiting[me].store(true, Ordering::SeqCst);
        while self.waiting[me].load(Ordering::SeqCst) && self.locked.swap(true, Ordering::SeqCst) {
            pause();
        }
        self.waiting[me].store(false, Ordering::SeqCst);
    }

    fn leave(&self, me: usize) {
        let processes = self.waiting.len();
        let mut others = (1..processes).map(|distance| (me + distance) % processes);
        match others.find(|&other| self.waiting[other].load(Ordering::SeqCst)) {
            Some(other) => self.waiting[other].store(false, Ordering::SeqCst),
            None => self.locked.store(false, Ordering::SeqCst),
        }
    }
}

/// Wrong: looking and setting are two steps.
pub(crate) struct LockVariable {
    locked: AtomicBool,
}

impl Lock for LockVariable {
    fn new(_: usize) -> Self {
        Self { locked: AtomicBool::new(false) }
    }

    fn enter(&self, _: usize) {
        while self.locked.load(Ordering::SeqCst) {
            pause();
        }
        self.locked.store(true, Ordering::SeqCst);
    }

    fn leave(&self, _: usize) {
        self.locked.store(false, Ordering::SeqCst);
    }
}

/// Wrong: gives way before it says that it wants in.
pub(crate) struct PetersonSwapped {
    flag: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Lock for PetersonSwapped {
    fn new(_: usize) -> Self {
        Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) }
    }

    fn enter(&self, me: usize) {
        let other = 1 - me;
        self.turn.store(other, Ordering::SeqCst);
        self.flag[me].store(true, Ordering::SeqCst);
        while self.flag[other].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == other {
            pause();
        }
    }

    fn leave(&self, me: usize) {
        self.flag[me].store(false, Ordering::SeqCst);
    }
}

/// Wrong: nobody knows that somebody is drawing.
pub(crate) struct BakeryWithoutChoosing {
    number: Box<[AtomicUsize]>,
}

impl Lock for BakeryWithoutChoosing {
    fn new(processes: usize) -> Self {
        Self { number: numbers(processes) }
    }

    fn enter(&self, me: usize) {
        let mine = draw(&self.number);
        self.number[me].store(mine, Ordering::SeqCst);
        for other in (0..self.number.len()).filter(|&other| other != me) {
            give_way(&self.number, other, mine, me);
        }
    }

    fn leave(&self, me: usize) {
        self.number[me].store(0, Ordering::SeqCst);
    }
}
