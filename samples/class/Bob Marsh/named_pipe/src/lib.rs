//! One fifo; atomic packets; everybody says goodbye.

mod packet;

use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;
use packet::{BODY, HEADER, Tag, pack, unpack};

pub enum Fifo {
    Out { me: usize, fd: Fd },
    In { fd: Fd, parts: Vec<Vec<u8>>, greeted: usize },
}

fn persistent<T>(call: &mut dyn FnMut() -> os::Result<T>) -> os::Result<T> {
    match call() {
        Err(Errno::EINTR) => persistent(call),
        other => other,
    }
}

fn exactly<const N: usize>(fd: Fd) -> os::Result<[u8; N]> {
    let bytes = read(fd, N)?;
    bytes.try_into().map_err(|_| Errno::EINVAL)
}

fn read(fd: Fd, count: usize) -> os::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut have = 0;
    while have < count {
        have += persistent(&mut || os::read(fd, &mut bytes[have..]))?;
    }
    Ok(bytes)
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        let made = os::mkfifo(path);
        if made.is_err() && made != Err(Errno::EEXIST) {
            made?;
        }
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        Ok(match role {
            Role::Sender(me) => {
                let fd = persistent(&mut || os::open(path, OpenFlags::WRONLY))?;
                Self::Out { me, fd }
            }
            // fifo(7): Linux lets me open both ends, so I never see an end of file
            Role::Receiver => {
                let fd = os::open(path, OpenFlags::RDWR)?;
                Self::In { fd, parts: vec![Vec::new(); senders], greeted: 0 }
            }
        })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        let Self::Out { me, fd } = *self else { return Err(Errno::EBADF) };
        let packets = record.len().div_ceil(BODY);
        for (number, body) in record.chunks(BODY).enumerate() {
            let tag = if number + 1 == packets { Tag::Whole } else { Tag::Part };
            let bytes = pack(me, tag, body);
            persistent(&mut || os::write(fd, &bytes))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Self::In { fd, parts, greeted } = self else { return Err(Errno::EBADF) };
        while *greeted < parts.len() {
            let (from, tag, count) = unpack(exactly::<HEADER>(*fd)?);
            parts[from].extend(read(*fd, count)?);
            match tag {
                Tag::Part => {}
                Tag::Whole => return Ok(Some(std::mem::take(&mut parts[from]))),
                Tag::Bye => *greeted += 1,
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        match *self {
            Self::In { fd, .. } => os::close(fd),
            Self::Out { me, fd } => {
                let bye = pack(me, Tag::Bye, &[]);
                let said = persistent(&mut || os::write(fd, &bye));
                os::close(fd)?;
                said.map(|_| ())
            }
        }
    }
}
