//! Flawed: the first byte goes with one real-time signal, the second byte with another one, and their order is taken
//! for granted.
//!
//! Bug: only signals of one number come in the order in which they were sent; of several numbers the lowest comes first.
//! Convicted of: integrity; and the sender waits for ever for a receiver that has given up.
//! Schedule: P1 sends both before P0 takes the first.

use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine, yield_now};

/// Carries the first byte of a message, or the end.
const MESSAGE: Signal = Signal(Signal::RTMIN.0 + 2);
/// Carries the second byte.
const SECOND: Signal = Signal::RTMIN;
/// Says that the message has come.
const ACKNOWLEDGEMENT: Signal = Signal(Signal::RTMIN.0 + 1);
/// The value that is the end; messages are not negative.
const END: i32 = -1;

/// What one process knows.
#[derive(Debug)]
pub struct Signals {
    role: Role,
    peer: Pid,
}

/// Takes one of these signals, whatever interrupts the waiting.
fn wait_for(signals: SigSet) -> os::Result<i32> {
    loop {
        match os::sigwaitinfo(signals) {
            Err(Errno::EINTR) => {}
            other => return other.map(|info| info.value),
        }
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        let both = SigSet::EMPTY.with(MESSAGE).with(SECOND).with(ACKNOWLEDGEMENT);
        os::sigprocmask(MaskChange::Block, both).map(drop)
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Self { role, peer })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        for (signal, byte) in [MESSAGE, SECOND].into_iter().zip(message) {
            while os::sigqueue(self.peer, signal, i32::from(byte)) == Err(Errno::EAGAIN) {
                yield_now();
            }
        }
        wait_for(SigSet::EMPTY.with(ACKNOWLEDGEMENT)).map(drop)
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let bytes = SigSet::EMPTY.with(MESSAGE).with(SECOND);
        let first = wait_for(bytes)?;
        if first == END {
            return Ok(None);
        }
        let second = wait_for(bytes)?;
        os::sigqueue(self.peer, ACKNOWLEDGEMENT, 0)?;
        Ok(Some([first, second].map(|value| value.to_le_bytes()[0])))
    }

    fn end(&mut self) -> os::Result<()> {
        match self.role {
            Role::Sender(_) => os::sigqueue(self.peer, MESSAGE, END),
            Role::Receiver => Ok(()),
        }
    }
}
