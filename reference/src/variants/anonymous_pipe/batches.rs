//! Variant: the receiver stays with a sender while there is something of it, and yet takes only a few records in a row;
//! then the next one that is ready has its turn. Not one for one, and still nobody waits for ever.

use harness::os::{self, ActionFlags, Errno, Fd, Handler, PollEvents, PollFd, SigSet, Signal};
use harness::prelude::*;
use std::collections::VecDeque;

/// The most records of one sender in a row.
const BATCH: usize = 8;

/// The pipes.
#[derive(Clone, Debug)]
pub struct AnonymousPipe {
    pipes: Vec<[Fd; 2]>,
    writes: Option<Fd>,
    /// Those that may have more. The receiver is with the first one.
    reads: VecDeque<Fd>,
    /// How many records have come in a row from there.
    in_a_row: usize,
}

fn read_exactly(fd: Fd, count: usize) -> os::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; count];
    let mut filled = 0;
    while filled < count {
        match os::read(fd, &mut bytes[filled..]) {
            Ok(0) => return Ok(None),
            Ok(more) => filled += more,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(Some(bytes))
}

/// A record behind its length; `None` at the end, though it comes in the middle.
fn read_record(fd: Fd) -> os::Result<Option<Vec<u8>>> {
    match read_exactly(fd, 4)?.as_deref() {
        Some(&[a, b, c, d]) => read_exactly(fd, u32::from_be_bytes([a, b, c, d]) as usize),
        _ => Ok(None),
    }
}

impl AnonymousPipe {
    /// Waits until something can be read, and goes on to the first place from here on where it can.
    fn go_on(&mut self) -> os::Result<()> {
        let (events, revents) = (PollEvents::IN, PollEvents::empty());
        let mut fds: Vec<_> = self.reads.iter().map(|&fd| PollFd { fd, events, revents }).collect();
        while let Err(errno) = os::poll(&mut fds, None) {
            if errno != Errno::EINTR {
                return Err(errno);
            }
        }
        let passed = fds.iter().take_while(|it| it.revents.is_empty()).count();
        if passed > 0 && passed < fds.len() {
            self.reads.rotate_left(passed);
            self.in_a_row = 0;
        }
        Ok(())
    }
}

impl RecordPipe for AnonymousPipe {
    fn open(senders: usize) -> os::Result<Self> {
        let pipes: os::Result<_> = (0..senders).map(|_| os::pipe()).collect();
        Ok(Self { pipes: pipes?, writes: None, reads: VecDeque::new(), in_a_row: 0 })
    }

    fn begin(&mut self, role: Role) -> os::Result<()> {
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::default(), ActionFlags::empty())?;
        for (number, [reads, writes]) in self.pipes.drain(..).enumerate() {
            match role {
                Role::Receiver => self.reads.push_back(reads),
                Role::Sender(_) => os::close(reads)?,
            }
            match role {
                Role::Sender(me) if me == number => self.writes = Some(writes),
                _ => os::close(writes)?,
            }
        }
        Ok(())
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let fd = self.writes.ok_or(Errno::EBADF)?;
        let bytes = [&(record.len() as u32).to_be_bytes(), record].concat();
        let mut written = 0;
        while written < bytes.len() {
            match os::write(fd, &bytes[written..]) {
                Ok(count) => written += count,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while !self.reads.is_empty() {
            if self.in_a_row >= BATCH {
                self.reads.rotate_left(1);
                self.in_a_row = 0;
            }
            self.go_on()?;
            let fd = self.reads[0];
            if let Some(record) = read_record(fd)? {
                self.in_a_row += 1;
                return Ok(Some(record));
            }
            self.reads.pop_front();
            self.in_a_row = 0;
            os::close(fd)?;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        self.reads.drain(..).chain(self.writes.take()).try_for_each(os::close)
    }
}
