//! An assignment's `rubric.toml`: what is examined, what the reference must measure, and what each
//! criterion is worth. A mistake in it is an instructor's, so that its message names file, line and
//! key and suggests the right one.

use std::fs;
use std::ops::Range;
use std::path::Path;

use harness::process::PROCESSES_MAX;
use harness::runner::{Criterion, Portfolio, WitnessKind};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::points::Points;
use crate::suggest::nearest;

/// The three criteria of the course. Every contract has the first two; the third is asked of all in which several
/// wait for the same.
pub(crate) const CRITERIA: [Criterion; 3] =
    [Criterion::MutualExclusion, Criterion::Progress, Criterion::BoundedWaiting];

/// How many messages each sender may be asked to send: `harness` tells no more of them apart.
const MESSAGES_MAX: u32 = 4;

/// All criteria of all contracts.
pub(crate) const EVERY_CRITERION: [Criterion; 7] = [
    Criterion::MutualExclusion,
    Criterion::Progress,
    Criterion::BoundedWaiting,
    Criterion::BusyWaiting,
    Criterion::Ownership,
    Criterion::Preference,
    Criterion::Prediction,
];

/// A criterion in words.
pub(crate) const fn title(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::MutualExclusion => "mutual exclusion",
        Criterion::Progress => "progress",
        Criterion::BoundedWaiting => "bounded waiting",
        Criterion::BusyWaiting => "no busy waiting",
        Criterion::Ownership => "ownership",
        Criterion::Preference => "preference",
        Criterion::Prediction => "prediction",
    }
}

/// A criterion as rubrics, tests and columns call it.
pub(crate) const fn key(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::MutualExclusion => "mutual_exclusion",
        Criterion::Progress => "progress",
        Criterion::BoundedWaiting => "bounded_waiting",
        Criterion::BusyWaiting => "busy_waiting",
        Criterion::Ownership => "ownership",
        Criterion::Preference => "preference",
        Criterion::Prediction => "prediction",
    }
}

/// The text of a rubric, checked.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rubric {
    /// For people.
    pub(crate) title: String,
    /// The trait that the submission implements.
    pub(crate) contract: Contract,
    /// The public type at the submission's root.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The numbers of processes to examine.
    pub(crate) processes: Vec<usize>,
    /// Entries per process.
    pub(crate) entries: u32,
    /// `reference/src/<reference>.rs`.
    pub(crate) reference: String,
    /// What the reference must measure.
    pub(crate) expected: Expected,
    /// What each criterion is worth.
    pub(crate) points: Worth,
    /// The failures that the mechanism is known for, where showing them is the task or is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) failure: Vec<KnownFailure>,
    /// How much of what to run.
    #[serde(default)]
    pub(crate) portfolio: Portfolio,
    /// The student's own layers, to be examined together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stack: Option<Stack>,
}

/// The layers of the student's own that this assignment's solution is put on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stack {
    /// The assignments, the bottom one first. The assignment with this rubric comes on top.
    pub(crate) layers: Vec<String>,
    /// What a stack without a fault earns. By default nothing: it is for information.
    #[serde(default)]
    pub(crate) points: Points,
}

/// Which trait of the harness is implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contract {
    /// `harness::prelude::CriticalSection`.
    CriticalSection,
    /// The same, and waiting processes sleep.
    Mutex,
    /// `harness::prelude::CountingSemaphore`.
    Semaphore,
    /// `harness::prelude::Buffer`.
    Buffer,
    /// `harness::prelude::MessagePassing`.
    Mailbox,
    /// `harness::prelude::Table`.
    Table,
    /// `harness::prelude::Counter`.
    Counter,
    /// `harness::prelude::ReadWriteLock`, and nobody starves.
    ReadersWriters,
    /// The same, and readers are preferred.
    ReadersFirst,
    /// The same, and writers are preferred.
    WritersFirst,
    /// `harness::prelude::MesaMonitor`.
    Monitor,
    /// `harness::prelude::RecordPipe`.
    RecordPipe,
    /// `harness::prelude::MessageQueue`.
    MessageQueue,
    /// `harness::prelude::NamedPipe`.
    NamedPipe,
    /// `harness::prelude::SignalLine`.
    SignalLine,
    /// `harness::prelude::SocketService`.
    SocketService,
}

impl Contract {
    /// The trait's name.
    pub(crate) fn trait_name(self) -> &'static str {
        match self {
            Self::CriticalSection | Self::Mutex => "CriticalSection",
            Self::Semaphore => "CountingSemaphore",
            Self::Buffer => "Buffer",
            Self::Mailbox => "MessagePassing",
            Self::Table => "Table",
            Self::Counter => "Counter",
            Self::ReadersWriters | Self::ReadersFirst | Self::WritersFirst => "ReadWriteLock",
            Self::Monitor => "MesaMonitor",
            Self::RecordPipe => "RecordPipe",
            Self::MessageQueue => "MessageQueue",
            Self::NamedPipe => "NamedPipe",
            Self::SignalLine => "SignalLine",
            Self::SocketService => "SocketService",
        }
    }

    /// The subject that the harness's runner examines, for the submission's type.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::CriticalSection => "CriticalSectionSubject",
            Self::Mutex => "MutexSubject",
            Self::Semaphore => "SemaphoreSubject",
            Self::Buffer => "BufferSubject",
            Self::Mailbox => "MailboxSubject",
            Self::Table => "TableSubject",
            Self::Counter => "CounterSubject",
            Self::ReadersWriters => "ReadersWritersSubject",
            Self::ReadersFirst => "ReadersFirstSubject",
            Self::WritersFirst => "WritersFirstSubject",
            Self::Monitor => "MonitorSubject",
            Self::RecordPipe => "RecordPipeSubject",
            Self::MessageQueue => "MessageQueueSubject",
            Self::NamedPipe => "NamedPipeSubject",
            Self::SignalLine => "SignalLineSubject",
            Self::SocketService => "SocketServiceSubject",
        }
    }

    /// Whether processes have memory in common, and not only the kernel.
    pub(crate) const fn shares_memory(self) -> bool {
        !matches!(
            self,
            Self::RecordPipe
                | Self::MessageQueue
                | Self::NamedPipe
                | Self::SignalLine
                | Self::SocketService
        )
    }

    /// The criteria that it has, in the order of every report.
    pub(crate) const fn criteria(self) -> &'static [Criterion] {
        use Criterion::{
            BoundedWaiting, BusyWaiting, MutualExclusion, Ownership, Prediction, Preference,
            Progress,
        };
        match self {
            Self::CriticalSection | Self::RecordPipe | Self::MessageQueue | Self::NamedPipe => {
                &CRITERIA
            }
            Self::Mutex => &[MutualExclusion, Progress, BoundedWaiting, BusyWaiting, Ownership],
            Self::Semaphore | Self::Monitor | Self::Buffer | Self::Mailbox | Self::Table => {
                &[MutualExclusion, Progress, BoundedWaiting, BusyWaiting]
            }
            Self::Counter => &[MutualExclusion, Progress, BoundedWaiting, Prediction],
            Self::ReadersWriters | Self::ReadersFirst | Self::WritersFirst => {
                &[MutualExclusion, Progress, BoundedWaiting, BusyWaiting, Preference]
            }
            // There is one sender, whom nobody overtakes; or clients, who ask for an end.
            Self::SignalLine | Self::SocketService => &[MutualExclusion, Progress],
        }
    }
}

/// What theory says of one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theory {
    /// It holds.
    Upheld,
    /// It does not.
    Violated,
}

/// The reference's profile.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    mutual_exclusion: Theory,
    progress: Theory,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounded_waiting: Option<Theory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    busy_waiting: Option<Theory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ownership: Option<Theory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preference: Option<Theory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prediction: Option<Theory>,
    /// The largest bypass that the reference measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bypass: Option<Bypass>,
}

/// How large a bypass is: a number, or `"n-1"` with the number of processes for `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Bypass {
    /// This large.
    Exactly(u32),
    /// Depending on the number of processes.
    Others(Others),
}

/// `"n-1"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Others {
    /// One for each of the others.
    #[serde(rename = "n-1")]
    AllOthers,
}

impl Expected {
    /// What theory says of `criterion`.
    pub(crate) fn of(&self, criterion: Criterion) -> Theory {
        match criterion {
            Criterion::MutualExclusion => self.mutual_exclusion,
            Criterion::Progress => self.progress,
            Criterion::BoundedWaiting => self.bounded_waiting.unwrap_or(Theory::Upheld),
            Criterion::BusyWaiting => self.busy_waiting.unwrap_or(Theory::Upheld),
            Criterion::Ownership => self.ownership.unwrap_or(Theory::Upheld),
            Criterion::Preference => self.preference.unwrap_or(Theory::Upheld),
            Criterion::Prediction => self.prediction.unwrap_or(Theory::Upheld),
        }
    }

    /// The criteria that it speaks of, beyond the two that every contract has.
    fn others(&self) -> impl Iterator<Item = Criterion> {
        let named = [
            (Criterion::BoundedWaiting, self.bounded_waiting),
            (Criterion::BusyWaiting, self.busy_waiting),
            (Criterion::Ownership, self.ownership),
            (Criterion::Preference, self.preference),
            (Criterion::Prediction, self.prediction),
        ];
        named.into_iter().filter(|(_, theory)| theory.is_some()).map(|(criterion, _)| criterion)
    }
}

/// Points.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worth {
    #[serde(default)]
    mutual_exclusion: Points,
    #[serde(default)]
    progress: Points,
    #[serde(default)]
    bounded_waiting: Points,
    #[serde(default)]
    busy_waiting: Points,
    #[serde(default)]
    ownership: Points,
    #[serde(default)]
    preference: Points,
    #[serde(default)]
    prediction: Points,
    /// The share of a criterion's points when it holds under sequential consistency only.
    #[serde(default)]
    pub(crate) partial_credit: Points,
}

impl Worth {
    /// The points of `criterion`.
    pub(crate) fn of(&self, criterion: Criterion) -> Points {
        match criterion {
            Criterion::MutualExclusion => self.mutual_exclusion,
            Criterion::Progress => self.progress,
            Criterion::BoundedWaiting => self.bounded_waiting,
            Criterion::BusyWaiting => self.busy_waiting,
            Criterion::Ownership => self.ownership,
            Criterion::Preference => self.preference,
            Criterion::Prediction => self.prediction,
        }
    }

    /// All points of the assignment.
    pub(crate) fn total(&self) -> Points {
        EVERY_CRITERION.into_iter().map(|criterion| self.of(criterion)).sum()
    }
}

/// A failure that the mechanism is known for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownFailure {
    /// The criterion that fails.
    pub(crate) criterion: Criterion,
    /// Whether the points are earned by failing as the theory says; otherwise it may fail or hold, and
    /// where every way to fail is allowed, a solution that holds the other criteria earns them even if
    /// neither was shown.
    pub(crate) required: bool,
    /// The kinds of witness that the theory names.
    #[serde(default)]
    pub(crate) witness: Vec<WitnessKind>,
}

impl Rubric {
    /// The failure that `criterion` is known for.
    pub(crate) fn known_failure(&self, criterion: Criterion) -> Option<&KnownFailure> {
        self.failure.iter().find(|failure| failure.criterion == criterion)
    }

    /// All points that can be had.
    pub(crate) fn points_max(&self) -> Points {
        let stack = self.stack.as_ref().map_or(Points::ZERO, |stack| stack.points);
        [self.points.total(), stack].into_iter().sum()
    }

    /// The largest bypass that the reference must measure, over all numbers of processes.
    pub(crate) fn expected_bypass(&self) -> Option<u32> {
        let most = self.processes.iter().max().map_or(0, |&most| most as u64);
        self.expected.bypass.map(|bypass| match bypass {
            Bypass::Exactly(bypass) => bypass,
            Bypass::Others(Others::AllOthers) => most.saturating_sub(1) as u32,
        })
    }

    /// Reads and checks a rubric.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::environment(format!("cannot read {}: {error}", path.display()))
        })?;
        Self::parse(&text).map_err(|error| {
            let place = error.place.map_or_else(String::new, |span| {
                let before = &text[..span.start.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
                format!(":{line}:{column}")
            });
            let failure =
                Failure::environment(format!("{}{place}: {}", path.display(), error.message));
            Failure { help: error.help, ..failure }
        })
    }

    fn parse(text: &str) -> Result<Self, RubricError> {
        let rubric: Self = toml::from_str(text).map_err(|error| RubricError::of_toml(&error))?;
        rubric.check()?;
        Ok(rubric)
    }

    fn check(&self) -> Result<(), RubricError> {
        let wrong = |message: String| Err(RubricError { place: None, message, help: None });
        if self.processes.is_empty()
            || self.processes.iter().any(|count| !(2..=PROCESSES_MAX).contains(count))
        {
            return wrong(format!("`processes` must list numbers from 2 to {PROCESSES_MAX}"));
        }
        if self.entries < 2 {
            return wrong(
                "`entries` must be at least 2: one entry each shows no bypass".to_owned(),
            );
        }
        if self.entries > MESSAGES_MAX && !self.contract.shares_memory() {
            return wrong(format!(
                "`entries` must be at most {MESSAGES_MAX} where messages are sent: they are told apart by their \
                 first bytes"
            ));
        }
        for (key, name) in [("type", &self.type_name), ("reference", &self.reference)] {
            let mut chars = name.chars();
            if !chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                || !chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
            {
                return wrong(format!("`{key}` must be an identifier, not `{name}`"));
            }
        }
        if self.points.partial_credit > Points::ONE {
            return wrong("`points.partial_credit` is a share: at most 1".to_owned());
        }
        if self.points.total() == Points::ZERO {
            return wrong("`[points]` gives no points at all".to_owned());
        }
        if self.expected.bypass.is_some()
            && self.expected.of(Criterion::BoundedWaiting) == Theory::Violated
        {
            return wrong(
                "`expected.bypass` contradicts `bounded_waiting = \"violated\"`".to_owned(),
            );
        }
        for (place, failure) in self.failure.iter().enumerate() {
            if self.failure[..place].iter().any(|other| other.criterion == failure.criterion) {
                return wrong(format!("two `[[failure]]` of {}", title(failure.criterion)));
            }
            if failure.required && self.expected.of(failure.criterion) == Theory::Upheld {
                return wrong(format!(
                    "`[[failure]]` asks for a violation of {} that the reference does not show",
                    title(failure.criterion)
                ));
            }
            if failure.required && failure.witness.is_empty() {
                return wrong("`failure.witness` must name what the theory says".to_owned());
            }
            if let Some(kind) =
                failure.witness.iter().find(|kind| kind.criterion() != failure.criterion)
            {
                return wrong(format!(
                    "`failure.witness`: {kind:?} is not a violation of {}",
                    title(failure.criterion)
                ));
            }
        }
        if let Some(stack) = &self.stack {
            if stack.layers.is_empty() {
                return wrong("`stack.layers` names no layer".to_owned());
            }
            for (place, layer) in stack.layers.iter().enumerate() {
                if stack.layers[..place].contains(layer) {
                    return wrong(format!("`stack.layers` names `{layer}` twice"));
                }
            }
        }
        let criteria = self.contract.criteria();
        let foreign = |criterion: &Criterion| !criteria.contains(criterion);
        let rewarded =
            EVERY_CRITERION.into_iter().filter(|&other| self.points.of(other) > Points::ZERO);
        if let Some(other) = self.expected.others().chain(rewarded).find(foreign) {
            return wrong(format!(
                "`{}` is no criterion of this contract; it has {}",
                key(other),
                criteria.iter().map(|&criterion| key(criterion)).collect::<Vec<_>>().join(", ")
            ));
        }
        if criteria.contains(&Criterion::BoundedWaiting) {
            if self.expected.bounded_waiting.is_none() {
                return wrong("`[expected]` says nothing of `bounded_waiting`".to_owned());
            }
        } else if self.expected.bypass.is_some() {
            return wrong("`expected.bypass` is of no use without `bounded_waiting`".to_owned());
        }
        if let Some(failure) = self.failure.iter().find(|failure| foreign(&failure.criterion)) {
            return wrong(format!(
                "`[[failure]]`: {} is no criterion of this contract",
                title(failure.criterion)
            ));
        }
        for &criterion in criteria {
            let known = self.known_failure(criterion).is_some();
            if self.expected.of(criterion) == Theory::Violated
                && !known
                && self.points.of(criterion) > Points::ZERO
            {
                return wrong(format!(
                    "`[points]` rewards {}, which the reference violates; say in `[[failure]]` \
                     whether that is required or allowed, or give it no points",
                    title(criterion)
                ));
            }
        }
        Ok(())
    }
}

/// A mistake in a rubric, before it is known in which file.
#[derive(Debug)]
struct RubricError {
    place: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

impl RubricError {
    fn of_toml(error: &toml::de::Error) -> Self {
        let message = error.message().trim().to_owned();
        let help = message.starts_with("unknown ").then(|| did_you_mean(&message)).flatten();
        Self { place: error.span(), message, help }
    }
}

/// From serde's "unknown field `x`, expected one of `a`, `b`".
fn did_you_mean(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let word = quoted.next()?;
    nearest(word, quoted).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
pub(crate) mod tests {
    use harness::runner::Criterion;

    use super::{Rubric, Theory};

    /// Peterson's rubric.
    pub(crate) const PETERSON: &str = r#"
title = "Peterson's algorithm"
contract = "critical_section"
type = "Peterson"
processes = [2]
entries = 2
reference = "peterson"
[expected]
mutual_exclusion = "upheld"
progress = "upheld"
bounded_waiting = "upheld"
bypass = 1
[points]
mutual_exclusion = 50
progress = 25
bounded_waiting = 25
partial_credit = 0.5
[portfolio]
random_executions = 123
"#;

    /// The rubric of strict alternation, where failing is the task.
    pub(crate) const TAKING_TURNS: &str = r#"
title = "Taking turns"
contract = "critical_section"
type = "TakingTurns"
processes = [2, 3]
entries = 2
reference = "taking_turns"
[expected]
mutual_exclusion = "upheld"
progress = "violated"
bounded_waiting = "upheld"
[points]
mutual_exclusion = 40
progress = 40
bounded_waiting = 20
partial_credit = 0.25
[[failure]]
criterion = "progress"
required = true
witness = ["needs_remainder"]
"#;

    /// The rubric in `text`.
    pub(crate) fn rubric(text: &str) -> Rubric {
        Rubric::parse(text).unwrap()
    }

    #[test]
    fn a_rubric_says_what_is_examined_and_leaves_the_rest_at_the_defaults() {
        let peterson = rubric(PETERSON);
        assert_eq!(peterson.expected.of(Criterion::Progress), Theory::Upheld);
        assert_eq!(peterson.points.total().to_string(), "100");
        assert_eq!(peterson.portfolio.random_executions, 123);
        assert_eq!(
            peterson.portfolio.pct_executions,
            harness::runner::Portfolio::default().pct_executions
        );
        assert!(rubric(TAKING_TURNS).failure[0].required);
    }

    #[test]
    fn a_mistake_is_named_with_its_place_and_the_right_key() {
        for (right, wrong, message, help) in [
            ("random_executions", "random_execution", "unknown field", Some("`random_executions`")),
            ("[points]", "[point]", "unknown field", Some("`points`")),
            ("progress = \"upheld\"", "progress = \"uphold\"", "unknown variant", Some("`upheld`")),
            ("entries = 2", "entries = 1", "at least 2", None),
            ("processes = [2]", "processes = [1]", "from 2 to 8", None),
            ("processes = [2]", "processes = []", "from 2 to 8", None),
            ("type = \"Peterson\"", "type = \"Peter son\"", "identifier", None),
            ("partial_credit = 0.5", "partial_credit = 1.5", "at most 1", None),
            ("progress = \"upheld\"", "progress = \"violated\"", "[[failure]]", None),
            ("title", "titel", "unknown field", Some("`title`")),
        ] {
            let text = PETERSON.replacen(right, wrong, 1);
            let error = Rubric::parse(&text).expect_err(wrong);
            assert!(error.message.contains(message), "{wrong}: {}", error.message);
            if let Some(help) = help {
                assert!(error.help.as_ref().unwrap().contains(help), "{wrong}: {error:?}");
                let place = error.place.unwrap();
                assert!(
                    text[place.clone()].contains(
                        wrong.split(['"', ' ', '[', ']']).rfind(|w| !w.is_empty()).unwrap()
                    ),
                    "{wrong}: {:?}",
                    &text[place]
                );
            }
        }
    }

    #[test]
    fn the_bypass_may_depend_on_the_number_of_processes() {
        let bakery = PETERSON.replace("[2]", "[2, 4]").replace("bypass = 1", "bypass = \"n-1\"");
        assert_eq!(rubric(&bakery).expected_bypass(), Some(3));
        assert_eq!(rubric(PETERSON).expected_bypass(), Some(1));
        assert_eq!(rubric(TAKING_TURNS).expected_bypass(), None);
        assert!(Rubric::parse(&PETERSON.replace("bypass = 1", "bypass = \"n\"")).is_err());
    }

    /// The rubric of a contract of messages, which has two criteria.
    const MESSAGES: &str = r#"
title = "Signals"
contract = "signal_line"
type = "Signals"
processes = [2]
entries = 2
reference = "signal"
[expected]
mutual_exclusion = "upheld"
progress = "upheld"
[points]
mutual_exclusion = 60
progress = 40
"#;

    #[test]
    fn a_contract_without_bounded_waiting_says_nothing_of_it_and_any_other_does() {
        let messages = rubric(MESSAGES);
        assert_eq!(messages.contract.criteria(), [Criterion::MutualExclusion, Criterion::Progress]);
        let upheld = "progress = \"upheld\"";
        for (right, wrong, message) in [
            (upheld, "progress = \"upheld\"\nbounded_waiting = \"upheld\"", "no criterion"),
            (upheld, "progress = \"upheld\"\nbypass = 1", "of no use"),
            ("progress = 40", "progress = 40\nbounded_waiting = 5", "no criterion"),
            (
                "progress = 40",
                "progress = 40\n[[failure]]\ncriterion = \"bounded_waiting\"\nrequired = false",
                "no criterion",
            ),
        ] {
            let error = Rubric::parse(&MESSAGES.replacen(right, wrong, 1)).expect_err(wrong);
            assert!(error.message.contains(message), "{wrong}: {}", error.message);
        }
        let many = MESSAGES.replacen("entries = 2", "entries = 5", 1);
        assert!(Rubric::parse(&many).expect_err("too many").message.contains("at most 4"));
        let silent = PETERSON.replacen("bounded_waiting = \"upheld\"", "", 1);
        let error = Rubric::parse(&silent).expect_err("it has the criterion");
        assert!(error.message.contains("says nothing"), "{}", error.message);
    }

    #[test]
    fn contracts_of_messages_through_the_kernel_have_no_memory() {
        let upheld = "progress = \"upheld\"";
        let all = MESSAGES.replacen(upheld, &format!("{upheld}\nbounded_waiting = \"upheld\""), 1);
        for contract in ["record_pipe", "message_queue", "named_pipe"] {
            let contract = rubric(&all.replace("signal_line", contract)).contract;
            assert_eq!(contract.criteria(), super::CRITERIA);
            assert!(!contract.shares_memory(), "{contract:?}");
        }
        for contract in ["signal_line", "socket_service"] {
            let contract = rubric(&MESSAGES.replace("signal_line", contract)).contract;
            assert_eq!(contract.criteria(), [Criterion::MutualExclusion, Criterion::Progress]);
            assert!(!contract.shares_memory(), "{contract:?}");
        }
        assert!(rubric(PETERSON).contract.shares_memory());
    }

    #[test]
    fn a_required_failure_must_be_one_that_the_reference_shows() {
        for (right, wrong, message) in [
            ("criterion = \"progress\"", "criterion = \"mutual_exclusion\"", "does not show"),
            ("witness = [\"needs_remainder\"]", "witness = []", "must name"),
            ("witness = [\"needs_remainder\"]", "witness = [\"overlap\"]", "is not a violation"),
        ] {
            let error = Rubric::parse(&TAKING_TURNS.replacen(right, wrong, 1)).expect_err(wrong);
            assert!(error.message.contains(message), "{wrong}: {}", error.message);
        }
    }
}
