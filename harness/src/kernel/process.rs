//! Processes: how they begin, and how they end.

use super::file::FileId;
use super::signal::Signals;
use super::{Attempt, Ending, Errno, Pid, Simulated, Wait, Waiting};
use crate::process::{ProcessId, ProcessSet};

/// The number of the process that begins; its children have the next ones.
const FIRST_PID: i32 = 1001;

/// The process that begins.
const FIRST: ProcessId = ProcessId::new(0);

/// The number of the parent of the process that begins: one that is not modelled.
pub(super) const OUTER_PID: Pid = Pid(1000);

/// Whether a process is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Life {
    Unborn,
    Alive,
    /// It has ended, and its parent has not asked how.
    Zombie(Ending),
    Gone,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    pub(super) id: ProcessId,
    pub(super) pid: Pid,
    pub(super) parent: Option<ProcessId>,
    pub(super) life: Life,
    /// By descriptor.
    pub(super) table: Vec<Option<FileId>>,
    pub(super) signals: Signals,
    /// In a call that waits.
    pub(super) wait: Option<Wait>,
}

impl Process {
    pub(super) fn unborn(id: ProcessId) -> Self {
        Self {
            id,
            pid: Pid(FIRST_PID + id.index() as i32),
            parent: None,
            life: Life::Unborn,
            table: Vec::new(),
            signals: Signals::default(),
            wait: None,
        }
    }

    pub(super) const fn is_alive(&self) -> bool {
        matches!(self.life, Life::Alive)
    }

    pub(super) const fn has_ended(&self) -> bool {
        matches!(self.life, Life::Zombie(_) | Life::Gone)
    }
}

impl Simulated {
    /// Which process has this number. A zombie counts, as for kill(2).
    pub(super) fn find(&self, pid: Pid) -> Option<ProcessId> {
        let there =
            |it: &&Process| it.pid == pid && matches!(it.life, Life::Alive | Life::Zombie(_));
        self.processes.iter().find(there).map(|it| it.id)
    }

    /// fork(2): descriptors, mask and actions are copied; pending signals are not.
    pub(super) fn copy(&mut self, parent: ProcessId, child: ProcessId) {
        debug_assert_eq!(self.process(child).life, Life::Unborn, "{child} is born once");
        let signals = self.process(parent).signals.inherited();
        let born = self.process_mut(child);
        born.life = Life::Alive;
        born.parent = Some(parent);
        born.signals = signals;
        self.share_all(parent, child);
    }

    /// `me` ends: its descriptors are closed, its parent is told, its children have none any more.
    pub(super) fn end(&mut self, me: ProcessId, ending: Ending) {
        if let Some(wait) = self.process_mut(me).wait.take() {
            self.forget(me, &wait);
        }
        self.waiting.retain(|other| *other != me);
        self.close_all(me);
        let process = self.process_mut(me);
        process.signals = Signals::default();
        process.life = Life::Zombie(ending);
        if let Some(parent) = process.parent {
            self.tell_parent(me, parent, ending);
        } else if me != FIRST {
            self.bury(me); // init(1) waits for it
        }
        for orphan in self.children(me, None).collect::<ProcessSet>().iter() {
            self.process_mut(orphan).parent = None;
            if self.process(orphan).has_ended() {
                self.bury(orphan);
            }
        }
    }

    /// A zombie goes.
    pub(super) fn bury(&mut self, process: ProcessId) {
        self.process_mut(process).life = Life::Gone;
    }

    /// getppid(2).
    pub(super) fn getppid(&self, me: ProcessId) -> Pid {
        self.process(me).parent.map_or(OUTER_PID, |parent| self.process(parent).pid)
    }

    /// The children of `parent` that it may wait for: that one, or all.
    fn children(
        &self,
        parent: ProcessId,
        child: Option<ProcessId>,
    ) -> impl Iterator<Item = ProcessId> {
        let is_there = |it: &&Process| matches!(it.life, Life::Alive | Life::Zombie(_));
        let mine = self.processes.iter().filter(move |it| it.parent == Some(parent));
        let those = mine.filter(move |it| child.is_none_or(|child| child == it.id));
        those.filter(is_there).map(|it| it.id)
    }

    /// Whether nothing keeps `parent` waiting for that child, or any: one has ended, or there is none.
    pub(super) fn is_child_settled(&self, parent: ProcessId, child: Option<ProcessId>) -> bool {
        self.ended_child(parent, child).is_some() || self.children(parent, child).next().is_none()
    }

    /// A child of `parent` that has ended and was not waited for: that one, or any.
    fn ended_child(
        &self,
        parent: ProcessId,
        child: Option<ProcessId>,
    ) -> Option<(ProcessId, Ending)> {
        self.children(parent, child).find_map(|it| match self.process(it).life {
            Life::Zombie(ending) => Some((it, ending)),
            _ => None,
        })
    }

    /// waitpid(2).
    pub(super) fn waitpid(
        &mut self,
        me: ProcessId,
        pid: Pid,
        hang: bool,
        out: &mut Ending,
    ) -> Attempt {
        if pid.0 < -1 || pid.0 == 0 {
            return Attempt::Done(Err(Errno::ENOSYS)); // process groups are not modelled
        }
        let child = match pid {
            Pid(-1) => None,
            _ => match self.find(pid) {
                Some(child) => Some(child),
                None => return Attempt::Done(Err(Errno::ECHILD)),
            },
        };
        if self.children(me, child).next().is_none() {
            return Attempt::Done(Err(Errno::ECHILD));
        }
        match self.ended_child(me, child) {
            Some((child, ending)) => {
                *out = ending;
                self.bury(child);
                Attempt::Done(Ok(self.process(child).pid.answer()))
            }
            None if hang => Attempt::Wait(Waiting::Child(child)),
            None => Attempt::Done(Ok(0)),
        }
    }
}
