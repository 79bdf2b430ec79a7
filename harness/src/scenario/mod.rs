//! What the processes of an examination do around a contract.

mod critical_section;

pub use critical_section::{Critical, CriticalSectionScenario, Scenario, is_datum};
