//! Variant: nobody waits within a call of the queue. Descriptors do not block; who finds no room, or no message,
//! waits in poll(2). All messages are as long as the longest, behind their length; priorities are raised by
//! one, so that the end is below them all.

use harness::os::{self, Errno, Fd, OpenFlags, PollEvents, PollFd, QueueAttributes};
use harness::prelude::{MessageQueue, QueueTerms, Role};

/// Bytes of a length.
const LENGTH: usize = 2;

/// What one process knows of the queue.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    name: String,
    terms: QueueTerms,
    queue: Option<Fd>,
    role: Option<Role>,
}

fn wait_until(fd: Fd, events: PollEvents) -> os::Result<()> {
    let mut fds = [PollFd { fd, events, revents: PollEvents::empty() }];
    match os::poll(&mut fds, None) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno),
    }
}

impl PosixQueue {
    fn size(&self) -> usize {
        self.terms.longest + LENGTH
    }

    fn put(&self, message: &[u8], priority: u32) -> os::Result<()> {
        let fd = self.queue.ok_or(Errno::EBADF)?;
        let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
        bytes.extend_from_slice(message);
        bytes.resize(self.size(), 0);
        loop {
            match os::mq_send(fd, &bytes, priority) {
                Err(Errno::EAGAIN) => wait_until(fd, PollEvents::OUT)?,
                other => return other,
            }
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        let new = Self { name: name.to_owned(), terms, queue: None, role: None };
        let _ = os::mq_unlink(name);
        let attributes = QueueAttributes {
            messages_max: terms.capacity,
            bytes_max: new.size(),
            ..QueueAttributes::default()
        };
        let flags = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDONLY;
        let queue = os::mq_open(name, flags, Some(attributes))?;
        os::close(queue)?;
        Ok(new)
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let way = if role == Role::Receiver { OpenFlags::RDONLY } else { OpenFlags::WRONLY };
        self.queue = Some(os::mq_open(&self.name, way | OpenFlags::NONBLOCK, None)?);
        self.role = Some(role);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        self.put(message, priority + 1)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let fd = self.queue.ok_or(Errno::EBADF)?;
        let mut bytes = vec![0; self.size()];
        while self.terms.senders > 0 {
            match os::mq_receive(fd, &mut bytes) {
                Ok((_, 0)) => self.terms.senders -= 1,
                Ok(_) => {
                    let length = u16::from_be_bytes([bytes[0], bytes[1]]);
                    return Ok(Some(bytes[LENGTH..][..usize::from(length)].to_vec()));
                }
                Err(Errno::EAGAIN) => wait_until(fd, PollEvents::IN)?,
                Err(errno) => return Err(errno),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if let Some(Role::Sender(_)) = self.role {
            self.put(&[], 0)?;
        }
        os::close(self.queue.take().ok_or(Errno::EBADF)?)
    }
}
