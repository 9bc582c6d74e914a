//! The piano as the camera sees it: 88 keys that go down, and what is around them.

use crate::lighting::Lighting;
use crate::raster::Light;
use nalgebra::{Point3, Vector3};
use piano::Pitch;
use piano::keyboard::{
    BLACK_KEY_LENGTH_METERS, BLACK_KEY_WIDTH_METERS, WHITE_KEY_LENGTH_METERS, WHITE_KEY_WIDTH_METERS, WHITE_KEYS, center_x,
};

/// How far a key's front goes down, meters (grand actions: about 10 mm).
pub const KEY_DIP_METERS: f64 = 0.010;
/// How far black keys stand above the white ones, meters (usual: 12 mm).
pub const BLACK_KEY_RISE_METERS: f64 = 0.012;
/// Keys turn about a rail hidden behind the fallboard, this far from their front edge.
const PIVOT_METERS: f64 = 0.24;
/// Between two white keys, meters.
const GAP_METERS: f64 = 0.001;
/// How far down the sides of a key are modelled.
const KEY_HEIGHT_METERS: f64 = 0.020;
/// Black keys narrow upwards to this width, meters.
const BLACK_TOP_WIDTH_METERS: f64 = 0.0100;
/// Length of the slope at a black key's front.
const BLACK_SLOPE_METERS: f64 = 0.006;

/// Length of the keyboard, meters.
pub const KEYBOARD_METERS: f64 = WHITE_KEYS as f64 * WHITE_KEY_WIDTH_METERS;

/// A flat piece with the light at each corner.
#[derive(Clone, Copy, Debug)]
pub struct Quad {
    /// Around its edge.
    pub corners: [Point3<f64>; 4],
    /// Light of each corner.
    pub lights: [Light; 4],
}

/// Colours of the piano, display values 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Finish {
    /// Tops of the white keys.
    pub white: Light,
    /// Black keys.
    pub black: Light,
    /// Fallboard, cheeks and the rail in front.
    pub case: Light,
    /// The strip of felt where the keys disappear.
    pub felt: Light,
    /// How far keys differ from one another, of their brightness: no two are equally yellow or polished.
    pub wear: f64,
}

/// A key's middle in the keyboard's axes, meters: on its top, at y of `piano::keyboard`, when it is down this far (0 to 1).
pub fn on_key(pitch: Pitch, y: f64, down: f64) -> Point3<f64> {
    let top = if pitch.is_black() { BLACK_KEY_RISE_METERS } else { 0.0 };
    let z = -y * WHITE_KEY_LENGTH_METERS;
    Point3::new(center_x(pitch) * WHITE_KEY_WIDTH_METERS, top - sunk(down, z), z)
}

fn sunk(down: f64, z: f64) -> f64 {
    down * KEY_DIP_METERS * (1.0 + z / PIVOT_METERS)
}

/// The pieces of a key that is down this far (0 to 1).
pub fn key(pitch: Pitch, down: f64, finish: &Finish, lighting: &Lighting) -> Vec<Quad> {
    let x = center_x(pitch) * WHITE_KEY_WIDTH_METERS;
    let finish = worn(pitch, finish);
    if pitch.is_black() {
        black_key(x, down, &finish, lighting)
    } else {
        white_key(x, down, &finish, lighting)
    }
}

/// The finish of one key: brightness spread evenly over -wear to wear, without pattern (multiples of the golden ratio).
fn worn(pitch: Pitch, finish: &Finish) -> Finish {
    const GOLDEN_RATIO: f64 = 1.618_033_988_749_895;
    let place = (f64::from(pitch.midi()) * GOLDEN_RATIO).fract();
    let factor = (1.0 + finish.wear * (2.0 * place - 1.0)) as f32;
    Finish {
        white: finish.white.map(|channel| factor * channel),
        black: finish.black.map(|channel| factor * channel),
        ..*finish
    }
}

fn white_key(x: f64, down: f64, finish: &Finish, lighting: &Lighting) -> Vec<Quad> {
    /// The fallboard takes light from the far ends of the keys, and a lowered key lies in its neighbours' shade.
    const FAR_END: f32 = 0.82;
    const LOWERED: f32 = 0.10;
    let (left, right) = (
        x - (WHITE_KEY_WIDTH_METERS - GAP_METERS) / 2.0,
        x + (WHITE_KEY_WIDTH_METERS - GAP_METERS) / 2.0,
    );
    let (front, back) = (0.0, -WHITE_KEY_LENGTH_METERS - 0.004);
    let top = |x: f64, z: f64| Point3::new(x, -sunk(down, z), z);
    let under = |x: f64, z: f64| Point3::new(x, -sunk(down, z) - KEY_HEIGHT_METERS, z);
    let shade = 1.0 - LOWERED * down as f32;
    let mut flat = quad(
        [top(left, front), top(right, front), top(right, back), top(left, back)],
        Vector3::y(),
        finish.white,
        lighting,
    );
    flat.lights = [shade, shade, shade * FAR_END, shade * FAR_END].map(|factor| flat.lights[0].map(|channel| channel * factor));
    let side = finish.white.map(|channel| 0.8 * channel);
    vec![
        flat,
        quad(
            [top(left, front), top(right, front), under(right, front), under(left, front)],
            Vector3::z(),
            side,
            lighting,
        ),
        quad(
            [top(left, front), top(left, back), under(left, back), under(left, front)],
            -Vector3::x(),
            side,
            lighting,
        ),
        quad(
            [top(right, front), top(right, back), under(right, back), under(right, front)],
            Vector3::x(),
            side,
            lighting,
        ),
    ]
}

fn black_key(x: f64, down: f64, finish: &Finish, lighting: &Lighting) -> Vec<Quad> {
    let (base, crown) = (BLACK_KEY_WIDTH_METERS / 2.0, BLACK_TOP_WIDTH_METERS / 2.0);
    let front = BLACK_KEY_LENGTH_METERS - WHITE_KEY_LENGTH_METERS;
    let (slope, back) = (front - BLACK_SLOPE_METERS, -WHITE_KEY_LENGTH_METERS - 0.004);
    let top = |dx: f64, z: f64| Point3::new(x + dx, BLACK_KEY_RISE_METERS - sunk(down, z), z);
    let foot = |dx: f64, z: f64| Point3::new(x + dx, -KEY_DIP_METERS - sunk(down, z), z);
    let slant = |sideways: f64| Vector3::new(sideways, 0.25, 0.0).normalize();
    let lighter = finish.black.map(|channel| channel + 0.05);
    vec![
        quad(
            [top(-crown, slope), top(crown, slope), top(crown, back), top(-crown, back)],
            Vector3::y(),
            lighter,
            lighting,
        ),
        quad(
            [foot(-base, front), foot(base, front), top(crown, slope), top(-crown, slope)],
            Vector3::new(0.0, 0.5, 0.87),
            lighter,
            lighting,
        ),
        quad(
            [foot(-base, front), top(-crown, slope), top(-crown, back), foot(-base, back)],
            slant(-1.0),
            finish.black,
            lighting,
        ),
        quad(
            [foot(base, front), top(crown, slope), top(crown, back), foot(base, back)],
            slant(1.0),
            finish.black,
            lighting,
        ),
    ]
}

/// What does not move: the bed below the keys, the fallboard with its felt, the rail in front, the cheeks at both ends.
pub fn scenery(finish: &Finish, lighting: &Lighting) -> Vec<Quad> {
    /// Far beyond what any camera of ours sees.
    const FAR: f64 = 1.5;
    const BED: f64 = -0.022;
    const RAIL: f64 = -0.012;
    const CHEEK: f64 = 0.004;
    let (end, far_end) = (KEYBOARD_METERS, -WHITE_KEY_LENGTH_METERS);
    let flat = |x: [f64; 2], z: [f64; 2], y: f64, color: Light| {
        let corners = [(x[0], z[0]), (x[1], z[0]), (x[1], z[1]), (x[0], z[1])].map(|(x, z)| Point3::new(x, y, z));
        quad(corners, Vector3::y(), color, lighting)
    };
    let board_foot = [
        Point3::new(-FAR, 0.008, far_end - 0.004),
        Point3::new(end + FAR, 0.008, far_end - 0.004),
    ];
    let board_top = [
        Point3::new(end + FAR, 0.10, far_end - 0.05),
        Point3::new(-FAR, 0.10, far_end - 0.05),
    ];
    let (dim, floor) = (finish.case.map(|c| 0.5 * c), finish.case.map(|c| 0.6 * c + 0.05));
    vec![
        flat([-0.02, end + 0.02], [0.0, far_end - 0.01], BED, [0.04, 0.03, 0.03]),
        flat([-FAR, end + FAR], [FAR, 0.05], RAIL - 0.1, floor),
        flat([-FAR, end + FAR], [0.05, 0.003], RAIL, finish.case),
        flat([-FAR, -0.002], [0.003, far_end - 0.01], CHEEK, finish.case),
        flat([end + 0.002, end + FAR], [0.003, far_end - 0.01], CHEEK, finish.case),
        flat([0.0, end], [far_end, far_end - 0.005], 0.008, finish.felt),
        quad(
            [board_foot[0], board_foot[1], board_top[0], board_top[1]],
            Vector3::new(0.0, 0.48, 0.88),
            dim,
            lighting,
        ),
        flat([-FAR, end + FAR], [far_end - 0.05, -FAR], 0.10, finish.case),
    ]
}

/// The shadow a black key at rest throws on the white keys.
pub fn black_key_shadow(pitch: Pitch, lighting: &Lighting) -> [Point3<f64>; 4] {
    let x = center_x(pitch) * WHITE_KEY_WIDTH_METERS;
    let (half, front) = (BLACK_KEY_WIDTH_METERS / 2.0, BLACK_KEY_LENGTH_METERS - WHITE_KEY_LENGTH_METERS);
    let crown = Point3::new(x, BLACK_KEY_RISE_METERS, front - BLACK_SLOPE_METERS);
    let thrown = lighting.shadow_on_keys(&crown) - crown;
    // The lamp stands on one side: the shadow reaches from the far side of the key's foot to where its edge is thrown.
    let (left, right) = (x - half + thrown.x.min(0.0), x + half + thrown.x.max(0.0));
    let nearest = front + thrown.z.max(0.0);
    [
        (left, nearest),
        (right, nearest),
        (right, -WHITE_KEY_LENGTH_METERS),
        (left, -WHITE_KEY_LENGTH_METERS),
    ]
    .map(|(x, z)| Point3::new(x, 0.0, z))
}

fn quad(corners: [Point3<f64>; 4], normal: Vector3<f64>, color: Light, lighting: &Lighting) -> Quad {
    Quad {
        corners,
        lights: [lighting.on(color, &normal); 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_down_most_at_its_front() {
        let c4 = Pitch::new(60).unwrap();
        assert_eq!(on_key(c4, 0.0, 1.0).y, -KEY_DIP_METERS);
        assert!(on_key(c4, 1.0, 1.0).y > -0.5 * KEY_DIP_METERS);
        let c_sharp = Pitch::new(61).unwrap();
        assert_eq!(on_key(c_sharp, 0.5, 0.0).y, BLACK_KEY_RISE_METERS);
    }
}
