//! Linux as the other side: processes of the executor, told what to call, and watched while they wait.
//!
//! Who waits in a call is seen, not timed. The letter in `/proc/PID/stat` is `S` while a process sleeps; it
//! becomes another one at once when somebody wakes it. If all who owe an answer sleep, and nobody has run
//! between two looks at all of them, then none will answer until another call is made. Who waits for a short time
//! only is waited for. What goes by TCP arrives when it arrives: there, who sleeps is given a while to answer what the
//! simulation says.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use tests::conformance::{
    Abilities, Arrival, Message, OWN_PORTS, Order, PROCESSES, Ports, Reply, Request, name, receive,
    send,
};

/// What became of the call of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It returned.
    Replied(Reply),
    /// The process is no more.
    Died,
}

/// What became of the calls of those who were in one: `None` if it goes on, or there was none.
pub(crate) type Fates = [Option<Fate>; PROCESSES];

/// A process of the executor.
struct Role {
    channel: UnixStream,
    /// What has come of its next frame.
    frame: Vec<u8>,
    pid: Option<i32>,
    stat: Option<File>,
    schedstat: Option<File>,
    /// Owes an answer.
    is_inside: bool,
    is_dead: bool,
}

/// How often it is looked whether something arrives after all; others run in between.
const LOOKS_MAX: usize = 500_000;

/// The first of the ports that are a sequence's own; the next sequence has the next ones, as a port is not free for a
/// minute after a connection (`TIME_WAIT`). The kernel chooses others, above 32768.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// What a look at a process shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Runs,
    /// It sleeps; so often has it run.
    Sleeps(u64),
    Dead,
}

/// This machine.
pub(crate) struct Machine {
    executor: Child,
    orders: UnixStream,
    roles: Vec<Role>,
    folder: PathBuf,
    ports: Ports,
    next_port: u16,
    pub(crate) abilities: Abilities,
}

impl Machine {
    /// Starts the executor; fails where there is something that this way of looking needs and that is not there. Sockets
    /// are made to take so many bytes of what they send, or left as they come.
    pub(crate) fn start(name: &str, socket_bytes: Option<usize>) -> io::Result<Self> {
        fs::read_to_string("/proc/self/schedstat")?;
        let thread = fs::read_link("/proc/thread-self")?;
        let thread = thread.file_name().unwrap_or_default().to_owned();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("conformance-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        // A path of a socket is short: it is relative to where the executor starts.
        let socket = std::env::temp_dir().join(format!("conf-{name}-{}", std::process::id()));
        let listener = UnixListener::bind(&socket)?;
        listener.set_nonblocking(true)?;
        let executor = Command::new(env!("CARGO_BIN_EXE_executor"))
            .arg(&socket)
            .arg(&folder)
            .arg(thread)
            .args(socket_bytes.map(|bytes| bytes.to_string()))
            .stdin(Stdio::null())
            .spawn();
        let accepted = executor.and_then(|mut executor| {
            let mut streams = Vec::new();
            while streams.len() <= PROCESSES {
                match listener.accept() {
                    Ok((stream, _)) => streams.push(stream),
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                    Err(_) => {
                        if let Some(status) = executor.try_wait()? {
                            return Err(io::Error::other(format!("the executor: {status}")));
                        }
                        thread::yield_now();
                    }
                }
            }
            Ok((executor, streams))
        });
        fs::remove_file(&socket)?;
        let (executor, mut streams) = accepted?;
        let channels = streams.split_off(1);
        let orders = streams.remove(0);
        orders.set_nonblocking(false)?;
        send(&orders, &Order::Probe)?;
        let abilities = receive(&orders)?;
        let roles = channels.into_iter().map(Role::new).collect::<io::Result<_>>()?;
        let (ports, next_port) = (Ports::default(), PORTS.start);
        Ok(Self { executor, orders, roles, folder, ports, next_port, abilities })
    }

    /// Ends all processes of the last sequence, and begins with one.
    pub(crate) fn begin(&mut self) {
        self.order(&Order::End);
        for role in &mut self.roles {
            role.clear();
        }
        if self.next_port + OWN_PORTS as u16 > PORTS.end {
            self.next_port = PORTS.start;
        }
        self.ports = Ports::own(self.next_port);
        self.next_port += OWN_PORTS as u16;
        self.order(&Order::Begin);
        self.born(0);
    }

    fn order(&mut self, order: &Order) {
        send(&self.orders, order).expect("the executor listens");
        receive::<()>(&self.orders).expect("the executor answers");
    }

    /// Waits for the first word of a process.
    fn born(&mut self, index: usize) {
        let role = &mut self.roles[index];
        let pid: i32 = loop {
            if let Some(pid) = role.frame() {
                break pid;
            }
            thread::yield_now();
        };
        let open = |file| File::open(format!("/proc/{pid}/{file}")).expect("it lives");
        role.pid = Some(pid);
        role.stat = Some(open("stat"));
        role.schedstat = Some(open("schedstat"));
    }

    /// Has a process make a call, and waits until nothing moves any more.
    pub(crate) fn call(
        &mut self,
        process: usize,
        request: &Request,
        arrivals: Vec<Arrival>,
        is_expected: &dyn Fn(&Fates) -> bool,
    ) -> Fates {
        let pids = self.roles.iter().map_while(|role| role.pid).collect();
        let request = request.clone();
        let ports = self.ports.0.clone();
        let message = Message { pids, ports, arrivals, request: request.clone() };
        let role = &mut self.roles[process];
        role.is_inside = true;
        send(Patient(&role.channel), &message).expect("the process listens");
        let ends = request.is_short().then_some(process);
        let mut fates = self.settle(request.may_kill(), ends, is_expected);
        if let (Request::Fork { child }, Some(Fate::Replied(reply))) = (&request, &fates[process]) {
            assert_eq!(reply.answer, 0, "this machine has room for one more process");
            self.born(*child);
        }
        self.after(&mut fates);
        fates
    }

    /// Sends a process a signal, and waits until nothing moves any more.
    pub(crate) fn signal(
        &mut self,
        process: usize,
        signal: i32,
        is_expected: &dyn Fn(&Fates) -> bool,
    ) -> Fates {
        let pid = self.roles[process].pid.expect("it was born");
        self.order(&Order::Signal(pid, signal));
        let mut fates = self.settle(true, None, is_expected);
        self.after(&mut fates);
        fates
    }

    pub(crate) fn forget_ports(&mut self, places: &[usize]) {
        self.ports.forget(places);
    }

    /// Nothing moves any more: the dead are buried, and who is named is known.
    fn after(&mut self, fates: &mut Fates) {
        if fates.contains(&Some(Fate::Died)) {
            let dead = self.roles.iter().filter(|role| role.is_dead);
            let dead = dead.filter_map(|role| role.pid).collect();
            self.order(&Order::Bury(dead));
        }
        // Only now is everybody known who may have sent a signal.
        let mut ports = std::mem::take(&mut self.ports);
        self.name(fates, &mut ports);
        self.ports = ports;
    }

    /// Says what processes and ports replies name.
    fn name(&self, fates: &mut Fates, ports: &mut Ports) {
        let pids: Vec<i32> = self.roles.iter().map_while(|role| role.pid).collect();
        for fate in fates.iter_mut().flatten() {
            if let Fate::Replied(Reply { words, told, handled, .. }) = fate {
                for info in told.iter_mut().chain(handled) {
                    info.process = name(info.process as i32, &pids);
                }
                ports.name(words);
            }
        }
    }

    fn named(&self, mut fates: Fates) -> Fates {
        self.name(&mut fates, &mut self.ports.clone());
        fates
    }

    /// Waits until nothing moves, and it `ends`. Those who are not in a call are looked at only if they may have
    /// died. What is not expected may become so.
    fn settle(
        &mut self,
        may_kill: bool,
        ends: Option<usize>,
        is_expected: &dyn Fn(&Fates) -> bool,
    ) -> Fates {
        let mut fates = Fates::default();
        let mut last = [None; PROCESSES];
        let mut looks = 0;
        loop {
            thread::yield_now();
            let mut now = [None; PROCESSES];
            for (index, role) in self.roles.iter_mut().enumerate() {
                let is_idle = role.pid.is_some() && !role.is_dead;
                if role.is_inside || may_kill && is_idle {
                    let (fate, look) = role.look();
                    fates[index] = fate.or(fates[index].take());
                    now[index] = (!role.is_dead).then_some(look);
                }
            }
            let all_sleep = now.iter().flatten().all(|look| matches!(look, Look::Sleeps(_)));
            let nobody_owes = !self.roles.iter().any(|role| role.is_inside);
            let owes = ends.is_some_and(|process| self.roles[process].is_inside);
            if nobody_owes && !may_kill || all_sleep && now == last && !owes {
                let is_over = nobody_owes && !may_kill || looks >= LOOKS_MAX;
                if is_over || is_expected(&self.named(fates.clone())) {
                    return fates;
                }
                looks += 1;
            }
            last = now;
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The executor ends all when nobody tells it anything any more.
        drop(send(&self.orders, &Order::End));
        drop(self.orders.shutdown(std::net::Shutdown::Both));
        drop(self.executor.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Role {
    fn new(channel: UnixStream) -> io::Result<Self> {
        channel.set_nonblocking(true)?;
        Ok(Self {
            channel,
            frame: Vec::new(),
            pid: None,
            stat: None,
            schedstat: None,
            is_inside: false,
            is_dead: false,
        })
    }

    /// Its process has ended; another one will speak through the same channel.
    fn clear(&mut self) {
        while (&self.channel).read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
        self.frame.clear();
        (self.pid, self.stat, self.schedstat) = (None, None, None);
        (self.is_inside, self.is_dead) = (false, false);
    }

    /// The next frame, if it is there.
    fn frame<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            let mut chunk = [0; 4096];
            match (&self.channel).read(&mut chunk) {
                Ok(0) => panic!("the executor is gone"),
                Ok(count) => self.frame.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
        }
        let length = u32::from_le_bytes(*self.frame.first_chunk()?) as usize;
        let body = self.frame.get(4..4 + length)?;
        let value = serde_json::from_slice(body).expect("frames are well formed");
        self.frame.drain(..4 + length);
        Some(value)
    }

    /// How it is, and what became of its call.
    fn look(&mut self) -> (Option<Fate>, Look) {
        // In this order: who sleeps and has not answered by then sleeps in the call.
        let look = self.state();
        if let Some(reply) = self.frame() {
            self.is_inside = false;
            return (Some(Fate::Replied(reply)), look);
        }
        if look == Look::Dead {
            self.is_inside = false;
            self.is_dead = true;
            return (Some(Fate::Died), look);
        }
        (None, look)
    }

    fn state(&self) -> Look {
        let mut line = [0; 512];
        let (Some(stat), Some(schedstat)) = (&self.stat, &self.schedstat) else {
            unreachable!("only who was born is looked at")
        };
        // A process that was waited for cannot be read any more.
        let Ok(count) = stat.read_at(&mut line, 0) else { return Look::Dead };
        let end = line[..count].iter().rposition(|&byte| byte == b')');
        match end.and_then(|end| line.get(end + 2)) {
            None | Some(b'Z' | b'X' | 0) => Look::Dead,
            Some(b'S') => {
                let Ok(count) = schedstat.read_at(&mut line, 0) else { return Look::Dead };
                let text = String::from_utf8_lossy(&line[..count]);
                let runs = text.split_whitespace().nth(2).and_then(|runs| runs.parse().ok());
                runs.map_or(Look::Runs, Look::Sleeps)
            }
            Some(_) => Look::Runs,
        }
    }
}

/// Writes until all is written, though the channel does not block.
struct Patient<'a>(&'a UnixStream);

impl io::Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::yield_now(),
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
