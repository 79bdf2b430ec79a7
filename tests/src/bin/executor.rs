//! Makes system calls on Linux, as it is told: the real side of the test of the simulated kernel.
//!
//! The first process makes the others: for each sequence of calls a first role, which makes more of them by
//! fork(2) when it is told to. It ends them all when the sequence is over, or when whoever told it is gone. The
//! roles have descriptors 0 to 2 and channels far above, so that the lowest free number is 3.
//!
//! Usage: `executor SOCKET FOLDER THREAD`: where to connect, where paths begin, and which thread tells it
//! what to do.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{FromRawFd as _, IntoRawFd as _};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::ptr;

use libc::{c_int, pid_t};
use tests::conformance::{
    Abilities, Content, DESCRIPTORS, Message, Order, PATHS, PROCESSES, Reply, Request, bytes,
    receive, send,
};

/// The descriptor of the first process's channel; those of the roles follow.
const CHANNELS: c_int = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, socket, folder, thread] = arguments.as_slice() else { return ExitCode::from(2) };
    match Nursery::new(socket, folder, thread.parse().unwrap_or(0)) {
        Ok(nursery) => nursery.run(),
        Err(_) => ExitCode::from(3),
    }
}

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
                Order::Begin => {
                    self.first = Some(self.begin());
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
            play(0, &self.roles);
        }
        first
    }

    /// Ends all roles, and takes away what they made.
    fn end(&mut self) {
        if let Some(first) = self.first.take() {
            kill_group(first);
            while wait(-1, 0).0 > 0 {}
        }
        for path in PATHS {
            // Most of them are not there.
            drop(fs::remove_file(path));
        }
    }
}

/// Is process `me` until its end. Each call is made on command; between them nothing happens to it.
fn play(mut me: usize, channels: &[c_int]) -> ! {
    let mut channel = stream(channels[me]);
    if send(&channel, &own_pid()).is_err() {
        exit(0);
    }
    loop {
        let Ok(Message { pids, request }) = receive::<Message>(&channel) else { exit(0) };
        let reply = if let Request::Fork { child } = request {
            let pid = fork();
            if pid == 0 {
                me = child;
                channel = stream(channels[me]);
                if send(&channel, &own_pid()).is_err() {
                    exit(0);
                }
                continue;
            }
            Reply { answer: i64::from(pid.min(0)), ..Reply::default() }
        } else {
            make(&request, &pids)
        };
        if send(&channel, &reply).is_err() {
            exit(0);
        }
    }
}

/// Makes the call.
fn make(request: &Request, pids: &[pid_t]) -> Reply {
    let mut reply = Reply::default();
    // Processes by index, counted from 1; 99 is a stranger.
    let named = |pid: pid_t| pids.iter().position(|&other| other == pid).map_or(99, |it| it + 1);
    reply.answer = match *request {
        Request::Pipe { flags } => {
            let (answer, ends) = pipe(flags as c_int);
            reply.words = ends.map(i64::from).to_vec();
            answer
        }
        Request::Read { fd, length } => {
            let mut buffer = vec![0; length];
            let answer = read(fd, &mut buffer);
            reply.content = Content::of(&buffer[..usize::try_from(answer).unwrap_or(0)]);
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
        Request::Poll { ref fds, waits } => {
            let fill = |&(fd, events): &(c_int, u16)| libc::pollfd {
                fd,
                events: events.cast_signed(),
                revents: 0,
            };
            let mut fds: Vec<_> = fds.iter().map(fill).collect();
            let answer = poll(&mut fds, if waits { -1 } else { 0 });
            reply.words = fds.iter().map(|it| it.revents.cast_unsigned().into()).collect();
            answer
        }
        Request::Getpid => named(own_pid()) as i64,
        Request::Getppid => named(parent_pid()) as i64,
        Request::Waitpid { child, hang } => {
            // Who was not born yet is a process that does not exist.
            let unborn = pid_t::MAX;
            let pid = usize::try_from(child)
                .map_or(-1, |child| pids.get(child).copied().unwrap_or(unborn));
            match wait(pid, if hang { 0 } else { libc::WNOHANG }) {
                (ended @ 1.., status) => {
                    reply.words = if libc::WIFEXITED(status) {
                        vec![0, libc::WEXITSTATUS(status).into()]
                    } else {
                        vec![1, libc::WTERMSIG(status).into()]
                    };
                    named(ended as pid_t) as i64
                }
                (answer, _) => answer,
            }
        }
        Request::Exit { status } => exit(status),
        Request::Fork { .. } => unreachable!("it is made elsewhere: two come back from it"),
    };
    if reply.answer < 0 {
        reply.words.clear();
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
    Abilities { pid: own_pid(), pipe_bytes, has_large_pipes }
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
    let Some(core) = (0..libc::CPU_SETSIZE as usize).rfind(is_ours) else { return };
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
