//! Flawed: whoever wakes up has received something.
//!
//! Bug: `sigsuspend` returns whenever any handler has run. There is another look only in a loop.
//! Convicted of: integrity; and whoever was taken for served waits for ever.
//! Schedule: P0 waits; another signal comes; P0 takes for a message what it had before.

use std::cell::Cell;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine};

const MESSAGE: Signal = Signal(Signal::RTMIN.0 + 3);
const ANSWER: Signal = Signal::USR1;
const END: i32 = i32::MAX;

/// What one process knows.
#[derive(Debug)]
pub struct Signals {
    role: Role,
    peer: Pid,
    /// Whether something has come that was not looked at, and what came last.
    has_come: Rc<Cell<bool>>,
    value: Rc<Cell<i32>>,
    /// What is blocked while it waits.
    waiting: SigSet,
}

fn ours() -> SigSet {
    SigSet::EMPTY.with(MESSAGE).with(ANSWER)
}

impl Signals {
    fn wait(&self) -> i32 {
        if !self.has_come.get() {
            os::sigsuspend(self.waiting);
        }
        self.has_come.set(false);
        self.value.get()
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, ours()).map(|_| ())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let (has_come, value) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
        let notes = (Rc::clone(&has_come), Rc::clone(&value));
        let signal = if role == Role::Receiver { MESSAGE } else { ANSWER };
        let handler = Handler::call(move |info| {
            notes.0.set(true);
            notes.1.set(info.value);
        });
        os::sigaction(signal, handler, SigSet::EMPTY, ActionFlags::empty())?;
        let blocked = os::sigprocmask(MaskChange::Block, SigSet::EMPTY)?;
        Ok(Self { role, peer, has_come, value, waiting: blocked.minus(ours()) })
    }

    fn send(&mut self, [first, second]: [u8; 2]) -> os::Result<()> {
        os::sigqueue(self.peer, MESSAGE, i32::from(first) << 8 | i32::from(second))?;
        self.wait();
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let value = self.wait();
        if value == END {
            return Ok(None);
        }
        os::kill(self.peer, ANSWER)?;
        let [.., first, second] = value.to_be_bytes();
        Ok(Some([first, second]))
    }

    fn end(&mut self) -> os::Result<()> {
        if let Role::Sender(_) = self.role {
            os::sigqueue(self.peer, MESSAGE, END)?;
        }
        Ok(())
    }
}
