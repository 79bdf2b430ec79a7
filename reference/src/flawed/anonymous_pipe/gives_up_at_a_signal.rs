//! Flawed: a call that a signal interrupts is taken for one that failed.
//!
//! Bug: EINTR says that nothing was done, and is no fault: the call has to be made again.
//! Convicted of: mutual exclusion, a call fails.
//! Schedule: P0 waits for bytes; a signal comes; `read` fails with EINTR.

use harness::os::{self, ActionFlags, Fd, Handler, PIPE_BUF, SigSet, Signal};
use harness::prelude::*;

/// Bytes before a piece of a record: whose it is, whether it is the last one, how long it is.
const HEADER: usize = 4;

/// One pipe for all: pieces of records, each written at once.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Option<Fd>,
    writes: Option<Fd>,
    me: u8,
    /// By sender: the pieces that have come of its record.
    pieces: Vec<Vec<u8>>,
}

/// Reads that many bytes, or `None` if the end comes first.
fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        match os::read(fd, rest)? {
            0 => return Ok(None),
            count => rest = &mut rest[count..],
        }
    }
    Ok(Some(bytes))
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let [reads, writes] = os::pipe()?;
        let pieces = vec![vec![]; senders];
        Ok(Self { reads: Some(reads), writes: Some(writes), me: 0, pieces })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let spare = match role {
            Role::Receiver => self.writes.take(),
            Role::Sender(me) => {
                os::sigaction(
                    Signal::PIPE,
                    Handler::Ignore,
                    SigSet::default(),
                    ActionFlags::empty(),
                )?;
                self.me = me as u8;
                self.reads.take()
            }
        };
        spare.map_or(Ok(()), os::close)
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.writes.expect("it sends");
        let mut parts = record.chunks(PIPE_BUF - HEADER).peekable();
        while let Some(part) = parts.next() {
            let [low, high] = (part.len() as u16).to_le_bytes();
            let mut piece = vec![self.me, u8::from(parts.peek().is_none()), low, high];
            piece.extend(part);
            // Not more than PIPE_BUF: it is written whole.
            os::write(fd, &piece)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let fd = self.reads.expect("it receives");
        while let Some(header) = read_exactly(fd, HEADER)? {
            let length = u16::from_le_bytes([header[2], header[3]]);
            let Some(piece) = read_exactly(fd, usize::from(length))? else { break };
            let pieces = &mut self.pieces[usize::from(header[0])];
            pieces.extend(piece);
            if header[1] == 1 {
                return Ok(Some(std::mem::take(pieces)));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.take().into_iter().chain(self.writes.take()).try_for_each(os::close)
    }
}
