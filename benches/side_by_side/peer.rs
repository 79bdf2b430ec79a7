//! What the processes do under a peer, written once and included by the module of each: the cycle of
//! the harness's own scenario, without the rest in the remainder section.
//!
//! The oracle is the harness's, too: nobody enters while another is inside. It is kept in variables
//! of std, which no peer takes for steps.

use std::sync::Arc;

use super::locks::{
    Anderson, Bakery, BakeryWithoutChoosing, CompareAndSwap, Dekker, LockVariable, Peterson,
    PetersonSwapped, PetersonWithFences, TestAndSet, TestTestAndSet, Ticket, WaitingArray,
};
use super::{Datum, spawn};
use crate::contract::{Kind, Lock, Program};
use crate::verdict::Door;

struct Shared<L> {
    lock: L,
    datum: Datum,
    door: Door,
}

impl<L: Lock> Shared<L> {
    fn live(&self, me: usize, entries: u32) {
        for _ in 0..entries {
            self.lock.enter(me);
            self.door.enter();
            let seen = self.datum.get();
            self.datum.set(seen + 1);
            self.door.leave();
            self.lock.leave(me);
        }
    }
}

fn run<L: Lock>(processes: usize, entries: u32) {
    let (lock, datum, door) = (L::new(processes), Datum::new(), Door::new());
    let shared = Arc::new(Shared { lock, datum, door });
    let others: Vec<_> = (1..processes)
        .map(|me| {
            let shared = Arc::clone(&shared);
            spawn(move || shared.live(me, entries))
        })
        .collect();
    shared.live(0, entries);
    for other in others {
        other.join().expect("a panic ends the execution");
    }
}

/// One execution of a program.
pub(super) fn execute(program: Program) {
    let run = match program.kind {
        Kind::Peterson => run::<Peterson>,
        Kind::PetersonWithFences => run::<PetersonWithFences>,
        Kind::Dekker => run::<Dekker>,
        Kind::Bakery => run::<Bakery>,
        Kind::TestAndSet => run::<TestAndSet>,
        Kind::TestTestAndSet => run::<TestTestAndSet>,
        Kind::CompareAndSwap => run::<CompareAndSwap>,
        Kind::Ticket => run::<Ticket>,
        Kind::Anderson => run::<Anderson>,
        Kind::WaitingArray => run::<WaitingArray>,
        Kind::LockVariable => run::<LockVariable>,
        Kind::PetersonSwapped => run::<PetersonSwapped>,
        Kind::BakeryWithoutChoosing => run::<BakeryWithoutChoosing>,
    };
    run(program.processes, program.entries);
}
