//! What a clip looks like besides its notes: camera, light, colours, picture quality. Plain, or drawn from a seed.

use crate::camera::{Camera, CameraSetting};
use crate::keyboard_model::{Finish, KEYBOARD_METERS};
use crate::lens::Optics;
use crate::lighting::Lighting;
use crate::performance::Touchiness;
use crate::picture::Complexion;
use crate::raster::Light;
use nalgebra::{Point3, Vector3};
use piano::keyboard::WHITE_KEY_LENGTH_METERS;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Everything about a clip that the score does not say.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Scene {
    /// The camera.
    pub camera: CameraSetting,
    /// The piano's colours.
    pub finish: Finish,
    /// The light.
    pub lighting: Lighting,
    /// The player's colours.
    pub complexion: Complexion,
    /// How the player strays from the middle of the keys.
    pub touchiness: Touchiness,
    /// Blur, noise and unevenness of the pictures.
    pub optics: Optics,
    /// Constant rate factor for the encoder.
    pub crf: u8,
}

const BLACK_LACQUER: Light = [0.10, 0.095, 0.095];
const WALNUT: Light = [0.33, 0.20, 0.12];
const FELT: Light = [0.42, 0.06, 0.09];
/// Skin from fair to dark, display values.
const SKINS: [Light; 5] = [
    [0.93, 0.76, 0.66],
    [0.86, 0.66, 0.53],
    [0.74, 0.54, 0.41],
    [0.55, 0.38, 0.27],
    [0.39, 0.26, 0.19],
];

impl Scene {
    /// A good view straight from above, in good light.
    pub fn plain(size: [usize; 2]) -> Scene {
        Scene {
            camera: CameraSetting {
                size,
                looks_at_meters: [KEYBOARD_METERS / 2.0, 0.0, -0.02],
                distance_meters: 1.2,
                seen_width_meters: 1.32,
                tilt_rad: 0.06,
                yaw_rad: 0.0,
                // No tripod stands quite level.
                roll_rad: 0.004,
            },
            finish: Finish {
                white: [0.90, 0.89, 0.87],
                black: [0.07, 0.07, 0.075],
                case: BLACK_LACQUER,
                felt: FELT,
                wear: 0.012,
            },
            lighting: Lighting {
                towards_lamp: towards_lamp(2.2, 1.1),
                lamp: [0.54, 0.53, 0.51],
                ambient: [0.47, 0.48, 0.49],
            },
            complexion: Complexion {
                skin: SKINS[1],
                sleeve: None,
            },
            touchiness: Touchiness { aside: 0.03, along: 0.01 },
            optics: Optics {
                blur: 0.05,
                noise: 1.2,
                light_slope: [0.05, -0.03],
            },
            crf: 20,
        }
    }

    /// A view, light, player and quality as they come, all 88 keys in the picture.
    pub fn varied(size: [usize; 2], generator: &mut ChaCha8Rng) -> Scene {
        /// One clip in so many is filmed from the other side of the piano.
        const UPSIDE_DOWN_SHARE: f64 = 0.2;
        const WALNUT_SHARE: f64 = 0.25;
        const SLEEVE_SHARE: f64 = 0.3;
        let mut draw = |range: Range<f64>| generator.random_range(range);
        let mut scene = Scene::plain(size);
        let camera = &mut scene.camera;
        camera.looks_at_meters = [KEYBOARD_METERS / 2.0 + draw(-0.03..0.03), 0.0, draw(-0.13..0.05)];
        camera.distance_meters = draw(0.95..1.6);
        camera.seen_width_meters = draw(1.27..1.50);
        camera.tilt_rad = draw(-0.10..0.28);
        camera.yaw_rad = draw(-0.03..0.03);
        camera.roll_rad = draw(-4.0..4.0_f64).to_radians();
        if draw(0.0..1.0) < UPSIDE_DOWN_SHARE {
            camera.roll_rad += std::f64::consts::PI;
        }
        show_all_keys(camera);
        let warmth = draw(-0.05..0.07) as f32;
        let tinted = |strength: f64| [1.0 + warmth, 1.0, 1.0 - warmth].map(|channel| channel * strength as f32);
        let brightness = draw(0.78..1.06);
        let direct = draw(0.35..0.62);
        scene.lighting = Lighting {
            towards_lamp: towards_lamp(draw(0.0..std::f64::consts::TAU), draw(0.85..1.35)),
            lamp: tinted(brightness * direct),
            ambient: tinted(brightness * (1.0 - direct)),
        };
        let (fair, mix) = (draw(0.0..SKINS.len() as f64 - 1.001), draw(0.9..1.08) as f32);
        let between = fair.fract() as f32;
        let (lighter, darker) = (SKINS[fair as usize], SKINS[fair as usize + 1]);
        scene.complexion.skin = std::array::from_fn(|k| mix * (lighter[k] * (1.0 - between) + darker[k] * between));
        if draw(0.0..1.0) < SLEEVE_SHARE {
            scene.complexion.sleeve = Some([(); 3].map(|()| draw(0.08..0.6) as f32));
        }
        if draw(0.0..1.0) < WALNUT_SHARE {
            scene.finish.case = WALNUT;
        }
        scene.finish.felt = if draw(0.0..1.0) < 0.7 { FELT } else { [0.12, 0.12, 0.13] };
        scene.finish.wear = draw(0.006..0.03);
        scene.touchiness = Touchiness {
            aside: draw(0.02..0.07),
            along: draw(0.005..0.02),
        };
        scene.optics = Optics {
            blur: draw(0.02..0.14),
            noise: draw(0.5..4.0),
            light_slope: [draw(-0.2..0.2), draw(-0.1..0.1)],
        };
        scene.crf = draw(18.0..29.0) as u8;
        scene
    }
}

/// Widens the view until the whole keyboard lies inside the picture.
fn show_all_keys(setting: &mut CameraSetting) {
    const MARGIN: f64 = 0.008;
    const WIDER: f64 = 1.02;
    let shown = |setting: &CameraSetting| {
        let camera = Camera::new(setting);
        let corners = [0.0, KEYBOARD_METERS]
            .into_iter()
            .flat_map(|x| [0.0, -WHITE_KEY_LENGTH_METERS].map(|z| Point3::new(x, 0.0, z)));
        let inside = |value: f64, size: usize| (MARGIN..1.0 - MARGIN).contains(&(value / size as f64));
        corners
            .map(|corner| camera.project(&corner))
            .all(|p| inside(p.x, setting.size[0]) && inside(p.y, setting.size[1]))
    };
    // The keyboard is wider than high, and the camera looks at it: widening always ends.
    while !shown(setting) && setting.seen_width_meters < 10.0 {
        setting.seen_width_meters *= WIDER;
    }
}

/// The direction of a lamp at this angle around the vertical (0: treble side) and this height above the horizon, radians.
fn towards_lamp(around_rad: f64, height_rad: f64) -> [f64; 3] {
    let flat = height_rad.cos();
    Vector3::new(flat * around_rad.cos(), height_rad.sin(), -flat * around_rad.sin())
        .normalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_seed_shows_all_keys_and_the_same_seed_the_same_scene() {
        for seed in 0..200 {
            let scene = |seed| Scene::varied([640, 360], &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(scene(seed), scene(seed));
            assert_ne!(scene(seed), scene(seed + 1));
            let image_from_keyboard = Camera::new(&scene(seed).camera).keyboard_from_image().inverse().unwrap();
            for corner in [[0.0, 0.0], [52.0, 0.0], [52.0, 1.0], [0.0, 1.0]] {
                let [x, y] = image_from_keyboard.apply(corner);
                assert!((0.0..640.0).contains(&x) && (0.0..360.0).contains(&y), "{seed}: {x} {y}");
            }
        }
    }
}
