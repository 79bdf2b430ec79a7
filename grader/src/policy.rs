//! Which Rust a submission may use, checked on the tokens of every file that the compiler would
//! read. It keeps honest students on the part of the library that the harness can see, and takes
//! away from others the means to reach around it. It is a lint in front of `-F unsafe_code`, the
//! limits of the run and (later) the sandbox, not a replacement for them: expanding macros is the
//! compiler's business, so that macros which could assemble a forbidden path are refused as such.

use std::collections::BTreeSet;
use std::iter;

use proc_macro2::{Delimiter, Group, LexError, Spacing, Span, TokenStream, TokenTree};

use crate::failure::Failure;
use crate::submission::{Location, Unread};

/// The most files in one submission.
const FILES_MAX: usize = 64;
/// The most violations that are reported for one submission.
const VIOLATIONS_MAX: usize = 20;
/// The deepest nesting of brackets that is followed.
const DEPTH_MAX: usize = 200;

/// A source file, as it was checked and as it will be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Below the submission's base, with `/` between its parts.
    pub(crate) path: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// Something in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The file.
    pub(crate) file: String,
    /// The line, from one, if it is about a place in the file.
    pub(crate) line: Option<u32>,
    /// The column, from one.
    pub(crate) column: Option<u32>,
    /// The rule that it breaks; empty for a file that is not Rust.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do instead.
    pub(crate) text: String,
}

/// What the check found in a submission.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examination {
    /// Every file that the compiler would read, the root first.
    pub(crate) sources: Vec<Source>,
    /// What breaks the policy.
    pub(crate) violations: Vec<Finding>,
    /// A file that is not Rust at all, and where.
    pub(crate) unparsable: Option<Finding>,
}

/// Reads a submission's module tree, as rustc would, and checks each file.
pub(crate) fn examine(location: &Location) -> Result<Examination, Failure> {
    let mut examination = Examination::default();
    let mut seen = BTreeSet::new();
    let root_folder = location.root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut waiting = vec![(location.root.clone(), root_folder.to_owned())];
    while let Some((path, folder)) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let refuse = |rule, text: &str| Finding {
            file: path.clone(),
            line: None,
            column: None,
            rule,
            text: text.to_owned(),
        };
        if seen.len() > FILES_MAX {
            examination.violations.push(refuse("files", "a submission has at most 64 files"));
            break;
        }
        let bytes = match location.read(&path) {
            Ok(bytes) => bytes,
            // The compiler says so in its own words.
            Err(Unread::Missing) => continue,
            Err(Unread::Refused(why)) => {
                examination.violations.push(refuse("files", &why));
                continue;
            }
            Err(Unread::Failed(error)) => {
                return Err(Failure::input(format!("cannot read {path}: {error}")));
            }
        };
        match check(&path, &bytes) {
            Ok(checked) => {
                examination.violations.extend(checked.violations);
                for mut module in checked.modules {
                    let name = module.pop().expect("a module has a name");
                    let folder = iter::once(folder.as_str())
                        .filter(|folder| !folder.is_empty())
                        .chain(module.iter().map(String::as_str))
                        .chain(iter::once(name.as_str()))
                        .collect::<Vec<_>>()
                        .join("/");
                    waiting.push((format!("{folder}.rs"), folder.clone()));
                    waiting.push((format!("{folder}/mod.rs"), folder));
                }
            }
            Err(finding) => {
                examination.unparsable.get_or_insert(finding);
            }
        }
        examination.sources.push(Source { path, bytes });
    }
    examination.violations.truncate(VIOLATIONS_MAX);
    Ok(examination)
}

/// One file's violations, and the modules that it says are in other files: for each the names of
/// the inline modules around it and its own.
#[derive(Debug, Default)]
struct Checked {
    violations: Vec<Finding>,
    modules: Vec<Vec<String>>,
}

fn check(file: &str, bytes: &[u8]) -> Result<Checked, Finding> {
    let unparsable = |line: usize, column: usize, text: String| Finding {
        file: file.to_owned(),
        line: u32::try_from(line).ok(),
        column: u32::try_from(column).ok(),
        rule: "",
        text,
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let text = "the file is not UTF-8 here: save it as UTF-8 (Rust reads nothing else)";
        unparsable(line, column, text.to_owned())
    })?;
    let mut scan = Scan { file, checked: Checked::default() };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(rest) = body.strip_prefix("#!")
        && !rest.trim_start().starts_with('[')
    {
        // rustc drops such a line, a tokenizer need not: what it hides must not differ.
        scan.violation_at(
            1,
            1,
            "script",
            "a source file does not begin with a `#!` line".to_owned(),
        );
        return Ok(scan.checked);
    }
    let tokens: TokenStream = text.parse().map_err(|error: LexError| {
        let place = error.span().start();
        let text = "this cannot be read as Rust: look for a quote, a comment or a bracket that is \
                    not closed, or a character that Rust does not have";
        unparsable(place.line, place.column + 1, text.to_owned())
    })?;
    scan.tokens(&tokens.into_iter().collect::<Vec<_>>(), Within::Module(&[]), 0);
    Ok(scan.checked)
}

const SEE: &str = "use the one in harness::prelude, so that the harness can see it";
const OUTSIDE: &str = "a solution stays inside the program: no files, network, environment, \
                       processes or clocks";

/// What may follow `std::` and `core::`.
enum Part {
    /// This and everything below it.
    All,
    /// Only something below it.
    Inside,
    /// Not at all, and why.
    None(&'static str),
}

fn library(path: &[&str]) -> Part {
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
        ["sync" | "thread" | "time" | "park", ..] => Part::None(SEE),
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
const LIBRARY_MACROS: [&str; 22] = [
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
const ATTRIBUTES: [&str; 23] = [
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
fn forbidden(name: &str) -> Option<(&'static str, &'static str)> {
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
const KEYWORDS: [&str; 18] = [
    "as", "box", "break", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move", "mut",
    "pub", "ref", "return", "use", "where",
];

/// What the tokens of one level are.
#[derive(Clone, Copy)]
enum Within<'a> {
    /// The items of a module, outside every macro; with the names of the inline modules around it.
    Module(&'a [String]),
    /// Anything else.
    Code,
    /// What is handed to one of the submission's own macros, which may take it apart.
    OwnMacro,
}

struct Scan<'a> {
    file: &'a str,
    checked: Checked,
}

impl Scan<'_> {
    /// Scans one level of tokens.
    fn tokens(&mut self, tokens: &[TokenTree], within: Within<'_>, depth: usize) {
        if depth > DEPTH_MAX {
            if let Some(token) = tokens.first() {
                self.violation(
                    token.span(),
                    "nesting",
                    "brackets are nested too deeply".to_owned(),
                );
            }
            return;
        }
        let mut tests = false; // whether the item that begins here has `#[cfg(test)]`
        let mut place = 0;
        while let Some(token) = tokens.get(place) {
            let mut next = place + 1;
            match token {
                TokenTree::Ident(_) if is_lifetime(tokens, place) => {}
                TokenTree::Ident(_) => {
                    let name = name_at(tokens, place).expect("it is an identifier");
                    if name == "mod"
                        && let Within::Module(module) = within
                        && let Some(child) = name_at(tokens, place + 1)
                    {
                        let path: Vec<String> = module.iter().cloned().chain([child]).collect();
                        match tokens.get(place + 2) {
                            Some(TokenTree::Group(body))
                                if body.delimiter() == Delimiter::Brace =>
                            {
                                if !tests {
                                    self.group(body, Within::Module(&path), depth);
                                }
                                next = place + 3;
                            }
                            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => {
                                if !tests {
                                    self.checked.modules.push(path);
                                }
                                next = place + 3;
                            }
                            _ => {}
                        }
                    }
                    self.name(tokens, place, &name, within);
                    if name != "pub" {
                        tests = false;
                    }
                }
                TokenTree::Group(group) => {
                    // `pub(crate)` stands between an attribute and its item.
                    if group.delimiter() != Delimiter::Parenthesis {
                        tests = false;
                    }
                    self.group(group, inside(tokens, place, within), depth);
                }
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = usize::from(is_punct(tokens, place + 1, '!'));
                    if let Some(TokenTree::Group(group)) = tokens.get(place + 1 + inner)
                        && group.delimiter() == Delimiter::Bracket
                    {
                        let content: Vec<_> = group.stream().into_iter().collect();
                        let test = self.attribute(&content, group.span());
                        tests |= test && inner == 0 && matches!(within, Within::Module(_));
                        self.tokens(&content, inside(&[], 0, within), depth + 1);
                        next = place + 2 + inner;
                    }
                }
                TokenTree::Punct(_) => {
                    tests = false;
                    self.path_in_macro(tokens, place);
                }
                TokenTree::Literal(_) => tests = false,
            }
            place = next;
        }
    }

    fn group(&mut self, group: &Group, within: Within<'_>, depth: usize) {
        self.tokens(&group.stream().into_iter().collect::<Vec<_>>(), within, depth + 1);
    }

    fn name(&mut self, tokens: &[TokenTree], place: usize, name: &str, within: Within<'_>) {
        let span = tokens[place].span();
        let before =
            |distance| place.checked_sub(distance).and_then(|place| name_at(tokens, place));
        if LIBRARY_MACROS.contains(&name)
            && (before(1).as_deref() == Some("as") || before(2).as_deref() == Some("macro_rules"))
        {
            let text = format!("a macro of your own is not called `{name}`, as the library's is");
            self.violation(span, "macros", text);
        }
        if let Some((rule, text)) = forbidden(name) {
            self.violation(span, rule, format!("{text} (`{name}`)"));
        }
        match name {
            "std" | "core" | "harness" if matches!(within, Within::OwnMacro) => {
                let text = format!(
                    "a path of `{name}` is not handed to a macro of your own, which could take it \
                     apart: import what you need with `use` and hand over its name"
                );
                self.violation(span, "macros", text);
            }
            "static" if name_at(tokens, place + 1).as_deref() == Some("mut") => {
                let text = "`static mut` needs `unsafe`: make it a field of the solution's type, of \
                            an atomic type from harness::prelude";
                self.violation(span, "unsafe", text.to_owned());
            }
            "std" | "core" if is_path(tokens, place + 1) => {
                self.library(&mut Vec::new(), &tokens[place + 3..], span, name);
            }
            "harness" if is_path(tokens, place + 1) => self.harness(&tokens[place + 3..], span),
            "std" | "core" | "harness" => {
                let text = format!(
                    "`{name}` on its own is not accepted: write the full path where you use it, or \
                     choose another name if it is yours"
                );
                self.violation(span, "library", text);
            }
            _ => {}
        }
    }

    /// Checks what follows `std::`: a path, or a tree of them in a `use`.
    fn library(
        &mut self,
        path: &mut Vec<String>,
        rest: &[TokenTree],
        root: Span,
        crate_name: &str,
    ) {
        match rest.first() {
            Some(TokenTree::Ident(ident)) => {
                path.push(name_at(rest, 0).expect("it is an identifier"));
                let parts: Vec<&str> = path.iter().map(String::as_str).collect();
                let full = format!("{crate_name}::{}", parts.join("::"));
                let is_macro = is_punct(rest, 1, '!') && !is_punct(rest, 2, '=');
                let allowed_macro =
                    is_macro && parts.len() == 1 && LIBRARY_MACROS.contains(&parts[0]);
                match library(&parts) {
                    _ if allowed_macro => {}
                    Part::All => {}
                    Part::Inside if is_path(rest, 1) => {
                        self.library(path, &rest[3..], ident.span(), crate_name);
                    }
                    Part::Inside => {
                        let text = format!(
                            "`{full}` as a whole is not accepted, only some things in it: write the \
                             full path of the one that you use"
                        );
                        self.violation(ident.span(), "library", text);
                    }
                    Part::None(why) => {
                        self.violation(ident.span(), "library", format!("`{full}`: {why}"));
                    }
                }
                path.pop();
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
                    self.library(path, tree, group.span(), crate_name);
                }
            }
            other => {
                let mut full = crate_name.to_owned();
                for part in path.iter() {
                    full.push_str("::");
                    full.push_str(part);
                }
                let text = format!(
                    "everything of `{full}` at once is not accepted: name what you use, one by one"
                );
                self.violation(other.map_or(root, TokenTree::span), "library", text);
            }
        }
    }

    /// Checks what follows `harness::`: `prelude`, perhaps inside braces.
    fn harness(&mut self, rest: &[TokenTree], root: Span) {
        match rest.first() {
            Some(TokenTree::Ident(_)) if name_at(rest, 0).as_deref() == Some("prelude") => {}
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
                    self.harness(tree, group.span());
                }
            }
            other => {
                let text = "of the harness, a solution uses `harness::prelude` only";
                self.violation(other.map_or(root, TokenTree::span), "harness", text.to_owned());
            }
        }
    }

    /// Checks an attribute's content; says whether it is `cfg(test)`.
    fn attribute(&mut self, content: &[TokenTree], span: Span) -> bool {
        let name = name_at(content, 0).unwrap_or_default();
        if forbidden(&name).is_some() {
            return false; // said already, or about to be
        }
        if !ATTRIBUTES.contains(&name.as_str()) {
            let text = format!("the attribute `{name}` is not on the list of those accepted");
            self.violation(span, "attributes", text);
            return false;
        }
        let arguments: Vec<TokenTree> = match content.get(1) {
            Some(TokenTree::Group(group)) => group.stream().into_iter().collect(),
            _ => Vec::new(),
        };
        if name == "cfg" {
            let only_test =
                arguments.len() == 1 && name_at(&arguments, 0).as_deref() == Some("test");
            if !only_test {
                let text = "of `cfg`, only `#[cfg(test)]` is accepted: the code that is graded is \
                            the code that stands there";
                self.violation(span, "attributes", text.to_owned());
            }
            return only_test;
        }
        let names = (0..arguments.len()).filter_map(|place| name_at(&arguments, place));
        if names.into_iter().any(|name| name == "unsafe_code") {
            let text = "the lint `unsafe_code` is not yours to set: `unsafe` is not accepted";
            self.violation(span, "attributes", text.to_owned());
        }
        false
    }

    /// Refuses paths that a macro could assemble from pieces: `$x::y`, `$($x)::*`, and paths from
    /// the root other than the library's and the harness's.
    fn path_in_macro(&mut self, tokens: &[TokenTree], place: usize) {
        if !is_path(tokens, place) {
            return;
        }
        let before = place.checked_sub(1).and_then(|place| tokens.get(place));
        let dollar = place >= 2 && is_punct(tokens, place - 2, '$');
        let span = tokens[place].span();
        match before {
            Some(TokenTree::Ident(_)) if dollar => {
                if name_at(tokens, place - 1).as_deref() != Some("crate") {
                    let text = "a macro must not assemble a path (`$name::…`): write the path out";
                    self.violation(span, "macros", text.to_owned());
                }
            }
            Some(TokenTree::Group(_)) if dollar => {
                let text = "a macro must not assemble a path (`$(…)::*`): write the path out";
                self.violation(span, "macros", text.to_owned());
            }
            Some(TokenTree::Ident(_)) => {
                let word = name_at(tokens, place - 1).expect("it is an identifier");
                if KEYWORDS.contains(&word.as_str()) {
                    self.path_from_root(tokens, place);
                }
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {}
            _ => self.path_from_root(tokens, place),
        }
    }

    fn path_from_root(&mut self, tokens: &[TokenTree], place: usize) {
        let root = name_at(tokens, place + 2);
        if !root.as_deref().is_some_and(|root| ["std", "core", "harness"].contains(&root)) {
            let text = "a path from the root (`::name`) is not accepted: write it without the `::`";
            self.violation(tokens[place].span(), "library", text.to_owned());
        }
    }

    fn violation(&mut self, span: Span, rule: &'static str, text: String) {
        let place = span.start();
        self.violation_at(place.line, place.column + 1, rule, text);
    }

    fn violation_at(&mut self, line: usize, column: usize, rule: &'static str, text: String) {
        let finding = Finding {
            file: self.file.to_owned(),
            line: u32::try_from(line).ok(),
            column: u32::try_from(column).ok(),
            rule,
            text,
        };
        let violations = &mut self.checked.violations;
        if violations.len() < VIOLATIONS_MAX && !violations.contains(&finding) {
            violations.push(finding);
        }
    }
}

/// What the group at `place` is.
fn inside<'a>(tokens: &[TokenTree], place: usize, within: Within<'a>) -> Within<'a> {
    if matches!(within, Within::OwnMacro) {
        return within;
    }
    let called = place.checked_sub(2).filter(|_| is_punct(tokens, place - 1, '!'));
    match called.and_then(|called| name_at(tokens, called)) {
        Some(name) if KEYWORDS.contains(&name.as_str()) => Within::Code,
        Some(name) if !LIBRARY_MACROS.contains(&name.as_str()) => Within::OwnMacro,
        _ => Within::Code,
    }
}

/// The identifier at `place`, without `r#`.
fn name_at(tokens: &[TokenTree], place: usize) -> Option<String> {
    match tokens.get(place) {
        Some(TokenTree::Ident(ident)) => {
            let name = ident.to_string();
            Some(name.strip_prefix("r#").map_or(name.clone(), ToOwned::to_owned))
        }
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], place: usize, char: char) -> bool {
    matches!(tokens.get(place), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// Whether `::` stands at `place`.
fn is_path(tokens: &[TokenTree], place: usize) -> bool {
    matches!(
        tokens.get(place),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint
    ) && is_punct(tokens, place + 1, ':')
}

fn is_lifetime(tokens: &[TokenTree], place: usize) -> bool {
    place.checked_sub(1).is_some_and(|before| is_punct(tokens, before, '\''))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Checked, check, examine};
    use crate::submission::Location;

    fn checked(source: &str) -> Checked {
        check("s.rs", source.as_bytes()).unwrap_or_else(|finding| panic!("{source}: {finding:?}"))
    }

    #[test]
    fn ordinary_solutions_pass() {
        for source in [
            "use harness::prelude::*; pub struct P { flag: [AtomicBool; 2] }",
            "use harness::prelude::{AtomicBool, Ordering::SeqCst}; use harness::{prelude as p};",
            "use ::harness::prelude::*;",
            "use std::sync::atomic::Ordering; fn f() { std::thread::yield_now(); }",
            "use std::sync::atomic::{Ordering::{Acquire, Release}};",
            "use core::{fmt::{self, Debug}, hint, mem};",
            "use std::collections::{BTreeMap, VecDeque}; use std::fmt as f;",
            "fn f() { println!(\"{}\", std::mem::size_of::<u8>()); std::assert!(1 != 2); }",
            "#![allow(dead_code)] #[derive(Debug, Clone)] #[repr(u8)] enum E { A }",
            "//! Doc with unsafe and std::fs.\n/// More: std::sync::Mutex\nstruct S;",
            "fn f() { let s = \"unsafe extern std::fs::read\"; /* unsafe */ }",
            "macro_rules! spin { ($e:expr) => { while $e { spin_loop() } } }",
            "fn f() { if !(std::mem::size_of::<u8>() == 1) { writeln!(w, \"{}\", std::fmt::Error); } }",
            "macro_rules! own { ($($x:expr),*) => { $crate::f($($x),*) } }",
            "fn f<'a>(x: &'static mut u8) -> Vec::<u8> { <u8 as Default>::default(); 'core: loop {} }",
            "#[cfg(test)] mod tests { use std::thread; unsafe fn f() {} }",
            "#[cfg(test)] #[allow(unused)] pub(crate) mod tests { use std::fs; }",
            "#[cfg(test)]\nmod elsewhere;",
            "mod inner { #[cfg(test)] mod tests { use std::fs; } }",
            "fn f() { let x = if a { ::std::mem::swap(p, q) } else { ::core::mem::drop(p) }; }",
            "const M: usize = std::usize::MAX; fn g() -> u32 { core::u32::MAX }",
            "fn f(v: &[u8]) { v.iter().copied().map(u64::from).sum::<u64>(); }",
        ] {
            let checked = checked(source);
            assert!(checked.violations.is_empty(), "{source}: {:?}", checked.violations);
        }
    }

    #[test]
    fn every_way_around_is_refused_by_its_rule() {
        for (source, rule) in [
            ("fn f() { unsafe { g() } }", "unsafe"),
            ("unsafe impl Sync for S {}", "unsafe"),
            ("static mut X: u8 = 0;", "unsafe"),
            ("extern \"C\" { fn f(); }", "extern"),
            ("extern crate std as other;", "extern"),
            ("#[no_mangle] fn f() {}", "attributes"),
            ("#[unsafe(naked)] fn f() {}", "unsafe"),
            ("#[path = \"/etc/passwd\"] mod m;", "attributes"),
            ("#![feature(asm)]", "attributes"),
            ("#![no_std]", "attributes"),
            ("#[cfg_attr(all(), path = \"x\")] mod m;", "attributes"),
            ("#[cfg(not(test))] mod m {}", "attributes"),
            ("#[cfg(any(test, unix))] mod m { }", "attributes"),
            ("#![allow(unsafe_code)]", "attributes"),
            ("macro_rules! m { ($a:meta) => { #[$a] fn f() {} } }", "attributes"),
            ("const X: &str = include_str!(\"/etc/passwd\");", "macros"),
            ("#[doc = include_str!(\"x\")] struct S;", "macros"),
            ("const X: &str = env!(\"HOME\");", "macros"),
            ("use std::env as e;", "library"),
            ("fn f() { core::arch::asm!(\"nop\") }", "macros"),
            ("thread_local! { static X: u8 = 0 }", "macros"),
            ("macro_rules! m { ($i:ident) => { $i!(\"x\") } } m!(include_str);", "macros"),
            ("use std::sync::Mutex;", "library"),
            ("use std::sync::atomic::AtomicBool;", "library"),
            ("use std::sync::atomic::{AtomicBool, Ordering};", "library"),
            ("use std::sync::atomic::*;", "library"),
            ("use std::sync::atomic::{self, Ordering};", "library"),
            ("use std::sync::atomic;", "library"),
            ("use std::sync as s;", "library"),
            ("use std::{fmt, sync};", "library"),
            ("use std::{fmt, sync::{Arc}};", "library"),
            ("use std::*;", "library"),
            ("use std::{self};", "library"),
            ("use std as s;", "library"),
            ("use {std as s};", "library"),
            ("use r#std::r#fs;", "library"),
            ("fn f() { std::thread::spawn(|| ()); }", "library"),
            ("fn f() { std::thread::sleep(d); }", "library"),
            ("fn f() { std::process::exit(0) }", "library"),
            ("fn f() { ::std::fs::read(\"x\"); }", "library"),
            ("fn f() { std::io::stdout(); }", "library"),
            ("fn f() { std :: net :: TcpStream::connect(x); }", "library"),
            ("use std::collections::HashMap;", "library"),
            ("use std::collections;", "library"),
            ("use std::time::Instant;", "library"),
            ("use std::panic::catch_unwind;", "library"),
            ("macro_rules! m { ($r:ident) => { $r::fs::read(1) } }", "macros"),
            ("macro_rules! m { ($($r:ident)*) => { $($r)::*(1) } }", "macros"),
            ("macro_rules! m { ($s:tt :: $($r:tt)*) => { $s::fs::read(1) } }", "macros"),
            ("m!(std::fmt [::fs::read]);", "library"),
            ("m!(std fs);", "macros"),
            ("macro_rules! m { () => { std::$a } }", "library"),
            ("macro_rules! p { ($s:tt $c:tt fmt) => { $s $c fs } } p!(std::fmt);", "macros"),
            ("fn f() { println!(\"{}\", p!(harness::prelude)); }", "macros"),
            ("macro_rules! vec { () => {} }", "macros"),
            ("pub(crate) use own as vec;", "macros"),
            ("use ::serde::Serialize;", "library"),
            ("fn f() -> u8 { return ::libc::getpid(); }", "library"),
            ("use harness::runner::Report;", "harness"),
            ("use harness::{prelude::*, engine};", "harness"),
            ("use harness::*;", "harness"),
            ("use harness as h;", "library"),
            // `#[cfg(test)]` exempts the body of a module and nothing else.
            ("#[cfg(test)] fn f() { unsafe {} }", "unsafe"),
            ("struct S { #[cfg(test)] a: u8, b: [u8; { unsafe { 1 } }] }", "unsafe"),
            ("m! { #[cfg(test)] mod t { unsafe {} } }", "unsafe"),
            ("fn f() { #[cfg(test)] mod t { unsafe {} } }", "unsafe"),
            ("#[cfg(test)] use a::b; mod m { unsafe {} }", "unsafe"),
            ("#[cfg(test)] mod t {} mod m { unsafe {} }", "unsafe"),
            ("#![cfg(test)] mod m { unsafe {} }", "unsafe"),
            ("mod tests { unsafe {} }", "unsafe"),
            ("#!/x /*\nfn f() { unsafe {} } // */", "script"),
            ("\u{feff}#!/x", "script"),
        ] {
            let checked = checked(source);
            let rules: Vec<_> = checked.violations.iter().map(|finding| finding.rule).collect();
            assert!(rules.contains(&rule), "{source}: {:?}", checked.violations);
        }
    }

    #[test]
    fn a_violation_names_the_place_and_the_way_out() {
        let checked = checked("\nfn f() {\n    let m = std::sync::Mutex::new(0);\n}\n");
        let [finding] = &checked.violations[..] else { panic!("{:?}", checked.violations) };
        assert_eq!((finding.line, finding.column), (Some(3), Some(24)));
        assert_eq!(
            finding.text,
            "`std::sync::Mutex`: use the one in harness::prelude, so that the harness can see it"
        );
    }

    #[test]
    fn what_is_not_rust_is_named_with_its_place() {
        let finding = check("s.rs", b"fn f() {}\nlet \xe4 = 1;").unwrap_err();
        assert_eq!((finding.line, finding.column), (Some(2), Some(5)));
        assert!(finding.text.contains("UTF-8"));
        let finding = check("s.rs", b"fn f() {\n    \"abc\n").unwrap_err();
        assert_eq!(finding.line, Some(2));
        check("s.rs", "\u{feff}fn f() {}\r\n".as_bytes()).unwrap();
    }

    #[test]
    fn deep_nesting_ends_in_a_violation_and_not_in_a_stack_overflow() {
        let deep = format!("fn f() {{ {}{} }}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(checked(&deep).violations[0].rule, "nesting");
    }

    #[test]
    fn the_module_tree_is_read_as_rustc_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("peterson/src/lib.rs", "mod a; mod b { mod c; } #[cfg(test)] mod t; mod gone;"),
            ("peterson/src/a.rs", "mod d; mod r#e;"),
            ("peterson/src/a/d.rs", "unsafe fn deep() {}"),
            ("peterson/src/a/e/mod.rs", "mod f;"),
            ("peterson/src/a/e/f.rs", ""),
            ("peterson/src/b/c.rs", "macro_rules! m { () => { mod unreachable; } }"),
            ("peterson/src/t.rs", "unsafe {}"),
            ("peterson/src/stray.rs", "unsafe {}"),
            ("peterson/src/unreachable.rs", "unsafe {}"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let location = Location {
            assignment: "peterson".to_owned(),
            base: fs::canonicalize(folder.path()).unwrap(),
            root: "peterson/src/lib.rs".to_owned(),
            flags: Vec::new(),
        };
        let examination = examine(&location).unwrap();
        let mut paths: Vec<_> = examination.sources.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(paths[0], "peterson/src/lib.rs");
        paths.sort_unstable();
        assert_eq!(
            paths,
            [
                "peterson/src/a.rs",
                "peterson/src/a/d.rs",
                "peterson/src/a/e/f.rs",
                "peterson/src/a/e/mod.rs",
                "peterson/src/b/c.rs",
                "peterson/src/lib.rs",
            ]
        );
        let [finding] = &examination.violations[..] else { panic!("{:?}", examination.violations) };
        assert_eq!(finding.file, "peterson/src/a/d.rs");
    }
}
