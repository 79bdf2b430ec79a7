//! Flawed: `end` closes nothing.
//!
//! Bug: that all is closed when a process ends is true, but it may live on: the parent waits for its child,
//! and the child for the end.
//! Convicted of: progress, stuck.
//! Schedule: the parent sends, ends, and waits for its child, which waits for the end.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// Bytes of a block. One pipe is for all, and a block is not split, as `PIPE_BUF` is more.
const BLOCK: usize = 1024;
/// Bytes of a block before its content: whose it is, and how many bytes of the record have not come before.
const HEADER: usize = 5;
const CONTENT: usize = BLOCK - HEADER;

/// The pipe.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    ends: [Fd; 2],
    me: u8,
    /// By sender: what has come of its record.
    begun: Vec<Vec<u8>>,
}

/// Fills the block; says whether it could, or the end came first.
fn read_block(fd: Fd, block: &mut [u8; BLOCK]) -> os::Result<bool> {
    let mut filled = 0;
    while filled < BLOCK {
        match os::read(fd, &mut block[filled..]) {
            Ok(0) => return Ok(false),
            Ok(count) => filled += count,
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(true)
}

fn write_block(fd: Fd, block: &[u8; BLOCK]) -> os::Result<()> {
    loop {
        match os::write(fd, block) {
            Err(Errno::EINTR) => {}
            other => return other.map(drop),
        }
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        Ok(Self { ends: os::pipe()?, me: 0, begun: vec![vec![]; senders] })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        let [reads, writes] = self.ends;
        match role {
            Role::Receiver => os::close(writes),
            Role::Sender(me) => {
                self.me = me as u8;
                let (none, flags) = (SigSet::default(), ActionFlags::empty());
                os::sigaction(Signal::PIPE, Handler::Ignore, none, flags)?;
                os::close(reads)
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut left = record.len();
        for part in record.chunks(CONTENT) {
            let mut block = [0; BLOCK];
            block[0] = self.me;
            block[1..HEADER].copy_from_slice(&(left as u32).to_be_bytes());
            block[HEADER..][..part.len()].copy_from_slice(part);
            write_block(self.ends[1], &block)?;
            left -= part.len();
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut block = [0; BLOCK];
        while read_block(self.ends[0], &mut block)? {
            let [sender, a, b, c, d, content @ ..] = &block;
            let left = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let begun = &mut self.begun[usize::from(*sender)];
            begun.extend(content.iter().take(left));
            if left <= CONTENT {
                return Ok(Some(std::mem::take(begun)));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        Ok(())
    }
}
