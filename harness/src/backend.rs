//! Where do the shims' operations go: to the model of the running execution, or, outside of one, to
//! the machine? This file alone knows; it holds the crate's only thread-locals.
//!
//! `unsafe` here is one thing: the pointer to the running execution. It is set for the time of
//! [`execute`] only, and every reference made from it lives within one closure in which no fiber is
//! switched, so that there is never more than one.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "`with` calls functions of executions of any lifetime; a method is of one"
)]

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::choice::{Pending, Strategy};
use crate::engine::{
    Arrival, Body, Call, Called, Cause, Delivered, Engine, Execution, Fiber, Handler, Load, Loans,
    Opaque, Operation, Outcome, PlainRead, PlainWrite, Reply, Settings, Stopped, Store, Suspender,
    Update, Waitable, code, decoded,
};
use crate::event::{EventKind, LocationId, Observer, Section, Site};
use crate::kernel::{self, Answer, Pid};
use crate::process::{PROCESSES_MAX, ProcessId};

thread_local! {
    /// The execution that this thread is running; null outside of one.
    static CURRENT: Cell<*mut Execution<'static>> = const { Cell::new(ptr::null_mut()) };
    /// Where the running process last touched a shared variable in the section that it is in. (The
    /// process that runs on is always the one that did something last.)
    static TOUCHED: Cell<Option<Site>> = const { Cell::new(None) };
    /// Whether code of a student's that foretells something runs on this thread.
    static FORETELLS: Cell<bool> = const { Cell::new(false) };
    /// Whether panics on this thread are to be kept instead of printed, and the last one kept.
    static CAPTURING: Cell<bool> = const { Cell::new(false) };
    static CAPTURED: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// A panic of student code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The message.
    pub message: String,
    /// Where, as `file:line`.
    pub site: String,
}

/// Calls `f` with the running execution, if there is one.
#[inline]
fn with<R>(f: impl FnOnce(&mut Execution<'_>) -> R) -> Option<R> {
    let current = CURRENT.get();
    // SAFETY: the pointer is null or set by `execute`, which keeps the execution alive and does not
    // touch it otherwise; no caller switches fibers within `f` or calls `with` again.
    unsafe { current.as_mut() }.map(f)
}

/// Restores the thread's state when an execution ends, however it ends.
struct Restore(*mut Execution<'static>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Runs one execution of `body`, if `strategy` has another one to offer.
pub fn execute(
    engine: &mut Engine,
    body: &dyn Body,
    settings: &Settings,
    strategy: &mut dyn Strategy,
    observer: &mut dyn Observer,
) -> Option<Outcome> {
    if !strategy.begin() {
        return None;
    }
    let processes = body.processes();
    while engine.fibers.len() < processes {
        engine.fibers.push(Fiber::new());
    }
    engine.state.reset(settings.model, processes);
    let mut execution = Execution::new(&mut engine.state, strategy, observer, settings);
    execution.boot();
    CAPTURED.take();
    let restore = Restore(CURRENT.get());
    CURRENT.set((&raw mut execution).cast());

    let jobs: [_; PROCESSES_MAX] = std::array::from_fn(|index| {
        move |suspender: Suspender| {
            let process = ProcessId::new(index);
            with(|execution| execution.started(process, suspender));
            body.run(process);
        }
    });
    let after = |process: ProcessId, stopped: Stopped| match stopped {
        Stopped::Suspended => {}
        Stopped::Finished => {
            with(|execution| execution.finished(process));
        }
        Stopped::Panicked => {
            let panic = take_panic();
            with(|execution| {
                execution.end(Outcome::Panicked {
                    process: Some(process),
                    message: panic.message,
                    site: panic.site,
                });
            });
        }
    };
    for process in ProcessId::all(processes) {
        TOUCHED.set(None);
        with(|execution| execution.start(process));
        let fiber = &mut engine.fibers[process.index()];
        // SAFETY: `jobs` outlives every run: below, each fiber has finished or is unwound.
        let stopped = unsafe { fiber.start(&jobs[process.index()]) };
        after(process, stopped);
    }
    with(|execution| execution.begin());
    while let Some(process) = with(|execution| execution.next()).flatten() {
        let stopped = engine.fibers[process.index()].resume();
        after(process, stopped);
    }
    // Twice, since one may wait for the other.
    for process in ProcessId::all(processes).chain(ProcessId::all(processes)) {
        let fiber = &mut engine.fibers[process.index()];
        if fiber.is_busy() && with(|execution| execution.run_out(process)) == Some(true) {
            fiber.resume();
        }
    }
    with(|execution| execution.run_out_no_more());
    for fiber in &mut engine.fibers {
        fiber.unwind();
    }
    CAPTURED.take(); // a panic on the way out is nobody's
    drop(restore);
    Some(execution.conclude())
}

/// Calls `f`, which runs student code outside of an execution; a panic is kept and returned.
pub fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Panic> {
    install_hook();
    CAPTURING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    CAPTURING.set(false);
    result.map_err(|_| take_panic())
}

/// The same for code that foretells what comes of other code.
pub fn foretell<R>(f: impl FnOnce() -> R) -> Result<R, Panic> {
    FORETELLS.set(true);
    let result = catch(f);
    FORETELLS.set(false);
    result
}

/// Whether this thread runs code that foretells. For a signal handler.
pub fn foretells() -> bool {
    FORETELLS.get()
}

fn take_panic() -> Panic {
    CAPTURED.take().unwrap_or_else(|| Panic {
        message: "a panic without a message".to_owned(),
        site: "an unknown place".to_owned(),
    })
}

/// Keeps the panics of student code, which are results and not noise; leaves all others alone.
pub fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if CURRENT.get().is_null() && !CAPTURING.get() {
                return previous(info);
            }
            let message = info.payload_as_str().unwrap_or("a panic without a message").to_owned();
            let site = info.location().map_or_else(
                || "an unknown place".to_owned(),
                |location| format!("{}:{}", location.file(), location.line()),
            );
            // A destructor may panic too; the first one is the cause.
            CAPTURED.with_borrow_mut(|captured| {
                captured.get_or_insert(Panic { message, site });
            });
        }));
    });
}

/// Where a process is.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts {
    /// Which.
    pub process: ProcessId,
    /// In which section of its cycle.
    pub section: Section,
    /// Where in that section it last touched a shared variable, if it did.
    pub touched: Option<Site>,
}

/// Where the running process of this thread's execution is. For a signal handler that interrupts
/// student code which does not return: it only reads, and allocates nothing.
pub fn whereabouts() -> Option<Whereabouts> {
    let current: *const Execution<'static> = CURRENT.get();
    // SAFETY: as in `with`; student code is interrupted, so that nobody is inside of a `with`. (It is
    // otherwise when the stack ends just in there; then these plain fields are read all the same, and
    // the process ends right afterwards.)
    let (process, section) = unsafe { current.as_ref() }?.whereabouts();
    Some(Whereabouts { process, section, touched: TOUCHED.get() })
}

/// A variable, as an operation on it sees it.
#[derive(Clone, Copy)]
pub(crate) struct Variable<'a> {
    /// Which location of which execution it is.
    pub tag: &'a AtomicU64,
    /// Its value outside of executions.
    pub outside: u64,
}

/// One operation on a variable. `None`: there is no execution to perform it in; the caller turns to
/// the machine.
///
/// Student code is compiled in another crate, and less eagerly. So it calls one of the functions
/// below, and from there on everything is inlined.
#[expect(
    clippy::inline_always,
    reason = "the path from a call to the memory is one piece: measured"
)]
#[inline(always)]
fn operate<O: Operation>(variable: Variable<'_>, call: Call, operation: O) -> Option<Reply> {
    let locate =
        |execution: &mut Execution<'_>| execution.locate(variable.tag, variable.outside, call.site);
    operate_at(locate, call, operation)
}

/// The same, on a location that the execution finds.
#[expect(
    clippy::inline_always,
    reason = "the path from a call to the memory is one piece: measured"
)]
#[inline(always)]
fn operate_at<O: Operation>(
    locate: impl FnOnce(&mut Execution<'_>) -> LocationId,
    call: Call,
    mut operation: O,
) -> Option<Reply> {
    if std::thread::panicking() {
        return None; // a destructor, while the stack unwinds
    }
    let code = call.code();
    let (location, arrival) = with(|execution| {
        let location = locate(execution);
        (location, execution.arrive(O::pending(location), code, Some(location)))
    })?;
    if let Arrival::Switch(mine) = arrival {
        suspend(mine);
    } else if !matches!(arrival, Arrival::Go) {
        return do_without(arrival, &mut operation, location);
    }
    let reply = with(|execution| execution.perform(&mut operation, call, code, location)).flatten();
    TOUCHED.set(Some(call.site));
    if reply.is_none() {
        return end(&mut operation, location);
    }
    reply
}

/// An operation that is not performed.
#[cold]
fn do_without<O: Operation>(
    arrival: Arrival,
    operation: &mut O,
    location: LocationId,
) -> Option<Reply> {
    if let Arrival::Answer(answer) = arrival {
        let wrote = !answer.spurious && operation.writes(answer.value).is_some();
        return Some(Reply { value: answer.value, wrote });
    }
    with(|execution| execution.perform_alone(operation, location))
}

/// The execution is over. The operation, should the process go on, is none of it.
#[cold]
fn end<O: Operation>(operation: &mut O, location: LocationId) -> Option<Reply> {
    if with(|execution| execution.is_running_out()) == Some(false) {
        leave();
    }
    with(|execution| execution.perform_alone(operation, location))
}

/// An atomic load.
pub(crate) fn load(variable: Variable<'_>, call: Call, ordering: Ordering) -> Option<u64> {
    operate(variable, call, Load { ordering }).map(|reply| reply.value)
}

/// An atomic store.
pub(crate) fn store(
    variable: Variable<'_>,
    call: Call,
    value: u64,
    ordering: Ordering,
) -> Option<()> {
    operate(variable, call, Store { value, ordering }).map(drop)
}

/// An atomic read-modify-write.
pub(crate) fn update(variable: Variable<'_>, call: Call, update: Update<'_>) -> Option<Reply> {
    operate(variable, call, update)
}

/// A read of non-atomic data.
pub(crate) fn plain_read(variable: Variable<'_>, call: Call) -> Option<u64> {
    operate(variable, call, PlainRead).map(|reply| reply.value)
}

/// A write of non-atomic data.
pub(crate) fn plain_write(variable: Variable<'_>, call: Call, value: u64) -> Option<()> {
    operate(variable, call, PlainWrite { value }).map(drop)
}

/// A fence. `None`: there is no execution.
pub(crate) fn fence(site: Site, ordering: Ordering) -> Option<()> {
    let code = code(site, "fence", 0);
    match with(|execution| execution.arrive(Pending::Silent, code, None))? {
        Arrival::Go => {}
        Arrival::Switch(mine) => switch(mine)?,
        Arrival::Answer(_) | Arrival::Alone => return Some(()),
    }
    TOUCHED.set(Some(site));
    with(|execution| execution.fence(ordering, site, code))
}

/// A step without effect: `spin_loop`, `yield_now`, the rest in the remainder section. `None`: there
/// is no execution.
pub(crate) fn pause(site: Site) -> Option<()> {
    match with(|execution| execution.arrive_at_pause())? {
        Arrival::Go => {}
        Arrival::Switch(mine) => switch(mine)?,
        Arrival::Answer(_) | Arrival::Alone => return Some(()),
    }
    TOUCHED.set(Some(site));
    with(|execution| execution.pause(site))
}

/// The process that runs, if there is an execution.
pub(crate) fn running() -> Option<ProcessId> {
    with(|execution| execution.running())
}

/// What the solution of the running execution may use; outside of one, everything.
pub(crate) fn loans() -> Loans {
    with(|execution| execution.loans()).unwrap_or(Loans::ALL)
}

/// How many processes the running execution has.
pub(crate) fn processes() -> Option<usize> {
    with(|execution| execution.processes())
}

/// What the location of a variable is called in the running execution.
pub(crate) fn locate(variable: Variable<'_>, site: Site) -> Option<LocationId> {
    with(|execution| execution.locate(variable.tag, variable.outside, site))
}

/// The running process is about to sleep: whether it wakes up spuriously at once. `None`: there is no
/// execution.
pub(crate) fn wakes_up(site: Site) -> Option<bool> {
    if std::thread::panicking() {
        return None;
    }
    let code = code(site, "sleep", 0);
    match with(|execution| execution.arrive_to_sleep(code))? {
        Some(Arrival::Go) => {}
        Some(Arrival::Switch(mine)) => switch(mine)?,
        None | Some(Arrival::Answer(_) | Arrival::Alone) => return Some(false),
    }
    let answer = with(|execution| execution.wakes_up(site, code)).flatten();
    if answer.is_none() {
        leave();
    }
    answer
}

/// The running process sleeps until there is something to take, and takes it. `None`: there is no
/// execution.
fn take(
    locate: impl FnOnce(&mut Execution<'_>) -> LocationId,
    call: Call,
    cause: Cause,
) -> Option<LocationId> {
    if std::thread::panicking() {
        return None;
    }
    let (me, location, mut arrival) = with(|execution| {
        let (me, location) = (execution.running(), locate(execution));
        let arrival = execution.arrive_to_take(location, cause, call.site);
        (me, location, arrival)
    })?;
    loop {
        match arrival {
            Arrival::Go => {}
            Arrival::Switch(mine) => switch(mine)?,
            Arrival::Answer(_) | Arrival::Alone => return Some(location),
        }
        match with(|execution| execution.take(call, location)).flatten() {
            Some(true) => return Some(location),
            Some(false) => arrival = with(|execution| execution.give_way(me))?,
            None => {
                leave();
                return None;
            }
        }
    }
}

/// Something is put where others take it. `None`: there is no execution.
fn give(
    locate: impl FnOnce(&mut Execution<'_>) -> LocationId,
    call: Call,
    ordering: Ordering,
    function: &mut dyn FnMut(u64) -> Option<u64>,
) -> Option<()> {
    let mut location = None;
    let update = Update { success: ordering, failure: Ordering::Relaxed, weak: false, function };
    operate_at(
        |execution| {
            let found = locate(execution);
            location = Some(found);
            found
        },
        call,
        update,
    )?;
    let location = location?;
    with(|execution| execution.settle(location))
}

/// `park`: takes the token of the running process, and sleeps until it is there.
pub(crate) fn take_token(call: Call) -> Option<()> {
    let token = |execution: &mut Execution<'_>| {
        let me = execution.running();
        execution.waitable(Waitable::Token(me))
    };
    take(token, call, Cause::Park).map(drop)
}

/// `unpark`: puts the token of `process` there.
pub(crate) fn give_token(call: Call, process: ProcessId) -> Option<()> {
    let token = |execution: &mut Execution<'_>| execution.waitable(Waitable::Token(process));
    give(token, call, Ordering::Release, &mut |_| Some(1))
}

/// Sleeps until the alarm of the running process rings.
pub(crate) fn take_alarm(call: Call, cause: Cause) -> Option<()> {
    let alarm = |execution: &mut Execution<'_>| {
        let me = execution.running();
        execution.waitable(Waitable::Alarm(me))
    };
    take(alarm, call, cause).map(drop)
}

/// Rings the alarm of `process`.
pub(crate) fn give_alarm(call: Call, process: ProcessId, ordering: Ordering) -> Option<()> {
    let alarm = |execution: &mut Execution<'_>| execution.waitable(Waitable::Alarm(process));
    give(alarm, call, ordering, &mut |_| Some(1))
}

/// Who sleeps on the futex at `word`; the futex is what orders it.
pub(crate) fn load_queue(call: Call, word: LocationId) -> Option<u64> {
    let queue = |execution: &mut Execution<'_>| execution.waitable(Waitable::Queue(word));
    let look = Opaque(Load { ordering: Ordering::Acquire });
    operate_at(queue, call, look).map(|reply| reply.value)
}

/// Changes who sleeps on the futex at `word`.
pub(crate) fn update_queue(
    call: Call,
    word: LocationId,
    function: &mut dyn FnMut(u64) -> Option<u64>,
) -> Option<Reply> {
    let queue = |execution: &mut Execution<'_>| execution.waitable(Waitable::Queue(word));
    let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
    operate_at(queue, call, Opaque(Update { success, failure, weak: false, function }))
}

/// Enters a guard, whose variable is 1 while nobody is in it; sleeps until it is free.
pub(crate) fn enter_guard(variable: Variable<'_>, call: Call) -> Option<()> {
    let guard =
        |execution: &mut Execution<'_>| execution.locate(variable.tag, variable.outside, call.site);
    let location = take(guard, call, Cause::Guard)?;
    with(|execution| execution.hold(location))
}

/// Takes a permit, of which the variable holds the number; sleeps until there is one.
pub(crate) fn take_permit(variable: Variable<'_>, call: Call) -> Option<()> {
    let permits =
        |execution: &mut Execution<'_>| execution.locate(variable.tag, variable.outside, call.site);
    take(permits, call, Cause::Permit).map(drop)
}

/// Gives a permit back.
pub(crate) fn give_permit(variable: Variable<'_>, call: Call) -> Option<()> {
    let permits =
        |execution: &mut Execution<'_>| execution.locate(variable.tag, variable.outside, call.site);
    give(permits, call, Ordering::Release, &mut |permits| permits.checked_add(1))
}

/// Leaves a guard. Whoever is not in it ends the execution.
pub(crate) fn leave_guard(variable: Variable<'_>, call: Call) -> Option<()> {
    if std::thread::panicking() {
        return None;
    }
    let location = locate(variable, call.site)?;
    if !with(|execution| execution.check_holder(location, call.site))? {
        leave();
        return None;
    }
    give(|_| location, call, Ordering::Release, &mut |_| Some(1))?;
    with(|execution| execution.release(location))
}

/// The running process goes from one section of its cycle to the next.
pub(crate) fn section(kind: EventKind) {
    TOUCHED.set(None);
    let over = with(|execution| {
        execution.section(kind);
        execution.is_over() && !execution.is_running_out()
    });
    if over == Some(true) {
        leave();
    }
}

/// Makes a system call, on the machine of the running execution. `None`: there is none.
pub(crate) fn system_call(site: Site, code: u64, call: &mut kernel::Call<'_>) -> Option<Answer> {
    if std::thread::panicking() {
        return None;
    }
    match with(|execution| execution.kernel().is_some().then(|| execution.arrive_to_call(code)))?? {
        Arrival::Go => {}
        Arrival::Switch(mine) => switch(mine)?,
        Arrival::Answer(tried) => return Some(decoded(tried)),
        // The execution is over: nothing is called any more.
        Arrival::Alone => return leave_for_good(),
    }
    TOUCHED.set(Some(site));
    run_handlers()?;
    loop {
        match with(|execution| execution.call(call, code, site))? {
            Called::Returned(answer) => {
                run_handlers()?;
                return Some(answer);
            }
            Called::Exited => return Some(Ok(0)),
            Called::Waits(mine) => switch(mine)?,
            Called::Died(mine) => return bury(mine),
            Called::Interrupted(answer) => {
                run_handlers()?;
                if answer.is_some() {
                    return answer;
                }
            }
            Called::Over => return leave_for_good(),
        }
    }
}

/// Runs the handlers of the signals that are to be delivered to the running process. `None`: it is no more.
fn run_handlers() -> Option<()> {
    loop {
        match with(|execution| execution.deliver())? {
            Delivered::Nothing => return Some(()),
            Delivered::Handler(handler, info) => {
                handler(&info);
                // To return from it is sigreturn(2), a call of its own: until then others step, and the mask is the
                // handler's.
                if let Arrival::Switch(mine) = with(|execution| execution.arrive_to_return())? {
                    switch(mine)?;
                }
                run_handlers()?;
                with(|execution| execution.handled(&info));
            }
            Delivered::Died(mine) => return bury(mine),
        }
    }
}

/// Suspends a process that is no more. It is unwound when the execution is over.
#[cold]
fn bury<R>(mine: Suspender) -> Option<R> {
    let _ = switch(mine);
    leave_for_good()
}

/// Suspends a process whose execution is over.
#[cold]
fn leave_for_good<R>() -> Option<R> {
    leave();
    None
}

/// Knows a handler of the running process, by the number that is returned. `None`: there is no execution.
pub(crate) fn install_handler(handler: Handler) -> Option<u32> {
    with(|execution| execution.install(handler))
}

/// All other processes begin, as children of the running one.
pub fn fork_all() {
    with(|execution| execution.fork_all());
}

/// From now on the running process may die, if its machine has a fault left.
pub(crate) fn expose() {
    with(|execution| execution.expose());
}

/// By which number that process is known to others, on the machine of the running execution.
pub(crate) fn pid_of(process: ProcessId) -> Pid {
    with(|execution| execution.kernel().map(|kernel| kernel.pid(process)))
        .flatten()
        .unwrap_or(Pid(0))
}

/// The running process ends: exit(3).
#[track_caller]
pub fn exit() {
    let site = panic::Location::caller();
    system_call(site, code(site, "exit", 0), &mut kernel::Call::Exit { status: 0 });
}

/// The running process waits until it is born.
pub fn wait_for_birth() {
    if let Some(Arrival::Switch(mine)) = with(|execution| execution.arrive_to_be_born())
        && switch(mine).is_some()
    {
        with(|execution| execution.got_on());
    }
}

/// The value that the running execution knows for a variable.
pub(crate) fn latest(tag: &AtomicU64) -> Option<u64> {
    with(|execution| execution.latest(tag)).flatten()
}

/// Lets another process run. `None`: this code is a destructor that runs while the stack unwinds; it
/// must not unwind again, and what it does no longer matters.
#[inline]
fn switch(mine: Suspender) -> Option<()> {
    if std::thread::panicking() {
        return None;
    }
    suspend(mine);
    Some(())
}

/// Lets another process run. `mine` is the suspender of the running process.
#[inline]
fn suspend(mine: Suspender) {
    // SAFETY: the suspender of the running process was made for the fiber that this code runs on;
    // its job has not ended, since this is it.
    unsafe { mine.suspend() };
}

/// Leaves the execution, which is over.
#[cold]
fn leave() {
    if let Some(mine) = with(|execution| execution.suspender()) {
        let _ = switch(mine);
    }
}
