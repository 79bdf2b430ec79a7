//! The methods of the primitives that block, as accesses to what the harness keeps in memory for them.

/// `park` takes its token.
pub const PARK: &str = "park";
/// `unpark` puts a token there.
pub const UNPARK: &str = "unpark";
/// `futex_wait` looks at the queue.
pub const FUTEX_LOOK: &str = "futex_wait: queue";
/// `futex_wait` looks at the word.
pub const FUTEX_WAIT: &str = "futex_wait";
/// `futex_wait` joins the queue.
pub const FUTEX_SLEEP: &str = "futex_wait: sleep";
/// `futex_wait` was woken.
pub const FUTEX_WOKEN: &str = "futex_wait: woken";
/// `futex_wake` takes sleepers off the queue.
pub const FUTEX_WAKE: &str = "futex_wake";
/// `futex_wake` wakes one of them.
pub const FUTEX_RING: &str = "futex_wake: wake";
/// A guard is entered.
pub const GUARD_ENTER: &str = "guard enter";
/// A guard is left.
pub const GUARD_LEAVE: &str = "guard leave";
/// A permit of the harness's own semaphore is taken.
pub const PERMITS_WAIT: &str = "permits wait";
/// A permit is given.
pub const PERMITS_SIGNAL: &str = "permits signal";
/// Whoever waits on a condition of the harness's own, or wakes others there, looks who else waits.
pub const CONDITION_LOOK: &str = "condition look";
/// A process joins those who wait on it.
pub const CONDITION_JOIN: &str = "condition join";
/// Those who are to be woken are taken out of them.
pub const CONDITION_PICK: &str = "condition pick";
/// A wait on a condition of the harness's own ends.
pub const CONDITION_WAIT: &str = "condition wait";
/// A process that waits on a condition is woken.
pub const CONDITION_WAKE: &str = "condition wake";

/// As what a method is written in the source, if it is not under this name.
pub(crate) fn written_as(method: &'static str) -> &'static [&'static str] {
    const SAME: [(&str, &[&str]); 9] = [
        (GUARD_ENTER, &["enter", "entry_section"]),
        (GUARD_LEAVE, &["leave", "exit_section"]),
        (PERMITS_WAIT, &["wait"]),
        (PERMITS_SIGNAL, &["signal"]),
        (CONDITION_LOOK, &["wait", "signal", "broadcast"]),
        (CONDITION_JOIN, &["wait"]),
        (CONDITION_PICK, &["signal", "broadcast"]),
        (CONDITION_WAIT, &["wait"]),
        (CONDITION_WAKE, &["signal", "broadcast"]),
    ];
    SAME.into_iter().find(|(known, _)| *known == method).map_or(&[], |(_, written)| written)
}

/// Whether it is an access that the harness makes for what it lends: its ordering is none of the
/// solution's.
pub fn is_own(method: &str) -> bool {
    [
        PARK,
        UNPARK,
        FUTEX_LOOK,
        FUTEX_WAIT,
        FUTEX_SLEEP,
        FUTEX_WOKEN,
        FUTEX_WAKE,
        FUTEX_RING,
        GUARD_ENTER,
        GUARD_LEAVE,
        PERMITS_WAIT,
        PERMITS_SIGNAL,
        CONDITION_LOOK,
        CONDITION_JOIN,
        CONDITION_PICK,
        CONDITION_WAIT,
        CONDITION_WAKE,
    ]
    .contains(&method)
}

/// Whether the process that performs it was woken.
pub fn is_wakeup(method: &str) -> bool {
    [PARK, FUTEX_WOKEN, CONDITION_WAIT].contains(&method)
}

/// Whether the process that performs it wakes another one.
pub fn wakes(method: &str) -> bool {
    [UNPARK, FUTEX_RING, CONDITION_WAKE].contains(&method)
}
