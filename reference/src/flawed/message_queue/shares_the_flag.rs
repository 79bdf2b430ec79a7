//! Flawed: the queue is opened before the fork, and the receiver has its descriptor not block, so that it can wait in
//! poll(2).
//!
//! Bug: whether calls block is a property of the open file, which all have inherited: the senders do not wait for room any
//! more either, and fail.
//! Convicted of: integrity.
//! Schedule: P0 begins; P1 fills the queue, and sends one more.

use harness::os::{self, Errno, Fd, OpenFlags, PollEvents, PollFd, QueueAttributes};
use harness::prelude::{MessageQueue, QueueTerms, Role};

const MESSAGE: u8 = b'M';
const END: u8 = b'E';

/// What one process knows of the queue.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    queue: Fd,
    longest: usize,
    senders: usize,
    ended: usize,
    sends: bool,
}

impl PosixQueue {
    fn put(&self, kind: u8, message: &[u8], priority: u32) -> os::Result<()> {
        let mut bytes = Vec::with_capacity(message.len() + 1);
        bytes.push(kind);
        bytes.extend_from_slice(message);
        loop {
            let sent = os::mq_send(self.queue, &bytes, priority);
            if sent != Err(Errno::EINTR) {
                return sent;
            }
        }
    }

    fn wait(&self) -> os::Result<()> {
        let (fd, events) = (self.queue, PollEvents::IN);
        match os::poll(&mut [PollFd { fd, events, revents: PollEvents::empty() }], None) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(
        name: &str,
        QueueTerms { senders, capacity, longest }: QueueTerms,
    ) -> os::Result<Self> {
        let create = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDWR;
        let attributes = QueueAttributes {
            nonblocking: false,
            messages_max: capacity,
            bytes_max: longest + 1,
            messages: 0,
        };
        let queue = match os::mq_open(name, create, Some(attributes)) {
            Err(Errno::EEXIST) => {
                os::mq_unlink(name)?;
                os::mq_open(name, create, Some(attributes))?
            }
            other => other?,
        };
        os::mq_unlink(name)?;
        Ok(Self { queue, longest, senders, ended: 0, sends: false })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.sends = role != Role::Receiver;
        if self.sends { Ok(()) } else { os::mq_setattr(self.queue, true) }
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        self.put(MESSAGE, message, priority)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; self.longest + 1];
        while self.ended < self.senders {
            match os::mq_receive(self.queue, &mut buffer) {
                Ok((length, _)) if buffer[0] == MESSAGE => {
                    buffer.truncate(length);
                    buffer.remove(0);
                    return Ok(Some(buffer));
                }
                Ok(_) => self.ended += 1,
                Err(Errno::EAGAIN) => self.wait()?,
                Err(errno) => return Err(errno),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sends {
            self.put(END, &[], 0)?;
        }
        os::close(self.queue)
    }
}
