//! A queue that is made anew, and an empty message for the end.
//!
//! What lies under the name is removed, whatever it is; then `CREAT | EXCL` makes sure that the queue has
//! the attributes that were asked for. Each sender says with a message of no bytes, of the lowest priority, that
//! it has no more: nothing that it has sent comes later than that.

use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::*;

/// What one process knows of the queue.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    name: String,
    /// Senders that have not said that they have no more.
    senders: usize,
    /// Where a message is received: it holds the longest one.
    buffer: Vec<u8>,
    role: Option<Role>,
    queue: Option<Fd>,
}

/// Makes a call again as long as a signal interrupts it.
fn again<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        match os::mq_unlink(name) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        let attributes = QueueAttributes {
            messages_max: terms.capacity,
            bytes_max: terms.longest,
            ..Default::default()
        };
        let flags = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDWR;
        os::close(os::mq_open(name, flags, Some(attributes))?)?;
        Ok(Self {
            name: name.to_owned(),
            senders: terms.senders,
            buffer: vec![0; terms.longest],
            role: None,
            queue: None,
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let flags = match role {
            Role::Sender(_) => OpenFlags::WRONLY,
            Role::Receiver => OpenFlags::RDONLY,
        };
        self.role = Some(role);
        self.queue = Some(os::mq_open(&self.name, flags, None)?);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        let queue = self.queue.ok_or(Errno::EBADF)?;
        again(|| os::mq_send(queue, message, priority))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let queue = self.queue.ok_or(Errno::EBADF)?;
        while self.senders > 0 {
            let (length, _) = again(|| os::mq_receive(queue, &mut self.buffer))?;
            if length > 0 {
                return Ok(Some(self.buffer[..length].to_vec()));
            }
            self.senders -= 1;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        match self.role {
            Some(Role::Sender(_)) => self.send(&[], 0)?,
            // All others have opened it by now: nobody needs the name any more.
            Some(Role::Receiver) => os::mq_unlink(&self.name)?,
            None => {}
        }
        self.queue.take().map_or(Ok(()), os::close)
    }
}
