//! Linux, simulated as a value: processes with their descriptors and signals, and what they talk through.
//!
//! A kernel knows no scheduler and no student code. Somebody makes a process take a step into, or within, a
//! system call; the kernel says whether it returned, waits, or must first run a handler. Who waits and could
//! go on is a question that the value answers, so every order of wake-ups is a matter of who is chosen
//! next: a newcomer may barge in, as on Linux, unless [`Config::in_order`] forbids it.
//!
//! Every rule names its page of the Linux manual (man-pages 6.03), or says that it was measured. What
//! is not modelled returns [`Errno::ENOSYS`]. Results that the real kernel may give, but need not, are asked
//! as [`Choice::Fate`]; [`Faults`] says which of them are asked at all.

#[cfg(test)]
mod bench;
mod call;
mod errno;
mod file;
mod pipe;
mod plight;
mod poll;
mod process;
mod queue;
mod signal;
mod socket;
mod time;
mod words;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

pub(crate) use call::small;
pub use call::{
    Action, ActionFlags, Address, Answer, Call, Control, Disposition, Ending, Family, Fd, Half,
    MaskChange, MessageFlags, OpenFlags, Origin, Pid, PollEvents, PollFd, QueueAttributes, SigInfo,
    SigSet, Signal, SocketType, Timeout,
};
pub use errno::Errno;

use crate::choice::{Choice, Chooser, Fate};
use crate::process::{ProcessId, ProcessSet};

use file::File;
use pipe::Pipe;
use process::{Life, Process};
use queue::Queue;
use socket::Socket;

/// Bytes of a page: a pipe is made of so many at a time, and a write of not more is not split (`PIPE_BUF`).
/// Source: pipe(7).
pub const PAGE: usize = 4096;

/// What differs from run to run, and from machine to machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How many pages a new pipe or FIFO holds; 16 on Linux, less for a user who has many.
    pub pipe_pages: usize,
    /// `msg_max`: messages that a queue may be made for, 10.
    pub queue_messages_max: usize,
    /// `msgsize_max`: bytes of a message that a queue may be made for, 8192.
    pub queue_bytes_max: usize,
    /// `max_dgram_qlen`: datagrams that a receiver holds before senders wait, 10.
    pub datagrams_max: usize,
    /// `SO_SNDBUF`: what one socket may have sent and nobody has read, as the memory that it takes; at least 4608.
    /// Of TCP: bytes that one direction holds.
    pub stream_bytes_max: usize,
    /// `RLIMIT_MSGQUEUE`: bytes that all queues may take, full, 819200.
    pub queue_memory_max: usize,
    /// `RLIMIT_SIGPENDING`: queued signals.
    pub signals_max: usize,
    /// Descriptors of one process: `RLIMIT_NOFILE`.
    pub descriptors_max: usize,
    /// Whether those who wait for the same thing are served in the order in which they came.
    pub in_order: bool,
    /// What may go wrong.
    pub faults: Faults,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pipe_pages: 16,
            queue_messages_max: 10,
            queue_bytes_max: 8192,
            queue_memory_max: 819_200,
            datagrams_max: 10,
            stream_bytes_max: 212_992,
            signals_max: 1024,
            descriptors_max: 1024,
            in_order: false,
            faults: Faults::default(),
        }
    }
}

/// Which results, legal but unusual, are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Faults {
    /// At most so many in one run.
    pub at_most: u32,
    /// For SIGALRM, a handler without `SA_RESTART` is installed, and the signal may come while a call waits: the call
    /// then fails with EINTR, or returns what it has done so far. Whoever blocks the signal, or says itself what
    /// becomes of it, is left alone. Source: signal(7).
    pub interrupts: bool,
    /// Calls that make something may find no room: EMFILE.
    pub refusals: bool,
    /// Who may die before any of its calls, or while it waits in one; from the beginning, and see
    /// [`expose`](Simulated::expose).
    pub mortal: ProcessSet,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It returned.
    Done(Answer),
    /// It waits: the process goes on with another [`step`](Kernel::step) once it is
    /// [ready](Kernel::ready).
    Waits,
    /// A signal came while it waited: handlers are to run. Then the call returns this; `None`: it is started
    /// again (`SA_RESTART`).
    Interrupted(Option<Answer>),
    /// The process is no more.
    Died,
}

/// What is to be done about signals before a process goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing.
    Nothing,
    /// The handler with this number runs now, until [`handled`](Kernel::handled) is called.
    Handler(u32, SigInfo),
    /// The process is no more.
    Died,
}

/// A kernel: the simulated one, or one that hands calls to the machine.
pub trait Kernel {
    /// `process` enters `call`, or goes on with it if it waits in it.
    fn step(
        &mut self,
        process: ProcessId,
        call: &mut Call<'_>,
        chooser: &mut dyn Chooser,
    ) -> Status;

    /// What signals want of `process`, before it enters a call and after it has left one.
    fn deliver(&mut self, process: ProcessId) -> Delivery;

    /// The handler that was delivered last, and not handled yet, has returned.
    fn handled(&mut self, process: ProcessId);

    /// `child`, not born before, begins as a copy of `parent`: fork(2).
    fn fork(&mut self, parent: ProcessId, child: ProcessId);

    /// Who may take a step: all living processes, but for those who wait in vain.
    fn ready(&self) -> ProcessSet;

    /// Who is no more.
    fn dead(&self) -> ProcessSet;
}

/// Why a process waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// For something to read, or the end.
    PipeToRead(PipeId),
    /// For room to write so many more bytes.
    PipeToWrite(PipeId, usize),
    /// For somebody who opens the other end.
    FifoToOpen {
        /// Which FIFO.
        pipe: PipeId,
        /// Whether it opens the reading end.
        reads: bool,
        /// Whether somebody has, though he may have closed it again.
        met: bool,
    },
    /// For any of its descriptors.
    Poll,
    /// For room in a message queue.
    QueueToSend(QueueId),
    /// For a message.
    QueueToReceive(QueueId),
    /// For bytes or a message of this socket.
    SocketToReceive(SocketId),
    /// For room to send so many bytes from this socket.
    SocketToSend(SocketId, usize),
    /// For room among the datagrams that this receiver has not read.
    SocketToSendTo(SocketId),
    /// For somebody who connects.
    SocketToAccept(SocketId),
    /// For room among those who wait to be accepted by that socket. Of TCP: for an answer to this one.
    SocketToConnect(SocketId),
    /// For one of these signals.
    SignalOf(SigSet),
    /// For a signal that is caught.
    AnySignal,
    /// For a child that ends: that one, or any.
    Child(Option<ProcessId>),
    /// For time to pass.
    Sleep,
}

/// What an attempt to get through a call comes to.
enum Attempt {
    Done(Answer),
    Wait(Waiting),
}

impl From<Result<usize, Errno>> for Attempt {
    fn from(answer: Answer) -> Self {
        Self::Done(answer)
    }
}

/// A process in a call that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wait {
    why: Waiting,
    /// Until when, at most.
    deadline: Option<u64>,
    /// Bytes that it has got through before it had to wait.
    done: usize,
    /// Whether it was woken without regard to what it waits for.
    woken: bool,
    /// What poll(2) asks for: those who wait for several things at once.
    polled: Vec<PollFd>,
    /// Of a message queue: the message that was handed to this receiver, or that this sender still has.
    message: Option<queue::Message>,
}

/// Without the deadline: what matters of it is how far off it is, and that [`Simulated`] knows.
impl Hash for Wait {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Self { why, deadline: _, done, woken, polled, message } = self;
        (why, done, woken, polled, message).hash(hasher);
    }
}

/// Numbers an object of one kind.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(super) u32);
    )*};
}

ids! {
    /// A pipe or FIFO.
    PipeId;
    /// A message queue.
    QueueId;
    /// A socket.
    SocketId;
}

/// Objects that are counted by hand, in places that are used again: lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Slab<T>(Vec<Option<T>>);

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Slab<T> {
    fn insert(&mut self, value: T) -> u32 {
        let free = self.0.iter().position(Option::is_none).unwrap_or_else(|| {
            self.0.push(None);
            self.0.len() - 1
        });
        self.0[free] = Some(value);
        free as u32
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    fn get(&self, id: u32) -> &T {
        self.0[id as usize].as_ref().expect("an object lives as long as it is named")
    }

    fn get_mut(&mut self, id: u32) -> &mut T {
        self.0[id as usize].as_mut().expect("an object lives as long as it is named")
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }

    /// Places at the end that are free go, so that what is equal looks equal.
    fn remove(&mut self, id: u32) {
        self.0[id as usize] = None;
        while self.0.pop_if(|last| last.is_none()).is_some() {}
    }
}

/// What a path of the file system names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    Fifo(PipeId),
    /// A socket; `None`: it was closed.
    Socket(Option<SocketId>),
}

/// The simulated kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    config: Config,
    processes: Vec<Process>,
    /// Those who wait, in the order in which they came.
    waiting: Vec<ProcessId>,
    files: Slab<File>,
    pipes: Slab<Pipe>,
    queues: Slab<Queue>,
    sockets: Slab<Socket>,
    paths: BTreeMap<String, Node>,
    queue_names: BTreeMap<String, QueueId>,
    /// Nanoseconds of virtual time.
    now: u64,
    /// Whether anybody has ever been told the time.
    is_time_known: bool,
    faults_left: u32,
}

/// All on which depends what may happen from here on. The time itself matters only to those who were told it, and
/// may reckon with it; otherwise what matters is how far off the deadlines are, and all that are past are alike. (A
/// program that names a time of the calendar, though it never asked for the time, depends on the day on which it
/// runs: of such days this sees one.)
impl Hash for Simulated {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Self {
            config,
            processes,
            waiting,
            files,
            pipes,
            queues,
            sockets,
            paths,
            queue_names,
            now,
            is_time_known,
            faults_left,
        } = self;
        (config, processes, waiting, files, pipes, queues, sockets).hash(hasher);
        (paths, queue_names, faults_left).hash(hasher);
        is_time_known.then_some(now).hash(hasher);
        for wait in processes.iter().filter_map(|process| process.wait.as_ref()) {
            wait.deadline.map(|deadline| deadline.saturating_sub(*now)).hash(hasher);
        }
    }
}

impl Simulated {
    /// A machine on which process 0 runs, and the others are not yet born.
    pub fn new(config: Config, processes: usize) -> Self {
        let faults_left = config.faults.at_most;
        let mut kernel = Self {
            config,
            processes: ProcessId::all(processes).map(Process::unborn).collect(),
            waiting: Vec::new(),
            files: Slab::default(),
            pipes: Slab::default(),
            queues: Slab::default(),
            sockets: Slab::default(),
            paths: BTreeMap::new(),
            queue_names: BTreeMap::new(),
            now: time::START,
            is_time_known: false,
            faults_left,
        };
        kernel.processes[0].life = Life::Alive;
        kernel
    }

    /// A digest of the state: equal states have equal ones, and states in which anything else may happen differ
    /// but for an accident of one in 2^128. As long as nobody has been told the time, it does not count what
    /// time it is, only how far off each deadline is.
    pub fn digest(&self) -> u128 {
        let mut hasher = siphasher::sip128::SipHasher13::new();
        self.hash(&mut hasher);
        siphasher::sip128::Hasher128::finish128(&hasher).as_u128()
    }

    /// Whether `process` waits, and has nothing to go on for but that its time comes.
    pub fn waits_for_time_only(&self, process: ProcessId) -> bool {
        let wait = self.process(process).wait.as_ref();
        wait.is_some_and(|wait| wait.deadline.is_some() && !self.is_served(process, wait))
    }

    /// How many faults there may still be.
    pub const fn faults_left(&self) -> u32 {
        self.faults_left
    }

    /// From now on `process` may die.
    pub fn expose(&mut self, process: ProcessId) {
        self.config.faults.mortal.insert(process);
    }

    /// Whether `process` has begun.
    pub fn is_born(&self, process: ProcessId) -> bool {
        self.process(process).life != Life::Unborn
    }

    /// By which number `process` is known to others.
    pub fn pid(&self, process: ProcessId) -> Pid {
        self.process(process).pid
    }

    /// Whose number this is, or was.
    pub fn named(&self, pid: Pid) -> Option<ProcessId> {
        self.processes.iter().find(|it| it.pid == pid).map(|it| it.id)
    }

    /// Why `process` waits, if it does.
    pub fn waiting(&self, process: ProcessId) -> Option<Waiting> {
        self.processes[process.index()].wait.as_ref().map(|wait| wait.why)
    }

    fn process(&self, process: ProcessId) -> &Process {
        &self.processes[process.index()]
    }

    fn process_mut(&mut self, process: ProcessId) -> &mut Process {
        &mut self.processes[process.index()]
    }

    /// Tries to get through `call`. `wait` is what the process has come to, if it waited.
    fn attempt(
        &mut self,
        me: ProcessId,
        call: &mut Call<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        match call {
            Call::Pipe { ends, flags } => self.pipe(me, ends, *flags).into(),
            Call::Read { fd, buffer } => self.read(me, *fd, buffer, wait, waited),
            Call::Write { fd, bytes } => self.write(me, *fd, bytes, wait, waited),
            Call::Close { fd } => self.close(me, *fd).into(),
            Call::Dup { fd } => self.dup(me, *fd, Fd(0)).into(),
            Call::Dup2 { fd, to } => self.dup2(me, *fd, *to).into(),
            Call::Fcntl { fd, control } => self.fcntl(me, *fd, *control).into(),
            Call::Mkfifo { path } => self.mkfifo(path).into(),
            Call::Open { path, flags } => self.open(me, path, *flags, wait, waited),
            Call::Unlink { path } => self.unlink(path).into(),
            Call::Poll { fds, timeout } => self.poll(me, fds, *timeout, wait, waited),
            Call::MqOpen { .. }
            | Call::MqSend { .. }
            | Call::MqReceive { .. }
            | Call::MqGetattr { .. }
            | Call::MqSetattr { .. }
            | Call::MqUnlink { .. }
            | Call::MqNotify { .. } => self.queue_call(me, call, wait, waited),
            Call::Socket { .. }
            | Call::Socketpair { .. }
            | Call::Bind { .. }
            | Call::Listen { .. }
            | Call::Accept { .. }
            | Call::Connect { .. }
            | Call::Send { .. }
            | Call::Recv { .. }
            | Call::Shutdown { .. }
            | Call::Getsockname { .. } => self.socket_call(me, call, wait, waited),
            Call::Kill { .. }
            | Call::Sigqueue { .. }
            | Call::Sigaction { .. }
            | Call::Sigprocmask { .. }
            | Call::Sigpending { .. }
            | Call::Sigtimedwait { .. }
            | Call::Sigsuspend { .. }
            | Call::Pause => self.signal_call(me, call, wait, waited),
            Call::Getpid => Attempt::Done(Ok(self.process(me).pid.answer())),
            Call::Getppid => Attempt::Done(Ok(self.getppid(me).answer())),
            Call::Waitpid { pid, hang, ending } => self.waitpid(me, *pid, *hang, ending),
            Call::Exit { status } => {
                // exit(3): the parent is told the lowest eight bits.
                self.end(me, Ending::Exited(*status & 0xff));
                Attempt::Done(Ok(0))
            }
            Call::ClockGettime { now } => {
                **now = self.now;
                self.is_time_known = true;
                Attempt::Done(Ok(0))
            }
            Call::Nanosleep { until } => self.nanosleep(*until, wait, waited),
        }
    }

    /// Asks which of the unusual results that are legal here comes about; counts it.
    fn fate(
        &mut self,
        process: ProcessId,
        unusual: impl IntoIterator<Item = Fate>,
        chooser: &mut dyn Chooser,
    ) -> Option<Fate> {
        let mut fates = [Fate::Usual; Fate::COUNT];
        let mut count = 1;
        if self.faults_left > 0 {
            for fate in unusual {
                fates[count] = fate;
                count += 1;
            }
        }
        if count == 1 {
            return Some(Fate::Usual);
        }
        let fates = &fates[..count];
        let fate = fates[chooser.choose(&Choice::Fate { process, fates })?];
        self.faults_left -= u32::from(fate != Fate::Usual);
        Some(fate)
    }

    /// What may happen to `process` right before `call`, or while it waits in it.
    fn dangers(&self, process: ProcessId, call: &Call<'_>, waits: bool) -> [Option<Fate>; 2] {
        let faults = &self.config.faults;
        let dies = faults.mortal.contains(process).then_some(Fate::Dies);
        let other = if waits {
            (faults.interrupts && self.lets_the_alarm_in(process)).then_some(Fate::Interrupted)
        } else {
            (faults.refusals && call.makes_descriptors()).then_some(Fate::Refused)
        };
        [other, dies]
    }

    /// Whether two who wait would take the same thing from each other.
    fn compete(one: Waiting, other: Waiting) -> bool {
        match (one, other) {
            (Waiting::PipeToWrite(a, _), Waiting::PipeToWrite(b, _)) => a == b,
            (Waiting::SocketToSend(a, _), Waiting::SocketToSend(b, _)) => a == b,
            // Messages are handed over, to and from whoever came first.
            (
                Waiting::QueueToSend(_)
                | Waiting::QueueToReceive(_)
                | Waiting::Child(_)
                | Waiting::Poll
                | Waiting::Sleep
                | Waiting::AnySignal
                | Waiting::SignalOf(_)
                | Waiting::FifoToOpen { .. },
                _,
            ) => false,
            _ => one == other,
        }
    }

    /// Whether `process`, which waits, could go on.
    fn could_go_on(&self, process: ProcessId, wait: &Wait) -> bool {
        // Time passes while others are slow: whoever waits for it may always go on.
        wait.deadline.is_some() || self.is_served(process, wait)
    }

    /// Whether `process`, which waits, could go on without regard to the time.
    fn is_served(&self, process: ProcessId, wait: &Wait) -> bool {
        wait.woken
            || self.is_interrupted(process)
            || match wait.why {
                Waiting::PipeToRead(pipe) => self.pipes.get(pipe.0).is_readable(),
                Waiting::PipeToWrite(pipe, _) => self.pipes.get(pipe.0).is_writable(),
                Waiting::FifoToOpen { met, .. } => met,
                Waiting::Poll => self.polled(process, &wait.polled).any(|event| !event.is_empty()),
                Waiting::QueueToSend(_) => wait.message.is_none(),
                Waiting::QueueToReceive(_) => wait.message.is_some(),
                Waiting::SocketToReceive(socket) => self.is_receivable(socket),
                Waiting::SocketToSend(socket, _) => self.is_sendable(socket),
                Waiting::SocketToSendTo(socket) => self.has_room_for_datagram(socket),
                Waiting::SocketToAccept(socket) => self.is_acceptable(socket),
                Waiting::SocketToConnect(socket) => self.is_connectable(socket),
                Waiting::SignalOf(set) => self.is_pending(process, set),
                Waiting::Child(child) => self.is_child_settled(process, child),
                Waiting::AnySignal | Waiting::Sleep => false,
            }
    }
}

impl Kernel for Simulated {
    fn step(
        &mut self,
        process: ProcessId,
        call: &mut Call<'_>,
        chooser: &mut dyn Chooser,
    ) -> Status {
        if !self.process(process).is_alive() {
            return Status::Died;
        }
        let waited = self.process_mut(process).wait.take();
        self.waiting.retain(|other| *other != process);
        let is_new = waited.is_none();
        if is_new {
            let dangers = self.dangers(process, call, false);
            match self.fate(process, dangers.into_iter().flatten(), chooser) {
                None | Some(Fate::Usual | Fate::Interrupted) => {}
                Some(Fate::Refused) => return Status::Done(Err(Errno::EMFILE)),
                Some(Fate::Dies) => {
                    self.end(process, Ending::Killed(Signal::KILL));
                    return Status::Died;
                }
            }
        }
        let was_in_line = waited.is_some();
        let mut wait = waited.unwrap_or_else(|| Wait {
            why: Waiting::Sleep,
            deadline: None,
            done: 0,
            woken: false,
            polled: Vec::new(),
            message: None,
        });
        if was_in_line && self.is_interrupted(process) {
            // A signal that came is noticed before the clock is looked at.
            wait.deadline = None;
        }
        let why = match self.attempt(process, call, &mut wait, was_in_line) {
            _ if !self.process(process).is_alive() => return Status::Died,
            Attempt::Done(answer) => return Status::Done(answer),
            Attempt::Wait(why) => why,
        };
        wait.why = why;
        // Besides, sigsuspend(2) may let in what is pending already.
        if self.is_interrupted(process) {
            return self.interrupted(process, call, &wait);
        }
        let dangers = self.dangers(process, call, true);
        match self.fate(process, dangers.into_iter().flatten(), chooser) {
            None | Some(Fate::Usual | Fate::Refused) => {}
            Some(Fate::Interrupted) => {
                self.forget(process, &wait);
                return Status::Done(if wait.done > 0 { Ok(wait.done) } else { Err(Errno::EINTR) });
            }
            Some(Fate::Dies) => {
                self.forget(process, &wait);
                self.end(process, Ending::Killed(Signal::KILL));
                return Status::Died;
            }
        }
        self.process_mut(process).wait = Some(wait);
        self.waiting.push(process);
        Status::Waits
    }

    fn deliver(&mut self, process: ProcessId) -> Delivery {
        self.next_signal(process)
    }

    fn handled(&mut self, process: ProcessId) {
        self.handler_returned(process);
    }

    fn fork(&mut self, parent: ProcessId, child: ProcessId) {
        self.copy(parent, child);
    }

    fn ready(&self) -> ProcessSet {
        let mut ready = ProcessSet::EMPTY;
        for process in &self.processes {
            if process.is_alive() && process.wait.is_none() {
                ready.insert(process.id);
            }
        }
        let mut first: Vec<Waiting> = Vec::new();
        for &process in &self.waiting {
            let Some(wait) = &self.process(process).wait else { continue };
            if !self.could_go_on(process, wait) {
                continue;
            }
            if self.config.in_order {
                if first.iter().any(|&other| Self::compete(other, wait.why)) {
                    continue;
                }
                first.push(wait.why);
            }
            ready.insert(process);
        }
        ready
    }

    fn dead(&self) -> ProcessSet {
        self.processes.iter().filter(|it| it.has_ended()).map(|it| it.id).collect()
    }
}
