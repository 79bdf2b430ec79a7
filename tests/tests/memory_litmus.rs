//! Litmus tests from both sides: a forbidden outcome never occurs, an allowed one does, and the number
//! of complete execution graphs is exact. Shapes and names are those of the literature and of the
//! tests of `GenMC` and Miri; the numbers were computed with an independent enumerator.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use harness::event::LocationId;
use harness::memory::Model::{self, Cpp20, Sequential, Strong};
use tests::program::{Function, Graphs, Next, Operation, Program, Replay, Thread, assume};
use tests::{axioms, walk};

/// What is expected: is the bad outcome allowed (`A`) or forbidden (`F`), in how many graphs of all.
type Verdict = (char, usize);

fn verdict(graphs: &Graphs, outcome: &str, text: &str) -> Verdict {
    assert_eq!(graphs.blocked, 0, "{text}: no thread waits");
    (if graphs.reach(outcome, text) { 'A' } else { 'F' }, graphs.complete.len())
}

/// Checks one program: as written, by the room and by the axioms; and that strong and sequential
/// memory have the same outcomes, in `sc` graphs, and not the bad one unless `sc` says so.
fn check(text: &str, defaults: [Ordering; 3], outcome: &str, cpp20: Verdict, sc: Verdict) {
    let program = Program::parse(text, defaults);
    let graphs = |model: Model| walk::graphs(&program, model);
    let written = graphs(Cpp20);
    assert_eq!(verdict(&written, outcome, text), cpp20, "{text} {defaults:?}");
    assert!(written == axioms::graphs(&program), "{text} {defaults:?}: the axioms disagree");
    let (strong, sequential) = (graphs(Strong), graphs(Sequential));
    assert_eq!(verdict(&strong, outcome, text), sc, "{text} under strong memory");
    assert!(strong == sequential, "{text}: strong memory is sequential consistency as graphs");
}

/// Orderings of stores, of loads, and of all else.
const RELAXED: [Ordering; 3] = [Relaxed, Relaxed, AcqRel];
const RELEASE_ACQUIRE: [Ordering; 3] = [Release, Acquire, AcqRel];
const SEQ_CST: [Ordering; 3] = [SeqCst; 3];

#[test]
fn every_shape_in_every_strength() {
    // Program, bad outcome; expected if relaxed, release/acquire, SeqCst.
    let shapes: [(&str, &str, [Verdict; 3]); 14] = [
        ("Wx1 Ry / Wy1 Rx", "0 / 0", [('A', 4), ('A', 4), ('F', 3)]), // SB
        ("Wx1 Wy1 / Ry Rx", "/ 1 0", [('A', 4), ('F', 3), ('F', 3)]), // MP
        ("Rx Wy1 / Ry Wx1", "1 / 1", [('F', 3), ('F', 3), ('F', 3)]), // LB: never shown
        ("Wx2 Wy1 / Ry Wx1", "/ 1 ; x=2", [('A', 4), ('F', 3), ('F', 3)]), // S
        ("Wx1 Wy1 / Wy2 Rx", "/ 0 ; y=2", [('A', 4), ('A', 4), ('F', 3)]), // R
        ("Wx1 Wy2 / Wy1 Wx2", "; x=1 y=1", [('A', 4), ('A', 4), ('F', 3)]), // 2+2W
        ("Wx1 / Rx Wy1 / Ry Rx", "/ 1 / 1 0", [('A', 8), ('F', 7), ('F', 7)]), // WRC
        ("Wx1 Wy1 / Ry Wz1 / Rz Rx", "/ 1 / 1 0", [('A', 8), ('F', 7), ('F', 7)]), // ISA2
        ("Wx1 / Rx Ry / Wy1 Rx", "/ 1 0 / 0", [('A', 8), ('A', 8), ('F', 7)]), // RWC
        ("Wx1 / Rx Ry / Ry Rx / Wy1", "/ 1 0 / 1 0", [('A', 16), ('A', 16), ('F', 15)]), // IRIW
        ("Wx1 / Rx Rx", "/ 1 0", [('F', 3), ('F', 3), ('F', 3)]),     // CoRR
        ("Wx1 Rx / Wx2", "2 / ; x=1", [('F', 3), ('F', 3), ('F', 3)]), // CoWR
        ("Rx Wx1 / Wx2", "2 / ; x=2", [('F', 3), ('F', 3), ('F', 3)]), // CoRW
        ("Ax1.rlx / Ax1.rlx", "0 / 0", [('F', 2), ('F', 2), ('F', 2)]), // atomicity
    ];
    for (text, outcome, expected) in shapes {
        let sc = ('F', expected[2].1);
        for (defaults, expected) in [RELAXED, RELEASE_ACQUIRE, SEQ_CST].into_iter().zip(expected) {
            check(text, defaults, outcome, expected, sc);
        }
    }
}

/// Cases in which each access has the ordering written at it. Columns: program, bad outcome, C++20,
/// sequential consistency.
fn check_all(cases: &[(&str, &str, Verdict, Verdict)]) {
    for &(text, outcome, cpp20, sc) in cases {
        check(text, SEQ_CST, outcome, cpp20, sc);
    }
}

#[test]
fn weakening_a_few_of_the_accesses() {
    check_all(&[
        ("Wx1.sc Ry.acq / Wy1.sc Rx.sc", "0 / 0", ('A', 4), ('F', 3)), // SB+3sc+acq
        ("Wx1.rel Ry.sc / Wy1.sc Rx.sc", "0 / 0", ('A', 4), ('F', 3)), // SB+3sc+rel
        ("Wx1.sc Ry.acq / Wy1.sc Rx.acq", "0 / 0", ('A', 4), ('F', 3)),
        ("Wx1.rel Ry.sc / Wy1.rel Rx.sc", "0 / 0", ('A', 4), ('F', 3)),
        // SB+rfis: C++20 forbids what RC11 allows
        ("Wx1.rel Rx.sc Ry.sc / Wy1.rel Ry.sc Rx.sc", "1 0 / 1 0", ('F', 3), ('F', 3)),
        ("Wx1.sc Wy2.sc / Wy1.rel Wx2.sc", "; x=1 y=1", ('A', 4), ('F', 3)), // 2+2W+3sc+rel1
        ("Wx1.sc Wy2.sc / Wy1.sc Wx2.rel", "; x=1 y=1", ('A', 4), ('F', 3)), // 2+2W+3sc+rel2
        ("Wx1.sc / Rx.acq Ry.sc / Ry.acq Rx.sc / Wy1.sc", "/ 1 0 / 1 0", ('A', 16), ('F', 15)),
        // iriw_sc_rlx: forbidden by coherence-ordered-before, allowed by RC11
        ("Wx1.rlx / Rx.sc Ry.sc / Ry.sc Rx.sc / Wy1.rlx", "/ 1 0 / 1 0", ('F', 15), ('F', 15)),
        ("Wx1.rlx / Rx.sc Ry.sc / Wy1.sc Rx.sc", "/ 1 0 / 0", ('F', 7), ('F', 7)),
        ("Wx1.sc / Rx.acq Ry.sc / Wy1.sc Rx.sc", "/ 1 0 / 0", ('A', 8), ('F', 7)),
        // cob_due_to_mo, miri#5104
        ("Wx1.rel / Rx.rlx Wx2.sc Ry.sc / Wy1.sc Rx.sc", "/ 1 0 / 1", ('F', 13), ('F', 13)),
        // 2+2W through a third location
        ("Wx1.sc Wz1.rel / Rz.acq Wy1.sc / Wy2.sc Wx2.sc", "/ 1 / ; x=1 y=2", ('F', 7), ('F', 7)),
        ("Wx1.sc Wz1.rlx / Rz.rlx Wy1.sc / Wy2.sc Wx2.sc", "/ 1 / ; x=1 y=2", ('A', 8), ('F', 7)),
        // A SeqCst load may read an older store that is not SeqCst: the shape of miri#5179
        ("Wx1.rel / Rx.rlx Wx2.sc / Rx.sc", "/ 1 / 1", ('A', 9), ('A', 9)),
        ("Wx1.rlx / Wx2.sc Wx3.sc / Rx.sc", "/ / 2", ('A', 12), ('A', 12)),
    ]);
}

#[test]
fn fences() {
    check_all(&[
        ("Wx1.rlx F.sc Ry.rlx / Wy1.rlx F.sc Rx.rlx", "0 / 0", ('F', 3), ('F', 3)), // SB+scfs
        ("Wx1.rlx F.ar Ry.rlx / Wy1.rlx F.ar Rx.rlx", "0 / 0", ('A', 4), ('F', 3)),
        ("Wx1.rlx F.sc Ry.rlx / Wy1.rlx Rx.rlx", "0 / 0", ('A', 4), ('F', 3)),
        ("Wx1.sc Ry.sc / Wy1.rlx F.sc Rx.rlx", "0 / 0", ('F', 3), ('F', 3)), // SB+2sc+scf
        ("Wx1.rlx F.sc Wy2.rlx / Wy1.rlx F.sc Wx2.rlx", "; x=1 y=1", ('F', 3), ('F', 3)),
        ("Wx1.sc Wy2.sc / Wy1.rlx F.sc Wx2.rlx", "; x=1 y=1", ('F', 3), ('F', 3)),
        ("Wx1.rlx F.sc Wy1.rlx / Wy2.rlx F.sc Rx.rlx", "/ 0 ; y=2", ('F', 3), ('F', 3)), // R+scfs
        ("Wx1.rlx / Rx.rlx F.sc Ry.rlx / Wy1.rlx F.sc Rx.rlx", "/ 1 0 / 0", ('F', 7), ('F', 7)),
        (
            "Wx1.rlx / Rx.rlx F.sc Ry.rlx / Ry.rlx F.sc Rx.rlx / Wy1.rlx",
            "/ 1 0 / 1 0",
            ('F', 15),
            ('F', 15),
        ),
        (
            "Wx1.rlx F.sc Wy1.rlx / Ry.acq Wz1.rlx / Wz2.rlx F.sc Rx.rlx", // Z6+acq
            "/ 1 / 0 ; z=2",
            ('F', 7),
            ('F', 7),
        ),
        ("Wx1.rlx F.rel Wy1.rlx / Ry.rlx F.acq Rx.rlx", "/ 1 0", ('F', 3), ('F', 3)), // MP
        ("Rx.rlx F.ar Wy1.rlx / Ry.rlx F.ar Wx1.rlx", "1 / 1", ('F', 3), ('F', 3)),   // LB
        (
            "Wx1.rlx F.sc Wk1.rlx / Wy1.rlx F.sc Wz1.rlx / Rk.acq Ry.rlx / Rz.acq Rx.rlx",
            "/ / 1 0 / 1 0",
            ('F', 15),
            ('F', 15),
        ),
        ("Wx1.sc Ry.sc / Wy1.rlx Wz1.rel / Rz.acq F.sc Rx.rlx", "0 / / 1 0", ('F', 7), ('F', 7)),
        (
            "Wx1.sc Ry.sc / Wy1.rlx F.sc Rz.rlx / Wz1.rlx / Rz.rlx F.sc Rx.rlx",
            "0 / 0 / / 1 0",
            ('F', 15),
            ('F', 15),
        ),
        ("Wy1.rlx F.sc Rx.rlx F.acq Rz.rlx / Wz1.rlx Wx1.sc Ry.sc", "* 0 / 0", ('F', 4), ('F', 4)),
        ("Wy1.rlx F.sc F.acq Rz.rlx / Wz1.rlx Wx1.sc Ry.sc", "0 / 0", ('A', 4), ('F', 3)),
    ]);
}

#[test]
fn read_modify_writes_and_release_sequences() {
    check_all(&[
        ("Ux1.ar Ry.acq / Uy1.ar Rx.acq", "0 0 / 0 0", ('A', 4), ('F', 3)),
        ("Wx1.rlx Uz1.ar Ry.acq / Wy1.rlx Uz2.ar Rx.acq", "* 0 / * 0", ('F', 4), ('F', 4)),
        ("Wx1.rlx Ay0.ar / Wy1.rlx Ax0.ar", "0 / 0", ('A', 4), ('F', 3)),
        // A later store does not continue a release sequence, not even one's own (P0982) …
        ("Wy1.rlx Wx1.rel Wx3.rlx / Rx.acq Ry.rlx", "/ 3 0", ('A', 5), ('F', 4)),
        ("Wy1.rlx Wx1.rel / Wx2.rlx / Rx.acq Ry.rlx", "/ / 2 0", ('A', 10), ('A', 9)),
        // … but an RMW does, whosever it is.
        ("Wy1.rlx Wx1.rel Ux3.rlx / Rx.acq Ry.rlx", "/ 3 0", ('F', 4), ('F', 4)),
        ("Wy1.rlx Wx1.rel / Ax1.rlx / Rx.acq Ry.rlx", "/ 1 / 2 0", ('F', 9), ('F', 9)),
    ]);
}

#[test]
fn as_many_graphs_as_genmc_publishes() {
    // Its counts for RC11; those of the shapes above are checked there. `SB+rfis` has one more
    // under RC11 than under C++20.
    for (text, count) in [
        ("Wx1.rel Wx2.rel / Rx.acq Rx.acq", 6),                 // CoRR
        ("Wx1.rel / Rx.acq / Rx.acq", 4),                       // CoRR0
        ("Wx1.rel / Wx2.rel / Rx.acq Rx.acq / Rx.acq", 36),     // CoRR1
        ("Ry.acq / Rx.acq / Wx1.rel / Wy1.rel", 4),             // 2CoWR
        ("Ry.acq Az1.ar / Az1.ar Rx.acq / Wx1.rel Wy1.rel", 7), // MP+incMP
        ("Rx.acq Az1.ar / Az1.ar Wy1.rel / Ry.acq Aw1.ar / Aw1.ar Wx1.rel", 15), // LB+incMPs
    ] {
        let program = Program::parse(text, SEQ_CST);
        let graphs = walk::graphs(&program, Cpp20);
        assert_eq!(graphs.complete.len(), count, "{text}");
        assert!(graphs == axioms::graphs(&program), "{text}: the axioms disagree");
    }
}

// Locks. A waiting loop is one read and an assumption: its failed turn is a blocked graph.

fn load(replay: &mut Replay<'_>, location: u32, ordering: Ordering) -> Result<u64, Next> {
    replay.perform(Operation::Load(LocationId(location), ordering))
}

fn store(
    replay: &mut Replay<'_>,
    location: u32,
    value: u64,
    ordering: Ordering,
) -> Result<(), Next> {
    replay.perform(Operation::Store(LocationId(location), value, ordering)).map(drop)
}

fn update(
    replay: &mut Replay<'_>,
    location: u32,
    function: Function,
    ordering: Ordering,
) -> Result<u64, Next> {
    replay.perform(Operation::Update(LocationId(location), function, ordering, Relaxed))
}

/// Enters and leaves `entries` times; what `enter` returns is handed to `leave`. Inside, a datum is
/// written and a counter is incremented by a load and a store.
fn lock(
    text: &str,
    [threads, entries]: [u64; 2],
    enter: impl Fn(&mut Replay<'_>, u64) -> Result<u64, Next> + Copy + 'static,
    leave: impl Fn(&mut Replay<'_>, u64, u64) -> Result<(), Next> + Copy + 'static,
) -> Program {
    let thread = |me| -> Thread {
        Box::new(move |replay| {
            for _ in 0..entries {
                let kept = enter(replay, me)?;
                store(replay, 0, me, Relaxed)?;
                let count = load(replay, 1, Relaxed)?;
                store(replay, 1, count + 1, Relaxed)?;
                leave(replay, me, kept)?;
            }
            Ok(())
        })
    };
    Program { threads: (0..threads).map(thread).collect(), locations: 10, text: text.to_owned() }
}

fn peterson(entries: u64, write: Ordering, read: Ordering) -> Program {
    let enter = move |replay: &mut Replay<'_>, me: u64| {
        store(replay, 2 + me as u32, 1, write)?;
        store(replay, 4, 1 - me, write)?;
        if load(replay, 3 - me as u32, read)? == 1 {
            let turn = load(replay, 4, read)?;
            assume(turn == me)?;
        }
        Ok(0)
    };
    let leave = move |replay: &mut Replay<'_>, me: u64, _| store(replay, 2 + me as u32, 0, write);
    lock("Peterson", [2, entries], enter, leave)
}

fn test_and_set(sizes: [u64; 2]) -> Program {
    let enter = |replay: &mut Replay<'_>, _| {
        let held = update(replay, 2, Function::Swap(1), Acquire)?;
        assume(held == 0)?;
        Ok(0)
    };
    lock("test and set", sizes, enter, |replay, _, _| store(replay, 2, 0, Release))
}

fn ticket(sizes: [u64; 2]) -> Program {
    let enter = |replay: &mut Replay<'_>, _| {
        let mine = update(replay, 2, Function::Add(1), Relaxed)?;
        let serving = load(replay, 3, Acquire)?;
        assume(serving == mine)?;
        Ok(mine)
    };
    lock("ticket", sizes, enter, |replay, _, mine| store(replay, 3, mine + 1, Release))
}

fn bakery() -> Program {
    let enter = |replay: &mut Replay<'_>, me: u64| {
        let (choosing, number) = (|of: u64| 2 + of as u32, |of: u64| 4 + of as u32);
        store(replay, choosing(me), 1, SeqCst)?;
        let mine = 1 + load(replay, number(0), SeqCst)?.max(load(replay, number(1), SeqCst)?);
        store(replay, number(me), mine, SeqCst)?;
        store(replay, choosing(me), 0, SeqCst)?;
        let chooses = load(replay, choosing(1 - me), SeqCst)?;
        assume(chooses == 0)?;
        let other = load(replay, number(1 - me), SeqCst)?;
        assume(other == 0 || (other, 1 - me) > (mine, me))?;
        Ok(0)
    };
    lock("Bakery", [2, 1], enter, |replay, me, _| store(replay, 4 + me as u32, 0, SeqCst))
}

#[test]
fn locks_have_the_graphs_that_they_should_have() {
    // Complete and blocked graphs, and whether an increment may be lost.
    for (program, entries_in_all, complete, blocked, broken) in [
        (peterson(1, SeqCst, SeqCst), 2, 4, 6, false),
        (peterson(2, SeqCst, SeqCst), 4, 48, 88, false),
        (peterson(1, Release, Acquire), 2, 38, 8, true),
        (peterson(1, Relaxed, Relaxed), 2, 68, 8, true),
        (test_and_set([2, 1]), 2, 2, 2, false),
        (test_and_set([2, 2]), 4, 6, 10, false),
        (test_and_set([3, 1]), 3, 6, 18, false),
        (ticket([2, 1]), 2, 2, 2, false),
        (ticket([2, 2]), 4, 6, 14, false),
        (ticket([3, 1]), 3, 6, 24, false),
        (bakery(), 2, 9, 13, false),
    ] {
        let graphs = walk::graphs(&program, Cpp20);
        assert_eq!((graphs.complete.len(), graphs.blocked), (complete, blocked), "{program:?}");
        let lost = graphs.complete.values().any(|outcome| outcome.last[1] != entries_in_all);
        assert_eq!(lost, broken, "{program:?}");
        assert!(graphs == axioms::graphs(&program), "{program:?}: the axioms disagree");
        let strong = walk::graphs(&program, Strong);
        assert!(strong.complete.values().all(|outcome| outcome.last[1] == entries_in_all));
    }
}
