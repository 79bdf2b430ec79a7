//! Flawed: a pipe with one byte in it is the lock: whoever has read it may write.
//!
//! Bug: a sender that dies with the byte in its hand takes it along, and the others wait for it.
//! Convicted of: progress, stuck. The rest holds as long as nobody dies.
//! Schedule: P1 takes the byte and dies; P2 wants to send.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

/// The pipe, of which each process keeps one end.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Fd,
    writes: Fd,
    mine: Option<Fd>,
    /// Holds one byte, unless somebody sends.
    token: [Fd; 2],
}

fn write_all(fd: Fd, mut bytes: &[u8]) -> os::Result<()> {
    while !bytes.is_empty() {
        match os::write(fd, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Reads until the buffer is full; `false` if the end comes first.
fn read_all(fd: Fd, mut buffer: &mut [u8]) -> os::Result<bool> {
    while !buffer.is_empty() {
        match os::read(fd, buffer) {
            Ok(0) => return Ok(false),
            Ok(read) => buffer = &mut buffer[read..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(true)
}

impl RecordPipe for AnonymousPipe {
    fn open(_senders: usize) -> os::Result<Self> {
        let [reads, writes] = os::pipe()?;
        let token = os::pipe()?;
        os::write(token[1], b"T")?;
        Ok(Self { reads, writes, mine: None, token })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::default())?;
        let (mine, other) = match role {
            Role::Receiver => (self.reads, self.writes),
            Role::Sender(_) => (self.writes, self.reads),
        };
        self.mine = Some(mine);
        os::close(other)?;
        match role {
            Role::Receiver => self.token.into_iter().try_for_each(os::close),
            Role::Sender(_) => Ok(()),
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = (record.len() as u32).to_le_bytes().to_vec();
        bytes.extend(record);
        read_all(self.token[0], &mut [0])?;
        let sent = write_all(self.writes, &bytes);
        write_all(self.token[1], b"T")?;
        sent
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if !read_all(self.reads, &mut length)? {
            return Ok(None);
        }
        let mut record = vec![0; u32::from_le_bytes(length) as usize];
        if !read_all(self.reads, &mut record)? {
            return Ok(None);
        }
        Ok(Some(record))
    }

    fn end(&mut self) -> os::Result<()> {
        self.mine.take().map_or(Ok(()), os::close)
    }
}
