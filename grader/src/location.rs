//! Where a submission is, and the reading of its files: only from inside of it, and only regular ones.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

/// The largest source file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where one submission to one assignment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The assignment's name.
    pub(crate) assignment: String,
    /// The folder that nothing outside of is read, made canonical.
    pub(crate) base: PathBuf,
    /// The crate's root file below `base`, with `/` between its parts.
    pub(crate) root: String,
    /// What the instructor should know, such as a second candidate that was left out.
    pub(crate) flags: Vec<String>,
}

/// Why a file of a submission was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// There is none.
    Missing,
    /// It is not an ordinary file inside the submission: a reason in words.
    Refused(String),
    /// The system does not let us.
    Failed(io::Error),
}

impl Location {
    /// Reads a file of the submission.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, Unread> {
        let canonical = match fs::canonicalize(self.base.join(path)) {
            Ok(canonical) => canonical,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let dangling = fs::symlink_metadata(self.base.join(path)).is_ok();
                return Err(if dangling {
                    Unread::Refused("it is a link to a file that does not exist".to_owned())
                } else {
                    Unread::Missing
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(Unread::Missing);
            }
            Err(error) => return Err(Unread::Failed(error)),
        };
        if !canonical.starts_with(&self.base) {
            return Err(Unread::Refused(
                "it is a link that leads out of the submission".to_owned(),
            ));
        }
        let metadata = fs::metadata(&canonical).map_err(Unread::Failed)?;
        if !metadata.is_file() {
            return Err(Unread::Refused("it is not an ordinary file".to_owned()));
        }
        let mut bytes = Vec::new();
        File::open(&canonical)
            .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
            .map_err(Unread::Failed)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(Unread::Refused("it is larger than 1 MiB".to_owned()));
        }
        Ok(bytes)
    }
}
