//! Small concurrent programs, as the tests of the memory model write them down.
//!
//! A thread is a function that is re-run from the values it has received so far; where they end, it
//! says what it does next. So it may branch on what it reads, and needs no stack of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;

use harness::event::{LocationId, WriteId};

/// One operation on atomics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An atomic load.
    Load(LocationId, Ordering),
    /// An atomic store.
    Store(LocationId, u64, Ordering),
    /// A read-modify-write, with the orderings of success and of failure.
    Update(LocationId, Function, Ordering, Ordering),
    /// A fence.
    Fence(Ordering),
}

impl Operation {
    /// The location it touches, unless it is a fence.
    pub fn location(self) -> Option<LocationId> {
        match self {
            Self::Load(location, _) | Self::Store(location, ..) | Self::Update(location, ..) => {
                Some(location)
            }
            Self::Fence(_) => None,
        }
    }

    /// The value that it writes after having read `read`; `None` if it does not write.
    pub fn written(self, read: Option<u64>) -> Option<u64> {
        match (self, read) {
            (Self::Store(_, value, _), _) => Some(value),
            (Self::Update(_, function, ..), Some(old)) => function.apply(old),
            _ => None,
        }
    }
}

/// What a read-modify-write does to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Replaces it.
    Swap(u64),
    /// Adds to it.
    Add(u64),
    /// Replaces the first by the second; fails on any other value.
    Exchange(u64, u64),
    /// The same, but it may fail on the first, too.
    WeakExchange(u64, u64),
}

impl Function {
    /// Whether it may fail where it could succeed.
    pub fn is_weak(self) -> bool {
        matches!(self, Self::WeakExchange(..))
    }

    /// A compare-exchange made weak; any other function as it is.
    #[must_use]
    pub fn weakened(self) -> Self {
        match self {
            Self::Exchange(expected, new) => Self::WeakExchange(expected, new),
            other => other,
        }
    }

    /// The new value; `None` if it fails on `old`.
    pub fn apply(self, old: u64) -> Option<u64> {
        match self {
            Self::Swap(new) => Some(new),
            Self::Add(term) => Some(old.wrapping_add(term)),
            Self::Exchange(expected, new) | Self::WeakExchange(expected, new) => {
                (old == expected).then_some(new)
            }
        }
    }
}

/// What a thread does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This operation.
    Operation(Operation),
    /// Nothing: it waits for something that it did not read.
    Blocked,
    /// Nothing more.
    Done,
}

/// The values that a thread has received so far, one for each operation (`None`: it read nothing).
#[derive(Debug)]
pub struct Replay<'a> {
    values: std::slice::Iter<'a, Option<u64>>,
}

impl Replay<'_> {
    /// Performs `operation`; `Err` if that has not happened yet.
    pub fn perform(&mut self, operation: Operation) -> Result<u64, Next> {
        match self.values.next() {
            Some(value) => Ok(value.unwrap_or_default()),
            None => Err(Next::Operation(operation)),
        }
    }
}

/// Cuts the execution unless `condition` holds: the failed turn of a waiting loop.
pub fn assume(condition: bool) -> Result<(), Next> {
    if condition { Ok(()) } else { Err(Next::Blocked) }
}

/// A thread: see [`Replay`].
pub type Thread = Box<dyn Fn(&mut Replay<'_>) -> Result<(), Next>>;

/// Threads over the locations `0..locations`, all of which are 0 at first.
pub struct Program {
    /// The threads.
    pub threads: Vec<Thread>,
    /// How many locations there are.
    pub locations: usize,
    /// What it was written as.
    pub text: String,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Program {
    /// Threads without branches.
    pub fn straight(threads: Vec<Vec<Operation>>, locations: usize) -> Self {
        let text = format!("{threads:?}");
        let run = |operations: Vec<Operation>| -> Thread {
            Box::new(move |replay| {
                operations.iter().try_for_each(|&step| replay.perform(step).map(drop))
            })
        };
        Self { threads: threads.into_iter().map(run).collect(), locations, text }
    }

    /// What `thread` does after it has received `values`.
    pub fn next(&self, thread: usize, values: &[Option<u64>]) -> Next {
        let mut replay = Replay { values: values.iter() };
        match self.threads[thread](&mut replay) {
            Ok(()) => Next::Done,
            Err(next) => next,
        }
    }

    /// Reads the notation of litmus tests: threads apart by `/`; `Wx1` stores 1 to x, `Rx` loads it,
    /// `Ux1` swaps, `Ax1` adds, `Cx01` exchanges 0 for 1 and `cx01` does so weakly, `F` is a fence.
    /// An ordering follows a point: `rlx acq rel ar sc`. Without one, `defaults` are those of stores,
    /// of loads, of the rest.
    ///
    /// # Panics
    /// If the text is not in this notation.
    pub fn parse(text: &str, defaults: [Ordering; 3]) -> Self {
        let names = names(text);
        let threads = text
            .split('/')
            .map(|thread| {
                thread.split_whitespace().map(|t| operation(t, &names, defaults)).collect()
            })
            .collect();
        Self { text: text.to_owned(), ..Self::straight(threads, names.len()) }
    }
}

/// The locations that a litmus test names, numbered in alphabetical order.
pub fn names(text: &str) -> BTreeMap<char, LocationId> {
    let mut names: BTreeMap<char, LocationId> = text
        .split(|c: char| c.is_whitespace() || c == '/')
        .filter(|token| !token.starts_with('F'))
        .filter_map(|token| token.chars().nth(1))
        .map(|name| (name, LocationId(0)))
        .collect();
    for (number, location) in (0..).zip(names.values_mut()) {
        *location = LocationId(number);
    }
    names
}

fn operation(
    token: &str,
    names: &BTreeMap<char, LocationId>,
    defaults: [Ordering; 3],
) -> Operation {
    let (body, suffix) = token.split_once('.').unwrap_or((token, ""));
    let ordering = |default| match suffix {
        "" => default,
        "rlx" => Ordering::Relaxed,
        "acq" => Ordering::Acquire,
        "rel" => Ordering::Release,
        "ar" => Ordering::AcqRel,
        "sc" => Ordering::SeqCst,
        other => panic!("no ordering is called {other}"),
    };
    let number = |from: usize, to: usize| body[from..to].parse().expect("a number");
    let location = || names[&body.chars().nth(1).expect("a location")];
    let [store, load, rest] = defaults;
    match &body[..1] {
        "W" => Operation::Store(location(), number(2, body.len()), ordering(store)),
        "R" => Operation::Load(location(), ordering(load)),
        "F" => Operation::Fence(ordering(rest)),
        kind => {
            let function = match kind {
                "U" => Function::Swap(number(2, body.len())),
                "A" => Function::Add(number(2, body.len())),
                "C" => Function::Exchange(number(2, 3), number(3, 4)),
                "c" => Function::WeakExchange(number(2, 3), number(3, 4)),
                other => panic!("no operation is called {other}"),
            };
            Operation::Update(location(), function, ordering(rest), Ordering::Relaxed)
        }
    }
}

/// What identifies the execution graph of a program: who read which write, by thread and event, and
/// the modification order of each location, without its initial write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key {
    /// The write that each event read, if it reads.
    pub reads_from: Vec<Vec<Option<WriteId>>>,
    /// The writes of each location, oldest first.
    pub order: Vec<Vec<WriteId>>,
}

/// What a complete execution came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// The values that each thread read, in program order.
    pub reads: Vec<Vec<u64>>,
    /// The last value of each location.
    pub last: Vec<u64>,
}

/// All graphs of a program that a model allows.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Graphs {
    /// Those in which every thread is done.
    pub complete: BTreeMap<Key, Outcome>,
    /// How many others cannot be continued.
    pub blocked: usize,
}

impl Graphs {
    /// Whether some complete graph has this outcome: what each thread reads (`*`: anything), and
    /// after `;` last values such as `x=1`, where the names are those of the program's `text`.
    ///
    /// # Panics
    /// If `outcome` is not in this notation.
    pub fn reach(&self, outcome: &str, text: &str) -> bool {
        let names = names(text);
        let (reads, last) = outcome.split_once(';').unwrap_or((outcome, ""));
        let number = |token: &str| token.parse::<u64>().expect("a number");
        self.complete.values().any(|got| {
            let read = reads.split('/').zip(&got.reads).all(|(wanted, got)| {
                let mut pairs = wanted.split_whitespace().zip(got);
                pairs.all(|(wanted, &got)| wanted == "*" || number(wanted) == got)
            });
            read && last.split_whitespace().all(|token| {
                let (name, value) = token.split_once('=').expect("location=value");
                let location = names[&name.chars().next().expect("a location")];
                got.last[location.0 as usize] == number(value)
            })
        })
    }
}
