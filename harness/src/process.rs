//! A *process* of the scenario: a simulated process of the model, not one of the operating system.
//!
//! Everything that speaks about who did what uses these two types and nothing else.

use std::fmt;

/// The most processes that one scenario may have. Vector clocks are arrays of this length, so that
/// joining two of them is a handful of instructions.
pub const PROCESSES_MAX: usize = 8;

/// One process of a scenario, numbered from zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(u8);

impl ProcessId {
    /// The process numbered `index`.
    ///
    /// # Panics
    /// If `index` is not below [`PROCESSES_MAX`].
    pub const fn new(index: usize) -> Self {
        assert!(index < PROCESSES_MAX, "a scenario has at most 8 processes");
        Self(index as u8)
    }

    /// The number of the process, in `0..processes`: use it to index per-process variables.
    #[inline]
    pub const fn index(self) -> usize {
        // It is below anyhow. The remainder tells the compiler, and spares all arrays the check.
        self.0 as usize % PROCESSES_MAX
    }

    /// The processes `0..count`, in order.
    ///
    /// # Panics
    /// If `count` is above [`PROCESSES_MAX`].
    pub fn all(count: usize) -> impl DoubleEndedIterator<Item = Self> + Clone {
        assert!(count <= PROCESSES_MAX, "a scenario has at most 8 processes");
        (0..count as u8).map(Self)
    }
}

impl fmt::Debug for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// A set of processes, as one byte.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ProcessSet(u8);

impl ProcessSet {
    /// No process.
    pub const EMPTY: Self = Self(0);

    /// The processes `0..count`.
    ///
    /// # Panics
    /// If `count` is above [`PROCESSES_MAX`].
    pub const fn first(count: usize) -> Self {
        assert!(count <= PROCESSES_MAX, "a scenario has at most 8 processes");
        Self(((1_u16 << count) - 1) as u8)
    }

    /// The set of one process.
    pub const fn only(process: ProcessId) -> Self {
        Self(1 << process.0)
    }

    /// Adds `process`.
    pub const fn insert(&mut self, process: ProcessId) {
        self.0 |= 1 << process.0;
    }

    /// Takes `process` out.
    pub const fn remove(&mut self, process: ProcessId) {
        self.0 &= !(1 << process.0);
    }

    /// Whether `process` is a member.
    pub const fn contains(self, process: ProcessId) -> bool {
        self.0 & (1 << process.0) != 0
    }

    /// Whether nobody is a member.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many members there are.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The set as a number: bit `i` stands for process `i`.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The members of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The members of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members of this set that are not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The member with the lowest number.
    pub const fn lowest(self) -> Option<ProcessId> {
        if self.0 == 0 { None } else { Some(ProcessId(self.0.trailing_zeros() as u8)) }
    }

    /// The member of the given rank, counted from the lowest number.
    ///
    /// # Panics
    /// If there are not that many members.
    pub fn nth(self, rank: usize) -> ProcessId {
        let mut bits = self.0;
        for _ in 0..rank {
            bits &= bits.wrapping_sub(1);
        }
        ProcessSet(bits).lowest().expect("the rank is below the number of members")
    }

    /// The members, lowest number first.
    pub fn iter(self) -> impl Iterator<Item = ProcessId> + Clone {
        (0..PROCESSES_MAX as u8).map(ProcessId).filter(move |&process| self.contains(process))
    }
}

impl FromIterator<ProcessId> for ProcessSet {
    fn from_iter<I: IntoIterator<Item = ProcessId>>(processes: I) -> Self {
        let mut set = Self::EMPTY;
        for process in processes {
            set.insert(process);
        }
        set
    }
}

impl fmt::Debug for ProcessSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
