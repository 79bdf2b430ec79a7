//! Variant: what is there is thrown away. A queue of an earlier run is emptied if its attributes are the right
//! ones, and replaced if they are not; the name stays.

use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::{MessageQueue, QueueTerms, Role};

/// What one process knows of the queue.
#[derive(Clone, Debug)]
pub enum PosixQueue {
    /// Before the fork.
    Ready(String, usize),
    /// One that sends.
    Sends(Fd),
    /// One that receives, until so many senders have ended.
    Receives(Fd, usize),
}

fn retried<T>(call: &mut dyn FnMut() -> os::Result<T>) -> os::Result<T> {
    let mut result = call();
    while matches!(result, Err(Errno::EINTR)) {
        result = call();
    }
    result
}

/// Takes out all that is there.
fn empty(queue: Fd, size: usize) -> os::Result<()> {
    let mut buffer = vec![0; size];
    loop {
        match os::mq_receive(queue, &mut buffer) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => return Ok(()),
            Err(errno) => return Err(errno),
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        let [messages_max, bytes_max] = [terms.capacity, terms.longest];
        let attributes = QueueAttributes { messages_max, bytes_max, ..QueueAttributes::default() };
        loop {
            let flags = OpenFlags::CREAT | OpenFlags::RDWR | OpenFlags::NONBLOCK;
            let queue = os::mq_open(name, flags, Some(attributes))?;
            let is = os::mq_getattr(queue)?;
            let fits =
                is.messages_max == attributes.messages_max && is.bytes_max == attributes.bytes_max;
            if fits {
                empty(queue, terms.longest)?;
            }
            os::close(queue)?;
            if fits {
                return Ok(Self::Ready(name.to_owned(), terms.senders));
            }
            os::mq_unlink(name)?;
        }
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let Self::Ready(name, senders) = self else { return Err(Errno::EINVAL) };
        *self = match role {
            Role::Sender(_) => Self::Sends(os::mq_open(name, OpenFlags::WRONLY, None)?),
            Role::Receiver => Self::Receives(os::mq_open(name, OpenFlags::RDONLY, None)?, *senders),
        };
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        match self {
            Self::Sends(queue) => retried(&mut || os::mq_send(*queue, message, priority)),
            _ => Err(Errno::EBADF),
        }
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Self::Receives(queue, senders) = self else { return Err(Errno::EBADF) };
        let mut buffer = vec![0; os::mq_getattr(*queue)?.bytes_max];
        loop {
            if *senders == 0 {
                return Ok(None);
            }
            match retried(&mut || os::mq_receive(*queue, &mut buffer))? {
                (0, _) => *senders -= 1,
                (length, _) => {
                    buffer.truncate(length);
                    return Ok(Some(buffer));
                }
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match *self {
            Self::Ready(..) => Ok(()),
            Self::Sends(queue) => {
                self.send(b"", 0)?;
                os::close(queue)
            }
            Self::Receives(queue, _) => os::close(queue),
        }
    }
}
