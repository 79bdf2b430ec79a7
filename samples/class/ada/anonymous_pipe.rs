use harness::os::{self, ActionFlags, Errno, Fd, Handler, PIPE_BUF, SigSet, Signal};
use harness::prelude::*;

// One pipe for everybody. Writes of at most PIPE_BUF bytes are atomic, so I cut records into packets:
//   sender (1 byte), last? (1 byte), length (2 bytes), data
const HEAD: usize = 4;
const DATA: usize = PIPE_BUF - HEAD;

#[derive(Clone)]
pub struct AnonymousPipe {
    r: Fd,
    w: Fd,
    role: Option<Role>,
    partial: Vec<Vec<u8>>,
    inbox: Vec<u8>,
}

impl AnonymousPipe {
    fn take_packet(&mut self) -> Option<(usize, bool, Vec<u8>)> {
        if self.inbox.len() < HEAD {
            return None;
        }
        let len = self.inbox[2] as usize + 256 * self.inbox[3] as usize;
        if self.inbox.len() < HEAD + len {
            return None;
        }
        let who = self.inbox[0] as usize;
        let last = self.inbox[1] == 1;
        let data = self.inbox[HEAD..HEAD + len].to_vec();
        self.inbox.drain(..HEAD + len);
        Some((who, last, data))
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let [r, w] = os::pipe()?;
        Ok(Self { r, w, role: None, partial: vec![vec![]; senders], inbox: vec![] })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        self.role = Some(role);
        match role {
            Role::Receiver => os::close(self.w),
            Role::Sender(_) => {
                // I want EPIPE, not to be killed.
                os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
                os::close(self.r)
            }
        }
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Some(Role::Sender(me)) = self.role else { panic!("I am no sender") };
        let mut rest = record;
        while !rest.is_empty() {
            let n = rest.len().min(DATA);
            let last = n == rest.len();
            let mut packet = vec![me as u8, last as u8, (n % 256) as u8, (n / 256) as u8];
            packet.extend_from_slice(&rest[..n]);
            loop {
                match os::write(self.w, &packet) {
                    Ok(_) => break, // all or nothing, it is short enough
                    Err(Errno::EINTR) => continue,
                    Err(e) => return Err(e),
                }
            }
            rest = &rest[n..];
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            while let Some((who, last, data)) = self.take_packet() {
                self.partial[who].extend(data);
                if last {
                    return Ok(Some(std::mem::take(&mut self.partial[who])));
                }
            }
            let mut buffer = [0; PIPE_BUF];
            match os::read(self.r, &mut buffer) {
                // Whatever is in `partial` now is from somebody who died.
                Ok(0) => return Ok(None),
                Ok(n) => self.inbox.extend_from_slice(&buffer[..n]),
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        match self.role {
            Some(Role::Sender(_)) => os::close(self.w),
            Some(Role::Receiver) => os::close(self.r),
            None => Ok(()),
        }
    }
}
