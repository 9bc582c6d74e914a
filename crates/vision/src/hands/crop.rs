//! Network inputs out of pictures: a turned square, or a square tile, as three planes of floats from 0 to 1.

use super::HandRegion;
use crate::Frame;

/// Writes a square tile (`[x, y, side]`, pixels) of `size` x `size` samples into three planes, red first; black outside the picture.
pub fn crop_tile(frame: &Frame, [x, y, side]: [f32; 3], size: usize, planes: &mut [f32]) {
    let step = side / size as f32;
    let grid = Grid {
        origin: [x, y],
        along: [step, 0.0],
        down: [0.0, step],
    };
    sample(frame, grid, size, planes, Border::Black);
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
    sample(frame, grid, size, planes, Border::Repeated);
}

/// Where samples lie in the picture: `origin + column * along + row * down`.
struct Grid {
    origin: [f32; 2],
    along: [f32; 2],
    down: [f32; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum Border {
    Black,
    Repeated,
}

/// Bilinear samples. `planes` holds `3 * size * size` numbers.
fn sample(frame: &Frame, grid: Grid, size: usize, planes: &mut [f32], border: Border) {
    let (red, rest) = planes.split_at_mut(size * size);
    let (green, blue) = rest.split_at_mut(size * size);
    let inside = is_inside(frame, &grid, size);
    for row in 0..size {
        let start = [0, 1].map(|axis| grid.origin[axis] + row as f32 * grid.down[axis]);
        let line = row * size..(row + 1) * size;
        let columns = red[line.clone()]
            .iter_mut()
            .zip(&mut green[line.clone()])
            .zip(&mut blue[line])
            .enumerate();
        for (column, ((red, green), blue)) in columns {
            let [x, y] = [0, 1].map(|axis| start[axis] + column as f32 * grid.along[axis]);
            let color = if inside {
                between(frame, x, y)
            } else {
                between_at_border(frame, x, y, border)
            };
            [*red, *green, *blue] = color;
        }
    }
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

/// The colour between four pixels, 0 to 1.
#[inline]
fn between(frame: &Frame, x: f32, y: f32) -> [f32; 3] {
    let (column, row) = (x as usize, y as usize);
    let (fx, fy) = (x - column as f32, y - row as f32);
    let top = 3 * (row * frame.width + column);
    let bottom = top + 3 * frame.width;
    let [top, bottom] = [&frame.rgb[top..top + 6], &frame.rgb[bottom..bottom + 6]];
    let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy].map(|weight| weight / 255.0);
    std::array::from_fn(|c| {
        weights[0] * f32::from(top[c])
            + weights[1] * f32::from(top[c + 3])
            + weights[2] * f32::from(bottom[c])
            + weights[3] * f32::from(bottom[c + 3])
    })
}

fn between_at_border(frame: &Frame, x: f32, y: f32, border: Border) -> [f32; 3] {
    // Far outside is as good as just outside, and keeps the conversions below in range.
    let (x, y) = (x.clamp(-2.0, frame.width as f32 + 1.0), y.clamp(-2.0, frame.height as f32 + 1.0));
    let (column, row) = (x.floor(), y.floor());
    let (fx, fy) = (x - column, y - row);
    let color = |dx: i64, dy: i64| {
        let (x, y) = (column as i64 + dx, row as i64 + dy);
        let (x_near, y_near) = (x.clamp(0, frame.width as i64 - 1), y.clamp(0, frame.height as i64 - 1));
        if border == Border::Black && (x, y) != (x_near, y_near) {
            return [0.0; 3];
        }
        frame.pixel(x_near as usize, y_near as usize).map(|value| f32::from(value) / 255.0)
    };
    let (a, b, c, d) = (color(0, 0), color(1, 0), color(0, 1), color(1, 1));
    std::array::from_fn(|i| (a[i] * (1.0 - fx) + b[i] * fx) * (1.0 - fy) + (c[i] * (1.0 - fx) + d[i] * fx) * fy)
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
    fn outside_the_picture_the_border_is_repeated_or_black() {
        let region = HandRegion {
            center: [0.0, 40.0],
            side: 8.0,
            rotation: 0.0,
        };
        check(region, (0, 0), [0.0, 108.0, 7.0]);
        check(
            HandRegion {
                center: [1e9, 40.0],
                ..region
            },
            (0, 0),
            [198.0, 108.0, 7.0],
        );
        let mut planes = vec![1.0; 3 * 16];
        crop_tile(&ramp(), [-8.0, 0.0, 16.0], 4, &mut planes);
        assert_eq!([planes[0], planes[1], planes[32]], [0.0; 3]);
        assert!((planes[32 + 2] * 255.0 - 7.0).abs() < 1e-3);
    }
}
