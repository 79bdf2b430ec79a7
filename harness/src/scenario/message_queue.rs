//! Messages with priorities, through a message queue.

use super::messages::{
    self, Exchange, Leftover, Line, Machine, QUEUE, SMALL, Terms, Told, find, flood,
    situation_with, situations,
};
use super::specimen::LEFTOVER;
use super::{Scenario, Situation, scenario};
use crate::backend::Panic;
use crate::contract::{MessageQueue, QueueTerms, Role};
use crate::engine::{Body, Loans, Means};
use crate::event::Service;
use crate::kernel::Config;
use crate::oracle::{Order, Priorities};
use crate::shim::os::{self, Pid};

scenario! {
    /// The scenario of [`MessageQueue`], for one type of solution.
    MessageQueueScenario
}

/// What earlier runs have left behind.
const SMALLER: Leftover =
    Leftover::Queue { messages_max: 3, bytes_max: 24, messages: &[LEFTOVER, LEFTOVER] };
const SAME: Leftover = Leftover::Queue { messages_max: 2, bytes_max: 40, messages: &[LEFTOVER] };
const LARGER: Leftover = Leftover::Queue { messages_max: 10, bytes_max: 8192, messages: &[] };

/// Messages through queues.
static EXCHANGES: [Exchange; 11] = [
    Exchange {
        situation: situation_with(
            "lengths",
            "a child sends messages of different lengths to its parent",
            true,
            2,
            &[7],
        ),
        lengths: &[40, 3],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 2, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "full",
            "the parent sends to its child through a queue for one message",
            false,
            2,
            &[0, 12],
        ),
        lengths: &[1, 16],
        parent_receives: false,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation_with(
            "urgent",
            "a child sends messages of rising priority to its parent",
            true,
            2,
            &[30, 1, 5, 31],
        ),
        lengths: &[9],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 4, ..SMALL },
    },
    Exchange {
        situation: situation_with("many", "two children send to their parent", true, 3, &[4]),
        lengths: &[1, 12, 5],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 10, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "priorities",
            "two children send messages of different priorities to their parent",
            true,
            3,
            &[31, 0, 9],
        ),
        lengths: &[9],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 3, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "leftover",
            "a queue of an earlier run is there, for shorter messages, with some in it",
            true,
            2,
            &[3],
        ),
        lengths: &[40],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 2, leftover: SMALLER, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "same",
            "a queue of an earlier run is there, for the same messages, with one in it",
            true,
            2,
            &[3],
        ),
        lengths: &[40],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 2, leftover: SAME, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "larger",
            "a queue of an earlier run is there, for longer messages",
            true,
            2,
            &[3],
        ),
        lengths: &[40],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 2, leftover: LARGER, ..SMALL },
    },
    Exchange {
        situation: situation_with(
            "interrupted",
            "two children send to their parent; signals interrupt the calls",
            true,
            3,
            &[2, 20],
        ),
        lengths: &[12],
        parent_receives: true,
        enough: None,
        machine: Machine { interrupts: 2, ..SMALL },
    },
    messages_without_end("flood", "two processes send without end to a third one", 3),
    messages_without_end("crowd", "three processes send without end to a fourth one", 4),
];

/// Many messages without end, of which a queue holds a few.
const fn messages_without_end(
    name: &'static str,
    title: &'static str,
    processes: usize,
) -> Exchange {
    Exchange {
        situation: flood(name, title, processes, Order::Priorities(Priorities(&[6]))),
        lengths: &[16],
        parent_receives: true,
        enough: None,
        machine: Machine { room: 3, ..SMALL },
    }
}

static ALL: [&Situation; EXCHANGES.len()] = situations(&EXCHANGES);

#[derive(Clone)]
struct Driven<S>(S);

impl<S: MessageQueue> Line for Driven<S> {
    const BEFORE: Option<Told> = Some(Service::Prepare);

    fn open(terms: &Terms) -> os::Result<Self> {
        let &Terms { senders, longest, room } = terms;
        S::prepare(QUEUE, QueueTerms { senders, capacity: room, longest }).map(Self)
    }

    fn begin(&mut self, role: Role, _: Pid) -> os::Result<()> {
        self.0.begin(role)
    }

    fn send(&mut self, message: &[u8], priority: u32) -> os::Result<()> {
        self.0.send(message, priority)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        self.0.receive()
    }

    fn end(&mut self) -> os::Result<()> {
        self.0.end()
    }
}

impl<S: MessageQueue> Scenario for MessageQueueScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans::calls(Means::Queue)
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
