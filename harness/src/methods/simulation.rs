//! The simulated kernel as a machine for experiments. Where several can go on, those who came first do.

use super::act::{FIFO, QUEUE, SIGNALS, bytes};
use super::{Act, Machine, Outcome, PROCESSES, Returned, Told};
use crate::choice::{Choice, Chooser};
use crate::kernel::{
    Address, Call, Config, Control, Delivery, Ending, Family, Fd, Kernel as _, MaskChange,
    MessageFlags, OpenFlags, Origin, Pid, SigInfo, SigSet, Signal, Simulated, Status, Timeout,
};
use crate::process::ProcessId;

/// Nothing unusual happens.
struct Usual;

impl Chooser for Usual {
    fn choose(&mut self, _: &Choice<'_>) -> Option<usize> {
        Some(0)
    }

    fn watches(&self) -> bool {
        false
    }
}

/// The simulated kernel, and what its processes are in the middle of.
#[derive(Clone, Debug)]
pub struct Simulation {
    config: Config,
    kernel: Simulated,
    inside: [Option<Act>; PROCESSES],
    buffers: [Vec<u8>; PROCESSES],
}

impl Default for Simulation {
    /// Linux as it comes.
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Simulation {
    /// A machine that is configured so. Nothing goes wrong on it, and everybody is served in order.
    pub fn new(mut config: Config) -> Self {
        config.in_order = true;
        let kernel = Simulated::new(config.clone(), PROCESSES);
        Self { config, kernel, inside: Default::default(), buffers: Default::default() }
    }

    /// Whether signals end `process` now. No handler is ever installed.
    fn signals_kill(&mut self, process: usize) -> bool {
        self.kernel.deliver(ProcessId::new(process)) == Delivery::Died
    }

    /// `process` goes on with its call: what became of it, unless it waits.
    fn go_on(&mut self, process: usize) -> Option<Outcome> {
        let act = self.inside[process].clone()?;
        let (status, returned) = self.step(process, &act);
        let outcome = match status {
            Status::Waits => return None,
            Status::Interrupted(None) if !self.signals_kill(process) => return None,
            Status::Done(_) | Status::Interrupted(Some(_)) if !self.signals_kill(process) => {
                Outcome::Returned(returned)
            }
            _ => Outcome::Died,
        };
        self.inside[process] = None;
        self.buffers[process].clear();
        Some(outcome)
    }

    fn step(&mut self, process: usize, act: &Act) -> (Status, Returned) {
        let (me, buffer, kernel) =
            (ProcessId::new(process), &mut self.buffers[process], &mut self.kernel);
        let pids: Vec<Pid> = ProcessId::all(PROCESSES).map(|it| kernel.pid(it)).collect();
        let mut step = |mut call: Call<'_>| kernel.step(me, &mut call, &mut Usual);
        let mut returned = Returned { answer: Ok(0), ends: None, first: None, told: None };
        let mut ends = [Fd(-1); 2];
        let status = match *act {
            Act::Fork { child } => {
                kernel.fork(me, ProcessId::new(child));
                Status::Done(Ok(0))
            }
            Act::Exit => step(Call::Exit { status: 0 }),
            Act::Wait { child } => {
                let mut ending = Ending::Exited(0);
                match step(Call::Waitpid { pid: pids[child], hang: true, ending: &mut ending }) {
                    Status::Done(Ok(_)) => Status::Done(Ok(0)),
                    other => other,
                }
            }
            Act::Pipe => step(Call::Pipe { ends: &mut ends, flags: OpenFlags::empty() }),
            Act::Read { fd, room } => {
                buffer.resize(room, 0);
                step(Call::Read { fd: Fd(fd), buffer })
            }
            Act::Write { fd, length, serial } => {
                step(Call::Write { fd: Fd(fd), bytes: &bytes(serial, length) })
            }
            Act::Close { fd } => step(Call::Close { fd: Fd(fd) }),
            Act::SetFlags { fd, flags } => {
                step(Call::Fcntl { fd: Fd(fd), control: Control::SetFlags(flags) })
            }
            Act::Mkfifo => step(Call::Mkfifo { path: FIFO }),
            Act::Open { flags } => step(Call::Open { path: FIFO, flags }),
            Act::Unlink { path } => step(Call::Unlink { path }),
            Act::Block => {
                let (how, mut old) = (MaskChange::Block, SigSet::EMPTY);
                step(Call::Sigprocmask { how, set: Some(SIGNALS), old: &mut old })
            }
            Act::Kill { target, signal } => {
                step(Call::Kill { pid: pids[target], signal: signal.0 })
            }
            Act::Sigqueue { target, signal, value } => {
                step(Call::Sigqueue { pid: pids[target], signal, value })
            }
            Act::Await { waits } => {
                let timeout = if waits { Timeout::Never } else { Timeout::After(0) };
                let (signal, pid) = (Signal(0), Pid(0));
                let mut info = SigInfo { signal, origin: Origin::User, pid, value: 0 };
                let status = step(Call::Sigtimedwait { set: SIGNALS, info: &mut info, timeout });
                returned.told = matches!(status, Status::Done(Ok(_))).then(|| Told {
                    signal: info.signal,
                    sender: pids.iter().position(|&pid| pid == info.pid),
                    value: (info.origin == Origin::Queue).then_some(info.value),
                });
                status
            }
            Act::MqOpen { flags } => step(Call::MqOpen { name: QUEUE, flags, attributes: None }),
            Act::MqSend { fd, length, serial, priority } => step(Call::MqSend {
                fd: Fd(fd),
                bytes: &bytes(serial, length),
                priority,
                timeout: Timeout::Never,
            }),
            Act::MqReceive { fd, room } => {
                buffer.resize(room, 0);
                let (mut priority, timeout) = (0, Timeout::Never);
                step(Call::MqReceive { fd: Fd(fd), buffer, priority: &mut priority, timeout })
            }
            Act::MqUnlink => step(Call::MqUnlink { name: QUEUE }),
            Act::Socketpair { kind } => {
                step(Call::Socketpair { kind, flags: OpenFlags::empty(), ends: &mut ends })
            }
            Act::Socket { kind } => {
                step(Call::Socket { family: Family::Unix, kind, flags: OpenFlags::empty() })
            }
            Act::Bind { fd, path } => {
                step(Call::Bind { fd: Fd(fd), address: &Address::Path(path.to_owned()) })
            }
            Act::Listen { fd } => step(Call::Listen { fd: Fd(fd), backlog: 1 }),
            Act::Accept { fd } => {
                let (mut peer, flags) = (Address::Unnamed, OpenFlags::empty());
                step(Call::Accept { fd: Fd(fd), peer: &mut peer, flags })
            }
            Act::Connect { fd, path } => {
                step(Call::Connect { fd: Fd(fd), address: &Address::Path(path.to_owned()) })
            }
            Act::Send { fd, length, serial, to } => {
                let (bytes, flags) = (&bytes(serial, length), MessageFlags::NOSIGNAL);
                let to = to.map(|path| Address::Path(path.to_owned()));
                step(Call::Send { fd: Fd(fd), bytes, flags, to: to.as_ref() })
            }
            Act::Recv { fd, room } => {
                buffer.resize(room, 0);
                let (mut from, flags) = (Address::Unnamed, MessageFlags::empty());
                step(Call::Recv { fd: Fd(fd), buffer, flags, from: &mut from })
            }
        };
        if let Status::Done(answer) | Status::Interrupted(Some(answer)) = status {
            returned.answer = answer;
            returned.first = match (act, answer) {
                (Act::Read { .. } | Act::MqReceive { .. } | Act::Recv { .. }, Ok(1..)) => {
                    buffer.first().copied()
                }
                _ => None,
            };
            let is_pair = matches!(act, Act::Pipe | Act::Socketpair { .. }) && answer.is_ok();
            returned.ends = is_pair.then(|| ends.map(|fd| fd.0));
        }
        (status, returned)
    }
}

impl Machine for Simulation {
    fn begin(&mut self) {
        *self = Self::new(self.config.clone());
    }

    fn call(&mut self, process: usize, act: &Act) -> Vec<(usize, Outcome)> {
        let mut outcomes = Vec::new();
        if self.signals_kill(process) {
            return vec![(process, Outcome::Died)];
        }
        self.inside[process] = Some(act.clone());
        let mut next = Some(process);
        while let Some(mover) = next {
            outcomes.extend(self.go_on(mover).map(|outcome| (mover, outcome)));
            let ready = self.kernel.ready();
            let can = |&it: &usize| self.inside[it].is_some() && ready.contains(ProcessId::new(it));
            next = (0..PROCESSES).find(can);
        }
        outcomes
    }
}
