//! False alarms: correct locks that are called wrong.

use std::io::{self, Write};

use harness::examination::Memory;
use harness::memory::Model;

use super::{Line, Summary};
use crate::contract::{Kind, Program};
use crate::on_harness::{self, Bench, Found, Sampling};
use crate::on_loom::{self, Limits};
use crate::on_shuttle::{self, Schedule};
use crate::table::Table;
use crate::verdict::{Said, Waiting};

const ENTRIES: u32 = 2;
const SEED: u64 = 1;
const EXECUTIONS: u64 = 2_000;

/// Steps of one execution of a peer's, and branches of loom's: more than ours may take.
const STEPS_MAX: usize = 10_000;

const LOOM: Limits = Limits { branches: STEPS_MAX, executions: 2_000 };

/// What one mode of one tool said of one lock.
struct Opinion {
    mode: String,
    alarm: Option<String>,
}

fn of_ours(mode: String, found: Found, is_exhaustive: bool) -> Opinion {
    let unfinished = is_exhaustive && found.alarm.is_none() && !found.exhausted;
    let alarm = match found.alarm {
        Some(what) => Some(what),
        None if found.cut > 0 => Some("cut".to_owned()),
        None if unfinished => Some("unfinished".to_owned()),
        None => None,
    };
    Opinion { mode, alarm }
}

/// All modes of ours on one program. A limit that is reached counts, too.
fn ours(program: Program) -> Vec<Opinion> {
    let scenario = on_harness::scenario(program.kind);
    let mut opinions = Vec::new();
    for (memory, model) in [("sequential", Model::Sequential), ("C++20", Model::Cpp20)] {
        for sampling in Sampling::ALL {
            let mut bench = Bench::new(&*scenario, program);
            let found = bench.sample(model, sampling, SEED, EXECUTIONS);
            opinions.push(of_ours(format!("ours, {memory}, {}", sampling.name()), found, false));
        }
        // With all entries for two processes; with more, once each, as in grading.
        let entries = if program.processes == 2 { program.entries } else { 1 };
        let (model, examined) = match model {
            Model::Sequential => (Model::Strong, Memory::Sequential),
            _ => (model, Memory::Cpp20),
        };
        let found = Bench::new(&*scenario, Program { entries, ..program }).exhaust(model);
        opinions.push(of_ours(format!("ours, {memory}, exhaustive"), found, true));
        let found = Bench::examine(&*scenario, program, examined);
        opinions.push(of_ours(format!("ours, {memory}, whole examination"), found, false));
    }
    opinions
}

fn peers(program: Program) -> Vec<Opinion> {
    let most = EXECUTIONS as usize;
    let shuttle =
        |waiting, schedule| on_shuttle::explore(program, waiting, schedule, SEED, most, STEPS_MAX);
    let opinion = |mode: &str, said: Said| Opinion { mode: mode.to_owned(), alarm: said.alarm };
    vec![
        opinion("shuttle, random", shuttle(Waiting::Bare, Schedule::Random)),
        opinion("shuttle, PCT", shuttle(Waiting::Bare, Schedule::Pct)),
        opinion("shuttle, PCT, yielding", shuttle(Waiting::Yielding, Schedule::Pct)),
        opinion("loom", on_loom::explore(program, Waiting::Bare, LOOM)),
        opinion("loom, yielding", on_loom::explore(program, Waiting::Yielding, LOOM)),
    ]
}

/// One mode's score.
struct Score {
    mode: String,
    wrong: Vec<(&'static str, String)>,
}

fn count(scores: &mut Vec<Score>, kind: Kind, opinions: Vec<Opinion>) {
    for Opinion { mode, alarm } in opinions {
        let place = scores.iter().position(|score| score.mode == mode).unwrap_or_else(|| {
            scores.push(Score { mode, wrong: Vec::new() });
            scores.len() - 1
        });
        // More than one program per lock: the lock counts once.
        let is_known = scores[place].wrong.last().is_some_and(|(name, _)| *name == kind.name());
        if let (Some(alarm), false) = (alarm, is_known) {
            scores[place].wrong.push((kind.name(), alarm));
        }
    }
}

pub(crate) fn measure(out: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    let mut scores = Vec::new();
    for kind in Kind::CORRECT {
        let program = Program::new(kind, 2, ENTRIES);
        count(&mut scores, kind, ours(program));
        if !matches!(kind, Kind::Peterson | Kind::Dekker) {
            count(&mut scores, kind, ours(Program::new(kind, 3, ENTRIES)));
        }
    }
    let modes_of_ours = scores.len();
    for kind in Kind::CORRECT {
        count(&mut scores, kind, peers(Program::new(kind, 2, ENTRIES)));
    }

    let total = Kind::CORRECT.len();
    let mut table = Table::new(&["mode", "false alarms", "what it says"]);
    for Score { mode, wrong } in &scores {
        let mut said: Vec<String> = Vec::new();
        for (lock, alarm) in wrong {
            let alarm: String = alarm.chars().take(60).collect();
            let alarm = alarm.replace('|', "/");
            // The first lock stands for all that get the same complaint.
            if !said.iter().any(|text| text.contains(&alarm)) {
                said.push(format!("{lock}: {alarm}"));
            }
        }
        table.row(vec![mode.clone(), format!("{} of {total}", wrong.len()), said.join("; ")]);
    }
    let worst = |scores: &[Score]| scores.iter().map(|score| score.wrong.len()).max().unwrap_or(0);
    summary.line(Line {
        what: "false alarms on correct locks with bare spin loops, worst mode",
        ours: worst(&scores[..modes_of_ours]).to_string(),
        peer: format!("{} of {total}", worst(&scores[modes_of_ours..])),
        ratio: "–".to_owned(),
        target: "0",
        is_met: worst(&scores[..modes_of_ours]) == 0,
    });

    writeln!(out, "## False alarms on {total} correct locks\n")?;
    writeln!(
        out,
        "Peterson, Dekker, bakery, test-and-set, test and test-and-set, compare-and-swap, ticket lock, \
         Anderson's array, waiting array; 2 processes that enter {ENTRIES} times each, for ours also 3 \
         processes. {EXECUTIONS} executions of each sampling mode; loom stops after {} iterations. \
         Bare spin loops unless it says *yielding*. An execution of more than {STEPS_MAX} steps \
         (ours: 4,000) counts as an alarm. The whole examination gives a verdict on each of the three criteria, \
         with round robin and the starving adversary; a wrong or unknown one is an alarm.\n",
        LOOM.executions,
    )?;
    table.print(out)
}
