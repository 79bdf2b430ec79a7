//! Makes system calls on Linux, as it is told: the real side of the test of the simulated kernel.
//!
//! The first process makes the others: for each sequence of calls a first role, which makes more of them by
//! fork(2) when it is told to. It ends them all when the sequence is over, or when whoever told it is gone. The
//! roles have descriptors 0 to 2 and channels far above, so that the lowest free number is 3.
//!
//! Usage: `executor SOCKET FOLDER THREAD [BYTES]`: where to connect, where paths begin, which thread tells it
//! what to do, and what sockets are made to take of what they send, if not what they take as they come.

#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "all numbers that are converted here are small"
)]

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{FromRawFd as _, IntoRawFd as _};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use libc::{c_int, c_void, pid_t, siginfo_t, sigset_t};
use tests::conformance::{
    ADDRESSES, ANY_PORT, Abilities, Arrival, Content, DESCRIPTORS, ELSEWHERE, FIRST_PORT,
    INTERRUPTING, Info, Message, Order, PATHS, PORT_WORD, PROCESSES, Patience, QUEUES, Reply,
    Request, TCP, UNKNOWN, bytes, name, receive, send,
};

/// The descriptor of the first process's channel; those of the roles follow.
const CHANNELS: c_int = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, socket, folder, thread, room @ ..] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    if let Some(bytes) = room.first() {
        SOCKET_ROOM.store(bytes.parse().unwrap_or(0), Ordering::Relaxed);
    }
    match Nursery::new(socket, folder, thread.parse().unwrap_or(0)) {
        Ok(nursery) => nursery.run(),
        Err(_) => ExitCode::from(3),
    }
}

/// What a socket is made to take of what it sends; 0: it is left as it comes.
static SOCKET_ROOM: AtomicI32 = AtomicI32::new(0);

/// The process that makes the roles.
struct Nursery {
    orders: UnixStream,
    roles: Vec<c_int>,
    first: Option<pid_t>,
}

impl Nursery {
    fn new(socket: &str, folder: &str, thread: pid_t) -> io::Result<Self> {
        let mut channels = Vec::new();
        for number in 0..=PROCESSES as c_int {
            let low = UnixStream::connect(socket)?.into_raw_fd();
            channels.push(checked(dup_from(low, CHANNELS + number))?);
            checked(close(low))?;
        }
        close_all_below(CHANNELS);
        std::env::set_current_dir(folder)?;
        adopt_orphans();
        share_a_core_with(thread);
        die_of_broken_pipes();
        let roles = channels.split_off(1);
        Ok(Self { orders: stream(channels[0]), roles, first: None })
    }

    fn run(mut self) -> ExitCode {
        while let Ok(order) = receive::<Order>(&self.orders) {
            let answered = match order {
                Order::Probe => send(&self.orders, &probe()),
                Order::Begin => match self.begin() {
                    ..0 => break,
                    first => {
                        self.first = Some(first);
                        send(&self.orders, &())
                    }
                },
                Order::Bury(orphans) => {
                    for orphan in orphans.into_iter().filter(|&it| Some(it) != self.first) {
                        wait(orphan, libc::WNOHANG);
                    }
                    send(&self.orders, &())
                }
                Order::Signal(process, signal) => {
                    kill(process, signal);
                    send(&self.orders, &())
                }
                Order::End => {
                    self.end();
                    send(&self.orders, &())
                }
            };
            if answered.is_err() {
                break;
            }
        }
        self.end();
        ExitCode::SUCCESS
    }

    fn begin(&self) -> pid_t {
        let first = fork();
        if first == 0 {
            lead_a_group();
            limit_descriptors();
            close(CHANNELS);
            play(0, &self.roles, parent_pid());
        }
        first
    }

    /// Ends all roles, and takes away what they made.
    fn end(&mut self) {
        if let Some(first) = self.first.take() {
            kill_group(first);
            while wait(-1, 0).0 > 0 {}
        }
        // Most of them are not there.
        for path in PATHS {
            drop(fs::remove_file(path));
        }
        for name in QUEUES {
            mq_unlink(name, own_pid());
        }
    }
}

/// Is process `me` until its end. Each call is made on command. `run` tells the names of its queues from
/// those of others.
fn play(mut me: usize, channels: &[c_int], run: pid_t) -> ! {
    let mut channel = stream(channels[me]);
    let mut gate = Gate::default();
    let mut clock = Clock::default();
    be_interrupted();
    if send(&channel, &own_pid()).is_err() {
        exit(0);
    }
    loop {
        let Ok(message) = receive::<Message>(&channel) else { exit(0) };
        let Message { pids, ports, arrivals, request } = message;
        arrivals.iter().for_each(await_arrival);
        let reply = if let Request::Fork { child } = request {
            gate.open();
            let pid = fork();
            gate.close();
            if pid == 0 {
                // What was handled before it was born is told by its parent.
                drop(handled());
                me = child;
                channel = stream(channels[me]);
                if send(&channel, &own_pid()).is_err() {
                    exit(0);
                }
                continue;
            }
            Reply { answer: i64::from(pid.min(0)), ..Reply::default() }
        } else {
            if let Request::Sigaction { signal, action: Some((2, ..)) } = request {
                gate.has_caught.insert(signal);
            }
            gate.open();
            let mut reply = make(&request, &pids, Names { run, ports: &ports });
            gate.close();
            if let Request::ClockGettime = request {
                reply.words = vec![i64::from(clock.is_right())];
            }
            clock.slept += request.time_passed(reply.answer);
            reply
        };
        let reply = Reply { handled: handled(), ..reply };
        if send(&channel, &reply).is_err() {
            exit(0);
        }
    }
}

/// What a process knows of the time.
#[derive(Default)]
struct Clock {
    /// What it read last.
    last: u64,
    /// How long it has waited since then.
    slept: u64,
}

impl Clock {
    /// Reads the time: whether it is as late as it must be. The clock is one that nobody sets.
    fn is_right(&mut self) -> bool {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: there is room for the time.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
        let now = now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64;
        let least = self.last + std::mem::take(&mut self.slept);
        self.last = now;
        now >= least
    }
}

/// Installs the handler that interrupts calls. It says nothing.
fn be_interrupted() {
    extern "C" fn nothing(_: c_int) {}
    let handler: extern "C" fn(c_int) = nothing;
    // SAFETY: an action is made of integers and of pointers that may be null.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as libc::sighandler_t;
    // SAFETY: the action is there while it runs, and the handler does nothing.
    unsafe { libc::sigaction(INTERRUPTING, &raw const action, ptr::null_mut()) };
}

/// Waits until what was sent by TCP has arrived: at once mostly, but Linux does not promise it. If it does not come at
/// all, the call is made nevertheless, and shows it.
fn await_arrival(arrival: &Arrival) {
    for _ in 0..5000 {
        let mut polled =
            [libc::pollfd { fd: arrival.fd, events: arrival.events.cast_signed(), revents: 0 }];
        poll(&mut polled, 0);
        let mut readable: c_int = 0;
        // SAFETY: the request writes an integer.
        unsafe { libc::ioctl(arrival.fd, libc::FIONREAD, &raw mut readable) };
        let has_come = polled[0].revents.cast_unsigned() & arrival.events == arrival.events;
        if has_come && readable.cast_unsigned() as usize >= arrival.bytes {
            return;
        }
        poll(&mut [], 1);
    }
}

/// What a run calls things that all processes of the machine can see.
#[derive(Clone, Copy)]
struct Names<'a> {
    /// Tells the names of its queues and sockets from those of others.
    run: pid_t,
    /// Its ports.
    ports: &'a [i64],
}

/// Signals that are caught come only while a process makes a call: what comes between waits until then. What
/// is not caught has its effect at once, as in the simulation.
#[derive(Default)]
struct Gate {
    /// What the role itself blocks.
    mask: u64,
    /// What it has ever caught.
    has_caught: BTreeSet<c_int>,
}

impl Gate {
    fn open(&mut self) {
        change_mask(libc::SIG_SETMASK, Some(self.mask));
    }

    fn close(&mut self) {
        let caught = self.has_caught.iter().filter(|&&signal| is_caught(signal));
        let caught = caught.fold(0, |set, &signal| set | 1 << (signal - 1));
        self.mask = change_mask(libc::SIG_BLOCK, Some(caught)).1;
    }
}

/// What handlers were told, as far as it fits: signal, origin, process, value.
static TOLD: [[AtomicI32; 4]; 64] = [const { [const { AtomicI32::new(0) }; 4] }; 64];

/// How many have run.
static TOLD_COUNT: AtomicUsize = AtomicUsize::new(0);

/// The handler of all signals.
extern "C" fn on_signal(_: c_int, info: *const siginfo_t, _: *mut c_void) {
    // SAFETY: `SA_SIGINFO` is set, so that there is something.
    let raw = unsafe { &*info };
    let place = TOLD_COUNT.fetch_add(1, Ordering::Relaxed);
    if let Some(told) = TOLD.get(place) {
        for (cell, value) in told.iter().zip(what_is_told(raw)) {
            cell.store(value, Ordering::Relaxed);
        }
    }
}

/// Signal, origin, process and value.
fn what_is_told(info: &siginfo_t) -> [c_int; 4] {
    // SAFETY: what is used of it is there for signals of these origins; Linux fills the rest with zeros.
    let pid = unsafe { info.si_pid() };
    let (origin, value) = match info.si_code {
        libc::SI_USER => (0, 0),
        // SAFETY: as above.
        libc::SI_QUEUE => (1, unsafe { info.si_value() }.sival_ptr.addr() as c_int),
        // SAFETY: as above.
        libc::SI_MESGQ => (3, unsafe { info.si_value() }.sival_ptr.addr() as c_int),
        // SAFETY: as above. The others here are those of SIGCHLD.
        _ => (2, unsafe { info.si_status() }),
    };
    [info.si_signo, origin, pid, value]
}

fn told(what: [c_int; 4]) -> Info {
    let [signal, origin, pid, value] = what;
    Info { signal, origin, process: pid.into(), value }
}

/// What handlers were told since this was asked last.
fn handled() -> Vec<Info> {
    let count = TOLD_COUNT.swap(0, Ordering::Relaxed);
    let cells = TOLD.iter().take(count);
    cells.map(|it| told(it.each_ref().map(|cell| cell.load(Ordering::Relaxed)))).collect()
}

/// Makes the call.
fn make(request: &Request, pids: &[pid_t], names: Names<'_>) -> Reply {
    let run = names.run;
    let mut reply = Reply::default();
    // Who was not born yet is a process that does not exist.
    let pid = |index: usize| pids.get(index).copied().unwrap_or(pid_t::MAX);
    reply.answer = match *request {
        Request::Pipe { flags } => {
            let (answer, ends) = pipe(flags as c_int);
            reply.words = ends.map(i64::from).to_vec();
            answer
        }
        Request::Read { fd, length } => {
            let mut buffer = vec![0; length];
            let answer = read(fd, &mut buffer);
            if let Ok(count) = usize::try_from(answer) {
                reply.content = Content::of(&buffer[..count]);
            }
            answer
        }
        Request::Write { fd, length, seed } => write(fd, &bytes(seed, length)),
        Request::Close { fd } => close(fd),
        Request::Dup { fd } => dup(fd),
        Request::Dup2 { fd, to } => dup2(fd, to),
        Request::GetFlags { fd } => match control(fd, libc::F_GETFL, 0) {
            // open(2) adds O_LARGEFILE, which says nothing here.
            answer @ 0.. => answer & i64::from(libc::O_ACCMODE | libc::O_NONBLOCK),
            answer => answer,
        },
        Request::SetFlags { fd, flags } => control(fd, libc::F_SETFL, flags as c_int),
        Request::GetPipeSize { fd } => control(fd, libc::F_GETPIPE_SZ, 0),
        Request::SetPipeSize { fd, bytes } => {
            control(fd, libc::F_SETPIPE_SZ, bytes as u32 as c_int)
        }
        Request::Duplicate { fd, lowest } => dup_from(fd, lowest),
        Request::Mkfifo { ref path } => mkfifo(path),
        Request::Open { ref path, flags } => open(path, flags as c_int),
        Request::Unlink { ref path } => unlink(path),
        Request::Poll { ref fds, patience } => {
            let fill = |&(fd, events): &(c_int, u16)| libc::pollfd {
                fd,
                events: events.cast_signed(),
                revents: 0,
            };
            let mut fds: Vec<_> = fds.iter().map(fill).collect();
            let milliseconds = patience.nanoseconds().map(|time| time / 1_000_000);
            let answer = poll(&mut fds, milliseconds.map_or(-1, |time| time as c_int));
            reply.words = fds.iter().map(|it| it.revents.cast_unsigned().into()).collect();
            answer
        }
        Request::Getpid => name(own_pid(), pids),
        Request::Getppid => name(parent_pid(), pids),
        Request::Waitpid { child, hang } => {
            match wait(usize::try_from(child).map_or(-1, pid), if hang { 0 } else { libc::WNOHANG })
            {
                (ended @ 1.., status) => {
                    reply.words = if libc::WIFEXITED(status) {
                        vec![0, libc::WEXITSTATUS(status).into()]
                    } else {
                        vec![1, libc::WTERMSIG(status).into()]
                    };
                    name(ended as pid_t, pids)
                }
                (answer, _) => answer,
            }
        }
        Request::Exit { status } => exit(status),
        Request::Kill { target, signal } => kill(pid(target), signal),
        Request::Sigqueue { target, signal, value } => sigqueue(pid(target), signal, value),
        Request::Sigaction { signal, action } => {
            let (answer, (what, mask, flags)) = sigaction(signal, action);
            reply.words = vec![what.into(), mask.cast_signed(), flags.into()];
            answer
        }
        Request::Sigprocmask { how, set } => {
            let how = [libc::SIG_BLOCK, libc::SIG_UNBLOCK, libc::SIG_SETMASK][usize::from(how)];
            let (answer, old) = change_mask(how, set);
            reply.words = vec![old.cast_signed()];
            answer
        }
        Request::Sigpending => {
            let (answer, set) = sigpending();
            reply.words = vec![set.cast_signed()];
            answer
        }
        Request::Sigtimedwait { set, patience } => {
            let (answer, info) = sigtimedwait(set, patience);
            reply.told = Some(told(what_is_told(&info)));
            answer
        }
        Request::Sigsuspend { mask } => sigsuspend(mask),
        Request::Pause => pause(),
        Request::MqOpen { ref name, flags, attributes } => {
            mq_open(name, run, flags as c_int, attributes)
        }
        Request::MqSend { fd, length, seed, priority, patience } => {
            mq_send(fd, &bytes(seed, length), priority, patience)
        }
        Request::MqReceive { fd, length, patience } => {
            let mut buffer = vec![0; length];
            let (answer, priority) = mq_receive(fd, &mut buffer, patience);
            if let Ok(count) = usize::try_from(answer) {
                reply.content = Content::of(&buffer[..count]);
            }
            reply.words = vec![priority.into()];
            answer
        }
        Request::MqGetattr { fd } => {
            let (answer, it) = mq_getattr(fd);
            let nonblocking = i64::from(it.mq_flags & i64::from(libc::O_NONBLOCK) != 0);
            reply.words = vec![nonblocking, it.mq_maxmsg, it.mq_msgsize, it.mq_curmsgs];
            answer
        }
        Request::MqSetattr { fd, nonblocking } => mq_setattr(fd, nonblocking),
        Request::MqUnlink { ref name } => mq_unlink(name, run),
        Request::MqNotify { fd, signal } => mq_notify(fd, signal),
        Request::Nanosleep { patience } => nanosleep(patience),
        Request::ClockGettime => 0, // the caller reads the clock
        Request::Socketpair { kind, flags } => {
            let (answer, ends) = socketpair(kind, flags as c_int);
            reply.words = ends.map(i64::from).to_vec();
            answer
        }
        Request::Socket { kind, flags } => socket(kind, flags as c_int),
        Request::Bind { fd, address } => bind(fd, &Address::of(address, names)),
        Request::Listen { fd, backlog } => listen(fd, backlog as c_int),
        Request::Accept { fd, flags } => {
            let (answer, peer) = accept(fd, flags as c_int);
            reply.words = vec![peer.place(run)];
            answer
        }
        Request::Connect { fd, address } => connect(fd, &Address::of(address, names)),
        Request::Send { fd, length, seed, flags, to } => {
            let to = to.map(|to| Address::of(to, names));
            sendto(fd, &bytes(seed, length), flags as c_int, to.as_ref())
        }
        Request::Recv { fd, length, flags } => {
            let mut buffer = vec![0; length];
            let (answer, from) = recvfrom(fd, &mut buffer, flags as c_int);
            if let Ok(count) = usize::try_from(answer) {
                // The true length of a message may be more than there is room for.
                reply.content = Content::of(&buffer[..count.min(length)]);
            }
            reply.words = vec![from.place(run)];
            answer
        }
        Request::Shutdown { fd, half } => {
            shutdown(fd, [libc::SHUT_RD, libc::SHUT_WR, libc::SHUT_RDWR][usize::from(half)])
        }
        Request::Getsockname { fd } => {
            let (answer, name) = getsockname(fd);
            reply.words = vec![name.place(run)];
            answer
        }
        Request::Fork { .. } => unreachable!("it is made elsewhere: two come back from it"),
    };
    if reply.answer < 0 {
        reply.words.clear();
        reply.told = None;
    }
    reply
}

/// What this machine can do.
fn probe() -> Abilities {
    let (_, [reads, writes]) = pipe(0);
    let pipe_bytes = control(reads, libc::F_GETPIPE_SZ, 0) as usize;
    let has_large_pipes = control(writes, libc::F_SETPIPE_SZ, 1 << 21) > 0;
    close(reads);
    close(writes);
    let flags = libc::O_CREAT | libc::O_RDWR;
    let lacks_queues = match mq_open(QUEUES[0], own_pid(), flags, Some((1, 1))) {
        fd @ 0.. => {
            close(fd as c_int);
            mq_unlink(QUEUES[0], own_pid());
            None
        }
        errno => Some(io::Error::from_raw_os_error(-errno as i32).to_string()),
    };
    let (_, ends) = socketpair(0, 0);
    let socket_bytes = send_buffer(ends[0]);
    for end in ends {
        close(end);
    }
    let lacks_tcp = probe_tcp().err().map(|error| error.to_string());
    let datagrams_max = fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen");
    let datagrams_max = datagrams_max.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(10);
    Abilities {
        pid: own_pid(),
        pipe_bytes,
        has_large_pipes,
        lacks_queues,
        lacks_tcp,
        socket_bytes,
        datagrams_max,
    }
}

/// Connects to itself by TCP.
fn probe_tcp() -> io::Result<()> {
    let names = Names { run: own_pid(), ports: &[0] };
    let any = Address::of(ANY_PORT, names);
    let listening = checked(socket(TCP, 0))?;
    let made = checked(bind(listening, &any)).and_then(|_| {
        checked(listen(listening, 1))?;
        let (_, address) = getsockname(listening);
        let client = checked(socket(TCP, 0))?;
        let connected = checked(connect(client, &address));
        close(client);
        connected
    });
    close(listening);
    made.map(drop)
}

// The calls themselves. They return what the call returns; an error is negative.

fn answer(returned: impl Into<i64>) -> i64 {
    match returned.into() {
        -1 => -i64::from(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
        returned => returned,
    }
}

fn checked(answer: i64) -> io::Result<c_int> {
    if answer < 0 { Err(io::Error::from_raw_os_error(-answer as i32)) } else { Ok(answer as c_int) }
}

fn text(text: &str) -> CString {
    CString::new(text).expect("no path has a zero in it")
}

/// The channel with this descriptor; it is never closed, so the same one may be asked for again.
fn stream(fd: c_int) -> UnixStream {
    // SAFETY: the descriptor is a socket, opened by `Nursery::new`, and calls that are told leave it alone.
    unsafe { UnixStream::from_raw_fd(fd) }
}

fn fork() -> pid_t {
    // SAFETY: this process has one thread, so that the child may do all that it may.
    unsafe { libc::fork() }
}

fn exit(status: c_int) -> ! {
    // SAFETY: it has no conditions.
    unsafe { libc::_exit(status) }
}

fn own_pid() -> pid_t {
    // SAFETY: it has no conditions.
    unsafe { libc::getpid() }
}

fn parent_pid() -> pid_t {
    // SAFETY: it has no conditions.
    unsafe { libc::getppid() }
}

fn wait(pid: pid_t, options: c_int) -> (i64, c_int) {
    let mut status = 0;
    // SAFETY: the status is there while it runs.
    let returned = unsafe { libc::waitpid(pid, &raw mut status, options) };
    (answer(returned), status)
}

fn kill_group(leader: pid_t) {
    // SAFETY: it has no conditions. The leader is our child and was not waited for: the number is its own.
    unsafe { libc::kill(-leader, libc::SIGKILL) };
}

fn lead_a_group() {
    // SAFETY: it has no conditions.
    unsafe { libc::setpgid(0, 0) };
}

/// Orphans become children of this process, so that it can wait for them.
fn adopt_orphans() {
    // SAFETY: this option takes a number.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
}

/// Rust ignores SIGPIPE; the simulation begins with default actions.
fn die_of_broken_pipes() {
    // SAFETY: the default action is no function.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

fn limit_descriptors() {
    let limit = libc::rlimit { rlim_cur: DESCRIPTORS as u64, rlim_max: DESCRIPTORS as u64 };
    // SAFETY: the limit is there while it runs.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
}

/// Where all run on one core, a call goes there and back ten times as fast. If it cannot be done, it is slow.
fn share_a_core_with(thread: pid_t) {
    const SIZE: usize = size_of::<libc::cpu_set_t>();
    // SAFETY: a set of cores is made of integers.
    let mut cores: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is there while it runs.
    if unsafe { libc::sched_getaffinity(0, SIZE, &raw mut cores) } != 0 {
        return;
    }
    // SAFETY: the number is below that of the set's bits.
    let is_ours = |core: &usize| unsafe { libc::CPU_ISSET(*core, &cores) };
    let ours: Vec<usize> = (0..libc::CPU_SETSIZE as usize).filter(is_ours).collect();
    // Several that run at the same time share what there is.
    let Some(&core) = ours.get(thread as usize % ours.len().max(1)) else { return };
    // SAFETY: as above.
    let mut one: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    unsafe { libc::CPU_SET(core, &mut one) };
    for who in [0, thread] {
        // SAFETY: the set is there while it runs.
        unsafe { libc::sched_setaffinity(who, SIZE, &raw const one) };
    }
}

fn pipe(flags: c_int) -> (i64, [c_int; 2]) {
    let mut ends = [-1; 2];
    // SAFETY: there is room for two descriptors.
    let returned = unsafe { libc::pipe2(ends.as_mut_ptr(), flags) };
    (answer(returned), ends)
}

fn read(fd: c_int, buffer: &mut [u8]) -> i64 {
    // SAFETY: the buffer is as long as is said.
    let returned = unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) };
    answer(returned as i64)
}

fn write(fd: c_int, bytes: &[u8]) -> i64 {
    // SAFETY: the bytes are as many as is said.
    let returned = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    answer(returned as i64)
}

fn close(fd: c_int) -> i64 {
    // SAFETY: what is told names no channel.
    answer(unsafe { libc::close(fd) })
}

/// What whoever started this process left open would take numbers that the simulation has free.
fn close_all_below(end: c_int) {
    // SAFETY: nothing of ours is there.
    unsafe { libc::close_range(3, end.cast_unsigned() - 1, 0) };
}

fn dup(fd: c_int) -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::dup(fd) })
}

fn dup2(fd: c_int, to: c_int) -> i64 {
    // SAFETY: what is told names no channel.
    answer(unsafe { libc::dup2(fd, to) })
}

fn dup_from(fd: c_int, lowest: c_int) -> i64 {
    control(fd, libc::F_DUPFD, lowest)
}

fn control(fd: c_int, command: c_int, argument: c_int) -> i64 {
    // SAFETY: the commands that are used take a number.
    answer(unsafe { libc::fcntl(fd, command, argument) })
}

fn mkfifo(path: &str) -> i64 {
    let path = text(path);
    // SAFETY: the path is there while it runs.
    answer(unsafe { libc::mkfifo(path.as_ptr(), 0o600) })
}

fn open(path: &str, flags: c_int) -> i64 {
    let path = text(path);
    // SAFETY: the path is there while it runs.
    answer(unsafe { libc::open(path.as_ptr(), flags, 0o600) })
}

fn unlink(path: &str) -> i64 {
    let path = text(path);
    // SAFETY: the path is there while it runs.
    answer(unsafe { libc::unlink(path.as_ptr()) })
}

fn poll(fds: &mut [libc::pollfd], timeout: c_int) -> i64 {
    let room = if fds.is_empty() { ptr::null_mut() } else { fds.as_mut_ptr() };
    // SAFETY: there are as many as is said.
    answer(unsafe { libc::poll(room, fds.len() as libc::nfds_t, timeout) })
}

/// Signals as a set of the C library: bit `n - 1` stands for signal `n`.
fn set(bits: u64) -> sigset_t {
    // SAFETY: a set is made of integers.
    let mut set: sigset_t = unsafe { std::mem::zeroed() };
    for signal in (1..=64).filter(|signal| bits & 1 << (signal - 1) != 0) {
        // SAFETY: the set is there while it runs.
        unsafe { libc::sigaddset(&raw mut set, signal) };
    }
    set
}

fn bits(set: &sigset_t) -> u64 {
    // SAFETY: the set is there while it runs.
    let is_in = |signal: &c_int| unsafe { libc::sigismember(set, *signal) } == 1;
    (1..=64).filter(is_in).fold(0, |bits, signal| bits | 1 << (signal - 1))
}

fn change_mask(how: c_int, change: Option<u64>) -> (i64, u64) {
    let change = change.map(set);
    let change = change.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mut old = set(0);
    // SAFETY: both sets are there while it runs.
    let returned = unsafe { libc::sigprocmask(how, change, &raw mut old) };
    (answer(returned), bits(&old))
}

fn sigpending() -> (i64, u64) {
    let mut pending = set(0);
    // SAFETY: the set is there while it runs.
    let returned = unsafe { libc::sigpending(&raw mut pending) };
    (answer(returned), bits(&pending))
}

/// The action: 0 for the default one, 1 to ignore, 2 for the handler; its mask; its flags.
fn sigaction(signal: c_int, action: Option<(u8, u64, u32)>) -> (i64, (u8, u64, u32)) {
    const OURS: c_int = libc::SA_SIGINFO | 0x0400_0000; // the other is SA_RESTORER of the C library
    // SAFETY: an action is made of integers and of pointers that may be null.
    let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
    let new = action.map(|(what, mask, flags)| {
        // SAFETY: as above.
        let mut new: libc::sigaction = unsafe { std::mem::zeroed() };
        let handler: extern "C" fn(c_int, *const siginfo_t, *mut c_void) = on_signal;
        new.sa_sigaction =
            [libc::SIG_DFL, libc::SIG_IGN, handler as libc::sighandler_t][usize::from(what)];
        new.sa_mask = set(mask);
        new.sa_flags = flags as c_int | libc::SA_SIGINFO;
        new
    });
    let new = new.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both actions are there while it runs, and the handler does only what handlers may.
    let returned = unsafe { libc::sigaction(signal, new, &raw mut old) };
    let what = match old.sa_sigaction {
        libc::SIG_DFL => 0,
        libc::SIG_IGN => 1,
        _ => 2,
    };
    (answer(returned), (what, bits(&old.sa_mask), (old.sa_flags & !OURS).cast_unsigned()))
}

fn is_caught(signal: c_int) -> bool {
    let (answer, (what, ..)) = sigaction(signal, None);
    answer == 0 && what == 2
}

fn kill(pid: pid_t, signal: c_int) -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::kill(pid, signal) })
}

fn value(value: c_int) -> libc::sigval {
    libc::sigval { sival_ptr: ptr::without_provenance_mut(value as usize) }
}

fn sigqueue(pid: pid_t, signal: c_int, number: c_int) -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::sigqueue(pid, signal, value(number)) })
}

/// So long, as the calls take it that count from now on. Only what ends is asked for.
fn span(patience: Patience) -> Option<libc::timespec> {
    let time = patience.nanoseconds()?;
    let (seconds, rest) = (time / 1_000_000_000, time % 1_000_000_000);
    Some(libc::timespec { tv_sec: seconds as i64, tv_nsec: rest as i64 })
}

/// Until then, as those calls take it that are told a time.
fn until(patience: Patience) -> Option<libc::timespec> {
    let span = span(patience)?;
    if let Patience::None = patience {
        return Some(libc::timespec { tv_sec: 0, tv_nsec: 1 }); // long past
    }
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the time.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now) };
    let nanoseconds = now.tv_nsec + span.tv_nsec;
    let (more, nanoseconds) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    Some(libc::timespec { tv_sec: now.tv_sec + span.tv_sec + more, tv_nsec: nanoseconds })
}

fn pointer(time: Option<&libc::timespec>) -> *const libc::timespec {
    time.map_or(ptr::null(), ptr::from_ref)
}

/// nanosleep(2). What has no end is not asked for.
fn nanosleep(patience: Patience) -> i64 {
    let span = span(patience);
    // SAFETY: the time is there while it runs; what is left is not asked for.
    answer(unsafe { libc::nanosleep(pointer(span.as_ref()), ptr::null_mut()) })
}

fn sigtimedwait(bits: u64, patience: Patience) -> (i64, siginfo_t) {
    // SAFETY: it is made of integers and of pointers that may be null.
    let mut info: siginfo_t = unsafe { std::mem::zeroed() };
    let timeout = span(patience);
    let timeout = pointer(timeout.as_ref());
    let signals = set(bits);
    // SAFETY: all of it is there while it runs.
    let returned = unsafe { libc::sigtimedwait(&raw const signals, &raw mut info, timeout) };
    (answer(returned), info)
}

fn sigsuspend(bits: u64) -> i64 {
    let mask = set(bits);
    // SAFETY: the set is there while it runs.
    answer(unsafe { libc::sigsuspend(&raw const mask) })
}

fn pause() -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::pause() })
}

/// The names that are used belong to this run alone: queues are everybody's. Others are wrong, and stay.
fn queue_name(name: &str, run: pid_t) -> CString {
    let name = if QUEUES.contains(&name) {
        format!("/conformance-{run}-{}", &name[1..])
    } else {
        name.into()
    };
    text(&name)
}

/// A queue's attributes, all zero but for these.
fn attributes(flags: c_int, sizes: (usize, usize)) -> libc::mq_attr {
    // SAFETY: it is made of integers.
    let mut attributes: libc::mq_attr = unsafe { std::mem::zeroed() };
    attributes.mq_flags = flags.into();
    (attributes.mq_maxmsg, attributes.mq_msgsize) = (sizes.0 as i64, sizes.1 as i64);
    attributes
}

fn mq_open(name: &str, run: pid_t, flags: c_int, sizes: Option<(usize, usize)>) -> i64 {
    let name = queue_name(name, run);
    let attributes = sizes.map(|sizes| attributes(0, sizes));
    let attributes = attributes.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: name and attributes are there while it runs.
    answer(unsafe { libc::mq_open(name.as_ptr(), flags, 0o600, attributes) })
}

fn mq_send(fd: c_int, bytes: &[u8], priority: u32, patience: Patience) -> i64 {
    let until = until(patience);
    let until = pointer(until.as_ref());
    let length = bytes.len();
    // SAFETY: the bytes are as many as is said.
    answer(unsafe { libc::mq_timedsend(fd, bytes.as_ptr().cast(), length, priority, until) })
}

fn mq_receive(fd: c_int, buffer: &mut [u8], patience: Patience) -> (i64, u32) {
    let until = until(patience);
    let until = pointer(until.as_ref());
    let (into, length) = (buffer.as_mut_ptr().cast(), buffer.len());
    let mut priority = 0;
    // SAFETY: the buffer is as long as is said.
    let returned = unsafe { libc::mq_timedreceive(fd, into, length, &raw mut priority, until) };
    (answer(returned as i64), priority)
}

fn mq_getattr(fd: c_int) -> (i64, libc::mq_attr) {
    let mut found = attributes(0, (0, 0));
    // SAFETY: there is room for them.
    let returned = unsafe { libc::mq_getattr(fd, &raw mut found) };
    (answer(returned), found)
}

fn mq_setattr(fd: c_int, nonblocking: bool) -> i64 {
    let wanted = attributes(if nonblocking { libc::O_NONBLOCK } else { 0 }, (0, 0));
    // SAFETY: they are there while it runs.
    answer(unsafe { libc::mq_setattr(fd, &raw const wanted, ptr::null_mut()) })
}

fn mq_unlink(name: &str, run: pid_t) -> i64 {
    let name = queue_name(name, run);
    // SAFETY: the name is there while it runs.
    answer(unsafe { libc::mq_unlink(name.as_ptr()) })
}

fn mq_notify(fd: c_int, signal: Option<(c_int, c_int)>) -> i64 {
    let event = signal.map(|(signal, number)| {
        // SAFETY: it is made of integers and of pointers that may be null.
        let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal;
        event.sigev_value = value(number);
        event
    });
    let event = event.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the event is there while it runs.
    answer(unsafe { libc::mq_notify(fd, event) })
}

/// The address of a socket, as the kernel knows it. One of TCP has its port and its address where a unix socket has the
/// beginning of its path: see `sockaddr_in`.
struct Address {
    raw: libc::sockaddr_un,
    length: libc::socklen_t,
}

impl Address {
    const PATH: usize = std::mem::offset_of!(libc::sockaddr_un, sun_path);

    /// None: with room for any.
    fn none() -> Self {
        // SAFETY: it is made of integers.
        let raw = unsafe { std::mem::zeroed() };
        Self { raw, length: size_of::<libc::sockaddr_un>() as libc::socklen_t }
    }

    /// One of the addresses. Abstract names are everybody's: those that are used belong to this run alone.
    fn of(place: usize, names: Names<'_>) -> Self {
        if place >= ANY_PORT {
            let port = place.checked_sub(FIRST_PORT).map_or(0, |port| names.ports[port]);
            let [_, high, middle, low] = names.run.to_be_bytes();
            let host = if port >= ELSEWHERE { [127, 0, 0, 1] } else { [127, high, middle, low] };
            return Self::inet(port as u16, host);
        }
        let run = names.run;
        let name = match ADDRESSES[place].strip_prefix('@') {
            Some(name) => format!("\0conformance-{run}-{name}"),
            // With the zero at its end.
            None => format!("{}\0", ADDRESSES[place]),
        };
        let mut address = Self::none();
        address.raw.sun_family = libc::AF_UNIX as libc::sa_family_t;
        for (to, from) in address.raw.sun_path.iter_mut().zip(name.bytes()) {
            *to = from.cast_signed();
        }
        address.length = (Self::PATH + name.len()) as libc::socklen_t;
        address
    }

    /// A port of TCP. All addresses that begin with 127 lead back to this machine; a run has one of its own, so that
    /// it meets nobody there.
    fn inet(port: u16, host: [u8; 4]) -> Self {
        let mut address = Self::none();
        address.raw.sun_family = libc::AF_INET as libc::sa_family_t;
        let bytes = port.to_be_bytes().into_iter().chain(host);
        for (to, from) in address.raw.sun_path.iter_mut().zip(bytes) {
            *to = from.cast_signed();
        }
        address.length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        address
    }

    /// The port, and whether it is one of another address. Who listens at all has the run's own, too.
    fn port(&self, run: pid_t) -> i64 {
        let byte = |at: usize| self.raw.sun_path[at].cast_unsigned();
        let port = u16::from_be_bytes([byte(0), byte(1)]);
        let host = [byte(2), byte(3), byte(4), byte(5)];
        let [_, high, middle, low] = run.to_be_bytes();
        let is_ours = host == [127, high, middle, low] || host == [0; 4];
        i64::from(port) + if is_ours { 0 } else { ELSEWHERE }
    }

    /// Which of them it is.
    fn place(&self, run: pid_t) -> i64 {
        if self.length > 0 && c_int::from(self.raw.sun_family) == libc::AF_INET {
            let port = self.port(run);
            return if port == 0 { 0 } else { PORT_WORD + port };
        }
        let length = (self.length as usize).saturating_sub(Self::PATH);
        if length == 0 {
            return 0;
        }
        let name = &self.raw.sun_path[..length.min(self.raw.sun_path.len())];
        let is_it = |&place: &usize| {
            let other = Self::of(place, Names { run, ports: &[] });
            other.raw.sun_path[..other.length as usize - Self::PATH] == *name
        };
        (1..ADDRESSES.len()).find(is_it).map_or(UNKNOWN, |place| place as i64)
    }

    const fn pointer(&self) -> *const libc::sockaddr {
        ptr::from_ref(&self.raw).cast()
    }

    const fn pointer_mut(&mut self) -> *mut libc::sockaddr {
        ptr::from_mut(&mut self.raw).cast()
    }
}

fn socket_type(kind: u8) -> c_int {
    [libc::SOCK_STREAM, libc::SOCK_DGRAM, libc::SOCK_SEQPACKET][usize::from(kind)]
}

/// Makes a new socket small, if it is to be.
fn small(fd: c_int) {
    let (level, name) = (libc::SOL_SOCKET, libc::SO_SNDBUF);
    let size: c_int = SOCKET_ROOM.load(Ordering::Relaxed);
    if size == 0 {
        return;
    }
    let length = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: the value is an integer, as this option has it.
    unsafe { libc::setsockopt(fd, level, name, (&raw const size).cast(), length) };
}

/// Small segments do not wait for the answer to others. Who accepts has this from whoever listens.
fn send_at_once(fd: c_int) {
    let (level, name, yes) = (libc::IPPROTO_TCP, libc::TCP_NODELAY, 1 as c_int);
    let length = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: the value is an integer, as this option has it.
    unsafe { libc::setsockopt(fd, level, name, (&raw const yes).cast(), length) };
}

fn send_buffer(fd: c_int) -> usize {
    let (level, name, mut size) = (libc::SOL_SOCKET, libc::SO_SNDBUF, 0 as c_int);
    let mut length = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: the value is an integer, as this option has it.
    unsafe { libc::getsockopt(fd, level, name, (&raw mut size).cast(), &raw mut length) };
    size as usize
}

fn socketpair(kind: u8, flags: c_int) -> (i64, [c_int; 2]) {
    let mut ends = [-1; 2];
    let kind = socket_type(kind) | flags;
    // SAFETY: there is room for two descriptors.
    let returned = unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) };
    let answer = answer(returned);
    ends.into_iter().for_each(small);
    (answer, ends)
}

fn socket(kind: u8, flags: c_int) -> i64 {
    if kind == TCP {
        // SAFETY: it has no conditions.
        let answer = answer(unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | flags, 0) });
        send_at_once(answer as c_int);
        return answer;
    }
    // SAFETY: it has no conditions.
    let answer = answer(unsafe { libc::socket(libc::AF_UNIX, socket_type(kind) | flags, 0) });
    small(answer as c_int);
    answer
}

fn bind(fd: c_int, address: &Address) -> i64 {
    // SAFETY: the address is as long as it says.
    answer(unsafe { libc::bind(fd, address.pointer(), address.length) })
}

fn listen(fd: c_int, backlog: c_int) -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::listen(fd, backlog) })
}

fn accept(fd: c_int, flags: c_int) -> (i64, Address) {
    let mut peer = Address::none();
    let address = peer.pointer_mut();
    // SAFETY: there is as much room as is said.
    let returned = unsafe { libc::accept4(fd, address, &raw mut peer.length, flags) };
    let answer = answer(returned);
    if c_int::from(peer.raw.sun_family) != libc::AF_INET {
        small(answer as c_int);
    }
    (answer, peer)
}

fn connect(fd: c_int, address: &Address) -> i64 {
    // SAFETY: the address is as long as it says.
    answer(unsafe { libc::connect(fd, address.pointer(), address.length) })
}

fn sendto(fd: c_int, bytes: &[u8], flags: c_int, to: Option<&Address>) -> i64 {
    let (address, length) = to.map_or((ptr::null(), 0), |to| (to.pointer(), to.length));
    let (data, size) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: bytes and address are as long as is said.
    answer(unsafe { libc::sendto(fd, data, size, flags, address, length) } as i64)
}

fn recvfrom(fd: c_int, buffer: &mut [u8], flags: c_int) -> (i64, Address) {
    let mut from = Address::none();
    let (data, size, address) = (buffer.as_mut_ptr().cast(), buffer.len(), from.pointer_mut());
    // SAFETY: there is as much room as is said.
    let got = unsafe { libc::recvfrom(fd, data, size, flags, address, &raw mut from.length) };
    (answer(got as i64), from)
}

fn shutdown(fd: c_int, how: c_int) -> i64 {
    // SAFETY: it has no conditions.
    answer(unsafe { libc::shutdown(fd, how) })
}

fn getsockname(fd: c_int) -> (i64, Address) {
    let mut name = Address::none();
    let address = name.pointer_mut();
    // SAFETY: there is as much room as is said.
    let returned = unsafe { libc::getsockname(fd, address, &raw mut name.length) };
    (answer(returned), name)
}
