//! Flawed: the end is the number 0.
//!
//! Bug: a message of two zero bytes is that number, too.
//! Convicted of: integrity.
//! Schedule: any, if such a message is sent.

use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine};

/// Carries a message, or the end.
const MESSAGE: Signal = Signal::RTMIN;
/// Says that the message has come.
const ACKNOWLEDGEMENT: Signal = Signal(Signal::RTMIN.0 + 1);
/// The value that is the end.
const END: i32 = 0;

/// What one process knows.
#[derive(Debug)]
pub struct Signals {
    role: Role,
    peer: Pid,
}

/// Takes one of these signals, whatever interrupts the waiting.
fn wait_for(signal: Signal) -> os::Result<i32> {
    loop {
        match os::sigwaitinfo(SigSet::EMPTY.with(signal)) {
            Err(Errno::EINTR) => {}
            other => return other.map(|info| info.value),
        }
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        let both = SigSet::EMPTY.with(MESSAGE).with(ACKNOWLEDGEMENT);
        os::sigprocmask(MaskChange::Block, both).map(drop)
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Self { role, peer })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        os::sigqueue(self.peer, MESSAGE, i32::from(u16::from_le_bytes(message)))?;
        wait_for(ACKNOWLEDGEMENT).map(drop)
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let value = wait_for(MESSAGE)?;
        if value == END {
            return Ok(None);
        }
        os::sigqueue(self.peer, ACKNOWLEDGEMENT, 0)?;
        let [first, second, ..] = value.to_le_bytes();
        Ok(Some([first, second]))
    }

    fn end(&mut self) -> os::Result<()> {
        match self.role {
            Role::Sender(_) => os::sigqueue(self.peer, MESSAGE, END),
            Role::Receiver => Ok(()),
        }
    }
}
