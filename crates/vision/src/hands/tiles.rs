//! Square tiles to search for hands besides the whole picture: small hands are lost when the picture is shrunk.

/// Neighbouring tiles share half their side, so that every hand up to that size lies whole in one.
const STEP: f32 = 0.5;
/// More tiles than this in one direction are never useful; bounds the work for odd shapes.
const TILES_MAX: usize = 8;

/// The part of a picture in which hands may be: left, top, right, bottom, pixels.
pub type Band = [f32; 4];

/// Tiles `[x, y, side]` that cover a band, each inside it where it is large enough.
pub fn tiles_over(band: Band, side: f32) -> Vec<[f32; 3]> {
    if !(side >= 1.0 && band.iter().all(|n| n.is_finite())) {
        return Vec::new();
    }
    let columns = starts(band[0], band[2], side);
    let rows = starts(band[1], band[3], side);
    rows.iter().flat_map(|y| columns.iter().map(move |x| [*x, *y, side])).collect()
}

/// Where tiles start along one axis: evenly spaced from end to end; a single one is centred.
fn starts(from: f32, to: f32, side: f32) -> Vec<f32> {
    let room = to - from - side;
    if room <= 0.0 {
        return vec![from + room / 2.0];
    }
    let steps = ((room / (STEP * side)).ceil() as usize).clamp(1, TILES_MAX - 1);
    (0..=steps).map(|i| from + room * i as f32 / steps as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_a_wide_band_from_end_to_end() {
        let tiles = tiles_over([0.0, 0.0, 1280.0, 720.0], 720.0);
        assert_eq!(tiles, [[0.0, 0.0, 720.0], [280.0, 0.0, 720.0], [560.0, 0.0, 720.0]]);
    }

    #[test]
    fn a_band_smaller_than_a_tile_has_one_around_it() {
        assert_eq!(tiles_over([100.0, 0.0, 200.0, 100.0], 300.0), [[0.0, -100.0, 300.0]]);
        assert!(tiles_over([0.0, 0.0, f32::NAN, 1.0], 10.0).is_empty());
    }
}
