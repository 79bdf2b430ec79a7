//! One file for each table, and the summary that all of them contribute to.

pub(crate) mod alarms;
pub(crate) mod exhaustive;
pub(crate) mod finding;
pub(crate) mod operations;
pub(crate) mod smallest;

use std::io::{self, Write};

use crate::table::Table;

/// The last table: each figure beside the peer's and beside its target.
#[derive(Debug)]
pub(crate) struct Summary(Table);

/// One row of it.
pub(crate) struct Line<'a> {
    pub(crate) what: &'a str,
    pub(crate) ours: String,
    pub(crate) peer: String,
    pub(crate) ratio: String,
    pub(crate) target: &'a str,
    pub(crate) is_met: bool,
}

impl Summary {
    pub(crate) fn new() -> Self {
        Self(Table::new(&["what", "ours", "peer", "ours : peer", "target", "met"]))
    }

    pub(crate) fn line(&mut self, line: Line<'_>) {
        let met = if line.is_met { "yes" } else { "**no**" };
        self.0.row(vec![
            line.what.to_owned(),
            line.ours,
            line.peer,
            line.ratio,
            line.target.to_owned(),
            met.to_owned(),
        ]);
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "## Summary\n")?;
        self.0.print(out)
    }
}

/// `1 : 4.2`, the smaller side being one, if the peer has so many times as much as we have.
pub(crate) fn ratio(times: f64) -> String {
    use crate::measure::short;
    if times >= 1.0 {
        format!("1 : {}", short(times))
    } else {
        format!("{} : 1", short(times.recip()))
    }
}
