//! Keyboards rendered in every pose are found where they are, or not named at all.

use piano::{Pitch, keyboard};
use vision::keyboard::{FoundKeyboard, register_clip, register_picture};
use vision::{Frame, FrameReadError, FrameSource, Homography, Luma, TimedFrame};

/// What is put before the camera, and how.
#[derive(Clone, Copy)]
struct Scene {
    /// Corners in the picture of: bass front, treble front, treble back, bass back.
    corners: [[f64; 2]; 4],
    /// First and last white key of the keyboard, counted from A0.
    white_keys: [i32; 2],
    /// Brightness of the white keys, the black keys, the fallboard, and of everything around.
    levels: [f64; 4],
    /// White-key widths by which the black keys lean outwards at the ends, because they stand higher.
    lean: f64,
    /// Noise, grey levels.
    noise: f64,
    /// Circles that hide keys, x and y on the keyboard and radius in white-key widths: hands.
    blobs: &'static [[f64; 3]],
}

const SIZE: [usize; 2] = [720, 405];
const FULL: Scene = Scene {
    corners: [[30.0, 270.0], [690.0, 262.0], [684.0, 185.0], [38.0, 190.0]],
    white_keys: [0, 51],
    levels: [205.0, 28.0, 18.0, 70.0],
    lean: 0.2,
    noise: 3.0,
    blobs: &[],
};
const HANDS: &[[f64; 3]] = &[[17.0, 0.1, 2.6], [31.0, 0.1, 2.8]];

impl Scene {
    fn image_from_keyboard(&self) -> Homography {
        let [bass_front, treble_front, treble_back, bass_back] = self.corners;
        let places = [[0.0, 0.0], [52.0, 0.0], [52.0, 1.0], [0.0, 1.0]];
        let pairs: Vec<_> = places.into_iter().zip([bass_front, treble_front, treble_back, bass_back]).collect();
        Homography::fit(&pairs).unwrap()
    }

    /// The corners turned about the middle of the picture, and its width mirrored if wanted.
    fn turned(self, degrees: f64, mirrored: bool) -> Scene {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = [SIZE[0] as f64 / 2.0, SIZE[1] as f64 / 2.0];
        let turn = |[x, y]: [f64; 2]| {
            let (dx, dy) = (x - middle[0], y - middle[1]);
            let [x, y] = [middle[0] + cos * dx - sin * dy, middle[1] + sin * dx + cos * dy];
            [if mirrored { SIZE[0] as f64 - x } else { x }, y]
        };
        Scene {
            corners: self.corners.map(turn),
            ..self
        }
    }

    fn scaled(self, factor: f64) -> Scene {
        let middle = [SIZE[0] as f64 / 2.0, SIZE[1] as f64 / 2.0];
        Scene {
            corners: self
                .corners
                .map(|corner| std::array::from_fn(|i| middle[i] + factor * (corner[i] - middle[i]))),
            ..self
        }
    }

    fn render(&self) -> Luma {
        let keyboard_from_image = self.image_from_keyboard().inverse().unwrap();
        let mut random = 0x9e37_79b9_7f4a_7c15u64;
        let mut noise = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((random >> 33) as f64 / f64::from(1u32 << 31) - 0.5) * 3.4
        };
        let mut values = Vec::with_capacity(SIZE[0] * SIZE[1]);
        for row in 0..SIZE[1] {
            for column in 0..SIZE[0] {
                let offsets = [-0.33, 0.0, 0.33];
                let samples = offsets.iter().flat_map(|dy| offsets.iter().map(move |dx| (dx, dy)));
                let light = samples.map(|(dx, dy)| self.brightness(keyboard_from_image.apply([column as f64 + dx, row as f64 + dy])));
                values.push((light.sum::<f64>() / 9.0 + self.noise * noise()).round().clamp(0.0, 255.0) as u8);
            }
        }
        Luma {
            width: SIZE[0],
            height: SIZE[1],
            values,
        }
    }

    fn brightness(&self, [x, y]: [f64; 2]) -> f64 {
        let [white, black, fallboard, around] = self.levels;
        // Light falls off towards the treble; around the keyboard the room is a little uneven.
        let light = 1.0 - if self.noise > 0.0 { 0.2 * (x / 52.0).clamp(0.0, 1.0) } else { 0.0 };
        let hidden = |blob: &&[f64; 3]| (x - blob[0]).hypot(6.4 * (y - blob[1])) < blob[2];
        if self.blobs.iter().any(|blob| hidden(&blob)) {
            return 150.0;
        }
        let [first, last] = self.white_keys.map(f64::from);
        if !(first..last + 1.0).contains(&x) || !(0.0..1.5).contains(&y) {
            return around
                + if self.noise > 0.0 {
                    12.0 * (x * 0.7).sin() * (y * 3.0).cos()
                } else {
                    0.0
                };
        }
        let on_black = 26.0 + (x - 26.0) / (1.0 + self.lean / 26.0);
        if y >= 1.0 {
            return fallboard;
        }
        if y >= keyboard::BLACK_KEY_FRONT_Y && is_on_black_key(on_black, first, last) {
            return black;
        }
        light * if (x - x.round()).abs() < 0.035 { 0.45 * white } else { white }
    }
}

/// Whether x lies on a black key of a keyboard with these first and last white keys.
fn is_on_black_key(x: f64, first: f64, last: f64) -> bool {
    let octave = 7.0 * ((x - 2.0) / 7.0).floor() + 2.0;
    let centers = keyboard::BLACK_CENTERS_IN_OCTAVE.map(|(_, center)| octave + center);
    let half = keyboard::BLACK_KEY_WIDTH / 2.0;
    let on = |center: &f64| (x - center).abs() < half && center - half > first && center + half < last + 1.0;
    centers.iter().any(on)
}

/// Mean distance along the keyboard between where keys are and where they were found, white-key widths.
fn error(scene: &Scene, found: &FoundKeyboard) -> f64 {
    let image = scene.image_from_keyboard();
    let points: Vec<[f64; 2]> = (0..=52)
        .step_by(4)
        .flat_map(|x| [[f64::from(x), 0.0], [f64::from(x), 1.0]])
        .collect();
    let inside = |pixel: &[f64; 2]| pixel.iter().zip(SIZE).all(|(value, size)| (0.0..size as f64).contains(value));
    let offs: Vec<f64> = points
        .iter()
        .map(|place| (place[0], image.apply(*place)))
        .filter(|(_, pixel)| inside(pixel))
        .map(|(x, pixel)| (found.best().keyboard_from_image.apply(pixel)[0] - x).abs())
        .collect();
    offs.iter().sum::<f64>() / offs.len() as f64
}

fn check_found(what: &str, scene: Scene) -> FoundKeyboard {
    let found = register_picture(&scene.render()).unwrap_or_else(|| panic!("{what}: nothing found"));
    let off = error(&scene, &found);
    assert!(found.confidence() > 0.95, "{what}: confidence {}", found.confidence());
    assert!(off < 0.08, "{what}: {off} white keys off");
    found
}

/// Keys too narrow for their gaps to be seen: found and named all the same, but with the lean of the black keys in the map.
fn check_found_small(what: &str, scene: Scene) {
    let found = register_picture(&scene.render()).unwrap_or_else(|| panic!("{what}: nothing found"));
    let off = error(&scene, &found);
    assert!(found.confidence() > 0.5, "{what}: confidence {}", found.confidence());
    assert!(off < 0.25, "{what}: {off} white keys off");
}

#[test]
fn all_88_keys_are_found_and_named_in_every_pose() {
    let found = check_found("upright", FULL);
    assert_eq!(
        (found.best().lowest_pitch, found.best().highest_pitch),
        (Pitch::LOWEST, Pitch::HIGHEST)
    );
    assert!(!found.best().mirrored && !found.looks_drawn());
    check_found("with hands", Scene { blobs: HANDS, ..FULL });
    check_found("turned by 180 degrees", Scene { blobs: HANDS, ..FULL }.turned(180.0, false));
    check_found("tilted left", FULL.scaled(0.92).turned(-17.0, false));
    check_found("tilted right, from the other side", FULL.scaled(0.92).turned(193.0, false));
    check_found_small("on its side", FULL.scaled(0.58).turned(90.0, false));
    let strong = [[20.0, 300.0], [700.0, 240.0], [640.0, 160.0], [60.0, 190.0]];
    check_found("perspective", Scene { corners: strong, ..FULL });
    let dim = [62.0, 14.0, 10.0, 24.0];
    check_found(
        "dim",
        Scene {
            levels: dim,
            noise: 2.0,
            ..FULL
        },
    );
    check_found("leaning keys", Scene { lean: 0.4, ..FULL });
    check_found("small", FULL.scaled(0.75));
    check_found_small("very small", FULL.scaled(0.5));
    let bright_table = [225.0, 30.0, 40.0, 200.0];
    check_found(
        "on a bright table",
        Scene {
            levels: bright_table,
            ..FULL
        },
    );
}

#[test]
fn a_mirrored_video_is_told_by_the_ends_of_the_keyboard() {
    assert!(check_found("mirrored", FULL.turned(0.0, true)).best().mirrored);
    assert!(check_found("mirrored, other side", FULL.turned(180.0, true)).best().mirrored);
}

#[test]
fn where_the_frame_cuts_two_keys_off_only_one_octave_fits() {
    check_found("two keys cut", FULL.scaled(1.13));
}

#[test]
fn where_many_octaves_fit_all_are_offered_and_none_is_sure() {
    let scene = FULL.scaled(2.6);
    let found = register_picture(&scene.render()).unwrap();
    assert!(found.placement > 0.9 && found.best().probability < 0.5);
    let image = scene.image_from_keyboard();
    let right =
        |reading: &&vision::keyboard::KeyboardReading| (reading.keyboard_from_image.apply(image.apply([26.0, 0.2]))[0] - 26.0).abs() < 0.1;
    let reading = found.readings.iter().find(right).expect("the right reading is among those offered");
    let [x, _] = found.best().keyboard_from_image.apply(image.apply([26.0, 0.2]));
    assert!((reading.sign * x + reading.shift - 26.0).abs() < 0.1);
}

#[test]
fn a_keyboard_of_61_keys_is_not_taken_for_88() {
    let scene = Scene {
        white_keys: [9, 44],
        ..FULL
    };
    let found = register_picture(&scene.render()).unwrap();
    let [x, _] = found
        .best()
        .keyboard_from_image
        .apply(scene.image_from_keyboard().apply([26.0, 0.2]));
    assert!((x - 26.0).abs() < 0.1 || found.best().probability < 0.9, "{x}");
}

#[test]
fn what_is_no_keyboard_is_not_placed() {
    let picture = |brightness: &dyn Fn(usize, usize) -> u8| Luma {
        width: 480,
        height: 270,
        values: (0..480 * 270).map(|i| brightness(i % 480, i / 480)).collect(),
    };
    let check = |what: &str, picture: Luma| {
        let placement = register_picture(&picture).map_or(0.0, |found| found.placement);
        assert!(placement < 0.4, "{what}: {placement}");
    };
    check("grey", picture(&|_, _| 120));
    check(
        "a picket fence",
        picture(&|x, y| if x % 24 < 10 && (60..200).contains(&y) { 20 } else { 210 }),
    );
    check("a chessboard", picture(&|x, y| if (x / 20 + y / 20) % 2 == 0 { 20 } else { 210 }));
    check("colour bars", picture(&|x, _| (x / 69 * 36) as u8));
    check("texture", picture(&|x, y| ((x * 7919 + y * 104_729) % 251) as u8));
    check(
        "one pixel",
        Luma {
            width: 1,
            height: 1,
            values: vec![7],
        },
    );
    check(
        "a thin picture",
        Luma {
            width: 2000,
            height: 1,
            values: vec![7; 2000],
        },
    );
}

#[test]
fn a_drawn_keyboard_is_known_for_one() {
    let drawn = Scene {
        corners: [[0.0, 300.0], [720.0, 300.0], [720.0, 200.0], [0.0, 200.0]],
        levels: [255.0, 0.0, 40.0, 40.0],
        lean: 0.0,
        noise: 0.0,
        ..FULL
    };
    assert!(register_picture(&drawn.render()).unwrap().looks_drawn());
}

/// Shows pictures a quarter of a second apart.
struct Film {
    pictures: Vec<Luma>,
    shown: usize,
}

impl FrameSource for Film {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        let Some(luma) = self.pictures.get(self.shown) else {
            return Ok(None);
        };
        let rgb = luma.values.iter().flat_map(|value| [*value; 3]).collect();
        self.shown += 1;
        let (width, height) = (luma.width, luma.height);
        Ok(Some(TimedFrame {
            secs: 0.25 * self.shown as f64,
            frame: Frame { width, height, rgb },
        }))
    }
}

#[test]
fn a_clip_is_cut_where_the_camera_moves_and_hands_do_not_matter() {
    let pushed = |by: f64| Scene {
        corners: FULL.corners.map(|[x, y]| [x + by, y]),
        ..FULL
    };
    let hands: [&'static [[f64; 3]]; 4] = [
        HANDS,
        &[[10.0, 0.1, 2.5], [40.0, 0.2, 2.5]],
        &[[20.0, 0.2, 2.5]],
        &[[25.0, 0.1, 3.0], [33.0, 0.0, 2.0]],
    ];
    let playing = |scene: Scene| hands.map(|blobs| Scene { blobs, ..scene }.render());
    let card = vec![Frame::filled(SIZE[0], SIZE[1], [20, 30, 90]).luma(); 4];
    let pictures = [
        card.clone(),
        playing(FULL).into(),
        card,
        playing(pushed(8.0)).into(),
        playing(FULL.turned(6.0, false).scaled(0.9)).into(),
    ]
    .concat();
    let duration_secs = 0.25 * (pictures.len() + 1) as f64;
    let registration = register_clip(&mut Film { pictures, shown: 0 }, duration_secs, &mut |_| true).unwrap();
    let sections = &registration.sections;
    assert_eq!(sections.len(), 3, "{sections:#?}");
    let expected = [
        (FULL, 1.125, 2.125),
        (pushed(8.0), 3.125, 4.125),
        (FULL.turned(6.0, false).scaled(0.9), 4.125, 5.25),
    ];
    for (section, (scene, start_secs, end_secs)) in sections.iter().zip(expected) {
        assert!(error(&scene, &section.keyboard) < 0.08);
        assert!(
            (section.start_secs - start_secs).abs() < 0.3 && (section.end_secs - end_secs).abs() < 0.3,
            "{section:?}"
        );
    }
}

#[test]
fn a_clip_stops_when_asked() {
    let mut film = Film {
        pictures: vec![FULL.render()],
        shown: 0,
    };
    assert!(register_clip(&mut film, 1.0, &mut |_| false).is_err());
}
