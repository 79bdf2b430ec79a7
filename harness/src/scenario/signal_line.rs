//! Messages by signals.

use super::messages::{
    self, Exchange, Line, Machine, SMALL, Terms, Told, find, situation, situations,
};
use super::{Scenario, Situation, scenario};
use crate::backend::Panic;
use crate::contract::{Role, SignalLine};
use crate::engine::{Body, Loans, Means};
use crate::event::Service;
use crate::kernel::Config;
use crate::shim::os::{self, Errno, Pid};

scenario! {
    /// The scenario of [`SignalLine`], for one type of solution.
    SignalLineScenario
}

/// Messages of two bytes.
static EXCHANGES: [Exchange; 5] = [
    Exchange {
        situation: situation("up", "a child sends to its parent", true, 2),
        lengths: &[2],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "down",
            "the parent sends to its child, and waits for its end",
            false,
            2,
        ),
        lengths: &[2],
        parent_receives: false,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "crowded",
            "a child sends to its parent; there is room for one queued signal",
            true,
            2,
        ),
        lengths: &[2],
        parent_receives: true,
        enough: None,
        machine: Machine { signals: 1, ..SMALL },
    },
    Exchange {
        situation: situation(
            "interrupted",
            "a child sends to its parent; signals interrupt the calls",
            true,
            2,
        ),
        lengths: &[2],
        parent_receives: true,
        enough: None,
        machine: Machine { interrupts: 2, ..SMALL },
    },
    Exchange {
        situation: situation(
            "hindered",
            "a child sends to its parent; there is room for one queued signal, and signals interrupt",
            true,
            2,
        ),
        lengths: &[2],
        parent_receives: true,
        enough: None,
        machine: Machine { signals: 1, interrupts: 2, ..SMALL },
    },
];

static ALL: [&Situation; EXCHANGES.len()] = situations(&EXCHANGES);

/// Messages of two bytes that stand for others, and the others for them: so any two bytes are sent, among
/// them those that are easily taken for the end, or for a negative number.
const EXTREMES: [([u8; 2], [u8; 2]); 4] = [
    (*b"A0", [0x00, 0x01]),
    (*b"A1", [0x00, 0x00]),
    (*b"B0", [0xff, 0xff]),
    (*b"B1", [0x80, 0x00]),
];

/// What is sent for a message, and which message was sent for what was received.
fn exchanged(message: [u8; 2]) -> [u8; 2] {
    let pairs = EXTREMES.into_iter();
    let mut both = pairs.flat_map(|(message, extreme)| [(message, extreme), (extreme, message)]);
    both.find_map(|(from, to)| (from == message).then_some(to)).unwrap_or(message)
}

/// A solution, in a process that has begun.
struct Driven<S>(Option<S>);

impl<S> Clone for Driven<S> {
    fn clone(&self) -> Self {
        // It is copied before anybody begins.
        Self(None)
    }
}

impl<S: SignalLine> Driven<S> {
    fn begun(&mut self) -> os::Result<&mut S> {
        self.0.as_mut().ok_or(Errno::EINVAL)
    }
}

impl<S: SignalLine> Line for Driven<S> {
    const BEFORE: Option<Told> = Some(Service::Prepare);

    fn open(_: &Terms) -> os::Result<Self> {
        S::prepare().map(|()| Self(None))
    }

    fn begin(&mut self, role: Role, peer: Pid) -> os::Result<()> {
        self.0 = Some(S::begin(role, peer)?);
        Ok(())
    }

    fn send(&mut self, message: &[u8], _: u32) -> os::Result<()> {
        let message = message.try_into().expect("all messages of this scenario have two bytes");
        self.begun()?.send(exchanged(message))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        Ok(self.begun()?.receive()?.map(|message| exchanged(message).to_vec()))
    }

    fn end(&mut self) -> os::Result<()> {
        self.begun()?.end()
    }
}

impl<S: SignalLine> Scenario for SignalLineScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans::calls(Means::Signal)
    }

    fn machine(&self, situation: &Situation) -> Option<Config> {
        Some(find(&EXCHANGES, situation).config())
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        Ok(messages::body::<Driven<S>>(quotas, find(&EXCHANGES, situation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exchanged_twice_is_as_it_was_and_nothing_else_is_exchanged() {
        let all = (0..=u16::MAX).map(u16::to_be_bytes);
        assert!(all.clone().all(|message| exchanged(exchanged(message)) == message));
        let others = all.filter(|&message| exchanged(message) != message);
        assert_eq!(others.count(), 2 * EXTREMES.len());
    }
}
