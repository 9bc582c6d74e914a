//! Black keys along one line: which dark runs are which black keys.
//!
//! The gaps between black keys repeat short, long, short, short, long, and nothing else in a picture does. That cycle reads the same in both
//! directions, so a match says where the keys are but neither the octave nor the direction; `octave` settles those.

use super::scan::Run;

/// Black keys of an octave.
pub(super) const PER_OCTAVE: i32 = 5;

/// x of a black key's centre in white-key widths, counted from the left edge of the C just below black key 0 (a C#).
///
/// Black keys are counted on through the octaves, also below 0. The offsets are those of `piano::keyboard`.
pub(super) fn black_x(key: i32) -> f64 {
    let in_octave = piano::keyboard::BLACK_CENTERS_IN_OCTAVE[key.rem_euclid(PER_OCTAVE) as usize].1;
    7.0 * f64::from(key.div_euclid(PER_OCTAVE)) + in_octave
}

/// The black key nearest to x, and how far it is.
pub(super) fn nearest_black(x: f64) -> (i32, f64) {
    let octave = (x / 7.0).floor() as i32;
    (octave * PER_OCTAVE - 1..=octave * PER_OCTAVE + PER_OCTAVE)
        .map(|key| (key, (black_x(key) - x).abs()))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .expect("the range is never empty")
}

/// Widths of a black key's run in white-key widths. Real tops measure 0.40 to 0.58; blur and shadow widen that, and so does the key's
/// side where a wide lens looks at it slantwise, up to the next white key.
pub(super) const RUN_WIDTHS: std::ops::RangeInclusive<f64> = 0.22..=1.1;

/// How far from its expected place a black key may lie while growing along a line, white-key widths.
const GROWTH_TOLERANCE: f64 = 0.22;
/// Keys that may be missing in a row while growing: a hand hides up to three.
const MISSES_ALLOWED: usize = 3;
/// What an unexplained dark run inside the matched span takes off the score.
const STRAY_COST: f64 = 0.35;
/// What a key missing inside the matched span takes off the score: hands hide some.
const MISS_COST: f64 = 0.25;
/// More runs than black keys and gaps together make, with some to spare, are something else.
const RUNS_AT_MOST: usize = 110;
/// Fewer matches than this say nothing.
const MATCHES_AT_LEAST: usize = 5;

/// A line whose dark runs look like black keys.
#[derive(Clone, Debug)]
pub(super) struct PatternMatch {
    /// Black key and where its run is centred on the line, pixels.
    pub keys: Vec<(i32, f64)>,
    /// Matched keys, less a cost for dark runs that are no key and for keys that are missing.
    pub score: f64,
}

/// The best reading of the runs as black keys of white-key width within `units` (pixels).
pub(super) fn match_pattern(runs: &[Run], units: std::ops::Range<f64>) -> Option<PatternMatch> {
    if runs.len() > RUNS_AT_MOST {
        return None;
    }
    let mut best: Option<PatternMatch> = None;
    for first in 0..runs.len() {
        for second in first + 1..(first + 4).min(runs.len()) {
            let (a, b) = (runs[first], runs[second]);
            if a.width > 1.8 * b.width || b.width > 1.8 * a.width {
                continue;
            }
            for class in 0..PER_OCTAVE {
                for steps in 1..=(second - first) as i32 {
                    let unit = (b.center - a.center) / (black_x(class + steps) - black_x(class));
                    if !units.contains(&unit) || !RUN_WIDTHS.contains(&(a.width / unit)) {
                        continue;
                    }
                    if best
                        .as_ref()
                        .is_some_and(|best| explains(best, class, a.center, class + steps, b.center))
                    {
                        continue;
                    }
                    // Most guesses fail at the third key; growing them all would take long in pictures full of texture.
                    let third = |key: i32, from: f64, next: i32| {
                        let expected = from + (black_x(next) - black_x(key)) * unit;
                        nearest_run(runs, expected).is_some_and(|run| is_key(&run, expected, unit))
                    };
                    let last = class + steps;
                    if !third(last, b.center, last + 1) && !third(class, a.center, class - 1) {
                        continue;
                    }
                    let grown = grow(runs, class, first, unit);
                    if grown.keys.len() >= MATCHES_AT_LEAST && best.as_ref().is_none_or(|best| grown.score > best.score) {
                        best = Some(grown);
                    }
                }
            }
        }
    }
    best
}

/// Whether a reading already takes these two runs for these two keys, up to whole octaves.
fn explains(best: &PatternMatch, class: i32, at: f64, other_class: i32, other_at: f64) -> bool {
    let key_at = |center: f64| best.keys.iter().find(|key| key.1 == center).map(|key| key.0);
    match (key_at(at), key_at(other_at)) {
        (Some(a), Some(b)) => (a - class).rem_euclid(PER_OCTAVE) == 0 && b - a == other_class - class,
        _ => false,
    }
}

/// Follows the pattern outwards both ways from one run, the key width updated slowly, which absorbs perspective and lens bend.
fn grow(runs: &[Run], class: i32, start: usize, unit: f64) -> PatternMatch {
    let mut keys = vec![(class, runs[start].center)];
    for direction in [1, -1] {
        let (mut unit, mut key, mut at, mut misses) = (unit, class, runs[start].center, 0);
        while misses <= MISSES_ALLOWED {
            let step = black_x(key + direction) - black_x(key);
            let expected = at + step * unit;
            key += direction;
            if expected < runs[0].center - unit || expected > runs[runs.len() - 1].center + unit {
                break;
            }
            match nearest_run(runs, expected) {
                Some(run) if is_key(&run, expected, unit) => {
                    if misses == 0 {
                        unit = 0.8 * unit + 0.2 * (run.center - at) / step;
                    }
                    at = run.center;
                    keys.push((key, at));
                    misses = 0;
                }
                _ => {
                    at = expected;
                    misses += 1;
                }
            }
        }
    }
    keys.sort_by_key(|key| key.0);
    let (low, high) = (keys[0].1, keys[keys.len() - 1].1);
    let inside = runs.partition_point(|run| run.center <= high) - runs.partition_point(|run| run.center < low);
    let strays = inside.saturating_sub(keys.len());
    let missing = (keys[keys.len() - 1].0 - keys[0].0 + 1) as usize - keys.len();
    let score = keys.len() as f64 - STRAY_COST * strays as f64 - MISS_COST * missing as f64;
    PatternMatch { keys, score }
}

/// Whether a run can be the black key expected there.
fn is_key(run: &Run, expected: f64, unit: f64) -> bool {
    (run.center - expected).abs() < GROWTH_TOLERANCE * unit && RUN_WIDTHS.contains(&(run.width / unit))
}

fn nearest_run(runs: &[Run], at: f64) -> Option<Run> {
    let after = runs.partition_point(|run| run.center < at);
    [after.checked_sub(1), Some(after)]
        .into_iter()
        .flatten()
        .filter_map(|index| runs.get(index).copied())
        .min_by(|a, b| (a.center - at).abs().total_cmp(&(b.center - at).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(keys: std::ops::Range<i32>, place: impl Fn(f64) -> f64) -> Vec<Run> {
        keys.map(|key| {
            let (x, unit) = (black_x(key), place(black_x(key) + 0.5) - place(black_x(key) - 0.5));
            Run {
                center: place(x),
                width: 0.55 * unit,
            }
        })
        .collect()
    }

    #[test]
    fn keys_are_counted_through_the_octaves() {
        assert!((black_x(0) - 0.9).abs() < 1e-9);
        assert!((black_x(-1) + 0.857).abs() < 1e-9);
        assert!((black_x(5) - 7.9).abs() < 1e-9);
        assert_eq!(nearest_black(-0.8).0, -1);
        assert_eq!(nearest_black(7.5).0, 5);
    }

    #[test]
    fn the_pattern_is_found_with_perspective_missing_keys_and_strays() {
        let place = |x: f64| (20.0 * x + 30.0) / (1.0 + 0.004 * x);
        let mut runs = line(4..34, place);
        runs.drain(12..15);
        runs.push(Run {
            center: place(20.0),
            width: 3.0,
        });
        runs.sort_by(|a, b| a.center.total_cmp(&b.center));
        let found = match_pattern(&runs, 8.0..60.0).unwrap();
        assert_eq!(found.keys.len(), 27);
        let shift = found.keys[0].0 - 4;
        assert_eq!(shift % PER_OCTAVE, 0);
        assert!(found.keys.iter().all(|(key, at)| (place(black_x(key - shift)) - at).abs() < 1e-9));
    }

    #[test]
    fn an_even_comb_scores_less_than_a_keyboard() {
        let runs: Vec<Run> = (0..40)
            .map(|i| Run {
                center: 25.0 * f64::from(i),
                width: 10.0,
            })
            .collect();
        // Five of seven teeth can pass for black keys, and the other two count against them.
        assert!(match_pattern(&runs, 8.0..60.0).is_none_or(|found| found.score < 0.65 * runs.len() as f64));
    }
}
