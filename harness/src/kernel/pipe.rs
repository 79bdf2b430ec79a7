//! Pipes and FIFOs. Sources: pipe(7), fifo(7), read(2), write(2), fcntl(2); Linux `fs/pipe.c` for what the
//! manual leaves open.
//!
//! A pipe holds pages, not bytes. A write fills new pages; only what it has beyond whole pages goes to
//! the end of the page that is there, if it fits there whole. So a pipe may be full with half of its bytes,
//! and a write of not more than a page is never split.

use std::collections::VecDeque;

use super::file::{File, Object};
use super::{
    Answer, Attempt, Errno, Fd, Node, OpenFlags, PAGE, PipeId, PollEvents, Signal, Simulated, Wait,
    Waiting,
};
use crate::process::ProcessId;

/// `pipe-max-size` of proc(5): bytes that a user without privileges may ask for.
const BYTES_MAX: usize = 1 << 20;

/// What `F_SETPIPE_SZ` can express.
const BYTES_EXPRESSIBLE: usize = 1 << 31;

/// `NAME_MAX`: bytes of a name in a path.
const NAME_MAX: usize = 255;

/// A pipe, or what is in a FIFO.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pipe {
    /// What is in the pages that are in use. None of them is empty.
    slots: VecDeque<Vec<u8>>,
    /// Bytes that still fit into the last of them.
    room: usize,
    /// How many pages there may be.
    pages: usize,
    /// Open files that read, and calls that wait in opening one.
    readers: u32,
    /// Open files that write, and calls that wait in opening one.
    writers: u32,
    /// Whether a path names it.
    linked: bool,
}

impl Pipe {
    fn new(pages: usize) -> Self {
        Self { slots: VecDeque::new(), room: 0, pages, readers: 0, writers: 0, linked: false }
    }

    /// How many bytes it holds: `F_GETPIPE_SZ`.
    pub(super) fn capacity(&self) -> usize {
        self.pages * PAGE
    }

    /// `F_SETPIPE_SZ`: rounded up to a power of two of pages. EBUSY: there is more in it than that. EPERM:
    /// an ordinary user asks for more than it has, and more than 1 MiB. Source: fcntl(2).
    fn resize(&mut self, bytes: usize) -> Answer {
        if bytes > BYTES_EXPRESSIBLE {
            return Err(Errno::EINVAL);
        }
        let pages = bytes.max(PAGE).next_power_of_two() / PAGE;
        if pages > self.pages && pages * PAGE > BYTES_MAX {
            return Err(Errno::EPERM);
        }
        if pages < self.slots.len() {
            return Err(Errno::EBUSY);
        }
        self.pages = pages;
        Ok(self.capacity())
    }

    /// Whether a read returns at once: there is something, or the end.
    pub(super) fn is_readable(&self) -> bool {
        !self.slots.is_empty() || self.writers == 0
    }

    /// Whether a write that waits gets on: there is a whole page, or nobody to read it. What would fit into
    /// the last page went there before the write began to wait.
    pub(super) fn is_writable(&self) -> bool {
        !self.is_full() || self.readers == 0
    }

    fn is_full(&self) -> bool {
        self.slots.len() >= self.pages
    }

    /// Takes as many bytes as there are and `buffer` holds.
    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let mut taken = 0;
        while let Some(slot) = self.slots.front_mut()
            && taken < buffer.len()
        {
            let count = slot.len().min(buffer.len() - taken);
            buffer[taken..taken + count].copy_from_slice(&slot[..count]);
            taken += count;
            if count == slot.len() {
                self.slots.pop_front();
            } else {
                slot.drain(..count);
            }
        }
        if self.slots.is_empty() {
            // A page that has been read to its end is given back, whatever room it had.
            self.room = 0;
        }
        taken
    }

    /// Puts what `bytes` has beyond whole pages into the last page, if it fits there; says how much that was.
    fn merge(&mut self, bytes: &[u8]) -> usize {
        let tail = bytes.len() % PAGE;
        match self.slots.back_mut() {
            Some(slot) if tail <= self.room => {
                slot.extend_from_slice(&bytes[..tail]);
                self.room -= tail;
                tail
            }
            _ => 0,
        }
    }

    /// Fills pages that are free; says with how much.
    fn fill(&mut self, bytes: &[u8]) -> usize {
        let mut filled = 0;
        for page in bytes.chunks(PAGE) {
            if self.is_full() {
                break;
            }
            self.slots.push_back(page.to_vec());
            self.room = PAGE - page.len();
            filled += page.len();
        }
        filled
    }

    /// What poll(2) answers for the ends that `file` is. Sources: poll(2); pipe(7); measured.
    pub(super) fn poll(&self, file: &File) -> PollEvents {
        let mut events = PollEvents::empty();
        if file.reads() {
            events.set(PollEvents::IN, !self.slots.is_empty());
            events.set(PollEvents::HUP, self.writers == 0 && !file.is_before_writers);
        }
        if file.writes() {
            events.set(PollEvents::OUT, !self.is_full());
            events.set(PollEvents::ERR, self.readers == 0);
        }
        events
    }
}

impl Simulated {
    /// pipe2(2).
    pub(super) fn pipe(&mut self, me: ProcessId, ends: &mut [Fd; 2], flags: OpenFlags) -> Answer {
        if !OpenFlags::NONBLOCK.contains(flags) {
            return Err(Errno::EINVAL);
        }
        let pipe = Pipe { readers: 1, writers: 1, ..Pipe::new(self.config.pipe_pages) };
        let object = Object::Pipe(PipeId(self.pipes.insert(pipe)));
        let reads = self.install(me, File::new(object, flags | OpenFlags::RDONLY));
        let writes = self.install(me, File::new(object, flags | OpenFlags::WRONLY));
        match (reads, writes) {
            (Ok(reads), Ok(writes)) => {
                *ends = [reads, writes];
                Ok(0)
            }
            (reads, _) => {
                let Object::Pipe(PipeId(pipe)) = object else { unreachable!("it is a pipe") };
                self.pipes.get_mut(pipe).writers = 0;
                match reads {
                    Ok(end) => drop(self.close(me, end)),
                    Err(_) => self.pipes.remove(pipe),
                }
                Err(Errno::EMFILE)
            }
        }
    }

    /// read(2), of whatever it is.
    pub(super) fn read(
        &mut self,
        me: ProcessId,
        fd: Fd,
        buffer: &mut [u8],
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        let file = match self.file(me, fd) {
            Ok(file) if file.reads() => file,
            Ok(_) => return Attempt::Done(Err(Errno::EBADF)),
            Err(errno) => return Attempt::Done(Err(errno)),
        };
        match file.object {
            Object::Pipe(id) => {
                let nonblocking = file.is_nonblocking();
                let pipe = self.pipes.get_mut(id.0);
                if buffer.is_empty() {
                    Attempt::Done(Ok(0))
                } else if pipe.is_readable() {
                    Attempt::Done(Ok(pipe.take(buffer)))
                } else if nonblocking && !waited {
                    Attempt::Done(Err(Errno::EAGAIN))
                } else {
                    // What becomes of the flag while it waits does not matter: who is interrupted then is told that
                    // (measured; a writer would be told EAGAIN).
                    Attempt::Wait(Waiting::PipeToRead(id))
                }
            }
            // Linux shows the state of the queue as a text here: mq_overview(7).
            Object::Queue(_) => Attempt::Done(Err(Errno::ENOSYS)),
            Object::Socket(_) => self.socket_read(me, fd, buffer, wait, waited),
        }
    }

    /// write(2), to whatever it is.
    pub(super) fn write(
        &mut self,
        me: ProcessId,
        fd: Fd,
        bytes: &[u8],
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        let file = match self.file(me, fd) {
            Ok(file) if file.writes() => file,
            Ok(_) => return Attempt::Done(Err(Errno::EBADF)),
            Err(errno) => return Attempt::Done(Err(errno)),
        };
        match file.object {
            Object::Pipe(id) => {
                let nonblocking = file.is_nonblocking();
                self.write_to_pipe(me, id, bytes, nonblocking, wait, waited)
            }
            // The kernel's object has nothing to write with: write(2).
            Object::Queue(_) => Attempt::Done(Err(Errno::EINVAL)),
            Object::Socket(_) => self.socket_write(me, fd, bytes, wait, waited),
        }
    }

    /// write(2) to a pipe. What has been written before it waits, or before the last reader goes, counts: it
    /// returns that. Sources: pipe(7); write(2).
    fn write_to_pipe(
        &mut self,
        me: ProcessId,
        id: PipeId,
        bytes: &[u8],
        nonblocking: bool,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        if bytes.is_empty() {
            return Attempt::Done(Ok(0));
        }
        let pipe = self.pipes.get_mut(id.0);
        let so_far = |done, errno| Attempt::Done(if done > 0 { Ok(done) } else { Err(errno) });
        if pipe.readers == 0 {
            self.raise(me, Signal::PIPE);
            return so_far(wait.done, Errno::EPIPE);
        }
        if !waited {
            wait.done = pipe.merge(bytes);
        }
        wait.done += pipe.fill(&bytes[wait.done..]);
        if wait.done == bytes.len() {
            Attempt::Done(Ok(wait.done))
        } else if nonblocking {
            so_far(wait.done, Errno::EAGAIN)
        } else {
            Attempt::Wait(Waiting::PipeToWrite(id, bytes.len() - wait.done))
        }
    }

    /// `F_SETPIPE_SZ`. Linux wakes the writer that has waited longest. If there is still no room for it, it
    /// is the last in line then (measured).
    pub(super) fn resize(&mut self, id: PipeId, bytes: usize) -> Answer {
        let pipe = self.pipes.get_mut(id.0);
        let size = pipe.resize(bytes)?;
        if !pipe.is_writable() {
            let waits = |it: &&ProcessId| {
                let why = self.waiting(**it);
                matches!(why, Some(Waiting::PipeToWrite(pipe, _)) if pipe == id)
            };
            if let Some(&first) = self.waiting.iter().find(waits) {
                self.waiting.retain(|other| *other != first);
                self.waiting.push(first);
            }
        }
        Ok(size)
    }

    /// mkfifo(3).
    pub(super) fn mkfifo(&mut self, path: &str) -> Answer {
        Self::check_path(path)?;
        if self.paths.contains_key(path) {
            return Err(Errno::EEXIST);
        }
        let pipe = Pipe { linked: true, ..Pipe::new(self.config.pipe_pages) };
        let id = PipeId(self.pipes.insert(pipe));
        self.paths.insert(path.to_owned(), Node::Fifo(id));
        Ok(0)
    }

    /// What is wrong with the path itself. Folders are not modelled: all that are named are there.
    fn check_path(path: &str) -> Result<(), Errno> {
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        if path.split('/').any(|name| name.len() > NAME_MAX) {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok(())
    }

    /// open(2), of FIFOs. Source: fifo(7).
    pub(super) fn open(
        &mut self,
        me: ProcessId,
        path: &str,
        flags: OpenFlags,
        wait: &mut Wait,
        waited: bool,
    ) -> Attempt {
        let id = if waited {
            match wait.why {
                // Who came to the other end may have gone again: that it came is enough (measured).
                Waiting::FifoToOpen { pipe, met: true, .. } => pipe,
                why => return Attempt::Wait(why),
            }
        } else {
            match self.fifo_to_open(me, path, flags) {
                Ok(id) => id,
                Err(errno) => return Attempt::Done(Err(errno)),
            }
        };
        let kept = OpenFlags::WRONLY | OpenFlags::RDWR | OpenFlags::NONBLOCK;
        let mut file = File::new(Object::Pipe(id), flags & kept);
        let (reads, writes) = (file.reads(), file.writes());
        if !waited {
            let pipe = self.pipes.get_mut(id.0);
            pipe.readers += u32::from(reads);
            pipe.writers += u32::from(writes);
            let alone = if reads { pipe.writers == 0 } else { pipe.readers == 0 };
            if reads {
                self.meet(id, true);
            }
            if writes {
                self.meet(id, false);
            }
            if alone && !file.is_nonblocking() {
                return Attempt::Wait(Waiting::FifoToOpen { pipe: id, reads, met: false });
            }
            file.is_before_writers = alone && reads;
        }
        let opened = self.install(me, file);
        debug_assert!(opened.is_ok(), "there was room for it when the call began");
        Attempt::Done(opened.map(Fd::place))
    }

    /// The FIFO that open(2) finds, if nothing forbids to open it so.
    fn fifo_to_open(&self, me: ProcessId, path: &str, flags: OpenFlags) -> Result<PipeId, Errno> {
        // The number is taken first, whatever the path then leads to (measured).
        if !path.is_empty() && !self.has_room(me) {
            return Err(Errno::EMFILE);
        }
        Self::check_path(path)?;
        let Some(node) = self.paths.get(path) else {
            // It would make an ordinary file, and they are not modelled.
            let creates = flags.contains(OpenFlags::CREAT);
            return Err(if creates { Errno::ENOSYS } else { Errno::ENOENT });
        };
        if flags.contains(OpenFlags::CREAT | OpenFlags::EXCL) {
            return Err(Errno::EEXIST);
        }
        let id = match *node {
            Node::Fifo(id) => id,
            // open(2): the file is a UNIX domain socket.
            Node::Socket(_) => return Err(Errno::ENXIO),
        };
        if flags.contains(OpenFlags::WRONLY | OpenFlags::RDWR) {
            return Err(Errno::EINVAL);
        }
        let only_writes = flags.contains(OpenFlags::WRONLY);
        if only_writes && flags.contains(OpenFlags::NONBLOCK) && self.pipes.get(id.0).readers == 0 {
            return Err(Errno::ENXIO);
        }
        Ok(id)
    }

    /// Somebody opens that end of a FIFO: who waits for that goes on, and who reads has had a writer.
    fn meet(&mut self, id: PipeId, end_reads: bool) {
        for process in &mut self.processes {
            if let Some(wait) = &mut process.wait
                && let Waiting::FifoToOpen { pipe, reads, met } = &mut wait.why
                && *pipe == id
                && *reads != end_reads
            {
                *met = true;
            }
        }
        if !end_reads {
            for file in self.files.iter_mut().filter(|file| file.object == Object::Pipe(id)) {
                file.is_before_writers = false;
            }
        }
    }

    /// unlink(2). Who has it open goes on with it.
    pub(super) fn unlink(&mut self, path: &str) -> Answer {
        Self::check_path(path)?;
        match self.paths.remove(path) {
            None => return Err(Errno::ENOENT),
            Some(Node::Fifo(id)) => {
                self.pipes.get_mut(id.0).linked = false;
                self.release(id);
            }
            Some(Node::Socket(_)) => {}
        }
        Ok(0)
    }

    /// A process does not wait any more for a FIFO to be opened at its other end.
    pub(super) fn open_forgotten(&mut self, wait: &Wait) {
        if let Waiting::FifoToOpen { pipe, reads, .. } = wait.why {
            self.leave(pipe, reads, !reads);
        }
    }

    /// The last descriptor of that end is gone.
    pub(super) fn pipe_closed(&mut self, id: PipeId, file: &File) {
        self.leave(id, file.reads(), file.writes());
    }

    fn leave(&mut self, id: PipeId, reads: bool, writes: bool) {
        let pipe = self.pipes.get_mut(id.0);
        pipe.readers -= u32::from(reads);
        pipe.writers -= u32::from(writes);
        self.release(id);
    }

    /// If nobody has it open, what is in a FIFO is lost, and so is its size (measured). What no path names
    /// is gone.
    fn release(&mut self, id: PipeId) {
        let pipe = self.pipes.get_mut(id.0);
        if pipe.readers > 0 || pipe.writers > 0 {
            return;
        }
        if pipe.linked {
            *pipe = Pipe { linked: true, ..Pipe::new(self.config.pipe_pages) };
        } else {
            self.pipes.remove(id.0);
        }
    }
}

#[cfg(test)]
mod tests;
