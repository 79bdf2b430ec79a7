//! Flawed: the signals are blocked, and let in before each `pause`.
//!
//! Bug: to let them in and to wait are two steps. What is let in by the first one does not end the second one.
//! Convicted of: progress.
//! Schedule: the message is pending; P0 lets it in, and its handler runs; P0 sleeps.

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
    /// What has come, if it was not looked at.
    noted: Rc<Cell<Option<i32>>>,
}

fn ours() -> SigSet {
    SigSet::EMPTY.with(MESSAGE).with(ANSWER)
}

impl Signals {
    fn wait(&self) -> i32 {
        loop {
            if let Some(value) = self.noted.take() {
                return value;
            }
            let _ = os::sigprocmask(MaskChange::Unblock, ours());
            os::pause();
            let _ = os::sigprocmask(MaskChange::Block, ours());
        }
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, ours()).map(|_| ())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let noted = Rc::new(Cell::new(None));
        let handed = Rc::clone(&noted);
        let signal = if role == Role::Receiver { MESSAGE } else { ANSWER };
        let handler = Handler::call(move |info| handed.set(Some(info.value)));
        os::sigaction(signal, handler, SigSet::EMPTY, ActionFlags::empty())?;
        Ok(Self { role, peer, noted })
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
