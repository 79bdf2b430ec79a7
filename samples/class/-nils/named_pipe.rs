use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

// A fifo for each sender. The receiver reads the first to its end, then the second, and so on. The order among senders
// is nobody's business, and whoever is not served yet waits in write(2).

pub struct Fifo {
    fifos: Vec<Fd>,
    current: usize,
}

fn open(name: &str, flags: OpenFlags) -> os::Result<Fd> {
    match os::mkfifo(name) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(errno) => return Err(errno),
    }
    loop {
        match os::open(name, flags) {
            Err(Errno::EINTR) => continue,
            other => return other,
        }
    }
}

impl Fifo {
    /// How many bytes could be read before the end.
    fn fill(&self, bytes: &mut [u8]) -> os::Result<usize> {
        let mut done = 0;
        while done < bytes.len() {
            match os::read(self.fifos[self.current], &mut bytes[done..]) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(done)
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let fifos = match role {
            Role::Sender(number) => vec![open(&format!("{path}{number}"), OpenFlags::WRONLY)?],
            Role::Receiver => (0..senders)
                .map(|number| open(&format!("{path}{number}"), OpenFlags::RDONLY))
                .collect::<os::Result<_>>()?,
        };
        Ok(Self { fifos, current: 0 })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let mut bytes = record.len().to_ne_bytes().to_vec();
        bytes.extend(record);
        let mut left = &bytes[..];
        while let [_, ..] = left {
            match os::write(self.fifos[0], left) {
                Ok(count) => left = &left[count..],
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.current < self.fifos.len() {
            let mut length = [0; size_of::<usize>()];
            if self.fill(&mut length)? == 0 {
                self.current += 1;
                continue;
            }
            let mut record = vec![0; usize::from_ne_bytes(length)];
            self.fill(&mut record)?;
            return Ok(Some(record));
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.fifos.drain(..).try_for_each(os::close)
    }
}
