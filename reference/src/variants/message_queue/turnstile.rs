//! Variant: one sender at a time. A second queue holds a single message of no bytes; whoever takes it out may send, and
//! puts it back. Those who wait for it are served as they came.

use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::*;

/// What one process knows of the queues. Their names are gone: children inherit the descriptors.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    messages: Fd,
    turnstile: Fd,
    longest: usize,
    /// Senders that have not passed for the last time.
    senders: usize,
    sends: bool,
}

fn insist<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if result.as_ref().err() != Some(&Errno::EINTR) {
            return result;
        }
    }
}

/// A new queue, whatever is there, that nobody else can open.
fn new(name: &str, messages_max: usize, bytes_max: usize) -> os::Result<Fd> {
    let attributes = QueueAttributes { messages_max, bytes_max, ..Default::default() };
    match os::mq_unlink(name) {
        Ok(()) | Err(Errno::ENOENT) => {}
        Err(errno) => return Err(errno),
    }
    let flags = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDWR;
    let queue = os::mq_open(name, flags, Some(attributes))?;
    os::mq_unlink(name)?;
    Ok(queue)
}

impl PosixQueue {
    /// Passes the turnstile with a message.
    fn pass(&self, message: &[u8], priority: u32) -> os::Result<()> {
        insist(|| os::mq_receive(self.turnstile, &mut [0]))?;
        let sent = insist(|| os::mq_send(self.messages, message, priority));
        insist(|| os::mq_send(self.turnstile, &[], 0))?;
        sent
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        let messages = new(name, terms.capacity, terms.longest)?;
        let turnstile = new(&format!("{name}.turnstile"), 1, 1)?;
        os::mq_send(turnstile, &[], 0)?;
        let QueueTerms { longest, senders, .. } = terms;
        Ok(Self { messages, turnstile, longest, senders, sends: false })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.sends = matches!(role, Role::Sender(_));
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        self.pass(message, priority)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.senders > 0 {
            let mut buffer = vec![0; self.longest];
            let (length, _) = insist(|| os::mq_receive(self.messages, &mut buffer))?;
            if length > 0 {
                buffer.truncate(length);
                return Ok(Some(buffer));
            }
            self.senders -= 1;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sends {
            self.pass(&[], 0)?;
        }
        os::close(self.turnstile)?;
        os::close(self.messages)
    }
}
