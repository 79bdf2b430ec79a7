//! Semaphores as locks, as a meeting place, signalled ahead, and as the counters of a bounded buffer.

use super::{Asks, Cast, Scenario, Situation, balanced, call, produces, remainder, scenario, stay};
use crate::backend::{self, Panic};
use crate::contract::CountingSemaphore;
use crate::engine::{Body, Loans};
use crate::event::Service;
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::SharedCell;

/// One permit around a datum that is not atomic.
static DATUM: Situation = Situation {
    name: "datum",
    title: "one permit, around a datum that is not atomic",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// One permit; nothing is touched inside.
static STAY: Situation = Situation {
    name: "stay",
    title: "one permit; whoever has it stays for two steps",
    rule: Rule::Exclusion { places: 1 },
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Two permits.
static TWO: Situation = Situation {
    name: "two",
    title: "two permits; whoever has one stays for two steps",
    rule: Rule::Exclusion { places: 2 },
    cast: Cast::Equals,
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Two permits, and one process that wants both. If there are fewer, it never gets them; and while it has
/// them it is alone. It gives them back one right after the other, while several others may wait.
static BOTH: Situation = Situation {
    name: "both",
    title: "two permits: P0 takes both and writes a datum, the others take one and read it",
    rule: Rule::Permits { initial: &[2] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Two semaphores without a permit: each process tells the next one that it is there, and waits for
/// the one before. A fast process signals again before its first signal was waited for.
static MEETING: Situation = Situation {
    name: "meeting",
    title: "no permits: each process signals the next one, then waits for the one before",
    rule: Rule::Permits { initial: &[0, 0, 0, 0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// One process signals as often as there are others, which wait for the same semaphore, and then waits
/// for as many signals in return: several wait, and several signals come. Who signals the one semaphore
/// never waits for it.
static CREW: Situation = Situation {
    name: "crew",
    title: "no permits: P0 signals once for each of the others, then waits for as many answers",
    rule: Rule::Permits { initial: &[0, 0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// One process signals, and waits for nobody: twice a round for each of the others, which wait twice. All
/// may be signalled before anybody waits, so more permits come together than there are processes.
static AHEAD: Situation = Situation {
    name: "ahead",
    title: "no permits: P0 signals twice for each of the others, and waits for nobody",
    rule: Rule::Permits { initial: &[0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// A buffer with one place: one half of the processes fills it, the other half empties it.
static BUFFER: Situation = Situation {
    name: "buffer",
    title: "producers and consumers around a buffer with one place",
    rule: Rule::Permits { initial: &[1, 0] },
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

static ALL: [&Situation; 8] = [&DATUM, &STAY, &TWO, &BOTH, &MEETING, &CREW, &AHEAD, &BUFFER];

scenario! {
    /// The scenario of [`CountingSemaphore`], for one type of solution.
    SemaphoreScenario
}

impl<S: CountingSemaphore> Scenario for SemaphoreScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans { permits: false, ..Loans::ALL }
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let processes = quotas.len();
        let permits: &[usize] = match situation.name {
            "two" | "both" => &[2],
            "meeting" => &[0; PROCESSES_MAX][..processes],
            "crew" => &[0, 0],
            "ahead" => &[0],
            "buffer" => &[1, 0],
            _ => &[1],
        };
        let make = || permits.iter().map(|&permits| S::new(processes, permits)).collect();
        let all = backend::catch(make)?;
        let rounds = quotas.iter().copied().max().unwrap_or(0) as usize;
        let cells = match situation.name {
            "meeting" => processes * rounds,
            "crew" => processes,
            _ => 1,
        };
        let data = (0..cells).map(|_| SharedCell::new(0)).collect();
        Ok(Box::new(Semaphores { all, quotas, situation, data }))
    }
}

struct Semaphores<'a, S> {
    all: Vec<S>,
    quotas: &'a [u32],
    situation: &'static Situation,
    /// Not atomic. Whoever touches them is allowed to by the contract alone: what happens before a `signal`
    /// happens before the return of the `wait` that takes its permit.
    data: Vec<SharedCell<u64>>,
}

impl<S: CountingSemaphore> Semaphores<'_, S> {
    fn wait(&self, me: ProcessId, number: usize) {
        call(Service::Wait(number as u8), || self.all[number].wait(me));
    }

    fn signal(&self, me: ProcessId, number: usize) {
        call(Service::Signal(number as u8), || self.all[number].signal(me));
    }

    fn touch(&self) {
        let seen = self.data[0].get();
        self.data[0].set(seen.wrapping_add(1));
    }

    fn round(&self, me: ProcessId, round: usize) {
        let processes = self.quotas.len();
        match self.situation.name {
            "datum" => {
                self.wait(me, 0);
                self.touch();
                self.signal(me, 0);
            }
            "both" => self.takes_both(me),
            "meeting" => {
                let before = (me.index() + processes - 1) % processes;
                // A cell for each round. Only one process signals this semaphore, and only one waits for
                // it: whichever permits its first `round + 1` waits took, that of signal number `round`
                // or a later one is among them.
                self.data[round * processes + me.index()].set(1);
                self.signal(me, me.index());
                self.wait(me, before);
                self.data[round * processes + before].get();
            }
            "crew" => self.works(me),
            "ahead" if me.index() == 0 => (1..processes).for_each(|_| {
                self.signal(me, 0);
                self.signal(me, 0);
            }),
            "ahead" => {
                self.wait(me, 0);
                self.wait(me, 0);
            }
            "buffer" => {
                // There is one permit in all: the datum is passed on with it.
                let (mine, other) = if produces(me) { (0, 1) } else { (1, 0) };
                self.wait(me, mine);
                self.touch();
                self.signal(me, other);
            }
            _ => {
                self.wait(me, 0);
                stay();
                self.signal(me, 0);
            }
        }
    }

    /// Whoever has both permits has them from all that had one before.
    fn takes_both(&self, me: ProcessId) {
        self.wait(me, 0);
        if me.index() == 0 {
            self.wait(me, 0);
            self.touch();
            self.signal(me, 0);
        } else {
            self.data[0].get();
        }
        self.signal(me, 0);
    }

    /// When the first process has all answers, all its permits were taken, perhaps several by the same
    /// process, and whoever took one has done its work.
    fn works(&self, me: ProcessId) {
        let others = self.quotas.len() - 1;
        if me.index() == 0 {
            self.touch();
            for _ in 0..others {
                self.signal(me, 0);
            }
            for _ in 0..others {
                self.wait(me, 1);
            }
            for answer in &self.data[1..] {
                answer.get();
            }
        } else {
            self.wait(me, 0);
            let order = self.data[0].get();
            self.data[me.index()].set(order);
            self.signal(me, 1);
        }
    }

    fn quota(&self, me: ProcessId) -> u32 {
        let quota = self.quotas[me.index()];
        if self.situation.name == "buffer" { balanced(me, self.quotas.len(), quota) } else { quota }
    }
}

impl<S: CountingSemaphore> Body for Semaphores<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for round in 0..self.quota(process) {
            remainder();
            self.round(process, round as usize);
        }
    }
}
