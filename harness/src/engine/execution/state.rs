//! What an execution keeps between two steps, in buffers that serve the next one too.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::fiber::Suspender;
use super::super::spin::{Ledger, Run, Signature, Trial, Turning};
use super::Outcome;
use super::sleeping::{Waitable, Wanted};
use crate::choice::Turn;
use crate::event::LocationId;
use crate::kernel::{SigInfo, Simulated};
use crate::memory::{Memory, Model};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::trace::Schedule;

/// A turn of a waiting loop that nobody has tried out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrialRequest {
    pub(super) signature: Signature,
    pub(super) process: ProcessId,
    /// After how many steps of the execution the process arrived at the end of that turn.
    pub(super) steps: usize,
}

/// One process, seen from inside the execution.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Local {
    pub(super) suspender: Option<Suspender>,
    pub(super) run: Run,
    /// Memory fairness: its reads take the latest write, since the last turn of its waiting loop
    /// read an older one (Lahav et al., OOPSLA'21).
    pub(super) fresh: bool,
    /// What it waits for, while it is parked.
    pub(super) awaits: Vec<(LocationId, u64)>,
    /// Whether the turn after which it was parked is evidence of waiting.
    pub(super) spurious: bool,
    /// What it is about to take, or sleeps for.
    pub(super) wants: Option<Wanted>,
    /// Whether it has woken up spuriously in this execution.
    pub(super) woke_up: bool,
    /// Whether its last step was a pause. Others need no second chance to run before it has done
    /// something: pauses in a row are one step, however long a process backs off.
    pub(super) paused: bool,
    /// Whether it has been told that it is no more.
    pub(super) buried: bool,
    /// Whether it waits in a system call.
    pub(super) waits_in_call: bool,
    /// A digest of the system calls that it has made and of what they were answered, which is all that
    /// its code depends on.
    pub(super) history: u128,
    /// The handlers of signals that it has installed, by the number under which the kernel knows them.
    pub(in crate::engine) handlers: Vec<Handler>,
}

/// What a process does about a signal.
pub(crate) type Handler = Rc<dyn Fn(&SigInfo)>;

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local")
            .field("run", &self.run)
            .field("wants", &self.wants)
            .finish_non_exhaustive()
    }
}

/// The buffers of executions: reused, so that an execution allocates nothing.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) memory: Memory,
    pub(in crate::engine) turn: Turn,
    pub(in crate::engine) schedule: Schedule,
    /// Identifies the execution in the tags of student variables; never zero.
    pub(super) stamp: u64,
    pub(super) processes: usize,
    pub(super) alive: ProcessSet,
    pub(super) parked: ProcessSet,
    pub(super) steps: u32,
    /// Processes are being started, one after the other: nobody steps yet.
    pub(super) starting: bool,
    pub(super) locals: [Local; PROCESSES_MAX],
    pub(super) running: ProcessId,
    /// How many processes have arrived before something that they take.
    pub(super) arrivals: u32,
    /// What is used by name: the tokens of `park`, the queues of futexes.
    pub(in crate::engine) waitables: Vec<(Waitable, LocationId)>,
    /// Who is in which guard.
    pub(super) holders: Vec<(LocationId, ProcessId)>,
    pub(super) outcome: Option<Outcome>,
    /// Who slept when the execution was over, and for what.
    pub(super) sleepers: Vec<(ProcessId, Wanted)>,
    /// Operations that the running process may still do although the execution is over.
    pub(super) alone: u32,
    pub(super) ledger: Ledger,
    pub(in crate::engine) trial_requests: Vec<TrialRequest>,
    /// The turn to try out in this execution, and its trial once it is under way.
    pub(in crate::engine) wanted_trial: Option<TrialRequest>,
    pub(super) trial: Option<Trial>,
    /// The machine, if system calls are made.
    pub(in crate::engine) kernel: Option<Simulated>,
}

/// Numbers executions over all threads, so that no two share a stamp.
static STAMPS: AtomicU64 = AtomicU64::new(1);

/// Moves on as operations are performed, for the watchdog: it stands still while student code runs
/// on without a preemption point.
pub(crate) static HEARTBEAT: AtomicU64 = AtomicU64::new(0);

/// Operations between two beats. (Every execution begins with one.)
pub(super) const STEPS_PER_BEAT: u32 = 64;

pub(super) fn beat() {
    // Who else beats does not matter, as long as it does not stand still.
    HEARTBEAT.store(HEARTBEAT.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// The low bits of a variable's tag number its location; the others hold the stamp.
pub(super) const LOCATION_BITS: u32 = 20;

impl State {
    pub(in crate::engine) fn new() -> Self {
        Self {
            memory: Memory::new(),
            turn: Turn::default(),
            schedule: Schedule::new(1),
            stamp: 0,
            processes: 0,
            alive: ProcessSet::EMPTY,
            parked: ProcessSet::EMPTY,
            steps: 0,
            starting: false,
            locals: std::array::from_fn(|_| Local::default()),
            running: ProcessId::new(0),
            arrivals: 0,
            waitables: Vec::new(),
            holders: Vec::new(),
            outcome: None,
            sleepers: Vec::new(),
            alone: 0,
            ledger: Ledger::default(),
            trial_requests: Vec::new(),
            wanted_trial: None,
            trial: None,
            kernel: None,
        }
    }

    /// Makes ready for another execution.
    pub(crate) fn reset(&mut self, model: Model, processes: usize) {
        beat();
        self.memory.reset(model, processes);
        self.turn = Turn::default();
        self.schedule.restart(processes);
        self.stamp = STAMPS.fetch_add(1, Ordering::Relaxed);
        // Those of the execution before, and those of this one.
        let used = self.processes.max(processes);
        self.processes = processes;
        self.alive = ProcessSet::first(processes);
        self.parked = ProcessSet::EMPTY;
        self.steps = 0;
        self.starting = true;
        for local in &mut self.locals[..used] {
            local.suspender = None;
            local.run.clear();
            local.fresh = false;
            local.awaits.clear();
            local.spurious = false;
            local.wants = None;
            local.woke_up = false;
            local.paused = false;
            local.buried = false;
            local.waits_in_call = false;
            local.history = 0;
            local.handlers.clear();
        }
        self.arrivals = 0;
        self.waitables.clear();
        self.holders.clear();
        self.outcome = None;
        self.sleepers.clear();
        self.alone = 0;
        self.trial_requests.clear();
        self.trial = None;
        self.kernel = None;
    }

    /// Operations performed in this execution.
    pub(in crate::engine) fn steps(&self) -> u32 {
        self.steps
    }

    /// How many turns hide something.
    pub(in crate::engine) fn hidden_turns(&self) -> usize {
        self.ledger.hidden()
    }

    /// Whether a turn that was tried out hides something. `None`: it was not.
    pub(in crate::engine) fn was_tried(&self, request: TrialRequest) -> Option<bool> {
        self.ledger.get(request.signature).map(|turning| turning == Turning::Hidden)
    }

    /// Whether a turn that was tried out hides something. A trial that never came about (the
    /// replayed process went another way) proves nothing, so that turn is not trusted.
    pub(in crate::engine) fn settle(&mut self, request: TrialRequest) -> bool {
        if self.ledger.get(request.signature).is_none() {
            self.ledger.insert(request.signature, Turning::Hidden);
        }
        self.ledger.get(request.signature) == Some(Turning::Hidden)
    }
}
