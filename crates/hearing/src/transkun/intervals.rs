//! The most likely intervals of one symbol: the Viterbi path of a semi-Markov conditional random field.
//!
//! Every interval from one frame to a later one has a score, every frame a score for standing alone, and not being in an
//! interval scores 0. A path's score is the sum. Intervals include both ends, and one may begin on the frame where the last
//! one ended. Recursion and order of preference as in Transkun's `CRF/NeuralSemiCRFInterval.py`: skipping wins ties, then the
//! shortest interval.

/// Frames from `begin` to `end`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// First frame.
    pub begin: usize,
    /// Last frame; the first one where the symbol sounds for a single frame.
    pub end: usize,
}

/// The best path from frame `start` on. `alone[t]` is the score of frame t as an interval of its own, and so their number
/// the number of frames; `score_row(begin, row)` fills `row[i]` with the score of the interval from `begin` to
/// `begin + 1 + i`.
pub fn best_intervals(alone: &[f32], start: usize, score_row: impl FnMut(usize, &mut [f32])) -> Vec<Interval> {
    let next = best_steps(alone, score_row);
    follow(alone, &next, start)
}

/// What the best path does at each frame but the last: none to skip to the next frame, or the end of the interval that
/// begins here.
fn best_steps(alone: &[f32], mut score_row: impl FnMut(usize, &mut [f32])) -> Vec<Option<usize>> {
    let frames = alone.len();
    let mut best = vec![0.0_f32; frames];
    let mut next = vec![None; frames.saturating_sub(1)];
    let mut totals = vec![0.0_f32; frames];
    if let (Some(best), Some(alone)) = (best.last_mut(), alone.last()) {
        *best = alone.max(0.0);
    }
    for begin in (0..frames.saturating_sub(1)).rev() {
        let later = &best[begin + 1..];
        let totals = &mut totals[..later.len()];
        score_row(begin, totals);
        let mut largest = f32::NEG_INFINITY;
        for (total, later) in totals.iter_mut().zip(later) {
            *total += later;
            largest = largest.max(*total);
        }
        let skipped = later[0];
        if largest > skipped {
            next[begin] = totals.iter().position(|total| *total == largest).map(|i| begin + 1 + i);
        }
        best[begin] = largest.max(skipped) + alone[begin].max(0.0);
    }
    next
}

fn follow(alone: &[f32], next: &[Option<usize>], start: usize) -> Vec<Interval> {
    let mut intervals = Vec::new();
    let mut frame = start;
    while frame < next.len() {
        if alone[frame] > 0.0 {
            intervals.push(Interval { begin: frame, end: frame });
        }
        frame = match next[frame] {
            Some(end) => {
                intervals.push(Interval { begin: frame, end });
                end
            }
            None => frame + 1,
        };
    }
    if let Some(last) = alone.len().checked_sub(1).filter(|last| alone[*last] > 0.0) {
        intervals.push(Interval { begin: last, end: last });
    }
    intervals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores by (begin, end) for the intervals named; all others score -1, frames alone what `alone` says.
    fn check(alone: &[f32], scores: &[(usize, usize, f32)], start: usize, expected: &[(usize, usize)]) {
        let found = best_intervals(alone, start, |begin, row| {
            row.fill(-1.0);
            for (_, end, score) in scores.iter().filter(|(b, ..)| *b == begin) {
                row[end - begin - 1] = *score;
            }
        });
        let found: Vec<(usize, usize)> = found.iter().map(|interval| (interval.begin, interval.end)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_scores_better_than_bad_intervals() {
        check(&[], &[], 0, &[]);
        check(&[-1.0], &[], 0, &[]);
        check(&[-1.0; 4], &[(0, 2, -0.5)], 0, &[]);
    }

    #[test]
    fn intervals_may_touch_but_not_overlap() {
        check(&[-1.0; 6], &[(0, 3, 2.0), (3, 5, 2.0)], 0, &[(0, 3), (3, 5)]);
        check(&[-1.0; 6], &[(0, 3, 2.0), (2, 5, 3.0)], 0, &[(2, 5)]);
    }

    #[test]
    fn a_frame_alone_counts_besides_the_interval_that_begins_there() {
        check(&[-1.0, 1.0, -1.0, 1.0], &[(1, 2, 1.0)], 0, &[(1, 1), (1, 2), (3, 3)]);
    }

    #[test]
    fn ties_go_to_skipping_and_then_to_the_shortest() {
        check(&[-1.0; 4], &[(0, 2, 0.0)], 0, &[]);
        check(&[-1.0; 4], &[(0, 2, 1.0), (0, 3, 1.0)], 0, &[(0, 2)]);
    }

    #[test]
    fn the_path_begins_where_it_is_told_to() {
        check(&[-1.0; 6], &[(0, 3, 5.0), (2, 4, 2.0)], 1, &[(2, 4)]);
    }
}
