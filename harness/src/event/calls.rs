//! System calls, as events tell of them, and what they have to do with signals.

use std::fmt::{self, Write as _};

use super::Site;
use crate::process::ProcessId;

/// A short text that is kept in place, so that an event can be copied. What is too long ends in an ellipsis.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    bytes: [u8; Self::BYTES],
    length: u8,
}

impl Text {
    /// So many bytes it has room for.
    const BYTES: usize = 71;

    /// No text.
    pub const fn new() -> Self {
        Self { bytes: [0; Self::BYTES], length: 0 }
    }

    /// What is displayed, as far as there is room.
    pub fn of(what: impl fmt::Display) -> Self {
        let mut text = Self::new();
        // A text that is full says so, to end the writing early.
        let _ = write!(text, "{what}");
        text
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const ELLIPSIS: &str = "…";
        for letter in text.chars() {
            let (start, bytes) = (usize::from(self.length), letter.len_utf8());
            if start + bytes + ELLIPSIS.len() > Self::BYTES {
                self.bytes[start..start + ELLIPSIS.len()].copy_from_slice(ELLIPSIS.as_bytes());
                self.length += ELLIPSIS.len() as u8;
                return Err(fmt::Error);
            }
            letter.encode_utf8(&mut self.bytes[start..]);
            self.length += bytes as u8;
        }
        Ok(())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step into a system call, or within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SystemCall {
    /// Where it was made.
    pub site: Site,
    /// The call with its arguments, as the manual writes it: `read(3, 4096 bytes)`.
    pub call: Text,
    /// How far it has come.
    pub progress: Progress,
    /// Whether this is one of the results that the kernel may give, but need not.
    pub unusual: bool,
    /// The signal that it sent or took.
    pub signalled: Option<Signalled>,
}

/// What a step has to do with a signal. Signals are given by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signalled {
    /// It sent one.
    Sent {
        /// Which.
        signal: i32,
        /// To whom.
        to: ProcessId,
        /// What became of it at once.
        landing: Landing,
    },
    /// It took one that was pending.
    Taken {
        /// Which.
        signal: i32,
    },
}

/// What becomes of a signal when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// It is pending, or has ended its receiver.
    Arrives,
    /// Nothing: one with that number is pending already, and standard signals are not counted.
    Merges,
    /// Nothing: its receiver ignores it.
    Ignored,
    /// Nothing: its receiver has ended, and nobody has waited for it.
    TooLate,
}

/// How far a system call has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// It returned this: `5`, `-1 EAGAIN`.
    Returned(Text),
    /// It waits.
    Waits,
    /// A signal interrupted it.
    Interrupted,
    /// Its process died in it.
    Died,
}
