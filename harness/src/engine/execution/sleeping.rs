//! Waiting without steps: what a process takes when it is there, and sleeps for until then.
//!
//! The token of `park`, the alarm of a sleeper on a futex, the entry of a guard and the permits of the
//! harness's own semaphore are *waitables*: locations of the memory that hold how much there is to take.
//! Taking is a read-modify-write, and so is putting something there. So all that is said about memory
//! (happens-before, execution graphs, exhaustive search) holds for them without another word.
//!
//! A process that arrives where there is nothing to take is not runnable until there is. A strategy may
//! want that those who wait for the same are served in the order of their arrival. In exhaustive search,
//! which looks at graphs and not at the order of steps, a process that finds nothing stays where it is: the
//! graph in which it finds something is another one. Its attempt is no step of the schedule, so that the
//! same schedule can be replayed where nobody attempts in vain.
//!
//! *Spurious wake-ups.* A call that returns although nobody woke its caller does what it would do if it
//! had never slept: nothing. So whether it wakes up spuriously is asked before it sleeps; that it
//! happens later is the same as that its process is slow. Each process wakes up spuriously at
//! most once in an execution: enough to show that it does not look again, and few enough to visit
//! all executions.

use std::sync::atomic::Ordering;

use super::super::operation::{Call, Update};
use super::super::outcome::{Misuse, Outcome};
use super::super::spin::{Step, Turning};
use super::{Arrival, Decider, Execution};
use crate::choice::{Choice, Chooser, Pending, Performed, Spinning};
use crate::event::{EventKind, LocationId, Site};
use crate::process::{ProcessId, ProcessSet};

/// What the harness itself keeps in memory, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waitable {
    /// Whether `park` of this process has something to return for.
    Token(ProcessId),
    /// Whether this process, asleep on a futex, was woken.
    Alarm(ProcessId),
    /// Who sleeps on the futex at this location. Nobody takes it; it is only kept here.
    Queue(LocationId),
}

/// Why a process sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is in `park`.
    Park,
    /// It is in `futex_wait` on this location.
    Futex(LocationId),
    /// It waits for a guard.
    Guard,
    /// It waits for a permit of the harness's own semaphore.
    Permit,
    /// It waits for a condition of the harness's own monitor.
    Condition,
}

/// What a process is about to take, or sleeps for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Why it wants it.
    pub cause: Cause,
    /// Where the call stands.
    pub site: Site,
    /// Of a guard: who is in it.
    pub holder: Option<ProcessId>,
    /// What it wants: the location that says how much there is to take.
    pub location: LocationId,
    /// The number of its arrival: who came first is served first.
    since: u32,
}

impl Execution<'_> {
    /// The location of something that is used by name.
    pub(crate) fn waitable(&mut self, waitable: Waitable) -> LocationId {
        let known = self.state.waitables.iter().find(|(other, _)| *other == waitable);
        if let Some((_, location)) = known {
            return *location;
        }
        let location = self.state.memory.locate(0);
        self.state.waitables.push((waitable, location));
        location
    }

    /// The running process is about to take what is at `location`.
    pub(crate) fn arrive_to_take(
        &mut self,
        location: LocationId,
        cause: Cause,
        site: Site,
    ) -> Arrival {
        if self.is_over() {
            return Arrival::Switch(self.suspender());
        }
        if self.state.trial.is_some() {
            // A turn that sleeps is no turn of a loop that spins.
            self.trial_over(Turning::Hidden);
            return Arrival::Switch(self.suspender());
        }
        let me = self.state.running;
        let since = self.state.arrivals;
        self.state.arrivals += 1;
        let local = &mut self.state.locals[me.index()];
        local.run.clear();
        local.wants = Some(Wanted { cause, site, holder: None, location, since });
        self.settle(location);
        self.choose(me, Pending::Write(location))
    }

    /// Who arrived first of those who want what is at `location`.
    fn queue(&self, location: LocationId) -> Option<ProcessId> {
        let wants = |process: &ProcessId| {
            let wanted = self.state.locals[process.index()].wants?;
            (wanted.location == location).then_some(wanted.since)
        };
        let all = self.state.alive.iter().filter_map(|process| Some((wants(&process)?, process)));
        all.min().map(|(_, process)| process)
    }

    /// The running process takes what is at `location`. `Some(false)`: there was nothing, and it
    /// takes no further step. `None`: the execution is over.
    pub(crate) fn take(&mut self, call: Call, location: LocationId) -> Option<bool> {
        let me = self.state.running;
        // What is taken is what is there, except in a graph in which another one took it.
        self.state.locals[me.index()].fresh |= self.spinning != Spinning::Halt;
        let mut update = Update {
            success: Ordering::Acquire,
            failure: Ordering::Relaxed,
            weak: false,
            function: &mut |value| value.checked_sub(1),
        };
        let code = call.code();
        let reply = self.perform(&mut update, call, code, location)?;
        let local = &mut self.state.locals[me.index()];
        local.fresh = false;
        local.run.clear();
        if !reply.wrote {
            debug_assert_eq!(self.spinning, Spinning::Halt, "whoever is chosen finds something");
            local.awaits.clear();
            self.state.parked.insert(me);
            self.state.schedule.unstep();
            self.state.steps -= 1;
            self.state.turn.steps[me.index()] -= 1;
            return Some(false);
        }
        local.wants = None;
        self.settle(location);
        Some(true)
    }

    /// `me` found nothing to take: others step.
    pub(crate) fn give_way(&mut self, me: ProcessId) -> Arrival {
        self.choose_next();
        Arrival::Switch(self.suspender_of(me))
    }

    /// Who is running.
    pub(crate) const fn running(&self) -> ProcessId {
        self.state.running
    }

    /// What is at `location` has changed: whoever wants it may take it, or sleeps.
    pub(crate) fn settle(&mut self, location: LocationId) {
        if self.spinning == Spinning::Halt {
            return;
        }
        let there = self.state.memory.latest(location) != 0;
        let first = self.queue(location);
        for process in self.state.alive.iter() {
            let wants = self.state.locals[process.index()].wants;
            if wants.is_none_or(|wanted| wanted.location != location) {
                continue;
            }
            if there && (!self.serves_in_order || first == Some(process)) {
                self.state.parked.remove(process);
            } else {
                self.state.parked.insert(process);
            }
        }
    }

    /// The running process is in the guard at `location` from now on.
    pub(crate) fn hold(&mut self, location: LocationId) {
        let me = self.state.running;
        self.state.holders.push((location, me));
    }

    /// Nobody is in the guard at `location` any more.
    pub(crate) fn release(&mut self, location: LocationId) {
        self.state.holders.retain(|(other, _)| *other != location);
    }

    /// Ends the execution if the running process is not in the guard at `location`; whether it is.
    pub(crate) fn check_holder(&mut self, location: LocationId, site: Site) -> bool {
        let process = self.state.running;
        let holder = self.holder(location);
        if holder != Some(process) {
            self.end(Outcome::Misused(Misuse { process, holder, site }));
        }
        holder == Some(process)
    }

    fn holder(&self, location: LocationId) -> Option<ProcessId> {
        self.state.holders.iter().find(|(other, _)| *other == location).map(|(_, holder)| *holder)
    }

    /// The running process is about to sleep. `None`: it has woken up spuriously before, and there is
    /// no question.
    pub(crate) fn arrive_to_sleep(&mut self, code: u64) -> Option<Arrival> {
        if self.is_over() {
            return Some(Arrival::Switch(self.suspender()));
        }
        let asked = !self.state.locals[self.state.running.index()].woke_up;
        asked.then(|| self.arrive(Pending::Silent, code, None))
    }

    /// Whether the running process wakes up spuriously. `None`: the execution is over.
    pub(crate) fn wakes_up(&mut self, site: Site, code: u64) -> Option<bool> {
        // Whoever runs out is seen by nobody.
        if self.is_over() {
            return None;
        }
        let process = self.state.running;
        let state = &mut *self.state;
        state.locals[process.index()].paused = false;
        state.memory.fence(process, Ordering::Relaxed);
        let mut decider = Decider {
            strategy: &mut *self.strategy,
            schedule: &mut state.schedule,
            watches: self.watches,
            fresh: false,
        };
        let Some(answer) = decider.choose(&Choice::Spurious { process }) else {
            self.end(Outcome::Abandoned);
            return None;
        };
        let spurious = answer == 1;
        let local = &mut self.state.locals[process.index()];
        local.woke_up |= spurious;
        if self.tracks {
            local.run.push(Step {
                code,
                location: None,
                value: 0,
                read: false,
                spurious,
                stale: false,
            });
        }
        if self.watches {
            self.strategy.performed(&Performed {
                process,
                index: self.state.memory.event_count(process) - 1,
                location: None,
                reads_from: None,
                follows: None,
            });
        }
        // Oracles know by it who returns with nobody's help.
        if spurious || self.settings.traced {
            self.tell(process, EventKind::Sleep { site, spurious });
            if self.is_over() {
                return None;
            }
        }
        Some(spurious)
    }
}

impl super::State {
    /// The execution is over: notes who sleeps, and for what.
    pub(super) fn note_sleepers(&mut self) {
        self.sleepers.clear();
        for process in self.alive.iter() {
            let Some(wanted) = self.locals[process.index()].wants else { continue };
            if self.memory.latest(wanted.location) == 0 {
                let holder = self.holders.iter().find(|(location, _)| *location == wanted.location);
                let wanted = Wanted { holder: holder.map(|(_, holder)| *holder), ..wanted };
                self.sleepers.push((process, wanted));
            }
        }
    }

    /// Who slept when the execution was over, and for what.
    pub(in crate::engine) fn sleepers(&self) -> Vec<(ProcessId, Wanted)> {
        self.sleepers.clone()
    }

    /// Who slept.
    pub(in crate::engine) fn asleep(&self) -> ProcessSet {
        self.sleepers.iter().map(|(process, _)| *process).collect()
    }
}
