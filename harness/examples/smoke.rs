//! Smoke.
use harness::backend::execute;
use harness::engine::{Engine, Settings, Outcome};
use harness::memory::Model;
use harness::oracle::MutualExclusion;
use harness::prelude::*;
use harness::scenario::*;
use harness::strategy::*;
use std::time::Instant;

struct Peterson { flag: [AtomicBool; 2], turn: AtomicUsize }
impl CriticalSection for Peterson {
    fn new(_: usize) -> Self { Self { flag: [AtomicBool::new(false), AtomicBool::new(false)], turn: AtomicUsize::new(0) } }
    fn entry_section(&self, me: ProcessId) {
        let i = me.index(); let o = 1 - i;
        self.flag[i].store(true, Ordering::SeqCst);
        self.turn.store(o, Ordering::SeqCst);
        while self.flag[o].load(Ordering::SeqCst) && self.turn.load(Ordering::SeqCst) == o {}
    }
    fn exit_section(&self, me: ProcessId) { self.flag[me.index()].store(false, Ordering::SeqCst); }
}

struct Show;
impl harness::event::Observer for Show { fn observe(&mut self, e: &harness::event::Event) -> std::ops::ControlFlow<()> { 
 match e.kind { harness::event::EventKind::Access(a) => println!("{} {} {:?} {} r{:?} w{:?} loc{:?} from{:?}", e.step, e.process, a.kind, a.site.line(), a.read, a.written, a.location, a.reads_from), k => println!("{} {} {:?}", e.step, e.process, k) }
 std::ops::ControlFlow::Continue(()) } }
fn main() {
    if std::env::args().nth(1).is_some() {
        let scenario = CriticalSectionScenario::<Peterson>::new();
        let mut engine = Engine::new();
        let settings = Settings { model: Model::Sequential, steps_max: 50, traced: true, overrides: vec![] };
        let mut random = Random::new(1);
            let body = scenario.body(&[1,1], Critical::Datum).unwrap();
            println!("{:?}", execute(&mut engine, &*body, &settings, &mut random, &mut Show));
        return;
    }
    harness::backend::install_hook();
    for (model, name) in [(Model::Sequential, "seq"), (Model::Cpp20, "cpp20"), (Model::Strong, "strong")] {
        let scenario = CriticalSectionScenario::<Peterson>::new();
        let mut engine = Engine::new();
        let quotas = [10, 10];
        let settings = Settings { model, steps_max: 5000, traced: false, overrides: vec![] };
        let mut random = Random::new(1);
        let start = Instant::now();
        let (mut steps, mut executions, mut bad) = (0u64, 0u64, 0);
        for _ in 0..20000 {
            let body = scenario.body(&quotas, Critical::Datum).unwrap();
            let mut oracle = MutualExclusion::new();
            let outcome = execute(&mut engine, &*body, &settings, &mut random, &mut oracle).unwrap();
            if outcome != Outcome::Complete { bad += 1; if bad < 4 { println!("{outcome:?} {}", engine.schedule()); } }
            steps += engine.steps() as u64; executions += 1;
        }
        let t = start.elapsed();
        println!("{name}: {executions} executions, {steps} steps, {bad} bad, {:.1} ns/step, {:.2} us/exec", t.as_nanos() as f64 / steps as f64, t.as_micros() as f64 / executions as f64);
    }
    for (model, name) in [(Model::Cpp20, "cpp20"), (Model::Strong, "strong")] {
        for quotas in [[1, 1], [2, 2], [3, 3]] {
            let scenario = CriticalSectionScenario::<Peterson>::new();
            let mut engine = Engine::new();
            let settings = Settings { model, steps_max: 5000, traced: false, overrides: vec![] };
            let mut all = Exhaustive::new(1_000_000);
            let start = Instant::now();
            let mut n = 0;
            let mut bad = 0;
            loop {
                let body = scenario.body(&quotas, Critical::Datum).unwrap();
                let mut oracle = MutualExclusion::new();
                let Some(outcome) = execute(&mut engine, &*body, &settings, &mut all, &mut oracle) else { break };
                n += 1;
                match outcome { Outcome::Complete | Outcome::Blocked { for_ever: false, .. } | Outcome::Abandoned => {}, other => { bad += 1; if bad < 3 { println!("{other:?}") } } }
            }
            let t = start.elapsed();
            println!("{name} {quotas:?}: complete {} blocked {} inconsistent {} hopeless {} cut {} exhausted {} in {n} runs, bad {bad}, {:.0} executions/s", all.complete(), all.blocked(), all.inconsistent(), all.hopeless(), all.cut(), all.is_exhausted(), n as f64 / t.as_secs_f64());
        }
    }
}
