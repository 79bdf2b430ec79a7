//! Records through named pipes.

use super::messages::{
    self, CROWD, Exchange, FLOOD, LENGTHS, Leftover, Line, Machine, PATH, SMALL, Terms, Told, find,
    joined, situation, situations,
};
use super::{Scenario, Situation, scenario};
use crate::backend::Panic;
use crate::contract::{NamedPipe, Role};
use crate::engine::{Body, Loans, Means};
use crate::event::Service;
use crate::kernel::Config;
use crate::shim::os::{self, Errno, Pid};

scenario! {
    /// The scenario of [`NamedPipe`], for one type of solution.
    NamedPipeScenario
}

/// Records through named pipes.
static EXCHANGES: [Exchange; 10] = [
    Exchange {
        situation: situation("short", "one process sends short records to another one", true, 2),
        lengths: &[5, 2],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation("down", "the process that is there first sends", false, 2),
        lengths: &[3, 700],
        parent_receives: false,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation("stale", "there is a pipe at the path, from an earlier run", true, 2),
        lengths: &[30],
        parent_receives: true,
        enough: None,
        machine: Machine { leftover: Leftover::Fifo, ..SMALL },
    },
    Exchange {
        situation: situation(
            "long",
            "one process sends records that are longer than the pipe holds",
            true,
            2,
        ),
        lengths: &[6000, 4096],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation("many", "two processes send short records to a third one", true, 3),
        lengths: &[2, 300],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "mixed",
            "two processes send records longer than PIPE_BUF to a third one",
            true,
            3,
        ),
        lengths: &[5000],
        parent_receives: true,
        enough: None,
        machine: SMALL,
    },
    Exchange {
        situation: situation(
            "interrupted",
            "one process sends long records to another one; signals interrupt the calls",
            true,
            2,
        ),
        lengths: &[9000, 20],
        parent_receives: true,
        enough: None,
        machine: Machine { interrupts: 2, ..SMALL },
    },
    Exchange {
        situation: situation(
            "enough",
            "the receiver stops after one record; the sender sends more",
            true,
            2,
        ),
        lengths: &[3000, 3000],
        parent_receives: true,
        enough: Some(1),
        machine: SMALL,
    },
    FLOOD,
    CROWD,
];

static ALL: [&Situation; EXCHANGES.len() + LENGTHS.len()] =
    joined(situations(&EXCHANGES), situations(&LENGTHS));

/// The number of senders; then a solution, in the process that has opened it.
struct Driven<S>(usize, Option<S>);

impl<S> Clone for Driven<S> {
    fn clone(&self) -> Self {
        // It is copied before anybody opens anything.
        Self(self.0, None)
    }
}

impl<S: NamedPipe> Driven<S> {
    fn opened(&mut self) -> os::Result<&mut S> {
        self.1.as_mut().ok_or(Errno::EBADF)
    }
}

impl<S: NamedPipe> Line for Driven<S> {
    const BEFORE: Option<Told> = None;
    const FIRST: Told = Service::Open;

    fn open(terms: &Terms) -> os::Result<Self> {
        Ok(Self(terms.senders, None))
    }

    fn begin(&mut self, role: Role, _: Pid) -> os::Result<()> {
        self.1 = Some(S::open(PATH, role, self.0)?);
        Ok(())
    }

    fn send(&mut self, message: &[u8], _: u32) -> os::Result<()> {
        self.opened()?.send(message)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        self.opened()?.receive()
    }

    fn end(&mut self) -> os::Result<()> {
        self.opened()?.end()
    }
}

impl<S: NamedPipe> Scenario for NamedPipeScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans::calls(Means::NamedPipe)
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
