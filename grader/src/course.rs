//! Where the staff's files are: one folder with `harness/`, `assignments/` and `reference/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::rubric::Rubric;
use crate::stack;
use crate::suggest::nearest;

/// A course: its assignments, their references and the harness that examines them.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// The folder with the harness's package.
    pub(crate) harness: PathBuf,
    /// The folder with the reference solutions.
    pub(crate) references: PathBuf,
    /// The rubrics by the assignments' names.
    pub(crate) rubrics: BTreeMap<String, Rubric>,
}

impl Course {
    /// Opens the course in `root` (by default the one that this grader was built in), perhaps with
    /// another folder of assignments, and reads every rubric.
    pub(crate) fn open(root: Option<&Path>, assignments: Option<&Path>) -> Result<Self, Failure> {
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = root.unwrap_or(&built_in);
        let root = fs::canonicalize(root).map_err(|error| {
            Failure::environment(format!("no course at {}: {error}", root.display())).help(
                "name the folder that holds harness/, assignments/ and reference/: --course DIR",
            )
        })?;
        let assignments = assignments.map_or_else(|| root.join("assignments"), Path::to_owned);
        let course = Self {
            harness: root.join("harness"),
            references: root.join("reference").join("src"),
            rubrics: read_rubrics(&assignments)?,
        };
        for (name, rubric) in &course.rubrics {
            stack::check(name, rubric, &course.rubrics).map_err(|what| {
                Failure::environment(format!("{name}/rubric.toml: `stack.layers`: {what}"))
            })?;
        }
        if !course.harness.join("Cargo.toml").is_file() {
            return Err(Failure::environment(format!(
                "there is no harness in {}",
                course.harness.display()
            ))
            .help(
                "name the folder that holds harness/, assignments/ and reference/: --course DIR",
            ));
        }
        Ok(course)
    }

    /// The names of all assignments, in alphabetical order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.rubrics.keys().map(String::as_str).collect()
    }

    /// The rubric of one assignment.
    pub(crate) fn rubric(&self, name: &str) -> Result<&Rubric, Failure> {
        self.rubrics.get(name).ok_or_else(|| {
            let names = self.names();
            let failure = Failure::input(format!("there is no assignment called `{name}`"));
            match nearest(name, names.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("the assignments are: {}", names.join(", "))),
            }
        })
    }
}

fn read_rubrics(assignments: &Path) -> Result<BTreeMap<String, Rubric>, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::environment(format!("cannot read {}: {error}", assignments.display()))
            .help("name the folder of the assignments: --assignments DIR")
    };
    let mut rubrics = BTreeMap::new();
    for entry in fs::read_dir(assignments).map_err(|error| unreadable(&error))? {
        let folder = entry.map_err(|error| unreadable(&error))?.path();
        let path = folder.join("rubric.toml");
        if !path.is_file() {
            continue;
        }
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        rubrics.insert(name.to_owned(), Rubric::read(&path)?);
    }
    if rubrics.is_empty() {
        return Err(unreadable(&"no assignment in it has a rubric.toml"));
    }
    Ok(rubrics)
}
