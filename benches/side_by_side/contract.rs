//! What all engines are given: a lock, as a program for any of them, and its name.

/// A lock. The engines differ in the atomics it is made of, and in nothing else.
pub(crate) trait Lock: Send + Sync + 'static {
    /// An open lock for `processes` processes.
    fn new(processes: usize) -> Self;

    /// Waits until `me` may enter.
    fn enter(&self, me: usize);

    /// Lets others in.
    fn leave(&self, me: usize);
}

/// The locks of `locks.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Peterson,
    PetersonWithFences,
    Dekker,
    Bakery,
    TestAndSet,
    TestTestAndSet,
    CompareAndSwap,
    Ticket,
    Anderson,
    WaitingArray,
    LockVariable,
    PetersonSwapped,
    BakeryWithoutChoosing,
}

impl Kind {
    /// The correct locks of which no tool should complain.
    pub(crate) const CORRECT: [Self; 9] = [
        Self::Peterson,
        Self::Dekker,
        Self::Bakery,
        Self::TestAndSet,
        Self::TestTestAndSet,
        Self::CompareAndSwap,
        Self::Ticket,
        Self::Anderson,
        Self::WaitingArray,
    ];

    /// Whether it bounds how often others go first.
    pub(crate) const fn is_fair(self) -> bool {
        !matches!(
            self,
            Self::TestAndSet | Self::TestTestAndSet | Self::CompareAndSwap | Self::LockVariable
        )
    }

    /// As it is called in the tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Peterson => "Peterson",
            Self::PetersonWithFences => "Peterson with fences",
            Self::Dekker => "Dekker",
            Self::Bakery => "bakery",
            Self::TestAndSet => "test-and-set",
            Self::TestTestAndSet => "test and test-and-set",
            Self::CompareAndSwap => "compare-and-swap",
            Self::Ticket => "ticket lock",
            Self::Anderson => "Anderson",
            Self::WaitingArray => "waiting array",
            Self::LockVariable => "lock variable",
            Self::PetersonSwapped => "Peterson, flag and turn swapped",
            Self::BakeryWithoutChoosing => "bakery without `choosing`",
        }
    }
}

/// A lock with a number of processes that enter so often each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) kind: Kind,
    pub(crate) processes: usize,
    pub(crate) entries: u32,
}

impl Program {
    pub(crate) const fn new(kind: Kind, processes: usize, entries: u32) -> Self {
        Self { kind, processes, entries }
    }

    /// As it is called in the tables.
    pub(crate) fn name(self) -> String {
        format!("{}, {} × {}", self.kind.name(), self.processes, self.entries)
    }
}
