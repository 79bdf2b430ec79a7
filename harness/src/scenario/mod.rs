//! What the processes of an examination do around a contract.

mod buffer;
mod counter;
mod critical_section;
mod monitor;
mod philosophers;
mod readers_writers;
mod semaphore;
mod situation;

use crate::backend::Panic;
use crate::engine::{Body, Loans};
use crate::event::Site;

pub use buffer::BufferScenario;
pub use counter::CounterScenario;
pub use critical_section::CriticalSectionScenario;
pub use monitor::MonitorScenario;
pub use philosophers::TableScenario;
pub use readers_writers::ReadersWritersScenario;
pub use semaphore::SemaphoreScenario;
pub use situation::{Asks, Cast, Preference, Situation, Victims};

/// A contract's scenario, for one solution: the situations that it is put in, and the processes' bodies,
/// with a fresh solution for each execution.
pub trait Scenario {
    /// Which solution it is, to tell it from others in one process.
    fn solution(&self) -> &'static str;

    /// What its solutions may use beside atomics.
    fn loans(&self) -> Loans {
        Loans::ALL
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
