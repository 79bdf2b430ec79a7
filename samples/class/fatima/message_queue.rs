use harness::os::{self, Errno, Fd, MaskChange, OpenFlags, QueueAttributes, SigSet, Signal};
use harness::prelude::*;

#[derive(Clone)]
pub struct PosixQueue {
    name: String,
    terms: QueueTerms,
    ends: usize,
    queue: Option<Fd>,
    role: Option<Role>,
}

impl PosixQueue {
    // no busy waiting: the kernel sends me a signal when there is something
    fn sleep_until_something_comes(&self, queue: Fd) -> os::Result<()> {
        os::mq_notify(queue, Some((Signal::USR1, 0)))?;
        loop {
            match os::sigwaitinfo(SigSet::EMPTY.with(Signal::USR1)) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        match os::mq_unlink(name) {
            Err(e) if e != Errno::ENOENT => return Err(e),
            _ => {}
        }
        let attributes = QueueAttributes {
            messages_max: terms.capacity,
            bytes_max: terms.longest,
            ..Default::default()
        };
        os::close(os::mq_open(name, OpenFlags::CREAT | OpenFlags::RDWR, Some(attributes))?)?;
        os::sigprocmask(MaskChange::Block, SigSet::EMPTY.with(Signal::USR1))?;
        Ok(Self { name: name.to_owned(), terms, ends: 0, queue: None, role: None })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let flags = match role {
            Role::Sender(_) => OpenFlags::WRONLY,
            Role::Receiver => OpenFlags::RDONLY | OpenFlags::NONBLOCK,
        };
        self.queue = Some(os::mq_open(&self.name, flags, None)?);
        self.role = Some(role);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        loop {
            match os::mq_send(self.queue.unwrap(), message, priority) {
                Err(Errno::EINTR) => {}
                other => return other,
            }
        }
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let queue = self.queue.unwrap();
        let mut buffer = vec![0; self.terms.longest];
        while self.ends < self.terms.senders {
            match os::mq_receive(queue, &mut buffer) {
                Ok((0, _)) => self.ends += 1,
                Ok((n, _)) => {
                    buffer.truncate(n);
                    return Ok(Some(buffer));
                }
                Err(Errno::EAGAIN) => self.sleep_until_something_comes(queue)?,
                Err(e) => return Err(e),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.role != Some(Role::Receiver) {
            self.send(&[], 0)?;
        }
        os::close(self.queue.unwrap())
    }
}
