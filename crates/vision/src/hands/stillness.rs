//! Whether anything moved in a part of the picture.
//!
//! Screen recordings and slowed-down videos show many pictures twice, and hands rest on held chords: what was seen in such a
//! part of the last picture is still true, and no network needs to look again.

use crate::Frame;

/// Pixels on a side of the blocks that are compared.
const BLOCK: usize = 8;
/// A block has moved when its bytes differ by more than this on average (of 255). An edge of contrast 60 that moves by half a pixel
/// changes its block by 4; compression noise of a resting picture stays below 2.
const MOVED_MEAN: u32 = 3;

/// Whether no block of a box (left, top, right, bottom; cut at the border) differs between two pictures.
pub fn is_still(before: &Frame, now: &Frame, bounds: [f32; 4]) -> bool {
    if (before.width, before.height) != (now.width, now.height) {
        return false;
    }
    let column = |x: f32| x.clamp(0.0, now.width as f32) as usize;
    let row = |y: f32| y.clamp(0.0, now.height as f32) as usize;
    let (left, top, right, bottom) = (column(bounds[0]), row(bounds[1]), column(bounds[2]), row(bounds[3]));
    (top..bottom).step_by(BLOCK).all(|y| {
        let rows = y..(y + BLOCK).min(bottom);
        (left..right)
            .step_by(BLOCK)
            .all(|x| !has_moved(before, now, x..(x + BLOCK).min(right), rows.clone()))
    })
}

fn has_moved(before: &Frame, now: &Frame, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> bool {
    let bytes = 3 * columns.len() * rows.len();
    let difference: u32 = rows
        .map(|y| {
            let line = 3 * (y * now.width + columns.start)..3 * (y * now.width + columns.end);
            let pairs = before.rgb[line.clone()].iter().zip(&now.rgb[line]);
            pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>()
        })
        .sum();
    difference > MOVED_MEAN * bytes as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happens_inside_the_box_counts() {
        let before = Frame::filled(64, 48, [90, 80, 70]);
        let mut now = before.clone();
        for y in 20..24 {
            for x in 40..44 {
                now.set(x, y, [150, 140, 130]);
            }
        }
        assert!(!is_still(&before, &now, [0.0, 0.0, 64.0, 48.0]));
        assert!(is_still(&before, &now, [0.0, 0.0, 40.0, 48.0]));
        assert!(is_still(&before, &now, [-50.0, 24.0, 900.0, 900.0]));
        assert!(!is_still(&before, &Frame::filled(32, 48, [90, 80, 70]), [0.0, 0.0, 8.0, 8.0]));
    }

    #[test]
    fn weak_noise_is_no_motion() {
        let before = Frame::filled(32, 32, [90, 80, 70]);
        let mut now = before.clone();
        for (i, byte) in now.rgb.iter_mut().enumerate() {
            *byte += (i * 7 % 5) as u8;
        }
        assert!(is_still(&before, &now, [0.0, 0.0, 32.0, 32.0]));
    }
}
