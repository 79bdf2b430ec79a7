//! A counterexample in one word: memory, what is done inside, how often each process enters, and the
//! schedule. It needs no quoting in any shell.
//!
//! ```text
//! scene  = memory "/" inside "/" quotas "/" schedule
//! memory = "cpp20" | "sequential" | "strong"
//! inside = "datum" | "stay"
//! quotas = quota { "," quota }            as many as the schedule has processes
//! quota  = number | "all"                 "all": without end
//! ```

use std::fmt;
use std::str::FromStr;

use crate::exploration::Setup;
use crate::memory::Model;
use crate::scenario::Critical;
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
        let inside = match self.setup.critical {
            Critical::Datum => "datum",
            Critical::Stay => "stay",
        };
        write!(f, "{}/{inside}/", memory_name(self.setup.model))?;
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

impl FromStr for Scene {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.trim().split('/').collect();
        let &[memory, inside, quotas, schedule] = parts.as_slice() else {
            return Err(format!(
                "a counterexample has four parts between slashes (memory/inside/entries/schedule), \
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
        let critical = match inside {
            "datum" => Critical::Datum,
            "stay" => Critical::Stay,
            other => return Err(format!("the second part is datum or stay, not `{other}`")),
        };
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
        let setup = Setup { model, quotas, critical, steps_max: STEPS_MAX };
        Ok(Self { setup, schedule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_reads_back_as_it_was_written() {
        let text = "cpp20/datum/2,0/s1:2:0x5.1x3r.0w2";
        assert_eq!(text.parse::<Scene>().expect("a scene").to_string(), text);
        let text = "strong/stay/all,all,1/s1:3:0x5.1x3:2.0";
        assert_eq!(text.parse::<Scene>().expect("a scene").to_string(), text);
    }

    #[test]
    fn a_broken_scene_says_what_is_wrong() {
        let error = |text: &str| text.parse::<Scene>().map(|_| ()).expect_err("no scene");
        assert!(error("cpp20/datum").contains("four parts"));
        assert!(error("c/datum/1,1/s1:2:0").contains("`c`"));
        assert!(error("cpp20/inside/1,1/s1:2:0").contains("`inside`"));
        assert!(error("cpp20/datum/1,x/s1:2:0").contains("`x`"));
        assert!(error("cpp20/datum/1/s1:2:0").contains("for 1 processes"));
        assert!(error("cpp20/datum/1,1/s9:2:0").contains("schedule"));
    }
}
