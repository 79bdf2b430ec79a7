//! Variant: a pipe for each sender, and one more that says whose record is the next. A sender first writes its number
//! there, one byte, and then the record into its own pipe. So records come in the order in which they were announced, and
//! nothing has to be asked of several pipes at once.
//!
//! All senders have opened the common pipe before the receiver reads from it: its end is the end of all.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    announcements: Fd,
    /// As a sender: its number.
    me: u8,
    /// A sender's own pipe; the receiver's are all of them.
    records: Vec<Fd>,
}

fn persist<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    let mut result = call();
    while result.as_ref().is_err_and(|&errno| errno == Errno::EINTR) {
        result = call();
    }
    result
}

/// Opens a pipe, which may not be there yet.
fn open(path: &str, flags: OpenFlags) -> os::Result<Fd> {
    match os::mkfifo(path) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(errno) => return Err(errno),
    }
    persist(|| os::open(path, flags))
}

/// Fills the buffer, unless the end comes first.
fn fill(fd: Fd, buffer: &mut [u8]) -> os::Result<()> {
    let mut filled = 0;
    while filled < buffer.len() {
        match persist(|| os::read(fd, &mut buffer[filled..]))? {
            0 => return Err(Errno::EPIPE),
            count => filled += count,
        }
    }
    Ok(())
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let (flags, me, whose) = match role {
            Role::Receiver => (OpenFlags::RDONLY, 0, 0..senders),
            Role::Sender(me) => {
                os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
                (OpenFlags::WRONLY, me as u8, me..me + 1)
            }
        };
        // All in this order: so nobody waits for somebody who waits for it.
        let announcements = open(path, flags)?;
        let records = whose.map(|sender| open(&format!("{path}.of{sender}"), flags));
        Ok(Self { announcements, me, records: records.collect::<os::Result<_>>()? })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        persist(|| os::write(self.announcements, &[self.me]))?;
        let bytes = [&(record.len() as u64).to_be_bytes(), record].concat();
        let mut written = 0;
        while written < bytes.len() {
            written += persist(|| os::write(self.records[0], &bytes[written..]))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut sender = [0];
        if persist(|| os::read(self.announcements, &mut sender))? == 0 {
            return Ok(None);
        }
        let fd = self.records[usize::from(sender[0])];
        let mut length = [0; 8];
        fill(fd, &mut length)?;
        let mut record = vec![0; u64::from_be_bytes(length) as usize];
        fill(fd, &mut record)?;
        Ok(Some(record))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.announcements)?;
        self.records.drain(..).try_for_each(os::close)
    }
}
