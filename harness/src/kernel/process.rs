//! Processes: how they begin, and how they end.

use super::file::FileId;
use super::signal::Signals;
use super::{Answer, Attempt, Ending, Errno, Pid, Simulated, Wait, Waiting};
use crate::process::ProcessId;

/// The number of the process that begins; its children have the next ones.
const FIRST_PID: i32 = 1001;

/// The number of the parent of the process that begins: one that is not modelled.
const OUTER_PID: i32 = 1000;

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

    /// `me` ends: its descriptors are closed, its parent is told.
    pub(super) fn end(&mut self, me: ProcessId, ending: Ending) {
        if let Some(wait) = self.process_mut(me).wait.take() {
            self.forget(me, &wait);
        }
        self.waiting.retain(|other| *other != me);
        self.close_all(me);
        self.process_mut(me).life = Life::Zombie(ending);
        self.tell_parent(me, ending);
    }

    /// getppid(2).
    pub(super) fn getppid(&self, me: ProcessId) -> Answer {
        let parent = self.process(me).parent.filter(|&parent| self.process(parent).is_alive());
        let pid = parent.map_or(Pid(OUTER_PID), |parent| self.process(parent).pid);
        Ok(pid.0 as usize)
    }

    /// A child of `parent` that has ended and was not waited for: that one, or any.
    pub(super) fn ended_child(
        &self,
        parent: ProcessId,
        child: Option<ProcessId>,
    ) -> Option<(ProcessId, Ending)> {
        let mine = self.processes.iter().filter(|it| it.parent == Some(parent));
        mine.filter(|it| child.is_none_or(|child| child == it.id)).find_map(|it| match it.life {
            Life::Zombie(ending) => Some((it.id, ending)),
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
        let mut children = self.processes.iter().filter(|it| {
            it.parent == Some(me)
                && matches!(it.life, Life::Alive | Life::Zombie(_))
                && (pid.0 == -1 || it.pid == pid)
        });
        let Some(first) = children.next().map(|it| it.id) else {
            return Attempt::Done(Err(Errno::ECHILD));
        };
        let child = (pid.0 != -1).then_some(first);
        match self.ended_child(me, child) {
            Some((child, ending)) => {
                *out = ending;
                let child = self.process_mut(child);
                child.life = Life::Gone;
                Attempt::Done(Ok(child.pid.0 as usize))
            }
            None if hang => Attempt::Wait(Waiting::Child(child)),
            None => Attempt::Done(Ok(0)),
        }
    }
}
