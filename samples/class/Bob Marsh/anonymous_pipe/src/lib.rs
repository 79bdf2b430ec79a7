//! A pipe per sender, and netstrings.

mod netstring;

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;
use netstring::Decoder;

#[derive(Clone, Debug)]
struct Lane {
    read_end: Option<Fd>,
    write_end: Option<Fd>,
    decoder: Decoder,
}

impl Lane {
    fn new() -> os::Result<Self> {
        let [read, write] = os::pipe()?;
        Ok(Self { read_end: Some(read), write_end: Some(write), decoder: Decoder::default() })
    }

    fn close_read(&mut self) -> os::Result<()> {
        self.read_end.take().map_or(Ok(()), os::close)
    }

    fn close_write(&mut self) -> os::Result<()> {
        self.write_end.take().map_or(Ok(()), os::close)
    }
}

#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    lanes: Vec<Lane>,
    me: usize,
}

/// EINTR is no error.
macro_rules! retry {
    ($call:expr) => {
        loop {
            match $call {
                Err(Errno::EINTR) => {}
                result => break result,
            }
        }
    };
}

impl AnonymousPipe {
    /// Reads once from every lane that has something, and closes those at their end.
    fn pump(&mut self) -> os::Result<()> {
        let open = |lane: &Lane| {
            lane.read_end.map(|fd| PollFd {
                fd,
                events: PollEvents::IN,
                revents: PollEvents::empty(),
            })
        };
        let mut asked: Vec<PollFd> = self.lanes.iter().filter_map(open).collect();
        retry!(os::poll(&mut asked, None))?;
        for answer in asked {
            if answer.revents.is_empty() {
                continue;
            }
            let lane = self.lanes.iter_mut().find(|lane| lane.read_end == Some(answer.fd)).unwrap();
            let mut buffer = vec![0; 8192];
            match retry!(os::read(answer.fd, &mut buffer))? {
                0 => lane.close_read()?,
                n => lane.decoder.feed(&buffer[..n]),
            }
        }
        Ok(())
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let lanes = (0..senders).map(|_| Lane::new()).collect::<os::Result<Vec<_>>>()?;
        Ok(Self { lanes, me: usize::MAX })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        if let Role::Sender(me) = role {
            self.me = me;
            // an empty handler will do: the write comes back with EPIPE
            os::sigaction(
                Signal::PIPE,
                Handler::call(|_| {}),
                SigSet::EMPTY,
                ActionFlags::RESTART,
            )?;
        }
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            if role != Role::Receiver {
                lane.close_read()?;
            }
            if role != Role::Sender(number) {
                lane.close_write()?;
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.lanes[self.me].write_end.ok_or(Errno::EBADF)?;
        let bytes = netstring::encode(record);
        let mut from = 0;
        while from < bytes.len() {
            from += retry!(os::write(fd, &bytes[from..]))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        loop {
            for lane in &mut self.lanes {
                if let Some(record) = lane.decoder.next()? {
                    return Ok(Some(record));
                }
            }
            if self.lanes.iter().all(|lane| lane.read_end.is_none()) {
                return Ok(None);
            }
            self.pump()?;
        }
    }

    fn end(&mut self) -> os::Result<()> {
        for lane in &mut self.lanes {
            lane.close_read()?;
            lane.close_write()?;
        }
        Ok(())
    }
}
