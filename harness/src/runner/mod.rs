//! `main` of a compiled submission: a plan comes in, a report goes out.

mod counted;
mod entry;
mod examine;
mod exchanged;
mod mailbox;
mod plan;
mod readers_writers;
mod report;
mod scene;
mod served;
mod sleepers;
mod told;
mod watchdog;
mod witness;
mod wording;

pub use entry::{
    BufferSubject, CounterSubject, CriticalSectionSubject, MailboxSubject, MessageQueueSubject,
    MonitorSubject, MutexSubject, NamedPipeSubject, ReadersFirstSubject, ReadersWritersSubject,
    RecordPipeSubject, SemaphoreSubject, SignalLineSubject, SocketServiceSubject, Subject,
    TableSubject, WritersFirstSubject, examine_in_test, main, replay_in_test,
};
pub use examine::{criteria, examine};
pub use plan::{PROTOCOL_VERSION, Plan, Portfolio};
pub use report::{
    Conclusion, Criterion, CriterionReport, Doorway, Evidence, Mend, Message, Profile, Replayed,
    Report, RunawayKind, Verdict, Waiting, Witness, WitnessKind, WitnessStep,
};
pub use watchdog::STACK_OVERFLOW_EXIT;
