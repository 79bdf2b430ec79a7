//! What `cargo test` in an assignment's folder runs: the policy check, the examination and the rules
//! of the rubric, as in a graded run, for one criterion at a time.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use harness::runner::{
    Conclusion, Criterion, Mend, PROTOCOL_VERSION, Plan, Replayed, Report, Subject, Verdict,
    Witness, examine_in_test, replay_in_test,
};

use crate::SEED;
use crate::location::Location;
use crate::policy::{self, texts};
use crate::report::{evidence, mended_call};
use crate::result::Outcome;
use crate::rubric::{Rubric, key, title};
use crate::score::outcome;

/// A solution by its contract: what the tests of an assignment name.
pub use harness::runner::{
    BufferSubject as Buffer, CounterSubject as Counter, CriticalSectionSubject as CriticalSection,
    MailboxSubject as Mailbox, MessageQueueSubject as MessageQueue, MonitorSubject as Monitor,
    MutexSubject as Mutex, NamedPipeSubject as NamedPipe, ReadersFirstSubject as ReadersFirst,
    ReadersWritersSubject as ReadersWriters, RecordPipeSubject as RecordPipe,
    SemaphoreSubject as Semaphore, SignalLineSubject as SignalLine,
    SocketServiceSubject as SocketService, TableSubject as Table,
    WritersFirstSubject as WritersFirst,
};

/// The environment variable that holds a counterexample to show again.
const REPLAY: &str = "HARNESS_REPLAY";

/// An assignment, as its own tests know it. Made by [`assignment!`](crate::assignment).
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    folder: &'static str,
    name: &'static str,
}

/// The assignment whose package this is written in.
#[macro_export]
macro_rules! assignment {
    () => {
        $crate::student::Assignment::new(env!("CARGO_MANIFEST_DIR"), env!("CARGO_PKG_NAME"))
    };
}

impl Assignment {
    /// The assignment `name`, in `folder`.
    pub const fn new(folder: &'static str, name: &'static str) -> Self {
        Self { folder, name }
    }

    /// Fails unless mutual exclusion is as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn mutual_exclusion<S: Subject>(&self) {
        self.check::<S>(Criterion::MutualExclusion);
    }

    /// Fails unless progress is as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn progress<S: Subject>(&self) {
        self.check::<S>(Criterion::Progress);
    }

    /// Fails unless bounded waiting is as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn bounded_waiting<S: Subject>(&self) {
        self.check::<S>(Criterion::BoundedWaiting);
    }

    /// Fails unless those who wait sleep, as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn busy_waiting<S: Subject>(&self) {
        self.check::<S>(Criterion::BusyWaiting);
    }

    /// Fails unless whoever releases what it does not hold changes nothing, as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn ownership<S: Subject>(&self) {
        self.check::<S>(Criterion::Ownership);
    }

    /// Fails unless those are preferred who are to be, as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn preference<S: Subject>(&self) {
        self.check::<S>(Criterion::Preference);
    }

    /// Fails unless what may happen is foretold, as the assignment wants it.
    ///
    /// # Panics
    /// With the reason, a counterexample, and how to see it again.
    #[track_caller]
    pub fn prediction<S: Subject>(&self) {
        self.check::<S>(Criterion::Prediction);
    }

    #[track_caller]
    fn check<S: Subject>(&self, criterion: Criterion) {
        if let Err(text) = self.examine::<S>(criterion) {
            panic!("{text}");
        }
    }

    /// `Err` is what the test says when it fails.
    fn examine<S: Subject>(&self, criterion: Criterion) -> Result<(), String> {
        let folder = Path::new(self.folder);
        let rubric =
            Rubric::read(&folder.join("rubric.toml")).map_err(|failure| failure.to_string())?;
        let base =
            folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
        let location = Location {
            assignment: self.name.to_owned(),
            base,
            root: "src/lib.rs".to_owned(),
            flags: Vec::new(),
        };
        let examination = policy::examine(&location).map_err(|failure| failure.to_string())?;
        if !examination.violations.is_empty() {
            let mut text = "the code uses what a solution may not use:".to_owned();
            for found in &examination.violations {
                let line = found.line.map_or_else(String::new, |line| format!(":{line}"));
                write!(text, "\n  {}{line}: {}", found.file, found.message()).expect(INFALLIBLE);
            }
            return Err(text);
        }
        let sources = by_name(texts(&examination.sources));
        if let Ok(again) = env::var(REPLAY) {
            let replayed = replay_in_test::<S>(&again, &sources);
            return told_again(criterion, replayed);
        }
        let plan = Plan {
            version: PROTOCOL_VERSION,
            nonce: String::new(),
            assignment: self.name.to_owned(),
            processes: rubric.processes.clone(),
            entries: rubric.entries,
            seed: SEED,
            portfolio: rubric.portfolio.clone(),
            sources,
            replay: None,
        };
        let report = examine_in_test::<S>(&plan, &[criterion]);
        self.concluded(&rubric, criterion, &report)
    }

    fn concluded(
        &self,
        rubric: &Rubric,
        criterion: Criterion,
        report: &Report,
    ) -> Result<(), String> {
        match &report.conclusion {
            Conclusion::Examined => {}
            Conclusion::NotImplemented { site } => {
                return Err(format!("not implemented yet: there is a todo!() at {site}"));
            }
            Conclusion::Panicked { panic, site, replay } => {
                let mut text = format!("the code panics at {site}: {panic}");
                if let Some(replay) = replay {
                    let name = self.name;
                    write!(
                        text,
                        "\n\nTo see this again:\n\n    {REPLAY}={replay} cargo test -p {name}"
                    )
                    .expect(INFALLIBLE);
                }
                return Err(text);
            }
            Conclusion::Fault { what } => {
                return Err(format!("the harness failed, which is no fault of yours: {what}"));
            }
            // The watchdog ends a test's process itself.
            Conclusion::Runaway { reason, .. } => {
                return Err(format!("the code runs away: {reason}"));
            }
        }
        let found = report
            .criteria
            .iter()
            .find(|found| found.criterion == criterion)
            .ok_or("the examination has no verdict on this criterion")?;
        let (outcome, explanation) = outcome(rubric, found);
        match outcome {
            Outcome::Upheld | Outcome::FailsAsItShould => Ok(()),
            Outcome::OrderingsTooWeak
            | Outcome::Violated
            | Outcome::DoesNotFailAsItShould
            | Outcome::NotShown
            | Outcome::Inherited => {
                let mut text = format!("{}\n\n{explanation}\n", title(criterion).to_uppercase());
                if let Verdict::Violated { witness } = &found.cpp20 {
                    self.tell(&mut text, criterion, witness, &explanation);
                } else {
                    writeln!(text, "\n{}", evidence(&found.cpp20)).expect(INFALLIBLE);
                }
                mended(&mut text, &report.mends);
                Err(text)
            }
        }
    }

    fn tell(&self, text: &mut String, criterion: Criterion, witness: &Witness, explanation: &str) {
        if !explanation.contains(&witness.reason) {
            writeln!(text, "\n{}", witness.reason).expect(INFALLIBLE);
        }
        let name = key(criterion);
        write!(
            text,
            "\n{}\nTo see this again:\n\n    {REPLAY}={} cargo test -p {} {name}\n",
            witness.drawing, witness.replay, self.name
        )
        .expect(INFALLIBLE);
    }
}

const INFALLIBLE: &str = "writing to a string does not fail";

/// The sources by path and, since the compiler may have been called from elsewhere, by file name.
fn by_name(sources: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let names: Vec<_> = sources
        .iter()
        .map(|(path, text)| (path.rsplit('/').next().unwrap_or(path).to_owned(), text.clone()))
        .collect();
    let mut all = sources;
    all.extend(names);
    all
}

/// What a replay comes to: the test fails as long as the counterexample is one.
fn told_again(criterion: Criterion, replayed: Replayed) -> Result<(), String> {
    let gone = match replayed {
        Replayed::Shown { drawing, excludes: true, .. }
            if criterion == Criterion::MutualExclusion =>
        {
            format!("{drawing}\nin this execution, mutual exclusion holds")
        }
        Replayed::Shown { ending, drawing, .. } => {
            return Err(format!("REPLAY\n\n{drawing}\n{ending}\n"));
        }
        Replayed::Gone { reason } => reason,
        Replayed::Impossible { reason } => {
            return Err(format!("the counterexample cannot be shown: {reason}"));
        }
    };
    // Not by a macro: the test runner would keep what a test prints that passes.
    let _ = writeln!(
        io::stderr(),
        "\nThe counterexample does not occur any more: {gone}.\n\
         That is one execution. For the verdict run the test again without {REPLAY}.\n"
    );
    Ok(())
}

fn mended(text: &mut String, mends: &[Mend]) {
    if mends.is_empty() {
        return;
    }
    writeln!(text, "\nThese stronger orderings together would mend it (found by trying):")
        .expect(INFALLIBLE);
    for mend in mends {
        let (place, call) = mended_call(mend);
        writeln!(text, "    {place}: {call}: {} instead of {}", mend.to, mend.from)
            .expect(INFALLIBLE);
    }
}

#[cfg(test)]
mod tests {
    use harness::runner::{Criterion, Replayed};

    use super::told_again;

    #[test]
    fn a_replay_fails_only_as_long_as_its_counterexample_is_one() {
        let shown = |excludes| Replayed::Shown {
            ending: "both".to_owned(),
            excludes,
            drawing: String::new(),
            steps: Vec::new(),
        };
        let gone = || Replayed::Gone { reason: "no such execution".to_owned() };
        let impossible = || Replayed::Impossible { reason: "no schedule".to_owned() };
        let (exclusion, progress) = (Criterion::MutualExclusion, Criterion::Progress);
        for (criterion, replayed, passes) in [
            (exclusion, shown(false), false),
            (exclusion, shown(true), true),
            // Whether somebody waits for ever cannot be seen in it.
            (progress, shown(true), false),
            (progress, gone(), true),
            (exclusion, impossible(), false),
        ] {
            let text = format!("{criterion:?} {replayed:?}");
            assert_eq!(told_again(criterion, replayed).is_ok(), passes, "{text}");
        }
    }
}
