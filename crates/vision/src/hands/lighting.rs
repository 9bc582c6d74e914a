//! Evening out the light before palms are searched. Dark and harshly lit hands are found that the palm network misses
//! otherwise; the landmark network is given the picture as it is.

/// Median brightness the picture is brought to.
const MEDIAN: f32 = 0.45;
/// Bounds of the brightening exponent: beyond, noise becomes texture.
const GAMMA: [f32; 2] = [0.4, 1.5];
/// Contrast is evened out in this many cells a side (OpenCV's CLAHE default).
const CELLS: usize = 8;
/// Histogram bins.
const BINS: usize = 64;
/// A bin holds at most this many times the mean (PianoMime's CLAHE setting).
const CLIP: f32 = 2.0;

/// Evens out a square picture of three planes, 0 to 1: first its brightness by an exponent, then its local contrast by a
/// clipped histogram equalisation (CLAHE; Zuiderveld, Graphics Gems IV, 1994). Hue stays.
pub fn even_out(planes: &mut [f32], size: usize) {
    let area = size * size;
    let (red, rest) = planes.split_at_mut(area);
    let (green, blue) = rest.split_at_mut(area);
    let luma: Vec<f32> = (0..area).map(|i| 0.299 * red[i] + 0.587 * green[i] + 0.114 * blue[i]).collect();
    let gamma = gamma_for(&luma);
    let bright: Vec<f32> = luma.iter().map(|value| value.max(0.0).powf(gamma)).collect();
    let curves = Curves::new(&bright, size);
    for i in 0..area {
        let gain = curves.at(bright[i], i % size, i / size) / luma[i].max(1.0 / 255.0);
        for value in [&mut red[i], &mut green[i], &mut blue[i]] {
            *value = (*value * gain).clamp(0.0, 1.0);
        }
    }
}

/// Black borders of a letterbox do not count.
fn gamma_for(luma: &[f32]) -> f32 {
    let mut lit: Vec<f32> = luma.iter().copied().filter(|value| *value > 0.01).collect();
    if lit.is_empty() {
        return 1.0;
    }
    let middle = lit.len() / 2;
    let (_, median, _) = lit.select_nth_unstable_by(middle, f32::total_cmp);
    (MEDIAN.ln() / median.min(0.99).ln()).clamp(GAMMA[0], GAMMA[1])
}

/// For every cell, the brightness each bin becomes.
struct Curves {
    cells: Vec<[f32; BINS]>,
    size: usize,
}

impl Curves {
    fn new(luma: &[f32], size: usize) -> Curves {
        let mut histograms = vec![[0f32; BINS]; CELLS * CELLS];
        for (i, value) in luma.iter().enumerate() {
            let cell = (i / size * CELLS / size) * CELLS + i % size * CELLS / size;
            histograms[cell][bin(*value)] += 1.0;
        }
        Curves {
            cells: histograms.iter().map(equalised).collect(),
            size,
        }
    }

    /// Between the curves of the four nearest cells.
    fn at(&self, value: f32, x: usize, y: usize) -> f32 {
        let place = |at: usize| {
            let cell = ((at as f32 + 0.5) * CELLS as f32 / self.size as f32 - 0.5).clamp(0.0, (CELLS - 1) as f32);
            (cell as usize, ((cell as usize) + 1).min(CELLS - 1), cell - cell.floor())
        };
        let ((x0, x1, fx), (y0, y1, fy)) = (place(x), place(y));
        let b = bin(value);
        let curve = |x: usize, y: usize| self.cells[y * CELLS + x][b];
        (curve(x0, y0) * (1.0 - fx) + curve(x1, y0) * fx) * (1.0 - fy) + (curve(x0, y1) * (1.0 - fx) + curve(x1, y1) * fx) * fy
    }
}

fn bin(value: f32) -> usize {
    ((value * BINS as f32) as usize).min(BINS - 1)
}

fn equalised(histogram: &[f32; BINS]) -> [f32; BINS] {
    let total: f32 = histogram.iter().sum();
    let limit = CLIP * total / BINS as f32;
    let cut: f32 = histogram.iter().map(|count| (count - limit).max(0.0)).sum();
    let mut below = 0.0;
    histogram.map(|count| {
        let here = count.min(limit) + cut / BINS as f32;
        below += here;
        (below - here / 2.0) / total.max(1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dark_picture_becomes_brighter_and_keeps_its_order() {
        let size = 64;
        let mut planes: Vec<f32> = (0..3 * size * size).map(|i| 0.02 + 0.1 * (i % size) as f32 / size as f32).collect();
        let before = planes.clone();
        even_out(&mut planes, size);
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean(&planes) > 3.0 * mean(&before));
        assert!(planes[size - 1] > planes[size / 2] && planes[size / 2] > planes[0]);
        assert!(planes.iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn a_black_picture_stays_finite() {
        let mut planes = vec![0.0; 3 * 16 * 16];
        even_out(&mut planes, 16);
        assert!(planes.iter().all(|value| value.is_finite()));
    }
}
