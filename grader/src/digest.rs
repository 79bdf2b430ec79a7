//! SHA-256 over labelled parts: what identifies a result's inputs.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Collects labelled parts; each is framed by its length, so that no two sequences collide.
pub(crate) struct Digest(Sha256);

impl Digest {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds one part.
    #[must_use]
    pub(crate) fn part(mut self, label: &str, bytes: &[u8]) -> Self {
        for field in [label.as_bytes(), bytes] {
            self.0.update((field.len() as u64).to_le_bytes());
            self.0.update(field);
        }
        self
    }

    /// The digest in hexadecimal.
    pub(crate) fn finish(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a string does not fail");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Digest::new().part("a", b"bc").finish();
        let other = Digest::new().part("ab", b"c").finish();
        assert_ne!(one, other);
        assert_eq!(one, Digest::new().part("a", b"bc").finish());
        assert_eq!(one.len(), 64);
    }
}
