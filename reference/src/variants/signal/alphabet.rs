//! Variant: sixteen real-time signals are the sixteen hexadecimal digits, one more is the end, and one says that a
//! digit has come. All signals are blocked from the beginning, so that nothing can interrupt the waiting, and it is
//! not repeated.

use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine};

/// Signals are counted from `RTMIN`: the digits from 0 to 15, then these.
const END: u8 = 16;
const NEXT: u8 = 17;

/// What one process knows.
#[derive(Debug)]
pub struct Signals(Pid, Role);

const fn letter(code: u8) -> Signal {
    Signal(Signal::RTMIN.0 + code as i32)
}

fn listen(codes: impl Iterator<Item = u8>) -> os::Result<u8> {
    let set = codes.fold(SigSet::EMPTY, |set, code| set.with(letter(code)));
    let Signal(number) = os::sigwaitinfo(set)?.signal;
    u8::try_from(number - Signal::RTMIN.0).map_err(|_| Errno::EINVAL)
}

impl Signals {
    fn say(&self, code: u8) -> os::Result<()> {
        os::kill(self.0, letter(code))?;
        listen(std::iter::once(NEXT)).map(drop)
    }

    fn hear(&self) -> os::Result<u8> {
        let code = listen(0..=END)?;
        os::kill(self.0, letter(NEXT))?;
        Ok(code)
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Set, SigSet::ALL).map(drop)
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Self(peer, role))
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        for byte in message {
            self.say(byte >> 4)?;
            self.say(byte & 15)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let mut message = [0; 2];
        for byte in &mut message {
            let high = self.hear()?;
            if high == END {
                return Ok(None);
            }
            *byte = high << 4 | self.hear()?;
        }
        Ok(Some(message))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.1 == Role::Receiver { Ok(()) } else { self.say(END) }
    }
}
