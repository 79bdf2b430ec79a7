//! Every execution graph of a small program that `harness::memory` produces: all choices of which
//! process steps, which write a read takes and where a write stands. A graph that is reached again,
//! by other steps, is not walked again; but it must go on to the same graphs.

use std::collections::BTreeMap;

use harness::choice::{Choice, Chooser};
use harness::event::{LocationId, WriteId};
use harness::memory::{Memory, Model};
use harness::process::ProcessId;

use crate::program::{Graphs, Key, Next, Operation, Outcome, Program};

/// Answers as scripted, then 0; [`advance`](Script::advance) moves on to the next sequence of answers.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Answers and arities.
    path: Vec<(usize, usize)>,
    depth: usize,
}

impl Script {
    /// The next sequence of answers; `false` if there is none.
    pub fn advance(&mut self) -> bool {
        self.path.truncate(self.depth);
        self.depth = 0;
        while self.path.pop_if(|(answer, arity)| *answer + 1 == *arity).is_some() {}
        self.path.last_mut().is_some_and(|(answer, _)| {
            *answer += 1;
            true
        })
    }
}

impl Chooser for Script {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        assert!(choice.arity() >= 2, "nobody watches, so there is something to choose");
        if self.depth == self.path.len() {
            self.path.push((0, choice.arity()));
        }
        let (answer, arity) = self.path[self.depth];
        assert_eq!(arity, choice.arity(), "the same answers lead to the same question");
        self.depth += 1;
        Some(answer)
    }

    fn watches(&self) -> bool {
        false
    }
}

/// A state of the walk.
#[derive(Clone, Debug)]
struct State {
    memory: Memory,
    key: Key,
    read: Vec<Vec<Option<u64>>>,
}

impl State {
    fn start(program: &Program, model: Model) -> Self {
        let mut memory = Memory::new();
        memory.reset(model, program.threads.len());
        for number in 0..program.locations {
            assert_eq!(memory.locate(0), LocationId(number as u32));
        }
        let threads = vec![vec![]; program.threads.len()];
        let key = Key { reads_from: threads, order: vec![vec![]; program.locations] };
        Self { memory, key, read: vec![vec![]; program.threads.len()] }
    }

    /// One step of `thread`; the memory's account of it goes into the key.
    fn step(&mut self, thread: usize, operation: Operation, script: &mut Script) {
        let process = ProcessId::new(thread);
        let count = self.memory.event_count(process);
        let (mut read, mut reads_from, mut wrote) = (None, None, None);
        match operation {
            Operation::Load(location, ordering) => {
                let loaded = self.memory.load(process, location, ordering, script);
                let loaded = loaded.expect("the script never abandons");
                (read, reads_from) = (Some(loaded.value), Some(loaded.reads_from));
                self.check_age(location, loaded.reads_from, loaded.stale_by);
            }
            Operation::Store(location, value, ordering) => {
                let stored = self.memory.store(process, location, value, ordering, script);
                let stored = stored.expect("the script never abandons");
                self.check_age(location, stored.follows, stored.stale_by);
                wrote = Some((location, stored.write, stored.follows));
            }
            Operation::Update(location, function, success, failure) => {
                let f = &mut |old| function.apply(old);
                let memory = &mut self.memory;
                let weak = function.is_weak();
                let updated = memory.update(process, location, success, failure, weak, f, script);
                let updated = updated.expect("the script never abandons");
                self.check_age(location, updated.reads_from, updated.stale_by);
                (read, reads_from) = (Some(updated.read), Some(updated.reads_from));
                let new = function.apply(updated.read).filter(|_| !updated.spurious);
                assert_eq!(updated.written.map(|(value, _)| value), new);
                assert!(weak || !updated.spurious, "only a weak exchange fails spuriously");
                wrote = updated.written.map(|(_, write)| (location, write, updated.reads_from));
            }
            Operation::Fence(ordering) => self.memory.fence(process, ordering),
        }
        assert_eq!(self.memory.event_count(process), count + 1);
        self.read[thread].push(read);
        self.key.reads_from[thread].push(reads_from);
        if let Some((location, write, follows)) = wrote {
            assert_eq!(write, WriteId { process: thread as u8, index: count });
            let order = &mut self.key.order[location.0 as usize];
            order.insert(place(order, follows), write);
        }
    }

    /// The memory says how many newer writes there were.
    fn check_age(&self, location: LocationId, write: WriteId, stale_by: u32) {
        let order = &self.key.order[location.0 as usize];
        assert_eq!(order.len() - place(order, write), stale_by as usize);
    }

    fn outcome(&self) -> Outcome {
        let last = |number| self.memory.latest(LocationId(number as u32));
        Outcome {
            reads: self.read.iter().map(|read| read.iter().flatten().copied().collect()).collect(),
            last: (0..self.key.order.len()).map(last).collect(),
        }
    }
}

/// Where a write that directly follows `write` stands.
fn place(order: &[WriteId], write: WriteId) -> usize {
    order.iter().position(|&w| w == write).map_or(0, |position| position + 1)
}

/// All graphs of `program` under `model`.
///
/// # Panics
/// If what may follow a graph depends on the order in which its events were added.
pub fn graphs(program: &Program, model: Model) -> Graphs {
    let mut stack = vec![State::start(program, model)];
    let mut followers: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    let mut found = Graphs::default();
    while let Some(state) = stack.pop() {
        let next: Vec<Next> =
            state.read.iter().enumerate().map(|(t, read)| program.next(t, read)).collect();
        let mut steps = Vec::new();
        for (thread, &next) in next.iter().enumerate() {
            let Next::Operation(operation) = next else { continue };
            let mut script = Script::default();
            loop {
                let mut state = state.clone();
                state.step(thread, operation, &mut script);
                steps.push(state);
                if !script.advance() {
                    break;
                }
            }
        }
        let keys = steps.iter().map(|state| state.key.clone()).collect();
        if let Some(before) = followers.get(&state.key) {
            assert!(*before == keys, "{program:?}: {:?} has another past", state.key);
            continue;
        }
        if next.iter().all(|&next| next == Next::Done) {
            found.complete.insert(state.key.clone(), state.outcome());
        } else if steps.is_empty() {
            found.blocked += 1;
        }
        followers.insert(state.key, keys);
        stack.append(&mut steps);
    }
    found
}
