//! The simulated kernel as the other side sees it: all that it may have come to.
//!
//! One call may wake several processes, and Linux does not say which of them goes on first. So a call leads to
//! several worlds, one for each order; what really happened must be one of them.

use std::collections::BTreeSet;

use harness::choice::{Choice, Chooser, Fate as Unusual};
use harness::kernel::{
    Address, Call, Config, Control, Delivery, Errno, Faults, Fd, Kernel as _, MessageFlags,
    OpenFlags, PollEvents, PollFd, QueueAttributes, Simulated, Status, Timeout, Waiting,
};
use harness::process::{ProcessId, ProcessSet};
use tests::conformance::{
    Abilities, Arrival, DESCRIPTORS, FIRST_PORT as FIRST_ADDRESS, Info, Knowledge, Memory,
    OWN_PORTS, PATHS, PROCESSES, Patience, Ports, Reply, Request, Usual, told,
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
    /// What each remembers.
    memories: [Memory; PROCESSES],
    ports: Ports,
    /// Handlers that have run in the call of each.
    handled: [Vec<Info>; PROCESSES],
    /// Signals are left for the next call.
    hears_later: bool,
    born: usize,
    dead: BTreeSet<usize>,
    fates: Fates,
}

/// The first of the ports that are the sequence's own, in the simulation.
const FIRST_PORT: u16 = 10_000;

/// Bytes that one direction of TCP holds, where it matters to nobody: more than any sequence sends.
const TCP_BYTES: usize = 1 << 20;

/// Has one thing happen wherever it may.
struct Happens(Unusual);

impl Chooser for Happens {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Fate { fates, .. } = choice else { return Some(0) };
        Some(fates.iter().position(|fate| *fate == self.0).unwrap_or(0))
    }

    fn watches(&self) -> bool {
        false
    }
}

/// What happens to a process from outside: the faults of the simulation, and on Linux a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call in which it waits is interrupted by a handler.
    Interrupted,
    /// It is killed.
    Dies,
}

impl World {
    pub(crate) fn new(abilities: &Abilities, has_tcp: bool) -> Self {
        let config = Config {
            pipe_pages: abilities.pipe_bytes / 4096,
            stream_bytes_max: if has_tcp { TCP_BYTES } else { abilities.socket_bytes },
            datagrams_max: abilities.datagrams_max,
            descriptors_max: DESCRIPTORS,
            in_order: true,
            faults: Faults {
                at_most: u32::MAX,
                interrupts: true,
                refusals: false,
                mortal: ProcessId::all(PROCESSES).collect::<ProcessSet>(),
            },
            ..Config::default()
        };
        Self {
            kernel: Simulated::new(config, PROCESSES),
            inside: Default::default(),
            closing: Default::default(),
            handled: Default::default(),
            memories: Default::default(),
            ports: Ports::own(FIRST_PORT),
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
            kernel.step(ProcessId::new(process), &mut call, &mut Usual) == Status::Done(Ok(0))
        });
        let queues: Vec<_> = queues.collect();
        let is_queue = |it: &(i32, OpenFlags)| queues.contains(it);
        let open: Vec<_> = open.iter().copied().filter(|it| !is_queue(it)).collect();
        let mut name = Address::Unnamed;
        let sockets = open.iter().copied().filter(|&(fd, _)| {
            let mut call = Call::Getsockname { fd: Fd(fd), address: &mut name };
            kernel.step(ProcessId::new(process), &mut call, &mut Usual) == Status::Done(Ok(0))
        });
        let sockets: Vec<_> = sockets.collect();
        let me = ProcessId::new(process);
        let is_tcp = |&(fd, _): &(i32, OpenFlags)| {
            // The kernel makes up a name for others, which is not modelled.
            let mut call = Call::Bind { fd: Fd(fd), address: &Address::Path(String::new()) };
            kernel.step(me, &mut call, &mut Usual) == Status::Done(Err(Errno::EAFNOSUPPORT))
        };
        let tcp: Vec<_> = sockets.iter().copied().filter(is_tcp).collect();
        let is_listening = |&(fd, _): &(i32, OpenFlags)| {
            let (mut peer, flags) = (Address::Unnamed, OpenFlags::empty());
            let mut call = Call::Accept { fd: Fd(fd), peer: &mut peer, flags };
            let status = kernel.clone().step(me, &mut call, &mut Usual);
            !matches!(status, Status::Done(Err(Errno::EINVAL | Errno::EOPNOTSUPP)))
        };
        let listening = sockets.iter().copied().filter(is_listening).collect();
        let is_there = |path: &&str| {
            let flags = OpenFlags::CREAT | OpenFlags::EXCL;
            let mut call = Call::Open { path, flags };
            let status = kernel.step(ProcessId::new(process), &mut call, &mut Usual);
            status == Status::Done(Err(Errno::EEXIST))
        };
        let fifos = PATHS.into_iter().filter(is_there).map(str::to_owned).collect();
        Knowledge {
            open,
            queues,
            sockets,
            tcp,
            listening,
            ports: (0..self.ports.0.len())
                .filter(|&at| self.ports.0[at] >= 0)
                .map(|at| FIRST_ADDRESS + at)
                .collect(),
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
            match self.kernel.step(ProcessId::new(process), &mut call, &mut Usual) {
                Status::Done(Ok(flags)) => Some((fd, OpenFlags::from_bits_retain(flags as u32))),
                _ => None,
            }
        });
        flags.collect()
    }

    /// What has arrived by TCP for a process, if it has been given the time.
    pub(crate) fn arrivals(&self, process: usize) -> Vec<Arrival> {
        let mut world = self.clone();
        let me = ProcessId::new(process);
        let mut arrivals = Vec::new();
        for (fd, _) in world.open(process) {
            let fd = Fd(fd);
            let mut name = Address::Unnamed;
            let mut call = Call::Getsockname { fd, address: &mut name };
            world.kernel.step(me, &mut call, &mut Usual);
            if !matches!(name, Address::Port(_)) {
                continue;
            }
            let events = PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP;
            let mut polled = [PollFd { fd, events, revents: PollEvents::empty() }];
            let mut call = Call::Poll { fds: &mut polled, timeout: Timeout::After(0) };
            world.kernel.step(me, &mut call, &mut Usual);
            let (mut buffer, mut from) = (vec![0; TCP_BYTES], Address::Unnamed);
            let flags = MessageFlags::PEEK | MessageFlags::DONTWAIT;
            let mut call = Call::Recv { fd, buffer: &mut buffer, flags, from: &mut from };
            // Asked of a copy: it may say that the connection is broken, and does so only once.
            let bytes = match world.kernel.clone().step(me, &mut call, &mut Usual) {
                Status::Done(Ok(bytes)) => bytes,
                _ => 0,
            };
            arrivals.push(Arrival { fd: fd.0, events: polled[0].revents.bits(), bytes });
        }
        arrivals
    }

    /// The port of a socket, if it is one of TCP that has a port.
    pub(crate) fn port(&self, process: usize, fd: i32) -> Option<Address> {
        let mut name = Address::Unnamed;
        let mut call = Call::Getsockname { fd: Fd(fd), address: &mut name };
        self.kernel.clone().step(ProcessId::new(process), &mut call, &mut Usual);
        matches!(name, Address::Port(_)).then_some(name)
    }

    /// Which of the known ports nobody names any more, so that they may come again as other ones.
    pub(crate) fn forgotten_ports(&self) -> Vec<usize> {
        let is_over = |&at: &usize| {
            let port = u16::try_from(self.ports.0[at]);
            port.is_ok_and(|port| !self.kernel.says_port(port))
        };
        (OWN_PORTS..self.ports.0.len()).filter(is_over).collect()
    }

    pub(crate) fn forget_ports(&mut self, places: &[usize]) {
        self.ports.forget(places);
    }

    /// Who waits in a call, and can be interrupted by [`Self::fault`]. If the simulation had somebody look again who
    /// waits for a long time, that time would have come.
    pub(crate) fn waiting(&self) -> Vec<usize> {
        let can = |request: &Request| request.patience() != Some(Patience::Long);
        (0..self.born).filter(|&it| self.inside[it].as_ref().is_some_and(can)).collect()
    }

    /// All that a call may lead to that is interrupted as soon as it waits.
    pub(crate) fn interrupted_call(&self, process: usize, request: &Request) -> Vec<Self> {
        let mut world = self.clone();
        world.fates = Fates::default();
        world.inside[process] = Some(request.clone());
        if world.signals_kill(ProcessId::new(process)) {
            world.over(process, Fate::Died);
            return vec![world];
        }
        world.go_on_if(process, &mut Happens(Unusual::Interrupted));
        Self::settled(vec![world])
    }

    /// All that a fault may lead to. The simulation asks for faults when a call begins to wait, and when it waits on;
    /// here it is asked once more, now that nobody moves. As on Linux, who is interrupted looks once more
    /// whether it can go on.
    pub(crate) fn fault(&self, process: usize, fault: Fault) -> Vec<Self> {
        let mut world = self.clone();
        world.fates = Fates::default();
        let unusual = match fault {
            Fault::Interrupted => Unusual::Interrupted,
            Fault::Dies => Unusual::Dies,
        };
        if world.inside[process].is_some() {
            world.go_on_if(process, &mut Happens(unusual));
        }
        if fault == Fault::Dies && !world.dead.contains(&process) {
            let me = ProcessId::new(process);
            let status = world.kernel.step(me, &mut Call::Getpid, &mut Happens(unusual));
            assert_eq!(status, Status::Died, "everybody is mortal");
            world.note_the_dead();
        }
        Self::settled(vec![world])
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
        Self::settled(waiting)
    }

    /// All that these may come to, in whatever order those go on who can.
    fn settled(mut waiting: Vec<Self>) -> Vec<Self> {
        let mut ends = Vec::new();
        let mut seen: Vec<Self> = Vec::new();
        while let Some(mut world) = waiting.pop() {
            let mut movers = world.movers();
            let Some(last) = movers.pop() else {
                if !ends.contains(&world) {
                    let mut ports = std::mem::take(&mut world.ports);
                    for fate in world.fates.iter_mut().flatten() {
                        if let Fate::Replied(Reply { words, .. }) = fate {
                            ports.name(words);
                        }
                    }
                    world.ports = ports;
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
                // Stepped in vain it would only lose its place in line; but it may get a part, and wait for the rest.
                let takes_parts = |request: &Request| match request {
                    Request::Send { .. } | Request::Write { .. } => true,
                    Request::Recv { flags, .. } => {
                        MessageFlags::from_bits_retain(*flags).contains(MessageFlags::WAITALL)
                    }
                    _ => false,
                };
                if other.inside[barger].as_ref().is_none_or(takes_parts) {
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
            let me = ProcessId::new(it);
            let Some(request) = &self.inside[it] else { return false };
            let is_late = request.patience() == Some(Patience::Long);
            self.closing[it].is_some()
                || ready.contains(me) && !(is_late && self.kernel.waits_for_time_only(me))
        };
        (0..self.born).filter(can).collect()
    }

    /// Who waits at a socket behind others who wait for the same, and can go on before them. What Linux does here was
    /// read in its source, and measured:
    ///
    /// - Who receives from a stream waits without being exclusive (`unix_stream_data_wait`; of TCP, `sk_wait_data`),
    ///   and so does who waits for room of its own to send (`sock_wait_for_wmem`; `sk_stream_wait_memory`). Such are
    ///   all woken at once, and which of them runs first is the scheduler's affair: any may.
    /// - Who receives datagrams is exclusive (`__skb_wait_for_more_packets`): one is woken, who came first. But
    ///   shutdown(2) and an end of the peer wake all, and who finds nothing gets in line anew as it runs; of two who
    ///   were woken for two datagrams, any may take the first. So the order in which they came is not kept: of some
    ///   thousand sequences a few differ, and here too any may be first.
    /// - Who waits for room at a receiver or in a line (`unix_wait_for_peer`), or accepts
    ///   (`inet_csk_wait_for_connect`), is exclusive, and served in order. So are those who wait for pipes, and those
    ///   of the simulation: this is compared.
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
        self.go_on_if(process, &mut Usual);
    }

    fn go_on_if(&mut self, process: usize, chooser: &mut dyn Chooser) {
        let me = ProcessId::new(process);
        if let Some(fd) = self.closing[process].as_mut().and_then(Vec::pop) {
            self.kernel.step(me, &mut Call::Close { fd }, &mut Usual);
            return;
        }
        self.closing[process] = None;
        let request = self.inside[process].clone().expect("it is inside");
        if let Request::Fork { child } = request {
            self.born = child + 1;
            self.memories[child] = self.memories[process].clone();
        }
        let fate = loop {
            let memory = &mut self.memories[process];
            let (status, reply) = request.enter(&mut self.kernel, me, memory, &self.ports, chooser);
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
        self.memories[process].release();
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

impl World {
    /// Whether somebody asks to be connected by TCP, and there is no room: Linux tries again after seconds.
    pub(crate) fn asks_in_vain(&self) -> bool {
        (0..self.born).any(|it| {
            let why = self.kernel.waiting(ProcessId::new(it));
            matches!(why, Some(Waiting::SocketToConnect(_)))
        })
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
