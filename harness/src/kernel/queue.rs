//! POSIX message queues. Sources: `mq_overview(7)`, `mq_open(3)`, `mq_send(3)`, `mq_receive(3)`, `mq_notify(3)`,
//! `mq_unlink(3)`; ipc/mqueue.c for what they leave open. What is called measured was seen on Linux 6.18.
//!
//! Nobody barges in: a message goes to the receiver that has waited longest, and whoever takes a message out
//! of a full queue puts that of the sender in that has waited longest. So a receiver that waits
//! finds its message in its [`Wait`], and a sender that waits has left its own there. What a process has in its
//! [`Wait`] goes with it: the message of a sender that gives up was never sent, and one that was handed to
//! a receiver that is killed is lost.
//!
//! All processes have the same user, who may open all queues: modes are not modelled.

#[cfg(test)]
mod tests;

use super::file::{File, Object};
use super::signal::can_be_sent;
use super::{
    Answer, Attempt, Call, Errno, Fd, OpenFlags, Origin, PollEvents, QueueAttributes, QueueId,
    SigInfo, Signal, Simulated, Wait, Waiting,
};
use crate::process::ProcessId;

/// Priorities are below: `MQ_PRIO_MAX`.
const PRIORITIES: u32 = 32_768;

/// Bytes of a name, without the slash: `NAME_MAX`.
const NAME_MAX: usize = 255;

/// `queues_max` of `mq_overview(7)`.
const QUEUES_MAX: usize = 256;

/// What a message costs beside its bytes: a `msg_msg` and a `posix_msg_tree_node`. Source: getrlimit(2),
/// `RLIMIT_MSGQUEUE`.
const MESSAGE_OVERHEAD: usize = 96;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Message {
    bytes: Vec<u8>,
    priority: u32,
}

/// A message queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queue {
    /// The one that is received next comes first: by priority, highest first, and as they came.
    messages: Vec<Message>,
    messages_max: usize,
    /// Of each message.
    bytes_max: usize,
    /// How many open files there are of it.
    files: u32,
    /// Whether it was not unlinked.
    is_named: bool,
    /// Whom to tell when a message arrives.
    registration: Option<Registration>,
}

/// One call of `mq_notify(3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Registration {
    process: ProcessId,
    /// Signal 0: nobody is told, but the registration is used up all the same.
    signal: Signal,
    value: i32,
}

impl Queue {
    const fn is_full(&self) -> bool {
        self.messages.len() >= self.messages_max
    }

    fn insert(&mut self, message: Message) {
        let place = self.messages.partition_point(|it| it.priority >= message.priority);
        self.messages.insert(place, message);
    }

    /// What it counts for `RLIMIT_MSGQUEUE`, in bytes.
    const fn cost(messages_max: usize, bytes_max: usize) -> usize {
        messages_max.saturating_mul(bytes_max.saturating_add(MESSAGE_OVERHEAD))
    }
}

impl Message {
    /// What a receiver gets, whose buffer has room for the longest; how many bytes it is.
    fn receive(self, buffer: &mut [u8], priority: &mut u32) -> usize {
        buffer[..self.bytes.len()].copy_from_slice(&self.bytes);
        *priority = self.priority;
        self.bytes.len()
    }
}

/// The name without its slash. The order of the errors was measured.
fn check_name(name: &str) -> Result<&str, Errno> {
    let name = name.strip_prefix('/').ok_or(Errno::EINVAL)?;
    if name.is_empty() { Err(Errno::ENOENT) } else { Ok(name) }
}

/// What is wrong with it once it is looked up.
fn check_entry(name: &str) -> Result<(), Errno> {
    if name.contains('/') || name == "." || name == ".." {
        return Err(Errno::EACCES);
    }
    if name.len() > NAME_MAX {
        return Err(Errno::ENAMETOOLONG);
    }
    Ok(())
}

impl Simulated {
    /// The calls that are about message queues.
    pub(super) fn queue_call(
        &mut self,
        me: ProcessId,
        call: &mut Call<'_>,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        match call {
            Call::MqOpen { name, flags, attributes } => {
                self.mq_open(me, name, *flags, *attributes).into()
            }
            Call::MqSend { timeout, .. } | Call::MqReceive { timeout, .. } => {
                let timeout = *timeout;
                let attempt = if waited {
                    Self::served(call, wait)
                } else if let Call::MqSend { fd, bytes, priority, .. } = call {
                    self.mq_send(me, *fd, bytes, *priority, wait)
                } else {
                    self.mq_receive(me, call)
                };
                match attempt {
                    Attempt::Wait(_) if self.is_over(timeout, wait, waited) => {
                        Attempt::Done(Err(Errno::ETIMEDOUT))
                    }
                    attempt => attempt,
                }
            }
            Call::MqGetattr { fd, attributes } => self.mq_getattr(me, *fd, attributes).into(),
            Call::MqSetattr { fd, nonblocking } => self.mq_setattr(me, *fd, *nonblocking).into(),
            Call::MqUnlink { name } => self.mq_unlink(name).into(),
            Call::MqNotify { fd, signal } => self.mq_notify(me, *fd, *signal).into(),
            _ => unreachable!("only calls that are about message queues come here"),
        }
    }

    /// `mq_open(3)`.
    fn mq_open(
        &mut self,
        me: ProcessId,
        name: &str,
        flags: OpenFlags,
        attributes: Option<QueueAttributes>,
    ) -> Answer {
        let name = check_name(name)?;
        if !self.has_room(me) {
            return Err(Errno::EMFILE);
        }
        check_entry(name)?;
        let access = flags & (OpenFlags::WRONLY | OpenFlags::RDWR);
        if access == OpenFlags::WRONLY | OpenFlags::RDWR {
            return Err(Errno::EINVAL);
        }
        let queue = match self.queue_names.get(name) {
            Some(_) if flags.contains(OpenFlags::CREAT | OpenFlags::EXCL) => {
                return Err(Errno::EEXIST);
            }
            Some(&queue) => queue,
            None if flags.contains(OpenFlags::CREAT) => self.make_queue(name, attributes)?,
            None => return Err(Errno::ENOENT),
        };
        self.queues.get_mut(queue.0).files += 1;
        let flags = access | flags & OpenFlags::NONBLOCK;
        let fd = self.install(me, File::new(Object::Queue(queue), flags))?;
        Ok(fd.answer())
    }

    /// The attributes say how long it is and its messages are; the others are not looked at.
    fn make_queue(
        &mut self,
        name: &str,
        attributes: Option<QueueAttributes>,
    ) -> Result<QueueId, Errno> {
        if self.queues.iter().count() >= QUEUES_MAX {
            return Err(Errno::ENOSPC);
        }
        let messages_most = self.config.queue_messages_max;
        let bytes_most = self.config.queue_bytes_max;
        // mq_overview(7): the defaults, `msg_default` and `msgsize_default`, never exceed the limits.
        let (messages_max, bytes_max) = match attributes {
            Some(attributes) => (attributes.messages_max, attributes.bytes_max),
            None => (messages_most.min(10), bytes_most.min(8192)),
        };
        if !(1..=messages_most).contains(&messages_max) || !(1..=bytes_most).contains(&bytes_max) {
            return Err(Errno::EINVAL);
        }
        let costs = self.queues.iter().map(|it| Queue::cost(it.messages_max, it.bytes_max));
        let cost = Queue::cost(messages_max, bytes_max);
        if costs.fold(cost, usize::saturating_add) > self.config.queue_memory_max {
            return Err(Errno::EMFILE);
        }
        let queue = QueueId(self.queues.insert(Queue {
            messages: Vec::new(),
            messages_max,
            bytes_max,
            files: 0,
            is_named: true,
            registration: None,
        }));
        self.queue_names.insert(name.to_owned(), queue);
        Ok(queue)
    }

    /// The open queue that a descriptor names. Anything else, standard input for one, is not a queue.
    fn queue(&self, me: ProcessId, fd: Fd) -> Result<(QueueId, &File), Errno> {
        match self.file(me, fd) {
            Ok(file) => match file.object {
                Object::Queue(queue) => Ok((queue, file)),
                Object::Pipe(_) | Object::Socket(_) => Err(Errno::EBADF),
            },
            Err(_) => Err(Errno::EBADF),
        }
    }

    /// `mq_timedsend(3)`, entered.
    fn mq_send(
        &mut self,
        me: ProcessId,
        fd: Fd,
        bytes: &[u8],
        priority: u32,
        wait: &mut Wait,
    ) -> Attempt {
        let (id, is_nonblocking) = match self.queue(me, fd) {
            _ if priority >= PRIORITIES => return Err(Errno::EINVAL).into(),
            Ok((id, file)) if file.writes() => (id, file.is_nonblocking()),
            _ => return Err(Errno::EBADF).into(),
        };
        let queue = self.queues.get_mut(id.0);
        if bytes.len() > queue.bytes_max {
            return Err(Errno::EMSGSIZE).into();
        }
        let message = Message { bytes: bytes.to_vec(), priority };
        if queue.is_full() {
            if is_nonblocking {
                return Err(Errno::EAGAIN).into();
            }
            wait.message = Some(message);
            return Attempt::Wait(Waiting::QueueToSend(id));
        }
        if let Some(receiver) = self.first_waiting(Waiting::QueueToReceive(id), false) {
            receiver.message = Some(message);
        } else {
            self.queues.get_mut(id.0).insert(message);
            self.notify(me, id);
        }
        Ok(0).into()
    }

    /// `mq_timedreceive(3)`, entered.
    fn mq_receive(&mut self, me: ProcessId, call: &mut Call<'_>) -> Attempt {
        let Call::MqReceive { fd, buffer, priority, .. } = call else {
            unreachable!("only receivers come here")
        };
        let (id, is_nonblocking) = match self.queue(me, *fd) {
            Ok((id, file)) if file.reads() => (id, file.is_nonblocking()),
            _ => return Err(Errno::EBADF).into(),
        };
        let queue = self.queues.get_mut(id.0);
        if buffer.len() < queue.bytes_max {
            return Err(Errno::EMSGSIZE).into();
        }
        if queue.messages.is_empty() {
            if is_nonblocking {
                return Err(Errno::EAGAIN).into();
            }
            return Attempt::Wait(Waiting::QueueToReceive(id));
        }
        let message = queue.messages.remove(0);
        // Measured: nobody is notified of a message that takes the place of another.
        let sender = self.first_waiting(Waiting::QueueToSend(id), true);
        if let Some(next) = sender.and_then(|sender| sender.message.take()) {
            self.queues.get_mut(id.0).insert(next);
        }
        Ok(message.receive(buffer, priority)).into()
    }

    /// The call waited: others have done its work, or not. Source: `wq_sleep` in ipc/mqueue.c, which looks at
    /// this before it looks for signals and at the clock.
    fn served(call: &mut Call<'_>, wait: &mut Wait) -> Attempt {
        match (call, wait.message.take()) {
            (Call::MqReceive { buffer, priority, .. }, Some(message)) => {
                Ok(message.receive(buffer, priority)).into()
            }
            (Call::MqSend { .. }, None) => Ok(0).into(),
            (_, message) => {
                wait.message = message;
                Attempt::Wait(wait.why)
            }
        }
    }

    /// Of those who wait for that, and still have a message or have none, the one that came first.
    fn first_waiting(&mut self, why: Waiting, with_message: bool) -> Option<&mut Wait> {
        let is_one = |wait: &Wait| wait.why == why && wait.message.is_some() == with_message;
        let mut waiting = self.waiting.iter().copied();
        let first = waiting.find(|&it| self.process(it).wait.as_ref().is_some_and(is_one))?;
        self.process_mut(first).wait.as_mut()
    }

    /// `mq_getattr(3)`.
    fn mq_getattr(&self, me: ProcessId, fd: Fd, attributes: &mut QueueAttributes) -> Answer {
        let (id, file) = self.queue(me, fd)?;
        let queue = self.queues.get(id.0);
        *attributes = QueueAttributes {
            nonblocking: file.is_nonblocking(),
            messages_max: queue.messages_max,
            bytes_max: queue.bytes_max,
            messages: queue.messages.len(),
        };
        Ok(0)
    }

    /// `mq_setattr(3)`. The flag belongs to the open file: who shares it sees the change, too.
    fn mq_setattr(&mut self, me: ProcessId, fd: Fd, nonblocking: bool) -> Answer {
        self.queue(me, fd)?;
        let file = self.process(me).file(fd)?;
        self.files.get_mut(file.0).flags.set(OpenFlags::NONBLOCK, nonblocking);
        Ok(0)
    }

    /// `mq_unlink(3)`: the name goes at once, the queue when nobody has it open.
    fn mq_unlink(&mut self, name: &str) -> Answer {
        let name = check_name(name)?;
        check_entry(name)?;
        let id = self.queue_names.remove(name).ok_or(Errno::ENOENT)?;
        self.queues.get_mut(id.0).is_named = false;
        self.forget_queue(id);
        Ok(0)
    }

    fn forget_queue(&mut self, id: QueueId) {
        let queue = self.queues.get(id.0);
        if queue.files == 0 && !queue.is_named {
            self.queues.remove(id.0);
        }
    }

    /// `mq_notify(3)`.
    fn mq_notify(&mut self, me: ProcessId, fd: Fd, signal: Option<(Signal, i32)>) -> Answer {
        if let Some((signal, _)) = signal {
            if !(0..=Signal::RTMAX.0).contains(&signal.0) {
                return Err(Errno::EINVAL);
            }
            if signal.0 != 0 && !can_be_sent(signal) {
                return Err(Errno::ENOSYS);
            }
        }
        let (id, _) = self.queue(me, fd)?;
        match signal {
            None => self.unregister(me, id),
            Some((signal, value)) => {
                let registration = &mut self.queues.get_mut(id.0).registration;
                if registration.is_some() {
                    return Err(Errno::EBUSY);
                }
                *registration = Some(Registration { process: me, signal, value });
            }
        }
        Ok(0)
    }

    /// A message from `sender` was put in, for want of a receiver that waits: who has registered is told, once,
    /// if it is the only message.
    fn notify(&mut self, sender: ProcessId, id: QueueId) {
        let queue = self.queues.get_mut(id.0);
        if queue.messages.len() != 1 {
            return;
        }
        let Some(Registration { process, signal, value }) = queue.registration.take() else {
            return;
        };
        if signal != Signal(0) {
            let pid = self.process(sender).pid;
            let info = SigInfo { signal, origin: Origin::Notification, pid, value };
            // If there is no room for it, it is lost: nobody looks at what `__do_notify` comes to.
            let _ = self.send(process, info);
        }
    }

    /// `process` closes a descriptor of the queue: its registration for notification goes. Measured: any
    /// descriptor of the queue does, not only the one with which it registered.
    pub(super) fn unregister(&mut self, process: ProcessId, queue: QueueId) {
        let registration = &mut self.queues.get_mut(queue.0).registration;
        registration.take_if(|it| it.process == process);
    }

    /// The last descriptor of an open queue is gone.
    pub(super) fn queue_closed(&mut self, id: QueueId) {
        self.queues.get_mut(id.0).files -= 1;
        self.forget_queue(id);
    }

    /// What poll(2) answers. Measured: whether the descriptor is for reading or writing does not matter.
    pub(super) fn poll_queue(&self, id: QueueId, _: &File) -> PollEvents {
        let queue = self.queues.get(id.0);
        let mut events = PollEvents::empty();
        events.set(PollEvents::IN, !queue.messages.is_empty());
        events.set(PollEvents::OUT, !queue.is_full());
        events
    }
}
