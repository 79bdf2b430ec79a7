use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::*;

#[derive(Clone)]
pub struct PosixQueue {
    name: String,
    longest: usize,
    still_sending: usize,
    is_sender: bool,
    mq: Option<Fd>,
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        // throw away whatever is left from last time
        match os::mq_unlink(name) {
            Ok(()) => {}
            Err(Errno::ENOENT) => {}
            Err(e) => return Err(e),
        }
        let mut attr = QueueAttributes::default();
        attr.messages_max = terms.capacity;
        attr.bytes_max = terms.longest + 1;
        let mq =
            os::mq_open(name, OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDONLY, Some(attr))?;
        os::close(mq)?;
        Ok(PosixQueue {
            name: name.to_string(),
            longest: terms.longest,
            still_sending: terms.senders,
            is_sender: false,
            mq: None,
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.is_sender = matches!(role, Role::Sender(_));
        let how = if self.is_sender { OpenFlags::WRONLY } else { OpenFlags::RDONLY };
        self.mq = Some(os::mq_open(&self.name, how, None)?);
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        let mut bytes = message.to_vec();
        bytes.push(1); // 1 = message, 0 = end
        while let Err(e) = os::mq_send(self.mq.unwrap(), &bytes, priority) {
            if e != Errno::EINTR {
                return Err(e);
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.still_sending != 0 {
            let mut bytes = vec![0; self.longest + 1];
            match os::mq_receive(self.mq.unwrap(), &mut bytes) {
                Ok((n, _prio)) => {
                    bytes.truncate(n);
                    let kind = bytes.pop();
                    if kind == Some(1) {
                        return Ok(Some(bytes));
                    }
                    self.still_sending -= 1;
                }
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.is_sender {
            // lowest priority and sent last: it cannot overtake anything of mine
            while let Err(e) = os::mq_send(self.mq.unwrap(), &[0], 0) {
                if e != Errno::EINTR {
                    return Err(e);
                }
            }
        }
        os::close(self.mq.unwrap())
    }
}
