//! Flawed: the value goes with a standard signal, and nobody acknowledges.
//!
//! Bug: a standard signal that is pending already is not queued again: the first value stays, the others are gone.
//! Convicted of: integrity; and the receiver waits for ever if it is the end that is gone.
//! Schedule: P1 sends two messages before P0 receives the first.

use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine, yield_now};

const LETTER: Signal = Signal::USR1;

/// What one process knows.
#[derive(Debug)]
pub enum Signals {
    /// It sends to this one.
    To(Pid),
    /// It receives from this one.
    From(Pid),
}

fn letters() -> SigSet {
    SigSet::EMPTY.with(LETTER)
}

fn push(peer: Pid, value: i32) -> os::Result<()> {
    loop {
        match os::sigqueue(peer, LETTER, value) {
            Err(Errno::EAGAIN) => yield_now(),
            other => return other,
        }
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, letters())?;
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(if role == Role::Receiver { Self::From(peer) } else { Self::To(peer) })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        let Self::To(peer) = *self else { return Err(Errno::EINVAL) };
        push(peer, i32::from_be_bytes([0, 1, message[0], message[1]]))
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let Self::From(peer) = *self else { return Err(Errno::EINVAL) };
        loop {
            match os::sigwaitinfo(letters()) {
                Ok(info) if info.pid == peer => {
                    let [_, is_message, message @ ..] = info.value.to_be_bytes();
                    return Ok((is_message == 1).then_some(message));
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match *self {
            Self::To(peer) => push(peer, 0),
            Self::From(_) => Ok(()),
        }
    }
}
