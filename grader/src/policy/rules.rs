//! What is on the lists: which parts of the library, which macros and attributes, which names.

const SEE: &str = "use the one in harness::prelude, so that the harness can see it";
const FINISHED: &str = "the harness cannot see it; build what you need from harness::prelude";
const OUTSIDE: &str = "a solution stays inside the program: no files, network, environment, \
                       processes or clocks";

/// What may follow `std::` and `core::`.
pub(super) enum Part {
    /// This and everything below it.
    All,
    /// Only something below it.
    Inside,
    /// Not at all, and why.
    None(&'static str),
}

pub(super) fn library(path: &[&str]) -> Part {
    match path {
        [
            "fmt" | "cmp" | "ops" | "iter" | "mem" | "num" | "hash" | "array" | "slice" | "option"
            | "result" | "convert" | "default" | "marker" | "vec" | "string" | "boxed" | "rc"
            | "cell" | "borrow" | "hint" | "str" | "char" | "clone" | "u8" | "u16" | "u32" | "u64"
            | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "f32" | "f64",
            ..,
        ]
        | ["sync", "atomic", "Ordering", ..]
        | ["thread", "yield_now"]
        | [
            "collections",
            "BTreeMap" | "BTreeSet" | "VecDeque" | "BinaryHeap" | "LinkedList" | "btree_map"
            | "btree_set" | "vec_deque" | "binary_heap" | "linked_list",
            ..,
        ] => Part::All,
        ["sync" | "thread" | "collections"] | ["sync", "atomic"] => Part::Inside,
        [
            "sync",
            "Mutex" | "RwLock" | "Condvar" | "Barrier" | "Once" | "OnceLock" | "LazyLock" | "mpsc",
            ..,
        ] => Part::None(FINISHED),
        ["time", ..] => Part::None(OUTSIDE),
        ["sync" | "thread" | "park", ..] => Part::None(SEE),
        ["collections", ..] => {
            Part::None("the order of hash tables changes from run to run: use BTreeMap or BTreeSet")
        }
        ["process" | "fs" | "io" | "env" | "net" | "os" | "path" | "ffi" | "random", ..] => {
            Part::None(OUTSIDE)
        }
        ["panic" | "backtrace", ..] => {
            Part::None("a panic is for the harness to see: do not catch or hook it")
        }
        _ => Part::None("it is not on the list of what a solution may use (see the handout)"),
    }
}

/// Macros of the library that may be used, also by path.
pub(super) const LIBRARY_MACROS: [&str; 22] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Attributes that may be written.
pub(super) const ATTRIBUTES: [&str; 23] = [
    "allow",
    "automatically_derived",
    "cfg",
    "clippy",
    "cold",
    "default",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "forbid",
    "ignore",
    "inline",
    "macro_export",
    "macro_use",
    "must_use",
    "non_exhaustive",
    "repr",
    "rustfmt",
    "should_panic",
    "test",
    "warn",
];

/// Names that are refused wherever they stand.
pub(super) fn forbidden(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "unsafe" => ("unsafe", "`unsafe` is not needed for any assignment, and is not accepted"),
        "extern" => ("extern", "`extern` is not accepted: a solution is one crate, in Rust"),
        "include" | "include_str" | "include_bytes" => {
            ("macros", "files are not included: write the code into the file, or use `mod`")
        }
        "env" | "option_env" => ("macros", OUTSIDE),
        "asm" | "global_asm" | "naked_asm" => {
            ("macros", "assembly is not accepted: the harness cannot see what it does")
        }
        "thread_local" => (
            "macros",
            "the processes of an assignment share no threads: use a field per process instead of \
             `thread_local!`",
        ),
        "catch_unwind" | "resume_unwind" | "set_hook" => {
            ("library", "a panic is for the harness to see: do not catch or hook it")
        }
        _ => return None,
    })
}

/// Words after which a path may begin with `::`, so that they are not a path's last part.
pub(super) const KEYWORDS: [&str; 18] = [
    "as", "box", "break", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move", "mut",
    "pub", "ref", "return", "use", "where",
];
