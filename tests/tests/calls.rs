//! System calls in executions: what is visited, what is replayed, who waits, who is interrupted, who dies.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use harness::backend;
use harness::choice::Strategy;
use harness::engine::{Body, Engine, Loans, Means, Outcome, Settings};
use harness::event::{Event, EventKind, Observer};
use harness::kernel::{Config, Faults};
use harness::memory::Model;
use harness::os::{
    self, ActionFlags, Errno, Fd, Handler, MaskChange, OpenFlags, PollEvents, PollFd, SigSet,
    Signal,
};
use harness::process::{ProcessId, ProcessSet};
use harness::strategy::{Frugal, Random, Replay, States};

/// What each process notes of an execution.
type Notes = Vec<Vec<String>>;

/// Processes that note what they see. The first one opens what all inherit.
struct Program<P, F> {
    processes: usize,
    prepare: P,
    part: F,
    inherited: RefCell<[Fd; 2]>,
    notes: RefCell<Notes>,
}

impl<P: Fn() -> [Fd; 2], F: Fn(ProcessId, [Fd; 2], &dyn Fn(String))> Body for Program<P, F> {
    fn processes(&self) -> usize {
        self.processes
    }

    fn run(&self, me: ProcessId) {
        if me.index() == 0 {
            self.notes.replace(vec![Vec::new(); self.processes]);
            self.inherited.replace((self.prepare)());
            backend::fork_all();
        } else {
            backend::wait_for_birth();
        }
        let inherited = *self.inherited.borrow();
        let note = |text: String| self.notes.borrow_mut()[me.index()].push(text);
        (self.part)(me, inherited, &note);
        backend::exit();
    }
}

fn program<P: Fn() -> [Fd; 2], F: Fn(ProcessId, [Fd; 2], &dyn Fn(String))>(
    processes: usize,
    prepare: P,
    part: F,
) -> Program<P, F> {
    let inherited = RefCell::new([Fd(-1); 2]);
    Program { processes, prepare, part, inherited, notes: RefCell::default() }
}

fn settings(machine: Config) -> Settings {
    Settings {
        model: Model::Sequential,
        steps_max: 300,
        traced: false,
        overrides: Vec::new(),
        loans: Loans::CALLS,
        machine: Some(machine),
    }
}

fn small() -> Config {
    Config { pipe_pages: 1, ..Config::default() }
}

/// What comes out of an execution: how it ended, and what was noted.
type Result = (String, Notes);

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Complete => "complete".to_owned(),
        Outcome::Blocked { waiting, for_ever } => format!("blocked {waiting:?} {for_ever}"),
        other => format!("{other:?}"),
    }
}

/// All that comes out of the executions of a strategy; those that it gave up left out.
fn results<P: Fn() -> [Fd; 2], F: Fn(ProcessId, [Fd; 2], &dyn Fn(String))>(
    program: &Program<P, F>,
    machine: &Config,
    strategy: &mut dyn Strategy,
    executions: usize,
) -> BTreeSet<Result> {
    let (mut engine, mut all) = (Engine::new(), BTreeSet::new());
    let settings = settings(machine.clone());
    for _ in 0..executions {
        let outcome = backend::execute(&mut engine, program, &settings, strategy, &mut ());
        let Some(outcome) = outcome else { break };
        if outcome != Outcome::Abandoned {
            all.insert((word(&outcome), program.notes.borrow().clone()));
        }
    }
    all
}

/// The results of all interleavings, of all states, and of many random walks: the first two are the same, the
/// third are among them.
fn all<P: Fn() -> [Fd; 2], F: Fn(ProcessId, [Fd; 2], &dyn Fn(String))>(
    program: &Program<P, F>,
    machine: &Config,
) -> BTreeSet<Result> {
    let mut states = States::new(u64::MAX, u32::MAX);
    let by_states = results(program, machine, &mut states, usize::MAX);
    assert!(states.is_exhausted());
    let mut interleavings = Frugal::new(u32::MAX, 300_000);
    let by_interleavings = results(program, machine, &mut interleavings, usize::MAX);
    assert!(interleavings.executions_left() > 0, "all interleavings were tried");
    assert_eq!(by_states, by_interleavings);
    let sampled = results(program, machine, &mut Random::new(3), 300);
    assert!(sampled.is_subset(&by_states), "{sampled:?}\n{by_states:?}");
    by_states
}

fn outcomes(results: &BTreeSet<Result>) -> BTreeSet<&str> {
    results.iter().map(|(outcome, _)| outcome.as_str()).collect()
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn reads_take_what_is_there_and_see_the_end() {
    let pipe = || os::pipe().expect("a pipe");
    let program = program(2, pipe, |me, [reads, writes], note| {
        if me.index() == 0 {
            os::close(reads).expect("it is open");
            assert_eq!(os::write(writes, b"ab"), Ok(2));
            assert_eq!(os::write(writes, b"c"), Ok(1));
        } else {
            os::close(writes).expect("it is open");
            let mut buffer = [0; 8];
            while let Ok(length @ 1..) = os::read(reads, &mut buffer) {
                note(show(&buffer[..length]));
            }
        }
    });
    let all = all(&program, &small());
    let read: BTreeSet<String> = all.iter().map(|(_, notes)| notes[1].join("|")).collect();
    assert_eq!(read.into_iter().collect::<Vec<_>>(), ["abc", "ab|c"]);
    assert_eq!(outcomes(&all).into_iter().collect::<Vec<_>>(), ["complete"]);
}

#[test]
fn a_writing_end_that_somebody_keeps_hides_the_end() {
    let pipe = || os::pipe().expect("a pipe");
    let program = program(2, pipe, |me, [reads, writes], _| {
        if me.index() == 0 {
            os::write(writes, b"x").expect("there is room");
        } else {
            // It has the writing end itself.
            let mut buffer = [0; 8];
            while let Ok(1..) = os::read(reads, &mut buffer) {}
        }
    });
    let all = all(&program, &small());
    assert_eq!(outcomes(&all).into_iter().collect::<Vec<_>>(), ["blocked {P1} true"]);
}

#[test]
fn who_asks_again_and_again_waits_like_one_who_sleeps() {
    let pipe = || os::pipe2(OpenFlags::NONBLOCK).expect("a pipe");
    for comes in [false, true] {
        let program = program(2, pipe, |me, [reads, writes], note| {
            if me.index() == 0 {
                if comes {
                    os::write(writes, b"x").expect("there is room");
                }
            } else {
                let mut buffer = [0; 8];
                while os::read(reads, &mut buffer) == Err(Errno::EAGAIN) {}
                note("came".to_owned());
            }
        });
        let mut states = States::new(u64::MAX, u32::MAX);
        let found = results(&program, &small(), &mut states, usize::MAX);
        assert!(states.is_exhausted());
        let expected = if comes { "complete" } else { "blocked {P1} true" };
        assert_eq!(outcomes(&found).into_iter().collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn two_who_wait_for_one_byte() {
    let pipe = || os::pipe().expect("a pipe");
    let program = program(3, pipe, |me, [reads, writes], note| {
        if me.index() == 0 {
            os::write(writes, b"x").expect("there is room");
            os::close(writes).expect("it is open");
        } else {
            os::close(writes).expect("it is open");
            let length = os::read(reads, &mut [0; 8]);
            note(format!("{length:?}"));
        }
    });
    let all = all(&program, &small());
    let who: BTreeSet<String> = all.iter().map(|(_, notes)| notes.concat().join(" ")).collect();
    assert_eq!(who.into_iter().collect::<Vec<_>>(), ["Ok(0) Ok(1)", "Ok(1) Ok(0)"]);
}

#[test]
fn a_child_inherits_handlers() {
    let prepare = || {
        os::sigprocmask(MaskChange::Block, SigSet::EMPTY.with(Signal::USR1)).expect("a mask");
        let handler = Handler::call(|info| assert_eq!(info.signal, Signal::USR1));
        let (mask, flags) = (SigSet::EMPTY, ActionFlags::empty());
        os::sigaction(Signal::USR1, handler, mask, flags).expect("it can be handled");
        [Fd(-1); 2]
    };
    // One signals the other, and both have the handler.
    let program = program(2, prepare, |me, _, note| {
        let peer = if me.index() == 0 { os::getpid().0 + 1 } else { os::getppid().0 };
        os::kill(os::Pid(peer), Signal::USR1).expect("it is there");
        note(os::sigsuspend(SigSet::EMPTY).name().to_owned());
    });
    let all = all(&program, &small());
    assert!(!all.is_empty());
    for (outcome, notes) in all {
        assert_eq!(notes.concat(), ["EINTR", "EINTR"], "{outcome}");
    }
}

/// Process 0 signals process 1, which waits for it in one of three ways.
fn waits_for_signal(way: &'static str) -> BTreeSet<Result> {
    let nothing = || [Fd(-1); 2];
    let program = program(2, nothing, move |me, _, note| {
        if me.index() == 0 {
            // Nobody is signalled before there is a handler: process 1 stops this one until then.
            let mut peers = SigSet::default().with(Signal::USR2);
            peers = os::sigprocmask(MaskChange::Block, peers).map_or(peers, |_| peers);
            os::sigwaitinfo(peers).expect("it is signalled");
            os::kill(os::Pid(os::getpid().0 + 1), Signal::USR1).expect("it is there");
            return;
        }
        let came = Rc::new(Cell::new(0));
        let counts = Rc::clone(&came);
        let handler = Handler::call(move |info| {
            assert_eq!(info.signal, Signal::USR1);
            counts.set(counts.get() + 1);
        });
        let set = SigSet::default().with(Signal::USR1);
        os::sigaction(Signal::USR1, handler, SigSet::default(), ActionFlags::empty())
            .expect("it can be handled");
        if way != "pause" {
            os::sigprocmask(MaskChange::Block, set).expect("it can be blocked");
        }
        // Whoever has not blocked the signal by now dies of it; the test waits for those who have.
        while os::kill(os::getppid(), Signal::USR2).is_err() {}
        match way {
            "pause" => {
                if came.get() == 0 {
                    os::pause();
                }
            }
            "sigsuspend" => {
                if came.get() == 0 {
                    assert_eq!(os::sigsuspend(SigSet::default()), Errno::EINTR);
                }
            }
            _ => {
                assert_eq!(os::sigwaitinfo(set).map(|info| info.signal), Ok(Signal::USR1));
                came.set(1);
            }
        }
        note(format!("{}", came.get()));
    });
    let blocked = || {
        os::sigprocmask(MaskChange::Block, SigSet::default().with(Signal::USR2)).expect("a mask");
        [Fd(-1); 2]
    };
    let program = Program {
        processes: program.processes,
        prepare: blocked,
        part: program.part,
        inherited: program.inherited,
        notes: program.notes,
    };
    all(&program, &small())
}

#[test]
fn a_signal_between_the_look_and_the_pause_is_missed() {
    let missed = waits_for_signal("pause");
    assert!(outcomes(&missed).contains("blocked {P1} true"), "{missed:?}");
    assert!(outcomes(&missed).contains("complete"));
    for way in ["sigsuspend", "sigwaitinfo"] {
        let all = waits_for_signal(way);
        assert_eq!(outcomes(&all).into_iter().collect::<Vec<_>>(), ["complete"], "{way}");
        assert!(all.iter().all(|(_, notes)| notes[1] == ["1"]));
    }
}

#[test]
fn what_is_announced_may_go_wrong_and_nothing_else() {
    let pipe = || os::pipe().expect("a pipe");
    let part = |me: ProcessId, [reads, writes]: [Fd; 2], note: &dyn Fn(String)| {
        if me.index() == 0 {
            os::write(writes, b"x").expect("a short write is not interrupted while there is room");
        } else {
            note(format!("{:?}", os::read(reads, &mut [0; 8])));
        }
    };
    let program = program(2, pipe, part);
    let read = |machine: &Config| -> Vec<String> {
        let all = all(&program, machine);
        let read: BTreeSet<String> = all.iter().map(|(_, notes)| notes[1].concat()).collect();
        read.into_iter().collect()
    };
    assert_eq!(read(&small()), ["Ok(1)"]);
    let faults = Faults { at_most: 1, interrupts: true, ..Faults::default() };
    assert_eq!(read(&Config { faults, ..small() }), ["Err(EINTR)", "Ok(1)"]);
    let mortal = ProcessSet::only(ProcessId::new(0));
    let faults = Faults { at_most: 1, mortal, ..Faults::default() };
    // It dies before it has written; nobody else has the writing end but the reader itself, which waits.
    assert_eq!(read(&Config { faults, ..small() }), ["", "Ok(1)"]);
}

/// Writes down who died.
#[derive(Default)]
struct Deaths(Vec<(ProcessId, bool)>);

impl Observer for Deaths {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        if let EventKind::Died { by_fault } = event.kind {
            self.0.push((event.process, by_fault));
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn who_writes_where_nobody_reads_dies_or_is_told() {
    let pipe = || os::pipe().expect("a pipe");
    for ignores in [false, true] {
        let program = program(2, pipe, |me, [reads, writes], note| {
            os::close(reads).expect("it is open");
            if me.index() == 1 {
                if ignores {
                    let (none, flags) = (SigSet::default(), ActionFlags::empty());
                    os::sigaction(Signal::PIPE, Handler::Ignore, none, flags).expect("it can be");
                }
                // Until the other one has closed its end.
                let events = PollEvents::empty();
                let mut fds = [PollFd { fd: writes, events, revents: PollEvents::empty() }];
                os::poll(&mut fds, None).expect("an error is an event");
                note(format!("{:?}", os::write(writes, b"x")));
            }
        });
        let (mut engine, mut deaths) = (Engine::new(), Deaths::default());
        let mut random = Random::new(1);
        let settings = settings(small());
        let outcome = backend::execute(&mut engine, &program, &settings, &mut random, &mut deaths);
        assert_eq!(outcome, Some(Outcome::Complete));
        let notes = program.notes.borrow()[1].concat();
        if ignores {
            assert_eq!((notes.as_str(), deaths.0.len()), ("Err(EPIPE)", 0));
        } else {
            assert_eq!((notes.as_str(), deaths.0), ("", vec![(ProcessId::new(1), false)]));
        }
    }
}

#[test]
fn an_execution_with_faults_is_replayed_from_its_text() {
    let pipe = || os::pipe().expect("a pipe");
    let program = program(3, pipe, |me, [reads, writes], note| {
        if me.index() == 0 {
            let bytes = [b'x'; 9000];
            let mut written = 0;
            while written < bytes.len() {
                match os::write(writes, &bytes[written..]) {
                    Ok(more) => written += more,
                    Err(errno) => note(errno.name().to_owned()),
                }
            }
            os::close(writes).expect("it is open");
        } else {
            os::close(writes).expect("it is open");
            let mut buffer = [0; 1000];
            loop {
                match os::read(reads, &mut buffer) {
                    Ok(0) => break,
                    read => note(format!("{read:?}")),
                }
            }
        }
    });
    let mortal = ProcessSet::only(ProcessId::new(2));
    let faults = Faults { at_most: 3, interrupts: true, mortal, ..Faults::default() };
    let settings = settings(Config { faults, ..small() });
    let (mut engine, mut random) = (Engine::new(), Random::new(5));
    let mut with_faults = 0;
    for _ in 0..200 {
        let outcome = backend::execute(&mut engine, &program, &settings, &mut random, &mut ());
        let first = (outcome, program.notes.borrow().clone());
        let text = engine.schedule().to_string();
        with_faults += u32::from(text.contains('k'));
        let mut replay = Replay::new(text.parse().expect("a schedule"));
        let outcome = backend::execute(&mut engine, &program, &settings, &mut replay, &mut ());
        assert_eq!((outcome, program.notes.borrow().clone()), first, "{text}");
        assert_eq!(replay.divergence(), None, "{text}");
    }
    assert!(with_faults > 50, "{with_faults}");
}

/// What the first process does, lent these means.
fn lent(means: Means, work: impl Fn()) -> Outcome {
    let nothing = || [Fd(-1); 2];
    let program = program(1, nothing, |_, _, _| work());
    let settings = Settings { loans: Loans::calls(means), ..settings(small()) };
    let outcome =
        backend::execute(&mut Engine::new(), &program, &settings, &mut Random::new(1), &mut ());
    outcome.expect("there is an execution")
}

/// A call, and the means that lend it.
type Way<'a> = (fn(), &'a [Means]);

#[test]
fn an_assignment_lends_what_it_is_about_and_signals_and_nothing_else() {
    backend::install_hook();
    let refused = |means, work: fn()| {
        let outcome = lent(means, work);
        let says = |message: &str| message.contains("does not lend");
        assert!(
            outcome == Outcome::Complete
                || matches!(&outcome, Outcome::Panicked { message, .. } if says(message)),
            "{outcome:?}"
        );
        outcome != Outcome::Complete
    };
    let all = [Means::Pipe, Means::NamedPipe, Means::Signal, Means::Queue, Means::Socket];
    let ways: [Way<'_>; 5] = [
        (|| _ = os::pipe(), &[Means::Pipe, Means::NamedPipe]),
        (|| _ = os::mkfifo("/tmp/fifo"), &[Means::NamedPipe]),
        (|| _ = os::mq_open("/queue", OpenFlags::CREAT, None), &[Means::Queue]),
        (|| _ = os::socketpair(os::SocketType::Stream), &[Means::Socket]),
        (|| _ = os::kill(os::getpid(), Signal(0)), &all),
    ];
    for (work, lenders) in ways {
        let granted: Vec<Means> = all.into_iter().filter(|&means| !refused(means, work)).collect();
        assert_eq!(granted, lenders);
        assert!(!refused(Means::Any, work));
    }
}

/// Two of three processes sleep, each as often as it likes; what is looked for is seen by the third.
fn sleepers(tells_the_time: bool) -> (usize, BTreeSet<Result>) {
    let pipe = || os::pipe2(OpenFlags::NONBLOCK).expect("a pipe");
    let program = program(3, pipe, |me, [reads, writes], note| {
        let nap = Duration::from_millis(1 + me.index() as u64);
        if tells_the_time {
            os::clock_gettime();
        }
        for _ in 0..3 {
            os::nanosleep(nap).expect("nobody interrupts it");
        }
        if me.index() == 0 {
            let mut buffer = [0; 1];
            note(format!("{:?}", os::read(reads, &mut buffer)));
        } else {
            os::write(writes, b"x").expect("there is room");
        }
    });
    let mut states = States::new(u64::MAX, u32::MAX);
    let found = results(&program, &small(), &mut states, usize::MAX);
    assert!(states.is_exhausted());
    (states.states(), found)
}

#[test]
fn what_time_it_is_makes_no_state_of_its_own_unless_somebody_was_told() {
    let (untold, found) = sleepers(false);
    let (told, found_by_the_told) = sleepers(true);
    assert_eq!(found, found_by_the_told);
    assert!(untold * 2 < told, "{untold} {told}");
}

/// Who reads the clock does what depends on it: nothing is lost.
#[test]
fn who_reads_the_clock_sees_all_times_that_there_may_be() {
    let pipe = || os::pipe().expect("a pipe");
    let program = program(2, pipe, |me, _, note| {
        if me.index() == 0 {
            let first = os::clock_gettime();
            os::nanosleep(Duration::from_millis(5)).expect("nobody interrupts it");
            note(format!("{:?}", os::clock_gettime().saturating_sub(first)));
        } else {
            os::nanosleep(Duration::from_millis(8)).expect("nobody interrupts it");
        }
    });
    let found = all(&program, &small());
    let lengths: BTreeSet<&str> = found.iter().map(|(_, notes)| notes[0][0].as_str()).collect();
    assert_eq!(lengths, ["5ms", "8ms", "13ms"].into());
}
