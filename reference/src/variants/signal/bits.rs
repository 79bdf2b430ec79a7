//! Variant: two standard signals, one for each bit. A bit is acknowledged before the next one is sent, as
//! a signal that is pending already is not counted again. A bit before each message says that it is one.

use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine};

const ZERO: Signal = Signal::USR1;
const ONE: Signal = Signal::USR2;
/// Back from the receiver.
const GOT_IT: Signal = Signal::USR1;

/// The process at the other end.
#[derive(Debug)]
pub struct Signals {
    peer: Pid,
    sends: bool,
}

fn next(set: SigSet) -> os::Result<Signal> {
    let mut info = os::sigwaitinfo(set);
    while info == Err(Errno::EINTR) {
        info = os::sigwaitinfo(set);
    }
    info.map(|info| info.signal)
}

impl Signals {
    fn put(&self, bit: bool) -> os::Result<()> {
        os::kill(self.peer, if bit { ONE } else { ZERO })?;
        next(SigSet::EMPTY.with(GOT_IT)).map(drop)
    }

    fn get(&self) -> os::Result<bool> {
        let bit = next(SigSet::EMPTY.with(ZERO).with(ONE))? == ONE;
        os::kill(self.peer, GOT_IT)?;
        Ok(bit)
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, SigSet::EMPTY.with(ZERO).with(ONE))?;
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Self { peer, sends: role != Role::Receiver })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        self.put(true)?;
        let message = u16::from_be_bytes(message);
        (0..16).try_for_each(|place| self.put(message >> place & 1 == 1))
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        if !self.get()? {
            return Ok(None);
        }
        let mut message = 0_u16;
        for place in 0..16 {
            message |= u16::from(self.get()?) << place;
        }
        Ok(Some(message.to_be_bytes()))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sends { self.put(false) } else { Ok(()) }
    }
}
