//! Variant: the ends go another way. A second queue, of the first one's name and a suffix, is for those who have
//! no more to send; the receiver looks there when the first queue is empty.

use harness::os::{self, Errno, Fd, OpenFlags, PollEvents, PollFd, QueueAttributes};
use harness::prelude::{MessageQueue, QueueTerms, Role};

/// What one process knows of the queues.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    /// For messages, and for ends.
    queues: [(String, Fd); 2],
    longest: usize,
    /// Senders that may have more.
    senders: usize,
    role: Option<Role>,
}

fn patiently<T>(call: impl Fn() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if !matches!(result, Err(Errno::EINTR)) {
            return result;
        }
    }
}

fn make(name: &str, messages_max: usize, bytes_max: usize) -> os::Result<()> {
    if let Err(errno) = os::mq_unlink(name)
        && errno != Errno::ENOENT
    {
        return Err(errno);
    }
    let attributes = QueueAttributes { messages_max, bytes_max, ..Default::default() };
    let flags = OpenFlags::CREAT | OpenFlags::EXCL;
    os::close(os::mq_open(name, flags, Some(attributes))?)
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        let ends = format!("{name}.ends");
        make(name, terms.capacity, terms.longest)?;
        make(&ends, terms.senders, 1)?;
        let queues = [(name.to_owned(), Fd(-1)), (ends, Fd(-1))];
        Ok(Self { queues, longest: terms.longest, senders: terms.senders, role: None })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let flags = match role {
            Role::Sender(_) => OpenFlags::WRONLY,
            Role::Receiver => OpenFlags::RDONLY | OpenFlags::NONBLOCK,
        };
        for (name, queue) in &mut self.queues {
            *queue = os::mq_open(name, flags, None)?;
        }
        self.role = Some(role);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        patiently(|| os::mq_send(self.queues[0].1, message, priority))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let [messages, ends] = [self.queues[0].1, self.queues[1].1];
        let mut buffer = vec![0; self.longest];
        loop {
            match os::mq_receive(messages, &mut buffer) {
                Ok((length, _)) => return Ok(Some(buffer[..length].to_vec())),
                Err(Errno::EAGAIN) if self.senders == 0 => return Ok(None),
                Err(Errno::EAGAIN) => {}
                Err(errno) => return Err(errno),
            }
            // Whoever has ended had sent before: so messages are looked for once more after this.
            match os::mq_receive(ends, &mut [0]) {
                Ok(_) => self.senders -= 1,
                Err(Errno::EAGAIN) => {
                    let what =
                        |fd| PollFd { fd, events: PollEvents::IN, revents: PollEvents::empty() };
                    match os::poll(&mut [what(messages), what(ends)], None) {
                        Ok(_) | Err(Errno::EINTR) => {}
                        Err(errno) => return Err(errno),
                    }
                }
                Err(errno) => return Err(errno),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        if self.role != Some(Role::Receiver) {
            patiently(|| os::mq_send(self.queues[1].1, &[], 0))?;
        }
        self.queues.iter().try_for_each(|(_, queue)| os::close(*queue))
    }
}
