//! Variant: the receiver opens the pipe for reading and writing, which Linux allows and POSIX leaves open: it waits for
//! nobody, and there is never an end of file. Records go in blocks of 512 bytes, the end is an empty one.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::{NamedPipe, Role};

/// Bytes of a block; it is not split, as `PIPE_BUF` is more.
const BLOCK: usize = 512;
/// Bytes of a block before its content: whose it is, how many bytes are to come, this block's among them.
const HEADER: usize = 5;

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    fd: Fd,
    number: Option<usize>,
    begun: Vec<Vec<u8>>,
    ended: usize,
}

fn restart<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    let mut result = call();
    while let Err(Errno::EINTR) = result {
        result = call();
    }
    result
}

impl Fifo {
    fn block(&self, rest: &[u8]) -> os::Result<()> {
        let mut block = [0; BLOCK];
        block[0] = self.number.ok_or(Errno::EINVAL)? as u8;
        block[1..HEADER].copy_from_slice(&(rest.len() as u32).to_ne_bytes());
        let content = rest.len().min(BLOCK - HEADER);
        block[HEADER..][..content].copy_from_slice(&rest[..content]);
        match restart(|| os::write(self.fd, &block))? {
            BLOCK => Ok(()),
            _ => Err(Errno::EINVAL),
        }
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let made = os::mkfifo(path);
        if !matches!(made, Ok(()) | Err(Errno::EEXIST)) {
            made?;
        }
        let (number, flags) = match role {
            Role::Receiver => (None, OpenFlags::RDWR),
            Role::Sender(number) => {
                os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
                (Some(number), OpenFlags::WRONLY)
            }
        };
        let fd = restart(|| os::open(path, flags))?;
        Ok(Self { fd, number, begun: vec![Vec::new(); senders], ended: 0 })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut rest = record;
        while !rest.is_empty() {
            self.block(rest)?;
            rest = &rest[rest.len().min(BLOCK - HEADER)..];
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.ended < self.begun.len() {
            let (mut block, mut filled) = ([0; BLOCK], 0);
            while filled < BLOCK {
                filled += restart(|| os::read(self.fd, &mut block[filled..]))?;
            }
            let [sender, a, b, c, d, content @ ..] = block;
            let rest = u32::from_ne_bytes([a, b, c, d]) as usize;
            let record = &mut self.begun[usize::from(sender)];
            record.extend(content.iter().take(rest));
            if rest == 0 {
                self.ended += 1;
            } else if rest <= content.len() {
                return Ok(Some(std::mem::take(record)));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.number.is_some() {
            match self.block(&[]) {
                Ok(()) | Err(Errno::EPIPE) => {}
                Err(errno) => return Err(errno),
            }
        }
        os::close(self.fd)
    }
}
