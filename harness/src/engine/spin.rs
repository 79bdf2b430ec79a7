//! Waiting loops: how a process that merely waits is told from one that works.
//!
//! Student code carries no marks, so a loop is recognised by what it does: a process is about to
//! repeat an operation (same source line, same location), and since it last did that operation it
//! changed nothing. What lies in between is one turn of a waiting loop, *provided* that the same
//! answers make the process take the same turn again. A local counter could spoil that, so each new
//! kind of turn is tried out: a replayed process is fed the same answers thousands of times, away
//! from all memory. The [`Ledger`] remembers the result.
//!
//! Sources: spin-assume (Kokologiannakis, Ren, Vafeiadis, CAV'21) and await model checking
//! (Oberhauser et al., ASPLOS'21) cut a failed turn in the same way, but find loops in the source.

use std::collections::BTreeMap;

use super::operation::place;
use crate::event::LocationId;

/// The longest turn of a waiting loop that is recognised, in operations. A longer one spins for
/// real, which costs time but hides nothing.
const TURN_MAX: usize = 64;

/// One operation of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Call site and method.
    pub code: u64,
    /// What it touched; `None` for a fence.
    pub location: Option<LocationId>,
    /// What it read: the answer that the process got.
    pub value: u64,
    /// Whether it read that value from memory.
    pub read: bool,
    /// Whether a weak compare-exchange failed spuriously: such a turn is no evidence of waiting.
    pub spurious: bool,
    /// Whether the value was not the latest one.
    pub stale: bool,
}

/// The operations of one process since it last changed something.
#[derive(Debug, Default)]
pub(super) struct Run {
    steps: Vec<Step>,
}

/// The identity of a turn: sites, values, and which operations touch the same location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature(u64);

impl Run {
    /// The process changed something: whatever it did before belongs to no waiting loop.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.steps.clear();
    }

    /// The process did something without effect.
    #[inline]
    pub(super) fn push(&mut self, step: Step) {
        if self.steps.len() == 2 * TURN_MAX {
            self.steps.drain(..TURN_MAX);
        }
        self.steps.push(step);
    }

    /// Whether the operation was done before in this run, so that a turn may be complete.
    #[inline]
    pub(super) fn repeats(&self, code: u64, location: Option<LocationId>) -> bool {
        self.steps.iter().any(|step| step.code == code && step.location == location)
    }

    /// The turns that the operation would complete, shortest first.
    pub(super) fn turns(
        &self,
        code: u64,
        location: Option<LocationId>,
    ) -> impl Iterator<Item = (Signature, &[Step])> {
        let mut signature = Signature(0xcbf2_9ce4_8422_2325);
        // Backwards, so that the longer turn's signature continues the shorter one's: where turns
        // hide something, runs are long, and this is done at every operation.
        (0..self.steps.len()).rev().take(TURN_MAX).filter_map(move |start| {
            let (step, later) = self.steps[start..].split_first()?;
            signature.precede(step, later);
            let complete = step.code == code && step.location == location;
            complete.then(|| (signature, &self.steps[start..]))
        })
    }
}

impl Signature {
    /// Puts `step` before the steps `later`, whose signature this is. A location counts by how soon
    /// it is touched again, so that the same loop on another object, or in an execution that numbered
    /// its locations differently, is the same turn.
    fn precede(&mut self, step: &Step, later: &[Step]) {
        let again = later.iter().position(|other| other.location == step.location);
        let again = again.map_or(u64::MAX, |index| index as u64);
        for word in [step.code, step.value, u64::from(step.spurious), again] {
            self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 ^= self.0 >> 29;
        }
    }

    /// The same turn, whatever it read, and whatever that made of its operands: a futex is asked to
    /// wait while its word is what was read.
    fn loop_of(turn: &[Step]) -> Self {
        let mut hash = 0x1234_5678_9abc_def1_u64;
        for step in turn {
            hash = (hash ^ place(step.code)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^= hash >> 29;
        }
        Self(hash)
    }
}

/// What is known of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turning {
    /// The same answers make the process take the same turn for ever.
    Endless,
    /// They do not: something hidden, such as a counter, ends the loop or changes it.
    Hidden,
}

/// What has been found out about turns, for all executions of one solution.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    known: BTreeMap<Signature, Turning>,
    /// How many turns of each loop were tried out.
    tried: BTreeMap<Signature, u32>,
}

impl Ledger {
    #[inline]
    pub(super) fn get(&self, signature: Signature) -> Option<Turning> {
        self.known.get(&signature).copied()
    }

    pub(super) fn insert(&mut self, signature: Signature, turning: Turning) {
        self.known.insert(signature, turning);
    }

    pub(super) fn hidden(&self) -> usize {
        self.known.values().filter(|&&turning| turning == Turning::Hidden).count()
    }
}

/// The trial of one turn: the process is given the turn's answers over and over.
#[derive(Debug)]
pub(super) struct Trial {
    signature: Signature,
    turn: Vec<Step>,
    position: usize,
    remaining: u32,
}

/// What an operation is answered in a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The value.
    pub value: u64,
    /// A weak compare-exchange fails, whatever the value.
    pub spurious: bool,
}

/// What a trial says to the next operation of its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrialStep {
    /// Here is the answer; go on.
    Answer(Answer),
    /// The trial is over.
    Over(Turning),
}

impl Trial {
    /// Operations of the first trial of a loop: enough for a loop that counts to a million and then
    /// gives up.
    const STEPS_FIRST: u32 = 1 << 20;
    /// Operations of further trials of the same loop with other values.
    const STEPS_AGAIN: u32 = 1 << 17;
    /// Operations of a trial where many other turns of the loop were tried out before: one that waits
    /// for a number to grow has a turn for each number.
    const STEPS_OFTEN: u32 = 1 << 13;
    /// So many are many.
    const OFTEN: u32 = 48;

    pub(super) fn new(signature: Signature, turn: &[Step], ledger: &mut Ledger) -> Self {
        let tried = ledger.tried.entry(Signature::loop_of(turn)).or_default();
        let remaining = match *tried {
            0 => Self::STEPS_FIRST,
            1..Self::OFTEN => Self::STEPS_AGAIN,
            _ => Self::STEPS_OFTEN,
        };
        *tried += 1;
        Self { signature, turn: turn.to_vec(), position: 0, remaining }
    }

    pub(super) fn signature(&self) -> Signature {
        self.signature
    }

    /// The process pauses (`spin_loop`): nothing to answer, but it takes time.
    pub(super) fn pause(&mut self) -> TrialStep {
        self.spend().unwrap_or(TrialStep::Answer(Answer { value: 0, spurious: false }))
    }

    /// The process is about to do `code` at `location`.
    pub(super) fn operate(&mut self, code: u64, location: Option<LocationId>) -> TrialStep {
        if let Some(over) = self.spend() {
            return over;
        }
        let expected = self.turn[self.position];
        if expected.code != code || expected.location != location {
            return TrialStep::Over(Turning::Hidden);
        }
        self.position += 1;
        if self.position == self.turn.len() {
            self.position = 0;
        }
        TrialStep::Answer(Answer { value: expected.value, spurious: expected.spurious })
    }

    fn spend(&mut self) -> Option<TrialStep> {
        if self.remaining == 0 {
            return Some(TrialStep::Over(Turning::Endless));
        }
        self.remaining -= 1;
        None
    }
}
