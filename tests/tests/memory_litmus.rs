//! Litmus tests from both sides: a forbidden outcome never occurs, an allowed one does, and the number
//! of complete execution graphs is exact. Shapes and names are those of the literature, of GenMC's and
//! Miri's tests; the numbers were computed with an independent enumerator.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use harness::memory::Model::{self, Cpp20, Sequential, Strong};
use tests::program::{Graphs, Program};
use tests::{axioms, walk};

/// What is expected: is the bad outcome allowed (`A`) or forbidden (`F`), in how many graphs of all.
type Verdict = (char, usize);

fn verdict(graphs: &Graphs, outcome: &str, text: &str) -> Verdict {
    assert_eq!(graphs.blocked, 0, "{text}: no thread waits");
    (if graphs.reach(outcome, text) { 'A' } else { 'F' }, graphs.complete.len())
}

/// Checks one program: as written, by the room and by the axioms; and that strong and sequential
/// memory have the same outcomes, in `sc` graphs, and not the bad one unless `sc` says so.
fn check(
    text: &str,
    defaults: [std::sync::atomic::Ordering; 3],
    outcome: &str,
    cpp20: Verdict,
    sc: Verdict,
) {
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
const RELAXED: [std::sync::atomic::Ordering; 3] = [Relaxed, Relaxed, AcqRel];
const RELEASE_ACQUIRE: [std::sync::atomic::Ordering; 3] = [Release, Acquire, AcqRel];
const SEQ_CST: [std::sync::atomic::Ordering; 3] = [SeqCst; 3];

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
