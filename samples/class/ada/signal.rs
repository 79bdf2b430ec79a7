use harness::os::{self, Errno, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

// USR1 is a 0, USR2 is a 1, HUP is the end. After each the sender waits for an USR1 from the receiver.
const ZERO: Signal = Signal::USR1;
const ONE: Signal = Signal::USR2;
const END: Signal = Signal::HUP;

pub struct Signals {
    other: Pid,
    am_sender: bool,
}

fn everything() -> SigSet {
    SigSet::EMPTY.with(ZERO).with(ONE).with(END)
}

fn take() -> os::Result<Signal> {
    loop {
        match os::sigwaitinfo(everything()) {
            Ok(info) => return Ok(info.signal),
            Err(Errno::EINTR) => {} // something else came
            Err(e) => return Err(e),
        }
    }
}

impl Signals {
    fn say(&self, signal: Signal) -> os::Result<()> {
        os::kill(self.other, signal)?;
        take()?; // the receiver has it
        Ok(())
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        // Before the fork, because the child might be quicker than me.
        os::sigprocmask(MaskChange::Block, everything())?;
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        Ok(Signals { other: peer, am_sender: role != Role::Receiver })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        for byte in message {
            for i in 0..8 {
                let bit = byte & (1 << i) != 0;
                self.say(if bit { ONE } else { ZERO })?;
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let mut message = [0, 0];
        for i in 0..16 {
            let signal = take()?;
            os::kill(self.other, ZERO)?;
            if signal == END {
                return Ok(None);
            }
            if signal == ONE {
                message[i / 8] |= 1 << (i % 8);
            }
        }
        Ok(Some(message))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.am_sender { self.say(END) } else { Ok(()) }
    }
}
