use harness::os::{self, ActionFlags, Errno, Fd, Handler, SigSet, Signal};
use harness::prelude::*;

#[derive(Clone)]
pub struct AnonymousPipe {
    pipe: [Fd; 2],
    is_sender: bool,
}

fn write_all(fd: Fd, bytes: &[u8]) -> os::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match os::write(fd, &bytes[written..]) {
            Ok(n) => written += n,
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

// false: the end came first
fn read_all(fd: Fd, bytes: &mut [u8]) -> os::Result<bool> {
    let mut got = 0;
    while got < bytes.len() {
        match os::read(fd, &mut bytes[got..]) {
            Ok(0) => return Ok(false),
            Ok(n) => got += n,
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

impl RecordPipe for AnonymousPipe {
    fn open(_senders: usize) -> os::Result<Self> {
        Ok(AnonymousPipe { pipe: os::pipe()?, is_sender: false })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        self.is_sender = role != Role::Receiver;
        if self.is_sender { os::close(self.pipe[0]) } else { os::close(self.pipe[1]) }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        // length and record in one buffer, so that nobody can come in between
        let mut bytes = (record.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(record);
        write_all(self.pipe[1], &bytes)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if !read_all(self.pipe[0], &mut length)? {
            return Ok(None);
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > 1_000_000 {
            return Err(Errno::EINVAL);
        }
        let mut record = vec![0; length];
        if !read_all(self.pipe[0], &mut record)? {
            return Ok(None);
        }
        Ok(Some(record))
    }

    fn end(&mut self) -> os::Result<()> {
        os::close(self.pipe[self.is_sender as usize])
    }
}
