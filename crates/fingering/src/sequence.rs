//! The fingering of a whole piece at once: what each note's evidence says, under the costs between notes that are held or
//! struck together.
//!
//! A lattice over the notes in order. Its nodes are the fingers on the notes that still matter for the next one, so one finger
//! per key, one key per finger and held keys come out of the same sums as the soft habits. The best path gives the labels, and
//! the share of all paths that go through a label (forward and backward sums) its belief.

use crate::habits;
use piano::{Finger, Hand, Note};
use std::collections::HashMap;

/// Earlier notes a node remembers: ten fingers hold ten keys.
const MOST_REMEMBERED: usize = 10;
/// After this long a note that is no longer held cannot make the next one awkward (the habits' longest reach in time).
const MEMORY_SECS: f64 = 0.12;
/// Nodes kept for each note, the likeliest first.
const BEAM: usize = 64;
/// Paths this many times (as a logarithm) less likely than the best to a note are dropped.
const HOPELESS: f64 = 16.0;

/// What may have struck a note: one of the ten fingers, or an unknown finger of a hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Choice {
    Finger(Finger),
    UnknownOf(Hand),
}

impl Choice {
    pub fn hand(self) -> Hand {
        match self {
            Choice::Finger(finger) => finger.hand,
            Choice::UnknownOf(hand) => hand,
        }
    }

    pub fn finger(self) -> Option<Finger> {
        match self {
            Choice::Finger(finger) => Some(finger),
            Choice::UnknownOf(_) => None,
        }
    }
}

/// The fingering found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Solution {
    /// Choice of each note on the likeliest path.
    pub best: Vec<Choice>,
    /// Logarithm of the sum over all paths: how well everything fits together.
    pub log_evidence: f64,
    /// Belief in each choice of each note, in the order given; sums to 1 over a note.
    pub beliefs: Vec<Vec<f64>>,
}

/// Finds the fingering. `notes` by onset; `options` gives for each note what may have struck it, with log likelihoods, at
/// least one.
pub(crate) fn solve(notes: &[Note], options: &[Vec<(Choice, f64)>]) -> Solution {
    let mut steps: Vec<Step> = Vec::with_capacity(notes.len());
    let start = Step::start();
    for (index, options) in options.iter().enumerate() {
        let previous = steps.last().unwrap_or(&start);
        steps.push(advance(previous, notes, index, options));
    }
    Solution {
        log_evidence: steps.last().map_or(0.0, |last| {
            last.nodes.iter().map(|node| node.forward).fold(f64::NEG_INFINITY, log_add)
        }),
        best: best_path(&steps, options),
        beliefs: beliefs(&start, &steps, options),
    }
}

/// A note that still matters, and its choice.
type Remembered = Vec<(usize, Choice)>;

struct Node {
    remembered: Remembered,
    /// Logarithm of the sum over all paths to this node.
    forward: f64,
    /// The likeliest path to this node, and its last edge.
    best: f64,
    best_edge: usize,
}

struct Edge {
    from: usize,
    to: usize,
    option: usize,
    weight: f64,
}

/// The lattice behind one note.
struct Step {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Step {
    fn start() -> Step {
        let node = Node {
            remembered: Vec::new(),
            forward: 0.0,
            best: 0.0,
            best_edge: 0,
        };
        Step {
            nodes: vec![node],
            edges: Vec::new(),
        }
    }
}

fn advance(previous: &Step, notes: &[Note], index: usize, options: &[(Choice, f64)]) -> Step {
    let mut edges = weighed_edges(previous, notes, index, options);
    let reach = |edge: &Edge| previous.nodes[edge.from].forward + edge.weight;
    let furthest = edges.iter().map(reach).fold(f64::NEG_INFINITY, f64::max);
    edges.retain(|edge| reach(edge) >= furthest - HOPELESS);

    let mut nodes: Vec<Node> = Vec::new();
    let mut node_of: HashMap<Remembered, usize> = HashMap::new();
    for (number, edge) in edges.iter_mut().enumerate() {
        let from = &previous.nodes[edge.from];
        let remembered = remember(&from.remembered, notes, index, options[edge.option].0);
        edge.to = *node_of.entry(remembered).or_insert_with_key(|remembered| {
            nodes.push(Node {
                remembered: remembered.clone(),
                forward: f64::NEG_INFINITY,
                best: f64::NEG_INFINITY,
                best_edge: 0,
            });
            nodes.len() - 1
        });
        let node = &mut nodes[edge.to];
        node.forward = log_add(node.forward, from.forward + edge.weight);
        if from.best + edge.weight > node.best {
            (node.best, node.best_edge) = (from.best + edge.weight, number);
        }
    }
    keep_the_likeliest(Step { nodes, edges })
}

fn weighed_edges(previous: &Step, notes: &[Note], index: usize, options: &[(Choice, f64)]) -> Vec<Edge> {
    let mut edges = Vec::with_capacity(previous.nodes.len() * options.len());
    for (from, node) in previous.nodes.iter().enumerate() {
        for (option, (choice, log_likelihood)) in options.iter().enumerate() {
            let cost: f64 = node
                .remembered
                .iter()
                .filter_map(|(earlier, earlier_choice)| {
                    let (earlier_finger, finger) = (earlier_choice.finger()?, choice.finger()?);
                    Some(habits::cost(&notes[*earlier], earlier_finger, &notes[index], finger))
                })
                .sum();
            edges.push(Edge {
                from,
                to: 0,
                option,
                weight: log_likelihood - cost,
            });
        }
    }
    edges
}

/// The notes that matter for the one after `index`.
fn remember(remembered: &Remembered, notes: &[Note], index: usize, choice: Choice) -> Remembered {
    let Some(next) = notes.get(index + 1) else { return Vec::new() };
    let matters = |note: &Note| note.offset_secs > next.onset_secs || next.onset_secs - note.onset_secs < MEMORY_SECS;
    let mut kept: Remembered = remembered
        .iter()
        .copied()
        .chain([(index, choice)])
        .filter(|(earlier, _)| matters(&notes[*earlier]))
        .collect();
    let surplus = kept.len().saturating_sub(MOST_REMEMBERED);
    kept.drain(..surplus);
    kept
}

fn keep_the_likeliest(mut step: Step) -> Step {
    if step.nodes.len() <= BEAM {
        return step;
    }
    let mut order: Vec<usize> = (0..step.nodes.len()).collect();
    order.sort_by(|a, b| step.nodes[*b].forward.total_cmp(&step.nodes[*a].forward).then(a.cmp(b)));
    order.truncate(BEAM);
    let mut new_place = vec![None; step.nodes.len()];
    for (place, node) in order.iter().enumerate() {
        new_place[*node] = Some(place);
    }
    let mut new_edge = vec![0; step.edges.len()];
    let mut edges = Vec::new();
    for (number, edge) in step.edges.into_iter().enumerate() {
        if let Some(to) = new_place[edge.to] {
            new_edge[number] = edges.len();
            edges.push(Edge { to, ..edge });
        }
    }
    let mut nodes: Vec<Option<Node>> = step.nodes.drain(..).map(Some).collect();
    let kept = order.iter().filter_map(|node| nodes[*node].take());
    let nodes = kept
        .map(|node| Node {
            best_edge: new_edge[node.best_edge],
            ..node
        })
        .collect();
    Step { nodes, edges }
}

fn best_path(steps: &[Step], options: &[Vec<(Choice, f64)>]) -> Vec<Choice> {
    let Some(last) = steps.last() else { return Vec::new() };
    let mut node = (0..last.nodes.len())
        .max_by(|a, b| last.nodes[*a].best.total_cmp(&last.nodes[*b].best))
        .unwrap_or(0);
    let mut path = Vec::with_capacity(steps.len());
    for (step, options) in steps.iter().zip(options).rev() {
        let edge = &step.edges[step.nodes[node].best_edge];
        path.push(options[edge.option].0);
        node = edge.from;
    }
    path.reverse();
    path
}

fn beliefs(start: &Step, steps: &[Step], options: &[Vec<(Choice, f64)>]) -> Vec<Vec<f64>> {
    let mut beliefs: Vec<Vec<f64>> = options.iter().map(|options| vec![0.0; options.len()]).collect();
    let mut backward: Vec<f64> = steps.last().map_or(Vec::new(), |last| vec![0.0; last.nodes.len()]);
    for index in (0..steps.len()).rev() {
        let before = if index == 0 { start } else { &steps[index - 1] };
        let mut further_back = vec![f64::NEG_INFINITY; before.nodes.len()];
        let through = |edge: &Edge| before.nodes[edge.from].forward + edge.weight + backward[edge.to];
        let all = steps[index].edges.iter().map(through).fold(f64::NEG_INFINITY, log_add);
        for edge in &steps[index].edges {
            beliefs[index][edge.option] += (through(edge) - all).exp();
            further_back[edge.from] = log_add(further_back[edge.from], edge.weight + backward[edge.to]);
        }
        backward = further_back;
    }
    beliefs
}

fn log_add(a: f64, b: f64) -> f64 {
    let (more, less) = if a > b { (a, b) } else { (b, a) };
    if less == f64::NEG_INFINITY {
        more
    } else {
        more + (less - more).exp().ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    /// Key, onset, offset, and the PIG fingers that may have struck it with their log likelihoods.
    type Played<'a> = (u8, f64, f64, &'a [(i8, f64)]);

    /// Expects the PIG fingers of the best path.
    fn check(notes: &[Played], expected: &[i8]) -> Solution {
        let played: Vec<Note> = notes
            .iter()
            .map(|&(midi, onset_secs, offset_secs, _)| Note {
                pitch: Pitch::new(midi).unwrap(),
                onset_secs,
                offset_secs,
                velocity: 64,
            })
            .collect();
        let choice = |number| Choice::Finger(Finger::from_pig_number(number).unwrap());
        let options: Vec<Vec<(Choice, f64)>> = notes
            .iter()
            .map(|(.., options)| options.iter().map(|(number, value)| (choice(*number), *value)).collect())
            .collect();
        let solution = solve(&played, &options);
        let found: Vec<i8> = solution.best.iter().map(|choice| choice.finger().unwrap().pig_number()).collect();
        assert_eq!(found, expected);
        for beliefs in &solution.beliefs {
            assert!((beliefs.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        solution
    }

    #[test]
    fn a_single_note_takes_its_likeliest_finger_with_the_odds_as_belief() {
        let solution = check(&[(60, 0.0, 1.0, &[(1, 0.0), (2, 3.0_f64.ln())])], &[2]);
        assert!((solution.beliefs[0][1] - 0.75).abs() < 1e-12);
        assert_eq!(solve(&[], &[]), Solution::default());
    }

    #[test]
    fn a_chord_gives_each_finger_one_key() {
        // Both keys like finger 3 best; the second has the better alternative.
        let solution = check(
            &[(60, 0.0, 1.0, &[(2, 0.0), (3, 3.0)]), (62, 0.0, 1.0, &[(3, 2.0), (4, 1.0)])],
            &[3, 4],
        );
        assert!(solution.beliefs[1][1] > 0.8);
    }

    #[test]
    fn a_held_key_keeps_its_finger_however_many_notes_pass() {
        let mut notes: Vec<Played> = vec![(48, 0.0, 9.0, &[(1, 4.0), (2, 0.0)])];
        for index in 0..8 {
            let onset = 1.0 + 0.5 * f64::from(index);
            notes.push((60 + index as u8, onset, onset + 0.4, &[(1, 1.0), (3, 0.0)]));
        }
        check(&notes, &[1, 3, 3, 3, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn clear_evidence_beats_habits() {
        check(
            &[(60, 0.0, 1.0, &[(3, 6.0), (2, 0.0)]), (64, 0.5, 1.0, &[(2, 6.0), (4, 0.0)])],
            &[3, 2],
        );
    }

    #[test]
    fn more_keys_than_fingers_are_still_answered() {
        let played: Vec<Note> = (0..30)
            .map(|index| Note {
                pitch: Pitch::new(40 + index).unwrap(),
                onset_secs: 0.01 * f64::from(index),
                offset_secs: 60.0,
                velocity: 64,
            })
            .collect();
        let choices: Vec<(Choice, f64)> = Finger::all().map(|finger| (Choice::Finger(finger), 0.0)).collect();
        assert_eq!(solve(&played, &vec![choices; 30]).best.len(), 30);
    }
}
