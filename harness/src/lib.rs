//! Runs solutions to synchronization exercises under every schedule that matters, and judges them.
//!
//! A student's file imports [`prelude`] alone and implements a trait of [`contract`]. Everything else
//! here serves to run it: as fibers on one thread, on a memory that does what C++20 allows, with all
//! that the code does not determine decided by a [`Strategy`](choice::Strategy).
//!
//! The rooms, ground floor first. A room imports only rooms above it; `ARCHITECTURE.md` has the table,
//! and a test compares it with the sources.
//!
//! | room | what |
//! | --- | --- |
//! | [`process`], [`message`], [`event`], [`choice`], [`clock`] | the words: who, what is sent, what happened, what is asked |
//! | [`oracle`] | judges: folds over events |
//! | [`memory`] | the memory of one execution, as a value |
//! | [`kernel`] | the machine of one execution, as a value |
//! | [`methods`] | the course's methods of message passing, by what experiments on a kernel show |
//! | [`trace`] | schedule and trace: text forms and the drawing |
//! | [`strategy`] | who answers choices |
//! | [`engine`] | one execution, its waiting loops, its fibers |
//! | [`backend`] | whether an execution is running on this thread |
//! | [`shim`], [`contract`] | what students touch, and what they implement |
//! | [`scenario`] | processes around a contract |
//! | [`exploration`] | many executions |
//! | [`examination`] | from executions to the verdicts on the three criteria |
//! | [`runner`] | `main` of a compiled submission: a plan comes in, a report goes out |
//!
//! Deliberately absent: points (the grader's business), wall-clock time in any verdict, and load
//! buffering (see [`memory`]).

pub mod backend;
pub mod choice;
pub mod clock;
pub mod contract;
pub mod engine;
pub mod event;
pub mod examination;
pub mod exploration;
pub mod kernel;
pub mod memory;
pub mod message;
pub mod methods;
pub mod oracle;
pub mod process;
pub mod runner;
pub mod scenario;
pub mod shim;
pub mod strategy;
pub mod trace;

pub use shim::os;

/// What a student's file imports.
pub mod prelude {
    pub use crate::contract::{
        Buffer, Closed, Counter, CountingSemaphore, CriticalSection, MailboxKind, MesaMonitor,
        MessagePassing, MessageQueue, NamedPipe, QueueTerms, ReadWriteLock, RecordPipe, Role,
        SignalLine, SocketClient, SocketService, Table, TryReceiveError, TrySendError,
    };
    pub use crate::message::{Discipline, Message};
    pub use crate::process::ProcessId;
    pub use crate::shim::*;
    pub use core::sync::atomic::Ordering;

    /// As `std::hint`.
    pub mod hint {
        pub use crate::shim::spin_loop;
        pub use core::hint::black_box;
    }

    /// As `std::thread`, as far as processes may use it.
    pub mod thread {
        pub use crate::shim::yield_now;
    }
}
