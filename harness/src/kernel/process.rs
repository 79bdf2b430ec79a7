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
            pid: Pid(FIRST_PID + i32::from(id.index() as u8)),
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

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, p};
    use super::super::{
        Call, Config, Ending, Errno, Kernel as _, Pid, Signal, Simulated, Status, Waiting,
    };
    use super::{Life, OUTER_PID};

    impl Bench {
        fn wait_for_child(&mut self, me: usize, pid: Pid, hang: bool) -> (Status, Ending) {
            let mut ending = Ending::Exited(-1);
            let status = self.step(me, Call::Waitpid { pid, hang, ending: &mut ending });
            (status, ending)
        }

        fn end(&mut self, me: usize, status: i32) {
            assert_eq!(self.step(me, Call::Exit { status }), Status::Died);
        }

        fn ended(&self, child: usize) -> Status {
            Status::Done(Ok(self.pid(child).answer()))
        }

        fn parent_of(&mut self, me: usize) -> Pid {
            Pid(self.call(me, Call::Getppid).unwrap().try_into().unwrap())
        }
    }

    /// Process 0 has the child 1, and that has the child 2.
    fn three_generations() -> Bench {
        let mut bench = Bench::new(1);
        bench.kernel = Simulated::new(Config::default(), 3);
        bench.kernel.fork(p(0), p(1));
        bench.kernel.fork(p(1), p(2));
        bench
    }

    #[test]
    fn waitpid_reaps_each_child_once() {
        let mut bench = Bench::new(3);
        assert_eq!(bench.wait_for_child(0, Pid(-1), false).0, Status::Done(Ok(0)));
        bench.end(2, 7);
        assert_eq!(bench.wait_for_child(0, bench.pid(1), false).0, Status::Done(Ok(0)));
        let expected = (bench.ended(2), Ending::Exited(7));
        assert_eq!(bench.wait_for_child(0, Pid(-1), false), expected);
        let again = bench.wait_for_child(0, bench.pid(2), true).0;
        assert_eq!(again, Status::Done(Err(Errno::ECHILD)));
        bench.kill(0, 1, Signal::KILL);
        let expected = (bench.ended(1), Ending::Killed(Signal::KILL));
        assert_eq!(bench.wait_for_child(0, bench.pid(1), true), expected);
        let none = bench.wait_for_child(0, Pid(-1), false).0;
        assert_eq!(none, Status::Done(Err(Errno::ECHILD)));
    }

    #[test]
    fn waitpid_waits_for_the_child_that_was_named() {
        let mut bench = Bench::new(3);
        let pid = bench.pid(1);
        assert_eq!(bench.wait_for_child(0, pid, true).0, Status::Waits);
        assert_eq!(bench.kernel.waiting(p(0)), Some(Waiting::Child(Some(p(1)))));
        bench.end(2, 0);
        assert!(!bench.is_ready(0));
        // The parent is told eight bits.
        bench.end(1, 0x1ff);
        assert!(bench.is_ready(0));
        assert_eq!(bench.wait_for_child(0, pid, true), (bench.ended(1), Ending::Exited(0xff)));
    }

    #[test]
    fn only_children_are_waited_for() {
        let mut bench = three_generations();
        for pid in [bench.pid(2), bench.pid(0), Pid(99_999)] {
            let status = bench.wait_for_child(0, pid, false).0;
            assert_eq!(status, Status::Done(Err(Errno::ECHILD)), "{pid:?}");
        }
        for pid in [Pid(0), Pid(-2)] {
            let status = bench.wait_for_child(0, pid, false).0;
            assert_eq!(status, Status::Done(Err(Errno::ENOSYS)), "{pid:?}");
        }
    }

    #[test]
    fn orphans_have_another_parent_and_leave_no_zombies() {
        let mut bench = three_generations();
        assert_eq!(bench.parent_of(2), bench.pid(1));
        assert_eq!(bench.parent_of(0), OUTER_PID);
        bench.end(1, 0);
        assert_eq!(bench.parent_of(2), OUTER_PID);
        bench.end(2, 0);
        assert_eq!(bench.kernel.process(p(2)).life, Life::Gone);
        // A zombie goes with its parent; who waits for the parent does not get its children.
        let mut bench = three_generations();
        bench.end(2, 0);
        assert_eq!(bench.kernel.process(p(2)).life, Life::Zombie(Ending::Exited(0)));
        bench.end(1, 0);
        assert_eq!(bench.kernel.process(p(2)).life, Life::Gone);
        assert_eq!(bench.wait_for_child(0, Pid(-1), true).0, bench.ended(1));
        let none = bench.wait_for_child(0, Pid(-1), true).0;
        assert_eq!(none, Status::Done(Err(Errno::ECHILD)));
    }

    #[test]
    fn who_ended_takes_no_step() {
        let mut bench = Bench::new(2);
        bench.waits(1, Call::Pause);
        bench.kill(0, 1, Signal::KILL);
        assert!(bench.is_dead(1) && !bench.is_ready(1));
        assert_eq!(bench.kernel.waiting(p(1)), None);
        assert_eq!(bench.step(1, Call::Pause), Status::Died);
    }
}
