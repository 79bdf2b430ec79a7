//! Drives processes by hand: what the tests of the kernel have in common.

use super::{
    Action, ActionFlags, Answer, Call, Config, Delivery, Disposition, Kernel as _, Pid, SigInfo,
    SigSet, Signal, Simulated, Status,
};
use crate::choice::{Choice, Chooser};
use crate::process::ProcessId;

/// Gives the same answer to all questions.
struct Always(usize);

impl Chooser for Always {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(self.0.min(choice.arity() - 1))
    }

    fn watches(&self) -> bool {
        false
    }
}

/// A machine, and processes that do as they are told.
pub(super) struct Bench {
    pub(super) kernel: Simulated,
    /// Answers all questions of the kernel.
    pub(super) answer: usize,
}

pub(super) fn p(index: usize) -> ProcessId {
    ProcessId::new(index)
}

impl Bench {
    pub(super) fn new(count: usize) -> Self {
        Self::with(Config::default(), count)
    }

    /// Process 0, and its children.
    pub(super) fn with(config: Config, count: usize) -> Self {
        let mut kernel = Simulated::new(config, count);
        for child in ProcessId::all(count).skip(1) {
            kernel.fork(p(0), child);
        }
        Self { kernel, answer: 0 }
    }

    pub(super) fn step(&mut self, me: usize, mut call: Call<'_>) -> Status {
        self.kernel.step(p(me), &mut call, &mut Always(self.answer))
    }

    /// A call that returns.
    #[track_caller]
    pub(super) fn call(&mut self, me: usize, call: Call<'_>) -> Answer {
        match self.step(me, call) {
            Status::Done(answer) => answer,
            other => panic!("it did not return: {other:?}"),
        }
    }

    /// A call that waits, in vain for now.
    #[track_caller]
    pub(super) fn waits(&mut self, me: usize, call: Call<'_>) {
        assert_eq!(self.step(me, call), Status::Waits);
        assert!(!self.is_ready(me), "it could go on");
    }

    pub(super) fn is_ready(&self, me: usize) -> bool {
        self.kernel.ready().contains(p(me))
    }

    pub(super) fn is_dead(&self, me: usize) -> bool {
        self.kernel.dead().contains(p(me))
    }

    pub(super) fn pid(&self, of: usize) -> Pid {
        self.kernel.process(p(of)).pid
    }

    /// `me` installs the handler that has the signal's number.
    #[track_caller]
    pub(super) fn catch(&mut self, me: usize, signal: Signal, flags: ActionFlags, mask: SigSet) {
        let disposition = Disposition::Handler(signal.0.unsigned_abs());
        self.act(me, signal, Action { disposition, mask, flags });
    }

    #[track_caller]
    pub(super) fn act(&mut self, me: usize, signal: Signal, action: Action) {
        let mut old = Action::default();
        let call = Call::Sigaction { signal, action: Some(action), old: &mut old };
        assert_eq!(self.call(me, call), Ok(0));
    }

    pub(super) fn kill(&mut self, me: usize, to: usize, signal: Signal) -> Status {
        let pid = self.pid(to);
        self.step(me, Call::Kill { pid, signal: signal.0 })
    }

    /// Runs the handlers of `me` that are to run now, each to its end: their numbers, as they began.
    #[track_caller]
    pub(super) fn handlers(&mut self, me: usize) -> Vec<u32> {
        let mut began = Vec::new();
        while let Some((handler, _)) = self.handler(me) {
            began.push(handler);
            self.kernel.handled(p(me));
        }
        began
    }

    /// The next handler that runs, if there is one.
    #[track_caller]
    pub(super) fn handler(&mut self, me: usize) -> Option<(u32, SigInfo)> {
        match self.kernel.deliver(p(me)) {
            Delivery::Nothing => None,
            Delivery::Handler(handler, info) => Some((handler, info)),
            Delivery::Died => panic!("P{me} died"),
        }
    }
}
