//! Readers and writers around a datum: which of them a process is changes from round to round, or is its
//! part.

use std::marker::PhantomData;

use super::{Asks, Cast, Preference, Scenario, Situation, Victims, call, remainder, stay};
use crate::backend::{self, Panic};
use crate::contract::ReadWriteLock;
use crate::engine::Body;
use crate::event::Service;
use crate::oracle::Rule;
use crate::process::{PROCESSES_MAX, ProcessId};
use crate::shim::SharedCell;

/// Some with a part of their own, in any number.
const PARTS: Cast = Cast::Parts { from: 2, to: PROCESSES_MAX };

/// Around a datum that is not atomic: whoever may not be there races.
static DATUM: Situation = Situation {
    name: "datum",
    title: "each process reads a datum and writes it, in turn; those with an odd number write first",
    rule: Rule::ReadersWriters,
    cast: Cast::Equals,
    asks: Asks { safety: true, ..Asks::NOTHING },
    may_panic: false,
};

/// The same, and inside they touch nothing.
static STAY: Situation = Situation {
    name: "stay",
    title: "each process is a reader and a writer, in turn, and stays inside for two steps",
    rule: Rule::ReadersWriters,
    cast: Cast::Equals,
    asks: Asks { progress: true, sleep: true, ..Asks::NOTHING },
    may_panic: false,
};

const fn one_writer(victims: Victims) -> Situation {
    Situation {
        name: "one_writer",
        title: "P0 writes, all others read, again and again",
        rule: Rule::ReadersWriters,
        cast: PARTS,
        asks: Asks { fairness: true, victims, ..Asks::NOTHING },
        may_panic: false,
    }
}

const fn one_reader(victims: Victims) -> Situation {
    Situation {
        name: "one_reader",
        title: "P0 reads, all others write, again and again",
        rule: Rule::ReadersWriters,
        cast: PARTS,
        asks: Asks { fairness: true, victims, ..Asks::NOTHING },
        may_panic: false,
    }
}

const fn together(preference: Preference) -> Situation {
    Situation {
        name: "together",
        title: "all processes read; but if there are more than two, the last one writes",
        rule: Rule::ReadersWriters,
        cast: PARTS,
        asks: Asks { preference: Some(preference), ..Asks::NOTHING },
        may_panic: false,
    }
}

static FAIR: [&Situation; 5] = {
    static ONE_WRITER: Situation = one_writer(Victims::All);
    static ONE_READER: Situation = one_reader(Victims::All);
    static TOGETHER: Situation = together(Preference::Fair);
    [&DATUM, &STAY, &ONE_WRITER, &ONE_READER, &TOGETHER]
};

static READERS_FIRST: [&Situation; 5] = {
    static ONE_WRITER: Situation = one_writer(Victims::Others);
    static ONE_READER: Situation = one_reader(Victims::First);
    static TOGETHER: Situation = together(Preference::ReadersFirst);
    [&DATUM, &STAY, &ONE_WRITER, &ONE_READER, &TOGETHER]
};

static WRITERS_FIRST: [&Situation; 5] = {
    static ONE_WRITER: Situation = one_writer(Victims::First);
    static ONE_READER: Situation = one_reader(Victims::Others);
    static TOGETHER: Situation = together(Preference::WritersFirst);
    [&DATUM, &STAY, &ONE_WRITER, &ONE_READER, &TOGETHER]
};

/// The scenario of [`ReadWriteLock`], for one type of solution.
#[derive(Debug)]
pub struct ReadersWritersScenario<S> {
    preference: Preference,
    solution: PhantomData<fn() -> S>,
}

impl<S> ReadersWritersScenario<S> {
    /// For solutions of type `S` that are to prefer those.
    pub const fn new(preference: Preference) -> Self {
        Self { preference, solution: PhantomData }
    }
}

impl<S: ReadWriteLock> Scenario for ReadersWritersScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn situations(&self) -> &'static [&'static Situation] {
        match self.preference {
            Preference::Fair => &FAIR,
            Preference::ReadersFirst => &READERS_FIRST,
            Preference::WritersFirst => &WRITERS_FIRST,
        }
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let lock = backend::catch(|| S::new(quotas.len()))?;
        Ok(Box::new(Rounds { lock, quotas, situation, datum: SharedCell::new(0) }))
    }
}

struct Rounds<'a, S> {
    lock: S,
    quotas: &'a [u32],
    situation: &'static Situation,
    datum: SharedCell<u64>,
}

impl<S: ReadWriteLock> Rounds<'_, S> {
    /// Whether a process writes in that round of its own.
    fn writes(&self, me: ProcessId, round: u32) -> bool {
        let (me, processes) = (me.index(), self.quotas.len());
        match self.situation.name {
            "one_writer" => me == 0,
            "one_reader" => me != 0,
            "together" => processes > 2 && me == processes - 1,
            _ => (me as u32).wrapping_add(round) % 2 == 1,
        }
    }

    fn read(&self, me: ProcessId) {
        call(Service::StartRead, || self.lock.start_read(me));
        if self.situation.name == DATUM.name {
            let _ = self.datum.get();
        } else {
            stay();
        }
        call(Service::EndRead, || self.lock.end_read(me));
    }

    fn write(&self, me: ProcessId) {
        call(Service::StartWrite, || self.lock.start_write(me));
        if self.situation.name == DATUM.name {
            let seen = self.datum.get();
            self.datum.set(seen.wrapping_add(1));
        } else {
            stay();
        }
        call(Service::EndWrite, || self.lock.end_write(me));
    }
}

impl<S: ReadWriteLock> Body for Rounds<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for round in 0..self.quotas[process.index()] {
            remainder();
            if self.writes(process, round) {
                self.write(process);
            } else {
                self.read(process);
            }
        }
    }
}
