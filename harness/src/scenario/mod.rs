//! What the processes of an examination do around a contract.

mod buffer;
mod counter;
mod critical_section;
mod mailbox;
mod message_queue;
mod messages;
mod monitor;
mod named_pipe;
mod philosophers;
mod readers_writers;
mod record_pipe;
mod semaphore;
mod signal_line;
mod situation;
mod socket_service;
mod specimen;

use crate::backend::{self, Panic};
use crate::engine::{Body, Loans};
use crate::event::{EventKind, Service, Site};
use crate::kernel::Config;
use crate::process::ProcessId;
use crate::shim::yield_now;

pub use buffer::BufferScenario;
pub use counter::CounterScenario;
pub use critical_section::CriticalSectionScenario;
pub use mailbox::MailboxScenario;
pub use message_queue::MessageQueueScenario;
pub use monitor::MonitorScenario;
pub use named_pipe::NamedPipeScenario;
pub use philosophers::TableScenario;
pub use readers_writers::ReadersWritersScenario;
pub use record_pipe::RecordPipeScenario;
pub use semaphore::SemaphoreScenario;
pub use signal_line::SignalLineScenario;
pub use situation::{Asks, Cast, Preference, Situation, Victims};
pub use socket_service::SocketServiceScenario;

/// A type of scenario that knows nothing but the type of its solution.
macro_rules! scenario {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<S>(std::marker::PhantomData<fn() -> S>);

        impl<S> $name<S> {
            /// For solutions of type `S`.
            pub const fn new() -> Self {
                Self(std::marker::PhantomData)
            }
        }

        impl<S> Default for $name<S> {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}
use scenario;

/// Calls a service of the contract, and tells that it was called and returned.
#[inline]
fn call<R>(service: Service, work: impl FnOnce() -> R) -> R {
    backend::section(EventKind::Called(service));
    let result = work();
    backend::section(EventKind::Returned(service));
    result
}

/// The remainder section: a step of its own, so that the request has its moment.
fn remainder() {
    yield_now();
}

/// Whether a process fills a buffer, where every second one does.
const fn produces(me: ProcessId) -> bool {
    me.index().is_multiple_of(2)
}

/// How many rounds a process has around such a buffer, of which some have `rounds`: as much is taken
/// out as is put in.
const fn balanced(me: ProcessId, processes: usize, rounds: u32) -> u32 {
    if processes.is_multiple_of(2) || produces(me) {
        return rounds;
    }
    let (producers, consumers) = (processes.div_ceil(2) as u32, (processes / 2) as u32);
    rounds * producers / consumers
}

/// Stays where it is for two steps, and touches nothing.
fn stay() {
    yield_now();
    yield_now();
}

/// A contract's scenario, for one solution: the situations that it is put in, and the processes' bodies,
/// with a fresh solution for each execution.
pub trait Scenario {
    /// Which solution it is, to tell it from others in one process.
    fn solution(&self) -> &'static str;

    /// What its solutions may use beside atomics.
    fn loans(&self) -> Loans {
        Loans::ALL
    }

    /// The machine on which its solutions make system calls, if they do.
    fn machine(&self, _situation: &Situation) -> Option<Config> {
        None
    }

    /// What it is put through. The names differ.
    fn situations(&self) -> &'static [&'static Situation];

    /// The final values that the solution foretells when each of `processes` processes increments a counter
    /// `increments` times, if its contract asks for that.
    fn foretold(&self, _processes: usize, _increments: usize) -> Option<Result<Vec<u64>, Panic>> {
        None
    }

    /// The bodies of `quotas.len()` processes; process `i` has its part `quotas[i]` times and then rests in
    /// its remainder section for ever.
    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic>;
}

/// Whether this place is one of the harness's own in a scenario: the datum that a critical section
/// protects, the pause in the remainder section.
pub fn is_datum(site: Site) -> bool {
    let here = file!();
    here.strip_suffix("mod.rs").is_some_and(|room| site.file().starts_with(room))
}
