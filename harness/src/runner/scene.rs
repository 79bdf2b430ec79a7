//! A counterexample in one word: memory, what is done inside, how often each process enters, and the
//! schedule. It needs no quoting in any shell.
//!
//! ```text
//! scene  = memory "/" situation "/" quotas "/" schedule
//! memory = "cpp20" | "sequential" | "strong"
//! situation = name of a situation            "datum", "stay", … what the contract's scenario has
//! quotas = quota { "," quota }            as many as the schedule has processes
//! quota  = number | "all"                 "all": without end
//! ```

use std::fmt;

use crate::exploration::Setup;
use crate::memory::Model;
use crate::scenario::Situation;
use crate::trace::Schedule;

/// The most operations of a replayed execution.
const STEPS_MAX: u32 = 1 << 24;

/// A scenario and the schedule of one of its executions.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) setup: Setup,
    pub(super) schedule: Schedule,
}

/// The name of a memory model.
pub(super) const fn memory_name(model: Model) -> &'static str {
    match model {
        Model::Cpp20 => "cpp20",
        Model::Sequential => "sequential",
        Model::Strong => "strong",
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", memory_name(self.setup.model), self.setup.situation.name)?;
        for (process, quota) in self.setup.quotas.iter().enumerate() {
            if process > 0 {
                f.write_str(",")?;
            }
            match *quota {
                u32::MAX => f.write_str("all")?,
                quota => write!(f, "{quota}")?,
            }
        }
        write!(f, "/{}", self.schedule)
    }
}

impl Scene {
    /// Reads a scene; `situations` are those that there are.
    pub(super) fn parse(text: &str, situations: &[&'static Situation]) -> Result<Self, String> {
        let parts: Vec<&str> = text.trim().split('/').collect();
        let &[memory, situation, quotas, schedule] = parts.as_slice() else {
            return Err(format!(
                "a counterexample has four parts between slashes (memory/situation/entries/schedule), \
                 this text has {}",
                parts.len()
            ));
        };
        let model = match memory {
            "cpp20" => Model::Cpp20,
            "sequential" => Model::Sequential,
            "strong" => Model::Strong,
            other => {
                return Err(format!("the memory is cpp20, sequential or strong, not `{other}`"));
            }
        };
        let known = situations.iter().copied().find(|it| it.name == situation);
        let situation = known.ok_or_else(|| {
            let names: Vec<&str> = situations.iter().map(|it| it.name).collect();
            format!("the second part is {}, not `{situation}`", names.join(" or "))
        })?;
        let quotas: Vec<u32> = quotas
            .split(',')
            .map(|quota| match quota {
                "all" => Ok(u32::MAX),
                number => number
                    .parse()
                    .map_err(|_| format!("a number of entries is expected, not `{number}`")),
            })
            .collect::<Result<_, _>>()?;
        let schedule: Schedule =
            schedule.parse().map_err(|error| format!("the schedule: {error}"))?;
        if quotas.len() != schedule.processes() {
            return Err(format!(
                "entries are given for {} processes, but the schedule is of {}",
                quotas.len(),
                schedule.processes()
            ));
        }
        let setup = Setup { model, situation, quotas, steps_max: STEPS_MAX };
        Ok(Self { setup, schedule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{CriticalSectionScenario, Scenario as _};
    use crate::shim::Guard;

    fn parse(text: &str) -> Result<Scene, String> {
        Scene::parse(text, CriticalSectionScenario::<Guard>::new().situations())
    }

    #[test]
    fn a_scene_reads_back_as_it_was_written() {
        let text = "cpp20/datum/2,0/s1:2:0x5.1x3r.0w2";
        assert_eq!(parse(text).expect("a scene").to_string(), text);
        let text = "strong/stay/all,all,1/s1:3:0x5.1x3:2.0";
        assert_eq!(parse(text).expect("a scene").to_string(), text);
    }

    #[test]
    fn a_broken_scene_says_what_is_wrong() {
        let error = |text: &str| parse(text).map(|_| ()).expect_err("no scene");
        assert!(error("cpp20/datum").contains("four parts"));
        assert!(error("c/datum/1,1/s1:2:0").contains("`c`"));
        assert!(error("cpp20/inside/1,1/s1:2:0").contains("`inside`"));
        assert!(error("cpp20/datum/1,x/s1:2:0").contains("`x`"));
        assert!(error("cpp20/datum/1/s1:2:0").contains("for 1 processes"));
        assert!(error("cpp20/datum/1,1/s9:2:0").contains("schedule"));
    }
}
