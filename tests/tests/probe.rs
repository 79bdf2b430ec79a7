use std::collections::BTreeMap;
use harness::runner::*;
use harness::scenario::*;
#[test]
fn probe() {
    for n in [2usize, 3] {
    let plan = |name: &str| Plan { version: PROTOCOL_VERSION, nonce: String::new(), assignment: name.into(), processes: vec![n], entries: 2, seed: 1, portfolio: Portfolio::default(), sources: BTreeMap::new(), replay: None };
    let m = CriticalSectionScenario::<reference::mutex::Mutex>::blocking();
    let s = SemaphoreScenario::<reference::semaphore::Semaphore>::new();
    for (name, scenario) in [("mutex", &m as &dyn Scenario), ("semaphore", &s)] {
        let t = std::time::Instant::now();
        let report = examine(scenario, &plan(name), &criteria(scenario), &mut |what| println!("{:?} {what}", t.elapsed()));
        println!("{:?} {}", t.elapsed(), report.assignment);
        println!("{:?}", report.conclusion);
        for c in &report.criteria {
            match &c.cpp20 { Verdict::Violated { witness } => println!("{:?} VIOLATED {:?} {}\n{}\n{}", c.criterion, witness.kind, witness.reason, witness.drawing, witness.replay), other => println!("{:?} {:?}", c.criterion, other) }
        }
    }
    }
}
