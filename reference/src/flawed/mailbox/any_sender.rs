//! Flawed: whoever asks for a message of one process gets that of another.
//!
//! Bug: `from` is not looked at, and the first message is taken for the right one.
//! Convicted of: mutual exclusion, misdelivered. The rest holds. It needs three processes.
//! Schedule: P1 sends; P0 asks for a message of P2.

use harness::prelude::*;

/// The mailbox.
#[derive(Debug)]
pub struct Mailbox {
    guard: Guard,
    capacity: usize,
    discipline: Discipline,
    closed: SharedCell<bool>,
    /// The messages in the order in which they came, `count` of them.
    line: Vec<SharedCell<Option<Message>>>,
    count: SharedCell<usize>,
    /// By process: whether its message stands behind, so that it waits.
    behind: Vec<SharedCell<bool>>,
    /// By process: whether it waits for a message, from whom, and the one that it was given.
    wants: Vec<SharedCell<bool>>,
    from: Vec<SharedCell<Option<ProcessId>>>,
    hands: Vec<SharedCell<Option<Message>>>,
    /// By process: where it sleeps. Nobody else does so there.
    served: Vec<Condition>,
}

impl Mailbox {
    /// The first message in the line that `me` may receive.
    fn find(&self, me: ProcessId, from: Option<ProcessId>) -> Option<usize> {
        let mut best: Option<(usize, Message)> = None;
        for place in 0..self.count.get() {
            let Some(message) = self.line[place].get() else { continue };
            if !fits(message, me, from) {
                continue;
            }
            let goes_first = match (best, self.discipline) {
                (None, _) => true,
                (Some(_), Discipline::Fifo) => false,
                (Some((_, first)), Discipline::Priority) => message.priority > first.priority,
            };
            if goes_first {
                best = Some((place, message));
            }
        }
        best.map(|(place, _)| place)
    }

    /// Takes the message out of the line. One that stood behind moves up.
    fn take(&self, place: usize) -> Option<Message> {
        let message = self.line[place].get();
        let count = self.count.get();
        let served = if place >= self.capacity {
            message
        } else if count > self.capacity {
            self.line[self.capacity].get()
        } else {
            None
        };
        for next in place + 1..count {
            self.line[next - 1].set(self.line[next].get());
        }
        self.count.set(count - 1);
        if let Some(Message { from, .. }) = served {
            self.behind[from.index()].set(false);
            self.served[from.index()].signal();
        }
        message
    }

    /// Gives the message to somebody who waits for it, if anybody does.
    fn hand_over(&self, message: Message) -> bool {
        let waits = |receiver: &usize| {
            let from = self.from[*receiver].get();
            self.wants[*receiver].get() && fits(message, ProcessId::new(*receiver), from)
        };
        let Some(receiver) = (0..self.wants.len()).find(waits) else { return false };
        self.wants[receiver].set(false);
        self.hands[receiver].set(Some(message));
        self.served[receiver].signal();
        true
    }

    fn push(&self, message: Message) {
        let count = self.count.get();
        self.line[count].set(Some(message));
        self.count.set(count + 1);
    }

    /// What `work` comes to, inside of the guard.
    fn inside<R>(&self, work: impl FnOnce() -> R) -> R {
        self.guard.enter();
        let result = work();
        self.guard.leave();
        result
    }
}

fn fits(message: Message, me: ProcessId, from: Option<ProcessId>) -> bool {
    let _ = from;
    message.to.is_none_or(|to| to == me)
}

impl MessagePassing for Mailbox {
    fn new(processes: usize, kind: MailboxKind) -> Self {
        Self {
            guard: Guard::new(),
            capacity: kind.capacity,
            discipline: kind.discipline,
            closed: SharedCell::new(false),
            line: (0..kind.capacity + processes).map(|_| SharedCell::new(None)).collect(),
            count: SharedCell::new(0),
            behind: (0..processes).map(|_| SharedCell::new(false)).collect(),
            wants: (0..processes).map(|_| SharedCell::new(false)).collect(),
            from: (0..processes).map(|_| SharedCell::new(None)).collect(),
            hands: (0..processes).map(|_| SharedCell::new(None)).collect(),
            served: (0..processes).map(|_| Condition::new()).collect(),
        }
    }

    fn send(&self, me: ProcessId, message: Message) -> Result<(), Closed> {
        self.inside(|| {
            if self.closed.get() {
                return Err(Closed);
            }
            if self.hand_over(message) {
                return Ok(());
            }
            self.push(message);
            if self.count.get() <= self.capacity {
                return Ok(());
            }
            let behind = &self.behind[me.index()];
            behind.set(true);
            while behind.get() && !self.closed.get() {
                self.served[me.index()].wait(&self.guard);
            }
            if behind.get() { Err(Closed) } else { Ok(()) }
        })
    }

    fn try_send(&self, _me: ProcessId, message: Message) -> Result<(), TrySendError> {
        self.inside(|| {
            if self.closed.get() {
                return Err(TrySendError::Closed);
            }
            if self.hand_over(message) {
                return Ok(());
            }
            if self.count.get() >= self.capacity {
                return Err(TrySendError::Full);
            }
            self.push(message);
            Ok(())
        })
    }

    fn receive(&self, me: ProcessId, from: Option<ProcessId>) -> Result<Message, Closed> {
        self.inside(|| {
            if let Some(place) = self.find(me, from) {
                return self.take(place).ok_or(Closed);
            }
            if self.closed.get() {
                return Err(Closed);
            }
            let (wants, hands) = (&self.wants[me.index()], &self.hands[me.index()]);
            hands.set(None);
            self.from[me.index()].set(from);
            wants.set(true);
            while wants.get() && !self.closed.get() {
                self.served[me.index()].wait(&self.guard);
            }
            wants.set(false);
            hands.get().ok_or(Closed)
        })
    }

    fn try_receive(
        &self,
        me: ProcessId,
        from: Option<ProcessId>,
    ) -> Result<Message, TryReceiveError> {
        self.inside(|| match self.find(me, from) {
            Some(place) => self.take(place).ok_or(TryReceiveError::Empty),
            None if self.closed.get() => Err(TryReceiveError::Closed),
            None => Err(TryReceiveError::Empty),
        })
    }

    fn arrived(&self, me: ProcessId, from: Option<ProcessId>) -> bool {
        self.inside(|| self.find(me, from).is_some())
    }

    fn close(&self, _me: ProcessId) {
        self.inside(|| {
            self.closed.set(true);
            // Those behind are not sent: their senders find out.
            self.count.set(self.count.get().min(self.capacity));
            for served in &self.served {
                served.signal();
            }
        });
    }
}
