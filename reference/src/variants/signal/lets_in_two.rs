//! Variant: handlers of two standard signals note a bit each, and one of a third signal notes the end. `sigsuspend`
//! lets in these three and nothing else: so when it returns, one of them has come, and nobody has to look again.

use std::cell::Cell;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::{Role, SignalLine};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Noted {
    Zero,
    One,
    #[default]
    End,
}

const MEANINGS: [(Signal, Noted); 3] =
    [(Signal::USR1, Noted::Zero), (Signal::USR2, Noted::One), (Signal::HUP, Noted::End)];

/// What one process knows.
#[derive(Debug)]
pub struct Signals {
    peer: Pid,
    sends: bool,
    noted: Rc<Cell<Noted>>,
}

impl Signals {
    /// Waits for one of the three.
    fn wait(&self) -> Noted {
        let ours = MEANINGS.iter().fold(SigSet::EMPTY, |set, (signal, _)| set.with(*signal));
        os::sigsuspend(SigSet::ALL.minus(ours));
        self.noted.get()
    }

    fn tell(&self, what: Noted) -> os::Result<()> {
        let signal = MEANINGS.into_iter().find(|(_, meaning)| *meaning == what);
        os::kill(self.peer, signal.map_or(Signal::HUP, |(signal, _)| signal))
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        for (signal, _) in MEANINGS {
            os::sigprocmask(MaskChange::Block, SigSet::EMPTY.with(signal))?;
        }
        Ok(())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let noted = Rc::new(Cell::new(Noted::default()));
        for (signal, meaning) in MEANINGS {
            let cell = Rc::clone(&noted);
            let handler = Handler::call(move |_| cell.set(meaning));
            os::sigaction(signal, handler, SigSet::ALL, ActionFlags::RESTART)?;
        }
        Ok(Self { peer, sends: matches!(role, Role::Sender(_)), noted })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        for byte in message {
            for place in (0..8).rev() {
                self.tell(if byte & (1 << place) == 0 { Noted::Zero } else { Noted::One })?;
                self.wait();
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let mut message = 0;
        for _ in 0..16 {
            let bit = self.wait();
            if bit == Noted::End {
                return Ok(None);
            }
            message = message << 1 | u16::from(bit == Noted::One);
            self.tell(Noted::One)?;
        }
        Ok(Some(message.to_be_bytes()))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sends { self.tell(Noted::End) } else { Ok(()) }
    }
}
