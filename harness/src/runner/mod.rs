//! `main` of a compiled submission: a plan comes in, a report goes out.

mod entry;
mod examine;
mod plan;
mod report;
mod scene;
mod watchdog;
mod witness;

pub use entry::{
    CriticalSectionSubject, MonitorSubject, MutexSubject, SemaphoreSubject, Subject,
    examine_in_test, main, replay_in_test,
};
pub use examine::{criteria, examine};
pub use plan::{PROTOCOL_VERSION, Plan, Portfolio};
pub use report::{
    Conclusion, Criterion, CriterionReport, Doorway, Evidence, Mend, Message, Replayed, Report,
    RunawayKind, Verdict, Witness, WitnessKind, WitnessStep,
};
pub use watchdog::STACK_OVERFLOW_EXIT;
