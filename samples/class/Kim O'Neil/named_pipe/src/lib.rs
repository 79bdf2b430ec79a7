use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

pub struct Fifo {
    fd: Fd,
    me: u8,
    // what I have of each sender's record
    begun: Vec<Vec<u8>>,
}

const PIECE: usize = 1000;

fn call<T>(mut f: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match f() {
            Err(Errno::EINTR) => {}
            r => return r,
        }
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        match os::mkfifo(path) {
            Err(e) if e != Errno::EEXIST => return Err(e),
            _ => (),
        }
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let (flags, me) = match role {
            Role::Sender(me) => (OpenFlags::WRONLY, me as u8),
            // With RDONLY I got an end of file between two senders. With RDWR I do not.
            Role::Receiver => (OpenFlags::RDWR, 0),
        };
        let fd = call(|| os::open(path, flags))?;
        Ok(Fifo { fd, me, begun: vec![vec![]; senders] })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        for (i, piece) in record.chunks(PIECE).enumerate() {
            let more = (i + 1) * PIECE < record.len();
            let mut bytes = vec![self.me, more as u8];
            bytes.extend((piece.len() as u16).to_le_bytes());
            bytes.extend(piece);
            call(|| os::write(self.fd, &bytes))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            let mut head = [0; 4];
            let mut n = 0;
            while n < 4 {
                match call(|| os::read(self.fd, &mut head[n..]))? {
                    0 => return Ok(None), // all senders have closed it
                    k => n += k,
                }
            }
            let mut piece = vec![0; u16::from_le_bytes([head[2], head[3]]) as usize];
            let mut n = 0;
            while n < piece.len() {
                n += call(|| os::read(self.fd, &mut piece[n..]))?;
            }
            let record = &mut self.begun[head[0] as usize];
            record.extend(piece);
            if head[1] == 0 {
                return Ok(Some(std::mem::take(record)));
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.fd)
    }
}
