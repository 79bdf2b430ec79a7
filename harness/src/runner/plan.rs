//! What to examine, and with what effort: the input of a run, as the grader writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of [`Plan`] and of [`Report`](super::Report); both sides refuse another one.
pub const PROTOCOL_VERSION: u32 = 1;

/// One submission to one assignment: what to run it through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`PROTOCOL_VERSION`].
    pub version: u32,
    /// Drawn afresh for each run and repeated in the report, so that no other run's report can be
    /// taken for this one's.
    pub nonce: String,
    /// The assignment's name, such as `peterson`.
    pub assignment: String,
    /// The numbers of processes to examine, such as `[2]` or `[2, 3, 4]`.
    pub processes: Vec<usize>,
    /// How often each process enters its critical section.
    pub entries: u32,
    /// Where all pseudo-random numbers come from.
    pub seed: u64,
    /// How much of what to run.
    pub portfolio: Portfolio,
    /// The submission's source files by the names that the compiler knows them by, so that reports
    /// can call variables what the student calls them.
    pub sources: BTreeMap<String, String>,
    /// Instead of an examination: a counterexample to show again, as [`Witness::replay`] has it.
    ///
    /// [`Witness::replay`]: super::Witness::replay
    pub replay: Option<String>,
}

/// Budgets, in executions and steps. Seconds never decide a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portfolio {
    /// Executions of exhaustive exploration, for each number of processes and each memory; beyond
    /// that the exploration is given up as incomplete.
    pub exhaustive_executions_max: u64,
    /// Sampled executions of random walks, for each number of processes and each memory.
    pub random_executions: u64,
    /// The same for PCT (probabilistic concurrency testing).
    pub pct_executions: u64,
    /// The same for POS (partial-order sampling).
    pub pos_executions: u64,
    /// Runs of the starving adversary, for each victim and each memory.
    pub adversary_executions: u64,
    /// Operations after which a sampled execution is taken to make no progress and is examined.
    pub steps_per_execution_max: u32,
    /// Repetitions of a cycle before it counts as endless.
    pub pump_repetitions: u32,
}

impl Default for Portfolio {
    fn default() -> Self {
        Self {
            exhaustive_executions_max: 16_000,
            random_executions: 3_000,
            pct_executions: 1_000,
            pos_executions: 2_000,
            adversary_executions: 60,
            steps_per_execution_max: 4_000,
            pump_repetitions: 1_000,
        }
    }
}
