//! Network inputs out of pictures: a turned square, or a square tile, as three planes of floats from 0 to 1.
//!
//! Places between pixels are rounded to 32nds and samples to whole brightness levels, as OpenCV does for MediaPipe: the networks'
//! answers then agree to a hundredth of a pixel.

use super::HandRegion;
use crate::Frame;

/// Writes a square tile (`[x, y, side]`, pixels) of `size` x `size` samples into three planes, red first. The picture's border is
/// repeated outwards: in a black surround, as MediaPipe has it, hands cut off by the border are not found.
pub fn crop_tile(frame: &Frame, [x, y, side]: [f32; 3], size: usize, planes: &mut [f32]) {
    let step = side / size as f32;
    let grid = Grid {
        origin: [x, y],
        along: [step, 0.0],
        down: [0.0, step],
    };
    sample(frame, grid, size, planes);
}

/// Writes a hand's region of `size` x `size` samples into three planes, red first; the picture's border is repeated outwards.
pub fn crop_region(frame: &Frame, region: &HandRegion, size: usize, planes: &mut [f32]) {
    let step = region.side / size as f32;
    let (sin, cos) = region.rotation.sin_cos();
    let grid = Grid {
        origin: region.image_from_crop([0.0, 0.0]),
        along: [step * cos, step * sin],
        down: [-step * sin, step * cos],
    };
    sample(frame, grid, size, planes);
}

/// Where samples lie in the picture: `origin + column * along + row * down`.
struct Grid {
    origin: [f32; 2],
    along: [f32; 2],
    down: [f32; 2],
}

/// Bilinear samples. `planes` holds `3 * size * size` numbers.
fn sample(frame: &Frame, grid: Grid, size: usize, planes: &mut [f32]) {
    let (red, rest) = planes.split_at_mut(size * size);
    let (green, blue) = rest.split_at_mut(size * size);
    let inside = is_inside(frame, &grid, size);
    let rows = red
        .chunks_exact_mut(size)
        .zip(green.chunks_exact_mut(size))
        .zip(blue.chunks_exact_mut(size));
    for (row, ((red, green), blue)) in rows.enumerate() {
        let start = [0, 1].map(|axis| grid.origin[axis] + row as f32 * grid.down[axis]);
        let samples = red.iter_mut().zip(green).zip(blue);
        if inside {
            let [mut x, mut y] = start.map(fixed);
            let [step_x, step_y] = grid.along.map(fixed);
            for ((red, green), blue) in samples {
                [*red, *green, *blue] = between(frame, x, y);
                (x, y) = (x + step_x, y + step_y);
            }
        } else {
            for (column, ((red, green), blue)) in samples.enumerate() {
                let [x, y] = [0, 1].map(|axis| start[axis] + column as f32 * grid.along[axis]);
                [*red, *green, *blue] = between_at_border(frame, x, y);
            }
        }
    }
}

/// Places are counted in parts of this many bits to a pixel: stepping along a row is then exact and cheap.
const FIXED_BITS: u32 = 20;
/// And rounded to this many bits between pixels.
const PART_BITS: u32 = 5;
const PART_ONE: i64 = 1 << PART_BITS;

fn fixed(pixels: f32) -> i64 {
    (f64::from(pixels) * (1i64 << FIXED_BITS) as f64).round() as i64
}

/// The pixel before a place, and how far behind it in parts.
#[inline]
fn pixel_and_part(at: i64) -> (i64, i32) {
    let parts = (at + (1 << (FIXED_BITS - PART_BITS - 1))) >> (FIXED_BITS - PART_BITS);
    (parts >> PART_BITS, (parts & (PART_ONE - 1)) as i32)
}

/// Whether every sample has its four neighbours in the picture.
fn is_inside(frame: &Frame, grid: &Grid, size: usize) -> bool {
    let last = (size - 1) as f32;
    [[0.0, 0.0], [last, 0.0], [0.0, last], [last, last]]
        .into_iter()
        .all(|[column, row]| {
            let [x, y] = [0, 1].map(|axis| grid.origin[axis] + column * grid.along[axis] + row * grid.down[axis]);
            // A little slack for sums rounded in another order.
            x >= 0.01 && y >= 0.01 && x <= frame.width as f32 - 1.02 && y <= frame.height as f32 - 1.02
        })
}

/// The colour between four pixels, 0 to 1, at a place in fixed-point pixels.
#[inline]
fn between(frame: &Frame, x: i64, y: i64) -> [f32; 3] {
    let ((column, fx), (row, fy)) = (pixel_and_part(x), pixel_and_part(y));
    let top = 3 * (row as usize * frame.width + column as usize);
    let bottom = top + 3 * frame.width;
    let [top, bottom] = [&frame.rgb[top..top + 6], &frame.rgb[bottom..bottom + 6]];
    std::array::from_fn(|c| mixed([top[c], top[c + 3], bottom[c], bottom[c + 3]], fx, fy))
}

/// Four neighbouring levels mixed by the place between them, rounded to a level, 0 to 1.
#[inline]
fn mixed(corners: [u8; 4], fx: i32, fy: i32) -> f32 {
    const ONE: i32 = PART_ONE as i32;
    let [a, b, c, d] = corners.map(i32::from);
    let sum = (a * (ONE - fx) + b * fx) * (ONE - fy) + (c * (ONE - fx) + d * fx) * fy;
    ((sum + ONE * ONE / 2) >> (2 * PART_BITS)) as f32 * (1.0 / 255.0)
}

/// The same, where neighbours may lie outside: the border is repeated.
fn between_at_border(frame: &Frame, x: f32, y: f32) -> [f32; 3] {
    // Far outside is as good as just outside, and keeps the conversions below in range.
    let (x, y) = (x.clamp(-2.0, frame.width as f32 + 1.0), y.clamp(-2.0, frame.height as f32 + 1.0));
    let ((column, fx), (row, fy)) = (pixel_and_part(fixed(x)), pixel_and_part(fixed(y)));
    let color = |dx: i64, dy: i64| {
        let (x, y) = (column + dx, row + dy);
        let (x_near, y_near) = (x.clamp(0, frame.width as i64 - 1), y.clamp(0, frame.height as i64 - 1));
        frame.pixel(x_near as usize, y_near as usize)
    };
    let (a, b, c, d) = (color(0, 0), color(1, 0), color(0, 1), color(1, 1));
    std::array::from_fn(|i| mixed([a[i], b[i], c[i], d[i]], fx, fy))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red grows to the right, green downwards.
    fn ramp() -> Frame {
        let mut frame = Frame::filled(100, 80, [0, 0, 7]);
        for y in 0..80 {
            for x in 0..100 {
                frame.set(x, y, [2 * x as u8, 3 * y as u8, 7]);
            }
        }
        frame
    }

    fn check(region: HandRegion, at: (usize, usize), expected: [f32; 3]) {
        let mut planes = vec![0.0; 3 * 16];
        crop_region(&ramp(), &region, 4, &mut planes);
        let got: [f32; 3] = std::array::from_fn(|c| planes[16 * c + 4 * at.1 + at.0] * 255.0);
        assert!(
            got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01),
            "{got:?} is not {expected:?}"
        );
    }

    #[test]
    fn crops_follow_place_size_and_turn() {
        let region = HandRegion {
            center: [50.0, 40.0],
            side: 8.0,
            rotation: 0.0,
        };
        check(region, (0, 0), [92.0, 108.0, 7.0]);
        check(region, (3, 1), [104.0, 114.0, 7.0]);
        // Turned clockwise by a quarter, the crop's right is the picture's down.
        check(
            HandRegion {
                rotation: std::f32::consts::FRAC_PI_2,
                ..region
            },
            (0, 0),
            [108.0, 108.0, 7.0],
        );
        check(
            HandRegion {
                rotation: std::f32::consts::FRAC_PI_2,
                ..region
            },
            (1, 0),
            [108.0, 114.0, 7.0],
        );
        // Halfway between pixels.
        check(
            HandRegion {
                center: [50.5, 40.0],
                ..region
            },
            (0, 0),
            [93.0, 108.0, 7.0],
        );
    }

    #[test]
    fn outside_the_picture_its_border_is_repeated() {
        let region = HandRegion {
            center: [0.0, 40.0],
            side: 8.0,
            rotation: 0.0,
        };
        check(region, (0, 0), [0.0, 108.0, 7.0]);
        let far = HandRegion {
            center: [1e9, 40.0],
            ..region
        };
        check(far, (0, 0), [198.0, 108.0, 7.0]);
        let mut planes = vec![1.0; 3 * 16];
        crop_tile(&ramp(), [-8.0, 0.0, 16.0], 4, &mut planes);
        let red: Vec<f32> = planes[..4].iter().map(|value| (value * 255.0).round()).collect();
        assert_eq!(red, [0.0, 0.0, 0.0, 8.0]);
    }
}
