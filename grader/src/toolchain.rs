//! The compiler and the harness, built once per version and kept: what every submission is compiled
//! with. The staff's cargo builds the harness; no manifest of a student is ever read.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::digest::Digest;
use crate::failure::Failure;

/// A compiler and a harness that was built by it.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// The compiler itself, not a wrapper that picks one.
    pub(crate) rustc: PathBuf,
    /// The folder with the harness's library and all that it is built from.
    pub(crate) libraries: PathBuf,
    /// The harness's library.
    pub(crate) harness: PathBuf,
    /// Identifies the harness's sources.
    pub(crate) harness_digest: String,
}

impl Toolchain {
    /// Finds the compiler and builds the harness in `package`, unless `cache` has it already.
    pub(crate) fn prepare(package: &Path, cache: &Path) -> Result<Self, Failure> {
        let rustc = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        let version = ask(&rustc, &["-vV"], package)?;
        let sysroot = PathBuf::from(ask(&rustc, &["--print", "sysroot"], package)?.trim());
        let own = sysroot.join("bin").join("rustc");
        let rustc = if own.is_file() { own } else { rustc };
        let harness_digest = digest_of_package(package)?;
        let key = Digest::new()
            .part("harness", harness_digest.as_bytes())
            .part("rustc", version.as_bytes())
            .part("flags", FLAGS.concat().as_bytes())
            .finish();
        let libraries = cache.join(&key[..32]);
        if !libraries.is_dir() {
            build(package, cache, &libraries)?;
        }
        let harness = libraries.join("libharness.rlib");
        if !harness.is_file() {
            return Err(Failure::environment(format!("{} is damaged", libraries.display()))
                .help("delete it; it is built anew"));
        }
        Ok(Self { rustc, libraries, harness, harness_digest })
    }
}

/// What the build of the harness is told besides its own manifest. Part of the cache's key.
const FLAGS: [&str; 4] =
    ["build", "--release", "--lib", "--message-format=json-render-diagnostics"];

fn ask(program: &Path, arguments: &[&str], folder: &Path) -> Result<String, Failure> {
    let output =
        Command::new(program).args(arguments).current_dir(folder).output().map_err(|error| {
            Failure::environment(format!("cannot run {}: {error}", program.display())).help(
                "install Rust (https://rustup.rs), or name the compiler in the variable RUSTC",
            )
        })?;
    if !output.status.success() {
        return Err(Failure::environment(format!(
            "{} {} failed: {}",
            program.display(),
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The digest of a package's sources: its manifest and everything below `src`.
fn digest_of_package(package: &Path) -> Result<String, Failure> {
    let unreadable = |path: &Path, error: &io::Error| {
        Failure::environment(format!("cannot read {}: {error}", path.display()))
    };
    let mut files = BTreeMap::new();
    let mut waiting = vec![package.join("Cargo.toml"), package.join("src")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(|error| unreadable(&path, &error))? {
                waiting.push(entry.map_err(|error| unreadable(&path, &error))?.path());
            }
        } else {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let name = path.strip_prefix(package).unwrap_or(&path).display().to_string();
            files.insert(name, bytes);
        }
    }
    Ok(files.iter().fold(Digest::new(), |digest, (name, bytes)| digest.part(name, bytes)).finish())
}

/// The part of cargo's messages that names the files it made.
#[derive(Deserialize)]
struct Artifact {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn build(package: &Path, cache: &Path, libraries: &Path) -> Result<(), Failure> {
    fs::create_dir_all(cache).map_err(|error| Failure::output(cache, &error))?;
    // Two graders at once: the second one waits and then finds the work done.
    let lock = cache.join("lock");
    let lock_file = File::create(&lock).map_err(|error| Failure::output(&lock, &error))?;
    lock_file.lock().map_err(|error| Failure::output(&lock, &error))?;
    if libraries.is_dir() {
        return Ok(());
    }
    let cargo = env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(&cargo);
    command.args(FLAGS).current_dir(package);
    command.arg("--target-dir").arg(cache.join("build"));
    for (name, _) in env::vars_os() {
        // Whatever changes what cargo builds, and what an outer `cargo` says to its own children.
        let name_text = name.to_string_lossy();
        let keep = ["CARGO_HOME", "CARGO_NET_OFFLINE"].contains(&name_text.as_ref());
        if name_text.starts_with("CARGO") && !keep || name_text.starts_with("RUSTFLAGS") {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    let output = command.output().map_err(|error| {
        Failure::environment(format!("cannot run {}: {error}", cargo.display()))
    })?;
    if !output.status.success() {
        return Err(Failure::environment(format!(
            "the harness in {} does not build:\n{}",
            package.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    let unmade = |error: &io::Error| Failure::output(libraries, error);
    let made = tempfile::tempdir_in(cache).map_err(|error| unmade(&error))?;
    for line in output.stdout.split(|&byte| byte == b'\n') {
        let Ok(artifact) = serde_json::from_slice::<Artifact>(line) else { continue };
        if artifact.reason != "compiler-artifact" {
            continue;
        }
        for file in artifact.filenames {
            let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
            let Some(name) = file.file_name() else { continue };
            if ["rlib", "rmeta", "so"].contains(&extension) {
                fs::copy(&file, made.path().join(name)).map_err(|error| unmade(&error))?;
            }
            if extension == "rlib" && artifact.target.as_ref().is_some_and(|t| t.name == "harness")
            {
                fs::copy(&file, made.path().join("libharness.rlib"))
                    .map_err(|error| unmade(&error))?;
            }
        }
    }
    fs::rename(made.keep(), libraries).map_err(|error| unmade(&error))
}

/// Where built harnesses are kept: `--cache`, or beside cargo's own output if that can be written,
/// or the user's cache folder.
pub(crate) fn cache_folder(chosen: Option<&Path>, course_root: &Path) -> PathBuf {
    if let Some(chosen) = chosen {
        return chosen.to_owned();
    }
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| course_root.join("target"), |target| course_root.join(target));
    let beside = target.join("grader");
    if fs::create_dir_all(&beside).is_ok() && tempfile::tempfile_in(&beside).is_ok() {
        return beside;
    }
    let home = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    home.unwrap_or_else(env::temp_dir).join("os-autograder")
}
