//! Flawed: chunks of `PIPE_BUF` bytes, and a header before them.
//!
//! Bug: together they are longer than `PIPE_BUF`, by just so much that they may be split.
//! Convicted of: mutual exclusion, a record is lost or damaged.
//! Schedule: P1 has written 4096 bytes of a chunk of 4100; P0 reads them; P2 writes; P1 writes the last
//! four.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PIPE_BUF, SigSet, Signal};
use harness::prelude::*;

/// Before each chunk: who sends it, whether the record ends with it, how many bytes it has.
const HEADER: usize = 4;

/// The pipe.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    reads: Fd,
    writes: Fd,
    role: Role,
    /// By sender: the chunks of the record that is not complete.
    parts: Vec<Vec<u8>>,
    is_open: bool,
}

fn write_all(fd: Fd, bytes: &[u8]) -> os::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match os::write(fd, &bytes[done..]) {
            Ok(count) => done += count,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Fills the buffer; says whether it could, or the end came first.
fn read_all(fd: Fd, buffer: &mut [u8]) -> os::Result<bool> {
    let mut done = 0;
    while done < buffer.len() {
        match os::read(fd, &mut buffer[done..]) {
            Ok(0) => return Ok(false),
            Ok(count) => done += count,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(true)
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let [reads, writes] = os::pipe()?;
        Ok(Self {
            reads,
            writes,
            role: Role::Receiver,
            parts: vec![Vec::new(); senders],
            is_open: true,
        })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.role = role;
        match role {
            Role::Receiver => os::close(self.writes),
            Role::Sender(_) => {
                // As good as to ignore it: whoever catches the signal lives, and `write` fails.
                let lives_on = Handler::call(|_| ());
                os::sigaction(Signal::PIPE, lives_on, SigSet::default(), ActionFlags::empty())?;
                os::close(self.reads)
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Role::Sender(me) = self.role else { return Err(Errno::EINVAL) };
        let mut chunks = record.chunks(PIPE_BUF).peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = u8::from(chunks.peek().is_none());
            let mut bytes = vec![me as u8, is_last];
            bytes.extend((chunk.len() as u16).to_be_bytes());
            bytes.extend(chunk);
            write_all(self.writes, &bytes)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            let mut header = [0; HEADER];
            if !read_all(self.reads, &mut header)? {
                return Ok(None);
            }
            let [sender, is_last, high, low] = header;
            let mut chunk = vec![0; usize::from(u16::from_be_bytes([high, low]))];
            if !read_all(self.reads, &mut chunk)? {
                return Ok(None);
            }
            let parts = &mut self.parts[usize::from(sender)];
            parts.extend(chunk);
            if is_last == 1 {
                return Ok(Some(std::mem::take(parts)));
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        if !std::mem::replace(&mut self.is_open, false) {
            return Ok(());
        }
        match self.role {
            Role::Receiver => os::close(self.reads),
            Role::Sender(_) => os::close(self.writes),
        }
    }
}
