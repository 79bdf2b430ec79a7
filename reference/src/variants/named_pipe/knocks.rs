//! Variant: nobody waits within `open`. The receiver opens without waiting; a sender knocks until somebody is there.
//! A token in a second pipe is for the sender that may write: so records are not mixed, however long they are.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::{NamedPipe, Role, yield_now};

/// What one process has open.
#[derive(Debug)]
pub struct Fifo {
    data: Fd,
    /// Where the token lies.
    token: Fd,
    receives: bool,
    senders: u32,
}

fn eventually<T>(mut call: impl FnMut() -> os::Result<T>) -> os::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            Err(Errno::ENXIO) => yield_now(),
            other => break other,
        }
    }
}

fn make(path: &str) -> os::Result<()> {
    match os::mkfifo(path) {
        Err(Errno::EEXIST) => Ok(()),
        other => other,
    }
}

impl Fifo {
    fn put(&self, bytes: &[u8]) -> os::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            done += eventually(|| os::write(self.data, &bytes[done..]))?;
        }
        Ok(())
    }

    fn get(&self, bytes: &mut [u8]) -> os::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            done += eventually(|| os::read(self.data, &mut bytes[done..]))?;
        }
        Ok(())
    }

    /// Takes the token, writes, and puts it back, whether it could write or not.
    fn put_alone(&self, bytes: &[u8]) -> os::Result<()> {
        eventually(|| os::read(self.token, &mut [0]))?;
        let result = self.put(bytes);
        eventually(|| os::write(self.token, &[0]))?;
        result
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let beside = format!("{path}.token");
        make(path)?;
        make(&beside)?;
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let token = eventually(|| os::open(&beside, OpenFlags::RDWR))?;
        let receives = role == Role::Receiver;
        let data = if receives {
            eventually(|| os::write(token, &[0]))?;
            let data = os::open(path, OpenFlags::RDONLY | OpenFlags::NONBLOCK)?;
            // A writing end of its own, so that the file does not end.
            os::open(path, OpenFlags::WRONLY)?;
            data
        } else {
            eventually(|| os::open(path, OpenFlags::WRONLY | OpenFlags::NONBLOCK))?
        };
        os::set_flags(data, OpenFlags::empty())?;
        Ok(Self { data, token, receives, senders: senders as u32 })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = (record.len() as u64).to_le_bytes().to_vec();
        bytes.extend(record);
        self.put_alone(&bytes)
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.senders > 0 {
            let mut length = [0; 8];
            self.get(&mut length)?;
            let mut record = vec![0; u64::from_le_bytes(length) as usize];
            self.get(&mut record)?;
            if !record.is_empty() {
                return Ok(Some(record));
            }
            self.senders -= 1;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if !self.receives {
            return self.put_alone(&[0; 8]);
        }
        // Its other writing end is closed when it exits; the reading end is what matters to others.
        os::close(self.data)
    }
}
