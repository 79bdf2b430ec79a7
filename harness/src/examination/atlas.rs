//! An atlas of a solution: its states under sequential consistency, and the steps between them.
//!
//! It is drawn breadth first, by one short execution for each state and process. In it the cycles are
//! found that sampling seldom comes upon, because they need many right decisions in a row: a victim
//! is starved, or everybody moves and nobody gets on. And as every state is reached by a shortest
//! way, what is found has a short stem and a short loop.
//!
//! Two states count as the same if the variables have the same values and every process has come to
//! where it is by the same operations with the same answers, whole turns of its loops left out. That
//! is a guess, as a process may remember how often it went round. So a cycle of the atlas proves
//! nothing before it was pumped, and that an atlas has none proves nothing at all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use crate::choice::{Choice, Pending, Spinning, Strategy};
use crate::event::{AccessKind, Event, EventKind, LocationId, Observer, Section, SystemCall};
use crate::exploration::{Crash, Explorer, Setup};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::trace::Schedule;

/// The most steps of a stroke: an operation on a shared variable and the pauses before it.
const STROKE_MAX: usize = 12;

/// The longest turn of a waiting loop that is followed, in strokes.
const TURN_MAX: usize = 64;

/// How many ways round are looked at before the shortest ones are tried.
const CANDIDATES_MAX: usize = 48;

/// States that are visited in the search for one way.
const VISITS_MAX: usize = 40_000;

/// A state of the solution.
#[derive(Debug)]
struct State {
    /// The strokes that lead here: the state before, and the steps. `None`: the beginning.
    from: Option<(usize, Vec<ProcessId>)>,
    /// How many steps lead here.
    depth: usize,
    values: u64,
    sections: [Section; PROCESSES_MAX],
    /// By process: where its next stroke leads. Shorter: not drawn.
    strokes: Vec<Option<Stroke>>,
}

/// What one process does next, up to its next operation on a shared variable.
#[derive(Clone, Debug)]
struct Stroke {
    to: usize,
    steps: usize,
    /// How often it entered.
    entries: usize,
    /// Whether it went from one section to another.
    advanced: bool,
}

/// A way round, before it was confirmed.
#[derive(Clone, Debug)]
pub(super) struct Round {
    /// The steps before it, and the round.
    pub schedule: Schedule,
    /// Where it begins.
    pub start: usize,
    /// The same, with longer turns of the victim.
    pub patient: Option<Schedule>,
}

/// The states and steps, as far as they were drawn.
#[derive(Debug)]
pub(super) struct Atlas {
    processes: usize,
    states: Vec<State>,
}

impl Atlas {
    /// Draws the atlas of a scenario, with at most so many executions, and so many operations in all of
    /// them.
    pub(super) fn draw(
        explorer: &mut Explorer<'_>,
        setup: &Setup,
        (executions_max, steps_max): (u64, u64),
    ) -> Result<Self, Crash> {
        let processes = setup.processes();
        let mut atlas = Self { processes, states: Vec::new() };
        let mut known: BTreeMap<u64, usize> = BTreeMap::new();
        let mut left = executions_max;
        let mut steps_left = steps_max;
        atlas.states.push(State {
            from: None,
            depth: 0,
            values: 0,
            sections: [Section::Remainder; PROCESSES_MAX],
            strokes: Vec::new(),
        });
        let mut next = 0;
        while next < atlas.states.len() && left > 0 && steps_left > 0 {
            let stem = atlas.stem(next);
            for process in ProcessId::all(processes) {
                left = left.saturating_sub(1);
                let mut pen = Pen::new(&stem, process);
                let mut surveyor = Surveyor::new(stem.len());
                explorer.survey(setup, &mut pen, 1, &mut surveyor)?;
                steps_left = steps_left.saturating_sub(u64::from(explorer.engine().steps()));
                let order = explorer.engine().schedule().order();
                let stroke = pen.done.then(|| {
                    let steps = order[stem.len()..].to_vec();
                    let length = steps.len();
                    let depth = order.len();
                    let to = *known.entry(surveyor.state()).or_insert_with(|| {
                        atlas.states.push(State {
                            from: Some((next, steps)),
                            depth,
                            values: surveyor.values(),
                            sections: surveyor.sections,
                            strokes: Vec::new(),
                        });
                        atlas.states.len() - 1
                    });
                    Stroke {
                        to,
                        steps: length,
                        entries: surveyor.entries,
                        advanced: surveyor.advanced,
                    }
                });
                atlas.states[next].strokes.push(stroke);
            }
            next += 1;
        }
        Ok(atlas)
    }

    /// The steps that lead to a state.
    fn stem(&self, mut state: usize) -> Vec<ProcessId> {
        let mut parts = Vec::new();
        while let Some((before, steps)) = &self.states[state].from {
            parts.push(steps);
            state = *before;
        }
        parts.into_iter().rev().flatten().copied().collect()
    }

    fn stroke(&self, state: usize, process: ProcessId) -> Option<&Stroke> {
        self.states[state].strokes.get(process.index())?.as_ref()
    }

    fn waits(&self, state: usize, victim: ProcessId) -> bool {
        self.states[state].sections[victim.index()] == Section::Entry
    }

    /// A full turn of `victim`'s waiting loop, with nobody else stepping: where it ends, and its
    /// strokes. `None` if the victim gets in.
    fn turn(&self, state: usize, victim: ProcessId) -> Option<(usize, usize)> {
        let mut seen = vec![state];
        let mut steps = 0;
        for _ in 0..TURN_MAX {
            let stroke = self.stroke(*seen.last()?, victim)?;
            if !self.waits(stroke.to, victim) || stroke.advanced {
                return None;
            }
            steps += stroke.steps;
            if seen.contains(&stroke.to) {
                return Some((stroke.to, steps));
            }
            seen.push(stroke.to);
        }
        None
    }

    /// The moves of the others and of a waiting victim that keep it waiting.
    fn starving(&self, at: Starving, victim: ProcessId) -> Vec<(Starving, Move)> {
        let mut moves = Vec::new();
        for process in ProcessId::all(self.processes) {
            let Some(stroke) = self.stroke(at.state, process) else { continue };
            let overtakes = process != victim && stroke.entries > 0;
            if !self.waits(stroke.to, victim)
                || (process == victim && stroke.advanced)
                || (overtakes && (at.owed || stroke.entries > 1))
            {
                continue;
            }
            let to = Starving { state: stroke.to, owed: at.owed || overtakes };
            moves.push((to, Move { steps: vec![(process, stroke.steps)], overtakes, turn: false }));
        }
        if at.owed
            && let Some((state, steps)) = self.turn(at.state, victim)
        {
            let to = Starving { state, owed: false };
            let steps = vec![(victim, steps)];
            moves.push((to, Move { steps, overtakes: false, turn: true }));
        }
        moves
    }

    /// Cycles in which others enter while `victim` waits and gets a full turn between any two of
    /// their entries; shortest first, the way there counted.
    pub(super) fn starvations(&self, victim: ProcessId) -> Vec<Round> {
        let nodes = 2 * self.states.len();
        let at = |node: usize| Starving { state: node / 2, owed: node % 2 == 1 };
        let number = |starving: Starving| 2 * starving.state + usize::from(starving.owed);
        let mut edges: Vec<Vec<(usize, Move)>> = Vec::with_capacity(nodes);
        for node in 0..nodes {
            edges.push(if self.waits(node / 2, victim) {
                let moves = self.starving(at(node), victim).into_iter();
                moves.map(|(to, step)| (number(to), step)).collect()
            } else {
                Vec::new()
            });
        }
        let components = components(&edges);
        let mut starts: Vec<(usize, usize)> = (0..nodes)
            .flat_map(|node| {
                let edges = edges[node].iter().enumerate();
                let components = &components;
                edges
                    .filter(move |(_, (to, step))| {
                        step.overtakes && components[node] == components[*to]
                    })
                    .map(move |(index, _)| (node, index))
            })
            .collect();
        starts.sort_by_key(|&(node, _)| self.states[node / 2].depth);
        starts.truncate(CANDIDATES_MAX);
        let mut rounds = Vec::new();
        for (node, index) in starts {
            let (to, first) = &edges[node][index];
            let next = |&from: &usize| {
                let inside = components[from] == components[node];
                let edges = edges[from].iter().filter(move |_| inside);
                edges.map(|(to, step)| (*to, step.clone())).collect::<Vec<_>>()
            };
            let Some(way) = shortest(*to, next, |&here| here == node) else { continue };
            let mut places = vec![(node, first.clone())];
            places.extend(way);
            // It may begin anywhere: where it is reached soonest.
            let begin = (0..places.len())
                .min_by_key(|&place| self.states[places[place].0 / 2].depth)
                .expect("a round has a first step");
            places.rotate_left(begin);
            rounds.push(self.round(places[0].0 / 2, &places, Some(victim)));
        }
        rounds.sort_by_key(|round| round.schedule.len());
        rounds
    }

    /// Cycles in which everybody who is not resting has steps and nobody goes from one section to the
    /// next, though something is written; shortest first.
    pub(super) fn livelocks(&self) -> Vec<Round> {
        let edges: Vec<Vec<(usize, Move)>> = (0..self.states.len())
            .map(|state| {
                let strokes = ProcessId::all(self.processes)
                    .filter_map(|process| Some((process, self.stroke(state, process)?)));
                let still = strokes.filter(|(_, stroke)| !stroke.advanced);
                still
                    .map(|(process, stroke)| {
                        let steps = vec![(process, stroke.steps)];
                        (stroke.to, Move { steps, overtakes: false, turn: false })
                    })
                    .collect()
            })
            .collect();
        let components = components(&edges);
        // Which components have everything that a livelock needs.
        let mut moving: BTreeMap<usize, (u8, bool)> = BTreeMap::new();
        for (from, edges) in edges.iter().enumerate() {
            for (to, step) in edges {
                if components[from] == components[*to] {
                    let (movers, changes) = moving.entry(components[from]).or_default();
                    *movers |= ProcessSet::only(step.steps[0].0).bits();
                    *changes |= self.states[from].values != self.states[*to].values;
                }
            }
        }
        let alive = |movers: u8, changes: bool, state: usize| {
            changes
                && movers != 0
                && ProcessId::all(self.processes).all(|process| {
                    movers >> process.index() & 1 == 1
                        || self.states[state].sections[process.index()] == Section::Remainder
                })
        };
        let mut rounds = Vec::new();
        let starts = (0..self.states.len()).filter(|&state| {
            moving
                .get(&components[state])
                .is_some_and(|&(movers, changes)| alive(movers, changes, state))
        });
        for start in starts.take(CANDIDATES_MAX) {
            let next = |&(from, movers, changes): &(usize, u8, bool)| {
                let inside = components[from] == components[start];
                edges[from]
                    .iter()
                    .filter(|_| inside)
                    .map(|(to, step)| {
                        let movers = movers | ProcessSet::only(step.steps[0].0).bits();
                        let changes =
                            changes || self.states[from].values != self.states[*to].values;
                        ((*to, movers, changes), step.clone())
                    })
                    .collect::<Vec<_>>()
            };
            let over = |&(here, movers, changes): &(usize, u8, bool)| {
                here == start && alive(movers, changes, here)
            };
            if let Some(way) = shortest((start, 0, false), next, over) {
                let places: Vec<_> = way.into_iter().map(|(at, step)| (at.0, step)).collect();
                rounds.push(self.round(start, &places, None));
            }
        }
        rounds.sort_by_key(|round| round.schedule.len());
        rounds
    }

    fn round<N>(&self, begin: usize, places: &[(N, Move)], victim: Option<ProcessId>) -> Round {
        let stem = self.stem(begin);
        let write = |turns: usize| {
            let mut schedule = Schedule::new(self.processes);
            for &process in &stem {
                schedule.step(process);
            }
            for (_, step) in places {
                for &(process, count) in &step.steps {
                    let times = if step.turn { turns } else { 1 };
                    (0..count * times).for_each(|_| schedule.step(process));
                }
            }
            schedule.set_loop_start(stem.len());
            schedule
        };
        Round {
            schedule: write(1),
            start: stem.len(),
            patient: victim.map(|_| write(3 * self.processes + 3)),
        }
    }
}

/// A state on the way of a starving victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Starving {
    state: usize,
    /// Whether somebody entered since the victim last had a turn.
    owed: bool,
}

/// Steps of one process.
#[derive(Clone, Debug)]
struct Move {
    steps: Vec<(ProcessId, usize)>,
    /// Whether somebody enters while the victim waits.
    overtakes: bool,
    /// Whether it is a turn of the victim's waiting loop, which can be repeated.
    turn: bool,
}

/// The shortest way, in steps, from `start` by at least one move to where it is `over`; each place
/// with the move that leaves it.
fn shortest<N: Copy + Ord>(
    start: N,
    mut next: impl FnMut(&N) -> Vec<(N, Move)>,
    over: impl Fn(&N) -> bool,
) -> Option<Vec<(N, Move)>> {
    let mut reached: BTreeMap<N, (usize, Option<(N, Move)>)> = BTreeMap::new();
    let mut queue = BinaryHeap::from([Reverse((0, start))]);
    reached.insert(start, (0, None));
    while let Some(Reverse((length, here))) = queue.pop() {
        if over(&here) {
            let mut way = Vec::new();
            let mut here = here;
            while let Some((_, Some((before, step)))) = reached.get(&here) {
                way.push((*before, step.clone()));
                here = *before;
            }
            way.reverse();
            return Some(way);
        }
        if reached.len() > VISITS_MAX {
            return None;
        }
        if reached[&here].0 < length {
            continue;
        }
        for (to, step) in next(&here) {
            let length = length + step.steps.iter().map(|&(_, count)| count).sum::<usize>();
            if reached.get(&to).is_none_or(|&(known, _)| length < known) {
                reached.insert(to, (length, Some((here, step))));
                queue.push(Reverse((length, to)));
            }
        }
    }
    None
}

/// The strongly connected components of a graph: for each node, the number of its own (Tarjan, SIAM
/// Journal on Computing 1972; with a stack of its own).
fn components(edges: &[Vec<(usize, Move)>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut component = vec![UNSEEN; edges.len()];
    let (mut open, mut count, mut found) = (Vec::new(), 0, 0);
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                order[node] = count;
                low[node] = count;
                count += 1;
                open.push(node);
            }
            if edge > 0 {
                let child = edges[node][edge - 1].0;
                if component[child] == UNSEEN {
                    low[node] = low[node].min(low[child]);
                }
            }
            let Some(&(child, _)) = edges[node].get(edge) else {
                if low[node] == order[node] {
                    while let Some(member) = open.pop() {
                        component[member] = found;
                        if member == node {
                            break;
                        }
                    }
                    found += 1;
                }
                continue;
            };
            calls.push((node, edge + 1));
            if order[child] == UNSEEN {
                calls.push((child, 0));
            }
        }
    }
    component
}

/// Goes the way to a state, and then one stroke of a process.
#[derive(Debug)]
struct Pen<'a> {
    stem: &'a [ProcessId],
    process: ProcessId,
    taken: usize,
    /// Whether the stroke's operation was chosen.
    looked: bool,
    /// Whether the stroke is complete.
    done: bool,
}

impl<'a> Pen<'a> {
    const fn new(stem: &'a [ProcessId], process: ProcessId) -> Self {
        Self { stem, process, taken: 0, looked: false, done: false }
    }
}

impl Strategy for Pen<'_> {
    fn begin(&mut self) -> bool {
        true
    }

    fn serves_in_order(&self) -> bool {
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let Choice::Process(turn) = choice else { return Some(0) };
        self.taken += 1;
        let next = match self.stem.get(self.taken - 1) {
            Some(&process) => process,
            None if self.looked => {
                self.done = true;
                return None;
            }
            None if self.taken > self.stem.len() + STROKE_MAX => return None,
            None => {
                let pending = turn.pending[self.process.index()];
                self.looked = matches!(pending, Pending::Read(_) | Pending::Write(_));
                self.process
            }
        };
        turn.runnable.contains(next).then_some(next.index())
    }

    /// The steps are needed, not what they stand for.
    fn spinning(&self) -> Spinning {
        Spinning::Run
    }

    fn watches(&self) -> bool {
        true
    }
}

/// One operation, and the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    site: usize,
    location: Option<LocationId>,
    read: Option<u64>,
    written: Option<u64>,
}

/// Takes down the state at the end of an execution.
#[derive(Debug)]
struct Surveyor {
    /// Where the stroke begins.
    start: u32,
    values: Vec<Option<u64>>,
    sections: [Section; PROCESSES_MAX],
    /// By process: what it has done in its section, whole turns of its loops left out.
    trails: [Vec<Mark>; PROCESSES_MAX],
    entries: usize,
    advanced: bool,
}

impl Surveyor {
    fn new(start: usize) -> Self {
        Self {
            start: start as u32,
            values: Vec::new(),
            sections: [Section::Remainder; PROCESSES_MAX],
            trails: Default::default(),
            entries: 0,
            advanced: false,
        }
    }

    fn values(&self) -> u64 {
        let mut hash = Hash::default();
        self.values.iter().for_each(|&value| hash.option(value));
        hash.0
    }

    fn state(&self) -> u64 {
        let mut hash = Hash::default();
        hash.word(self.values());
        for (section, trail) in self.sections.iter().zip(&self.trails) {
            hash.word(*section as u64);
            for mark in trail {
                hash.word(mark.site as u64);
                hash.option(mark.location.map(|location| u64::from(location.0)));
                hash.option(mark.read);
                hash.option(mark.written);
            }
            hash.word(u64::MAX);
        }
        hash.0
    }
}

/// A hash of words: equal states have equal ones.
#[derive(Clone, Copy, Debug, Default)]
struct Hash(u64);

impl Hash {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn option(&mut self, word: Option<u64>) {
        self.word(u64::from(word.is_some()));
        self.word(word.unwrap_or(0));
    }
}

impl Observer for Surveyor {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let me = event.process.index();
        let mark = |site: crate::event::Site, location, read, written| {
            let site: *const std::panic::Location<'_> = site;
            Mark { site: site.addr(), location, read, written }
        };
        let section = match event.kind {
            EventKind::Called(_)
            | EventKind::Returned(_)
            | EventKind::Finished
            | EventKind::Died { .. }
            | EventKind::Handler { .. }
            | EventKind::Handled { .. } => match event.kind.section() {
                Some(section) => section,
                None => return ControlFlow::Continue(()),
            },
            EventKind::Access(access) => {
                let place = access.location.0 as usize;
                if place >= self.values.len() {
                    self.values.resize(place + 1, None);
                }
                let reads = matches!(access.kind, AccessKind::Load | AccessKind::PlainRead);
                self.values[place] = if reads { access.read } else { access.written };
                let mark = mark(access.site, Some(access.location), access.read, access.written);
                self.put(me, mark);
                return ControlFlow::Continue(());
            }
            EventKind::SystemCall(SystemCall { site, .. })
            | EventKind::Fence(_, site)
            | EventKind::Pause(site)
            | EventKind::Sleep { site, .. } => {
                self.put(me, mark(site, None, None, None));
                return ControlFlow::Continue(());
            }
        };
        self.sections[me] = section;
        self.trails[me].clear();
        // A section ends behind the step that led to its end.
        if event.step > self.start {
            self.advanced = true;
            self.entries += usize::from(event.kind.is_entry());
        }
        ControlFlow::Continue(())
    }
}

impl Surveyor {
    fn put(&mut self, process: usize, mark: Mark) {
        let trail = &mut self.trails[process];
        let same = |other: &Mark| (other.site, other.location) == (mark.site, mark.location);
        if let Some(before) = trail.iter().position(same) {
            trail.truncate(before);
        }
        trail.push(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[usize]]) -> Vec<Vec<(usize, Move)>> {
        let step = Move { steps: vec![(ProcessId::new(0), 1)], overtakes: false, turn: false };
        edges.iter().map(|to| to.iter().map(|&to| (to, step.clone())).collect()).collect()
    }

    #[test]
    fn nodes_that_reach_each_other_are_one_component() {
        let found = components(&graph(&[&[1, 4], &[2], &[1, 3], &[], &[0, 3], &[5]]));
        assert_eq!(found[0], found[4]);
        assert_eq!(found[1], found[2]);
        let mut different = vec![found[0], found[1], found[3], found[5]];
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 4);
    }

    #[test]
    fn the_shortest_way_round_is_found() {
        let edges = graph(&[&[1, 3], &[2], &[3], &[4], &[0]]);
        let next = |&node: &usize| edges[node].clone();
        let way = shortest(1, next, |&node| node == 0).expect("there is one");
        assert_eq!(way.iter().map(|(node, _)| *node).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(shortest(1, next, |&node| node == 7).is_none());
    }
}
