//! Flawed: one condition for all, and a signal instead of a broadcast.
//!
//! Bug: the signal that is meant for a receiver wakes a sender, or a receiver that waits for something else; it looks,
//! finds nothing and sleeps again.
//! Convicted of: progress, stuck. It needs three processes.
//! Schedule: P1 and P2 wait for messages of their own; P0 sends one to P2, and wakes P1.

use harness::prelude::*;

/// A message that is there, and the number that it got when it came.
#[derive(Debug)]
struct Slot {
    message: SharedCell<Option<Message>>,
    stamp: SharedCell<u32>,
}

/// The mailbox.
#[derive(Debug)]
pub struct Mailbox {
    guard: Guard,
    changed: Condition,
    urgent_first: bool,
    closed: SharedCell<bool>,
    /// Those inside.
    inside: Vec<Slot>,
    /// By process: a message that its sender shows, where there is no room for any.
    shown: Vec<Slot>,
    stamps: SharedCell<u32>,
    /// The next ticket of a sender, and the one that is called.
    next: SharedCell<u32>,
    called: SharedCell<u32>,
    /// By process: waiting in `receive` for a message of one process, or of any.
    waits: Vec<SharedCell<bool>>,
    wants: Vec<SharedCell<Option<ProcessId>>>,
    /// By process: a message that it was given while it waited.
    given: Vec<SharedCell<Option<Message>>>,
}

impl Slot {
    fn new() -> Self {
        Self { message: SharedCell::new(None), stamp: SharedCell::new(0) }
    }

    fn is_free(&self) -> bool {
        self.message.get().is_none()
    }
}

impl Mailbox {
    fn best(&self, me: ProcessId, from: Option<ProcessId>) -> Option<(&Slot, Message)> {
        let all = self.inside.iter().chain(&self.shown);
        let there = all.filter_map(|slot| Some((slot, slot.message.get()?)));
        let mine = there.filter(|(_, message)| Self::is_for(*message, me, from));
        mine.min_by_key(|(slot, message)| {
            let urgency = if self.urgent_first { message.priority } else { 0 };
            (u8::MAX - urgency, slot.stamp.get())
        })
    }

    fn is_for(message: Message, me: ProcessId, from: Option<ProcessId>) -> bool {
        let for_me = match message.to {
            Some(to) => to == me,
            None => true,
        };
        for_me && (from.is_none() || from == Some(message.from))
    }

    fn pick(&self, me: ProcessId, from: Option<ProcessId>) -> Option<Message> {
        let (slot, message) = self.best(me, from)?;
        slot.message.set(None);
        self.changed.signal();
        Some(message)
    }

    fn put(&self, slot: &Slot, message: Message) {
        let stamp = self.stamps.get();
        self.stamps.set(stamp + 1);
        slot.stamp.set(stamp);
        slot.message.set(Some(message));
        self.changed.signal();
    }

    fn free(&self) -> Option<&Slot> {
        self.inside.iter().find(|slot| slot.is_free())
    }

    /// Gives it to somebody who waits, which is what there is to do if nobody may wait for room.
    fn give(&self, message: Message) -> bool {
        let waiting = |receiver: &usize| {
            self.waits[*receiver].get()
                && Self::is_for(message, ProcessId::new(*receiver), self.wants[*receiver].get())
        };
        let receiver = (0..self.waits.len()).find(waiting);
        if let Some(receiver) = receiver {
            self.waits[receiver].set(false);
            self.given[receiver].set(Some(message));
            self.changed.signal();
        }
        receiver.is_some()
    }
}

impl MessagePassing for Mailbox {
    fn new(processes: usize, kind: MailboxKind) -> Self {
        let no = || SharedCell::new(false);
        Self {
            guard: Guard::new(),
            changed: Condition::new(),
            urgent_first: kind.discipline == Discipline::Priority,
            closed: no(),
            inside: (0..kind.capacity).map(|_| Slot::new()).collect(),
            shown: (0..processes).map(|_| Slot::new()).collect(),
            stamps: SharedCell::new(0),
            next: SharedCell::new(0),
            called: SharedCell::new(0),
            waits: (0..processes).map(|_| no()).collect(),
            wants: (0..processes).map(|_| SharedCell::new(None)).collect(),
            given: (0..processes).map(|_| SharedCell::new(None)).collect(),
        }
    }

    fn send(&self, me: ProcessId, message: Message) -> Result<(), Closed> {
        self.guard.enter();
        let ticket = self.next.get();
        let mut sent = false;
        if !self.closed.get() && self.inside.is_empty() {
            let shown = &self.shown[me.index()];
            self.put(shown, message);
            while !shown.is_free() && !self.closed.get() {
                self.changed.wait(&self.guard);
            }
            sent = shown.is_free();
            shown.message.set(None);
        } else if !self.closed.get() {
            self.next.set(ticket + 1);
            while !self.closed.get() && (self.called.get() != ticket || self.free().is_none()) {
                self.changed.wait(&self.guard);
            }
            if let (false, Some(slot)) = (self.closed.get(), self.free()) {
                self.put(slot, message);
                self.called.set(ticket + 1);
                sent = true;
            }
        }
        self.guard.leave();
        if sent { Ok(()) } else { Err(Closed) }
    }

    fn try_send(&self, _me: ProcessId, message: Message) -> Result<(), TrySendError> {
        self.guard.enter();
        let result = if self.closed.get() {
            Err(TrySendError::Closed)
        } else if let Some(slot) = self.free() {
            self.put(slot, message);
            Ok(())
        } else if self.inside.is_empty() && self.give(message) {
            Ok(())
        } else {
            Err(TrySendError::Full)
        };
        self.guard.leave();
        result
    }

    fn receive(&self, me: ProcessId, from: Option<ProcessId>) -> Result<Message, Closed> {
        let (waits, given) = (&self.waits[me.index()], &self.given[me.index()]);
        self.guard.enter();
        self.wants[me.index()].set(from);
        let result = loop {
            if let Some(message) = given.get() {
                given.set(None);
                break Ok(message);
            }
            if let Some(message) = self.pick(me, from) {
                break Ok(message);
            }
            if self.closed.get() {
                break Err(Closed);
            }
            waits.set(true);
            self.changed.wait(&self.guard);
        };
        waits.set(false);
        self.guard.leave();
        result
    }

    fn try_receive(
        &self,
        me: ProcessId,
        from: Option<ProcessId>,
    ) -> Result<Message, TryReceiveError> {
        self.guard.enter();
        let picked = self.pick(me, from);
        let closed = self.closed.get();
        self.guard.leave();
        picked.ok_or(if closed { TryReceiveError::Closed } else { TryReceiveError::Empty })
    }

    fn arrived(&self, me: ProcessId, from: Option<ProcessId>) -> bool {
        self.guard.enter();
        let best = self.best(me, from);
        self.guard.leave();
        best.is_some()
    }

    fn close(&self, _me: ProcessId) {
        self.guard.enter();
        self.closed.set(true);
        self.changed.broadcast();
        self.guard.leave();
    }
}
