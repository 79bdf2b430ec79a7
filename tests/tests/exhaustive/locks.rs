//! Locks with known numbers of graphs. Each waiting loop is one turn and an `assume`: a failed turn
//! blocks. Critical sections touch no atomics.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use harness::event::LocationId;
use tests::program::{Function, Next, Operation, Program, Replay, Thread};

/// A lock with what is known of its graphs.
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) complete: u64,
    /// Twice the blocked executions of `GenMC`.
    pub(crate) blocked_max: u64,
}

/// What a process does in one cycle.
type Cycle = fn(usize, usize, &mut Replay<'_>) -> Result<(), Next>;

fn load(replay: &mut Replay<'_>, location: usize) -> Result<u64, Next> {
    replay.perform(Operation::Load(LocationId(location as u32), SeqCst))
}

fn store(replay: &mut Replay<'_>, location: usize, value: u64) -> Result<(), Next> {
    replay.perform(Operation::Store(LocationId(location as u32), value, SeqCst)).map(drop)
}

/// Flags 0 and 1, turn 2.
fn peterson(me: usize, _: usize, replay: &mut Replay<'_>) -> Result<(), Next> {
    let other = 1 - me;
    store(replay, me, 1)?;
    store(replay, 2, other as u64)?;
    if load(replay, other)? != 0 {
        let turn = load(replay, 2)?;
        replay.assume(turn == me as u64)?;
    }
    store(replay, me, 0)
}

/// Flags 0 and 1, turn 2. A turn of the outer loop by the process whose turn it is has no effect.
fn dekker(me: usize, _: usize, replay: &mut Replay<'_>) -> Result<(), Next> {
    let other = 1 - me;
    store(replay, me, 1)?;
    while load(replay, other)? != 0 {
        let turn = load(replay, 2)?;
        replay.assume(turn != me as u64)?;
        store(replay, me, 0)?;
        let turn = load(replay, 2)?;
        replay.assume(turn == me as u64)?;
        store(replay, me, 1)?;
    }
    store(replay, 2, other as u64)?;
    store(replay, me, 0)
}

/// Location 0.
fn test_and_set(_: usize, _: usize, replay: &mut Replay<'_>) -> Result<(), Next> {
    let lock = LocationId(0);
    let old = replay.perform(Operation::Update(lock, Function::Swap(1), Acquire, Relaxed))?;
    replay.assume(old == 0)?;
    replay.perform(Operation::Store(lock, 0, Release)).map(drop)
}

/// Next 0, serving 1.
fn ticket(_: usize, _: usize, replay: &mut Replay<'_>) -> Result<(), Next> {
    let (next, serving) = (LocationId(0), LocationId(1));
    let mine = replay.perform(Operation::Update(next, Function::Add(1), Relaxed, Relaxed))?;
    let served = replay.perform(Operation::Load(serving, Acquire))?;
    replay.assume(served == mine)?;
    replay.perform(Operation::Store(serving, mine + 1, Release)).map(drop)
}

/// Choosing 0.., numbers `count`...
fn bakery(me: usize, count: usize, replay: &mut Replay<'_>) -> Result<(), Next> {
    store(replay, me, 1)?;
    let mut highest = 0;
    for other in 0..count {
        highest = highest.max(load(replay, count + other)?);
    }
    let mine = highest + 1;
    store(replay, count + me, mine)?;
    store(replay, me, 0)?;
    for other in (0..count).filter(|&other| other != me) {
        let choosing = load(replay, other)?;
        replay.assume(choosing == 0)?;
        let number = load(replay, count + other)?;
        replay.assume(number == 0 || (number, other) > (mine, me))?;
    }
    store(replay, count + me, 0)
}

fn case(
    (name, cycle): (&str, Cycle),
    processes: usize,
    entries: usize,
    complete: u64,
    blocked_max: u64,
) -> Case {
    let thread = |me: usize| -> Thread {
        Box::new(move |replay| (0..entries).try_for_each(|_| cycle(me, processes, replay)))
    };
    let program = Program {
        threads: (0..processes).map(thread).collect(),
        locations: 2 * processes.max(2),
        text: format!("{name}, {processes} processes x {entries}"),
    };
    Case { program, complete, blocked_max }
}

/// The locks; the figures are those of `notes/engine.md` and of `GenMC`.
pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(("Peterson", peterson), 2, 1, 4, 8),
        case(("Peterson", peterson), 2, 2, 48, 136),
        case(("Dekker", dekker), 2, 1, 4, 14),
        case(("test-and-set", test_and_set), 2, 1, 2, 4),
        case(("test-and-set", test_and_set), 3, 1, 6, 36),
        case(("ticket", ticket), 2, 2, 6, 14),
        case(("bakery", bakery), 2, 1, 9, 18),
        case(("bakery", bakery), 2, 2, 213, 406),
        case(("bakery", bakery), 3, 1, 254, 844),
    ]
}
