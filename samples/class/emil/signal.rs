use std::cell::Cell;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

const DATA: Signal = Signal::RTMIN;
const OK: Signal = Signal::USR1;

pub struct Signals {
    peer: Pid,
    sender: bool,
    box_: Rc<Cell<Option<i32>>>,
    old: SigSet,
}

fn both() -> SigSet {
    SigSet::EMPTY.with(DATA).with(OK)
}

impl Signals {
    fn wait(&self) -> os::Result<i32> {
        // blocked, so that nothing comes between the look and the sleep
        os::sigprocmask(MaskChange::Block, both())?;
        while self.box_.get().is_none() {
            os::sigsuspend(self.old);
        }
        let value = self.box_.take().unwrap();
        os::sigprocmask(MaskChange::Unblock, both())?;
        Ok(value)
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, both())?;
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let box_ = Rc::new(Cell::new(None));
        let b = box_.clone();
        let on_data = Handler::call(move |info| {
            b.set(Some(info.value));
            let _ = os::kill(peer, OK); // got it
        });
        let b = box_.clone();
        let on_ok = Handler::call(move |_| b.set(Some(0)));
        os::sigaction(DATA, on_data, both(), ActionFlags::empty())?;
        os::sigaction(OK, on_ok, both(), ActionFlags::empty())?;
        let old = os::sigprocmask(MaskChange::Unblock, both())?.minus(both());
        Ok(Signals { peer, sender: role != Role::Receiver, box_, old })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        os::sigqueue(self.peer, DATA, i32::from(u16::from_le_bytes(message)))?;
        self.wait()?;
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        match self.wait()? {
            -1 => Ok(None),
            value => Ok(Some((value as u16).to_le_bytes())),
        }
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sender {
            os::sigqueue(self.peer, DATA, -1)?;
            self.wait()?;
        }
        Ok(())
    }
}
