//! Signals. Sources: signal(7), sigaction(2), sigprocmask(2), sigqueue(3), sigwaitinfo(2), sigsuspend(2),
//! kill(2). What is called measured was seen on Linux 6.18.
//!
//! Linux calls the handlers of all signals that are pending and not blocked before the first of them has
//! run a single instruction: it puts their frames on top of each other, and the last one runs first
//! (measured). Only what the mask of a handler blocks comes after it. [`Simulated::next_signal`]
//! does the same, so that the order of handlers is that of the machine.
//!
//! Stopped processes are not modelled: the signals that stop cannot be sent. Nor are the groups of processes.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::process::OUTER_PID;
use super::{
    Action, ActionFlags, Answer, Attempt, Call, Delivery, Disposition, Ending, Errno, MaskChange,
    Origin, Pid, SigInfo, SigSet, Signal, Simulated, Status, Wait, Waiting,
};
use crate::process::ProcessId;

/// What can be neither caught nor blocked.
pub(super) const UNSTOPPABLE: SigSet = SigSet::EMPTY.with(Signal::KILL).with(Signal::STOP);

/// What stops a process by default: SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
const STOPPING: SigSet =
    SigSet::EMPTY.with(Signal::STOP).with(Signal(20)).with(Signal(21)).with(Signal(22));

/// What is ignored by default: SIGCHLD, SIGCONT, SIGURG, SIGWINCH.
const HARMLESS: SigSet =
    SigSet::EMPTY.with(Signal::CHLD).with(Signal::CONT).with(Signal(23)).with(Signal(28));

/// What Linux delivers before all others, whoever sent it: SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
/// Source: `next_signal` in kernel/signal.c.
const URGENT: SigSet = SigSet::EMPTY
    .with(Signal(4))
    .with(Signal(5))
    .with(Signal(7))
    .with(Signal(8))
    .with(Signal(11))
    .with(Signal(31));

/// What one process has to do with signals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Signals {
    /// What is blocked.
    mask: SigSet,
    /// The actions that are not the default ones.
    actions: BTreeMap<Signal, Action>,
    /// In the order in which they are taken: by rank, and those of one number as they came.
    pending: Vec<SigInfo>,
    /// Handlers that have been called and have not returned, the one that runs last.
    frames: Vec<Frame>,
    /// The mask that sigsuspend(2) has replaced.
    suspended: Option<SigSet>,
}

/// A call of a handler.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Frame {
    handler: u32,
    info: SigInfo,
    /// The mask that comes back when it returns.
    mask: SigSet,
    /// Whether it has begun.
    runs: bool,
}

/// What becomes of a signal that is not blocked.
enum Fortune {
    Vanishes,
    Kills,
    IsCaught(Action, u32),
}

impl Signals {
    /// What a child begins with: the mask and the actions, nothing pending. It does not return into handlers
    /// of its parent, as it has a body of its own. Source: fork(2).
    pub(super) fn inherited(&self) -> Self {
        Self { mask: self.mask, actions: self.actions.clone(), ..Self::default() }
    }

    fn action(&self, signal: Signal) -> Action {
        self.actions.get(&signal).copied().unwrap_or_default()
    }

    fn fortune(&self, signal: Signal) -> Fortune {
        let action = self.action(signal);
        match action.disposition {
            Disposition::Ignore => Fortune::Vanishes,
            Disposition::Default if HARMLESS.contains(signal) => Fortune::Vanishes,
            Disposition::Default => Fortune::Kills,
            Disposition::Handler(handler) => Fortune::IsCaught(action, handler),
        }
    }

    /// What becomes of the first signal that is pending, not blocked, and does not vanish.
    fn first_fortune(&self) -> Option<Fortune> {
        let open = self.pending.iter().filter(|info| !self.mask.contains(info.signal));
        open.map(|info| self.fortune(info.signal)).find(|it| !matches!(it, Fortune::Vanishes))
    }

    fn is_pending(&self, signal: Signal) -> bool {
        self.pending.iter().any(|info| info.signal == signal)
    }

    /// Standard signals come before real-time ones, and low numbers before high ones: signal(7).
    fn add(&mut self, info: SigInfo) {
        let rank = |signal: Signal| (!URGENT.contains(signal), signal);
        let place = self.pending.partition_point(|it| rank(it.signal) <= rank(info.signal));
        self.pending.insert(place, info);
    }

    fn take(&mut self, set: SigSet) -> Option<SigInfo> {
        let place = self.pending.iter().position(|info| set.contains(info.signal))?;
        Some(self.pending.remove(place))
    }

    /// sigaction(2): `RESETHAND` takes effect, and the mask of the handler, as it is called.
    fn call_handler(&mut self, info: SigInfo, action: Action, handler: u32) {
        let mask = self.suspended.take().unwrap_or(self.mask);
        self.frames.push(Frame { handler, info, mask, runs: false });
        self.mask = self.mask.and(action.mask);
        if !action.flags.contains(ActionFlags::NODEFER) {
            self.mask = self.mask.with(info.signal);
        }
        if action.flags.contains(ActionFlags::RESETHAND) {
            self.set_action(info.signal, Action { disposition: Disposition::Default, ..action });
        }
    }

    fn set_action(&mut self, signal: Signal, action: Action) {
        if action == Action::default() {
            self.actions.remove(&signal);
        } else {
            self.actions.insert(signal, action);
        }
    }
}

/// Whether the kernel knows nothing about it any more: there was no room to note it down.
fn is_bare(info: &SigInfo) -> bool {
    info.pid == Pid(0)
}

impl Simulated {
    /// The calls that are about signals.
    pub(super) fn signal_call(
        &mut self,
        me: ProcessId,
        call: &mut Call<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        match call {
            Call::Kill { pid, signal } => self.kill(me, *pid, *signal).into(),
            Call::Sigqueue { pid, signal, value } => {
                self.sigqueue(me, *pid, *signal, *value).into()
            }
            Call::Sigaction { signal, action, old } => {
                self.sigaction(me, *signal, *action, old).into()
            }
            Call::Sigprocmask { how, set, old } => {
                let mask = &mut self.process_mut(me).signals.mask;
                **old = *mask;
                if let Some(set) = set.map(|set| set.minus(UNSTOPPABLE)) {
                    *mask = match how {
                        MaskChange::Block => mask.and(set),
                        MaskChange::Unblock => mask.minus(set),
                        MaskChange::Set => set,
                    };
                }
                Attempt::Done(Ok(0))
            }
            Call::Sigpending { set } => {
                let signals = &self.process(me).signals;
                let blocked = signals.pending.iter().filter(|it| signals.mask.contains(it.signal));
                **set = blocked.fold(SigSet::EMPTY, |set, it| set.with(it.signal));
                Attempt::Done(Ok(0))
            }
            Call::Sigtimedwait { set, info, timeout } => {
                // Measured: it also takes a signal that is not blocked and would be caught.
                if let Some(taken) = self.process_mut(me).signals.take(*set) {
                    **info = taken;
                    return Attempt::Done(Ok(taken.signal.0.unsigned_abs() as usize));
                }
                if self.is_over(*timeout, wait, waited) {
                    return Attempt::Done(Err(Errno::EAGAIN));
                }
                Attempt::Wait(Waiting::SignalOf(*set))
            }
            Call::Sigsuspend { mask } => {
                if !waited {
                    let signals = &mut self.process_mut(me).signals;
                    signals.suspended = Some(signals.mask);
                    signals.mask = mask.minus(UNSTOPPABLE);
                }
                Attempt::Wait(Waiting::AnySignal)
            }
            Call::Pause => Attempt::Wait(Waiting::AnySignal),
            _ => unreachable!("only calls that are about signals come here"),
        }
    }

    /// kill(2).
    fn kill(&mut self, me: ProcessId, pid: Pid, signal: i32) -> Answer {
        if pid.0 <= 0 || pid == OUTER_PID {
            return Err(Errno::ENOSYS); // groups, and who is outside, are not modelled
        }
        let pid_of_me = self.process(me).pid;
        let origin = Origin::User;
        let info = SigInfo { signal: Signal(signal), origin, pid: pid_of_me, value: 0 };
        self.send_to(pid, info)
    }

    /// sigqueue(3).
    fn sigqueue(&mut self, me: ProcessId, pid: Pid, signal: Signal, value: i32) -> Answer {
        if pid == OUTER_PID {
            return Err(Errno::ENOSYS);
        }
        let pid_of_me = self.process(me).pid;
        self.send_to(pid, SigInfo { signal, origin: Origin::Queue, pid: pid_of_me, value })
    }

    /// The order of the errors was measured.
    fn send_to(&mut self, pid: Pid, info: SigInfo) -> Answer {
        let process = self.find(pid).ok_or(Errno::ESRCH)?;
        match info.signal {
            Signal(0) => Ok(0),
            signal if !(0..=Signal::RTMAX.0).contains(&signal.0) => Err(Errno::EINVAL),
            signal if !can_be_sent(signal) => Err(Errno::ENOSYS),
            _ => self.send(process, info),
        }
    }

    /// The kernel itself sends a signal to `process`, on its own account: SIGPIPE. Measured: it looks as if the
    /// process had sent it to itself.
    pub(super) fn raise(&mut self, process: ProcessId, signal: Signal) {
        let pid = self.process(process).pid;
        let sent = self.send(process, SigInfo { signal, origin: Origin::User, pid, value: 0 });
        debug_assert_eq!(sent, Ok(0), "only sigqueue(3) needs room");
    }

    /// A signal reaches a process. Source: `__send_signal_locked` in kernel/signal.c.
    pub(super) fn send(&mut self, to: ProcessId, info: SigInfo) -> Answer {
        let has_room = self.signals_queued() < self.config.signals_max;
        let process = self.process_mut(to);
        let signals = &mut process.signals;
        let signal = info.signal;
        let is_blocked = signals.mask.contains(signal);
        let fortune = signals.fortune(signal);
        // What is blocked is kept even if it is ignored: the action may change until it is unblocked.
        if !process.is_alive() || (!is_blocked && matches!(fortune, Fortune::Vanishes)) {
            return Ok(0);
        }
        let signals = &mut process.signals;
        let is_pending = signals.is_pending(signal);
        let is_real_time = signal.is_real_time();
        if is_pending && !is_real_time {
            return Ok(0);
        }
        // A standard signal from kill(2) or from the kernel has its place at any rate.
        let is_told = has_room
            || (!is_real_time && matches!(info.origin, Origin::User | Origin::Kernel))
            || signal == Signal::KILL;
        if !is_told && is_real_time && info.origin != Origin::User {
            return Err(Errno::EAGAIN);
        }
        if !is_blocked && matches!(fortune, Fortune::Kills) {
            self.end(to, Ending::Killed(signal));
        } else if is_told {
            // Measured: one of which nothing is known is no more than a mark, and one with the same
            // number that is known takes its place.
            signals.pending.retain(|it| it.signal != signal || !is_bare(it));
            signals.add(info);
        } else if !is_pending {
            // Measured: the signal arrives, but nobody knows from where.
            signals.add(SigInfo { signal, origin: Origin::User, pid: Pid(0), value: 0 });
        }
        Ok(0)
    }

    /// How many count for `RLIMIT_SIGPENDING`: those of the user, who is always the same.
    fn signals_queued(&self) -> usize {
        let pending = self.processes.iter().flat_map(|it| &it.signals.pending);
        pending.filter(|info| !is_bare(info)).count()
    }

    /// sigaction(2).
    fn sigaction(
        &mut self,
        me: ProcessId,
        signal: Signal,
        action: Option<Action>,
        old: &mut Action,
    ) -> Answer {
        if !signal.is_valid() || (action.is_some() && UNSTOPPABLE.contains(signal)) {
            return Err(Errno::EINVAL);
        }
        let signals = &mut self.process_mut(me).signals;
        *old = signals.action(signal);
        if let Some(action) = action {
            let mask = action.mask.minus(UNSTOPPABLE);
            signals.set_action(signal, Action { mask, ..action });
            // POSIX, 2.4.3: what is pending is discarded, whether or not it is blocked.
            if matches!(signals.fortune(signal), Fortune::Vanishes) {
                signals.pending.retain(|info| info.signal != signal);
            }
        }
        Ok(0)
    }

    /// How many instances of `signal` are pending for `process`.
    pub fn pending(&self, process: ProcessId, signal: Signal) -> usize {
        let pending = &self.process(process).signals.pending;
        pending.iter().filter(|info| info.signal == signal).count()
    }

    /// Which signal `call` is to send, and to whom, if there is somebody with that number.
    pub fn aim(&self, call: &Call<'_>) -> Option<(Signal, ProcessId)> {
        match *call {
            Call::Kill { pid, signal } if signal > 0 => Some((Signal(signal), self.find(pid)?)),
            Call::Sigqueue { pid, signal, .. } if signal.0 > 0 => Some((signal, self.find(pid)?)),
            _ => None,
        }
    }

    /// Whether one of these signals is pending.
    pub(super) fn is_pending(&self, process: ProcessId, set: SigSet) -> bool {
        self.process(process).signals.pending.iter().any(|info| set.contains(info.signal))
    }

    /// Whether a signal is pending that interrupts a call that waits: one that is caught, or kills.
    pub(super) fn is_interrupted(&self, process: ProcessId) -> bool {
        self.process(process).signals.first_fortune().is_some()
    }

    /// What `process` blocks, and which signals wait for it.
    pub(super) fn withheld(&self, process: ProcessId) -> (SigSet, &[SigInfo]) {
        let signals = &self.process(process).signals;
        (signals.mask, &signals.pending)
    }

    /// Whether SIGALRM, for which the surroundings of `process` have installed a handler, could reach it now: what is
    /// blocked does not interrupt a call.
    pub(super) fn lets_the_alarm_in(&self, process: ProcessId) -> bool {
        let signals = &self.process(process).signals;
        !signals.mask.contains(Signal::ALRM) && signals.action(Signal::ALRM) == Action::default()
    }

    /// A signal came while `process` waited in `call`: what becomes of the call. The first signal that
    /// is caught decides whether it is restarted (measured). Source: signal(7), "Interruption of system
    /// calls and library functions by signal handlers".
    pub(super) fn interrupted(
        &mut self,
        process: ProcessId,
        call: &Call<'_>,
        wait: &Wait,
    ) -> Status {
        // The mask of sigsuspend(2) stays until the handlers have been called.
        self.open_forgotten(wait);
        let restarts = match self.process(process).signals.first_fortune() {
            Some(Fortune::IsCaught(action, _)) => action.flags.contains(ActionFlags::RESTART),
            _ => false,
        };
        Status::Interrupted(if wait.done > 0 {
            Some(Ok(wait.done))
        } else if restarts && call.can_be_restarted() {
            None
        } else {
            Some(Err(Errno::EINTR))
        })
    }

    /// `process` gives up the call in which it waited: what it had left somewhere goes.
    pub(super) fn forget(&mut self, process: ProcessId, wait: &Wait) {
        self.open_forgotten(wait);
        let signals = &mut self.process_mut(process).signals;
        if let Some(mask) = signals.suspended.take() {
            signals.mask = mask;
        }
    }

    /// The next signal that is to be delivered to `process`.
    pub(super) fn next_signal(&mut self, process: ProcessId) -> Delivery {
        if !self.process(process).is_alive() {
            return Delivery::Died;
        }
        if self.process(process).wait.is_some() {
            return Delivery::Nothing; // the call it waits in notices them
        }
        let signals = &mut self.process_mut(process).signals;
        while let Some(info) = signals.take(signals.mask.complement()) {
            match signals.fortune(info.signal) {
                Fortune::Vanishes => {}
                Fortune::Kills => {
                    self.end(process, Ending::Killed(info.signal));
                    return Delivery::Died;
                }
                Fortune::IsCaught(action, handler) => signals.call_handler(info, action, handler),
            }
        }
        if let Some(mask) = signals.suspended.take() {
            signals.mask = mask;
        }
        match signals.frames.last_mut() {
            Some(frame) if !frame.runs => {
                frame.runs = true;
                Delivery::Handler(frame.handler, frame.info)
            }
            _ => Delivery::Nothing,
        }
    }

    /// Its handler has returned: sigreturn(2).
    pub(super) fn handler_returned(&mut self, process: ProcessId) {
        let signals = &mut self.process_mut(process).signals;
        let frame = signals.frames.pop().expect("only a handler that was called returns");
        assert!(frame.runs, "{process}: a handler returned that had not begun");
        signals.mask = frame.mask;
    }

    /// SIGCHLD goes to the parent of a process that ended, unless it ignores it: then nobody asks how
    /// the child ended. Sources: sigaction(2), `SIGCHLD`; wait(2), "NOTES".
    pub(super) fn tell_parent(&mut self, child: ProcessId, parent: ProcessId, ending: Ending) {
        if self.process(parent).signals.action(Signal::CHLD).disposition == Disposition::Ignore {
            self.bury(child);
            return;
        }
        let pid = self.process(child).pid;
        let (Ending::Exited(value) | Ending::Killed(Signal(value))) = ending;
        let info = SigInfo { signal: Signal::CHLD, origin: Origin::Kernel, pid, value };
        let sent = self.send(parent, info);
        debug_assert_eq!(sent, Ok(0), "only sigqueue(3) needs room");
    }
}

/// Whether it is modelled: glibc keeps 32 and 33 for itself.
pub(super) const fn can_be_sent(signal: Signal) -> bool {
    signal.is_valid() && !STOPPING.contains(signal)
}
