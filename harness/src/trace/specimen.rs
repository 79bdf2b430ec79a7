//! A student's file, as the tests of names and drawings need one: real lines that call methods on
//! shared variables. It must stay at the top of the file: drawings show its line numbers.

use super::specimen_events::{Log, Variable};
use crate::process::ProcessId;

pub(super) struct Peterson {
    pub(super) flag: [Variable; 2],
    pub(super) turn: Variable,
}

impl Peterson {
    pub(super) fn entry_section(&self, log: &mut Log, me: ProcessId) {
        let other = 1 - me.index();
        self.flag[me.index()].store(log, 1);
        self.turn.store(log, other as u64);
        if self.flag[other].load(log) == 1 && self.turn.load(log) == other as u64 {
            log.waits();
        }
    }

    pub(super) fn exit_section(&self, log: &mut Log, me: ProcessId) {
        let i = me.index();
        self.flag
            // rustfmt breaks long chains
            [i]
            .store(log, 0);
    }
}
