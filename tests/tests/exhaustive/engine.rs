//! A small deterministic engine that drives a strategy over small programs as the real one does, and
//! a brute-force enumerator over the same memory to compare with: every interleaving of every choice,
//! with a set of the graphs seen before.

use std::collections::{BTreeMap, BTreeSet};

use harness::choice::{Choice, Chooser, Ending, Performed, Strategy, Turn};
use harness::event::{LocationId, WriteId};
use harness::memory::{Memory, Model};
use harness::process::{ProcessId, ProcessSet};
use tests::program::{Key, Next, Operation, Outcome, Program};
use tests::walk::Script;

/// How to run a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The memory model.
    pub(crate) model: Model,
    /// Some steps are not events of the graph.
    pub(crate) idle: bool,
}

/// C++20, and every step is an event.
pub(crate) const CPP20: Manner = Manner { model: Model::Cpp20, idle: false };

/// What is known of an execution.
#[derive(Clone, Debug)]
struct State {
    memory: Memory,
    /// By the program's number: the memory's number, once it is used.
    numbers: Vec<Option<LocationId>>,
    key: Key,
    read: Vec<Vec<Option<u64>>>,
    /// By process: what its last event read and where, if that only read.
    last_load: Vec<Option<(usize, WriteId)>>,
}

impl State {
    fn start(program: &Program, manner: Manner) -> Self {
        let (processes, locations) = (program.threads.len(), program.locations);
        let mut memory = Memory::new();
        memory.reset(manner.model, processes);
        let mut key = Key::default();
        key.reads_from.resize(processes, vec![]);
        key.order.resize(locations, vec![]);
        let (read, last_load) = (vec![vec![]; processes], vec![None; processes]);
        Self { memory, numbers: vec![None; locations], key, read, last_load }
    }

    fn next(&self, program: &Program) -> Vec<Next> {
        let read = self.read.iter().enumerate();
        read.map(|(process, read)| program.next(process, read)).collect()
    }

    /// One event; `None` if the chooser abandons the execution.
    fn perform<C: Chooser>(
        &mut self,
        process: ProcessId,
        operation: Operation,
        chooser: &mut C,
    ) -> Option<Performed> {
        let index = self.memory.event_count(process);
        let memory = &mut self.memory;
        let location = operation.location().map(|LocationId(number)| {
            *self.numbers[number as usize].get_or_insert_with(|| memory.locate(0))
        });
        let at = location.unwrap_or(LocationId(u32::MAX));
        let (value, reads_from, follows) = match operation {
            Operation::Load(_, ordering) => {
                let loaded = memory.load(process, at, ordering, chooser)?;
                (Some(loaded.value), Some(loaded.reads_from), None)
            }
            Operation::Store(_, value, ordering) => {
                let stored = memory.store(process, at, value, ordering, chooser)?;
                (None, None, Some(stored.follows))
            }
            Operation::Update(_, function, success, failure) => {
                let f = &mut |old| function.apply(old);
                let weak = function.is_weak();
                let updated = memory.update(process, at, success, failure, weak, f, chooser)?;
                let follows = updated.written.map(|_| updated.reads_from);
                (Some(updated.read), Some(updated.reads_from), follows)
            }
            Operation::Fence(ordering) => {
                memory.fence(process, ordering);
                (None, None, None)
            }
        };
        self.read[process.index()].push(value);
        self.key.reads_from[process.index()].push(reads_from);
        let at = operation.location().map(|LocationId(number)| number as usize);
        self.last_load[process.index()] = at.zip(reads_from).filter(|_| follows.is_none());
        if let (Some(follows), Some(LocationId(number))) = (follows, operation.location()) {
            let order = &mut self.key.order[number as usize];
            let place = order.iter().position(|&write| write == follows).map_or(0, |at| at + 1);
            order.insert(place, WriteId { process: process.index() as u8, index });
        }
        Some(Performed { process, index, location, reads_from, follows })
    }

    fn outcome(&self) -> Outcome {
        let last = |number: &Option<LocationId>| number.map_or(0, |at| self.memory.latest(at));
        let read = self.read.iter();
        Outcome {
            reads: read.map(|read| read.iter().flatten().copied().collect()).collect(),
            last: self.numbers.iter().map(last).collect(),
        }
    }
}

/// A strategy, as the memory sees it.
struct Asking<'a, S>(&'a mut S);

impl<S: Strategy> Chooser for Asking<'_, S> {
    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let answer = self.0.choose(choice);
        assert!(answer.is_none_or(|answer| answer < choice.arity()), "no such answer");
        answer
    }

    fn watches(&self) -> bool {
        self.0.watches()
    }
}

/// The next execution under `strategy`; `None` if there is none left.
pub(crate) fn execute<S: Strategy>(
    program: &Program,
    manner: Manner,
    strategy: &mut S,
) -> Option<(Ending, Key, Outcome)> {
    if !strategy.begin() {
        return None;
    }
    let mut state = State::start(program, manner);
    let ending = run(program, manner, &mut state, strategy);
    strategy.end(ending);
    Some((ending, state.key.clone(), state.outcome()))
}

fn run<S: Strategy>(
    program: &Program,
    manner: Manner,
    state: &mut State,
    strategy: &mut S,
) -> Ending {
    let processes = program.threads.len();
    let mut idle = [false; 8];
    loop {
        let next = state.next(program);
        let these = |wanted: fn(&Next) -> bool| -> ProcessSet {
            ProcessId::all(processes).filter(|process| wanted(&next[process.index()])).collect()
        };
        let runnable = these(|next| matches!(next, Next::Operation(_)));
        let parked = these(|next| *next == Next::Blocked);
        if runnable.is_empty() {
            return if parked.is_empty() { Ending::Complete } else { Ending::Blocked };
        }
        let turn = Turn { runnable, parked, ..Turn::default() };
        let Some(chosen) = strategy.choose(&Choice::Process(&turn)) else { return Ending::Cut };
        let process = ProcessId::new(chosen);
        assert!(runnable.contains(process), "only a runnable process can be chosen");
        let Next::Operation(operation) = next[chosen] else { unreachable!("it is runnable") };
        if manner.idle && (chosen + state.read[chosen].len()).is_multiple_of(2) && !idle[chosen] {
            idle[chosen] = true;
            continue;
        }
        idle[chosen] = false;
        let event = state.perform(process, operation, &mut Asking(strategy));
        let Some(event) = event else { return Ending::Cut };
        strategy.performed(&event);
    }
}

/// All graphs that no process can continue.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Everything {
    pub(crate) complete: BTreeMap<Key, Outcome>,
    pub(crate) blocked: BTreeSet<Key>,
    /// Those of the blocked ones in which no process waits on a load that overlooks a newer write.
    pub(crate) fair: BTreeSet<Key>,
}

pub(crate) fn brute_force(program: &Program, manner: Manner) -> Everything {
    let (mut stack, mut seen) = (vec![State::start(program, manner)], BTreeSet::new());
    let mut found = Everything::default();
    while let Some(state) = stack.pop() {
        let next = state.next(program);
        if next.iter().all(|&next| next == Next::Done) {
            found.complete.insert(state.key.clone(), state.outcome());
        } else if !next.iter().any(|next| matches!(next, Next::Operation(_))) {
            if waits_fairly(&state, &next) {
                found.fair.insert(state.key.clone());
            }
            found.blocked.insert(state.key.clone());
        }
        for (number, next) in next.into_iter().enumerate() {
            let Next::Operation(operation) = next else { continue };
            let mut script = Script::default();
            loop {
                let mut state = state.clone();
                let process = ProcessId::new(number);
                let event = state.perform(process, operation, &mut script);
                assert!(event.is_some(), "a script never abandons");
                if seen.insert(state.key.clone()) {
                    stack.push(state);
                }
                if !script.advance() {
                    break;
                }
            }
        }
    }
    found
}

/// Whether no process waits on a load of an outdated value.
fn waits_fairly(state: &State, next: &[Next]) -> bool {
    let waiting = next.iter().enumerate().filter(|(_, next)| **next == Next::Blocked);
    let mut loads = waiting.filter_map(|(process, _)| state.last_load[process]);
    loads.all(|(number, read)| {
        let newest = state.key.order[number].last();
        newest.map_or(read == WriteId::INITIAL, |&newest| read == newest)
    })
}
