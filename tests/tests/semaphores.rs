//! The situations that semaphores are put in: each is right about every correct semaphore, small enough to
//! be looked at completely, and sharp enough that what it is there for is found in it.

use harness::engine::Outcome;
use harness::exploration::{Explorer, Run, Setup};
use harness::memory::Model;
use harness::oracle::{Breach, Safety};
use harness::prelude::CountingSemaphore;
use harness::scenario::{Scenario, SemaphoreScenario, is_datum};
use harness::strategy::Random;
use reference::{flawed, semaphore, variants};

/// What may be wrong with an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Broken(Breach),
    Waits,
    Race { datum: bool },
    Misused,
}

fn judge(run: &Run<'_>, oracle: &Safety) -> Option<Wrong> {
    match (oracle.breach(), run.outcome) {
        (Some(breach), _) => Some(Wrong::Broken(breach)),
        (None, Outcome::DataRace(race)) => Some(Wrong::Race { datum: is_datum(race.site) }),
        (None, Outcome::Misused(_)) => Some(Wrong::Misused),
        (None, Outcome::Blocked { for_ever: true, .. }) => Some(Wrong::Waits),
        _ => None,
    }
}

/// What is wrong in one situation, in any execution; how many there are, if those are not too many to be
/// visited. Otherwise some are sampled.
fn search(
    scenario: &dyn Scenario,
    name: &str,
    quotas: &[u32],
    budget: u64,
) -> (Option<Wrong>, Option<u64>) {
    let mut situations = scenario.situations().iter();
    let situation = *situations.find(|it| it.name == name).expect("the situation is known");
    let setup = Setup { model: Model::Cpp20, situation, quotas: quotas.to_vec(), steps_max: 4_000 };
    let mut explorer = Explorer::new(scenario);
    let oracle = || Safety::new(situation.rule);
    let found = explorer.exhaust(&setup, budget, oracle, judge).expect("no panic");
    let graphs = found.exhausted.then_some(found.complete + found.blocked);
    if found.breach.is_none() && graphs.is_none() {
        let mut random = Random::new(7);
        let sampled = explorer.explore(&setup, &mut random, 3_000, oracle, judge);
        return (sampled.expect("no panic").breach.map(|(wrong, _)| wrong), None);
    }
    (found.breach.map(|(wrong, _)| wrong), graphs)
}

const ALL: [&str; 8] = ["datum", "stay", "two", "both", "meeting", "crew", "ahead", "buffer"];

/// Nothing is wrong in any situation; `all`: and all executions are visited, which those of a futex and of
/// many atomics are too many for. So are those with both permits and those with signals ahead, whose rounds
/// are twice as long; with fewer rounds they would show less.
fn right<S: CountingSemaphore>(all: bool) {
    let scenario = SemaphoreScenario::<S>::new();
    let solution = scenario.solution();
    assert_eq!(scenario.situations().len(), ALL.len());
    for name in ALL {
        let (wrong, graphs) = search(&scenario, name, &[2, 2], 6_000);
        assert_eq!(wrong, None, "{solution} in {name}");
        let few = all && !["both", "ahead"].contains(&name);
        assert!(graphs.is_some() || !few, "{solution} in {name}: all executions are visited");
    }
}

#[test]
fn correct_semaphores_are_right_with_two_processes_and_two_rounds() {
    right::<semaphore::Semaphore>(true);
    right::<variants::semaphore::flags::Semaphore>(true);
    right::<variants::semaphore::futex_tickets::Semaphore>(false);
    right::<variants::semaphore::monitor::Semaphore>(false);
    right::<variants::semaphore::negative_count::Semaphore>(false);
    right::<variants::semaphore::parked_tickets::Semaphore>(false);
}

#[test]
fn three_and_four_processes_meet_without_fault() {
    let scenario = SemaphoreScenario::<semaphore::Semaphore>::new();
    for name in ALL {
        for processes in [3, 4] {
            let (wrong, _) = search(&scenario, name, &vec![1; processes], 3_000);
            assert_eq!(wrong, None, "{name} with {processes}");
        }
    }
}

#[test]
fn what_a_signal_does_not_carry_along_is_missed_wherever_a_datum_is() {
    let relaxed = SemaphoreScenario::<flawed::semaphore::relaxed::Semaphore>::new();
    for name in ["datum", "both", "meeting", "crew", "buffer"] {
        let (wrong, _) = search(&relaxed, name, &[2, 2], 6_000);
        assert_eq!(wrong, Some(Wrong::Race { datum: true }), "{name}");
    }
    let flag = SemaphoreScenario::<flawed::semaphore::relaxed_flag::Semaphore>::new();
    for name in ["meeting", "crew", "buffer"] {
        let (wrong, _) = search(&flag, name, &[2, 2], 6_000);
        assert_eq!(wrong, Some(Wrong::Race { datum: true }), "{name}");
    }
}

#[test]
fn each_situation_finds_what_it_is_there_for() {
    let sets_one = SemaphoreScenario::<flawed::semaphore::signal_sets_one::Semaphore>::new();
    let one = SemaphoreScenario::<flawed::semaphore::always_one::Semaphore>::new();
    let too_few = SemaphoreScenario::<flawed::semaphore::remembers_too_few::Semaphore>::new();
    let first = SemaphoreScenario::<flawed::semaphore::wakes_at_the_first_only::Semaphore>::new();
    for (scenario, name, quotas, expected) in [
        (&sets_one as &dyn Scenario, "both", &[3, 1][..], Wrong::Waits),
        (&sets_one, "meeting", &[2, 2], Wrong::Waits),
        (&sets_one, "crew", &[1, 1, 1], Wrong::Waits),
        (&one, "both", &[1, 1], Wrong::Waits),
        (&too_few, "ahead", &[2, 2], Wrong::Waits),
        (&too_few, "ahead", &[1, 1, 1], Wrong::Waits),
        (&first, "crew", &[1, 1, 1], Wrong::Waits),
    ] {
        let (wrong, _) = search(scenario, name, quotas, 20_000);
        assert_eq!(wrong, Some(expected), "{} in {name}", scenario.solution());
    }
    // A permit too many shows as such, or by what it does not carry along.
    let (wrong, _) = search(&one, "meeting", &[1, 1], 6_000);
    let told =
        matches!(wrong, Some(Wrong::Broken(Breach::NoPermit { .. }) | Wrong::Race { datum: true }));
    assert!(told, "{wrong:?}");
}
