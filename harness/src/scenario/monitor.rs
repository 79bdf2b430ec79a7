//! Monitors as locks, and as what they are made for: a bounded buffer, readers and writers, a place to
//! meet, a gate that opens for all, and signals that come late.
//!
//! The state is the harness's own, in cells that are not atomic: they are touched inside of the monitor
//! only, so that two who are active at once, or a process that does not see what the one before it wrote,
//! show as a data race. Every `wait` stands in a loop that looks again.

use super::{Asks, Cast, Scenario, Situation, balanced, call, produces, remainder, scenario, stay};
use crate::backend::{self, Panic};
use crate::contract::MesaMonitor;
use crate::engine::{Body, Loans};
use crate::event::Service;
use crate::oracle::Rule;
use crate::process::ProcessId;
use crate::shim::SharedCell;

/// A lock.
static ENTRY: Situation = Situation {
    name: "entry",
    title: "enter and leave, around a datum that is not atomic",
    rule: Rule::Monitor,
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// A lock; nothing is touched inside.
static STAY: Situation = Situation {
    name: "stay",
    title: "enter and leave; whoever is inside stays for two steps",
    rule: Rule::Monitor,
    cast: Cast::Equals,
    asks: Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Producers wait for c0 while the buffer is full, consumers for c1 while it is empty. A process signals
/// whenever it has done its part, whether anybody waits or not.
static BUFFER: Situation = Situation {
    name: "buffer",
    title: "producers (P0, P2) wait on c0 for room, consumers (P1, P3) on c1 for an item; the buffer has \
            one place",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Readers wait for c0 while somebody writes, writers for c1 while anybody reads or writes. The datum is
/// read and written outside of the monitor.
static READERS: Situation = Situation {
    name: "readers",
    title: "readers (P1, P2) wait on c0 while somebody writes, writers (P0, P3) on c1 while anybody reads \
            or writes",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// Nobody leaves before all have come. The last one to come wakes the others, all of them.
static MEETING: Situation = Situation {
    name: "meeting",
    title: "all processes wait on c0 for each other; the last one that comes calls broadcast",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// A signal that means nothing, or is for another condition, and then one that means something.
static NOBODY: Situation = Situation {
    name: "nobody",
    title: "P0 signals in vain, in its first round c0 and in its second c1; then it does what P1 waits on \
            c0 for, and signals c0",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 2, to: 2 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// One process opens a gate for all that wait at it.
static GATE: Situation = Situation {
    name: "gate",
    title: "all others wait on c1 until P0 opens the gate and calls broadcast",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 3, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

/// What is waited for is so before anybody is told, and then as many are told as wait: a signal that goes
/// to one who no longer waits is missing elsewhere.
static LATE: Situation = Situation {
    name: "late",
    title: "all others wait on c0; P0 does what they wait for, leaves, comes back, and signals c0 once for \
            each that waits",
    rule: Rule::Monitor,
    cast: Cast::Parts { from: 2, to: 4 },
    asks: Asks { safety: true, progress: true, ..Asks::NOTHING },
    may_panic: false,
};

static ALL: [&Situation; 8] = [&ENTRY, &STAY, &BUFFER, &READERS, &MEETING, &NOBODY, &GATE, &LATE];

/// How many conditions each monitor has.
const CONDITIONS: usize = 2;

scenario! {
    /// The scenario of [`MesaMonitor`], for one type of solution.
    MonitorScenario
}

impl<S: MesaMonitor> Scenario for MonitorScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans { condition: false, ..Loans::ALL }
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let monitor = backend::catch(|| S::new(quotas.len(), CONDITIONS))?;
        let zero = || SharedCell::new(0);
        let state = State { count: zero(), flag: SharedCell::new(false), datum: zero() };
        Ok(Box::new(Monitored { monitor, quotas, situation, state }))
    }
}

/// What is inside of the monitor.
struct State {
    /// Readers, or who has come to the meeting, or what was handed over, or who waits.
    count: SharedCell<u64>,
    /// Whether the buffer is full, or somebody writes.
    flag: SharedCell<bool>,
    /// The item, or what readers read; for the meeting, the gate and the late signals the number of the round.
    datum: SharedCell<u64>,
}

struct Monitored<'a, S> {
    monitor: S,
    quotas: &'a [u32],
    situation: &'static Situation,
    state: State,
}

impl<S: MesaMonitor> Monitored<'_, S> {
    fn inside(&self, me: ProcessId, work: impl FnOnce()) {
        call(Service::Enter, || self.monitor.enter(me));
        work();
        call(Service::Leave, || self.monitor.leave(me));
    }

    fn wait_while(&self, me: ProcessId, condition: usize, what: impl Fn() -> bool) {
        while what() {
            call(Service::WaitOn(condition as u8), || self.monitor.wait(me, condition));
        }
    }

    fn signal(&self, me: ProcessId, condition: usize) {
        call(Service::SignalOn(condition as u8), || self.monitor.signal(me, condition));
    }

    fn broadcast(&self, me: ProcessId, condition: usize) {
        call(Service::BroadcastOn(condition as u8), || self.monitor.broadcast(me, condition));
    }

    /// `number` counts the rounds from 1.
    fn round(&self, me: ProcessId, number: u32) {
        let State { count, flag, datum } = &self.state;
        match self.situation.name {
            "entry" => self.inside(me, || datum.set(datum.get().wrapping_add(1))),
            "buffer" => self.inside(me, || {
                let fills = produces(me);
                let (mine, others) = if fills { (0, 1) } else { (1, 0) };
                self.wait_while(me, mine, || flag.get() == fills);
                datum.set(datum.get().wrapping_add(1));
                flag.set(fills);
                self.signal(me, others);
            }),
            "readers" if Self::is_writer(me) => {
                self.inside(me, || {
                    self.wait_while(me, 1, || flag.get() || count.get() > 0);
                    flag.set(true);
                });
                datum.set(u64::from(number));
                self.inside(me, || {
                    flag.set(false);
                    self.broadcast(me, 0);
                    self.signal(me, 1);
                });
            }
            "readers" => {
                self.inside(me, || {
                    self.wait_while(me, 0, || flag.get());
                    count.set(count.get().wrapping_add(1));
                });
                let _ = datum.get();
                self.inside(me, || {
                    let left = count.get().wrapping_sub(1);
                    count.set(left);
                    if left == 0 {
                        self.signal(me, 1);
                    }
                });
            }
            "meeting" => self.inside(me, || {
                let come = count.get() + 1;
                if come == self.quotas.len() as u64 {
                    count.set(0);
                    datum.set(datum.get().wrapping_add(1));
                    self.broadcast(me, 0);
                } else {
                    count.set(come);
                    self.wait_while(me, 0, || datum.get() < u64::from(number));
                }
            }),
            "nobody" if me.index() == 0 => {
                self.inside(me, || self.signal(me, (number as usize + 1) % CONDITIONS));
                self.inside(me, || {
                    count.set(count.get().wrapping_add(1));
                    self.signal(me, 0);
                });
            }
            "nobody" => self.inside(me, || {
                self.wait_while(me, 0, || count.get() < u64::from(number));
            }),
            "gate" if me.index() == 0 => self.inside(me, || {
                datum.set(u64::from(number));
                self.broadcast(me, 1);
            }),
            "gate" => self.inside(me, || {
                self.wait_while(me, 1, || datum.get() < u64::from(number));
            }),
            "late" if me.index() == 0 => {
                self.inside(me, || datum.set(u64::from(number)));
                let others = self.quotas.len() as u64 - 1;
                self.inside(me, || (0..count.get().min(others)).for_each(|_| self.signal(me, 0)));
            }
            "late" => self.inside(me, || {
                count.set(count.get().wrapping_add(1));
                self.wait_while(me, 0, || datum.get() < u64::from(number));
                count.set(count.get().wrapping_sub(1));
            }),
            _ => self.inside(me, stay),
        }
    }

    /// One of two, one of three, two of four.
    const fn is_writer(me: ProcessId) -> bool {
        me.index().is_multiple_of(3)
    }

    fn quota(&self, me: ProcessId) -> u32 {
        let quota = self.quotas[me.index()];
        if self.situation.name == "buffer" { balanced(me, self.quotas.len(), quota) } else { quota }
    }
}

impl<S: MesaMonitor> Body for Monitored<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for number in 1..=self.quota(process) {
            remainder();
            self.round(process, number);
        }
    }
}
