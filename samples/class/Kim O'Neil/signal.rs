use std::cell::Cell;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

const MESSAGE: Signal = Signal::RTMIN;
const ACK: Signal = Signal(Signal::RTMIN.0 + 1);

pub struct Signals {
    peer: Pid,
    role: Role,
    message: Rc<Cell<Option<i32>>>,
    acked: Rc<Cell<bool>>,
}

fn ours() -> SigSet {
    SigSet::EMPTY.with(MESSAGE).with(ACK)
}

impl Signals {
    fn post(&self, value: i32) -> os::Result<()> {
        self.acked.set(false);
        os::sigqueue(self.peer, MESSAGE, value)?;
        while !self.acked.get() {
            os::pause();
        }
        Ok(())
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        // until the handlers are there
        os::sigprocmask(MaskChange::Block, ours())?;
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let message = Rc::new(Cell::new(None));
        let acked = Rc::new(Cell::new(false));
        let (m, a) = (message.clone(), acked.clone());
        let none = ActionFlags::empty();
        os::sigaction(MESSAGE, Handler::call(move |i| m.set(Some(i.value))), ours(), none)?;
        os::sigaction(ACK, Handler::call(move |_| a.set(true)), ours(), none)?;
        os::sigprocmask(MaskChange::Unblock, ours())?;
        Ok(Signals { peer, role, message, acked })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        self.post(i32::from(message[0]) * 256 + i32::from(message[1]))
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        while self.message.get().is_none() {
            os::pause();
        }
        let value = self.message.take().unwrap();
        os::sigqueue(self.peer, ACK, 0)?;
        if value == -1 {
            return Ok(None);
        }
        Ok(Some([(value / 256) as u8, (value % 256) as u8]))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.role != Role::Receiver {
            self.post(-1)?;
        }
        Ok(())
    }
}
