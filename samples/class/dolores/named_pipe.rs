use harness::os::{self, ActionFlags, Errno, Fd, Handler, OpenFlags, SigSet, Signal};
use harness::prelude::*;

// Records are lines of hexadecimal digits, so there is no newline in them. An empty line is the end.

pub struct Fifo {
    fd: Fd,
    sender: bool,
    left: usize,
    text: Vec<u8>,
}

fn hex(record: &[u8]) -> String {
    let mut line = String::new();
    for byte in record {
        line += &format!("{byte:02x}");
    }
    line + "\n"
}

fn unhex(line: &[u8]) -> Option<Vec<u8>> {
    let line = std::str::from_utf8(line).ok()?;
    (0..line.len() / 2).map(|i| u8::from_str_radix(&line[2 * i..2 * i + 2], 16).ok()).collect()
}

impl Fifo {
    fn write(&self, text: &str) -> os::Result<()> {
        let mut bytes = text.as_bytes();
        while !bytes.is_empty() {
            match os::write(self.fd, bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn line(&mut self) -> os::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.text.iter().position(|&b| b == b'\n') {
                let mut line: Vec<u8> = self.text.drain(..=end).collect();
                line.pop();
                return Ok(line);
            }
            let mut buffer = [0; 4096];
            match os::read(self.fd, &mut buffer) {
                Ok(n) => self.text.extend_from_slice(&buffer[..n]),
                Err(Errno::EINTR) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

impl NamedPipe for Fifo {
    fn open(path: &str, role: Role, senders: usize) -> os::Result<Self> {
        match os::mkfifo(path) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(e) => return Err(e),
        }
        os::sigaction(Signal::PIPE, Handler::Ignore, SigSet::EMPTY, ActionFlags::empty())?;
        let sender = role != Role::Receiver;
        let flags = if sender { OpenFlags::WRONLY } else { OpenFlags::RDWR };
        let fd = loop {
            match os::open(path, flags) {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        Ok(Fifo { fd, sender, left: senders, text: Vec::new() })
    }

    fn send(&mut self, record: &[u8]) -> os::Result<()> {
        self.write(&hex(record))
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        while self.left > 0 {
            let line = self.line()?;
            if !line.is_empty() {
                return unhex(&line).map(Some).ok_or(Errno::EINVAL);
            }
            self.left -= 1;
        }
        Ok(None)
    }

    fn end(&mut self) -> os::Result<()> {
        if self.sender {
            self.write("\n")?;
        }
        os::close(self.fd)
    }
}
