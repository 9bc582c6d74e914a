//! Searching a picture for hands, and how often that is worth it.

use crate::seams::{HandEstimator, ModelError};
use vision::Frame;
use vision::hands::HandObservation;
use vision::hands::plausible::{KeyboardBand, of_similar_size};
use vision::hands::tiles::tiles_over;

/// Sides of the tiles where no keyboard is known, in parts of the picture's shorter side. Stills of piano channels: 0.91 of the
/// hands are found with the first, 0.93 with both.
const TILE_PARTS: [f32; 2] = [1.0, 0.6];
/// A player has two hands: with so many found, smaller tiles are not searched.
const HANDS_WANTED: usize = 2;

/// Hands in one picture of which nothing is known but perhaps where the keys are, surest first. `known` hands are in view already:
/// the size of the others is known then, and smaller tiles are not worth their time.
pub fn search(
    estimator: &mut dyn HandEstimator,
    picture: &Frame,
    band: Option<&KeyboardBand>,
    known: usize,
) -> Result<Vec<HandObservation>, ModelError> {
    if let Some(band) = band {
        let tiles = tiles_over(inside(picture, band.reach()), band.tile_side());
        let hands = detect(estimator, picture, &tiles)?;
        return Ok(hands.into_iter().filter(|hand| band.can_hold(hand)).collect());
    }
    let (width, height) = (picture.width as f32, picture.height as f32);
    let mut hands = Vec::new();
    for part in TILE_PARTS {
        let tiles = tiles_over([0.0, 0.0, width, height], part * width.min(height));
        hands = of_similar_size(detect(estimator, picture, &tiles)?);
        if known > 0 || hands.len() >= HANDS_WANTED {
            break;
        }
    }
    Ok(hands)
}

fn detect(estimator: &mut dyn HandEstimator, picture: &Frame, tiles: &[[f32; 3]]) -> Result<Vec<HandObservation>, ModelError> {
    Ok(estimator.detect(&[picture], tiles)?.pop().unwrap_or_default())
}

/// A box cut at the picture's border.
fn inside(picture: &Frame, [left, top, right, bottom]: [f32; 4]) -> [f32; 4] {
    let (width, height) = (picture.width as f32, picture.height as f32);
    [
        left.clamp(0.0, width),
        top.clamp(0.0, height),
        right.clamp(0.0, width),
        bottom.clamp(0.0, height),
    ]
}

/// Says when a missing hand is searched for again: at once when it is lost, then less and less often.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    next_secs: f64,
    wait_secs: f64,
}

/// After the first search in vain.
const WAIT_SECS_FIRST: f64 = 0.1;
/// A hand that comes back is found this late at most, and then followed backwards to where it came in.
const WAIT_SECS_MAX: f64 = 2.0;

impl BackOff {
    /// Search at once.
    pub fn now() -> BackOff {
        BackOff {
            next_secs: f64::NEG_INFINITY,
            wait_secs: WAIT_SECS_FIRST,
        }
    }

    /// Whether to search at this moment.
    pub fn is_due(&self, secs: f64) -> bool {
        secs >= self.next_secs
    }

    /// A search at this moment found nothing new. Never waits longer than `limit_secs`, as far back as pictures are kept.
    pub fn in_vain(&mut self, secs: f64, limit_secs: f64) {
        self.next_secs = secs + self.wait_secs.min(limit_secs);
        self.wait_secs = (2.0 * self.wait_secs).min(WAIT_SECS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_in_vain_become_rare() {
        let mut back_off = BackOff::now();
        let mut searched = Vec::new();
        for tenth in 0..60 {
            let secs = f64::from(tenth) / 10.0;
            if back_off.is_due(secs + 1e-9) {
                searched.push(tenth);
                back_off.in_vain(secs, 1.5);
            }
        }
        assert_eq!(searched, [0, 1, 3, 7, 15, 30, 45]);
    }
}
