use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::*;

#[derive(Clone)]
pub struct PosixQueue {
    name: String,
    size: usize,
    senders: usize,
    sender: bool,
    fd: Fd,
    // the end goes behind my last message
    last_priority: u32,
}

impl PosixQueue {
    fn put(&self, bytes: &[u8], priority: u32) -> os::Result<()> {
        loop {
            let result = os::mq_send(self.fd, bytes, priority);
            if result != Err(Errno::EINTR) {
                return result;
            }
        }
    }
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        let attributes = QueueAttributes {
            nonblocking: false,
            messages_max: terms.capacity,
            bytes_max: terms.longest,
            messages: 0,
        };
        let flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL;
        let fd = match os::mq_open(name, flags, Some(attributes)) {
            Err(Errno::EEXIST) => {
                os::mq_unlink(name)?;
                os::mq_open(name, flags, Some(attributes))?
            }
            other => other?,
        };
        Ok(Self {
            name: name.to_string(),
            size: terms.longest,
            senders: terms.senders,
            sender: false,
            fd,
            last_priority: 0,
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.sender = role != Role::Receiver;
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        self.last_priority = priority;
        self.put(message, priority)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; self.size];
        while self.senders > 0 {
            match os::mq_receive(self.fd, &mut buffer) {
                Ok((0, _)) => self.senders -= 1,
                Ok((n, _)) => return Ok(Some(buffer[..n].to_vec())),
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sender {
            self.put(&[], self.last_priority)?;
        } else {
            os::mq_unlink(&self.name)?;
        }
        os::close(self.fd)
    }
}
