//! What happened: the steps of one execution, as oracles, traces and drawings read them.
//!
//! An event says what a process did, where in the source, on which location, and what came of it.
//! It holds no reference to an engine, so the same event can come from the model or from a real run.

pub mod blocking;
mod calls;

use std::fmt;
use std::ops::ControlFlow;
use std::panic::Location;
use std::sync::atomic::Ordering;

pub use calls::{Landing, Progress, Signalled, SystemCall, Text};

use crate::message::Message;
use crate::process::ProcessId;

/// A line of source, found by `#[track_caller]`.
pub type Site = &'static Location<'static>;

/// A shared location of one execution: an atomic or a cell, numbered in the order of first use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationId(pub u32);

/// One write of an execution: the process that made it and the number of the step among that
/// process's own atomic steps (from 0), or the initial value of the location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId {
    /// The index of the writing process, or [`WriteId::INITIAL`]'s 255.
    pub process: u8,
    /// The writer's own event count at that moment.
    pub index: u32,
}

impl WriteId {
    /// The value a location was created with. It happens before everything.
    pub const INITIAL: Self = Self { process: u8::MAX, index: 0 };
}

/// Where a process is in its cycle: remainder, entry, critical, exit section. What these are for
/// other contracts than the critical section follows from [`Service::phase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Section {
    /// Outside, asking for nothing.
    #[default]
    Remainder,
    /// Between the call and the return of `entry_section`.
    Entry,
    /// Between the return of `entry_section` and the call of `exit_section`.
    Critical,
    /// Between the call and the return of `exit_section`.
    Exit,
}

/// How an operation touches memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// An atomic load, or a compare-exchange that failed.
    Load,
    /// An atomic store.
    Store,
    /// An atomic read-modify-write that wrote.
    ReadModifyWrite,
    /// A read of non-atomic data.
    PlainRead,
    /// A write of non-atomic data.
    PlainWrite,
}

/// The Rust type of a location, to print its values as the student wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `bool`
    Bool,
    /// Any unsigned integer.
    Unsigned,
    /// A signed integer, sign-extended to 64 bits.
    Signed,
    /// `ProcessId`
    Process,
    /// `Option<ProcessId>`, with all bits set for `None`.
    ProcessOrNone,
    /// `Message`
    Message,
    /// `Option<Message>`, with all bits set for `None`.
    MessageOrNone,
}

impl ValueType {
    /// The value as source text: `true`, `3`, `-1`; `P1` for a process.
    pub fn show(self, value: u64) -> String {
        match self {
            Self::Bool => (value != 0).to_string(),
            Self::Unsigned => value.to_string(),
            Self::Signed => value.cast_signed().to_string(),
            Self::Process => format!("P{value}"),
            Self::ProcessOrNone | Self::MessageOrNone if value == u64::MAX => "None".to_owned(),
            Self::ProcessOrNone => format!("Some(P{value})"),
            Self::Message => Message::from_bits(value).to_string(),
            Self::MessageOrNone => format!("Some({})", Message::from_bits(value)),
        }
    }
}

/// One access to a shared location, with its result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Access {
    /// What it does to memory.
    pub kind: AccessKind,
    /// The method that the student called: `load`, `fetch_add`, `compare_exchange`, …
    pub method: &'static str,
    /// Where it was called.
    pub site: Site,
    /// The location.
    pub location: LocationId,
    /// The location's type.
    pub value_type: ValueType,
    /// The ordering that took effect (that of a failure, if a compare-exchange failed).
    pub ordering: Option<Ordering>,
    /// The value read, if it reads.
    pub read: Option<u64>,
    /// The value written, if it writes.
    pub written: Option<u64>,
    /// The write that was read, if it reads.
    pub reads_from: Option<WriteId>,
    /// This access's own identity, if it writes.
    pub write: Option<WriteId>,
    /// For a read: how many newer writes of the location it overlooked. For a write: how many
    /// writes that were already there it was placed before, in modification order.
    pub stale_by: u32,
    /// A weak compare-exchange that failed although the value was the expected one.
    pub spurious: bool,
}

/// A message that the harness has sent: by whom, and the how manieth of that sender, from 0. Or the answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The sender.
    pub sender: ProcessId,
    /// The number; that of an answer is greater than all of these.
    pub number: u16,
}

impl MessageId {
    /// By so much the number of an answer is greater than that of the message that it answers.
    const ANSWER: u16 = 0x8000;

    /// The answer to this message.
    #[must_use]
    pub const fn answer(self) -> Self {
        Self { sender: self.sender, number: self.number | Self::ANSWER }
    }

    /// What this is the answer to; a message that is no answer is so itself.
    #[must_use]
    pub const fn request(self) -> Self {
        Self { sender: self.sender, number: self.number & !Self::ANSWER }
    }

    /// Whether it is an answer.
    pub const fn is_answer(self) -> bool {
        self.number & Self::ANSWER != 0
    }

    /// The letter of its sender, small for an answer.
    pub const fn letter(self) -> u8 {
        let first = if self.is_answer() { b'a' } else { b'A' };
        first + self.sender.index() as u8
    }
}

impl fmt::Display for MessageId {
    /// `B0` for the first message of P1, `b0` for the answer to it: a message begins with these two letters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.letter()), self.request().number)
    }
}

/// What a receiver was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collected {
    /// Nothing yet: it asks.
    Asked,
    /// A message, whole.
    Message(MessageId),
    /// Something that was never sent so.
    Damaged(Damage),
    /// The end: there will be no more.
    End,
    /// An error, by the name of its `errno`.
    Failed(&'static str),
}

/// How what was received differs from all that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Damage {
    /// The message that it begins like, if it begins like any.
    pub message: Option<MessageId>,
    /// How many bytes were received.
    pub length: u32,
    /// How many of them are like that message's.
    pub whole: u32,
    /// How many of those that follow are of no message, before others are told by where they come from: such as a
    /// length before the next record.
    pub between: u32,
    /// What stands there instead.
    pub instead: Instead,
}

/// What stands where a message is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instead {
    /// Nothing: it ends there.
    Nothing,
    /// Bytes of that message, from that place on.
    Of(MessageId, u32),
    /// Bytes that an earlier run has left.
    Leftover,
    /// Bytes that were never sent.
    Unknown,
}

/// What came of sending a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not yet known: the call is going on.
    Pending,
    /// It was sent.
    Done,
    /// There was no room for it.
    Full,
    /// The mailbox is closed.
    Closed,
}

/// What came of asking for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Not yet known: the call is going on.
    Pending,
    /// This one.
    Message(Message),
    /// There was none.
    Empty,
    /// There was none, and the mailbox is closed.
    Closed,
}

/// What a process calls of the contract that it exercises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// `entry_section`.
    EntrySection,
    /// `exit_section`.
    ExitSection,
    /// `wait` of the semaphore with this number.
    Wait(u8),
    /// `signal` of the semaphore with this number.
    Signal(u8),
    /// `enter` of a monitor.
    Enter,
    /// `leave` of a monitor.
    Leave,
    /// `wait` of a monitor, on this condition.
    WaitOn(u8),
    /// `signal` of a monitor, on this condition.
    SignalOn(u8),
    /// `broadcast` of a monitor, on this condition.
    BroadcastOn(u8),
    /// `deposit` of an item into a buffer.
    Deposit(u64),
    /// `take` of an item out of a buffer; the item is known when it returns.
    Take(u64),
    /// `start_read`.
    StartRead,
    /// `end_read`.
    EndRead,
    /// `start_write`.
    StartWrite,
    /// `end_write`.
    EndWrite,
    /// `pick_up` of both forks.
    PickUp,
    /// `put_down` of both forks.
    PutDown,
    /// `increment` of a counter.
    Increment,
    /// `value` of a counter; the value is known when it returns.
    Value(u64),
    /// What is done before the other processes are born; if it failed, why.
    Prepare(Option<&'static str>),
    /// `open`: before the other processes are born, or by each for itself.
    Open(Option<&'static str>),
    /// `begin`: a process takes its part.
    Begin(Option<&'static str>),
    /// `send` of a message.
    SendRecord(MessageId, Option<&'static str>),
    /// `receive`; what, is known when it returns.
    ReceiveRecord(Collected),
    /// `end`: a process sends, or receives, no more.
    End(Option<&'static str>),
    /// `listen`: before the other processes are born.
    Listen(Option<&'static str>),
    /// `serve`: until all clients have been served.
    Serve(Option<&'static str>),
    /// `answer`, which a server calls: with this request.
    Answer(Collected),
    /// `connect` of a client.
    Connect(Option<&'static str>),
    /// `finish`: a client will send no more, and still receive.
    Finish(Option<&'static str>),
    /// `send` of a message.
    Send(Message, Sent),
    /// `try_send` of a message.
    TrySend(Message, Sent),
    /// `receive`, from that process or from any.
    Receive(Option<ProcessId>, Received),
    /// `try_receive`, from that process or from any.
    TryReceive(Option<ProcessId>, Received),
    /// `arrived`: is there a message from that process, or from any? The answer is known when it returns.
    Arrived(Option<ProcessId>, Option<bool>),
    /// `close` of a mailbox.
    Close,
}

/// What a service means for the process that calls it: where it is meanwhile, and afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It asks, and has what it asked for when the call returns: entry section, critical section.
    Acquires,
    /// It gives up what it had: exit section, remainder section.
    Releases,
    /// It asks for a thing that is done when the call returns: entry section, remainder section.
    Serves,
    /// It acts where it is.
    Acts,
}

impl Service {
    /// What calling it means.
    pub const fn phase(self) -> Phase {
        match self {
            Self::EntrySection
            | Self::Wait(_)
            | Self::Enter
            | Self::WaitOn(_)
            | Self::StartRead
            | Self::StartWrite
            | Self::PickUp => Phase::Acquires,
            Self::ExitSection
            | Self::Signal(_)
            | Self::Leave
            | Self::EndRead
            | Self::EndWrite
            | Self::PutDown
            | Self::Close => Phase::Releases,
            Self::Deposit(_)
            | Self::Take(_)
            | Self::Increment
            | Self::Send(..)
            | Self::TrySend(..)
            | Self::Receive(..)
            | Self::TryReceive(..)
            | Self::SendRecord(..)
            | Self::ReceiveRecord(_)
            | Self::Serve(_) => Phase::Serves,
            Self::SignalOn(_)
            | Self::BroadcastOn(_)
            | Self::Value(_)
            | Self::Arrived(..)
            | Self::Prepare(_)
            | Self::Open(_)
            | Self::Begin(_)
            | Self::End(_)
            | Self::Listen(_)
            | Self::Answer(_)
            | Self::Connect(_)
            | Self::Finish(_) => Phase::Acts,
        }
    }

    /// Its name in the source.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntrySection => "entry_section",
            Self::ExitSection => "exit_section",
            Self::Wait(_) | Self::WaitOn(_) => "wait",
            Self::Signal(_) | Self::SignalOn(_) => "signal",
            Self::Enter => "enter",
            Self::Leave => "leave",
            Self::BroadcastOn(_) => "broadcast",
            Self::Deposit(_) => "deposit",
            Self::Take(_) => "take",
            Self::StartRead => "start_read",
            Self::EndRead => "end_read",
            Self::StartWrite => "start_write",
            Self::EndWrite => "end_write",
            Self::PickUp => "pick_up",
            Self::PutDown => "put_down",
            Self::Increment => "increment",
            Self::Value(_) => "value",
            Self::Prepare(_) => "prepare",
            Self::Open(_) => "open",
            Self::Begin(_) => "begin",
            Self::End(_) => "end",
            Self::Listen(_) => "listen",
            Self::Serve(_) => "serve",
            Self::Answer(_) => "answer",
            Self::Connect(_) => "connect",
            Self::Finish(_) => "finish",
            Self::Send(..) | Self::SendRecord(..) => "send",
            Self::TrySend(..) => "try_send",
            Self::Receive(..) | Self::ReceiveRecord(_) => "receive",
            Self::TryReceive(..) => "try_receive",
            Self::Arrived(..) => "arrived",
            Self::Close => "close",
        }
    }
}

/// What a process did in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// It called a service of the contract.
    Called(Service),
    /// The call returned.
    Returned(Service),
    /// It touched a shared location.
    Access(Access),
    /// An atomic fence.
    Fence(Ordering, Site),
    /// `spin_loop` or `yield_now`: a step without effect.
    Pause(Site),
    /// It is about to sleep, in `park` or `futex_wait`.
    Sleep {
        /// The call.
        site: Site,
        /// Whether it returns at once, although nobody woke it.
        spurious: bool,
    },
    /// It made a step into a system call, or within one.
    SystemCall(SystemCall),
    /// A signal is delivered: its handler begins.
    Handler {
        /// The signal, and who sent it.
        signal: Text,
        /// The signal's number.
        number: i32,
    },
    /// The handler of the signal returned.
    Handled {
        /// The signal.
        signal: Text,
    },
    /// It was killed.
    Died {
        /// Whether that was to happen, and is nobody's fault.
        by_fault: bool,
    },
    /// It has done all it had to do and rests in its remainder section for ever.
    Finished,
}

impl EventKind {
    /// Where the process is from now on, if that changes.
    #[inline]
    pub const fn section(&self) -> Option<Section> {
        match self {
            Self::Called(service) => match service.phase() {
                Phase::Acquires | Phase::Serves => Some(Section::Entry),
                Phase::Releases => Some(Section::Exit),
                Phase::Acts => None,
            },
            Self::Returned(service) => match service.phase() {
                Phase::Acquires => Some(Section::Critical),
                Phase::Releases | Phase::Serves => Some(Section::Remainder),
                Phase::Acts => None,
            },
            Self::Finished | Self::Died { .. } => Some(Section::Remainder),
            Self::Access(_)
            | Self::Fence(..)
            | Self::Pause(_)
            | Self::Sleep { .. }
            | Self::SystemCall(_)
            | Self::Handler { .. }
            | Self::Handled { .. } => None,
        }
    }

    /// Whether the process got what it asked for: it entered, or was served.
    #[inline]
    pub const fn is_entry(&self) -> bool {
        match self {
            Self::Returned(service) => {
                matches!(service.phase(), Phase::Acquires | Phase::Serves)
            }
            _ => false,
        }
    }

    /// Whether the process asks for something.
    #[inline]
    pub const fn is_request(&self) -> bool {
        match self {
            Self::Called(service) => {
                matches!(service.phase(), Phase::Acquires | Phase::Serves)
            }
            _ => false,
        }
    }

    /// Where in the source it stands, if it is a step.
    pub const fn site(&self) -> Option<Site> {
        match self {
            Self::Access(access) => Some(access.site),
            Self::SystemCall(call) => Some(call.site),
            Self::Fence(_, site) | Self::Pause(site) | Self::Sleep { site, .. } => Some(site),
            Self::Called(_)
            | Self::Returned(_)
            | Self::Handler { .. }
            | Self::Handled { .. }
            | Self::Died { .. }
            | Self::Finished => None,
        }
    }

    /// Whether it is a step of the execution, and no mere passing of a border.
    #[inline]
    pub const fn is_step(&self) -> bool {
        match self {
            Self::Access(_)
            | Self::Fence(..)
            | Self::Pause(_)
            | Self::Sleep { .. }
            | Self::SystemCall(_) => true,
            Self::Called(_)
            | Self::Returned(_)
            | Self::Handler { .. }
            | Self::Handled { .. }
            | Self::Died { .. }
            | Self::Finished => false,
        }
    }
}

/// One step of an execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The number of operations performed before it in this execution.
    pub step: u32,
    /// Who.
    pub process: ProcessId,
    /// What.
    pub kind: EventKind,
}

/// Whoever watches an execution: oracles, counters, drawings.
pub trait Observer {
    /// Told of each event right after it happened; `Break` ends the execution.
    ///
    /// Steps are told only while the execution is being traced, but for a process that wakes up by
    /// itself; that and all other events always.
    fn observe(&mut self, event: &Event) -> ControlFlow<()>;

    /// A digest of what it remembers, if that depends on more than what each process has done and been
    /// answered: on who was faster. Executions are told apart by it.
    fn digest(&self) -> u64 {
        0
    }
}

/// Watches nothing.
impl Observer for () {
    fn observe(&mut self, _: &Event) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
