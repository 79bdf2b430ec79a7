//! Variant: the numbers are `static`s, and the waits pause longer each time.

use harness::prelude::*;

const PROCESSES_MAX: usize = 8;
const PAUSES_MAX: u32 = 4;

static CHOOSING: [AtomicBool; PROCESSES_MAX] = [const { AtomicBool::new(false) }; PROCESSES_MAX];
static NUMBER: [AtomicI64; PROCESSES_MAX] = [const { AtomicI64::new(0) }; PROCESSES_MAX];

/// How many take part; the rest is static.
#[derive(Debug)]
pub struct Bakery {
    processes: usize,
}

fn wait_while(condition: impl Fn() -> bool) {
    let mut pauses = 1;
    while condition() {
        for _ in 0..pauses {
            spin_loop();
        }
        pauses = (2 * pauses).min(PAUSES_MAX);
    }
}

impl CriticalSection for Bakery {
    fn new(processes: usize) -> Self {
        Self { processes }
    }

    fn entry_section(&self, me: ProcessId) {
        let me = me.index();
        CHOOSING[me].store(true, Ordering::SeqCst);
        let numbers = NUMBER[..self.processes].iter();
        let mine = 1 + numbers.map(|number| number.load(Ordering::SeqCst)).fold(0, i64::max);
        NUMBER[me].store(mine, Ordering::SeqCst);
        CHOOSING[me].store(false, Ordering::SeqCst);
        for j in (0..self.processes).filter(|&j| j != me) {
            wait_while(|| CHOOSING[j].load(Ordering::SeqCst));
            wait_while(|| {
                let theirs = NUMBER[j].load(Ordering::SeqCst);
                theirs != 0 && (theirs, j) < (mine, me)
            });
        }
    }

    fn exit_section(&self, me: ProcessId) {
        NUMBER[me.index()].store(0, Ordering::SeqCst);
    }
}
