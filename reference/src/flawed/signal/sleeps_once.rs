//! Flawed: numbers in a queue; the end is the last signal of all, which the kernel delivers after all others. Where there
//! is no room the sender sleeps for a while.
//!
//! Bug: a signal that interrupts the sleep makes `send` fail.
//! Convicted of: mutual exclusion, a call fails without a reason.
//! Schedule: the queue is full when P1 sends its second message, and it is interrupted in its sleep.

use harness::os::{self, Duration, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

const BOTH: SigSet = SigSet::EMPTY.with(Signal::RTMIN).with(Signal::RTMAX);

/// The role, and the other process.
#[derive(Debug)]
pub struct Signals(Role, Pid);

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, BOTH).map(drop)
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Self(role, peer))
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        let value = i32::from(i16::from_ne_bytes(message));
        while let Err(errno) = os::sigqueue(self.1, Signal::RTMIN, value) {
            if errno != Errno::EAGAIN {
                return Err(errno);
            }
            os::nanosleep(Duration::from_millis(1))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let info = loop {
            match os::sigwaitinfo(BOTH) {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        if info.signal == Signal::RTMAX {
            return Ok(None);
        }
        Ok(Some((info.value as i16).to_ne_bytes()))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.0 == Role::Receiver { Ok(()) } else { os::kill(self.1, Signal::RTMAX) }
    }
}
