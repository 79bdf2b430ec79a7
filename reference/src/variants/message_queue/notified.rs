//! Variant: the receiver has itself told when something comes into the empty queue, by a signal. It asks for that, and
//! then looks again, for something may have come in between; and who asks has to be told once only.

use harness::os::{self, Errno, Fd, MaskChange, OpenFlags, QueueAttributes, SigSet, Signal};
use harness::prelude::{MessageQueue, QueueTerms, Role};

const NEWS: Signal = Signal::USR1;

/// What one process knows of the queue.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    name: String,
    terms: QueueTerms,
    /// The descriptor, and whether it sends.
    open: Option<(Fd, bool)>,
}

fn persist<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        let result = call();
        if !matches!(result, Err(Errno::EINTR)) {
            break result;
        }
    }
}

/// Waits until something has come, unless something is there.
fn wait(queue: Fd) -> os::Result<()> {
    os::mq_notify(queue, Some((NEWS, 0)))?;
    if os::mq_getattr(queue)?.messages == 0 {
        persist(|| os::sigwaitinfo(SigSet::EMPTY.with(NEWS)))?;
        return Ok(());
    }
    // It came before it was asked for, or just now; then there is a signal, too.
    os::mq_notify(queue, None)?;
    if os::sigpending()?.contains(NEWS) {
        persist(|| os::sigwaitinfo(SigSet::EMPTY.with(NEWS)))?;
    }
    Ok(())
}

impl PosixQueue {
    fn queue(&self) -> os::Result<Fd> {
        self.open.map(|(queue, _)| queue).ok_or(Errno::EBADF)
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        if let Err(errno) = os::mq_unlink(name)
            && errno != Errno::ENOENT
        {
            return Err(errno);
        }
        let attributes = QueueAttributes {
            messages_max: terms.capacity,
            bytes_max: terms.longest,
            ..QueueAttributes::default()
        };
        let flags = OpenFlags::RDONLY | OpenFlags::CREAT | OpenFlags::EXCL;
        os::mq_open(name, flags, Some(attributes)).and_then(os::close)?;
        os::sigprocmask(MaskChange::Block, SigSet::EMPTY.with(NEWS))?;
        Ok(Self { name: name.to_owned(), terms, open: None })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let sends = role != Role::Receiver;
        let flags = if sends { OpenFlags::WRONLY } else { OpenFlags::RDONLY | OpenFlags::NONBLOCK };
        self.open = Some((os::mq_open(&self.name, flags, None)?, sends));
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        let queue = self.queue()?;
        // One more than asked for, so that the end comes last.
        persist(|| os::mq_send(queue, message, priority + 1))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let queue = self.queue()?;
        let mut buffer = vec![0; self.terms.longest];
        while self.terms.senders > 0 {
            match os::mq_receive(queue, &mut buffer) {
                Ok((_, 0)) => self.terms.senders -= 1,
                Ok((length, _)) => {
                    buffer.truncate(length);
                    return Ok(Some(buffer));
                }
                Err(Errno::EAGAIN) => wait(queue)?,
                Err(errno) => return Err(errno),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let Some((queue, sends)) = self.open.take() else { return Ok(()) };
        if sends {
            persist(|| os::mq_send(queue, b"-", 0))?;
        }
        os::close(queue)
    }
}
