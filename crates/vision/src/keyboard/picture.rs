//! The grey picture that keys are looked for in: small enough to be quick, large enough for parts of a pixel.

use crate::{Homography, Luma};

/// Longer side of the picture that positions are measured in. A white key of a full keyboard is then about 24 pixels wide.
const WORKING_SIDE: usize = 1280;
/// Longer side of the picture that is searched.
const COARSE_SIDE: usize = 800;

/// A picture, made smaller if it was larger than needed.
#[derive(Clone, Debug)]
pub(super) struct WorkingPicture {
    pub luma: Luma,
    /// Where its pixels lie in the picture it was made from: sizes there over sizes here.
    scale: [f64; 2],
}

impl WorkingPicture {
    /// Takes a picture down to working size.
    pub fn new(picture: &Luma) -> WorkingPicture {
        let luma = shrunk(picture, WORKING_SIDE);
        let scale = [picture.width as f64 / luma.width as f64, picture.height as f64 / luma.height as f64];
        WorkingPicture { luma, scale }
    }

    /// The same scale with other content.
    pub fn with(&self, luma: Luma) -> WorkingPicture {
        WorkingPicture { luma, scale: self.scale }
    }

    /// From pixels of the picture it was made from to its own; pixel centres lie at whole numbers in both.
    pub fn working_from_image(&self) -> Homography {
        let [x, y] = self.scale.map(|scale| 1.0 / scale);
        Homography([[x, 0.0, 0.5 * x - 0.5], [0.0, y, 0.5 * y - 0.5], [0.0, 0.0, 1.0]])
    }

    /// A still smaller picture to search in, slightly blurred, and how many times larger this one is.
    pub fn coarse(&self) -> (Luma, f64) {
        let coarse = blurred_down(&shrunk(&self.luma, COARSE_SIDE));
        let scale = self.luma.width as f64 / coarse.width as f64;
        (coarse, scale)
    }
}

/// The picture with its longer side at most `side`, each pixel the mean of those it covers.
fn shrunk(picture: &Luma, side: usize) -> Luma {
    let longer = picture.width.max(picture.height);
    if longer <= side {
        return picture.clone();
    }
    let smaller = |size: usize| ((size * side) as f64 / longer as f64).round().max(1.0) as usize;
    let (width, height) = (smaller(picture.width), smaller(picture.height));
    let columns = shares(picture.width, width);
    let rows = shares(picture.height, height);
    let mut sums = vec![0.0f32; width];
    let mut values = Vec::with_capacity(width * height);
    for row in &rows {
        sums.fill(0.0);
        for (y, part) in row {
            let line = &picture.values[y * picture.width..(y + 1) * picture.width];
            for (sum, column) in sums.iter_mut().zip(&columns) {
                *sum += part * column.iter().map(|(x, share)| share * f32::from(line[*x])).sum::<f32>();
            }
        }
        values.extend(sums.iter().map(|sum| sum.round() as u8));
    }
    Luma { width, height, values }
}

/// For each of `to` pixels the pixels out of `from` that it covers, with the parts of it they fill.
fn shares(from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    let step = from as f64 / to as f64;
    (0..to)
        .map(|i| {
            let (start, end) = (i as f64 * step, ((i + 1) as f64 * step).min(from as f64));
            let covered = start as usize..(end.ceil() as usize).min(from);
            covered
                .map(|x| (x, ((end.min(x as f64 + 1.0) - start.max(x as f64)) / step) as f32))
                .collect()
        })
        .collect()
}

/// Each pixel the mean of itself and those above and below: noise and thin lines weigh less, keys stay.
fn blurred_down(picture: &Luma) -> Luma {
    let row = |y: usize| &picture.values[y * picture.width..(y + 1) * picture.width];
    let mut values = Vec::with_capacity(picture.values.len());
    for y in 0..picture.height {
        let (above, at, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(picture.height - 1)));
        let sums = above
            .iter()
            .zip(at)
            .zip(below)
            .map(|((a, b), c)| (u16::from(*a) + u16::from(*b) + u16::from(*c)) / 3);
        values.extend(sums.map(|sum| sum as u8));
    }
    Luma { values, ..*picture }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_keeps_means_and_places() {
        let mut picture = Luma {
            width: 1920,
            height: 30,
            values: vec![40; 1920 * 30],
        };
        for y in 0..30 {
            for x in 900..960 {
                picture.values[y * 1920 + x] = 220;
            }
        }
        let working = WorkingPicture::new(&picture);
        assert_eq!((working.luma.width, working.luma.height), (1280, 20));
        assert_eq!((working.luma.at(10, 5), working.luma.at(620, 5)), (40, 220));
        let [x, y] = working.working_from_image().apply([899.5, 14.5]);
        assert!((x - 599.5).abs() < 1e-9 && (y - 9.5).abs() < 1e-9, "{x} {y}");
    }
}
