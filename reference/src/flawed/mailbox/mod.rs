//! Flawed mailboxes, one bug in each file.

pub mod any_sender;
pub mod anybodys_mail;
pub mod barging;
pub mod closed_too_early;
pub mod discards;
pub mod early_rendezvous;
pub mod end_not_seen;
pub mod forgets_the_sender;
pub mod hands_full;
pub mod last_among_equals;
pub mod least_urgent;
pub mod looks_too_late;
pub mod one_told_of_the_end;
pub mod one_too_many;
pub mod priority_kept_apart;
pub mod receivers_told_only;
pub mod refused_and_sent;
pub mod relaxed;
pub mod sends_after_the_end;
pub mod signal_to_anybody;
pub mod sleeps_in_the_guard;
pub mod spins;
pub mod stack;
pub mod test_takes;
pub mod trusts_the_token;
pub mod try_waits;
