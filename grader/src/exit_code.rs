//! Exit codes: one sentence each, part of the interface.

use std::process;

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Everything that was asked for was done, whatever the marks are.
    Done = 0,
    /// With `--check`: something was graded at less than full marks.
    LessThanFull = 1,
    /// The command line cannot be understood (clap's code).
    Usage = 2,
    /// Our own environment is unhealthy (no compiler, a broken rubric, a reference that does not
    /// measure its profile): nobody was graded.
    Environment = 3,
    /// An input does not exist or cannot be read.
    Input = 4,
    /// Some submissions could not be graded through our own fault; they have no mark.
    Ungraded = 5,
    /// A result or report could not be written.
    Output = 6,
    /// Interrupted; finished results are kept and the same command goes on from there.
    Interrupted = 130,
}

/// The table that `--help` prints.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done: everything that was asked for was graded, whatever the marks
  1    with --check: something has less than full marks
  2    the command line cannot be understood
  3    our own environment is unhealthy (no compiler, a faulty rubric, a reference that
       does not measure what its rubric says): nobody was graded
  4    an input does not exist or cannot be read
  5    some submissions could not be graded through our own fault; they have no mark
  6    a result or a report could not be written
  130  interrupted; finished results are kept, the same command goes on from there";

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::{ExitCode, HELP};

    #[test]
    fn the_help_names_every_code() {
        for code in [
            ExitCode::Done,
            ExitCode::LessThanFull,
            ExitCode::Usage,
            ExitCode::Environment,
            ExitCode::Input,
            ExitCode::Ungraded,
            ExitCode::Output,
            ExitCode::Interrupted,
        ] {
            let start = format!("  {:<3}  ", code as u8);
            assert!(
                HELP.lines().any(|line| line.starts_with(&start)),
                "{code:?} is not in the help"
            );
        }
    }
}
