//! Overtaking of messages: how many that others send later are received before one that is on its way.
//!
//! A fold that only counts. Without end it is starvation of a sender; how often is too often is for the
//! examination to say.

use std::ops::ControlFlow;

use crate::event::{Collected, Event, EventKind, Observer, Service};
use crate::process::{PROCESSES_MAX, ProcessId};

/// Counts who overtakes the first message of one sender.
#[derive(Clone, Debug)]
pub struct Overtaking {
    victim: ProcessId,
    /// By process: how many messages it has begun to send, and how many of them when the victim first called
    /// something.
    begun: [u32; PROCESSES_MAX],
    earlier: Option<[u32; PROCESSES_MAX]>,
    /// By process: how many of its messages were received.
    received: [u32; PROCESSES_MAX],
    /// By process: how many of its messages have overtaken that of the victim.
    overtakers: [u32; PROCESSES_MAX],
    arrived: bool,
    /// When so many of one process have overtaken, all has been seen.
    all: u32,
}

impl Overtaking {
    /// Nothing has been sent yet.
    pub const fn new(victim: ProcessId) -> Self {
        Self::by_all(victim, u32::MAX)
    }

    /// The same; it ends the execution when so many of one process have overtaken.
    pub const fn by_all(victim: ProcessId, all: u32) -> Self {
        let none = [0; PROCESSES_MAX];
        let (earlier, arrived) = (None, false);
        Self { victim, begun: none, earlier, received: none, overtakers: none, arrived, all }
    }

    /// Whether all have overtaken that were to be seen.
    pub fn is_by_all(&self) -> bool {
        self.by_one() >= self.all
    }

    /// How many messages of that process which overtook most often did.
    pub fn by_one(&self) -> u32 {
        self.overtakers.into_iter().max().unwrap_or(0)
    }

    /// How many messages that others began to send when the victim was there were received before its own.
    pub fn overtaken(&self) -> u32 {
        self.overtakers.iter().sum()
    }

    /// Whether the victim's message was received at last.
    pub const fn arrived(&self) -> bool {
        self.arrived
    }
}

impl Observer for Overtaking {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        match event.kind {
            EventKind::Called(service) => {
                if let Service::SendRecord(id, _) = service {
                    self.begun[id.sender.index()] += 1;
                }
                // It may be kept waiting before it gets to send anything.
                if event.process == self.victim && self.earlier.is_none() {
                    self.earlier = Some(self.begun);
                }
            }
            EventKind::Returned(Service::ReceiveRecord(Collected::Message(id))) => {
                let received = &mut self.received[id.sender.index()];
                *received += 1;
                self.arrived |= id.sender == self.victim;
                if let Some(earlier) = self.earlier
                    && !self.arrived
                    && *received > earlier[id.sender.index()]
                {
                    self.overtakers[id.sender.index()] += 1;
                }
            }
            _ => {}
        }
        if self.is_by_all() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::MessageId;

    fn id(sender: usize, number: u16) -> MessageId {
        MessageId { sender: ProcessId::new(sender), number }
    }

    fn sends(sender: usize, number: u16) -> EventKind {
        EventKind::Called(Service::SendRecord(id(sender, number), None))
    }

    fn arrives(sender: usize, number: u16) -> EventKind {
        EventKind::Returned(Service::ReceiveRecord(Collected::Message(id(sender, number))))
    }

    /// P1 is the victim.
    fn watch(story: &[EventKind]) -> Overtaking {
        let mut watching = Overtaking::new(ProcessId::new(1));
        for &kind in story {
            let process = match kind {
                EventKind::Called(Service::SendRecord(id, _)) => id.sender,
                EventKind::Called(Service::Begin(_)) => ProcessId::new(1),
                _ => ProcessId::new(0),
            };
            let event = Event { step: 0, process, kind };
            assert!(watching.observe(&event).is_continue());
        }
        watching
    }

    #[test]
    fn what_is_sent_later_and_received_earlier_overtakes() {
        let story = [sends(1, 0), sends(2, 0), arrives(2, 0), sends(2, 1), arrives(2, 1)];
        assert_eq!(watch(&story).overtaken(), 2);
        assert!(!watch(&story).arrived());
        let story = [&story[..], &[arrives(1, 0), sends(2, 2), arrives(2, 2)]].concat();
        assert_eq!(watch(&story).overtaken(), 2);
        assert!(watch(&story).arrived());
        let story = [sends(1, 0), sends(2, 0), sends(3, 0), arrives(3, 0), arrives(2, 0)];
        assert_eq!((watch(&story).overtaken(), watch(&story).by_one()), (2, 1));
    }

    #[test]
    fn whoever_is_kept_from_sending_is_overtaken_too() {
        let begins = EventKind::Called(Service::Begin(None));
        let story = [sends(2, 0), begins, sends(2, 1), arrives(2, 0), arrives(2, 1), sends(1, 0)];
        assert_eq!(watch(&story).overtaken(), 1);
    }

    #[test]
    fn what_was_sent_before_does_not() {
        let story = [sends(2, 0), sends(2, 1), sends(1, 0), arrives(2, 0), arrives(2, 1)];
        assert_eq!(watch(&story).overtaken(), 0);
        assert_eq!(watch(&[sends(2, 0), arrives(2, 0)]).overtaken(), 0);
    }
}
