//! A failure of ours or of the instructor's surroundings, never of a student: what went wrong, what
//! helps, and the exit code. What students do wrong is a state of their result (`result.rs`).

use std::fmt::{self, Display};
use std::io;
use std::path::Path;

use crate::exit_code::ExitCode;

/// Why the whole command (or one submission, through our fault) cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What the process answers.
    pub(crate) code: ExitCode,
    /// What went wrong.
    pub(crate) message: String,
    /// What would help, if we know.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// Our own environment is unhealthy.
    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self { code: ExitCode::Environment, message: message.into(), help: None }
    }

    /// An input cannot be had.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { code: ExitCode::Input, message: message.into(), help: None }
    }

    /// A result cannot be written; says so plainly when the disk is full.
    pub(crate) fn output(path: &Path, error: &io::Error) -> Self {
        let help = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Some("the disk is full: make room and run the same command again".to_owned())
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Some("choose another folder with --out, or change its permissions".to_owned())
            }
            _ => None,
        };
        Self {
            code: ExitCode::Output,
            message: format!("cannot write {}: {error}", path.display()),
            help,
        }
    }

    /// The same failure with a line of help.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        if let Some(help) = &self.help {
            writeln!(f, "help: {help}")?;
        }
        Ok(())
    }
}
