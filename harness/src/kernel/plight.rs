//! A machine on which nobody gets on, in words: who waits for what, and who holds it open.

use std::fmt::Write as _;

use super::file::{File, Object};
use super::{Fd, PipeId, QueueId, SigInfo, SigSet, Simulated, SocketId, Waiting};
use crate::process::ProcessId;

impl Simulated {
    /// What `process` waits for, and who could give it; `None` if it does not wait.
    pub fn plight(&self, process: ProcessId) -> Option<String> {
        let why = self.waiting(process)?;
        Some(match why {
            Waiting::PipeToRead(pipe) => {
                let (writers, pipe) = (self.writers(pipe), name_of_pipe(pipe));
                format!("for bytes, or for the end, of {pipe}. {writers}")
            }
            Waiting::PipeToWrite(pipe, bytes) => {
                let (readers, pipe) = (self.readers(pipe), name_of_pipe(pipe));
                format!("for room for {bytes} bytes in {pipe}. {readers}")
            }
            Waiting::FifoToOpen { reads: true, .. } => {
                "for somebody who opens the FIFO for writing.".to_owned()
            }
            Waiting::FifoToOpen { reads: false, .. } => {
                "for somebody who opens the FIFO for reading.".to_owned()
            }
            Waiting::Poll => {
                let polled = self.process(process).wait.iter().flat_map(|wait| &wait.polled);
                let others = polled.filter_map(|polled| self.other_end(process, polled.fd));
                let first = "for an event of any of the descriptors.".to_owned();
                std::iter::once(first).chain(others).collect::<Vec<_>>().join(" ")
            }
            Waiting::QueueToSend(queue) => format!("for room in {}.", name_of_queue(queue)),
            Waiting::QueueToReceive(queue) => format!("for a message in {}.", name_of_queue(queue)),
            Waiting::SocketToReceive(socket) => {
                let other = self.other_end_of_socket(socket);
                format!("for something to receive on {}. {other}", name_of_socket(socket))
            }
            Waiting::SocketToSend(socket, bytes) => {
                let other = self.other_end_of_socket(socket);
                format!("for room to send {bytes} bytes on {}. {other}", name_of_socket(socket))
            }
            Waiting::SocketToSendTo(_) => "for room at the receiver of its datagrams.".to_owned(),
            Waiting::SocketToAccept(_) => "for somebody who connects.".to_owned(),
            Waiting::SocketToConnect(_) => {
                "for room among those who are to be accepted.".to_owned()
            }
            Waiting::SignalOf(set) => {
                format!(
                    "for one of the signals {set}. {}",
                    self.missed(process, "not one of these")
                )
            }
            Waiting::AnySignal => {
                format!("for a signal that is caught. {}", self.missed(process, "blocked"))
            }
            Waiting::Child(None) => "for a child that ends.".to_owned(),
            Waiting::Child(Some(child)) => format!("for its child {child} to end."),
            Waiting::Sleep => "for time to pass.".to_owned(),
        })
    }

    /// What is pending for `process`, and why that does not help it.
    fn missed(&self, process: ProcessId, but: &str) -> String {
        match self.withheld(process).1 {
            [] => "None is pending.".to_owned(),
            [info] => format!("{info} is pending, but {but}."),
            [..] => format!("Those that are pending are {but}."),
        }
    }

    fn writers(&self, pipe: PipeId) -> String {
        self.whose_end("writing", pipe, File::writes)
    }

    fn readers(&self, pipe: PipeId) -> String {
        self.whose_end("reading", pipe, File::reads)
    }

    /// Who has the other end of a socket's connection.
    fn other_end_of_socket(&self, socket: SocketId) -> String {
        match self.peer_socket(socket) {
            Some(peer) => match self.holders(Object::Socket(peer), |_| true) {
                Some(holders) => format!("Its other end is open in {holders}."),
                None => "Its other end waits to be accepted.".to_owned(),
            },
            None if self.is_left_alone(socket) => "Its other end is closed.".to_owned(),
            None if self.listens(socket) => "It listens.".to_owned(),
            None => "It is not connected.".to_owned(),
        }
    }

    /// Who has the other end of what `process` polls by this descriptor, if it is a pipe or a socket.
    fn other_end(&self, process: ProcessId, fd: Fd) -> Option<String> {
        let file = self.file(process, fd).ok()?;
        let (name, others) = match file.object {
            Object::Pipe(pipe) => {
                let others = if file.reads() { self.writers(pipe) } else { self.readers(pipe) };
                (name_of_pipe(pipe), others)
            }
            Object::Socket(socket) => (name_of_socket(socket), self.other_end_of_socket(socket)),
            Object::Queue(_) => return None,
        };
        Some(format!("Descriptor {} is {name}. {others}", fd.0))
    }

    /// Who has that end of a pipe open, as a sentence.
    fn whose_end(&self, end: &str, pipe: PipeId, is_that_end: fn(&File) -> bool) -> String {
        match self.holders(Object::Pipe(pipe), is_that_end) {
            Some(holders) => format!("Its {end} end is open in {holders}."),
            None => format!("Nobody has its {end} end open."),
        }
    }

    /// Who has the object open, by which descriptors: `P0 (descriptor 3), P1 (descriptor 3)`.
    fn holders(&self, object: Object, is_meant: fn(&File) -> bool) -> Option<String> {
        let mut text = String::new();
        for process in ProcessId::all(self.processes.len()) {
            for (fd, file) in self.descriptors(process) {
                if file.object == object && is_meant(file) {
                    let comma = if text.is_empty() { "" } else { ", " };
                    let _ = write!(text, "{comma}{process} (descriptor {})", fd.0);
                }
            }
        }
        (!text.is_empty()).then_some(text)
    }

    /// The descriptors of a process: `3: pipe 0, reading end`. Empty if it has none.
    pub fn table(&self, process: ProcessId) -> Vec<String> {
        let descriptors = self.descriptors(process);
        let line = |(fd, file): (Fd, &File)| {
            let what = match file.object {
                Object::Pipe(pipe) => {
                    let end = match (file.reads(), file.writes()) {
                        (true, true) => "both ends",
                        (true, false) => "reading end",
                        _ => "writing end",
                    };
                    format!("{}, {end}", name_of_pipe(pipe))
                }
                Object::Queue(queue) => name_of_queue(queue),
                Object::Socket(socket) => {
                    let condition = self.condition_of_socket(socket);
                    format!("{}, {condition}", name_of_socket(socket))
                }
            };
            let nonblocking = if file.is_nonblocking() { ", O_NONBLOCK" } else { "" };
            format!("{}: {what}{nonblocking}", fd.0)
        };
        descriptors.map(line).collect()
    }
}

impl Simulated {
    /// What signals `process` blocks and has not been given yet: `blocks {SIGUSR1}; pending: SIGUSR1`. `None` if there is
    /// nothing to say.
    pub fn signals(&self, process: ProcessId) -> Option<String> {
        let (mask, pending) = self.withheld(process);
        let pending: Vec<String> = pending.iter().map(SigInfo::to_string).collect();
        match (mask == SigSet::EMPTY, pending.is_empty()) {
            (true, true) => None,
            (false, true) => Some(format!("blocks {mask}; nothing is pending")),
            (true, false) => Some(format!("blocks nothing; pending: {}", pending.join(", "))),
            (false, false) => Some(format!("blocks {mask}; pending: {}", pending.join(", "))),
        }
    }
}

fn name_of_pipe(pipe: PipeId) -> String {
    format!("pipe {}", pipe.0)
}

fn name_of_queue(queue: QueueId) -> String {
    format!("message queue {}", queue.0)
}

fn name_of_socket(socket: SocketId) -> String {
    format!("socket {}", socket.0)
}
