//! How far long work has come: a bar with the time that is left where a terminal is, a line per
//! finished submission elsewhere. Always on standard error; never part of a result.

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// Progress through a known number of pieces of work.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
}

impl Progress {
    /// Nothing done yet of `total`.
    pub(crate) fn new(total: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len}, {eta} left  {msg}")
                .expect("the template is well-formed");
            ProgressBar::new(total as u64).with_style(style)
        });
        Self { bar, total, done: 0 }
    }

    /// One more is done; `what` says which, and is fit for a terminal.
    pub(crate) fn advance(&mut self, what: &str) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.inc(1);
        } else {
            // Progress that nobody reads is no reason to stop.
            let _ = writeln!(io::stderr().lock(), "[{}/{}] {what}", self.done, self.total);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
