//! Message passing through the kernel.

use harness::runner::RecordPipeSubject;

use super::expectation::{Expected, FAIR};
use super::table;

/// Everything holds. Nobody asks who overtakes whom.
const DELIVERS: Expected = Expected { bypass: None, ..FAIR };

table! {
    anonymous_pipe::AnonymousPipe: RecordPipeSubject for [2, 3], measures DELIVERS;
    flawed {
    }
    variants {
    }
}
