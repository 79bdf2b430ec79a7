//! Records through anonymous pipes.

use super::messages::{self, Exchange, Line, RECORDS};
use super::{Scenario, Situation, scenario};
use crate::backend::Panic;
use crate::contract::{RecordPipe, Role};
use crate::engine::{Body, Loans};
use crate::kernel::Config;
use crate::shim::os;

scenario! {
    /// The scenario of [`RecordPipe`], for one type of solution.
    RecordPipeScenario
}

/// The situations of the exchanges.
const fn situations<const N: usize>(exchanges: &'static [Exchange; N]) -> [&'static Situation; N] {
    let mut all = [&exchanges[0].situation; N];
    let mut place = 0;
    while place < N {
        all[place] = &exchanges[place].situation;
        place += 1;
    }
    all
}

static ALL: [&Situation; RECORDS.len()] = situations(&RECORDS);

fn exchange(situation: &Situation) -> &'static Exchange {
    let found = RECORDS.iter().find(|exchange| exchange.situation.name == situation.name);
    found.expect("all situations here are exchanges")
}

#[derive(Clone)]
struct Driven<S>(S);

impl<S: RecordPipe> Line for Driven<S> {
    fn open(senders: usize) -> os::Result<Self> {
        S::open(senders).map(Self)
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.0.begin(role)
    }

    fn send(&mut self, message: &[u8]) -> os::Result<()> {
        self.0.send(message)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        self.0.receive()
    }

    fn end(&mut self) -> os::Result<()> {
        self.0.end()
    }
}

impl<S: RecordPipe> Scenario for RecordPipeScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn loans(&self) -> Loans {
        Loans::CALLS
    }

    fn machine(&self, situation: &Situation) -> Option<Config> {
        Some(exchange(situation).config())
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        Ok(messages::body::<Driven<S>>(quotas, exchange(situation)))
    }
}
