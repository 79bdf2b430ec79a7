//! Fibers: the only context switch of the crate.
//!
//! A fiber has a stack of its own with a guard page and runs one job after another, so that an
//! execution costs no stack and no allocation. A job that is no longer wanted is unwound, which
//! drops whatever the student's code held on that stack.
//!
//! This is one of the few files with `unsafe`: a job is borrowed for the time between
//! [`Fiber::start`] and its end, which the borrow checker cannot see.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use corosensei::stack::{DefaultStack, Stack as _};
use corosensei::{Coroutine, Yielder};

/// Usable bytes of a fiber's stack. Only touched pages take memory.
const STACK_BYTES: usize = 512 * 1024;

/// A job that fibers run: the body of one process.
type Job<'a> = dyn Fn(Suspender) + 'a;

/// How a fiber is woken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wake {
    Continue,
    Unwind,
}

/// Why a fiber gave control back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It called [`Suspender::suspend`].
    Suspended,
    /// Its job returned.
    Finished,
    /// Its job panicked. (The panic hook has the message.)
    Panicked,
}

/// The payload of the unwinding that ends a job early. Student code cannot name it.
struct Unwound;

/// What a fiber shares with the code on its own stack.
#[derive(Default)]
struct Shared {
    job: Cell<Option<NonNull<Job<'static>>>>,
    ended: Cell<Option<Stopped>>,
}

/// One stack, and the job that runs on it.
pub(crate) struct Fiber {
    coroutine: Coroutine<Wake, (), (), DefaultStack>,
    shared: Rc<Shared>,
    /// Whether a job is suspended on the stack.
    busy: bool,
    /// The lowest address of the stack: where its guard page begins.
    limit: usize,
}

impl std::fmt::Debug for Fiber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fiber").field("busy", &self.busy).finish_non_exhaustive()
    }
}

/// The right to suspend the fiber that one runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suspender(NonNull<Yielder<Wake, ()>>);

impl Suspender {
    /// Gives control back to whoever started or resumed the fiber. If the job is no longer wanted
    /// when control returns, this unwinds.
    ///
    /// # Safety
    /// The caller runs on the fiber that this suspender was made for, in the same job.
    pub(crate) unsafe fn suspend(self) {
        // SAFETY: the yielder lives at the bottom of the fiber's stack as long as the job runs.
        let yielder = unsafe { self.0.as_ref() };
        if yielder.suspend(()) == Wake::Unwind {
            // No hook, no message: this is no failure.
            panic::resume_unwind(Box::new(Unwound));
        }
    }
}

impl Fiber {
    /// A fiber without a job.
    ///
    /// # Panics
    /// If the system has no memory for a stack.
    pub(crate) fn new() -> Self {
        let stack = DefaultStack::new(STACK_BYTES).expect("memory for a fiber's stack");
        let limit = stack.limit().get();
        Guard::register(limit);
        let shared = Rc::new(Shared::default());
        let inside = Rc::clone(&shared);
        let coroutine =
            Coroutine::with_stack(stack, move |yielder: &Yielder<Wake, ()>, _: Wake| {
                loop {
                    let job = inside.job.take().expect("a fiber is woken for a job");
                    // SAFETY: `start` keeps the borrow of the job alive until it finished or unwound.
                    let job = unsafe { job.as_ref() };
                    let suspender = Suspender(NonNull::from(yielder));
                    let ended = match panic::catch_unwind(AssertUnwindSafe(|| job(suspender))) {
                        Err(payload) if !payload.is::<Unwound>() => Stopped::Panicked,
                        _ => Stopped::Finished,
                    };
                    inside.ended.set(Some(ended));
                    yielder.suspend(());
                }
            });
        Self { coroutine, shared, busy: false, limit }
    }

    /// Starts `job` and runs it until it stops.
    ///
    /// # Safety
    /// `job` stays valid until the fiber reports [`Stopped::Finished`] or [`Stopped::Panicked`], or
    /// [`unwind`](Self::unwind) returned.
    pub(crate) unsafe fn start(&mut self, job: &Job<'_>) -> Stopped {
        assert!(!self.busy, "a fiber runs one job at a time");
        let job: *const Job<'_> = job;
        #[expect(clippy::transmute_ptr_to_ptr, reason = "a cast does not prolong a lifetime")]
        // SAFETY: only the lifetime changes; the caller promises that the job outlives its run.
        let job = unsafe { std::mem::transmute::<*const Job<'_>, *const Job<'static>>(job) };
        self.shared.job.set(NonNull::new(job.cast_mut()));
        self.busy = true;
        self.resume()
    }

    /// Runs the suspended job on until it stops.
    #[inline]
    pub(crate) fn resume(&mut self) -> Stopped {
        self.wake(Wake::Continue)
    }

    /// Whether a job is suspended on the stack.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Ends the suspended job, if there is one: unwinds its stack.
    pub(crate) fn unwind(&mut self) {
        while self.busy {
            // A destructor may suspend once more; it is told again.
            self.wake(Wake::Unwind);
        }
    }

    #[inline]
    fn wake(&mut self, wake: Wake) -> Stopped {
        debug_assert!(self.busy, "there is a job to wake");
        self.coroutine.resume(wake);
        let Some(ended) = self.shared.ended.take() else { return Stopped::Suspended };
        self.busy = false;
        ended
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        self.unwind();
        Guard::unregister(self.limit);
        // The coroutine's own drop then unwinds the idle loop, which holds nothing but `shared`.
    }
}

/// The guard pages of all living fibers, for the handler of segmentation faults: an access to one
/// of them is a stack overflow of student code.
#[derive(Debug)]
pub(crate) struct Guard;

const GUARDS_MAX: usize = 256;
/// The smallest page size; a guard page may be larger, and then the rest is merely not recognised.
const GUARD_BYTES: usize = 4096;
static GUARDS: [AtomicUsize; GUARDS_MAX] = [const { AtomicUsize::new(0) }; GUARDS_MAX];

impl Guard {
    fn register(limit: usize) {
        for slot in &GUARDS {
            if slot.compare_exchange(0, limit, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return;
            }
        }
    }

    fn unregister(limit: usize) {
        for slot in &GUARDS {
            let _ = slot.compare_exchange(limit, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Whether `address` lies in some fiber's guard page. Safe to call in a signal handler.
    pub(crate) fn contains(address: usize) -> bool {
        GUARDS.iter().any(|slot| {
            let limit = slot.load(Ordering::Relaxed);
            limit != 0 && (limit..limit + GUARD_BYTES).contains(&address)
        })
    }
}
