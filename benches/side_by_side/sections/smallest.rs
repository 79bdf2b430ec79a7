//! The fixed cost of an execution: two processes that do nothing but one access each.

use std::io::{self, Write};

use harness::engine::Engine;
use harness::memory::Model;

use super::{Line, Summary, ratio};
use crate::measure::{Figures, nanoseconds};
use crate::on_harness;
use crate::on_shuttle::{self, Schedule};
use crate::table::Table;

const ROUNDS: u64 = 15;
const EXECUTIONS: u64 = 50_000;
const PEER_EXECUTIONS: usize = 10_000;

pub(crate) fn measure(out: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    let names = ["ours, sequential", "ours, C++20", "shuttle, random", "shuttle, PCT"];
    let mut figures = vec![Figures::default(); names.len()];
    let (mut sequential, mut weak) = (Engine::new(), Engine::new());
    for round in 0..=ROUNDS {
        let mine = |engine: &mut Engine, model| {
            let run = || on_harness::smallest(engine, model, round, EXECUTIONS);
            nanoseconds(run).0 / EXECUTIONS as f64
        };
        let theirs = |schedule| {
            let (time, said) =
                nanoseconds(|| on_shuttle::smallest(schedule, round, PEER_EXECUTIONS));
            assert!(said.alarm.is_none(), "two stores are no reason to complain");
            time / PEER_EXECUTIONS as f64
        };
        let times = [
            mine(&mut sequential, Model::Sequential),
            mine(&mut weak, Model::Cpp20),
            theirs(Schedule::Random),
            theirs(Schedule::Pct),
        ];
        if round > 0 {
            figures.iter_mut().zip(times).for_each(|(figures, time)| figures.push(time));
        }
    }

    let mut table = Table::new(&["engine", "ns per execution", "ours, sequential : this"]);
    for (name, figures_of_one) in names.iter().zip(&figures) {
        table.row(vec![
            (*name).to_owned(),
            figures_of_one.show(),
            ratio(figures_of_one.times(&figures[0])),
        ]);
    }
    let (ours, peer) = (&figures[0], &figures[2]);
    summary.line(Line {
        what: "fixed cost of an execution, ns; shuttle random",
        ours: ours.show(),
        peer: peer.show(),
        ratio: ratio(peer.times(ours)),
        target: "≤ 300 ns",
        is_met: ours.median() <= 300.0,
    });
    writeln!(out, "## The fixed cost of an execution\n")?;
    writeln!(out, "Two processes that do nothing but one access each, on pooled stacks.\n")?;
    table.print(out)
}
