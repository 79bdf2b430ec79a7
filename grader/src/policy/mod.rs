//! Which Rust a submission may use, checked on the tokens of every file that the compiler would
//! read. It keeps honest students on the part of the library that the harness can see, and takes
//! away from others the means to reach around it. It is a lint in front of `-F unsafe_code`, the
//! limits of the run and (later) the sandbox, not a replacement for them: expanding macros is the
//! compiler's business, so that macros which could assemble a forbidden path are refused as such.

mod rules;
mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use proc_macro2::{LexError, TokenStream};

use self::scan::{Scan, Within};
use crate::failure::Failure;
use crate::location::{Location, Unread};

/// The most files in one submission.
const FILES_MAX: usize = 64;
/// The most lines that are named for one violation, beside the first.
const ALSO_MAX: usize = 10;
/// The most violations that are reported for one submission.
const VIOLATIONS_MAX: usize = 20;

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
    /// Further lines of the file with the same, in order.
    pub(crate) also: Vec<u32>,
}

impl Finding {
    /// What is wrong, with the other lines where it is so.
    pub(crate) fn message(&self) -> String {
        let lines: Vec<String> = self.also.iter().take(ALSO_MAX).map(u32::to_string).collect();
        let (word, more) = match self.also.len() {
            0 => return self.text.clone(),
            1 => ("line", String::new()),
            all if all <= ALSO_MAX => ("lines", String::new()),
            all => ("lines", format!(" and {} more", all - ALSO_MAX)),
        };
        format!("{} (also in {word} {}{more})", self.text, lines.join(", "))
    }
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
            also: Vec::new(),
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

/// The sources as text, by path.
pub(crate) fn texts(sources: &[Source]) -> BTreeMap<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    sources.iter().map(|source| (source.path.clone(), text(&source.bytes))).collect()
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
        also: Vec::new(),
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let text = "the file is not UTF-8 here: save it as UTF-8 (Rust reads nothing else)";
        unparsable(line, column, text.to_owned())
    })?;
    let mut scan = Scan::new(file);
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
        return Ok(scan.finish());
    }
    let tokens: TokenStream = text.parse().map_err(|error: LexError| {
        let place = error.span().start();
        let text = "this cannot be read as Rust: look for a quote, a comment or a bracket that is \
                    not closed, or a character that Rust does not have";
        unparsable(place.line, place.column + 1, text.to_owned())
    })?;
    scan.tokens(&tokens.into_iter().collect::<Vec<_>>(), Within::Module(&[]), 0);
    Ok(scan.finish())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Checked, check, examine};
    use crate::location::Location;

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
            "`std::sync::Mutex`: the harness cannot see it; build what you need from \
             harness::prelude"
        );
    }

    #[test]
    fn the_same_violation_is_reported_once_with_all_its_lines() {
        let line = "fn f() { std::thread::spawn(g); std::thread::spawn(g); }\n";
        let message = |lines: usize| {
            let checked = checked(&line.repeat(lines));
            let [finding] = &checked.violations[..] else { panic!("{:?}", checked.violations) };
            assert_eq!(finding.line, Some(1));
            finding.message()
        };
        let text =
            "`std::thread::spawn`: use the one in harness::prelude, so that the harness can see it";
        assert_eq!(message(1), text);
        assert_eq!(message(2), format!("{text} (also in line 2)"));
        assert_eq!(message(4), format!("{text} (also in lines 2, 3, 4)"));
        let many = format!("{text} (also in lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 89 more)");
        assert_eq!(message(100), many);
        let other = checked("use std::fs;\nfn f() { std::thread::spawn(g); }\nuse std::fs;\n");
        assert_eq!(other.violations.len(), 2);
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
