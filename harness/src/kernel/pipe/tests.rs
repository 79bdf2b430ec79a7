//! Both sides of every rule of pipes, FIFOs, and poll(2) on them.

use super::*;
use crate::choice::{Choice, Chooser, Fate};
use crate::kernel::{
    Action, Call, Config, Control, Disposition, Faults, Kernel as _, PollFd, Signal, Status,
    Timeout,
};

/// Answers all questions alike.
struct Always(usize);

impl Chooser for Always {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        Some(self.0.min(choice.arity() - 1))
    }

    fn watches(&self) -> bool {
        false
    }
}

/// Three processes on one machine, the second and third forked when the test says so.
struct Machine(Simulated);

const A: ProcessId = ProcessId::new(0);
const B: ProcessId = ProcessId::new(1);
const C: ProcessId = ProcessId::new(2);
const NONE: OpenFlags = OpenFlags::RDONLY;
const NONBLOCK: OpenFlags = OpenFlags::NONBLOCK;
const WAITS: Status = Status::Waits;

const fn done(count: usize) -> Status {
    Status::Done(Ok(count))
}

const fn fails(errno: Errno) -> Status {
    Status::Done(Err(errno))
}

impl Machine {
    fn new() -> Self {
        Self::with(Config { in_order: true, ..Config::default() })
    }

    fn with(config: Config) -> Self {
        Self(Simulated::new(config, 3))
    }

    /// With three processes, and a pipe of one page that all of them have.
    fn with_small_pipe() -> (Self, Fd, Fd) {
        let config = Config { in_order: true, pipe_pages: 1, ..Config::default() };
        let mut machine = Self::with(config);
        let [reads, writes] = machine.pipe(NONE);
        machine.0.fork(A, B);
        machine.0.fork(A, C);
        (machine, reads, writes)
    }

    fn with_fifo() -> Self {
        let mut machine = Self::new();
        machine.0.fork(A, B);
        machine.0.fork(A, C);
        assert_eq!(machine.mkfifo("f"), done(0));
        machine
    }

    fn step(&mut self, me: ProcessId, mut call: Call<'_>) -> Status {
        self.0.step(me, &mut call, &mut Always(0))
    }

    fn ignore_sigpipe(&mut self, me: ProcessId) {
        let action = Action { disposition: Disposition::Ignore, ..Action::default() };
        let (action, old) = (Some(action), &mut Action::default());
        let call = Call::Sigaction { signal: Signal::PIPE, action, old };
        assert_eq!(self.step(me, call), done(0));
    }

    fn pipe(&mut self, flags: OpenFlags) -> [Fd; 2] {
        let mut ends = [Fd(-1); 2];
        assert_eq!(self.step(A, Call::Pipe { ends: &mut ends, flags }), done(0));
        ends
    }

    fn write(&mut self, me: ProcessId, fd: Fd, count: usize) -> Status {
        self.step(me, Call::Write { fd, bytes: &vec![b'x'; count] })
    }

    fn read(&mut self, me: ProcessId, fd: Fd, count: usize) -> Status {
        self.step(me, Call::Read { fd, buffer: &mut vec![0; count] })
    }

    fn text(&mut self, me: ProcessId, fd: Fd) -> String {
        let mut buffer = [0; 64];
        match self.step(me, Call::Read { fd, buffer: &mut buffer }) {
            Status::Done(Ok(count)) => String::from_utf8(buffer[..count].to_vec()).unwrap(),
            status => panic!("{status:?}"),
        }
    }

    fn close(&mut self, me: ProcessId, fd: Fd) {
        assert_eq!(self.step(me, Call::Close { fd }), done(0));
    }

    fn open(&mut self, me: ProcessId, flags: OpenFlags) -> Status {
        self.step(me, Call::Open { path: "f", flags })
    }

    fn mkfifo(&mut self, path: &str) -> Status {
        self.step(A, Call::Mkfifo { path })
    }

    fn size(&mut self, fd: Fd, bytes: usize) -> Status {
        self.step(A, Call::Fcntl { fd, control: Control::SetPipeSize(bytes) })
    }

    fn poll(&mut self, me: ProcessId, fd: Fd) -> PollEvents {
        let asked = PollEvents::IN | PollEvents::OUT;
        let mut fds = [PollFd { fd, events: asked, revents: PollEvents::empty() }];
        let status = self.step(me, Call::Poll { fds: &mut fds, timeout: Timeout::After(0) });
        assert_eq!(status, done(usize::from(!fds[0].revents.is_empty())));
        fds[0].revents
    }

    fn is_ready(&self, process: ProcessId) -> bool {
        self.0.ready().contains(process)
    }
}

#[test]
fn bytes_come_out_in_the_order_in_which_they_went_in() {
    let mut machine = Machine::new();
    let [reads, writes] = machine.pipe(NONE);
    assert_eq!([reads, writes], [Fd(3), Fd(4)]);
    for text in ["one ", "two ", "three"] {
        let bytes = text.as_bytes();
        assert_eq!(machine.step(A, Call::Write { fd: writes, bytes }), done(bytes.len()));
    }
    assert_eq!(machine.read(A, reads, 2), done(2));
    assert_eq!(machine.text(A, reads), "e two three");
}

#[test]
fn ends_are_one_way_and_flags_are_those_of_pipe2() {
    let mut machine = Machine::new();
    let [reads, writes] = machine.pipe(NONBLOCK);
    assert_eq!(machine.write(A, reads, 1), fails(Errno::EBADF));
    assert_eq!(machine.read(A, writes, 1), fails(Errno::EBADF));
    assert_eq!(machine.read(A, Fd(9), 1), fails(Errno::EBADF));
    assert_eq!(machine.read(A, reads, 1), fails(Errno::EAGAIN));
    let call = Call::Pipe { ends: &mut [Fd(0); 2], flags: OpenFlags::CREAT };
    assert_eq!(machine.step(A, call), fails(Errno::EINVAL));
}

#[test]
fn how_many_writes_fit_depends_on_how_their_tails_merge() {
    // Measured: writes of so many bytes until EAGAIN.
    for (bytes, writes, last) in [
        (1, 65536, None),
        (100, 640, None),
        (2049, 16, None),
        (4095, 16, None),
        (4096, 16, None),
        (5000, 10, Some(4096)),
        (100_000, 0, Some(65536)),
    ] {
        let mut machine = Machine::new();
        let [_, fd] = machine.pipe(NONBLOCK);
        for _ in 0..writes {
            assert_eq!(machine.write(A, fd, bytes), done(bytes));
        }
        if let Some(last) = last {
            assert_eq!(machine.write(A, fd, bytes), done(last));
        }
        assert_eq!(machine.write(A, fd, bytes), fails(Errno::EAGAIN), "{bytes}");
    }
}

#[test]
fn there_is_room_once_a_whole_page_is_free() {
    let mut machine = Machine::new();
    let [reads, writes] = machine.pipe(NONBLOCK);
    for _ in 0..16 {
        assert_eq!(machine.write(A, writes, 2049), done(2049));
    }
    assert_eq!(machine.poll(A, writes), PollEvents::empty());
    assert_eq!(machine.read(A, reads, 1), done(1));
    assert_eq!(machine.poll(A, writes), PollEvents::empty());
    // It merges, though poll does not promise it.
    assert_eq!(machine.write(A, writes, 1), done(1));
    assert_eq!(machine.write(A, writes, 2047), fails(Errno::EAGAIN));
    assert_eq!(machine.read(A, reads, 2048), done(2048));
    assert_eq!(machine.poll(A, writes), PollEvents::OUT);
    assert_eq!(machine.write(A, writes, 4096), done(4096));
}

#[test]
fn a_page_that_was_read_to_its_end_has_no_room_left() {
    let mut machine = Machine::new();
    let [reads, writes] = machine.pipe(NONE);
    assert_eq!(machine.write(A, writes, 1), done(1));
    assert_eq!(machine.read(A, reads, 1), done(1));
    let mut fresh = Machine::new();
    fresh.pipe(NONE);
    assert_eq!(machine.0, fresh.0);
    assert_eq!(machine.0.digest(), fresh.0.digest());
}

#[test]
fn a_write_of_a_page_is_whole_or_waits() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(A, writes, 100), done(100));
    assert_eq!(machine.write(B, writes, 3997), WAITS);
    assert!(!machine.is_ready(B));
    assert_eq!(machine.read(A, reads, 99), done(99));
    assert!(!machine.is_ready(B));
    assert_eq!(machine.read(A, reads, 99), done(1));
    assert!(machine.is_ready(B));
    assert_eq!(machine.write(B, writes, 3997), done(3997));
}

#[test]
fn a_longer_write_goes_on_as_pages_become_free() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(B, writes, 10_000), WAITS);
    assert_eq!(machine.read(A, reads, 10_000), done(4096));
    assert_eq!(machine.write(B, writes, 10_000), WAITS);
    assert_eq!(machine.0.waiting(B), Some(Waiting::PipeToWrite(PipeId(0), 1808)));
    assert_eq!(machine.read(A, reads, 10_000), done(4096));
    assert_eq!(machine.write(B, writes, 10_000), done(10_000));
    assert_eq!(machine.read(A, reads, 10_000), done(1808));
}

#[test]
fn what_waits_does_not_merge_any_more() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(A, writes, 4096), done(4096));
    assert_eq!(machine.write(B, writes, 100), WAITS);
    assert_eq!(machine.read(A, reads, 4096), done(4096));
    assert_eq!(machine.write(A, writes, 100), done(100), "a newcomer may barge in");
    assert!(!machine.is_ready(B), "a page is free only when it is empty");
    assert_eq!(machine.read(A, reads, 100), done(100));
    assert_eq!(machine.write(B, writes, 100), done(100));
}

#[test]
fn who_came_first_is_served_first_where_order_is_asked_for() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.read(C, reads, 1), WAITS);
    assert_eq!(machine.read(B, reads, 1), WAITS);
    assert_eq!(machine.write(A, writes, 2), done(2));
    assert!(machine.is_ready(C) && !machine.is_ready(B));
    assert_eq!(machine.read(C, reads, 1), done(1));
    assert!(machine.is_ready(B));
}

#[test]
fn nothing_is_written_by_a_write_of_nothing() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(A, writes, 4096), done(4096));
    assert_eq!(machine.write(A, writes, 0), done(0));
    assert_eq!(machine.read(A, reads, 0), done(0));
    for process in [A, B, C] {
        machine.close(process, reads);
    }
    assert_eq!(machine.write(A, writes, 0), done(0));
}

#[test]
fn the_end_comes_when_the_last_writer_is_gone() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(A, writes, 3), done(3));
    machine.close(A, writes);
    machine.close(C, writes);
    assert_eq!(machine.read(A, reads, 5), done(3));
    assert_eq!(machine.read(A, reads, 5), WAITS);
    assert!(!machine.is_ready(A), "one process still has the writing end");
    assert_eq!(machine.step(B, Call::Exit { status: 0 }), Status::Died);
    assert!(machine.is_ready(A));
    assert_eq!(machine.read(A, reads, 5), done(0));
}

#[test]
fn without_readers_a_write_breaks() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    machine.ignore_sigpipe(A);
    machine.ignore_sigpipe(B);
    machine.close(B, reads);
    assert_eq!(machine.write(B, writes, 5000), WAITS);
    machine.close(A, reads);
    machine.close(C, reads);
    assert!(machine.is_ready(B));
    assert_eq!(machine.write(B, writes, 5000), done(4096), "what was written counts");
    assert_eq!(machine.write(A, writes, 1), fails(Errno::EPIPE));
    assert_eq!(machine.poll(A, writes), PollEvents::ERR);
    // Who does not ignore the signal dies of it.
    assert_eq!(machine.write(C, writes, 1), Status::Died);
}

#[test]
fn an_interrupted_write_says_how_far_it_came() {
    let faults = Faults { at_most: 9, interrupts: true, ..Faults::default() };
    let mut machine = Machine::with(Config { faults, pipe_pages: 1, ..Config::default() });
    let [reads, writes] = machine.pipe(NONE);
    let mut interrupted = Always(1);
    let mut call = Call::Write { fd: writes, bytes: &[1; 5000] };
    assert_eq!(machine.0.step(A, &mut call, &mut interrupted), done(4096));
    let mut call = Call::Write { fd: writes, bytes: &[1; 4096] };
    assert_eq!(machine.0.step(A, &mut call, &mut interrupted), fails(Errno::EINTR));
    assert_eq!(machine.read(A, reads, 9000), done(4096));
}

#[test]
fn a_pipe_can_be_made_larger_and_smaller_but_not_smaller_than_what_is_in_it() {
    let mut machine = Machine::new();
    let [reads, writes] = machine.pipe(NONE);
    for (asked, answer) in [
        (0, done(4096)),
        (100, done(4096)),
        (4097, done(8192)),
        (3 * 4096, done(16384)),
        (1 << 20, done(1 << 20)),
        ((1 << 20) + 1, fails(Errno::EPERM)),
        ((1 << 31) + 1, fails(Errno::EINVAL)),
        (65536, done(65536)),
    ] {
        assert_eq!(machine.size(reads, asked), answer, "{asked}");
    }
    for _ in 0..3 {
        assert_eq!(machine.write(A, writes, 2049), done(2049));
    }
    assert_eq!(machine.size(writes, 8192), fails(Errno::EBUSY));
    assert_eq!(machine.size(writes, 3 * 4096), done(16384));
    let size = Call::Fcntl { fd: writes, control: Control::GetPipeSize };
    assert_eq!(machine.step(A, size), done(16384));
}

#[test]
fn a_larger_pipe_lets_writers_go_on() {
    let (mut machine, _, writes) = Machine::with_small_pipe();
    assert_eq!(machine.write(B, writes, 5000), WAITS);
    assert_eq!(machine.size(writes, 8192), done(8192));
    assert!(machine.is_ready(B));
    assert_eq!(machine.write(B, writes, 5000), done(5000));
}

#[test]
fn a_change_of_size_that_makes_no_room_moves_the_first_in_line_to_its_end() {
    for (resized, first) in [(false, B), (true, C)] {
        let (mut machine, reads, writes) = Machine::with_small_pipe();
        assert_eq!(machine.write(A, writes, 4096), done(4096));
        assert_eq!(machine.write(B, writes, 4096), WAITS);
        assert_eq!(machine.write(C, writes, 4096), WAITS);
        if resized {
            assert_eq!(machine.size(reads, 4096), done(4096));
        }
        assert_eq!(machine.read(A, reads, 4096), done(4096));
        assert_eq!([B, C].map(|it| machine.is_ready(it)), [first == B, first == C]);
    }
}

#[test]
fn without_descriptors_nothing_is_left_behind() {
    let mut machine = Machine::with(Config { descriptors_max: 4, ..Config::default() });
    let before = machine.0.clone();
    let call = Call::Pipe { ends: &mut [Fd(0); 2], flags: NONE };
    assert_eq!(machine.step(A, call), fails(Errno::EMFILE));
    assert_eq!(machine.0, before);
    assert_eq!(machine.mkfifo("f"), done(0));
    assert_eq!(machine.open(A, OpenFlags::RDWR), done(3));
    assert_eq!(machine.open(A, OpenFlags::RDWR), fails(Errno::EMFILE));
}

#[test]
fn names_of_fifos_are_taken_once_and_given_back() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.mkfifo("f"), fails(Errno::EEXIST));
    assert_eq!(machine.mkfifo(""), fails(Errno::ENOENT));
    assert_eq!(machine.mkfifo(&"n".repeat(255)), done(0));
    assert_eq!(machine.mkfifo(&"n".repeat(256)), fails(Errno::ENAMETOOLONG));
    assert_eq!(machine.open(A, OpenFlags::CREAT | OpenFlags::EXCL), fails(Errno::EEXIST));
    assert_eq!(machine.open(A, OpenFlags::WRONLY | OpenFlags::RDWR), fails(Errno::EINVAL));
    assert_eq!(machine.step(A, Call::Unlink { path: "f" }), done(0));
    assert_eq!(machine.step(A, Call::Unlink { path: "f" }), fails(Errno::ENOENT));
    assert_eq!(machine.open(A, NONE), fails(Errno::ENOENT));
    assert_eq!(machine.open(A, OpenFlags::CREAT), fails(Errno::ENOSYS), "no ordinary files");
    assert_eq!(machine.mkfifo("f"), done(0));
}

#[test]
fn an_unlinked_fifo_works_for_who_has_it_open() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.open(A, OpenFlags::RDWR), done(3));
    assert_eq!(machine.open(B, OpenFlags::RDWR), done(3));
    assert_eq!(machine.step(A, Call::Unlink { path: "f" }), done(0));
    assert_eq!(machine.write(A, Fd(3), 5), done(5));
    machine.close(A, Fd(3));
    assert_eq!(machine.read(B, Fd(3), 9), done(5));
    machine.close(B, Fd(3));
    let mut fresh = Machine::with_fifo();
    assert_eq!(fresh.step(A, Call::Unlink { path: "f" }), done(0));
    assert_eq!(machine.0, fresh.0, "nothing is left of it");
}

#[test]
fn opening_a_fifo_waits_for_the_other_end() {
    for (first, second) in [(NONE, OpenFlags::WRONLY), (OpenFlags::WRONLY, NONE)] {
        let mut machine = Machine::with_fifo();
        machine.ignore_sigpipe(A);
        assert_eq!(machine.open(A, first), WAITS);
        assert_eq!(machine.open(C, first), WAITS);
        assert!(!machine.is_ready(A));
        assert_eq!(machine.open(B, second), done(3));
        // It has come: that it goes again is too late.
        machine.close(B, Fd(3));
        assert!(machine.is_ready(A) && machine.is_ready(C));
        assert_eq!(machine.open(A, first), done(3));
        assert_eq!(machine.open(C, first), done(3));
        let status =
            if first == NONE { machine.read(A, Fd(3), 1) } else { machine.write(A, Fd(3), 1) };
        assert_eq!(status, if first == NONE { done(0) } else { fails(Errno::EPIPE) });
    }
}

#[test]
fn who_waits_in_opening_counts_as_having_opened() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.open(A, OpenFlags::WRONLY | NONBLOCK), fails(Errno::ENXIO));
    assert_eq!(machine.open(B, NONE), WAITS);
    assert_eq!(machine.open(A, OpenFlags::WRONLY | NONBLOCK), done(3));
    assert_eq!(machine.write(A, Fd(3), 5), done(5));
    machine.close(A, Fd(3));
    assert_eq!(machine.open(B, NONE), done(3));
    assert_eq!(machine.read(B, Fd(3), 9), done(5));
    assert_eq!(machine.read(B, Fd(3), 9), done(0));
}

#[test]
fn an_open_that_is_given_up_is_taken_back() {
    let faults = Faults { at_most: 9, interrupts: true, ..Faults::default() };
    let mut machine = Machine::with(Config { faults, ..Config::default() });
    assert_eq!(machine.mkfifo("f"), done(0));
    let before = machine.0.clone();
    let mut call = Call::Open { path: "f", flags: NONE };
    assert_eq!(machine.0.step(A, &mut call, &mut Always(1)), fails(Errno::EINTR));
    assert_eq!(machine.0.faults_left, 8);
    machine.0.faults_left = 9;
    assert_eq!(machine.0, before);
    assert_eq!(machine.open(A, OpenFlags::WRONLY | NONBLOCK), fails(Errno::ENXIO));
}

/// Answers that the process dies, where it may.
struct Dies;
impl Chooser for Dies {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Fate { fates, .. } = choice else { unreachable!("a kernel asks") };
        fates.iter().position(|&fate| fate == Fate::Dies)
    }

    fn watches(&self) -> bool {
        false
    }
}

#[test]
fn an_open_whose_process_dies_is_taken_back() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.open(B, NONE), WAITS);
    machine.0.end(B, crate::kernel::Ending::Killed(Signal::KILL));
    assert_eq!(machine.open(A, OpenFlags::WRONLY | NONBLOCK), fails(Errno::ENXIO));

    let faults = Faults { at_most: 1, mortal: [A].into_iter().collect(), ..Faults::default() };
    let mut machine = Machine::with(Config { faults, ..Config::default() });
    machine.0.fork(A, B);
    assert_eq!(machine.mkfifo("f"), done(0));
    assert_eq!(machine.open(A, NONE), WAITS);
    let mut call = Call::Open { path: "f", flags: NONE };
    assert_eq!(machine.0.step(A, &mut call, &mut Dies), Status::Died);
    assert_eq!(machine.open(B, OpenFlags::WRONLY | NONBLOCK), fails(Errno::ENXIO));
}

#[test]
fn a_fifo_opened_for_both_has_a_writer_of_its_own() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.open(B, NONE), WAITS);
    assert_eq!(machine.open(A, OpenFlags::RDWR), done(3));
    assert_eq!(machine.open(B, NONE), done(3));
    assert_eq!(machine.write(A, Fd(3), 1), done(1));
    assert_eq!(machine.read(A, Fd(3), 1), done(1));
    assert_eq!(machine.read(A, Fd(3), 1), WAITS);
    assert!(!machine.is_ready(A));
}

#[test]
fn what_is_in_a_fifo_lives_while_somebody_has_it_open() {
    let mut machine = Machine::with_fifo();
    assert_eq!(machine.open(A, NONE | NONBLOCK), done(3));
    assert_eq!(machine.open(A, OpenFlags::WRONLY), done(4));
    assert_eq!(machine.size(Fd(4), 1), done(4096));
    assert_eq!(machine.write(A, Fd(4), 5), done(5));
    machine.close(A, Fd(3));
    assert_eq!(machine.open(A, NONE | NONBLOCK), done(3));
    assert_eq!(machine.read(A, Fd(3), 2), done(2));
    machine.close(A, Fd(4));
    machine.close(A, Fd(3));
    assert_eq!(machine.0, Machine::with_fifo().0, "what was in it is lost, and so is its size");
}

#[test]
fn the_end_of_a_fifo_is_no_end_once_there_is_a_new_writer() {
    let mut machine = Machine::with_fifo();
    let (reads, writes) = (Fd(3), Fd(3));
    assert_eq!(machine.open(A, NONE | NONBLOCK), done(3));
    assert_eq!(machine.read(A, reads, 1), done(0));
    assert_eq!(machine.poll(A, reads), PollEvents::empty(), "nobody has hung up yet");
    assert_eq!(machine.open(B, OpenFlags::WRONLY), done(3));
    assert_eq!(machine.read(A, reads, 1), fails(Errno::EAGAIN));
    assert_eq!(machine.poll(A, reads), PollEvents::empty());
    machine.close(B, writes);
    assert_eq!(machine.poll(A, reads), PollEvents::HUP);
    assert_eq!(machine.open(B, OpenFlags::WRONLY), done(3));
    assert_eq!(machine.poll(A, reads), PollEvents::empty());
}

#[test]
fn poll_answers_for_each_end() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    assert_eq!(machine.poll(A, reads), PollEvents::empty());
    assert_eq!(machine.poll(A, writes), PollEvents::OUT);
    assert_eq!(machine.write(A, writes, 1), done(1));
    assert_eq!(machine.poll(A, reads), PollEvents::IN);
    assert_eq!(machine.poll(A, writes), PollEvents::empty());
    for process in [A, B, C] {
        machine.close(process, writes);
    }
    assert_eq!(machine.poll(A, reads), PollEvents::IN | PollEvents::HUP);
    assert_eq!(machine.read(A, reads, 1), done(1));
    assert_eq!(machine.poll(A, reads), PollEvents::HUP);
    assert_eq!(machine.poll(A, writes), PollEvents::NVAL);
    assert_eq!(machine.poll(A, Fd(-1)), PollEvents::empty());
}

#[test]
fn poll_waits_for_whichever_comes_first_or_for_its_time() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    let asked = |fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
    let mut fds = [asked(Fd(-1)), asked(writes), asked(reads)];
    let timeout = Timeout::Never;
    assert_eq!(machine.step(B, Call::Poll { fds: &mut fds, timeout }), WAITS);
    assert!(!machine.is_ready(B));
    assert_eq!(machine.write(A, writes, 1), done(1));
    assert!(machine.is_ready(B));
    assert_eq!(machine.step(B, Call::Poll { fds: &mut fds, timeout }), done(1));
    assert_eq!(fds.map(|polled| polled.revents.bits()), [0, 0, 1]);

    assert_eq!(machine.read(A, reads, 1), done(1));
    let timeout = Timeout::After(5);
    assert_eq!(machine.step(B, Call::Poll { fds: &mut fds, timeout }), WAITS);
    assert!(machine.is_ready(B), "time may pass");
    assert_eq!(machine.step(B, Call::Poll { fds: &mut fds, timeout }), done(0));
    assert_eq!(fds.map(|polled| polled.revents.bits()), [0, 0, 0]);
}

#[test]
fn who_waits_for_a_pipe_is_told_who_has_its_other_end() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    let (Fd(reading), Fd(writing)) = (reads, writes);
    machine.close(C, reads);
    machine.close(C, writes);
    let mut fds = [PollFd { fd: reads, events: PollEvents::IN, revents: PollEvents::empty() }];
    let poll = Call::Poll { fds: &mut fds, timeout: Timeout::Never };
    assert_eq!(machine.step(A, poll), WAITS);
    assert_eq!(machine.read(B, reads, 1), WAITS);
    let holders =
        format!("Its writing end is open in P0 (descriptor {writing}), P1 (descriptor {writing}).");
    assert_eq!(
        machine.0.plight(A).as_deref(),
        Some(&*format!(
            "for an event of any of the descriptors. Descriptor {reading} is pipe 0. {holders}"
        ))
    );
    assert_eq!(
        machine.0.plight(B).as_deref(),
        Some(&*format!("for bytes, or for the end, of pipe 0. {holders}"))
    );
    assert_eq!(machine.0.plight(C), None);
    let table =
        [format!("{reading}: pipe 0, reading end"), format!("{writing}: pipe 0, writing end")];
    assert_eq!(machine.0.table(A), table);
    assert!(machine.0.table(C).is_empty());
}

/// Measured: a reader looks at the flag before it waits, a writer each time.
#[test]
fn who_is_interrupted_where_calls_do_not_wait_any_more() {
    let (mut machine, reads, writes) = Machine::with_small_pipe();
    let action = Action { disposition: Disposition::Handler(0), ..Action::default() };
    for me in [B, C] {
        let (action, old) = (Some(action), &mut Action::default());
        let call = Call::Sigaction { signal: Signal::USR1, action, old };
        assert_eq!(machine.step(me, call), done(0));
    }
    assert_eq!(machine.read(B, reads, 1), WAITS);
    let control = Control::SetFlags(NONBLOCK);
    for fd in [reads, writes] {
        assert_eq!(machine.step(A, Call::Fcntl { fd, control }), done(0));
    }
    let kill = |machine: &mut Machine, of| {
        let pid = machine.0.pid(of);
        assert_eq!(machine.step(A, Call::Kill { pid, signal: Signal::USR1.0 }), done(0));
    };
    kill(&mut machine, B);
    assert_eq!(machine.read(B, reads, 1), Status::Interrupted(Some(Err(Errno::EINTR))));
    let call = Call::Fcntl { fd: writes, control: Control::SetFlags(NONE) };
    assert_eq!(machine.step(A, call), done(0));
    assert_eq!(machine.write(A, writes, 4096), done(4096));
    assert_eq!(machine.write(C, writes, 1), WAITS);
    assert_eq!(machine.step(A, Call::Fcntl { fd: writes, control }), done(0));
    kill(&mut machine, C);
    assert_eq!(machine.write(C, writes, 1), fails(Errno::EAGAIN));
}
