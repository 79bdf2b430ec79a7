//! Messages: what processes send each other through a mailbox, and in which order a mailbox gives them out.

use std::fmt;

use crate::process::ProcessId;

/// A message. It is small, so that it fits into one [`SharedCell`](crate::shim::SharedCell): there may
/// be one in `SharedCell<Message>`, or none in `SharedCell<Option<Message>>`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Message {
    /// Who sends it.
    pub from: ProcessId,
    /// Whom it is for (direct addressing); `None`: for whoever receives it (indirect).
    pub to: Option<ProcessId>,
    /// How urgent it is: a greater number goes first, if the mailbox looks at that.
    pub priority: u8,
    /// What it says. The messages of one execution differ in this.
    pub body: u32,
}

/// In which order messages come out of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discipline {
    /// The one that was sent first is first, whatever its priority.
    Fifo,
    /// The one with the greatest priority is first; of several with the same, the one that was sent first.
    Priority,
}

impl Message {
    /// Where `to` is stored, which is this number if there is no such process.
    const TO: u32 = 40;
    const NOBODY: u8 = u8::MAX;
    const FROM: u32 = 48;
    const PRIORITY: u32 = 32;

    /// The message in 64 bits. None has all bits set.
    pub(crate) const fn to_bits(self) -> u64 {
        let to = match self.to {
            Some(process) => process.index() as u8,
            None => Self::NOBODY,
        };
        (self.from.index() as u64) << Self::FROM
            | (to as u64) << Self::TO
            | (self.priority as u64) << Self::PRIORITY
            | self.body as u64
    }

    /// The other way round.
    pub(crate) fn from_bits(bits: u64) -> Self {
        let byte = |place: u32| (bits >> place) as u8;
        let to = byte(Self::TO);
        Self {
            from: ProcessId::new(usize::from(byte(Self::FROM))),
            to: (to != Self::NOBODY).then(|| ProcessId::new(usize::from(to))),
            priority: byte(Self::PRIORITY),
            body: bits as u32,
        }
    }
}

/// `7 of P0`, `7 of P0 for P1`, `7 of P0 for P1, priority 2`.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.body, self.from)?;
        if let Some(to) = self.to {
            write!(f, " for {to}")?;
        }
        if self.priority > 0 {
            write!(f, ", priority {}", self.priority)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_of_its_bits_as_it_went_in() {
        let last = ProcessId::new(7);
        for to in [None, Some(ProcessId::new(0)), Some(last)] {
            for (priority, body) in [(0, 0), (3, 7), (u8::MAX, u32::MAX)] {
                let message = Message { from: last, to, priority, body };
                assert_eq!(Message::from_bits(message.to_bits()), message);
                assert_ne!(message.to_bits(), u64::MAX, "that is no message");
            }
        }
    }

    #[test]
    fn a_message_says_from_whom_and_for_whom_it_is() {
        let (from, to) = (ProcessId::new(0), Some(ProcessId::new(1)));
        let message = Message { from, to, priority: 2, body: 7 };
        assert_eq!(message.to_string(), "7 of P0 for P1, priority 2");
        assert_eq!(Message { to: None, priority: 0, ..message }.to_string(), "7 of P0");
    }
}
