//! Flawed: the handler itself answers, as fast as possible.
//!
//! Bug: the answer says that the message has come, and not that it was taken from where it is noted: there is room
//! for one, and the next one is noted over it.
//! Convicted of: integrity.
//! Schedule: P1 sends B0; the handler of P0 notes it, and answers; P1 sends B1, which is noted before P0 looks.

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
    /// What is blocked while it waits.
    waiting: SigSet,
}

fn ours() -> SigSet {
    SigSet::EMPTY.with(MESSAGE).with(ANSWER)
}

impl Signals {
    fn wait(&self) -> i32 {
        let _ = os::sigprocmask(MaskChange::Block, ours());
        let value = loop {
            match self.noted.take() {
                Some(value) => break value,
                None => os::sigsuspend(self.waiting),
            };
        };
        let _ = os::sigprocmask(MaskChange::Unblock, ours());
        value
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
        let receives = role == Role::Receiver;
        let handler = Handler::call(move |info| {
            handed.set(Some(info.value));
            if receives {
                let _ = os::kill(peer, ANSWER);
            }
        });
        os::sigaction(signal, handler, SigSet::EMPTY, ActionFlags::empty())?;
        // What may come at any time is blocked only while somebody looks whether it has come.
        let blocked = os::sigprocmask(MaskChange::Unblock, ours())?;
        Ok(Self { role, peer, noted, waiting: blocked.minus(ours()) })
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
