//! Finding what was submitted: a file `<assignment>.rs`, a folder of such files, a crate in the
//! handed-out shape, or a folder of such crates. Knows nothing of the files' content.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::failure::Failure;
use crate::location::Location;
use crate::suggest::nearest;

/// Folders and files that are never part of a submission.
const IGNORED: [&str; 6] = ["target", ".git", "__MACOSX", ".DS_Store", "Thumbs.db", "node_modules"];

/// How the names of archives end, which nobody unpacks here.
const ARCHIVES: [&str; 7] = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".7z", ".rar"];

/// The name of an archive without its ending.
fn archive_stem(name: &str) -> Option<&str> {
    ARCHIVES.iter().find_map(|ending| name.strip_suffix(ending))
}

/// At the end of what was looked for.
const NEITHER: &str = "; found neither";

/// The hint in [what is told](Discovery::missing) of a submission that is missing, if there is one.
#[cfg(feature = "cli")]
pub(crate) fn near_miss(told: &str) -> Option<&str> {
    told.split_once(NEITHER)?.1.strip_prefix("; ")
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Discovery {
    /// In the order of the assignments.
    pub(crate) found: Vec<Location>,
    /// Files that look like a submission under a wrong name: a hint each, by assignment.
    pub(crate) near_misses: Vec<(String, String)>,
}

impl Discovery {
    /// What to tell somebody in whose submission `assignment` was not found.
    pub(crate) fn missing(&self, assignment: &str) -> String {
        let mut text =
            format!("looked for `{assignment}.rs` and for `{assignment}/src/lib.rs`{NEITHER}");
        for (_, hint) in self.near_misses.iter().filter(|(of, _)| of == assignment) {
            write!(text, "; {hint}").expect("writing to a string does not fail");
        }
        text
    }
}

/// Looks for submissions to `assignments` at `path`. With `only`, whatever single file or crate is
/// there is taken for a submission to that assignment.
pub(crate) fn discover(
    path: &Path,
    assignments: &[&str],
    only: Option<&str>,
) -> Result<Discovery, Failure> {
    let unreadable =
        |error: &io::Error| Failure::input(format!("cannot read {}: {error}", path.display()));
    let canonical = fs::canonicalize(path).map_err(|error| unreadable(&error))?;
    let metadata = fs::metadata(&canonical).map_err(|error| unreadable(&error))?;
    if metadata.is_file() {
        return discover_file(&canonical, assignments, only);
    }
    if !metadata.is_dir() {
        return Err(Failure::input(format!("{} is neither a file nor a folder", path.display())));
    }
    let names = list(&canonical).map_err(|error| unreadable(&error))?;
    let wanted: Vec<&str> = match only {
        Some(name) => vec![name],
        None => assignments.to_vec(),
    };
    let mut discovery = Discovery::default();
    let own_name = canonical.file_name().and_then(OsStr::to_str).unwrap_or_default();
    for assignment in wanted {
        let mut candidates = vec![
            format!("{assignment}.rs"),
            format!("{assignment}/src/lib.rs"),
            format!("assignments/{assignment}/src/lib.rs"),
        ];
        if own_name == assignment || only.is_some() || package_name(&canonical, assignment) {
            candidates.push("src/lib.rs".to_owned());
        }
        // An archive of a repository has a folder of its own around the crate.
        let around = names.iter().filter(|name| name.as_str() != assignment);
        let around = around.filter(|name| package_name(&canonical.join(name), assignment));
        candidates.extend(around.map(|name| format!("{name}/src/lib.rs")));
        candidates.retain(|candidate| exists(&canonical.join(candidate)));
        let Some(root) = candidates.first().cloned() else { continue };
        let flags = candidates[1..]
            .iter()
            .map(|other| format!("there is also `{other}`; `{root}` was graded"))
            .collect();
        discovery.found.push(Location {
            assignment: assignment.to_owned(),
            base: canonical.clone(),
            root,
            flags,
        });
    }
    // A file that was taken is no near miss of another assignment.
    let taken: Vec<&str> = discovery.found.iter().map(|l| l.assignment.as_str()).collect();
    for name in &names {
        if let Some(stem) = archive_stem(name).filter(|stem| !taken.contains(stem))
            && let Some(packed) = assignments.iter().find(|assignment| **assignment == stem)
        {
            let hint = format!("there is `{name}`: unpack it, archives are not read");
            discovery.near_misses.push(((*packed).to_owned(), hint));
        }
        let file_stem = name.strip_suffix(".rs");
        let stem = file_stem.unwrap_or(name);
        if file_stem.is_none() && !canonical.join(name).join("src/lib.rs").is_file()
            || taken.contains(&stem)
        {
            continue;
        }
        let open = assignments.iter().copied().filter(|assignment| !taken.contains(assignment));
        if let Some(near) = nearest(stem, open) {
            let hint = format!("there is `{name}`: rename it to `{near}{}`", &name[stem.len()..]);
            discovery.near_misses.push((near.to_owned(), hint));
        }
    }
    Ok(discovery)
}

/// Whether the manifest in `folder` says that the package is called `assignment`. Nothing else in it
/// matters: it is never built.
fn package_name(folder: &Path, assignment: &str) -> bool {
    const MANIFEST_BYTES_MAX: u64 = 1 << 16;
    let manifest = folder.join("Cargo.toml");
    let small = fs::symlink_metadata(&manifest)
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MANIFEST_BYTES_MAX);
    small
        && fs::read_to_string(&manifest).is_ok_and(|text| {
            text.lines().any(|line| {
                line.trim().strip_prefix("name").is_some_and(|rest| {
                    let value = rest.trim_start().strip_prefix('=').map(str::trim);
                    value.is_some_and(|value| value.trim_matches('"') == assignment)
                })
            })
        })
}

fn discover_file(
    path: &Path,
    assignments: &[&str],
    only: Option<&str>,
) -> Result<Discovery, Failure> {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let mut base = path.parent().unwrap_or(Path::new("/")).to_owned();
    let mut root = name.to_owned();
    let mut stem = name.strip_suffix(".rs").unwrap_or_default().to_owned();
    if name == "lib.rs" && base.file_name() == Some(OsStr::new("src")) {
        base.pop();
        "src/lib.rs".clone_into(&mut root);
        base.file_name().and_then(OsStr::to_str).unwrap_or_default().clone_into(&mut stem);
    }
    let named = assignments.iter().find(|assignment| **assignment == stem).copied();
    let Some(assignment) = only.or(named) else {
        let failure =
            Failure::input(format!("{} is not named after an assignment", path.display()));
        return Err(match nearest(&stem, assignments.iter().copied()) {
            Some(near) => failure.help(format!("did you mean: --assignment {near}")),
            None => failure.help("say which one it belongs to: --assignment NAME"),
        });
    };
    let found = vec![Location { assignment: assignment.to_owned(), base, root, flags: Vec::new() }];
    Ok(Discovery { found, near_misses: Vec::new() })
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir())
}

/// The names in a folder, sorted, without those that are never submitted and those that are not
/// text (no source file of an assignment has such a name).
fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && !IGNORED.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// One student of a class: a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Student {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The folder's name, for people: what is not UTF-8 stands as `\xNN`.
    pub(crate) name: String,
    /// The folder's name as a file name that is safe everywhere; different for different students.
    pub(crate) key: String,
}

/// The students in `class`, by key; and what was passed over, in words.
pub(crate) fn students(class: &Path) -> Result<(Vec<Student>, Vec<String>), Failure> {
    let unreadable =
        |error: &io::Error| Failure::input(format!("cannot read {}: {error}", class.display()));
    let mut students = Vec::new();
    let mut passed_over = Vec::new();
    for entry in fs::read_dir(class).map_err(|error| unreadable(&error))? {
        let entry = entry.map_err(|error| unreadable(&error))?;
        let name = entry.file_name();
        let hidden = name.as_bytes().starts_with(b".");
        if hidden || IGNORED.iter().any(|ignored| name == *ignored) {
            continue;
        }
        let student =
            Student { folder: entry.path(), name: display_name(&name), key: file_key(&name) };
        if entry.path().is_dir() {
            students.push(student);
        } else if entry.path().extension() == Some(OsStr::new("rs"))
            || archive_stem(&student.name).is_some()
        {
            passed_over.push(format!("{} lies beside the students' folders", student.name));
        }
    }
    students.sort_by(|a, b| a.key.cmp(&b.key));
    if students.is_empty() {
        return Err(Failure::input(format!("{} has no folder of a student", class.display()))
            .help("a class is a folder with one folder per student; for one submission say `grader grade`"));
    }
    Ok((students, passed_over))
}

/// A name for people: valid text as it is, other bytes as `\xNN`.
pub(crate) fn display_name(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02X}").expect("writing to a string does not fail");
        }
    }
    text
}

/// A file name for a student: letters, digits, `_`, inner `-` and `.` stay; all other bytes become
/// `%NN`. Long ones are cut and end in `~` and a digest. No two names have the same key.
pub(crate) fn file_key(name: &OsStr) -> String {
    const KEY_BYTES_MAX: usize = 120;
    let mut key = String::new();
    for (place, &byte) in name.as_bytes().iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => key.push(char::from(byte)),
            b'-' | b'.' if place > 0 => key.push(char::from(byte)),
            _ => write!(key, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    if key.len() > KEY_BYTES_MAX {
        let digest = Digest::new().part("name", name.as_bytes()).finish();
        key.truncate(KEY_BYTES_MAX - 33);
        key.push('~');
        key.push_str(&digest[..32]);
    }
    key
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{discover, display_name, file_key, students};
    use crate::location::{Location, Unread};

    const NAMES: [&str; 3] = ["bakery", "peterson", "test_and_set"];

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(path: &Path, only: Option<&str>) -> Vec<(String, String)> {
        let discovery = discover(path, &NAMES, only).unwrap();
        discovery.found.into_iter().map(|l| (l.assignment, l.root)).collect()
    }

    fn pair(assignment: &str, root: &str) -> (String, String) {
        (assignment.to_owned(), root.to_owned())
    }

    #[test]
    fn a_crate_is_found_by_the_name_of_its_package_at_the_root_and_in_an_archive() {
        let manifest = |folder: &Path, name: &str| {
            let text = format!("[package]\nname = \"{name}\"\n");
            fs::write(folder.join("Cargo.toml"), text).unwrap();
        };
        let root = tree(&["src/lib.rs"]);
        assert_eq!(found(root.path(), None), []);
        manifest(root.path(), "something_else");
        assert_eq!(found(root.path(), None), []);
        manifest(root.path(), "peterson");
        assert_eq!(found(root.path(), None), [pair("peterson", "src/lib.rs")]);

        let archive = tree(&["hand-in-main/src/lib.rs"]);
        assert_eq!(found(archive.path(), None), []);
        manifest(&archive.path().join("hand-in-main"), "peterson");
        assert_eq!(found(archive.path(), None), [pair("peterson", "hand-in-main/src/lib.rs")]);
    }

    #[test]
    fn files_crates_and_folders_of_both_are_found() {
        let folder = tree(&[
            "peterson.rs",
            "notes.txt",
            "bakery/src/lib.rs",
            "target/test_and_set.rs",
            "__MACOSX/test_and_set/src/lib.rs",
        ]);
        assert_eq!(
            found(folder.path(), None),
            [pair("bakery", "bakery/src/lib.rs"), pair("peterson", "peterson.rs")]
        );
        assert_eq!(
            found(&folder.path().join("peterson.rs"), None),
            [pair("peterson", "peterson.rs")]
        );
        assert_eq!(found(&folder.path().join("bakery"), None), [pair("bakery", "src/lib.rs")]);
        assert_eq!(
            found(&folder.path().join("bakery/src/lib.rs"), None),
            [pair("bakery", "src/lib.rs")]
        );
        assert_eq!(
            found(&folder.path().join("bakery"), Some("peterson")),
            [pair("peterson", "src/lib.rs")]
        );
    }

    #[test]
    fn the_whole_course_folder_of_a_student_is_searched_too() {
        let folder = tree(&["assignments/peterson/src/lib.rs"]);
        assert_eq!(
            found(folder.path(), None),
            [pair("peterson", "assignments/peterson/src/lib.rs")]
        );
    }

    #[test]
    fn a_second_candidate_is_flagged() {
        let folder = tree(&["peterson.rs", "peterson/src/lib.rs"]);
        let discovery = discover(folder.path(), &NAMES, None).unwrap();
        assert_eq!(discovery.found.len(), 1);
        assert!(discovery.found[0].flags[0].contains("peterson/src/lib.rs"));
    }

    #[test]
    fn archives_are_named_and_not_read() {
        let folder = tree(&["peterson.zip", "bakery.tar.gz", "bakery.rs", "notes.zip"]);
        let found = discover(folder.path(), &["peterson", "bakery"], None).unwrap();
        assert!(
            found
                .missing("peterson")
                .ends_with("; there is `peterson.zip`: unpack it, archives are not read")
        );
        assert_eq!(found.near_misses.len(), 1, "{:?}", found.near_misses);
    }

    #[test]
    fn near_misses_are_hinted_at() {
        let folder = tree(&["Peterson.rs", "TestAndSet.rs", "bakery.rs"]);
        let discovery = discover(folder.path(), &NAMES, None).unwrap();
        assert_eq!(discovery.found.len(), 1);
        let missing = discovery.missing("peterson");
        assert!(missing.contains("`Peterson.rs`: rename it to `peterson.rs`"), "{missing}");
        assert!(discovery.missing("test_and_set").contains("TestAndSet.rs"));
        assert!(!discovery.missing("peterson").contains("bakery"));
    }

    #[test]
    fn what_does_not_exist_is_an_input_error_and_an_empty_folder_is_not() {
        let folder = tree(&[]);
        assert!(found(folder.path(), None).is_empty());
        let failure = discover(&folder.path().join("nobody"), &NAMES, None).unwrap_err();
        assert_eq!(failure.code, crate::exit_code::ExitCode::Input);
        let file = tree(&["petersen.rs"]);
        let failure = discover(&file.path().join("petersen.rs"), &NAMES, None).unwrap_err();
        assert_eq!(failure.help.as_deref(), Some("did you mean: --assignment peterson"));
    }

    #[test]
    fn links_that_lead_out_are_not_read_and_those_that_stay_are() {
        let outside = tree(&["secret.rs"]);
        let folder = tree(&["inner/real.rs"]);
        symlink(outside.path().join("secret.rs"), folder.path().join("peterson.rs")).unwrap();
        symlink("inner/real.rs", folder.path().join("bakery.rs")).unwrap();
        symlink("nowhere", folder.path().join("dangling.rs")).unwrap();
        symlink(outside.path(), folder.path().join("dir")).unwrap();
        let location = Location {
            assignment: "peterson".to_owned(),
            base: fs::canonicalize(folder.path()).unwrap(),
            root: "peterson.rs".to_owned(),
            flags: Vec::new(),
        };
        assert!(matches!(location.read("peterson.rs"), Err(Unread::Refused(_))));
        assert!(matches!(location.read("dir/secret.rs"), Err(Unread::Refused(_))));
        assert!(matches!(location.read("dangling.rs"), Err(Unread::Refused(_))));
        assert!(matches!(location.read("inner"), Err(Unread::Refused(_))));
        assert!(matches!(location.read("none.rs"), Err(Unread::Missing)));
        assert!(location.read("bakery.rs").unwrap().is_empty());
        assert_eq!(found(folder.path(), None).len(), 2, "a link is found and then refused");
    }

    #[test]
    fn students_names_become_keys_that_are_safe_and_different() {
        let long = "x".repeat(250);
        let names: Vec<&[u8]> = vec![
            b"anna",
            b"Anna",
            b"anna b",
            b"anna%20b",
            b"-rf",
            b"..",
            b".hidden",
            b"a\nb",
            b"a'b\"c",
            b"\xff\xfe",
            b"\\xFF\\xFE",
            b"a~b",
            "Zo\u{eb}".as_bytes(),
            long.as_bytes(),
            &long.as_bytes()[..249],
        ];
        let mut keys: Vec<String> =
            names.iter().map(|name| file_key(OsStr::from_bytes(name))).collect();
        for key in &keys {
            assert!(key.len() <= 120 && !key.starts_with(['-', '.']), "{key}");
            assert!(key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.%~".contains(&b)));
        }
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), names.len());
        assert_eq!(display_name(OsStr::from_bytes(b"a\xffb")), "a\\xFFb");
    }

    #[test]
    fn a_class_is_its_folders() {
        let class = tree(&["anna/peterson.rs", "b c/x", "peterson.rs", ".git/x/y", "readme.md"]);
        fs::create_dir(class.path().join(OsStr::from_bytes(b"\xff"))).unwrap();
        let (students, passed_over) = students(class.path()).unwrap();
        let keys: Vec<_> = students.iter().map(|student| student.key.as_str()).collect();
        assert_eq!(keys, ["%FF", "anna", "b%20c"]);
        assert_eq!(passed_over.len(), 1);
        assert!(super::students(&class.path().join("anna")).is_err());
    }
}
