//! Variant: the name is removed at once, and the children inherit the descriptor. The end is a byte before
//! each message that says whether it is one.

use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
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
        Ok(())
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
                Err(Errno::EINTR) => {}
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
