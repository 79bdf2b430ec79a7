//! What a student sees where messages go wrong: drawings of fixed schedules, run again, and words.
//!
//! The schedules are what reports have printed: they must stay valid.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harness::os::{self, Pid, Signal};
use harness::prelude::*;
use harness::runner::{
    BufferSubject, Criterion, PROTOCOL_VERSION, Plan, Portfolio, Replayed, SignalLineSubject,
    Subject, Verdict, examine, replay_in_test,
};
use reference::catalogue::{Entry, Visitor, visit_all};

/// Runs a schedule again with one solution of the catalogue.
struct Again {
    path: &'static str,
    scene: &'static str,
    drawn: Option<String>,
}

impl Visitor for Again {
    type Output = ();

    fn visit<S: Subject>(&mut self, entry: &Entry) {
        if entry.path == self.path {
            let file =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference/src").join(entry.path);
            let source = fs::read_to_string(file).expect("the solution is there");
            let name = entry.path.rsplit('/').next().expect("it has a name");
            let sources = BTreeMap::from([(name.to_owned(), source)]);
            self.drawn = Some(drawing::<S>(self.scene, &sources));
        }
    }
}

fn drawing<S: Subject>(scene: &str, sources: &BTreeMap<String, String>) -> String {
    match replay_in_test::<S>(scene, sources) {
        Replayed::Shown { drawing, .. } => drawing,
        other => panic!("{scene}: {other:?}"),
    }
}

fn again(path: &'static str, scene: &'static str) -> String {
    let mut again = Again { path, scene, drawn: None };
    visit_all(&mut again);
    again.drawn.expect("the catalogue has it")
}

#[test]
fn a_signal_is_an_arrow_and_one_that_is_lost_says_why() {
    let drawn = again("flawed/signal/no_acknowledgement.rs", "sequential/up/1,1/s1:2:0x2.1x20.0");
    assert_eq!(drawn, include_str!("drawings/signals_that_merge.txt"));
}

#[test]
fn a_handler_says_which_step_sent_its_signal() {
    let drawn =
        again("flawed/signal/looks_once.rs", "sequential/interrupted/1,1/s1:2:0x4.1x5.0x4k.0");
    assert_eq!(drawn, include_str!("drawings/a_handler.txt"));
}

/// Sends what changes nothing.
struct InVain {
    role: Role,
    peer: Pid,
}

impl SignalLine for InVain {
    fn prepare() -> os::Result<()> {
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        if role != Role::Receiver {
            os::kill(peer, Signal::CHLD)?;
        }
        Ok(Self { role, peer })
    }

    fn send(&mut self, _: [u8; 2]) -> os::Result<()> {
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.role == Role::Receiver { os::kill(self.peer, Signal::USR1) } else { Ok(()) }
    }
}

#[test]
fn a_signal_that_nobody_gets_has_no_arrow() {
    let scene = "sequential/up/1,1/s1:2:1x3.0";
    let drawn = drawing::<SignalLineSubject<InVain>>(scene, &BTreeMap::new());
    assert!(drawn.contains("kill(P0, SIGCHLD) = 0 (lost: P0 ignores it)\n"), "{drawn}");
    assert!(drawn.contains("kill(P1, SIGUSR1) = 0 (lost: P1 has ended)\n"), "{drawn}");
    assert!(!drawn.contains('╌'), "{drawn}");
}

#[test]
fn steps_are_numbered_without_gaps_though_to_be_born_is_one() {
    for (path, scene) in [
        ("flawed/signal/two_numbers.rs", "sequential/up/2,2/s1:2:0x2.1x4.0x4.1x4"),
        ("flawed/signal/not_blocked.rs", "sequential/up/1,1/s1:2:0.1x3"),
    ] {
        let drawn = again(path, scene);
        let number = |line: &str| line.split_whitespace().next()?.parse::<usize>().ok();
        let numbers: Vec<usize> = drawn
            .lines()
            .filter(|line| line.contains(".rs:") || line.contains("(harness)"))
            .filter_map(number)
            .collect();
        assert!(numbers.len() >= 3, "{drawn}");
        assert!(numbers.iter().copied().eq(1..=numbers.len()), "{drawn}");
    }
}

#[test]
fn a_call_of_a_function_value_has_no_line_and_says_so() {
    let path = "flawed/anonymous_pipe/keeps_the_neighbours_end.rs";
    let drawn = again(path, "sequential/mixed/1,1,1/s1:3:0x5");
    let is_it = |line: &&str| line.contains("close(4) = 0");
    let line = drawn.lines().find(is_it).unwrap_or_else(|| panic!("{drawn}"));
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["3", "(passed", "on)", "close(4)", "=", "0"]
    );
    assert!(drawn.contains("\n(passed on): "), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
}

/// Examines one solution of the catalogue on progress: why it fails.
struct Reason {
    path: &'static str,
    given: String,
}

impl Visitor for Reason {
    type Output = ();

    fn visit<S: Subject>(&mut self, entry: &Entry) {
        if entry.path == self.path {
            let report = examine(&*S::scenario(), &plan(), &[Criterion::Progress], &mut |_| ());
            let Verdict::Violated { witness } = &report.criteria[0].sequential else {
                panic!("{report:#?}")
            };
            self.given.clone_from(&witness.reason);
        }
    }
}

#[test]
fn who_is_stuck_comes_before_who_only_waits_for_it() {
    let mut reason =
        Reason { path: "flawed/anonymous_pipe/leaves_it_open.rs", given: String::new() };
    visit_all(&mut reason);
    let texts = ["P1 waits in read(3, ", "P0 is through, and waits for "];
    let places = texts.map(|text| reason.given.find(text));
    assert!(places[0].is_some() && places.is_sorted(), "{}", reason.given);
}

/// Two processes, and a little effort.
fn plan() -> Plan {
    Plan {
        version: PROTOCOL_VERSION,
        nonce: String::new(),
        assignment: "signal".to_owned(),
        processes: vec![2],
        entries: 2,
        seed: 7,
        portfolio: Portfolio {
            exhaustive_executions_max: 1_000,
            random_executions: 10,
            pct_executions: 10,
            pos_executions: 10,
            ..Portfolio::default()
        },
        sources: BTreeMap::new(),
        replay: None,
    }
}

/// Waits for what nobody sends.
struct Silent;

impl SignalLine for Silent {
    fn prepare() -> os::Result<()> {
        Ok(())
    }

    fn begin(_: Role, _: Pid) -> os::Result<Self> {
        loop {
            os::pause();
        }
    }

    fn send(&mut self, _: [u8; 2]) -> os::Result<()> {
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        Ok(())
    }
}

#[test]
fn where_nothing_is_sent_the_reason_speaks_of_messages() {
    let scenario = SignalLineSubject::<Silent>::scenario();
    let report = examine(&*scenario, &plan(), &[Criterion::MutualExclusion], &mut |_| ());
    let Verdict::Unknown { reason, .. } = &report.criteria[0].sequential else {
        panic!("{report:#?}")
    };
    assert!(reason.starts_with("no message was ever received"), "{reason}");
}

/// A buffer that nobody gets into.
struct Shut(AtomicBool);

impl Buffer for Shut {
    fn new(_: usize, _: usize) -> Self {
        Self(AtomicBool::new(false))
    }

    fn deposit(&self, _: ProcessId, _: u64) {
        while !self.0.load(Ordering::SeqCst) {}
    }

    fn take(&self, _: ProcessId) -> u64 {
        while !self.0.load(Ordering::SeqCst) {}
        0
    }
}

#[test]
fn where_nothing_is_deposited_the_reason_speaks_of_items() {
    let scenario = BufferSubject::<Shut>::scenario();
    let report = examine(&*scenario, &plan(), &[Criterion::MutualExclusion], &mut |_| ());
    let Verdict::Unknown { reason, .. } = &report.criteria[0].sequential else {
        panic!("{report:#?}")
    };
    assert!(reason.starts_with("no item was ever deposited or taken"), "{reason}");
}
