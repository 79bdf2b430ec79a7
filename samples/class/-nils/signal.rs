use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use harness::os::{self, ActionFlags, Errno, Handler, MaskChange, Pid, SigSet, Signal};
use harness::prelude::*;

const LETTER: Signal = Signal::RTMIN;
const CREDIT: Signal = Signal::USR1;

/// The handler puts what comes at the end of a line; whoever wants something takes it from the front. At most one letter
/// is on its way, for each one gives the sender the right to send the next.
pub struct Signals {
    peer: Pid,
    line: Rc<RefCell<VecDeque<i32>>>,
    sends: bool,
}

fn mine() -> SigSet {
    SigSet::EMPTY.with(LETTER).with(CREDIT)
}

impl Signals {
    fn next(&self) -> i32 {
        loop {
            if let Some(value) = self.line.borrow_mut().pop_front() {
                return value;
            }
            os::sigsuspend(SigSet::EMPTY);
        }
    }

    fn post(&self, value: i32) -> os::Result<()> {
        os::sigqueue(self.peer, LETTER, value)?;
        self.next();
        Ok(())
    }
}

impl SignalLine for Signals {
    fn prepare() -> os::Result<()> {
        os::sigprocmask(MaskChange::Block, mine()).map(|_| ())
    }

    fn begin(role: Role, peer: Pid) -> os::Result<Self> {
        let line = Rc::new(RefCell::new(VecDeque::new()));
        for signal in [LETTER, CREDIT] {
            let line = Rc::clone(&line);
            let note = Handler::call(move |info| line.borrow_mut().push_back(info.value));
            os::sigaction(signal, note, mine(), ActionFlags::empty())?;
        }
        Ok(Self { peer, line, sends: matches!(role, Role::Sender(_)) })
    }

    fn send(&mut self, [a, b]: [u8; 2]) -> os::Result<()> {
        self.post(i32::from(a) + 256 * i32::from(b))
    }

    fn receive(&mut self) -> os::Result<Option<[u8; 2]>> {
        let value = self.next();
        os::kill(self.peer, CREDIT)?;
        if value < 0 {
            return Ok(None);
        }
        let byte = |number: i32| u8::try_from(number).map_err(|_| Errno::EINVAL);
        Ok(Some([byte(value % 256)?, byte(value / 256)?]))
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sends { self.post(-1) } else { Ok(()) }
    }
}
