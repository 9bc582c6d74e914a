//! From the palm network's raw outputs to palms (MediaPipe `palm_detection_cpu`, model `palm_detection_full`).

use super::overlap;
use std::sync::LazyLock;

/// Pixels on a side of the palm network's input.
pub const PALM_INPUT: usize = 192;
/// Rows of its outputs.
pub const PALM_ANCHORS: usize = 2016;
/// Numbers in a row of its first output: centre, size, seven keypoints.
pub const PALM_NUMBERS: usize = 18;

/// A palm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palm {
    /// Left, top, right, bottom.
    pub bounds: [f32; 4],
    /// Wrist, knuckles of index, middle, ring and little finger, base and knuckle of the thumb.
    pub keypoints: [[f32; 2]; 7],
    /// How sure the network is, 0 to 1.
    pub score: f32,
}

impl Palm {
    /// The palm moved and scaled: `at + scale * point`.
    pub fn placed(&self, at: [f32; 2], scale: f32) -> Palm {
        let [left, top, right, bottom] = self.bounds;
        Palm {
            bounds: [
                at[0] + scale * left,
                at[1] + scale * top,
                at[0] + scale * right,
                at[1] + scale * bottom,
            ],
            keypoints: self.keypoints.map(|[x, y]| [at[0] + scale * x, at[1] + scale * y]),
            score: self.score,
        }
    }
}

/// Palms in one picture, best first, in parts of the network's square input (0 to 1). `boxes` holds [`PALM_ANCHORS`] rows of
/// [`PALM_NUMBERS`], `logits` one number for each row.
pub fn decode_palms(boxes: &[f32], logits: &[f32], score_min: f32) -> Vec<Palm> {
    let mut palms: Vec<Palm> = boxes
        .chunks_exact(PALM_NUMBERS)
        .zip(logits)
        .zip(ANCHORS.iter())
        .filter_map(|((row, logit), anchor)| decode_palm(row, *logit, *anchor, score_min))
        .collect();
    palms.sort_by(|a, b| b.score.total_cmp(&a.score));
    merge_overlapping(palms)
}

/// Centres of the 24 x 24 grid with two anchors each, then of the 12 x 12 grid with six; rows first.
static ANCHORS: LazyLock<Vec<[f32; 2]>> = LazyLock::new(|| {
    let grid = |n: usize, each: usize| {
        (0..n * n)
            .flat_map(move |cell| std::iter::repeat_n([((cell % n) as f32 + 0.5) / n as f32, ((cell / n) as f32 + 0.5) / n as f32], each))
    };
    grid(24, 2).chain(grid(12, 6)).collect()
});

fn decode_palm(row: &[f32], logit: f32, anchor: [f32; 2], score_min: f32) -> Option<Palm> {
    let score = 1.0 / (1.0 + (-logit.clamp(-100.0, 100.0)).exp());
    let scale = PALM_INPUT as f32;
    let [width, height] = [row[2] / scale, row[3] / scale];
    if score < score_min || width < 0.0 || height < 0.0 || row.iter().any(|n| !n.is_finite()) {
        return None;
    }
    let point = |x: f32, y: f32| [x / scale + anchor[0], y / scale + anchor[1]];
    let [x, y] = point(row[0], row[1]);
    Some(Palm {
        bounds: [x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0],
        keypoints: std::array::from_fn(|k| point(row[4 + 2 * k], row[5 + 2 * k])),
        score,
    })
}

/// Palms that share more than this part are one palm.
const MERGE_OVERLAP: f32 = 0.3;

/// Replaces every group of overlapping palms by its mean weighted by score; the score stays that of the best. `palms` come best first.
fn merge_overlapping(mut palms: Vec<Palm>) -> Vec<Palm> {
    let mut merged = Vec::new();
    while let Some(best) = palms.first().copied() {
        let (group, rest): (Vec<Palm>, Vec<Palm>) = palms.iter().partition(|palm| overlap(best.bounds, palm.bounds) > MERGE_OVERLAP);
        if group.is_empty() {
            // A palm without area overlaps nothing, itself included.
            palms.remove(0);
            continue;
        }
        let total: f32 = group.iter().map(|palm| palm.score).sum();
        let mean = |value: &dyn Fn(&Palm) -> f32| group.iter().map(|palm| palm.score * value(palm)).sum::<f32>() / total;
        merged.push(Palm {
            bounds: std::array::from_fn(|i| mean(&|palm| palm.bounds[i])),
            keypoints: std::array::from_fn(|k| std::array::from_fn(|axis| mean(&|palm| palm.keypoints[k][axis]))),
            score: best.score,
        });
        palms = rest;
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_row_major_and_complete() {
        assert_eq!(ANCHORS.len(), PALM_ANCHORS);
        assert_eq!(ANCHORS[1], ANCHORS[0]);
        assert_eq!(ANCHORS[2], [1.5 / 24.0, 0.5 / 24.0]);
        assert_eq!(ANCHORS[1152], [0.5 / 12.0, 0.5 / 12.0]);
    }

    #[test]
    fn two_overlapping_rows_become_one_palm_weighted_by_score() {
        let (mut boxes, mut logits) = (vec![0.0; PALM_ANCHORS * PALM_NUMBERS], vec![-200.0; PALM_ANCHORS]);
        for (row, x, logit) in [(0, 0.0, 2.0), (1, 9.6, 0.0), (1500, 0.0, 5.0)] {
            boxes[row * PALM_NUMBERS..][..4].copy_from_slice(&[x, 0.0, 48.0, 48.0]);
            logits[row] = logit;
        }
        let palms = decode_palms(&boxes, &logits, 0.5);
        assert_eq!(palms.len(), 2);
        assert!(palms[0].score > 0.99 && (palms[1].score - 0.8808).abs() < 1e-4);
        let expected = 0.5 / 24.0 + 0.05 * 0.5 / (0.5 + 0.8808);
        assert!(((palms[1].bounds[0] + palms[1].bounds[2]) / 2.0 - expected).abs() < 1e-4);
    }

    #[test]
    fn numbers_that_are_not_numbers_are_no_palm() {
        let boxes = vec![f32::NAN; PALM_ANCHORS * PALM_NUMBERS];
        assert!(decode_palms(&boxes, &vec![10.0; PALM_ANCHORS], 0.5).is_empty());
    }
}
