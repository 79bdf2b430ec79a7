use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;

#[derive(Clone)]
pub struct AnonymousPipe {
    // (read, write) for each sender
    pipes: Vec<(Fd, Fd)>,
    read: Vec<Vec<u8>>,
    done: Vec<bool>,
    me: Option<usize>,
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let mut pipes = Vec::new();
        for _ in 0..senders {
            let [r, w] = os::pipe()?;
            pipes.push((r, w));
        }
        Ok(Self { pipes, read: vec![Vec::new(); senders], done: vec![false; senders], me: None })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        match role {
            Role::Sender(me) => {
                self.me = Some(me);
                for (i, &(r, w)) in self.pipes.iter().enumerate() {
                    os::close(r)?;
                    if i != me {
                        os::close(w)?;
                    }
                }
            }
            Role::Receiver => {
                for &(_, w) in &self.pipes {
                    os::close(w)?;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let (_, w) = self.pipes[self.me.unwrap()];
        let mut bytes = (record.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(record);
        let mut at = 0;
        while at < bytes.len() {
            match os::write(w, &bytes[at..]) {
                Ok(n) => at += n,
                Err(Errno::EINTR) => (),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            for read in &mut self.read {
                if read.len() >= 4 {
                    let n = u32::from_le_bytes([read[0], read[1], read[2], read[3]]) as usize;
                    if read.len() >= 4 + n {
                        let rest = read.split_off(4 + n);
                        let record = read[4..].to_vec();
                        *read = rest;
                        return Ok(Some(record));
                    }
                }
            }
            let waiting: Vec<usize> = (0..self.pipes.len()).filter(|&i| !self.done[i]).collect();
            if waiting.is_empty() {
                return Ok(None);
            }
            let mut fds: Vec<PollFd> = waiting
                .iter()
                .map(|&i| PollFd {
                    fd: self.pipes[i].0,
                    events: PollEvents::IN,
                    revents: PollEvents::empty(),
                })
                .collect();
            match os::poll(&mut fds, None) {
                Ok(_) => (),
                Err(Errno::EINTR) => continue,
                Err(e) => return Err(e),
            }
            for (k, &i) in waiting.iter().enumerate() {
                if fds[k].revents.is_empty() {
                    continue;
                }
                let mut buffer = [0u8; 4096];
                match os::read(self.pipes[i].0, &mut buffer) {
                    Ok(0) => self.done[i] = true,
                    Ok(n) => self.read[i].extend_from_slice(&buffer[..n]),
                    Err(Errno::EINTR) => (),
                    Err(e) => return Err(e),
                }
            }
        }
    }

    fn end(&mut self) -> os::Result<()> {
        // When a process exits, the kernel closes everything that it has open.
        Ok(())
    }
}
