//! The grey picture that keys are looked for in: small enough to be quick, large enough for parts of a pixel.

use crate::{Homography, Luma};
use std::ops::Range;

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
    /// The columns of that picture it was made from.
    columns: Range<usize>,
}

impl WorkingPicture {
    /// Takes a picture down to working size, without bars at its sides: keys do not end there, the picture does.
    pub fn new(picture: &Luma) -> WorkingPicture {
        WorkingPicture::of_columns(picture, between_bars(picture))
    }

    /// The same part of another picture of the clip, pixel upon pixel.
    pub fn of_next(&self, picture: &Luma) -> WorkingPicture {
        let columns = self.columns.start.min(picture.width)..self.columns.end.min(picture.width);
        WorkingPicture::of_columns(picture, columns)
    }

    fn of_columns(picture: &Luma, columns: Range<usize>) -> WorkingPicture {
        let width = columns.len();
        let part = (width != picture.width).then(|| part_of(picture, &columns));
        let luma = shrunk(part.as_ref().unwrap_or(picture), WORKING_SIDE);
        let scale = [width as f64 / luma.width as f64, picture.height as f64 / luma.height as f64];
        WorkingPicture { luma, scale, columns }
    }

    /// The same part of the picture with other content.
    pub fn with(&self, luma: Luma) -> WorkingPicture {
        WorkingPicture {
            luma,
            scale: self.scale,
            columns: self.columns.clone(),
        }
    }

    /// From pixels of the picture it was made from to its own; pixel centres lie at whole numbers in both.
    pub fn working_from_image(&self) -> Homography {
        let [x, y] = self.scale.map(|scale| 1.0 / scale);
        let left = (0.5 - self.columns.start as f64) * x - 0.5;
        Homography([[x, 0.0, left], [0.0, y, 0.5 * y - 0.5], [0.0, 0.0, 1.0]])
    }

    /// A still smaller picture to search in, slightly blurred, and how many times larger this one is.
    pub fn coarse(&self) -> (Luma, f64) {
        let coarse = blurred_down(&shrunk(&self.luma, COARSE_SIDE));
        let scale = self.luma.width as f64 / coarse.width as f64;
        (coarse, scale)
    }
}

/// Brightness within a bar differs by no more than this, grey levels: compression blurs its border a little.
const BAR_LEVELS: u8 = 6;
/// Bars take no more than this part of the width on each side.
const BAR_WIDTH: f64 = 0.4;

/// The columns between bars of one brightness at the left and right side.
fn between_bars(picture: &Luma) -> Range<usize> {
    let is_bar = |x: usize| {
        let column = || (0..picture.height).map(|y| picture.at(x, y));
        match (column().min(), column().max()) {
            (Some(least), Some(most)) => most - least <= BAR_LEVELS,
            _ => false,
        }
    };
    let reach = (BAR_WIDTH * picture.width as f64) as usize;
    let left = (0..reach).take_while(|x| is_bar(*x)).count();
    let right = (picture.width - reach..picture.width).rev().take_while(|x| is_bar(*x)).count();
    left..picture.width - right
}

fn part_of(picture: &Luma, columns: &Range<usize>) -> Luma {
    let rows = picture.values.chunks(picture.width.max(1));
    Luma {
        width: columns.len(),
        height: picture.height,
        values: rows.flat_map(|row| &row[columns.clone()]).copied().collect(),
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
    fn bars_at_the_sides_are_no_part_of_the_picture() {
        let mut picture = Luma {
            width: 400,
            height: 20,
            values: vec![3; 400 * 20],
        };
        for (i, value) in picture.values.iter_mut().enumerate() {
            if (60..380).contains(&(i % 400)) {
                *value = (i / 400 * 10) as u8;
            }
        }
        let working = WorkingPicture::new(&picture);
        assert_eq!((working.luma.width, working.luma.height), (320, 20));
        assert_eq!(working.working_from_image().apply([70.0, 4.0]), [10.0, 4.0]);
    }

    #[test]
    fn shrinking_keeps_means_and_places() {
        let mut picture = Luma {
            width: 1920,
            height: 30,
            values: vec![40; 1920 * 30],
        };
        // A bright first row, or the sides would be bars.
        picture.values[..1920].fill(200);
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
