//! Records through anonymous pipes.

use super::messages::{self, LENGTHS, Line, RECORDS, Terms, find, joined, situations};
use super::{Scenario, Situation, scenario};
use crate::backend::Panic;
use crate::contract::{RecordPipe, Role};
use crate::engine::{Body, Loans, Means};
use crate::kernel::Config;
use crate::shim::os::{self, Pid};

scenario! {
    /// The scenario of [`RecordPipe`], for one type of solution.
    RecordPipeScenario
}

static ALL: [&Situation; RECORDS.len() + LENGTHS.len()] =
    joined(situations(&RECORDS), situations(&LENGTHS));

#[derive(Clone)]
struct Driven<S>(S);

impl<S: RecordPipe> Line for Driven<S> {
    fn open(terms: &Terms) -> os::Result<Self> {
        S::open(terms.senders).map(Self)
    }

    fn begin(&mut self, role: Role, _: Pid) -> os::Result<()> {
        self.0.begin(role)
    }

    fn send(&mut self, message: &[u8], _: u32) -> os::Result<()> {
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
        Loans::calls(Means::Pipe)
    }

    fn machine(&self, situation: &Situation) -> Option<Config> {
        Some(find(&RECORDS, situation).config())
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        Ok(messages::body::<Driven<S>>(quotas, find(&RECORDS, situation)))
    }
}
