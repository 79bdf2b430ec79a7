//! The simulated kernel as the other side sees it: all that it may have come to.
//!
//! One call may wake several processes, and Linux does not say which of them goes on first. So a call leads to
//! several worlds, one for each order; what really happened must be one of them.

use std::collections::BTreeSet;

use harness::kernel::{
    Address, Call, Config, Control, Delivery, Errno, Fd, Kernel as _, OpenFlags, QueueAttributes,
    Simulated, Status, Waiting,
};
use harness::process::ProcessId;
use tests::conformance::{
    Abilities, DESCRIPTORS, Info, Knowledge, PATHS, PROCESSES, Reply, Request, told,
};

use crate::machine::{Fate, Fates};

/// One state that the simulation may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct World {
    kernel: Simulated,
    /// What each process is in the middle of.
    inside: [Option<Request>; PROCESSES],
    /// Descriptors that a process that ends has yet to close: it does so one after the other.
    closing: [Option<Vec<Fd>>; PROCESSES],
    /// What it receives into.
    buffers: [Vec<u8>; PROCESSES],
    /// Handlers that have run in the call of each.
    handled: [Vec<Info>; PROCESSES],
    /// Signals are left for the next call.
    hears_later: bool,
    born: usize,
    dead: BTreeSet<usize>,
    fates: Fates,
}

/// Answers nothing: the configuration leaves nothing to ask.
struct Nobody;

impl harness::choice::Chooser for Nobody {
    fn choose(&mut self, _: &harness::choice::Choice<'_>) -> Option<usize> {
        unreachable!("nothing unusual happens here")
    }

    fn watches(&self) -> bool {
        false
    }
}

impl World {
    pub(crate) fn new(abilities: &Abilities) -> Self {
        let config = Config {
            pipe_pages: abilities.pipe_bytes / 4096,
            stream_bytes_max: abilities.socket_bytes,
            datagrams_max: abilities.datagrams_max,
            descriptors_max: DESCRIPTORS,
            in_order: true,
            ..Config::default()
        };
        Self {
            kernel: Simulated::new(config, PROCESSES),
            inside: Default::default(),
            closing: Default::default(),
            handled: Default::default(),
            buffers: Default::default(),
            hears_later: false,
            born: 1,
            dead: BTreeSet::new(),
            fates: Fates::default(),
        }
    }

    /// Who can be told to make a call.
    pub(crate) fn idle(&self) -> Vec<usize> {
        (0..self.born).filter(|it| !self.dead.contains(it) && self.inside[*it].is_none()).collect()
    }

    /// What one may know who makes up the next call of a process.
    pub(crate) fn knowledge(&mut self, process: usize, has_large_pipes: bool) -> Knowledge {
        let open = self.open(process);
        let kernel = &mut self.kernel;
        let mut attributes = QueueAttributes::default();
        let queues = open.iter().copied().filter(|&(fd, _)| {
            let mut call = Call::MqGetattr { fd: Fd(fd), attributes: &mut attributes };
            kernel.step(ProcessId::new(process), &mut call, &mut Nobody) == Status::Done(Ok(0))
        });
        let queues: Vec<_> = queues.collect();
        let is_queue = |it: &(i32, OpenFlags)| queues.contains(it);
        let open: Vec<_> = open.iter().copied().filter(|it| !is_queue(it)).collect();
        let mut name = Address::Unnamed;
        let sockets = open.iter().copied().filter(|&(fd, _)| {
            let mut call = Call::Getsockname { fd: Fd(fd), address: &mut name };
            kernel.step(ProcessId::new(process), &mut call, &mut Nobody) == Status::Done(Ok(0))
        });
        let sockets = sockets.collect();
        let is_there = |path: &&str| {
            let flags = OpenFlags::CREAT | OpenFlags::EXCL;
            let mut call = Call::Open { path, flags };
            let status = kernel.step(ProcessId::new(process), &mut call, &mut Nobody);
            status == Status::Done(Err(Errno::EEXIST))
        };
        let fifos = PATHS.into_iter().filter(is_there).map(str::to_owned).collect();
        Knowledge {
            open,
            queues,
            sockets,
            fifos,
            born: self.born,
            is_alone: self.idle().len() == 1,
            has_large_pipes,
        }
    }

    fn open(&mut self, process: usize) -> Vec<(i32, OpenFlags)> {
        let fds = (3..DESCRIPTORS).filter_map(|fd| i32::try_from(fd).ok());
        let flags = fds.filter_map(|fd| {
            let mut call = Call::Fcntl { fd: Fd(fd), control: Control::GetFlags };
            match self.kernel.step(ProcessId::new(process), &mut call, &mut Nobody) {
                Status::Done(Ok(flags)) => Some((fd, OpenFlags::from_bits_retain(flags as u32))),
                _ => None,
            }
        });
        flags.collect()
    }

    /// All that `process` making a call may lead to, until nobody moves any more.
    pub(crate) fn call(&self, process: usize, request: &Request) -> Vec<Self> {
        let mut world = self.clone();
        world.fates = Fates::default();
        world.inside[process] = Some(request.clone());
        if let Request::Exit { .. } = request {
            let open = world.open(process).into_iter().rev().map(|(fd, _)| Fd(fd));
            world.closing[process] = Some(open.collect());
        }
        if world.signals_kill(ProcessId::new(process)) {
            world.over(process, Fate::Died);
            return vec![world];
        }
        let mut waiting = Vec::new();
        if request.may_kill() {
            // On Linux a victim dies when it runs again. Its killer may hear of that later than in this call.
            let mut late = world.clone();
            late.hears_later = true;
            late.go_on(process);
            late.hears_later = false;
            let is_killed = |&it: &usize| it != process && late.fates[it] == Some(Fate::Died);
            if (0..PROCESSES).any(|it| is_killed(&it)) {
                waiting.push(late);
            }
        }
        world.go_on(process);
        waiting.push(world);
        let mut ends = Vec::new();
        let mut seen: Vec<Self> = Vec::new();
        while let Some(mut world) = waiting.pop() {
            let mut movers = world.movers();
            let Some(last) = movers.pop() else {
                if !ends.contains(&world) {
                    ends.push(world);
                }
                continue;
            };
            if !movers.is_empty() || !world.bargers().is_empty() {
                if seen.contains(&world) {
                    continue;
                }
                seen.push(world.clone());
            }
            let bargers = world.bargers();
            for mover in movers {
                let mut other = world.clone();
                other.go_on(mover);
                waiting.push(other);
            }
            for barger in bargers {
                let mut other = world.clone();
                other.go_on(barger);
                // Stepped in vain it would only lose its place in line.
                if other.inside[barger].is_none() {
                    waiting.push(other);
                }
            }
            world.go_on(last);
            waiting.push(world);
        }
        ends
    }

    pub(crate) fn fates(&self) -> &Fates {
        &self.fates
    }

    /// Who is in the middle of something and can go on.
    fn movers(&self) -> Vec<usize> {
        let ready = self.kernel.ready();
        let can = |&it: &usize| {
            self.inside[it].is_some()
                && (self.closing[it].is_some() || ready.contains(ProcessId::new(it)))
        };
        (0..self.born).filter(can).collect()
    }

    /// Who waits at a socket behind others who wait for the same and can go on. Linux wakes all who receive from a
    /// stream, and all who wait for their own room to send; who came last may be the first to run
    /// (measured). The order in which the simulation serves them is fairer.
    fn bargers(&self) -> Vec<usize> {
        let why = |it: usize| match self.kernel.waiting(ProcessId::new(it)) {
            Some(Waiting::SocketToReceive(socket)) => Some((false, socket)),
            Some(Waiting::SocketToSend(socket, _)) => Some((true, socket)),
            _ => None,
        };
        let movers = self.movers();
        let is_behind = |&it: &usize| {
            !movers.contains(&it)
                && why(it).is_some()
                && movers.iter().any(|&mover| why(mover) == why(it))
        };
        (0..self.born).filter(is_behind).collect()
    }

    /// A process takes a step in its call.
    fn go_on(&mut self, process: usize) {
        let me = ProcessId::new(process);
        if let Some(fd) = self.closing[process].as_mut().and_then(Vec::pop) {
            self.kernel.step(me, &mut Call::Close { fd }, &mut Nobody);
            return;
        }
        self.closing[process] = None;
        let request = self.inside[process].clone().expect("it is inside");
        if let Request::Fork { child } = request {
            self.born = child + 1;
        }
        let fate = loop {
            let (status, reply) = request.enter(&mut self.kernel, me, &mut self.buffers[process]);
            match status {
                Status::Done(_) | Status::Interrupted(Some(_)) => {
                    if !self.hears_later && self.signals_kill(me) {
                        break Fate::Died;
                    }
                    let handled = std::mem::take(&mut self.handled[process]);
                    break Fate::Replied(Reply { handled, ..reply });
                }
                Status::Waits => {
                    self.note_the_dead();
                    return;
                }
                Status::Interrupted(None) => {
                    if self.signals_kill(me) {
                        break Fate::Died;
                    }
                }
                Status::Died => break Fate::Died,
            }
        };
        self.over(process, fate);
    }

    /// A process is through with its call, one way or the other.
    fn over(&mut self, process: usize, fate: Fate) {
        self.inside[process] = None;
        self.closing[process] = None;
        self.handled[process].clear();
        self.buffers[process].clear();
        self.fates[process] = Some(fate);
        self.note_the_dead();
    }

    /// Signals may have ended others.
    fn note_the_dead(&mut self) {
        for dead in self.kernel.dead().iter().map(ProcessId::index) {
            if self.dead.insert(dead) {
                self.over(dead, Fate::Died);
            }
        }
    }

    /// Signals are delivered to a process; whether one of them ends it.
    fn signals_kill(&mut self, me: ProcessId) -> bool {
        loop {
            match self.kernel.deliver(me) {
                Delivery::Nothing => return false,
                Delivery::Handler(_, info) => {
                    self.handled[me.index()].push(told(&info));
                    self.kernel.handled(me);
                }
                Delivery::Died => return true,
            }
        }
    }
}

/// Whether the simulation says that it does not model this.
pub(crate) fn is_unmodelled(fates: &Fates) -> bool {
    let enosys = -i64::from(Errno::ENOSYS.number());
    fates
        .iter()
        .flatten()
        .any(|fate| matches!(fate, Fate::Replied(Reply { answer, .. }) if *answer == enosys))
}
