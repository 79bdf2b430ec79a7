//! Philosophers around a table.

use super::{Asks, Cast, Scenario, Situation, call, remainder, scenario, stay};
use crate::backend::{self, Panic};
use crate::contract::Table;
use crate::engine::Body;
use crate::event::Service;
use crate::oracle::Rule;
use crate::process::ProcessId;
use crate::shim::SharedCell;

/// Each fork is a datum that is not atomic: whoever eats reads and writes both of his.
const fn forks(name: &'static str, places: usize) -> Situation {
    Situation {
        name,
        title: "whoever eats reads and writes both forks, which are not atomic",
        rule: Rule::Neighbours { places },
        cast: Cast::EqualsOf(places),
        asks: Asks { safety: true, ..Asks::NOTHING },
        may_panic: false,
    }
}

/// They eat for two steps and touch nothing.
const fn meal(name: &'static str, places: usize) -> Situation {
    Situation {
        name,
        title: "whoever eats does so for two steps",
        rule: Rule::Neighbours { places },
        cast: Cast::EqualsOf(places),
        asks: Asks { progress: true, fairness: true, sleep: true, ..Asks::NOTHING },
        may_panic: false,
    }
}

/// Who is whose neighbour depends on how many there are: so do the situations.
static TABLES: [Situation; 14] = [
    forks("forks_2", 2),
    meal("meal_2", 2),
    forks("forks_3", 3),
    meal("meal_3", 3),
    forks("forks_4", 4),
    meal("meal_4", 4),
    forks("forks_5", 5),
    meal("meal_5", 5),
    forks("forks_6", 6),
    meal("meal_6", 6),
    forks("forks_7", 7),
    meal("meal_7", 7),
    forks("forks_8", 8),
    meal("meal_8", 8),
];

static ALL: [&Situation; 14] = {
    let mut all = [&TABLES[0]; 14];
    let mut place = 0;
    while place < all.len() {
        all[place] = &TABLES[place];
        place += 1;
    }
    all
};

scenario! {
    /// The scenario of [`Table`], for one type of solution.
    TableScenario
}

impl<S: Table> Scenario for TableScenario<S> {
    fn solution(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn situations(&self) -> &'static [&'static Situation] {
        &ALL
    }

    fn body<'a>(
        &'a self,
        quotas: &'a [u32],
        situation: &'static Situation,
    ) -> Result<Box<dyn Body + 'a>, Panic> {
        let table = backend::catch(|| S::new(quotas.len()))?;
        let forks = if situation.asks.safety { quotas.len() } else { 0 };
        let forks = (0..forks).map(|_| SharedCell::new(0)).collect();
        Ok(Box::new(Dinner { table, quotas, forks }))
    }
}

struct Dinner<'a, S> {
    table: S,
    quotas: &'a [u32],
    /// None, if they are not to be touched.
    forks: Vec<SharedCell<u64>>,
}

impl<S: Table> Dinner<'_, S> {
    fn eat(&self, me: ProcessId) {
        let Some(mine) = self.forks.get(me.index()) else {
            stay();
            return;
        };
        for fork in [mine, &self.forks[(me.index() + 1) % self.forks.len()]] {
            let seen = fork.get();
            fork.set(seen.wrapping_add(1));
        }
    }
}

impl<S: Table> Body for Dinner<'_, S> {
    fn processes(&self) -> usize {
        self.quotas.len()
    }

    fn run(&self, process: ProcessId) {
        for _ in 0..self.quotas[process.index()] {
            remainder();
            call(Service::PickUp, || self.table.pick_up(process));
            self.eat(process);
            call(Service::PutDown, || self.table.put_down(process));
        }
    }
}
