//! Flawed: senders ask for permission, and of two that ask at the same priority the one with the greater number gets it.
//!
//! Bug: the number is part of the priority with which a request lies in its queue. So the queue, which would serve
//! requests of one priority as they came, serves one sender before the other, however long that one has asked.
//! Convicted of: bounded waiting, a sender is passed over.
//! Schedule: P1 asks and waits; P2 asks again, as often as its message was taken, before P0 grants the next request.

use harness::os::{self, Errno, Fd, OpenFlags, QueueAttributes};
use harness::prelude::*;

/// What one process knows of the queues.
#[derive(Clone, Debug)]
pub struct PosixQueue {
    name: String,
    terms: QueueTerms,
    role: Role,
    /// Senders that may have more.
    left: usize,
    messages: Option<Fd>,
    requests: Option<Fd>,
    /// As the receiver: those of all senders; as a sender: its own.
    permissions: Vec<Fd>,
}

fn again<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

fn requests(name: &str) -> String {
    format!("{name}-requests")
}

fn permissions(name: &str, sender: usize) -> String {
    format!("{name}-permissions-{sender}")
}

fn make(name: &str, messages_max: usize, bytes_max: usize) -> os::Result<()> {
    match os::mq_unlink(name) {
        Ok(()) | Err(Errno::ENOENT) => {}
        Err(errno) => return Err(errno),
    }
    let attributes = QueueAttributes { messages_max, bytes_max, ..Default::default() };
    let flags = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::RDWR;
    os::close(os::mq_open(name, flags, Some(attributes))?)
}

impl MessageQueue for PosixQueue {
    fn prepare(name: &str, terms: QueueTerms) -> os::Result<Self> {
        make(name, terms.capacity, terms.longest)?;
        make(&requests(name), terms.senders, 1)?;
        for sender in 0..terms.senders {
            make(&permissions(name, sender), 1, 1)?;
        }
        Ok(Self {
            name: name.to_owned(),
            terms,
            role: Role::Receiver,
            left: terms.senders,
            messages: None,
            requests: None,
            permissions: Vec::new(),
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.role = role;
        let (to_receiver, to_senders, whose) = match role {
            Role::Receiver => (OpenFlags::RDONLY, OpenFlags::WRONLY, 0..self.terms.senders),
            Role::Sender(me) => (OpenFlags::WRONLY, OpenFlags::RDONLY, me..me + 1),
        };
        self.messages = Some(os::mq_open(&self.name, to_receiver, None)?);
        self.requests = Some(os::mq_open(&requests(&self.name), to_receiver, None)?);
        for sender in whose {
            self.permissions.push(os::mq_open(&permissions(&self.name, sender), to_senders, None)?);
        }
        Ok(())
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        let Role::Sender(me) = self.role else { return Err(Errno::EBADF) };
        let (messages, requests) = self.messages.zip(self.requests).ok_or(Errno::EBADF)?;
        // No two are equal; 0 is for the end.
        let urgency = priority * self.terms.senders as u32 + me as u32 + 1;
        again(|| os::mq_send(requests, &[me as u8], urgency))?;
        again(|| os::mq_receive(self.permissions[0], &mut [0]))?;
        again(|| os::mq_send(messages, message, priority))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let (messages, requests) = self.messages.zip(self.requests).ok_or(Errno::EBADF)?;
        while self.left > 0 {
            let mut sender = [0];
            let (_, urgency) = again(|| os::mq_receive(requests, &mut sender))?;
            if urgency == 0 {
                self.left -= 1;
                continue;
            }
            again(|| os::mq_send(self.permissions[usize::from(sender[0])], &[], 0))?;
            let mut message = vec![0; self.terms.longest];
            let (length, _) = again(|| os::mq_receive(messages, &mut message))?;
            message.truncate(length);
            return Ok(Some(message));
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        let (messages, requests) = self.messages.zip(self.requests).ok_or(Errno::EBADF)?;
        if let Role::Sender(me) = self.role {
            again(|| os::mq_send(requests, &[me as u8], 0))?;
        }
        self.permissions.drain(..).chain([messages, requests]).try_for_each(os::close)
    }
}
