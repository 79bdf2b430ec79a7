//! Queues and those who wait at them: both sides of every rule.

use super::super::bench::{Bench, p};
use super::super::time::START;
use super::super::{
    ActionFlags, Answer, Call, Config, Control, Delivery, Errno, Fd, Kernel as _, OpenFlags,
    Origin, PollEvents, QueueAttributes, SigInfo, SigSet, Signal, Status, Timeout, Waiting,
};

const OK: Status = Status::Done(Ok(0));
const BOTH: OpenFlags = OpenFlags::RDWR.union(OpenFlags::CREAT);

const fn fails(errno: Errno) -> Status {
    Status::Done(Err(errno))
}

const fn sizes(messages_max: usize, bytes_max: usize) -> QueueAttributes {
    QueueAttributes { nonblocking: false, messages_max, bytes_max, messages: 0 }
}

impl Bench {
    fn mq_open(&mut self, me: usize, name: &str, flags: OpenFlags) -> Result<Fd, Errno> {
        self.mq_create(me, name, flags, None)
    }

    fn mq_create(
        &mut self,
        me: usize,
        name: &str,
        flags: OpenFlags,
        attributes: Option<QueueAttributes>,
    ) -> Result<Fd, Errno> {
        self.call(me, Call::MqOpen { name, flags, attributes })
            .map(|fd| Fd(i32::try_from(fd).unwrap()))
    }

    /// Opens the queue `/q`, of messages of eight bytes, in all processes.
    fn mq_all(&mut self, count: usize, messages_max: usize) -> Fd {
        let attributes = Some(sizes(messages_max, 8));
        let fds = (0..count).map(|me| self.mq_create(me, "/q", BOTH, attributes).unwrap());
        let fds: Vec<_> = fds.collect();
        assert!(fds.iter().all(|fd| *fd == fds[0]));
        fds[0]
    }

    fn send_within(
        &mut self,
        me: usize,
        fd: Fd,
        text: &str,
        priority: u32,
        timeout: Timeout,
    ) -> Status {
        self.step(me, Call::MqSend { fd, bytes: text.as_bytes(), priority, timeout })
    }

    fn send(&mut self, me: usize, fd: Fd, text: &str) -> Status {
        self.send_within(me, fd, text, 0, Timeout::Never)
    }

    fn receive_within(&mut self, me: usize, fd: Fd, timeout: Timeout) -> Result<String, Status> {
        let (mut buffer, mut priority) = ([0; 8], 0);
        let call = Call::MqReceive { fd, buffer: &mut buffer, priority: &mut priority, timeout };
        match self.step(me, call) {
            Status::Done(Ok(count)) => {
                let text = std::str::from_utf8(&buffer[..count]).unwrap();
                Ok(if priority == 0 { text.to_owned() } else { format!("{text}/{priority}") })
            }
            other => Err(other),
        }
    }

    fn receive(&mut self, me: usize, fd: Fd) -> Result<String, Status> {
        self.receive_within(me, fd, Timeout::Never)
    }

    fn attributes(&mut self, me: usize, fd: Fd) -> Result<QueueAttributes, Errno> {
        let mut attributes = sizes(0, 0);
        self.call(me, Call::MqGetattr { fd, attributes: &mut attributes })?;
        Ok(attributes)
    }

    fn length(&mut self, fd: Fd) -> usize {
        self.attributes(0, fd).unwrap().messages
    }

    fn unlink(&mut self, name: &str) -> Answer {
        self.call(0, Call::MqUnlink { name })
    }

    fn register(&mut self, me: usize, fd: Fd, signal: Option<(Signal, i32)>) -> Answer {
        self.call(me, Call::MqNotify { fd, signal })
    }

    fn poll_events(&self, me: usize, fd: Fd) -> PollEvents {
        let (queue, file) = self.kernel.queue(p(me), fd).unwrap();
        self.kernel.poll_queue(queue, file)
    }

    fn now(&mut self) -> u64 {
        let mut now = 0;
        self.call(0, Call::ClockGettime { now: &mut now }).unwrap();
        now
    }
}

#[test]
fn names_have_one_slash_and_it_comes_first() {
    let longest = format!("/{}", "a".repeat(255));
    let too_long = format!("{longest}a");
    let table = [
        ("x", Errno::EINVAL),
        ("", Errno::EINVAL),
        ("/", Errno::ENOENT),
        ("//x", Errno::EACCES),
        ("/x/y", Errno::EACCES),
        ("/.", Errno::EACCES),
        ("/..", Errno::EACCES),
        (&too_long, Errno::ENAMETOOLONG),
    ];
    let mut bench = Bench::new(1);
    for (name, errno) in table {
        assert_eq!(bench.mq_open(0, name, BOTH), Err(errno), "{name}");
        assert_eq!(bench.unlink(name), Err(errno), "{name}");
    }
    assert_eq!(bench.mq_open(0, &longest, BOTH), Ok(Fd(3)));
    assert_eq!(bench.unlink(&longest), Ok(0));
    assert_eq!(bench.mq_open(0, "/...", BOTH), Ok(Fd(4)));
}

#[test]
fn a_queue_is_made_only_if_it_is_not_there_and_that_is_asked_for() {
    let mut bench = Bench::new(2);
    let exclusive = BOTH | OpenFlags::EXCL;
    assert_eq!(bench.mq_open(0, "/q", OpenFlags::RDWR), Err(Errno::ENOENT));
    assert_eq!(bench.mq_open(0, "/q", OpenFlags::RDWR | OpenFlags::EXCL), Err(Errno::ENOENT));
    assert_eq!(bench.mq_create(0, "/q", exclusive, Some(sizes(2, 8))), Ok(Fd(3)));
    assert_eq!(bench.mq_open(1, "/q", exclusive), Err(Errno::EEXIST));
    assert_eq!(bench.mq_open(1, "/q", OpenFlags::RDWR | OpenFlags::EXCL), Ok(Fd(3)));
    // Who finds it there does not change it, nor are his attributes looked at.
    assert_eq!(bench.mq_create(1, "/q", BOTH, Some(sizes(0, 99_999))), Ok(Fd(4)));
    assert_eq!(bench.attributes(1, Fd(4)), Ok(sizes(2, 8)));
    let neither = OpenFlags::RDWR | OpenFlags::WRONLY;
    assert_eq!(bench.mq_open(1, "/q", neither), Err(Errno::EINVAL));
}

#[test]
fn a_queue_has_the_sizes_that_were_asked_for_within_the_limits() {
    let mut bench = Bench::new(1);
    for (messages_max, bytes_max) in [(0, 8), (11, 8), (2, 0), (2, 8193)] {
        let attributes = Some(sizes(messages_max, bytes_max));
        assert_eq!(bench.mq_create(0, "/q", BOTH, attributes), Err(Errno::EINVAL));
        assert_eq!(bench.mq_open(0, "/q", OpenFlags::RDWR), Err(Errno::ENOENT));
    }
    let fd = bench.mq_open(0, "/default", BOTH).unwrap();
    assert_eq!(bench.attributes(0, fd), Ok(sizes(10, 8192)));
    // The other attributes are not looked at.
    let odd = QueueAttributes { nonblocking: true, messages: 7, ..sizes(1, 1) };
    let fd = bench.mq_create(0, "/q", BOTH, Some(odd)).unwrap();
    assert_eq!(bench.attributes(0, fd), Ok(sizes(1, 1)));

    let config = Config { queue_messages_max: 3, queue_bytes_max: 64, ..Config::default() };
    let mut bench = Bench::with(config, 1);
    assert_eq!(bench.mq_create(0, "/q", BOTH, Some(sizes(4, 8))), Err(Errno::EINVAL));
    let fd = bench.mq_open(0, "/default", BOTH).unwrap();
    assert_eq!(bench.attributes(0, fd), Ok(sizes(3, 64)));
}

#[test]
fn the_tenth_queue_of_full_size_has_no_room() {
    let mut bench = Bench::new(1);
    let names: Vec<_> = (0..10).map(|number| format!("/q{number}")).collect();
    for name in &names[..9] {
        bench.mq_open(0, name, BOTH).unwrap();
    }
    assert_eq!(bench.mq_open(0, &names[9], BOTH), Err(Errno::EMFILE));
    assert_eq!(bench.mq_open(0, &names[9], OpenFlags::RDWR), Err(Errno::ENOENT));
    assert!(bench.mq_create(0, "/small", BOTH, Some(sizes(1, 1))).is_ok());
    // A queue that is unlinked counts until it is closed.
    bench.unlink(&names[0]).unwrap();
    assert_eq!(bench.mq_open(0, &names[9], BOTH), Err(Errno::EMFILE));
    bench.call(0, Call::Close { fd: Fd(3) }).unwrap();
    assert_eq!(bench.mq_open(0, &names[9], BOTH), Ok(Fd(3)));
}

#[test]
fn there_are_256_queues_at_most() {
    let mut bench = Bench::new(1);
    for number in 0..256 {
        bench.mq_create(0, &format!("/{number}"), BOTH, Some(sizes(1, 1))).unwrap();
    }
    assert_eq!(bench.mq_create(0, "/q", BOTH, Some(sizes(1, 1))), Err(Errno::ENOSPC));
    assert!(bench.mq_open(0, "/0", OpenFlags::RDWR).is_ok());
}

#[test]
fn without_a_descriptor_left_nothing_is_made() {
    let mut bench = Bench::with(Config { descriptors_max: 4, ..Config::default() }, 2);
    bench.mq_open(0, "/q", BOTH).unwrap();
    for (name, errno) in [
        ("/new", Errno::EMFILE),
        ("/a/b", Errno::EMFILE),
        ("/", Errno::ENOENT),
        ("new", Errno::EINVAL),
    ] {
        assert_eq!(bench.mq_open(0, name, BOTH), Err(errno), "{name}");
    }
    assert_eq!(bench.mq_open(1, "/new", OpenFlags::RDWR), Err(Errno::ENOENT));
}

#[test]
fn a_queue_lives_until_it_is_unlinked_and_closed() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_create(0, "/q", BOTH, Some(sizes(2, 8))).unwrap();
    assert_eq!(bench.send(0, fd, "kept"), OK);
    bench.call(0, Call::Close { fd }).unwrap();
    // The kernel keeps it, with what is in it.
    let fd = bench.mq_open(1, "/q", OpenFlags::RDWR).unwrap();
    assert_eq!(bench.unlink("/q"), Ok(0));
    assert_eq!(bench.unlink("/q"), Err(Errno::ENOENT));
    assert_eq!(bench.mq_open(0, "/q", OpenFlags::RDWR), Err(Errno::ENOENT));
    assert_eq!(bench.receive(1, fd), Ok("kept".to_owned()));
    assert_eq!(bench.send(1, fd, "old"), OK);
    // Another one may have its name.
    let other = bench.mq_open(0, "/q", BOTH).unwrap();
    assert_eq!(bench.length(other), 0);
    assert_eq!(bench.kernel.queues.iter().count(), 2);
    assert_eq!(bench.step(1, Call::Exit { status: 0 }), Status::Died);
    assert_eq!(bench.kernel.queues.iter().count(), 1);
    bench.call(0, Call::Close { fd: other }).unwrap();
    bench.unlink("/q").unwrap();
    assert_eq!(bench.kernel.queues.iter().count(), 0);
}

#[test]
fn messages_are_whole_and_come_by_priority_and_then_in_order() {
    let mut bench = Bench::new(1);
    let fd = bench.mq_all(1, 10);
    for (text, priority) in [("a", 1), ("b", 0), ("c", 9), ("", 1), ("e", 9), ("f", 32_767)] {
        assert_eq!(bench.send_within(0, fd, text, priority, Timeout::Never), OK);
    }
    assert_eq!(bench.length(fd), 6);
    for expected in ["f/32767", "c/9", "e/9", "a/1", "/1", "b"] {
        assert_eq!(bench.receive(0, fd).unwrap(), expected);
    }
    assert_eq!(bench.length(fd), 0);
}

#[test]
fn a_message_leaves_the_rest_of_the_buffer_alone() {
    let mut bench = Bench::new(1);
    let fd = bench.mq_all(1, 10);
    bench.send(0, fd, "ab");
    let (mut buffer, mut priority) = (*b"????????", 7);
    let timeout = Timeout::Never;
    let call = Call::MqReceive { fd, buffer: &mut buffer, priority: &mut priority, timeout };
    assert_eq!(bench.call(0, call), Ok(2));
    assert_eq!((&buffer, priority), (b"ab??????", 0));
}

#[test]
fn sending_and_receiving_find_fault_in_the_order_that_was_measured() {
    let mut bench = Bench::new(1);
    let both = bench.mq_all(1, 2);
    let reads = bench.mq_open(0, "/q", OpenFlags::RDONLY).unwrap();
    let writes = bench.mq_open(0, "/q", OpenFlags::WRONLY).unwrap();
    for (fd, text, priority, errno) in [
        (both, "", 32_768, Errno::EINVAL),
        (reads, "", 32_768, Errno::EINVAL),
        (Fd(77), "", 32_768, Errno::EINVAL),
        (Fd(77), "", 0, Errno::EBADF),
        (Fd(0), "", 0, Errno::EBADF),
        (Fd(-1), "", 0, Errno::EBADF),
        (reads, "123456789", 0, Errno::EBADF),
        (both, "123456789", 0, Errno::EMSGSIZE),
        (writes, "123456789", 0, Errno::EMSGSIZE),
    ] {
        let status = bench.send_within(0, fd, text, priority, Timeout::Never);
        assert_eq!(status, fails(errno), "{fd:?} {text} {priority}");
    }
    assert_eq!(bench.send(0, writes, "12345678"), OK);
    for (fd, errno) in [(Fd(0), Errno::EBADF), (writes, Errno::EBADF), (reads, Errno::EMSGSIZE)] {
        // However short the message, there has to be room for the longest.
        let (buffer, priority) = (&mut [0; 7], &mut 0);
        let call = Call::MqReceive { fd, buffer, priority, timeout: Timeout::Never };
        assert_eq!(bench.call(0, call), Err(errno));
    }
    assert_eq!(bench.receive(0, reads).unwrap(), "12345678");
    assert_eq!(bench.attributes(0, Fd(0)), Err(Errno::EBADF));
    assert_eq!(bench.register(0, Fd(77), None), Err(Errno::EBADF));
    let call = Call::MqSetattr { fd: Fd(77), nonblocking: true };
    assert_eq!(bench.call(0, call), Err(Errno::EBADF));
}

#[test]
fn nonblocking_calls_fail_where_others_wait() {
    let mut bench = Bench::new(1);
    bench.mq_all(1, 1);
    let fd = bench.mq_open(0, "/q", OpenFlags::RDWR | OpenFlags::NONBLOCK).unwrap();
    assert!(bench.attributes(0, fd).unwrap().nonblocking);
    let past = Timeout::At(1);
    assert_eq!(bench.receive_within(0, fd, past), Err(fails(Errno::EAGAIN)));
    assert_eq!(bench.send(0, fd, "a"), OK);
    assert_eq!(bench.send_within(0, fd, "b", 0, past), fails(Errno::EAGAIN));
    assert_eq!(bench.receive_within(0, fd, past).unwrap(), "a");
}

#[test]
fn whether_calls_block_belongs_to_the_open_file() {
    let mut kernel = super::super::Simulated::new(Config::default(), 2);
    let mut bench = Bench::new(1);
    std::mem::swap(&mut bench.kernel, &mut kernel);
    let shared = bench.mq_all(1, 1);
    let own = bench.mq_open(0, "/q", OpenFlags::RDWR).unwrap();
    bench.kernel.fork(p(0), p(1));
    assert_eq!(bench.call(1, Call::MqSetattr { fd: shared, nonblocking: true }), Ok(0));
    assert!(bench.attributes(0, shared).unwrap().nonblocking);
    assert!(!bench.attributes(0, own).unwrap().nonblocking);
    assert_eq!(bench.receive(0, shared), Err(fails(Errno::EAGAIN)));
    bench.call(0, Call::MqSetattr { fd: shared, nonblocking: false }).unwrap();
    assert!(!bench.attributes(1, shared).unwrap().nonblocking);
    // fcntl(2) changes the same flag.
    let control = Control::SetFlags(OpenFlags::NONBLOCK);
    bench.call(1, Call::Fcntl { fd: shared, control }).unwrap();
    assert!(bench.attributes(0, shared).unwrap().nonblocking);
}

#[test]
fn a_message_goes_to_the_receiver_that_has_waited_longest() {
    let mut bench = Bench::new(4);
    let fd = bench.mq_all(4, 2);
    for me in [2, 1] {
        assert_eq!(bench.receive(me, fd), Err(Status::Waits));
        assert!(!bench.is_ready(me));
    }
    assert_eq!(bench.send(0, fd, "a"), OK);
    assert!(bench.is_ready(2) && !bench.is_ready(1));
    // It was handed over: nobody else finds it.
    assert_eq!(bench.length(fd), 0);
    assert_eq!(bench.receive(3, fd), Err(Status::Waits));
    assert_eq!(bench.send(0, fd, "b"), OK);
    assert!(bench.is_ready(1) && !bench.is_ready(3));
    // They may return in any order.
    assert_eq!(bench.receive(1, fd).unwrap(), "b");
    assert_eq!(bench.receive(2, fd).unwrap(), "a");
    assert_eq!(bench.kernel.waiting(p(2)), None);
}

#[test]
fn the_message_of_the_sender_that_has_waited_longest_is_put_in() {
    let mut bench = Bench::new(4);
    let fd = bench.mq_all(4, 1);
    assert_eq!(bench.send(0, fd, "a"), OK);
    for (me, text) in [(3, "b"), (1, "c")] {
        assert_eq!(bench.send(me, fd, text), Status::Waits);
        assert!(!bench.is_ready(me));
    }
    assert_eq!(bench.receive(0, fd).unwrap(), "a");
    assert!(bench.is_ready(3) && !bench.is_ready(1));
    // Its message is in before it goes on: the queue is full again, and a newcomer waits.
    assert_eq!(bench.length(fd), 1);
    assert_eq!(bench.send(2, fd, "d"), Status::Waits);
    assert_eq!(bench.receive(0, fd).unwrap(), "b");
    assert_eq!(bench.receive(0, fd).unwrap(), "c");
    assert_eq!(bench.receive(0, fd).unwrap(), "d");
    for (me, text) in [(1, "c"), (2, "d"), (3, "b")] {
        assert_eq!(bench.send(me, fd, text), OK);
    }
    assert_eq!(bench.length(fd), 0);
}

#[test]
fn queues_have_their_own_waiters() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    let other = bench.mq_open(0, "/other", BOTH).unwrap();
    assert_eq!(bench.receive(1, fd), Err(Status::Waits));
    assert!(matches!(bench.kernel.waiting(p(1)), Some(Waiting::QueueToReceive(_))));
    assert_eq!(bench.send(0, other, "a"), OK);
    assert!(!bench.is_ready(1));
    assert_eq!(bench.length(other), 1);
}

#[test]
fn asking_for_order_does_not_keep_who_was_served_waiting() {
    let mut bench = Bench::with(Config { in_order: true, ..Config::default() }, 3);
    let fd = bench.mq_all(3, 1);
    assert_eq!(bench.receive(1, fd), Err(Status::Waits));
    assert_eq!(bench.receive(2, fd), Err(Status::Waits));
    bench.send(0, fd, "a");
    bench.send(0, fd, "b");
    assert!(bench.is_ready(1) && bench.is_ready(2));
}

#[test]
fn calls_give_up_when_their_time_has_come() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    let later = Timeout::At(START + 500);
    for past in [Timeout::At(0), Timeout::At(START)] {
        assert_eq!(bench.receive_within(0, fd, past), Err(fails(Errno::ETIMEDOUT)));
    }
    assert_eq!(bench.receive_within(0, fd, later), Err(Status::Waits));
    assert!(bench.is_ready(0), "time may pass");
    assert_eq!(bench.receive_within(0, fd, later), Err(fails(Errno::ETIMEDOUT)));
    assert_eq!(bench.now(), START + 500);
    // Who gave up gets nothing, and nothing of his is sent.
    assert_eq!(bench.send(1, fd, "a"), OK);
    assert_eq!(bench.length(fd), 1);
    let later = Timeout::At(START + 900);
    assert_eq!(bench.send_within(1, fd, "b", 0, later), Status::Waits);
    assert_eq!(bench.send_within(1, fd, "b", 0, later), fails(Errno::ETIMEDOUT));
    assert_eq!(bench.receive(0, fd).unwrap(), "a");
    assert_eq!(bench.length(fd), 0);
    assert_eq!(bench.now(), START + 900);
    // What can be done at once is done, whatever the time.
    assert_eq!(bench.send_within(0, fd, "c", 0, Timeout::At(0)), OK);
    assert_eq!(bench.receive_within(0, fd, Timeout::At(0)).unwrap(), "c");
}

#[test]
fn who_was_served_does_not_look_at_the_clock_or_for_signals() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    bench.catch(0, Signal::USR1, ActionFlags::empty(), SigSet::EMPTY);
    let later = Timeout::At(START + 500);
    assert_eq!(bench.receive_within(0, fd, later), Err(Status::Waits));
    bench.kill(1, 0, Signal::USR1);
    bench.send(1, fd, "a");
    assert_eq!(bench.receive_within(0, fd, later).unwrap(), "a");
    assert_eq!(bench.handlers(0), [10]);
    assert_eq!(bench.now(), START);

    bench.send(0, fd, "b");
    assert_eq!(bench.send_within(0, fd, "c", 0, later), Status::Waits);
    bench.kill(1, 0, Signal::USR1);
    bench.receive(1, fd).unwrap();
    assert_eq!(bench.send_within(0, fd, "c", 0, later), OK);
    assert_eq!(bench.length(fd), 1);
}

#[test]
fn who_is_interrupted_gets_nothing_and_has_sent_nothing() {
    for flags in [ActionFlags::empty(), ActionFlags::RESTART] {
        let restarts = flags == ActionFlags::RESTART;
        let expected = Status::Interrupted((!restarts).then_some(Err(Errno::EINTR)));
        for timeout in [Timeout::Never, Timeout::At(START + 500)] {
            let mut bench = Bench::new(3);
            let fd = bench.mq_all(3, 1);
            bench.catch(0, Signal::USR1, flags, SigSet::EMPTY);
            assert_eq!(bench.receive_within(0, fd, timeout), Err(Status::Waits));
            assert_eq!(bench.receive(2, fd), Err(Status::Waits));
            bench.kill(1, 0, Signal::USR1);
            assert_eq!(bench.receive_within(0, fd, timeout), Err(expected));
            assert_eq!(bench.handlers(0), [10]);
            if restarts {
                // It has lost its place.
                assert_eq!(bench.receive_within(0, fd, timeout), Err(Status::Waits));
            }
            bench.send(1, fd, "a");
            assert_eq!(bench.receive(2, fd).unwrap(), "a");

            let mut bench = Bench::new(3);
            let fd = bench.mq_all(3, 1);
            bench.catch(0, Signal::USR1, flags, SigSet::EMPTY);
            bench.send(1, fd, "a");
            assert_eq!(bench.send_within(0, fd, "b", 0, timeout), Status::Waits);
            bench.kill(1, 0, Signal::USR1);
            assert_eq!(bench.send_within(0, fd, "b", 0, timeout), expected);
            bench.handlers(0);
            assert_eq!(bench.receive(1, fd).unwrap(), "a");
            assert_eq!(bench.length(fd), 0);
            assert_eq!(bench.now(), START);
        }
    }
}

#[test]
fn what_was_handed_to_a_receiver_that_is_killed_is_lost() {
    let mut bench = Bench::new(3);
    let fd = bench.mq_all(3, 1);
    assert_eq!(bench.receive(1, fd), Err(Status::Waits));
    bench.send(0, fd, "a");
    bench.kill(0, 1, Signal::KILL);
    assert_eq!(bench.length(fd), 0);
    // One that is killed before that loses nothing.
    assert_eq!(bench.receive(2, fd), Err(Status::Waits));
    bench.kill(0, 2, Signal::KILL);
    bench.send(0, fd, "b");
    assert_eq!(bench.receive(0, fd).unwrap(), "b");
}

#[test]
fn the_message_of_a_sender_that_is_killed_stays_if_it_was_put_in() {
    let mut bench = Bench::new(3);
    let fd = bench.mq_all(3, 1);
    bench.send(0, fd, "a");
    assert_eq!(bench.send(1, fd, "b"), Status::Waits);
    assert_eq!(bench.send(2, fd, "c"), Status::Waits);
    assert_eq!(bench.receive(0, fd).unwrap(), "a");
    bench.kill(0, 1, Signal::KILL);
    bench.kill(0, 2, Signal::KILL);
    assert_eq!(bench.receive(0, fd).unwrap(), "b");
    assert_eq!(bench.length(fd), 0);
}

#[test]
fn who_registered_is_told_once_when_the_first_message_comes() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 3);
    bench.catch(0, Signal::USR1, ActionFlags::empty(), SigSet::EMPTY);
    bench.send(1, fd, "before");
    assert_eq!(bench.register(0, fd, Some((Signal::USR1, 5))), Ok(0));
    for me in [0, 1] {
        assert_eq!(bench.register(me, fd, Some((Signal::USR2, 5))), Err(Errno::EBUSY));
    }
    // The queue was not empty: silence until it has been drained.
    bench.send(1, fd, "more");
    assert_eq!(bench.handler(0), None);
    bench.receive(0, fd).unwrap();
    bench.receive(0, fd).unwrap();
    bench.send(1, fd, "first");
    let pid = bench.pid(1);
    let info = SigInfo { signal: Signal::USR1, origin: Origin::Notification, pid, value: 5 };
    assert_eq!(bench.handler(0), Some((10, info)));
    bench.kernel.handled(p(0));
    bench.receive(0, fd).unwrap();
    bench.send(1, fd, "again");
    assert_eq!(bench.handler(0), None);
    assert_eq!(bench.register(1, fd, Some((Signal::USR1, 5))), Ok(0));
}

#[test]
fn nobody_is_told_of_a_message_that_somebody_waits_for() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    bench.catch(0, Signal::USR1, ActionFlags::empty(), SigSet::EMPTY);
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    assert_eq!(bench.receive(1, fd), Err(Status::Waits));
    bench.send(0, fd, "handed");
    assert_eq!(bench.handler(0), None);
    assert_eq!(bench.receive(1, fd).unwrap(), "handed");
    bench.send(0, fd, "put in");
    assert_eq!(bench.handlers(0), [10]);
    // Nor of one that takes the place of another: measured.
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    assert_eq!(bench.send(1, fd, "next"), Status::Waits);
    assert_eq!(bench.receive(0, fd).unwrap(), "put in");
    assert_eq!((bench.length(fd), bench.handler(0)), (1, None));
}

#[test]
fn a_registration_ends_with_any_descriptor_of_the_queue() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    let free = |bench: &mut Bench| {
        let is_free = bench.register(1, fd, Some((Signal::USR1, 0))).is_ok();
        bench.register(1, fd, None).unwrap();
        is_free
    };
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    // Another process cannot end it, neither so nor so.
    bench.register(1, fd, None).unwrap();
    let own = bench.mq_open(1, "/q", OpenFlags::RDWR).unwrap();
    bench.call(1, Call::Close { fd: own }).unwrap();
    assert!(!free(&mut bench));
    bench.register(0, fd, None).unwrap();
    assert!(free(&mut bench));
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    let other = bench.mq_open(0, "/q", OpenFlags::RDONLY).unwrap();
    bench.call(0, Call::Close { fd: other }).unwrap();
    assert!(free(&mut bench));
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    let copy = Fd(bench.call(0, Call::Dup { fd }).unwrap().try_into().unwrap());
    bench.call(0, Call::Close { fd: copy }).unwrap();
    assert!(free(&mut bench));
    bench.register(1, fd, Some((Signal::USR1, 0))).unwrap();
    bench.kill(0, 1, Signal::KILL);
    assert_eq!(bench.register(0, fd, Some((Signal::USR1, 0))), Ok(0));
}

#[test]
fn a_registration_names_a_signal_that_there_is_or_none() {
    let mut bench = Bench::new(1);
    let fd = bench.mq_all(1, 1);
    for (number, errno) in
        [(-1, Errno::EINVAL), (65, Errno::EINVAL), (19, Errno::ENOSYS), (32, Errno::ENOSYS)]
    {
        // It is looked at before the descriptor.
        for fd in [fd, Fd(77)] {
            assert_eq!(bench.register(0, fd, Some((Signal(number), 0))), Err(errno));
        }
    }
    assert_eq!(bench.register(0, fd, Some((Signal(0), 0))), Ok(0));
    assert_eq!(bench.register(0, fd, Some((Signal::USR1, 0))), Err(Errno::EBUSY));
    bench.send(0, fd, "a");
    assert_eq!(bench.kernel.deliver(p(0)), Delivery::Nothing);
    assert_eq!(bench.register(0, fd, Some((Signal::USR1, 0))), Ok(0));
}

#[test]
fn a_notification_may_kill() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    bench.register(1, fd, Some((Signal::USR1, 0))).unwrap();
    assert_eq!(bench.send(0, fd, "a"), OK);
    assert!(bench.is_dead(1));
    // The sender himself, of a queue that goes with him.
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(1, 1);
    bench.unlink("/q").unwrap();
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    assert_eq!(bench.send(0, fd, "a"), Status::Died);
    assert_eq!(bench.kernel.queues.iter().count(), 0);
}

#[test]
fn a_notification_for_which_there_is_no_room_is_lost() {
    let mut bench = Bench::with(Config { signals_max: 0, ..Config::default() }, 1);
    let fd = bench.mq_all(1, 1);
    bench.catch(0, Signal::RTMIN, ActionFlags::empty(), SigSet::EMPTY);
    bench.register(0, fd, Some((Signal::RTMIN, 0))).unwrap();
    assert_eq!(bench.send(0, fd, "a"), OK);
    assert_eq!(bench.handler(0), None);
    assert_eq!(bench.register(0, fd, Some((Signal::RTMIN, 0))), Ok(0));
}

#[test]
fn poll_looks_at_the_queue_and_not_at_the_descriptor() {
    let mut bench = Bench::new(1);
    let both = bench.mq_all(1, 2);
    let reads = bench.mq_open(0, "/q", OpenFlags::RDONLY).unwrap();
    let writes = bench.mq_open(0, "/q", OpenFlags::WRONLY).unwrap();
    for expected in [PollEvents::OUT, PollEvents::IN | PollEvents::OUT, PollEvents::IN] {
        for fd in [both, reads, writes] {
            assert_eq!(bench.poll_events(0, fd), expected);
        }
        assert!(bench.length(both) == 2 || bench.send(0, both, "a") == OK);
    }
}

#[test]
fn what_is_over_leaves_no_trace() {
    let mut bench = Bench::new(2);
    let fd = bench.mq_all(2, 1);
    let before = bench.kernel.clone();
    bench.register(0, fd, Some((Signal::USR1, 0))).unwrap();
    bench.register(0, fd, None).unwrap();
    assert_eq!(bench.receive(1, fd), Err(Status::Waits));
    bench.send(0, fd, "a");
    bench.receive(1, fd).unwrap();
    bench.send(0, fd, "b");
    assert_eq!(bench.send(1, fd, "c"), Status::Waits);
    bench.receive(0, fd).unwrap();
    bench.send(1, fd, "c");
    assert_ne!(bench.kernel.digest(), before.digest());
    bench.receive(0, fd).unwrap();
    assert_eq!(bench.kernel, before);
    assert_eq!(bench.kernel.digest(), before.digest());
}
