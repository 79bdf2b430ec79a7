//! Signals, and what becomes of children: both sides of every rule.

use super::super::bench::{Bench, p};
use super::super::time::START;
use super::super::{
    Action, ActionFlags, Call, Config, Delivery, Disposition, Ending, Errno, Faults, Fd,
    Kernel as _, MaskChange, Origin, Pid, SigInfo, SigSet, Signal, Status, Timeout, Waiting,
};

const NONE: ActionFlags = ActionFlags::empty();
const NOTHING: SigInfo = SigInfo { signal: Signal(0), origin: Origin::User, pid: Pid(0), value: 0 };

const fn rt(number: i32) -> Signal {
    Signal(Signal::RTMIN.0 + number)
}

fn set(signals: &[Signal]) -> SigSet {
    signals.iter().fold(SigSet::EMPTY, |set, signal| set.with(*signal))
}

impl Bench {
    fn mask(&mut self, me: usize, how: MaskChange, set: SigSet) -> SigSet {
        let mut old = SigSet::EMPTY;
        let call = Call::Sigprocmask { how, set: Some(set), old: &mut old };
        assert_eq!(self.call(me, call), Ok(0));
        old
    }

    fn block_all(&mut self, me: usize) {
        self.mask(me, MaskChange::Set, SigSet::ALL);
    }

    fn unblock_all(&mut self, me: usize) {
        self.mask(me, MaskChange::Set, SigSet::EMPTY);
    }

    fn current_mask(&mut self, me: usize) -> SigSet {
        let mut old = SigSet::EMPTY;
        let call = Call::Sigprocmask { how: MaskChange::Set, set: None, old: &mut old };
        assert_eq!(self.call(me, call), Ok(0));
        old
    }

    fn pending(&mut self, me: usize) -> SigSet {
        let mut set = SigSet::EMPTY;
        assert_eq!(self.call(me, Call::Sigpending { set: &mut set }), Ok(0));
        set
    }

    fn queue_signal(&mut self, me: usize, to: usize, signal: Signal, value: i32) -> Status {
        let pid = self.pid(to);
        self.step(me, Call::Sigqueue { pid, signal, value })
    }

    /// Takes what is pending, without waiting.
    fn take(&mut self, me: usize) -> Option<SigInfo> {
        let (mut info, set) = (NOTHING, SigSet::ALL);
        let call = Call::Sigtimedwait { set, info: &mut info, timeout: Timeout::After(0) };
        match self.call(me, call) {
            Ok(signal) => {
                assert_eq!(Ok(signal), info.signal.0.try_into());
                Some(info)
            }
            Err(errno) => {
                assert_eq!(errno, Errno::EAGAIN);
                None
            }
        }
    }

    fn take_all(&mut self, me: usize) -> Vec<Signal> {
        std::iter::from_fn(|| self.take(me)).map(|info| info.signal).collect()
    }

    fn wait_for(&mut self, me: usize, set: SigSet, timeout: Timeout) -> (Status, SigInfo) {
        let mut info = NOTHING;
        let status = self.step(me, Call::Sigtimedwait { set, info: &mut info, timeout });
        (status, info)
    }

    fn action(&mut self, me: usize, signal: Signal) -> Action {
        let mut old = Action::default();
        assert_eq!(self.call(me, Call::Sigaction { signal, action: None, old: &mut old }), Ok(0));
        old
    }

    fn ignore(&mut self, me: usize, signal: Signal) {
        let action = Action { disposition: Disposition::Ignore, ..Action::default() };
        self.act(me, signal, action);
    }

    fn reap(&mut self, me: usize, pid: Pid, hang: bool) -> (Status, Ending) {
        let mut ending = Ending::Exited(-1);
        let status = self.step(me, Call::Waitpid { pid, hang, ending: &mut ending });
        (status, ending)
    }

    fn exit(&mut self, me: usize, status: i32) {
        assert_eq!(self.step(me, Call::Exit { status }), Status::Died);
    }
}

const OK: Status = Status::Done(Ok(0));
const INTERRUPTED: Status = Status::Interrupted(Some(Err(Errno::EINTR)));

const fn fails(errno: Errno) -> Status {
    Status::Done(Err(errno))
}

#[test]
fn a_standard_signal_that_is_pending_already_vanishes() {
    let mut bench = Bench::new(3);
    bench.block_all(0);
    assert_eq!(bench.kill(1, 0, Signal::USR1), OK);
    assert_eq!(bench.kill(2, 0, Signal::USR1), OK);
    assert_eq!(bench.queue_signal(2, 0, Signal::USR1, 7), OK);
    let pid = bench.pid(1);
    let first = SigInfo { signal: Signal::USR1, origin: Origin::User, pid, value: 0 };
    assert_eq!(bench.take(0), Some(first));
    assert_eq!(bench.take(0), None);
    // Once it was taken, the next one counts.
    bench.queue_signal(2, 0, Signal::USR1, 7);
    let pid = bench.pid(2);
    let second = SigInfo { signal: Signal::USR1, origin: Origin::Queue, pid, value: 7 };
    assert_eq!(bench.take(0), Some(second));
}

#[test]
fn real_time_signals_queue_by_number_and_then_as_they_came() {
    let mut bench = Bench::new(2);
    bench.block_all(0);
    for (number, value) in [(5, 1), (1, 2), (5, 3), (1, 4)] {
        assert_eq!(bench.queue_signal(1, 0, rt(number), value), OK);
    }
    bench.kill(1, 0, Signal::USR2);
    bench.kill(1, 0, Signal::USR1);
    bench.kill(1, 0, Signal(11));
    let taken: Vec<_> = std::iter::from_fn(|| bench.take(0)).collect();
    let taken: Vec<_> = taken.iter().map(|info| (info.signal.0, info.value)).collect();
    assert_eq!(taken, [(11, 0), (10, 0), (12, 0), (35, 2), (35, 4), (39, 1), (39, 3)]);
}

/// As measured: seven signals pending, of which some are queued.
fn send_many(bench: &mut Bench, times: usize) {
    for number in [5, 1] {
        for _ in 0..times {
            assert_eq!(bench.queue_signal(0, 0, rt(number), 0), OK);
        }
    }
    for signal in [Signal::USR2, Signal::USR1, Signal::USR1] {
        assert_eq!(bench.kill(0, 0, signal), OK);
    }
}

fn catch_many(bench: &mut Bench, mask: SigSet) {
    for signal in [Signal::USR1, Signal::USR2, rt(1), rt(5)] {
        bench.catch(0, signal, NONE, mask);
    }
    bench.block_all(0);
}

#[test]
fn handlers_whose_masks_are_empty_pile_up_and_the_last_one_runs_first() {
    let mut bench = Bench::new(1);
    catch_many(&mut bench, SigSet::EMPTY);
    send_many(&mut bench, 3);
    assert!(bench.handlers(0).is_empty());
    bench.unblock_all(0);
    assert_eq!(bench.handlers(0), [39, 39, 39, 35, 35, 35, 12, 10]);
    assert_eq!(bench.current_mask(0), SigSet::EMPTY);
}

#[test]
fn handlers_that_block_all_run_in_the_order_of_delivery() {
    let mut bench = Bench::new(1);
    catch_many(&mut bench, SigSet::ALL);
    send_many(&mut bench, 3);
    bench.unblock_all(0);
    assert_eq!(bench.handlers(0), [10, 12, 35, 35, 35, 39, 39, 39]);
}

#[test]
fn sigsuspend_lets_in_what_its_mask_does_not_block_and_restores_the_mask() {
    let mut bench = Bench::new(1);
    catch_many(&mut bench, SigSet::EMPTY);
    send_many(&mut bench, 2);
    // What is pending already is noticed at once.
    assert_eq!(bench.step(0, Call::Sigsuspend { mask: SigSet::EMPTY }), INTERRUPTED);
    assert_eq!(bench.handlers(0), [39, 39, 35, 35, 12, 10]);
    assert_eq!(bench.current_mask(0), SigSet::ALL.minus(super::UNSTOPPABLE));

    catch_many(&mut bench, SigSet::ALL);
    send_many(&mut bench, 2);
    assert_eq!(bench.step(0, Call::Sigsuspend { mask: SigSet::EMPTY }), INTERRUPTED);
    // The mask comes back with the first handler, and blocks the others.
    assert_eq!(bench.handlers(0), [10]);
    bench.unblock_all(0);
    assert_eq!(bench.handlers(0), [12, 35, 35, 39, 39]);
}

#[test]
fn sigsuspend_waits_for_a_signal_that_is_caught() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::USR1, ActionFlags::RESTART, SigSet::EMPTY);
    bench.ignore(0, Signal::USR2);
    let blocked = set(&[Signal::USR1, Signal::TERM]);
    bench.mask(0, MaskChange::Set, blocked);
    bench.waits(0, Call::Sigsuspend { mask: set(&[Signal::TERM]) });
    // One that is ignored, one that is harmless, and one that its mask blocks.
    for signal in [Signal::USR2, Signal::CONT, Signal::TERM] {
        assert_eq!(bench.kill(1, 0, signal), OK);
        assert!(!bench.is_ready(0), "{signal:?}");
    }
    bench.kill(1, 0, Signal::USR1);
    assert!(bench.is_ready(0));
    // It is never restarted.
    assert_eq!(bench.step(0, Call::Sigsuspend { mask: SigSet::EMPTY }), INTERRUPTED);
    let (handler, info) = bench.handler(0).unwrap();
    assert_eq!((handler, info.pid), (10, bench.pid(1)));
    // The handler runs with the mask of sigsuspend.
    assert_eq!(bench.current_mask(0), set(&[Signal::TERM, Signal::USR1]));
    bench.kernel.handled(p(0));
    assert_eq!(bench.current_mask(0), blocked);
    assert_eq!(bench.pending(0), set(&[Signal::TERM]));
}

#[test]
fn what_is_ignored_does_not_end_sigsuspend_even_if_it_was_kept_while_blocked() {
    let mut bench = Bench::new(2);
    bench.block_all(0);
    bench.kill(1, 0, Signal::CHLD);
    bench.waits(0, Call::Sigsuspend { mask: SigSet::EMPTY });
    bench.catch(1, Signal::USR1, NONE, SigSet::EMPTY);
    bench.kill(1, 0, Signal::KILL);
    assert!(bench.is_dead(0));
}

#[test]
fn sigsuspend_may_let_in_what_kills() {
    let mut bench = Bench::new(2);
    bench.block_all(1);
    bench.kill(0, 1, Signal::TERM);
    assert!(!bench.is_dead(1));
    assert_eq!(bench.step(1, Call::Sigsuspend { mask: SigSet::EMPTY }), INTERRUPTED);
    assert_eq!(bench.kernel.deliver(p(1)), Delivery::Died);
    assert_eq!(bench.reap(0, Pid(-1), true).1, Ending::Killed(Signal::TERM));
}

#[test]
fn an_interruption_by_the_harness_restores_the_mask_too() {
    let faults = Faults { at_most: 1, interrupts: true, ..Faults::default() };
    let mut bench = Bench::with(Config { faults, ..Config::default() }, 1);
    bench.mask(0, MaskChange::Set, set(&[Signal::USR1]));
    bench.answer = 1;
    let call = Call::Sigsuspend { mask: SigSet::EMPTY };
    assert_eq!(bench.step(0, call), fails(Errno::EINTR));
    assert_eq!(bench.current_mask(0), set(&[Signal::USR1]));
}

#[test]
fn the_harness_interrupts_nobody_who_has_blocked_its_signal_or_taken_it_over() {
    let faults = Faults { at_most: 9, interrupts: true, ..Faults::default() };
    let all_but = |signal| SigSet::ALL.minus(set(&[signal]));
    for (mask, interrupted) in [
        (SigSet::EMPTY, true),
        (all_but(Signal::ALRM), true),
        (set(&[Signal::ALRM]), false),
        (all_but(Signal::USR1), false),
    ] {
        let expected = if interrupted { fails(Errno::EINTR) } else { Status::Waits };
        let mut bench = Bench::with(Config { faults, ..Config::default() }, 1);
        bench.answer = 1;
        assert_eq!(bench.step(0, Call::Sigsuspend { mask }), expected, "{mask:?}");
        let mut bench = Bench::with(Config { faults, ..Config::default() }, 1);
        bench.mask(0, MaskChange::Set, mask);
        bench.answer = 1;
        assert_eq!(bench.step(0, Call::Pause), expected, "{mask:?}");
    }
    let mut bench = Bench::with(Config { faults, ..Config::default() }, 1);
    bench.ignore(0, Signal::ALRM);
    bench.answer = 1;
    assert_eq!(bench.step(0, Call::Pause), Status::Waits);
}

#[test]
fn sets_are_told_by_what_is_fewer() {
    let two = set(&[Signal::USR1, Signal::USR2]);
    for (set, text) in [
        (SigSet::EMPTY, "{}"),
        (two, "{SIGUSR1, SIGUSR2}"),
        (SigSet::ALL, "{all}"),
        (SigSet::ALL.minus(super::UNSTOPPABLE), "{all}"),
        (SigSet::ALL.minus(two), "{all but SIGUSR1, SIGUSR2}"),
    ] {
        assert_eq!(set.to_string(), text);
    }
}

#[test]
fn what_is_blocked_and_what_is_pending_is_told() {
    let mut bench = Bench::new(2);
    assert_eq!(bench.kernel.signals(p(1)), None);
    bench.mask(1, MaskChange::Block, set(&[rt(0), Signal::USR1]));
    let blocks = "blocks {SIGUSR1, SIGRTMIN+0}; ";
    assert_eq!(bench.kernel.signals(p(1)), Some(format!("{blocks}nothing is pending")));
    bench.queue_signal(0, 1, rt(0), 7);
    bench.kill(0, 1, Signal::USR1);
    let pending = "pending: SIGUSR1, SIGRTMIN+0 with 7";
    assert_eq!(bench.kernel.signals(p(1)), Some(format!("{blocks}{pending}")));
}

#[test]
fn the_mask_changes_as_sigprocmask_says() {
    let mut bench = Bench::new(1);
    let (one, two) = (set(&[Signal::USR1]), set(&[Signal::USR2]));
    assert_eq!(bench.mask(0, MaskChange::Block, one), SigSet::EMPTY);
    assert_eq!(bench.mask(0, MaskChange::Block, two), one);
    assert_eq!(bench.mask(0, MaskChange::Unblock, one), one.and(two));
    assert_eq!(bench.mask(0, MaskChange::Set, one), two);
    assert_eq!(bench.current_mask(0), one);
    bench.mask(0, MaskChange::Set, SigSet::ALL);
    assert!(!bench.current_mask(0).contains(Signal::KILL));
    assert!(!bench.current_mask(0).contains(Signal::STOP));
    assert!(bench.current_mask(0).contains(Signal::TERM));
}

#[test]
fn sigaction_refuses_what_cannot_be_caught() {
    let mut bench = Bench::new(1);
    let action = Action { disposition: Disposition::Handler(1), ..Action::default() };
    for number in [-1, 0, 9, 19, 32, 33, 65] {
        let mut old = Action::default();
        let (signal, action) = (Signal(number), Some(action));
        let call = Call::Sigaction { signal, action, old: &mut old };
        assert_eq!(bench.step(0, call), fails(Errno::EINVAL), "{number}");
    }
    // Asking is allowed.
    assert_eq!(bench.action(0, Signal::KILL), Action::default());
    for number in [1, 31, 34, 64] {
        bench.act(0, Signal(number), action);
        assert_eq!(bench.action(0, Signal(number)), action);
    }
    // SIGKILL is never in the mask of a handler.
    bench.act(0, Signal::USR1, Action { mask: SigSet::ALL, ..action });
    assert!(!bench.action(0, Signal::USR1).mask.contains(Signal::KILL));
}

#[test]
fn a_handler_blocks_its_signal_and_its_mask_until_it_returns() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::USR1, NONE, set(&[Signal::USR2]));
    bench.catch(0, Signal::USR2, NONE, SigSet::EMPTY);
    bench.catch(0, Signal::TERM, NONE, SigSet::EMPTY);
    bench.kill(1, 0, Signal::USR1);
    assert_eq!(bench.handler(0).unwrap().0, 10);
    assert_eq!(bench.current_mask(0), set(&[Signal::USR1, Signal::USR2]));
    for signal in [Signal::USR1, Signal::USR2] {
        bench.kill(1, 0, signal);
        assert_eq!(bench.handler(0), None, "{signal:?}");
    }
    // Another one interrupts the handler.
    bench.kill(1, 0, Signal::TERM);
    assert_eq!(bench.handler(0).unwrap().0, 15);
    bench.kernel.handled(p(0));
    assert_eq!(bench.handler(0), None);
    // What the handler does to the mask ends with it.
    bench.block_all(0);
    bench.kernel.handled(p(0));
    assert_eq!(bench.handlers(0), [10, 12]);
    assert_eq!(bench.current_mask(0), SigSet::EMPTY);
}

#[test]
fn nodefer_lets_a_handler_be_interrupted_by_its_own_signal() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::USR1, ActionFlags::NODEFER, SigSet::EMPTY);
    for _ in 0..3 {
        bench.kill(1, 0, Signal::USR1);
        assert_eq!(bench.handler(0).unwrap().0, 10);
    }
    for _ in 0..3 {
        bench.kernel.handled(p(0));
        assert_eq!(bench.handler(0), None);
    }
}

#[test]
fn resethand_restores_the_default_as_the_handler_is_called() {
    let mut bench = Bench::new(2);
    bench.catch(1, Signal::USR1, ActionFlags::RESETHAND, SigSet::EMPTY);
    bench.kill(0, 1, Signal::USR1);
    assert_eq!(bench.handler(1).unwrap().0, 10);
    assert_eq!(bench.action(1, Signal::USR1).disposition, Disposition::Default);
    // It is blocked until the handler returns; then it kills.
    bench.kill(0, 1, Signal::USR1);
    assert!(!bench.is_dead(1));
    bench.kernel.handled(p(1));
    assert_eq!(bench.kernel.deliver(p(1)), Delivery::Died);
    assert!(bench.is_dead(1));
}

#[test]
fn the_limit_of_queued_signals_is_as_measured() {
    let mut bench = Bench::with(Config { signals_max: 2, ..Config::default() }, 1);
    bench.block_all(0);
    assert_eq!(bench.queue_signal(0, 0, rt(1), 7), OK);
    assert_eq!(bench.queue_signal(0, 0, rt(2), 7), OK);
    assert_eq!(bench.queue_signal(0, 0, rt(3), 7), fails(Errno::EAGAIN));
    for signal in [rt(3), rt(3), rt(1), Signal::USR2] {
        assert_eq!(bench.kill(0, 0, signal), OK);
    }
    assert_eq!(bench.queue_signal(0, 0, Signal::USR1, 7), OK);
    assert_eq!(bench.queue_signal(0, 0, Signal::TERM, 7), OK);
    let taken: Vec<_> = std::iter::from_fn(|| bench.take(0)).collect();
    let me = bench.pid(0);
    let bare = |signal| SigInfo { signal, ..NOTHING };
    let queued = |signal| SigInfo { signal, origin: Origin::Queue, pid: me, value: 7 };
    let told = SigInfo { pid: me, ..bare(Signal::USR2) };
    let (one, two) = (queued(rt(1)), queued(rt(2)));
    let expected = [bare(Signal::USR1), told, bare(Signal::TERM), one, two, bare(rt(3))];
    assert_eq!(taken, expected);
    // Standard ones count.
    bench.kill(0, 0, Signal::USR1);
    bench.kill(0, 0, Signal::USR2);
    assert_eq!(bench.queue_signal(0, 0, rt(3), 7), fails(Errno::EAGAIN));
    bench.take(0);
    assert_eq!(bench.queue_signal(0, 0, rt(3), 7), OK);
}

#[test]
fn a_signal_of_which_nothing_is_known_gives_way_to_one_with_its_number() {
    let mut bench = Bench::with(Config { signals_max: 1, ..Config::default() }, 1);
    bench.block_all(0);
    bench.kill(0, 0, Signal::USR1);
    bench.kill(0, 0, rt(1));
    bench.kill(0, 0, rt(2));
    assert_eq!(bench.take(0).unwrap().signal, Signal::USR1);
    assert_eq!(bench.queue_signal(0, 0, rt(1), 5), OK);
    let taken: Vec<_> = std::iter::from_fn(|| bench.take(0)).collect();
    let taken: Vec<_> = taken.iter().map(|info| (info.signal, info.value, info.pid)).collect();
    assert_eq!(taken, [(rt(1), 5, bench.pid(0)), (rt(2), 0, Pid(0))]);
}

#[test]
fn the_limit_is_one_for_all_processes() {
    let mut bench = Bench::with(Config { signals_max: 1, ..Config::default() }, 2);
    bench.block_all(0);
    bench.block_all(1);
    assert_eq!(bench.queue_signal(0, 1, rt(0), 0), OK);
    assert_eq!(bench.queue_signal(1, 0, rt(0), 0), fails(Errno::EAGAIN));
    // What is ignored needs no room.
    bench.unblock_all(0);
    bench.ignore(0, rt(0));
    assert_eq!(bench.queue_signal(1, 0, rt(0), 0), OK);
}

#[test]
fn kill_finds_fault_in_the_order_that_was_measured() {
    let mut bench = Bench::new(2);
    let me = bench.pid(0);
    let table = [
        (me, 0, Ok(0)),
        (me, -1, Err(Errno::EINVAL)),
        (me, 65, Err(Errno::EINVAL)),
        (me, 999, Err(Errno::EINVAL)),
        (Pid(99_999), 0, Err(Errno::ESRCH)),
        (Pid(99_999), 999, Err(Errno::ESRCH)),
        // Not modelled.
        (Pid(0), 10, Err(Errno::ENOSYS)),
        (Pid(-1), 10, Err(Errno::ENOSYS)),
        (Pid(-me.0), 10, Err(Errno::ENOSYS)),
        (super::OUTER_PID, 10, Err(Errno::ENOSYS)),
        (me, 32, Err(Errno::ENOSYS)),
        (me, 19, Err(Errno::ENOSYS)),
        (me, 20, Err(Errno::ENOSYS)),
    ];
    for (pid, signal, answer) in table {
        assert_eq!(bench.call(0, Call::Kill { pid, signal }), answer, "{pid:?} {signal}");
    }
    let table = [
        (me, 0, Ok(0)),
        (me, 999, Err(Errno::EINVAL)),
        (Pid(0), 10, Err(Errno::ESRCH)),
        (Pid(-1), 10, Err(Errno::ESRCH)),
        (Pid(99_999), 999, Err(Errno::ESRCH)),
        (super::OUTER_PID, 10, Err(Errno::ENOSYS)),
        (me, 19, Err(Errno::ENOSYS)),
    ];
    for (pid, signal, answer) in table {
        let call = Call::Sigqueue { pid, signal: Signal(signal), value: 0 };
        assert_eq!(bench.call(0, call), answer, "{pid:?} {signal}");
    }
}

#[test]
fn signals_to_a_zombie_succeed_and_to_one_that_was_waited_for_do_not() {
    let mut bench = Bench::new(2);
    bench.exit(1, 0);
    assert_eq!(bench.kill(0, 1, Signal::KILL), OK);
    assert_eq!(bench.kill(0, 1, Signal(0)), OK);
    assert_eq!(bench.queue_signal(0, 1, rt(0), 0), OK);
    let (status, ending) = bench.reap(0, Pid(-1), true);
    assert_eq!(status, Status::Done(Ok(bench.pid(1).answer())));
    assert_eq!(ending, Ending::Exited(0));
    assert_eq!(bench.kill(0, 1, Signal(0)), fails(Errno::ESRCH));
}

#[test]
fn by_default_a_signal_kills_at_once_unless_it_is_harmless() {
    for number in (1..=31).chain(34..=64) {
        let signal = Signal(number);
        let stops = (19..=22).contains(&number);
        for waits in [false, true] {
            let mut bench = Bench::new(2);
            if waits {
                bench.waits(1, Call::Pause);
            }
            let harmless = [17, 18, 23, 28].contains(&number);
            let expected = if stops { fails(Errno::ENOSYS) } else { OK };
            assert_eq!(bench.kill(0, 1, signal), expected);
            assert_eq!(bench.is_dead(1), !harmless && !stops, "{signal:?}");
            assert_eq!(bench.is_ready(1), !bench.is_dead(1) && !waits);
            if bench.is_dead(1) {
                assert_eq!(bench.step(1, Call::Pause), Status::Died);
                assert_eq!(bench.kernel.deliver(p(1)), Delivery::Died);
                assert_eq!(bench.reap(0, Pid(-1), true).1, Ending::Killed(signal));
            }
        }
    }
}

#[test]
fn a_process_may_kill_itself() {
    let mut bench = Bench::new(2);
    assert_eq!(bench.kill(1, 1, Signal::TERM), Status::Died);
    assert!(bench.is_dead(1));
    // Blocked, it survives until it unblocks it.
    bench.block_all(0);
    assert_eq!(bench.kill(0, 0, Signal::TERM), OK);
    bench.unblock_all(0);
    assert_eq!(bench.kernel.deliver(p(0)), Delivery::Died);
    // SIGKILL cannot be blocked.
    let mut bench = Bench::new(1);
    bench.block_all(0);
    assert_eq!(bench.kill(0, 0, Signal::KILL), Status::Died);
}

#[test]
fn a_signal_to_oneself_is_there_when_kill_returns() {
    let mut bench = Bench::new(1);
    bench.catch(0, Signal::USR1, NONE, SigSet::EMPTY);
    assert_eq!(bench.kill(0, 0, Signal::USR1), OK);
    assert_eq!(bench.handlers(0), [10]);
    assert!(bench.handlers(0).is_empty());
}

#[test]
fn what_kills_comes_before_the_first_instruction_of_a_handler() {
    let mut bench = Bench::new(2);
    bench.catch(1, Signal::USR1, NONE, SigSet::EMPTY);
    bench.block_all(1);
    bench.kill(0, 1, Signal::USR1);
    bench.kill(0, 1, Signal::TERM);
    bench.unblock_all(1);
    assert_eq!(bench.kernel.deliver(p(1)), Delivery::Died);
    // Unless the handler blocks it.
    let mut bench = Bench::new(2);
    bench.catch(1, Signal::USR1, NONE, SigSet::ALL);
    bench.block_all(1);
    bench.kill(0, 1, Signal::USR1);
    bench.kill(0, 1, Signal::TERM);
    bench.unblock_all(1);
    assert_eq!(bench.handler(1).unwrap().0, 10);
    bench.kernel.handled(p(1));
    assert_eq!(bench.kernel.deliver(p(1)), Delivery::Died);
}

#[test]
fn what_is_ignored_vanishes_unless_it_is_blocked() {
    let mut bench = Bench::new(2);
    bench.ignore(0, Signal::USR1);
    bench.kill(1, 0, Signal::USR1);
    bench.kill(1, 0, Signal::CHLD);
    bench.block_all(0);
    assert!(bench.take_all(0).is_empty());
    bench.kill(1, 0, Signal::USR1);
    bench.kill(1, 0, Signal::CHLD);
    assert_eq!(bench.pending(0), set(&[Signal::USR1, Signal::CHLD]));
    assert_eq!(bench.take_all(0), [Signal::USR1, Signal::CHLD]);
    bench.kill(1, 0, Signal::USR1);
    bench.unblock_all(0);
    assert!(bench.handlers(0).is_empty());
    bench.block_all(0);
    assert!(bench.take_all(0).is_empty());
}

#[test]
fn an_action_that_ignores_discards_what_is_pending() {
    let mut bench = Bench::new(2);
    bench.block_all(0);
    for signal in [Signal::USR1, Signal::CHLD, Signal::TERM, rt(0), rt(0)] {
        bench.kill(1, 0, signal);
    }
    bench.ignore(0, Signal::USR1);
    bench.ignore(0, rt(0));
    bench.act(0, Signal::CHLD, Action::default());
    // The default action of this one is to kill: it stays.
    bench.act(0, Signal::TERM, Action::default());
    assert_eq!(bench.take_all(0), [Signal::TERM]);
}

#[test]
fn sigpending_tells_what_is_blocked_and_pending() {
    let mut bench = Bench::new(2);
    bench.mask(0, MaskChange::Set, set(&[Signal::USR1, rt(3)]));
    assert_eq!(bench.pending(0), SigSet::EMPTY);
    bench.catch(0, Signal::USR2, NONE, SigSet::EMPTY);
    for signal in [Signal::USR1, Signal::USR2, rt(3), rt(3)] {
        bench.kill(1, 0, signal);
    }
    assert_eq!(bench.pending(0), set(&[Signal::USR1, rt(3)]));
}

#[test]
fn sigtimedwait_takes_the_lowest_of_its_set() {
    let mut bench = Bench::new(2);
    bench.block_all(0);
    bench.kill(1, 0, Signal::TERM);
    let wanted = set(&[Signal::USR1, Signal::USR2]);
    bench.waits(
        0,
        Call::Sigtimedwait { set: wanted, info: &mut { NOTHING }, timeout: Timeout::Never },
    );
    assert_eq!(bench.kernel.waiting(p(0)), Some(Waiting::SignalOf(wanted)));
    bench.kill(1, 0, Signal::USR2);
    bench.kill(1, 0, Signal::USR1);
    assert!(bench.is_ready(0));
    let (status, info) = bench.wait_for(0, wanted, Timeout::Never);
    assert_eq!((status, info.signal), (Status::Done(Ok(10)), Signal::USR1));
    let (status, info) = bench.wait_for(0, wanted, Timeout::Never);
    assert_eq!((status, info.signal), (Status::Done(Ok(12)), Signal::USR2));
    assert_eq!(bench.take_all(0), [Signal::TERM]);
}

#[test]
fn sigtimedwait_gives_up_when_its_time_is_over() {
    let mut bench = Bench::new(2);
    let wanted = set(&[Signal::USR1]);
    bench.block_all(0);
    assert_eq!(bench.wait_for(0, wanted, Timeout::After(0)).0, fails(Errno::EAGAIN));
    assert_eq!(bench.wait_for(0, wanted, Timeout::After(100)).0, Status::Waits);
    assert!(bench.is_ready(0), "time may pass");
    assert_eq!(bench.wait_for(0, wanted, Timeout::After(100)).0, fails(Errno::EAGAIN));
    let mut now = 0;
    bench.call(0, Call::ClockGettime { now: &mut now }).unwrap();
    assert_eq!(now, START + 100);
    // A signal that comes first is taken, and no time passes.
    assert_eq!(bench.wait_for(0, wanted, Timeout::After(100)).0, Status::Waits);
    bench.kill(1, 0, Signal::USR1);
    assert_eq!(bench.wait_for(0, wanted, Timeout::After(100)).0, Status::Done(Ok(10)));
    bench.call(0, Call::ClockGettime { now: &mut now }).unwrap();
    assert_eq!(now, START + 100);
}

#[test]
fn sigtimedwait_is_interrupted_by_another_signal_before_its_time_is_over() {
    let mut bench = Bench::new(2);
    let wanted = set(&[Signal::USR1]);
    bench.mask(0, MaskChange::Set, wanted);
    bench.catch(0, Signal::USR2, ActionFlags::RESTART, SigSet::EMPTY);
    for timeout in [Timeout::Never, Timeout::After(100)] {
        assert_eq!(bench.wait_for(0, wanted, timeout).0, Status::Waits);
        bench.kill(1, 0, Signal::USR2);
        assert!(bench.is_ready(0));
        assert_eq!(bench.wait_for(0, wanted, timeout).0, INTERRUPTED);
        assert_eq!(bench.handlers(0), [12]);
    }
    assert_eq!(bench.kernel.now, START);
}

#[test]
fn sigtimedwait_takes_what_would_be_caught() {
    let mut bench = Bench::new(2);
    let wanted = set(&[Signal::USR1]);
    bench.catch(0, Signal::USR1, NONE, SigSet::EMPTY);
    assert_eq!(bench.wait_for(0, wanted, Timeout::Never).0, Status::Waits);
    bench.kill(1, 0, Signal::USR1);
    assert_eq!(bench.wait_for(0, wanted, Timeout::Never).0, Status::Done(Ok(10)));
    assert!(bench.handlers(0).is_empty());
    // What is neither caught nor blocked kills, although it is waited for.
    assert_eq!(bench.wait_for(1, wanted, Timeout::Never).0, Status::Waits);
    bench.kill(0, 1, Signal::USR1);
    assert!(bench.is_dead(1));
}

#[test]
fn pause_returns_after_a_handler_and_sleeps_on_otherwise() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::USR1, ActionFlags::RESTART, SigSet::EMPTY);
    bench.waits(0, Call::Pause);
    bench.kill(1, 0, Signal::CONT);
    assert!(!bench.is_ready(0));
    bench.kill(1, 0, Signal::USR1);
    // Nothing is delivered behind the back of the call.
    assert_eq!(bench.kernel.deliver(p(0)), Delivery::Nothing);
    assert!(bench.is_ready(0));
    assert_eq!(bench.step(0, Call::Pause), INTERRUPTED);
    assert_eq!(bench.handlers(0), [10]);
    // A signal that came before it is lost to it.
    bench.kill(1, 0, Signal::USR1);
    assert_eq!(bench.handlers(0), [10]);
    bench.waits(0, Call::Pause);
}

#[test]
fn a_handler_may_wait_in_a_call_of_its_own() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::USR1, NONE, SigSet::EMPTY);
    bench.catch(0, Signal::USR2, NONE, SigSet::EMPTY);
    bench.kill(1, 0, Signal::USR1);
    assert_eq!(bench.handler(0).unwrap().0, 10);
    bench.waits(0, Call::Pause);
    bench.kill(1, 0, Signal::USR2);
    assert_eq!(bench.step(0, Call::Pause), INTERRUPTED);
    assert_eq!(bench.handler(0).unwrap().0, 12);
    bench.kernel.handled(p(0));
    assert_eq!(bench.handler(0), None);
    bench.kernel.handled(p(0));
    assert_eq!(bench.handler(0), None);
}

#[test]
fn with_restart_those_calls_start_anew_that_can() {
    let (mut buffer, mut priority, mut info) = ([0; 8], 0, NOTHING);
    let (mut ending, timeout) = (Ending::Exited(0), Timeout::Never);
    let (fd, set) = (Fd(3), SigSet::EMPTY);
    let restarted = [
        (Call::Read { fd, buffer: &mut [] }, true),
        (Call::Write { fd, bytes: b"" }, true),
        (Call::Open { path: "", flags: super::super::OpenFlags::RDONLY }, true),
        (Call::MqSend { fd, bytes: b"", priority: 0, timeout: Timeout::At(1) }, true),
        (Call::MqReceive { fd, buffer: &mut buffer, priority: &mut priority, timeout }, true),
        (Call::Waitpid { pid: Pid(-1), hang: true, ending: &mut ending }, true),
        (Call::Poll { fds: &mut [], timeout }, false),
        (Call::Sigtimedwait { set, info: &mut info, timeout }, false),
        (Call::Sigsuspend { mask: set }, false),
        (Call::Pause, false),
        (Call::Nanosleep { until: timeout }, false),
    ];
    for (call, restarts) in restarted {
        for flags in [NONE, ActionFlags::RESTART] {
            let mut bench = Bench::new(2);
            bench.catch(0, Signal::USR1, flags, SigSet::EMPTY);
            bench.waits(0, Call::Pause);
            let mut wait = bench.kernel.process_mut(p(0)).wait.take().unwrap();
            bench.kill(1, 0, Signal::USR1);
            let is_none = restarts && flags == ActionFlags::RESTART;
            let expected = Status::Interrupted((!is_none).then_some(Err(Errno::EINTR)));
            assert_eq!(bench.kernel.interrupted(p(0), &call, &wait), expected, "{call:?}");
            // What it has done so far is not done again.
            wait.done = 5;
            let expected = Status::Interrupted(Some(Ok(5)));
            assert_eq!(bench.kernel.interrupted(p(0), &call, &wait), expected, "{call:?}");
        }
    }
}

#[test]
fn the_first_signal_decides_whether_a_call_starts_anew() {
    for (flags, expected) in [
        ([NONE, ActionFlags::RESTART], INTERRUPTED),
        ([ActionFlags::RESTART, NONE], Status::Interrupted(None)),
    ] {
        let mut bench = Bench::new(2);
        bench.catch(0, Signal::USR1, flags[0], SigSet::EMPTY);
        bench.catch(0, Signal::USR2, flags[1], SigSet::EMPTY);
        assert_eq!(bench.reap(0, Pid(-1), true).0, Status::Waits);
        bench.kill(1, 0, Signal::USR2);
        bench.kill(1, 0, Signal::USR1);
        assert_eq!(bench.reap(0, Pid(-1), true).0, expected);
        assert_eq!(bench.handlers(0), [12, 10]);
        // Either way the process has left the call.
        assert_eq!(bench.kernel.waiting(p(0)), None);
    }
}

#[test]
fn the_parent_is_told_how_a_child_ended() {
    let mut bench = Bench::new(3);
    bench.catch(0, Signal::CHLD, NONE, SigSet::EMPTY);
    bench.exit(1, 0x1234);
    let pid = bench.pid(1);
    let info = SigInfo { signal: Signal::CHLD, origin: Origin::Kernel, pid, value: 0x34 };
    assert_eq!(bench.handler(0), Some((17, info)));
    bench.kernel.handled(p(0));
    bench.kill(0, 2, Signal::TERM);
    assert_eq!(bench.handler(0).unwrap().1.value, 15);
}

#[test]
fn two_children_may_send_one_sigchld() {
    let mut bench = Bench::new(3);
    bench.catch(0, Signal::CHLD, NONE, SigSet::EMPTY);
    bench.block_all(0);
    bench.exit(2, 0);
    bench.exit(1, 0);
    bench.unblock_all(0);
    assert_eq!(bench.handler(0).unwrap().1.pid, bench.pid(2));
    bench.kernel.handled(p(0));
    assert_eq!(bench.handler(0), None);
}

#[test]
fn waitpid_returns_before_sigchld_is_handled() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::CHLD, NONE, SigSet::EMPTY);
    assert_eq!(bench.reap(0, Pid(-1), true).0, Status::Waits);
    assert!(!bench.is_ready(0));
    bench.exit(1, 3);
    assert!(bench.is_ready(0));
    let (status, ending) = bench.reap(0, Pid(-1), true);
    assert_eq!(status, Status::Done(Ok(bench.pid(1).answer())));
    assert_eq!(ending, Ending::Exited(3));
    assert_eq!(bench.handlers(0), [17]);
}

#[test]
fn who_ignores_sigchld_has_no_zombies() {
    for pid in [Pid(-1), Bench::new(2).pid(1)] {
        let mut bench = Bench::new(2);
        bench.ignore(0, Signal::CHLD);
        assert_eq!(bench.reap(0, pid, true).0, Status::Waits);
        bench.exit(1, 0);
        assert!(bench.is_ready(0));
        assert_eq!(bench.reap(0, pid, true).0, fails(Errno::ECHILD));
        assert_eq!(bench.kill(0, 1, Signal(0)), fails(Errno::ESRCH));
    }
    // One that was there before stays.
    let mut bench = Bench::new(2);
    bench.exit(1, 0);
    bench.ignore(0, Signal::CHLD);
    assert_eq!(bench.reap(0, Pid(-1), true).1, Ending::Exited(0));
}

#[test]
fn a_child_has_the_mask_and_the_actions_but_not_what_is_pending() {
    let mut bench = Bench::new(1);
    let mut kernel = super::super::Simulated::new(Config::default(), 2);
    std::mem::swap(&mut bench.kernel, &mut kernel);
    bench.catch(0, Signal::USR1, NONE, SigSet::EMPTY);
    bench.mask(0, MaskChange::Set, set(&[Signal::USR2, Signal::USR1]));
    bench.kill(0, 0, Signal::USR1);
    bench.kernel.fork(p(0), p(1));
    assert_eq!(bench.current_mask(1), set(&[Signal::USR2, Signal::USR1]));
    assert_eq!(bench.action(1, Signal::USR1), bench.action(0, Signal::USR1));
    assert_eq!(bench.pending(1), SigSet::EMPTY);
    assert_eq!(bench.pending(0), set(&[Signal::USR1]));
    // From then on they are their own.
    bench.unblock_all(1);
    assert!(bench.handlers(1).is_empty());
    bench.ignore(1, Signal::USR1);
    assert_eq!(bench.action(0, Signal::USR1).disposition, Disposition::Handler(10));
}

#[test]
fn what_the_kernel_raises_looks_as_if_the_process_had_sent_it() {
    let mut bench = Bench::new(2);
    bench.catch(0, Signal::PIPE, NONE, SigSet::EMPTY);
    bench.kernel.raise(p(0), Signal::PIPE);
    let pid = bench.pid(0);
    let info = SigInfo { signal: Signal::PIPE, origin: Origin::User, pid, value: 0 };
    assert_eq!(bench.handler(0), Some((13, info)));
    bench.kernel.raise(p(1), Signal::PIPE);
    assert!(bench.is_dead(1));
}

#[test]
fn what_happened_and_is_over_leaves_no_trace() {
    let mut bench = Bench::new(2);
    let before = bench.kernel.clone();
    bench.catch(0, Signal::USR1, NONE, SigSet::EMPTY);
    bench.kill(1, 0, Signal::USR1);
    bench.handlers(0);
    bench.act(0, Signal::USR1, Action::default());
    bench.block_all(0);
    bench.kill(1, 0, rt(1));
    bench.take(0);
    bench.unblock_all(0);
    assert_eq!(bench.kernel, before);
    assert_eq!(bench.kernel.digest(), before.digest());
}
