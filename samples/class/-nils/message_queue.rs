use harness::os::{self, Errno, Fd, OpenFlags, PollEvents, PollFd, QueueAttributes};
use harness::prelude::*;

/// Opened once, inherited by all, and the name is gone before anybody else can see it.
#[derive(Clone, Copy)]
pub struct PosixQueue {
    messages: Fd,
    /// One empty message for each sender that has no more.
    ends: Fd,
    longest: usize,
    senders: usize,
    ended: usize,
    role: Option<Role>,
}

fn fresh(name: &str, room: usize, bytes: usize) -> os::Result<Fd> {
    let attributes =
        QueueAttributes { messages_max: room, bytes_max: bytes, ..QueueAttributes::default() };
    let flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::NONBLOCK;
    let _ = os::mq_unlink(name);
    let queue = os::mq_open(name, flags, Some(attributes))?;
    os::mq_unlink(name)?;
    Ok(queue)
}

fn wait(fds: &[(Fd, PollEvents)]) -> os::Result<()> {
    let mut asked: Vec<PollFd> = fds
        .iter()
        .map(|&(fd, events)| PollFd { fd, events, revents: PollEvents::empty() })
        .collect();
    match os::poll(&mut asked, None) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno),
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        Ok(Self {
            messages: fresh(name, terms.capacity, terms.longest)?,
            ends: fresh(&format!("{name}-ends"), terms.senders, 1)?,
            longest: terms.longest,
            senders: terms.senders,
            ended: 0,
            role: None,
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.role = Some(role);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        loop {
            match os::mq_send(self.messages, message, priority) {
                Err(Errno::EAGAIN) => wait(&[(self.messages, PollEvents::OUT)])?,
                other => return other,
            }
        }
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; self.longest];
        loop {
            // All that was sent before the last end is in the queue when that end is seen, so: ends first.
            while os::mq_receive(self.ends, &mut [0]).is_ok() {
                self.ended += 1;
            }
            match os::mq_receive(self.messages, &mut buffer) {
                Ok((length, _)) => return Ok(Some(buffer[..length].to_vec())),
                Err(Errno::EAGAIN) if self.ended == self.senders => return Ok(None),
                Err(Errno::EAGAIN) => {
                    wait(&[(self.messages, PollEvents::IN), (self.ends, PollEvents::IN)])?;
                }
                Err(errno) => return Err(errno),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        if let Some(Role::Sender(_)) = self.role {
            os::mq_send(self.ends, &[], 0)?; // there is room for all ends
        }
        os::close(self.messages)?;
        os::close(self.ends)
    }
}
