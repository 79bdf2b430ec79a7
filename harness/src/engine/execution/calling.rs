//! System calls: a process enters a call, waits in it, is interrupted, dies, and others come to be able to
//! go on.
//!
//! The kernel says who is ready; whoever is not is parked. To enter a call is a step, and to go on after
//! waiting is another one: in between others step, and see that it waits.
//!
//! A loop of calls that have no effect (a nonblocking read that fails with EAGAIN, say) is a waiting loop
//! like any other. Whoever runs in one is parked until a call of another process has an effect.

use std::hash::Hash as _;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::super::fiber::Suspender;
use super::super::spin::{Answer as Tried, Step};
use super::state::{Handler, State};
use super::{Arrival, Decider, Execution, Outcome};
use crate::choice::{Choice, Chooser, Pending, Spinning};
use crate::event::{
    EventKind, Landing, LocationId, Observer, Progress, Signalled, Site, SystemCall, Text,
};
use crate::kernel::{
    Answer, Call, Delivery, Errno, Kernel as _, SigInfo, Signal, Simulated, Status, small,
};
use crate::process::{ProcessId, ProcessSet};

/// The kernel, where a location is named: whoever calls it may change what others see.
const KERNEL: LocationId = LocationId(u32::MAX);

/// What becomes of a call, for the process that makes it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Called {
    /// It returned.
    Returned(Answer),
    /// It waits: suspend by this.
    Waits(Suspender),
    /// The process is no more: suspend by this, for good.
    Died(Suspender),
    /// Handlers are to run. Then it returns that, or is made again.
    Interrupted(Option<Answer>),
    /// It ended its process, which has nothing left to do but to return.
    Exited,
    /// The execution is over.
    Over,
}

/// What signals want of a process.
pub(crate) enum Delivered {
    /// Nothing.
    Nothing,
    /// This handler is to run.
    Handler(Handler, SigInfo),
    /// The process is no more: suspend by this, for good.
    Died(Suspender),
}

/// Hands the kernel's questions on, and knows whether the execution is to be abandoned.
struct Asking<'a> {
    decider: Decider<'a>,
    gave_up: bool,
}

impl Chooser for Asking<'_> {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let answer = self.decider.choose(choice);
        self.gave_up |= answer.is_none();
        answer
    }

    fn watches(&self) -> bool {
        self.decider.watches()
    }
}

impl Execution<'_> {
    /// There is a machine, on which process 0 runs.
    pub(crate) fn boot(&mut self) {
        let Some(config) = &self.settings.machine else { return };
        let config = crate::kernel::Config { in_order: self.serves_in_order, ..config.clone() };
        self.state.kernel = Some(Simulated::new(config, self.state.processes));
        for process in ProcessId::all(self.state.processes).skip(1) {
            self.state.parked.insert(process);
        }
    }

    /// The running process, not born yet, waits for its birth.
    pub(crate) fn arrive_to_be_born(&mut self) -> Arrival {
        if self.is_over() {
            return Arrival::Switch(self.suspender());
        }
        self.choose(self.state.running, Pending::Silent)
    }

    /// The running process has got on without a call: it was born, or has paused.
    pub(crate) fn got_on(&mut self) {
        if self.tells_states_apart {
            let mut hasher = SipHasher13::new();
            let local = &mut self.state.locals[self.state.running.index()];
            local.history.hash(&mut hasher);
            local.history = hasher.finish128().as_u128();
        }
    }

    /// The running process is about to make a call.
    pub(crate) fn arrive_to_call(&mut self, code: u64) -> Arrival {
        self.arrive(Pending::Write(KERNEL), code, Some(KERNEL))
    }

    /// The running process enters `call`, or goes on with it.
    pub(crate) fn call(&mut self, call: &mut Call<'_>, code: u64, site: Site) -> Called {
        if self.is_over() {
            return Called::Over;
        }
        let me = self.state.running;
        let state = &mut *self.state;
        let kernel = state.kernel.as_mut().expect("calls are made where there is a machine");
        let decider = Decider {
            strategy: &mut *self.strategy,
            schedule: &mut state.schedule,
            watches: self.watches,
            fresh: false,
        };
        let mut asking = Asking { decider, gave_up: false };
        let faults = kernel.faults_left();
        let aim = if self.settings.traced { Aim::of(call, kernel) } else { None };
        let status = kernel.step(me, call, &mut asking);
        if asking.gave_up {
            self.cut(Outcome::Abandoned);
            return Called::Over;
        }
        let exits = matches!(call, Call::Exit { .. }) && status == Status::Died;
        let unusual = kernel.faults_left() != faults;
        let local = &mut state.locals[me.index()];
        local.paused = false;
        local.waits_in_call = status == Status::Waits;
        local.buried |= exits;
        if self.tells_states_apart {
            let mut hasher = SipHasher13::new();
            (local.history, code, status_word(status)).hash(&mut hasher);
            if let Status::Done(answer) = status {
                call.hash_outcome(answer, &mut hasher);
            }
            local.history = hasher.finish128().as_u128();
        }
        self.note_run(me, call, code, status, unusual);
        if self.settings.traced
            && let Some(kernel) = &self.state.kernel
        {
            let signalled = match (status, aim) {
                (Status::Done(Ok(_)), Some(aim)) => Some(sent(kernel, aim)),
                (Status::Done(Ok(signal)), None) if matches!(call, Call::Sigtimedwait { .. }) => {
                    Some(Signalled::Taken { signal: small(signal) })
                }
                _ => None,
            };
            let progress = match status {
                Status::Done(answer) => Progress::Returned(Text::of(call.answered(answer, kernel))),
                Status::Waits => Progress::Waits,
                Status::Interrupted(_) => Progress::Interrupted,
                Status::Died => Progress::Died,
            };
            let call = Text::of(call.described(kernel));
            let told = SystemCall { site, call, progress, unusual, signalled };
            self.tell(me, EventKind::SystemCall(told));
        }
        let by_fault = (status == Status::Died && unusual).then_some(me);
        self.settle_calls(by_fault);
        if self.is_over() {
            return Called::Over;
        }
        match status {
            Status::Died if exits => Called::Exited,
            Status::Done(answer) => Called::Returned(answer),
            Status::Interrupted(answer) => Called::Interrupted(answer),
            Status::Waits => {
                self.choose_next();
                Called::Waits(self.suspender_of(me))
            }
            Status::Died => {
                self.choose_next();
                Called::Died(self.suspender_of(me))
            }
        }
    }

    /// Notes what the call means for waiting loops: nothing if it has no effect; otherwise all begin anew.
    fn note_run(
        &mut self,
        me: ProcessId,
        call: &Call<'_>,
        code: u64,
        status: Status,
        unusual: bool,
    ) {
        if !self.tracks {
            return;
        }
        match status {
            Status::Done(answer) if call.has_no_effect(answer) && !unusual => {
                self.state.locals[me.index()].run.push(Step {
                    code,
                    location: Some(KERNEL),
                    value: encoded(answer),
                    read: false,
                    spurious: false,
                    stale: false,
                });
            }
            _ => {
                for process in ProcessId::all(self.state.processes) {
                    self.state.locals[process.index()].run.clear();
                    if self.spinning == Spinning::Park {
                        self.state.parked.remove(process);
                    }
                }
            }
        }
    }

    /// Parks who waits in a call, and lets go who need not wait any more; buries the dead, of whom one may
    /// have died by a fault.
    fn settle_calls(&mut self, faulty: Option<ProcessId>) {
        let state = &mut *self.state;
        let kernel = state.kernel.as_ref().expect("calls are made where there is a machine");
        let (ready, dead) = (kernel.ready(), kernel.dead());
        for process in state.alive.iter() {
            let waits = state.locals[process.index()].waits_in_call;
            if dead.contains(process) {
                state.alive.remove(process);
            } else if !kernel.is_born(process) || waits && !ready.contains(process) {
                state.parked.insert(process);
            } else if waits {
                state.parked.remove(process);
            }
        }
        for process in dead.iter() {
            if !std::mem::replace(&mut self.state.locals[process.index()].buried, true) {
                self.tell(process, EventKind::Died { by_fault: faulty == Some(process) });
            }
        }
    }

    /// What signals want of the running process now.
    pub(crate) fn deliver(&mut self) -> Delivered {
        let me = self.state.running;
        if self.is_over() {
            return Delivered::Nothing;
        }
        let Some(kernel) = &mut self.state.kernel else { return Delivered::Nothing };
        match kernel.deliver(me) {
            Delivery::Nothing => Delivered::Nothing,
            Delivery::Died => {
                self.settle_calls(None);
                let mine = self.suspender_of(me);
                if !self.is_over() {
                    self.choose_next();
                }
                Delivered::Died(mine)
            }
            Delivery::Handler(number, info) => {
                let local = &mut self.state.locals[me.index()];
                let handler = Handler::clone(&local.handlers[number as usize]);
                local.run.clear();
                if self.tells_states_apart {
                    let mut hasher = SipHasher13::new();
                    (local.history, info).hash(&mut hasher);
                    local.history = hasher.finish128().as_u128();
                }
                if self.settings.traced
                    && let Some(kernel) = &self.state.kernel
                {
                    let (signal, number) = (Text::of(info.told(kernel)), info.signal.0);
                    self.tell(me, EventKind::Handler { signal, number });
                }
                Delivered::Handler(handler, info)
            }
        }
    }

    /// The handler that the running process is in is about to return.
    pub(crate) fn arrive_to_return(&mut self) -> Arrival {
        if self.is_over() {
            return Arrival::Go; // Its next call is its last.
        }
        self.choose(self.state.running, Pending::Write(KERNEL))
    }

    /// The handler of that signal has returned.
    pub(crate) fn handled(&mut self, info: &SigInfo) {
        let me = self.state.running;
        if self.is_over() {
            return;
        }
        if let Some(kernel) = &mut self.state.kernel {
            kernel.handled(me);
            self.settle_calls(None);
        }
        self.got_on();
        if self.settings.traced {
            self.tell(me, EventKind::Handled { signal: Text::of(info.signal) });
        }
    }

    /// Knows a handler of the running process, by the number that is returned.
    pub(crate) fn install(&mut self, handler: Handler) -> u32 {
        let handlers = &mut self.state.locals[self.state.running.index()].handlers;
        handlers.push(handler);
        handlers.len() as u32 - 1
    }

    /// All others begin as copies of the running process.
    pub(crate) fn fork_all(&mut self) {
        let (me, processes) = (self.state.running, self.state.processes);
        let Some(kernel) = &mut self.state.kernel else { return };
        for child in ProcessId::all(processes).filter(|&child| child != me) {
            kernel.fork(me, child);
            self.state.parked.remove(child);
            // The kernel knows its actions by the numbers that they have in its parent.
            let inherited = self.state.locals[me.index()].handlers.clone();
            self.state.locals[child.index()].handlers = inherited;
        }
    }

    /// From now on the running process may die.
    pub(crate) fn expose(&mut self) {
        let me = self.state.running;
        if let Some(kernel) = &mut self.state.kernel {
            kernel.expose(me);
        }
    }

    /// The machine, as it stands.
    pub(crate) const fn kernel(&self) -> Option<&Simulated> {
        self.state.kernel.as_ref()
    }
}

impl State {
    /// Who waits in a call.
    pub(in crate::engine) fn waits_in_call(&self) -> ProcessSet {
        let waits = |process: &ProcessId| self.locals[process.index()].waits_in_call;
        ProcessId::all(self.processes).filter(waits).collect()
    }
}

/// All on which the future of an execution depends that touches no memory.
pub(super) fn state(state: &State, observer: &dyn Observer) -> u128 {
    let mut hasher = SipHasher13::new();
    if let Some(kernel) = &state.kernel {
        kernel.digest().hash(&mut hasher);
    }
    for local in &state.locals[..state.processes] {
        local.history.hash(&mut hasher);
    }
    observer.digest().hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// A signal that is about to be sent.
#[derive(Clone, Copy)]
struct Aim {
    signal: Signal,
    to: ProcessId,
    /// How many like it are pending.
    pending: usize,
    had_ended: bool,
}

impl Aim {
    fn of(call: &Call<'_>, kernel: &Simulated) -> Option<Self> {
        let (signal, to) = kernel.aim(call)?;
        let (pending, had_ended) = (kernel.pending(to, signal), kernel.dead().contains(to));
        Some(Self { signal, to, pending, had_ended })
    }
}

/// What a signal came to that was sent just now.
fn sent(kernel: &Simulated, aim: Aim) -> Signalled {
    let Aim { signal, to, pending: before, had_ended } = aim;
    let landing = match kernel.pending(to, signal) {
        pending if pending > before => Landing::Arrives,
        // Of those of real time, one that came when there was no room and is no more than a mark.
        1.. => Landing::Merges,
        0 if had_ended => Landing::TooLate,
        0 if kernel.dead().contains(to) => Landing::Arrives,
        0 => Landing::Ignored,
    };
    Signalled::Sent { signal: signal.0, to, landing }
}

/// How far a call has come, as part of what its process knows.
fn status_word(status: Status) -> u64 {
    match status {
        Status::Done(answer) => encoded(answer),
        Status::Waits => u64::MAX,
        Status::Interrupted(Some(answer)) => !encoded(answer),
        Status::Interrupted(None) => u64::MAX - 1,
        Status::Died => u64::MAX - 2,
    }
}

/// An answer as the one word that a waiting loop knows.
fn encoded(answer: Answer) -> u64 {
    match answer {
        Ok(value) => (value as u64) << 1,
        Err(errno) => u64::from(errno.number().cast_unsigned()) << 1 | 1,
    }
}

/// The answer that a trial gives.
pub(crate) fn decoded(tried: Tried) -> Answer {
    match tried.value & 1 {
        0 => Ok((tried.value >> 1) as usize),
        _ => Err(Errno::of((tried.value >> 1) as i32).unwrap_or(Errno::EINVAL)),
    }
}
