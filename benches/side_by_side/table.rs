//! Markdown tables.

use std::io::{self, Write};

/// A table: its heading row comes first.
#[derive(Clone, Debug)]
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self(vec![heading.iter().map(|&cell| cell.to_owned()).collect()])
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.0[0].len(), "as many cells as columns");
        self.0.push(cells);
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for (number, row) in self.0.iter().enumerate() {
            writeln!(out, "| {} |", row.join(" | "))?;
            if number == 0 {
                writeln!(out, "|{}", " --- |".repeat(row.len()))?;
            }
        }
        writeln!(out)
    }
}
