//! Flawed: blocks of one size, filled with zeros; the receiver takes the zeros off.
//!
//! Bug: a record may end with a zero of its own.
//! Convicted of: mutual exclusion, a record is damaged.
//! Schedule: P1 sends 18 bytes, of which the last one is 0.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// Bytes of a block. Not more than `PIPE_BUF`: so each goes in whole.
const BLOCK: usize = 2048;
const HEADER: usize = 3;
const CONTENT: usize = BLOCK - HEADER;

/// The pipe.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    /// What this process still has open, and it is the only one.
    fd: Option<Fd>,
    ends: [Fd; 2],
    me: u8,
    /// By sender: what there is of its record.
    begun: Vec<Vec<u8>>,
}

/// Without SIGPIPE, calls that a signal interrupts are all that goes wrong.
fn until_done<T>(call: &mut dyn FnMut() -> os::Result<T>) -> os::Result<T> {
    let mut result = call();
    while matches!(result, Err(Errno::EINTR)) {
        result = call();
    }
    result
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        Ok(Self { fd: None, ends: os::pipe()?, me: 0, begun: vec![vec![]; senders] })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        let [reads, writes] = self.ends;
        let (kept, other) = match role {
            Role::Receiver => (reads, writes),
            Role::Sender(me) => {
                self.me = me as u8;
                (writes, reads)
            }
        };
        self.fd = Some(kept);
        os::close(other)
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.fd.ok_or(Errno::EBADF)?;
        let count = record.chunks(CONTENT).count();
        for (number, part) in record.chunks(CONTENT).enumerate() {
            let mut block = [0; BLOCK];
            block[0] = self.me;
            block[1..3].copy_from_slice(&((count - 1 - number) as u16).to_le_bytes());
            block[HEADER..HEADER + part.len()].copy_from_slice(part);
            // A blocking write of so few bytes writes all of them, or none.
            let written = until_done(&mut || os::write(fd, &block))?;
            assert_eq!(written, BLOCK);
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let fd = self.fd.ok_or(Errno::EBADF)?;
        loop {
            let mut block = [0; BLOCK];
            let mut filled = 0;
            while filled < BLOCK {
                match until_done(&mut || os::read(fd, &mut block[filled..]))? {
                    0 => return Ok(None),
                    count => filled += count,
                }
            }
            let follow = u16::from_le_bytes([block[1], block[2]]);
            let last = block[HEADER..].iter().rposition(|&byte| byte != 0);
            let counts = if follow > 0 { CONTENT } else { last.map_or(0, |last| last + 1) };
            let record = &mut self.begun[usize::from(block[0])];
            record.extend(&block[HEADER..HEADER + counts]);
            if follow == 0 {
                return Ok(Some(std::mem::take(record)));
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match self.fd.take() {
            Some(fd) => os::close(fd),
            None => Ok(()),
        }
    }
}
