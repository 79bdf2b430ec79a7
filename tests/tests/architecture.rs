//! `ARCHITECTURE.md` is true: its tables are read here and compared with the sources.
//!
//! Each check is a function from files to complaints. It is called twice: on the workspace, where it
//! must find nothing, and on a few made-up lines, where it must find what is wrong with them. Sources
//! are read as tokens, so that comments and texts count for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file of the workspace, with its path from the root.
#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    fn tokens(&self) -> TokenStream {
        self.text.parse().unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }

    /// Of the workspace itself: students' files follow other rules.
    fn is_our_rust(&self) -> bool {
        let rust = Path::new(&self.path).extension().is_some_and(|extension| extension == "rs");
        rust && !self.path.starts_with("samples/")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member stands in its workspace").into()
}

/// All files that are part of the project: not what is built, and not what is hidden, but for the
/// folders of the checks.
fn workspace() -> Vec<File> {
    let root = root();
    let mut files = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace can be read") {
            let path = entry.expect("an entry of a folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let hidden = name.starts_with('.') && ![".ci", ".github"].contains(&name.as_str());
            let built = name == "target" || folder == root && name == "reports";
            if hidden || built {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file of the workspace can be read");
                let path = path.strip_prefix(&root).expect("it was found there");
                files.push(File {
                    path: path.to_string_lossy().into_owned(),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 100, "this is the workspace");
    files
}

fn file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

// Tables.

/// The table below `header`: from the first cell's names to the names in the last cell. Names are
/// what stands between backticks.
fn table(document: &str, header: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut rows = Vec::new();
    let lines = document.lines().skip_while(|line| *line != header).skip(2);
    for line in lines.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let (first, last) = (cells[0], cells[cells.len() - 1]);
        for name in names(first) {
            rows.push((name, names(last).collect()));
        }
    }
    assert!(!rows.is_empty(), "there is a table {header}");
    rows
}

fn names(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

const ROOMS: &str = "| room | what | may import |";
const CRATES: &str = "| crate | what | may import |";
const EXCEPTIONS: &str = "| file | why | what |";
const DEPENDENCIES: &str = "| dependency | used by | why |";

// Sources.

/// A path in the source, such as `crate::event::Event`, and its line.
type Found = (Vec<String>, usize);

/// The paths that start at a crate, those of `super` resolved; and the modules that are only there
/// for tests, whose paths are left out unless `with_tests`.
struct Paths {
    with_tests: bool,
    found: Vec<Found>,
    test_modules: Vec<Vec<String>>,
}

impl Paths {
    fn of(stream: TokenStream, module: &[String], with_tests: bool) -> Self {
        let mut paths = Self { with_tests, found: Vec::new(), test_modules: Vec::new() };
        paths.walk(stream, &mut module.to_vec());
        paths
    }

    fn walk(&mut self, stream: TokenStream, module: &mut Vec<String>) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            if !self.with_tests && is_cfg_test(&trees[at..]) {
                at = self.skip_item(&trees, at + 2, module);
                continue;
            }
            match &trees[at] {
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    match (word.as_str(), trees.get(at + 1), trees.get(at + 2)) {
                        ("mod", Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) => {
                            module.push(name.to_string());
                            self.walk(body.stream(), module);
                            module.pop();
                            at += 3;
                        }
                        ("crate" | "super" | "self" | "harness" | "std" | "core", ..) => {
                            at = self.path(&trees, at, Vec::new(), module);
                        }
                        _ => at += 1,
                    }
                }
                TokenTree::Group(group) => {
                    self.walk(group.stream(), module);
                    at += 1;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
            }
        }
    }

    /// Reads one path, or a tree of them as in `use`; returns what comes after it.
    fn path(
        &mut self,
        trees: &[TokenTree],
        mut at: usize,
        mut path: Vec<String>,
        module: &[String],
    ) -> usize {
        let line = trees[at].span().start().line;
        loop {
            match trees.get(at) {
                Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ',');
                    for one in inner.split(comma).filter(|one| !one.is_empty()) {
                        self.path(one, 0, path.clone(), module);
                    }
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
            if !(colon(at) && colon(at + 1)) {
                break;
            }
            at += 2;
        }
        self.found.push((resolved(path, module), line));
        at
    }

    /// Skips an item that is only there for tests; `at` stands after its attribute.
    fn skip_item(&mut self, trees: &[TokenTree], mut at: usize, module: &[String]) -> usize {
        if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(_), ..] =
            &trees[at..]
            && word == "mod"
        {
            self.test_modules.push([module, &[name.to_string()]].concat());
        }
        while let Some(tree) = trees.get(at) {
            at += 1;
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == ';' => break,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                _ => {}
            }
        }
        at
    }
}

fn is_cfg_test(trees: &[TokenTree]) -> bool {
    match trees {
        [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] => {
            hash.as_char() == '#' && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
        }
        _ => false,
    }
}

/// `super` and `self` taken from `module`, so that every path of our own starts with `crate`.
fn resolved(path: Vec<String>, module: &[String]) -> Vec<String> {
    if !["super", "self"].contains(&path[0].as_str()) {
        return path;
    }
    let mut all = module.to_vec();
    for segment in path {
        match segment.as_str() {
            "super" => drop(all.pop()),
            "self" => {}
            _ => all.push(segment),
        }
    }
    [vec!["crate".to_owned()], all].concat()
}

/// The module of a file of the harness: `oracle/bypass.rs` is `[oracle, bypass]`.
fn module(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// Every word of a source, tests included, with its line.
fn words(stream: TokenStream) -> Vec<(String, usize)> {
    stream
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Ident(ident) => vec![(ident.to_string(), ident.span().start().line)],
            TokenTree::Group(group) => words(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
        })
        .collect()
}

// The checks.

/// Imports between the rooms of the harness that the table does not allow; rooms without a row and
/// rows without a room; and rows that allow what stands below them.
fn forbidden_imports(files: &[File], document: &str) -> Vec<String> {
    let rooms = table(document, ROOMS);
    let mut complaints = Vec::new();
    let mut above = BTreeSet::new();
    for (room, imports) in &rooms {
        for import in imports.difference(&above) {
            complaints.push(format!("the table lets `{room}` import `{import}` from below"));
        }
        above.insert(room.clone());
    }
    let rooms: BTreeMap<_, _> = rooms.into_iter().collect();

    let sources: Vec<(Vec<String>, &File)> = files
        .iter()
        .filter_map(|file| Some((module(file.path.strip_prefix("harness/src/")?), file)))
        .collect();
    let read: Vec<_> =
        sources.iter().map(|(module, file)| Paths::of(file.tokens(), module, false)).collect();
    let only_for_tests = |module: &[String]| {
        read.iter().flat_map(|paths| &paths.test_modules).any(|test| module.starts_with(test))
    };
    let mut seen = BTreeSet::new();
    for ((module, file), paths) in sources.iter().zip(&read) {
        if only_for_tests(module) {
            continue;
        }
        // What the root itself imports is what it hands on: the prelude.
        let room = module.first().map_or("prelude", String::as_str);
        seen.insert(room.to_owned());
        let Some(allowed) = rooms.get(room) else {
            complaints.push(format!("{}: the room `{room}` has no row", file.path));
            continue;
        };
        for (path, line) in &paths.found {
            if let [krate, to, ..] = path.as_slice()
                && krate == "crate"
                && (to != room && !allowed.contains(to))
            {
                complaints.push(format!("{}:{line}: `{room}` imports `{to}`", file.path));
            }
        }
    }
    complaints.extend(
        rooms
            .keys()
            .filter(|&room| !seen.contains(room))
            .map(|r| format!("there is no room `{r}`")),
    );
    complaints
}

/// Rooms of the harness that a crate uses although its row does not say so.
fn forbidden_rooms(files: &[File], document: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (krate, allowed) in table(document, CRATES) {
        // A fixture is a course of its own.
        let inside = |file: &&File| {
            file.path.starts_with(&format!("{krate}/")) && !file.path.contains("/fixtures/")
        };
        for file in files.iter().filter(|file| file.is_our_rust()).filter(inside) {
            for (path, line) in Paths::of(file.tokens(), &[], true).found {
                if let [harness, room, ..] = path.as_slice()
                    && harness == "harness"
                    && !allowed.contains(&path[..2].join("::"))
                {
                    complaints.push(format!("{}:{line}: `harness::{room}`", file.path));
                }
            }
        }
    }
    complaints
}

/// Words that stand in files without an exception for them.
fn forbidden_words(files: &[File], document: &str, name: &str, forbidden: &[&str]) -> Vec<String> {
    let exceptions = table(document, EXCEPTIONS);
    let excepted = |path: &str| {
        exceptions.iter().any(|(prefix, what)| path.starts_with(prefix) && what.contains(name))
    };
    files
        .iter()
        .filter(|file| file.is_our_rust() && !excepted(&file.path))
        .flat_map(|file| {
            words(file.tokens())
                .into_iter()
                .filter(|(word, _)| forbidden.contains(&word.as_str()))
                .map(|(word, line)| format!("{}:{line}: `{word}`", file.path))
        })
        .collect()
}

/// Files that do not begin by saying why they exist.
fn files_without_a_purpose(files: &[File]) -> Vec<String> {
    let silent = |file: &&File| !file.text.starts_with("//! ");
    files.iter().filter(|f| f.is_our_rust()).filter(silent).map(|f| f.path.clone()).collect()
}

/// Absolute paths that are those of somebody's machine.
fn paths_of_machines(files: &[File]) -> Vec<String> {
    // In halves, so that this file does not complain of itself.
    let starts = [concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/tmp/", "bash")];
    let mut complaints = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            let starts_a_path = |at: usize| {
                let before = line[..at].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || "_-.~*}".contains(c))
            };
            for start in starts {
                if line.match_indices(start).any(|(at, _)| starts_a_path(at)) {
                    complaints.push(format!("{}:{}: {start}", file.path, number + 1));
                }
            }
        }
    }
    complaints
}

/// Members that do not take the lints of the workspace.
fn members_without_lints(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .filter(|file| !file.path.starts_with("samples/") && !file.path.contains("/fixtures/"))
        .filter(|file| !file.text.contains("\n[lints]\nworkspace = true\n"))
        .map(|file| file.path.clone())
        .collect()
}

/// Dependencies of the workspace without a row that says what they are there for.
fn unexplained_dependencies(manifest: &str, document: &str) -> Vec<String> {
    let explained: BTreeSet<String> =
        table(document, DEPENDENCIES).into_iter().map(|(name, _)| name).collect();
    let lines = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .filter(|(name, value)| !value.contains("path =") && !explained.contains(*name))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Commands that the README promises and the checks of every change do not run.
fn unchecked_commands(readme: &str, checks: &str) -> Vec<String> {
    let commands: Vec<&str> = readme
        .lines()
        .skip_while(|line| *line != "<!-- the two commands -->")
        .skip_while(|line| !line.starts_with("```"))
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .collect();
    assert_eq!(commands.len(), 2, "the README has its two commands");
    commands
        .into_iter()
        .filter(|command| !checks.lines().any(|line| line.trim() == *command))
        .map(str::to_owned)
        .collect()
}

const TIME: &[&str] = &["Instant", "SystemTime", "Duration", "UNIX_EPOCH"];

// What the workspace must be.

fn document() -> String {
    file("ARCHITECTURE.md")
}

#[track_caller]
fn nothing(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn rooms_import_only_what_their_row_allows() {
    nothing(&forbidden_imports(&workspace(), &document()));
}

#[test]
fn crates_use_only_the_rooms_that_their_row_allows() {
    nothing(&forbidden_rooms(&workspace(), &document()));
}

#[test]
fn unsafe_stands_only_where_the_table_says() {
    nothing(&forbidden_words(&workspace(), &document(), "unsafe", &["unsafe"]));
}

#[test]
fn time_is_known_only_where_the_table_says() {
    nothing(&forbidden_words(&workspace(), &document(), "std::time", TIME));
}

#[test]
fn thread_locals_stand_only_where_the_table_says() {
    nothing(&forbidden_words(&workspace(), &document(), "thread_local", &["thread_local"]));
}

#[test]
fn every_source_file_opens_with_its_purpose() {
    nothing(&files_without_a_purpose(&workspace()));
}

#[test]
fn nothing_names_a_path_of_a_machine() {
    nothing(&paths_of_machines(&workspace()));
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    nothing(&members_without_lints(&workspace()));
}

#[test]
fn every_dependency_is_explained() {
    nothing(&unexplained_dependencies(&file("Cargo.toml"), &document()));
}

#[test]
fn the_commands_of_the_readme_are_checked() {
    nothing(&unchecked_commands(&file("README.md"), &file(".ci/run")));
}

// What each check must find.

const PLAN: &str = "\
| room | what | may import |
| --- | --- | --- |
| `event` | what happened | – |
| `memory` | memory | `event` |
| `engine` | one run | `event`, `memory` |
| `prelude` | for students | `event` |

| crate | what | may import |
| --- | --- | --- |
| `grader` | the command line | `harness::runner` |

| file | why | what |
| --- | --- | --- |
| `harness/src/fiber.rs` | stacks | `unsafe` |
| `benches/` | they measure it | `std::time` |

| dependency | used by | why |
| --- | --- | --- |
| `serde` | `grader` | JSON |
";

/// A house in order; `memory` is `changed`.
fn house(changed: &str) -> Vec<File> {
    vec![
        File::new("harness/src/event.rs", "//! Events.\n"),
        File::new("harness/src/memory/mod.rs", changed),
        File::new("harness/src/engine.rs", "use crate::{event::Event, memory::{self, Memory}};"),
        File::new("harness/src/lib.rs", "mod event; pub use crate::event::Event;"),
    ]
}

#[test]
fn imports_that_the_table_does_not_allow_are_found() {
    for (source, complaints) in [
        ("use crate::event::Event;", 0),
        (
            "/// See [`crate::engine`].\nconst TEXT: &str = \"crate::engine\"; pub(crate) fn f() {}",
            0,
        ),
        ("#[cfg(test)]\nmod tests { use crate::engine::Engine; }", 0),
        ("mod inner { use super::Location; }", 0),
        ("use crate::engine::Engine;", 1),
        ("use crate::{event::Event, engine::{Engine, fiber::Fiber}};", 2),
        ("fn f() { let x: Vec<crate::engine::Engine> = vec![crate::engine::new()]; }", 2),
        ("use super::engine::Engine;", 1),
        ("mod inner { use super::super::engine::Engine; }", 1),
        ("#[cfg(test)]\nuse crate::engine::A;\nuse crate::engine::B;", 1),
    ] {
        let found = forbidden_imports(&house(source), PLAN);
        assert_eq!(found.len(), complaints, "{source}: {found:?}");
    }
}

#[test]
fn modules_that_are_only_there_for_tests_may_import_anything() {
    let mut files = house("#[cfg(test)]\nmod tests;");
    files.push(File::new("harness/src/memory/tests.rs", "use crate::engine::Engine;"));
    nothing(&forbidden_imports(&files, PLAN));
    files[1].text = "mod tests;".to_owned();
    assert_eq!(
        forbidden_imports(&files, PLAN),
        ["harness/src/memory/tests.rs:1: `memory` imports `engine`"]
    );
}

#[test]
fn rows_and_rooms_that_do_not_belong_together_are_found() {
    let mut files = house("");
    files.push(File::new("harness/src/kernel.rs", ""));
    assert_eq!(
        forbidden_imports(&files, PLAN),
        ["harness/src/kernel.rs: the room `kernel` has no row"]
    );
    files.truncate(2);
    assert_eq!(
        forbidden_imports(&files, PLAN),
        ["there is no room `engine`", "there is no room `prelude`"]
    );
    let upwards = PLAN.replace("| what happened | – |", "| what happened | `engine` |");
    assert_eq!(
        forbidden_imports(&house(""), &upwards),
        ["the table lets `event` import `engine` from below"]
    );
}

#[test]
fn rooms_that_a_crate_may_not_use_are_found() {
    for (source, complaints) in [
        ("use harness::runner::{Plan, Report};", 0),
        ("const CODE: &str = \"harness::engine\";", 0),
        ("use harness::engine::Engine;", 1),
        ("use harness::{runner::Plan, engine};", 1),
        ("#[cfg(test)]\nmod tests { use harness::engine::Engine; }", 1),
    ] {
        let found = forbidden_rooms(&[File::new("grader/src/main.rs", source)], PLAN);
        assert_eq!(found.len(), complaints, "{source}: {found:?}");
    }
}

#[test]
fn forbidden_words_are_found_outside_of_their_files() {
    let find = |path, source, name, words: &[&str]| {
        forbidden_words(&[File::new(path, source)], PLAN, name, words).len()
    };
    let block = "fn f() { unsafe { g() } }";
    assert_eq!(find("harness/src/fiber.rs", block, "unsafe", &["unsafe"]), 0);
    assert_eq!(find("harness/src/engine.rs", block, "unsafe", &["unsafe"]), 1);
    assert_eq!(
        find("grader/src/a.rs", "#![forbid(unsafe_code)] // unsafe", "unsafe", &["unsafe"]),
        0
    );
    assert_eq!(find("samples/class/x/peterson.rs", block, "unsafe", &["unsafe"]), 0);
    let time = "use std::time::Instant;";
    assert_eq!(find("benches/src/main.rs", time, "std::time", TIME), 0);
    assert_eq!(find("benches/src/main.rs", block, "unsafe", &["unsafe"]), 1);
    assert_eq!(find("harness/src/fiber.rs", time, "std::time", TIME), 1);
    assert_eq!(find("grader/src/a.rs", "use std::{time::Duration as D};", "std::time", TIME), 1);
    let local = "thread_local! { static X: u8 = 0; }";
    assert_eq!(find("harness/src/fiber.rs", local, "thread_local", &["thread_local"]), 1);
}

#[test]
fn files_without_a_purpose_are_found() {
    let of = |path, text| files_without_a_purpose(&[File::new(path, text)]).len();
    assert_eq!(of("assignments/peterson/src/lib.rs", "//! Peterson's algorithm.\n"), 0);
    assert_eq!(of("assignments/peterson/src/lib.rs", "use harness::prelude::*;\n"), 1);
    assert_eq!(of("harness/src/event.rs", "// Events.\n"), 1);
}

#[test]
fn paths_of_machines_are_found() {
    for (text, complaints) in [
        (concat!("see /ho", "me/anna/os"), 1),
        (concat!("\n(/wo", "rk/main)"), 1),
        (concat!("\"/tmp/", "bash_jobs\""), 1),
        (concat!("https://example.org/ho", "me/page"), 0),
        ("/usr/lib and /proc/self/exe", 0),
    ] {
        assert_eq!(paths_of_machines(&[File::new("a.md", text)]).len(), complaints, "{text}");
    }
}

#[test]
fn members_without_lints_are_found() {
    let of = |path, text| members_without_lints(&[File::new(path, text)]).len();
    let with = "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n";
    assert_eq!(of("a/Cargo.toml", with), 0);
    assert_eq!(of("a/Cargo.toml", "[package]\nname = \"a\"\n"), 1);
    assert_eq!(of("assignments/a/Cargo.toml", "[package]\n\n[lints]\nworkspace = false\n"), 1);
}

#[test]
fn unexplained_dependencies_are_found() {
    let manifest = "[workspace.dependencies]\nharness = { path = \"harness\" }\nserde = \"1\"\nrand = \"0\"\n\n[profile]\nx = 1\n";
    assert_eq!(unexplained_dependencies(manifest, PLAN), ["rand"]);
}

#[test]
fn unchecked_commands_are_found() {
    let readme =
        "<!-- the two commands -->\n```sh\ncargo run  # the job\ncargo test # the tests\n```\n";
    nothing(&unchecked_commands(readme, "set -e\ncargo run\n  cargo test\n"));
    assert_eq!(unchecked_commands(readme, "cargo run --help\ncargo test\n"), ["cargo run"]);
}
