//! `main` of a compiled submission: a plan comes in, a report goes out.

mod plan;
mod report;

pub use plan::{PROTOCOL_VERSION, Plan, Portfolio};
pub use report::{
    Conclusion, Criterion, CriterionReport, Doorway, Evidence, Mend, Message, Report, Verdict,
    Witness, WitnessKind, WitnessStep,
};
