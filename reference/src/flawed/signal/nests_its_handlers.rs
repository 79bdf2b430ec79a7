//! Flawed: the handler takes the bit and acknowledges it itself; the main program collects it.
//!
//! Bug: when it has acknowledged, the next signal may come before it has returned. Its handler runs within this one, and
//! overwrites the bit that nobody has collected. (The mask of sigaction(2) is there for that.)
//! Convicted of: mutual exclusion, a message is damaged; and progress, as both count bits that are lost.
//! Schedule: P1 sends the next bit between the `kill` of P0's handler and its return.

use std::cell::Cell;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

const OURS: SigSet = SigSet::EMPTY.with(Signal::USR1).with(Signal::USR2);

/// One end of the line.
#[derive(Debug)]
pub struct Signals {
    peer: Pid,
    sender: bool,
    slot: Rc<Cell<Option<bool>>>,
    open: SigSet,
}

impl Signals {
    fn wait(&self) -> bool {
        loop {
            if let Some(bit) = self.slot.take() {
                return bit;
            }
            os::sigsuspend(self.open);
        }
    }

    fn put(&self, bit: bool) -> os::Result<()> {
        os::kill(self.peer, if bit { Signal::USR2 } else { Signal::USR1 })?;
        self.wait();
        Ok(())
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, OURS).map(drop)
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let sender = matches!(role, Role::Sender(_));
        let slot = Rc::new(Cell::new(None));
        for (signal, bit) in [(Signal::USR1, false), (Signal::USR2, true)] {
            let slot = Rc::clone(&slot);
            let handler = Handler::call(move |_| {
                slot.set(Some(bit));
                if !sender {
                    let _ = os::kill(peer, Signal::USR1);
                }
            });
            os::sigaction(signal, handler, SigSet::EMPTY, ActionFlags::empty())?;
        }
        let open = os::sigprocmask(MaskChange::Block, SigSet::EMPTY)?.minus(OURS);
        Ok(Self { peer, sender, slot, open })
    }

    fn send(&mut self, message: [u8; 2]) -> os::Result<()> {
        self.put(true)?;
        let word = u16::from_be_bytes(message);
        for place in 0..16 {
            self.put(word >> place & 1 == 1)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        if !self.wait() {
            return Ok(None);
        }
        let mut word = 0u16;
        for place in 0..16 {
            word |= u16::from(self.wait()) << place;
        }
        Ok(Some(word.to_be_bytes()))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sender { self.put(false) } else { Ok(()) }
    }
}
