//! Open files, and the tables of descriptors that name them.
//!
//! A descriptor is a number in the table of one process, and names an open file, which descriptors in other
//! processes may name, too. The last one that goes takes the file with it: forgetting to close an end of a
//! pipe has its true consequence. Source: open(2), "Open file descriptions"; fork(2).

use super::process::Process;
use super::{Answer, Control, Errno, Fd, OpenFlags, PipeId, QueueId, Simulated, SocketId};
use crate::process::ProcessId;

/// The lowest descriptor that is modelled: standard input, output and error are below.
const FIRST: usize = 3;

/// Numbers an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FileId(pub(super) u32);

/// An open file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct File {
    pub(super) object: Object,
    /// Access mode and `NONBLOCK`.
    pub(super) flags: OpenFlags,
    /// Of a reading end of a FIFO that was opened while there were no writers: none has come yet.
    pub(super) is_before_writers: bool,
    /// How many descriptors name it.
    names: u32,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Object {
    Pipe(PipeId),
    Queue(QueueId),
    Socket(SocketId),
}

impl File {
    pub(super) const fn new(object: Object, flags: OpenFlags) -> Self {
        Self { object, flags, is_before_writers: false, names: 0 }
    }

    pub(super) const fn is_nonblocking(&self) -> bool {
        self.flags.contains(OpenFlags::NONBLOCK)
    }

    /// Whether it is open for reading. `RDONLY` is the absence of the others.
    pub(super) const fn reads(&self) -> bool {
        !self.flags.contains(OpenFlags::WRONLY)
    }

    pub(super) const fn writes(&self) -> bool {
        self.flags.intersects(OpenFlags::WRONLY.union(OpenFlags::RDWR))
    }
}

impl Process {
    /// The open file that a descriptor names.
    pub(super) fn file(&self, fd: Fd) -> Result<FileId, Errno> {
        let place = usize::try_from(fd.0).map_err(|_| Errno::EBADF)?;
        if place < FIRST {
            return Err(Errno::ENOSYS);
        }
        self.table.get(place).copied().flatten().ok_or(Errno::EBADF)
    }

    /// Puts a file under the lowest free number that is not below `lowest`.
    fn place(&mut self, file: FileId, lowest: usize, most: usize) -> Result<Fd, Errno> {
        let used = |place: usize| self.table.get(place).copied().flatten().is_some();
        let free = (lowest..most).find(|&place| !used(place)).ok_or(Errno::EMFILE)?;
        if self.table.len() <= free {
            self.table.resize(free + 1, None);
        }
        self.table[free] = Some(file);
        Ok(Fd::returned(free))
    }
}

impl Simulated {
    /// The open file that a descriptor of `process` names.
    pub(super) fn file(&self, process: ProcessId, fd: Fd) -> Result<&File, Errno> {
        self.process(process).file(fd).map(|file| self.files.get(file.0))
    }

    /// The descriptors of `process`, lowest first, with what they name.
    pub(super) fn descriptors(&self, process: ProcessId) -> impl Iterator<Item = (Fd, &File)> {
        let table = self.process(process).table.iter().enumerate();
        table.filter_map(|(fd, file)| Some((Fd::returned(fd), self.files.get((*file)?.0))))
    }

    /// Whether `process` has a descriptor left.
    pub(super) fn has_room(&self, process: ProcessId) -> bool {
        self.descriptors(process).count() + FIRST < self.config.descriptors_max
    }

    /// Opens a file in `process`, under the lowest free number. It fails without a trace.
    pub(super) fn install(&mut self, process: ProcessId, file: File) -> Result<Fd, Errno> {
        let id = FileId(self.files.insert(file));
        let most = self.config.descriptors_max;
        match self.process_mut(process).place(id, FIRST, most) {
            Ok(fd) => {
                self.files.get_mut(id.0).names += 1;
                Ok(fd)
            }
            Err(errno) => {
                self.files.remove(id.0);
                Err(errno)
            }
        }
    }

    /// close(2).
    pub(super) fn close(&mut self, me: ProcessId, fd: Fd) -> Answer {
        let file = self.process(me).file(fd)?;
        let table = &mut self.process_mut(me).table;
        table[fd.place()] = None;
        // Places at the end that are free go, so that what is equal looks equal.
        while table.pop_if(|last| last.is_none()).is_some() {}
        self.drop_name(me, file);
        Ok(0)
    }

    /// One descriptor less names the file; the last one takes it along.
    fn drop_name(&mut self, me: ProcessId, id: FileId) {
        let file = self.files.get_mut(id.0);
        file.names -= 1;
        // mq_notify(3): closing any descriptor of the queue takes the registration of the process away.
        if let Object::Queue(queue) = file.object {
            self.unregister(me, queue);
        }
        let file = self.files.get(id.0).clone();
        if file.names == 0 {
            self.files.remove(id.0);
            match file.object {
                Object::Pipe(pipe) => self.pipe_closed(pipe, &file),
                Object::Queue(queue) => self.queue_closed(queue),
                Object::Socket(socket) => self.socket_closed(socket),
            }
        }
    }

    /// All descriptors of `me` go: it ends.
    pub(super) fn close_all(&mut self, me: ProcessId) {
        for file in std::mem::take(&mut self.process_mut(me).table).into_iter().flatten() {
            self.drop_name(me, file);
        }
    }

    /// The child has the parent's descriptors.
    pub(super) fn share_all(&mut self, parent: ProcessId, child: ProcessId) {
        let table = self.process(parent).table.clone();
        for file in table.iter().flatten() {
            self.files.get_mut(file.0).names += 1;
        }
        self.process_mut(child).table = table;
    }

    /// dup(2), and `F_DUPFD` of fcntl(2).
    pub(super) fn dup(&mut self, me: ProcessId, fd: Fd, lowest: Fd) -> Answer {
        let file = self.process(me).file(fd)?;
        let lowest = usize::try_from(lowest.0).map_err(|_| Errno::EINVAL)?;
        let most = self.config.descriptors_max;
        if lowest >= most {
            return Err(Errno::EINVAL);
        }
        let copy = self.process_mut(me).place(file, lowest.max(FIRST), most)?;
        self.files.get_mut(file.0).names += 1;
        Ok(copy.place())
    }

    /// dup2(2): whatever `to` named is closed first.
    pub(super) fn dup2(&mut self, me: ProcessId, fd: Fd, to: Fd) -> Answer {
        let file = self.process(me).file(fd)?;
        let place = usize::try_from(to.0).map_err(|_| Errno::EBADF)?;
        if place >= self.config.descriptors_max {
            return Err(Errno::EBADF);
        }
        if place < FIRST {
            return Err(Errno::ENOSYS);
        }
        if fd != to {
            if self.process(me).file(to).is_ok() {
                self.close(me, to)?;
            }
            let table = &mut self.process_mut(me).table;
            if table.len() <= place {
                table.resize(place + 1, None);
            }
            table[place] = Some(file);
            self.files.get_mut(file.0).names += 1;
        }
        Ok(place)
    }

    /// fcntl(2).
    pub(super) fn fcntl(&mut self, me: ProcessId, fd: Fd, control: Control) -> Answer {
        let id = self.process(me).file(fd)?;
        let file = self.files.get_mut(id.0);
        match control {
            Control::GetFlags => Ok(file.flags.bits() as usize),
            Control::SetFlags(flags) => {
                // The flags belong to the open file: who shares it sees the change, too.
                file.flags.set(OpenFlags::NONBLOCK, flags.contains(OpenFlags::NONBLOCK));
                Ok(0)
            }
            Control::Duplicate(lowest) => self.dup(me, fd, lowest),
            Control::GetPipeSize => match file.object {
                Object::Pipe(pipe) => Ok(self.pipes.get(pipe.0).capacity()),
                Object::Queue(_) | Object::Socket(_) => Err(Errno::EBADF),
            },
            Control::SetPipeSize(bytes) => match file.object {
                Object::Pipe(pipe) => self.resize(pipe, bytes),
                Object::Queue(_) | Object::Socket(_) => Err(Errno::EBADF),
            },
        }
    }
}
