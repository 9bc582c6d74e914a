//! The piano, generated from its measures. They are RoboPianist's (`piano_constants.py`), which took them from Kawai's
//! regulation manual for upright pianos. x points from the keyboard to the player, y from bass to treble, z up.

use super::Fidelity;
use super::xml::{Element, list};
use piano::Pitch;
use piano::keyboard::{WHITE_KEYS, white_index};

/// What all keys of one colour share. Lengths in meters.
struct KeyKind {
    color: &'static str,
    length: f64,
    width: f64,
    height: f64,
    /// x and z of the centre while the key is up.
    center_x: f64,
    center_z: f64,
    /// How far the front goes down.
    travel: f64,
    mass_kg: f64,
}

const WHITE: KeyKind = KeyKind {
    color: "white",
    length: 0.15,
    width: 0.0225,
    height: 0.0225,
    center_x: 0.0,
    center_z: 0.0225 / 2.0,
    travel: 0.01,
    mass_kg: 0.04,
};

const BLACK: KeyKind = KeyKind {
    color: "black",
    length: 0.09,
    width: 0.01,
    height: 0.018,
    // Black keys end where white ones end, and their tops stand 12.5 mm above them.
    center_x: -WHITE.length / 2.0 + 0.09 / 2.0,
    center_z: WHITE.height + 0.0125 - 0.018 / 2.0,
    travel: 0.008,
    mass_kg: 0.02,
};

fn kind(pitch: Pitch) -> &'static KeyKind {
    if pitch.is_black() { &BLACK } else { &WHITE }
}

const WHITE_KEY_GAP_METERS: f64 = 0.001;
const BASE_LENGTH_METERS: f64 = 0.1;
const BASE_HEIGHT_METERS: f64 = 0.04;
/// The base stands this far behind the keys.
const BASE_GAP_METERS: f64 = 0.002;
/// N m/rad.
const KEY_STIFFNESS: f64 = 2.0;
/// The spring pulls towards here, so that a key at rest is pressed against its stop.
const KEY_SPRING_REFERENCE_DEGREES: f64 = -1.0;
/// N m s/rad.
const KEY_DAMPING: f64 = 0.05;
/// kg m².
const KEY_ARMATURE: f64 = 0.001;

/// The keyboard from end to end, meters.
pub const KEYBOARD_LENGTH_METERS: f64 = WHITE_KEYS as f64 * WHITE.width + (WHITE_KEYS - 1) as f64 * WHITE_KEY_GAP_METERS;

/// The angle of a key that is all the way down, radians.
pub fn key_angle_max(pitch: Pitch) -> f64 {
    (kind(pitch).travel / kind(pitch).length).atan()
}

/// Where a key's centre lies while it is up, meters.
pub fn key_center(pitch: Pitch) -> [f64; 3] {
    // Written as RoboPianist writes them: other roundings would move keys by the last bit.
    let step = WHITE.width + WHITE_KEY_GAP_METERS;
    let y = match pitch.midi() % 12 {
        _ if !pitch.is_black() => -KEYBOARD_LENGTH_METERS * 0.5 + WHITE.width * 0.5 + white_index(pitch) as f64 * step,
        _ if white_index(pitch) == 0 => WHITE.width + 0.5 * (-KEYBOARD_LENGTH_METERS + WHITE_KEY_GAP_METERS), // A#0 stands alone.
        class => {
            // Black keys come in twos above C and threes above F; this is the n-th of its group.
            let n = match class {
                1 | 6 => 0,
                3 | 8 => 1,
                _ => 2,
            };
            let group = white_index(pitch) - n;
            -KEYBOARD_LENGTH_METERS * 0.5 + (n + 1) as f64 * step + group as f64 * step
        }
    };
    [kind(pitch).center_x, y, kind(pitch).center_z]
}

/// Half of a key's length, width and height, meters.
pub fn key_half_size(pitch: Pitch) -> [f64; 3] {
    kind(pitch).half_size()
}

impl KeyKind {
    fn half_size(&self) -> [f64; 3] {
        [self.length / 2.0, self.width / 2.0, self.height / 2.0]
    }

    /// The class its keys' elements have.
    fn class(&self) -> String {
        format!("piano/{}_key", self.color)
    }
}

/// The name of a key's hinge.
pub fn joint_name(pitch: Pitch) -> String {
    format!("piano/{}_joint_{}", kind(pitch).color, pitch.key_index())
}

/// The name of a key's box.
pub fn geom_name(pitch: Pitch) -> String {
    format!("piano/{}_key_geom_{}", kind(pitch).color, pitch.key_index())
}

pub(super) fn materials() -> [Element; 2] {
    let material = |name: &str, rgba: &str| Element::new("material").with("name", name).with("rgba", rgba);
    [material("piano/white", "0.9 0.9 0.9 1"), material("piano/black", "0.1 0.1 0.1 1")]
}

/// What all keys share. Keys touch hands (`conaffinity` 1) and never each other (`contype` 0); their contacts are as hard as two
/// physics steps allow.
pub(super) fn defaults() -> Element {
    let mut defaults = Element::new("default").with("class", "piano/");
    defaults.push(Element::new("joint").with("type", "hinge").with("axis", "0 1 0"));
    defaults.push(
        Element::new("geom")
            .with("type", "box")
            .with("contype", "0")
            .with("conaffinity", "1")
            .with("solref", list(&[super::PHYSICS_TIMESTEP_SECS * 2.0, 1.0])),
    );
    for kind in [&WHITE, &BLACK] {
        let mut class = Element::new("default").with("class", kind.class());
        class.push(
            Element::new("joint")
                .with("pos", list(&[-kind.length / 2.0, 0.0, 0.0]))
                .with("stiffness", KEY_STIFFNESS)
                .with("range", list(&[0.0, (kind.travel / kind.length).atan()]))
                .with("springref", KEY_SPRING_REFERENCE_DEGREES * std::f64::consts::PI / 180.0)
                .with("armature", KEY_ARMATURE)
                .with("damping", KEY_DAMPING),
        );
        class.push(
            Element::new("geom")
                .with("size", list(&kind.half_size()))
                .with("material", format!("piano/{}", kind.color))
                .with("mass", kind.mass_kg),
        );
        defaults.push(class);
    }
    defaults
}

/// The base and the keys that exist.
pub(super) fn body(fidelity: &Fidelity) -> Element {
    let mut piano = Element::new("body").with("name", "piano/");
    let base_half_size = [BASE_LENGTH_METERS / 2.0, KEYBOARD_LENGTH_METERS / 2.0, BASE_HEIGHT_METERS / 2.0];
    let base_x = -WHITE.length / 2.0 - 0.5 * BASE_LENGTH_METERS - BASE_GAP_METERS;
    let mut base = Element::new("body")
        .with("name", "piano/base")
        .with("pos", list(&[base_x, 0.0, BASE_HEIGHT_METERS / 2.0]));
    base.push(
        Element::new("geom")
            .with("class", "piano/")
            .with("size", list(&base_half_size))
            .with("rgba", "0.15 0.15 0.15 1"),
    );
    piano.push(base);
    piano.extend(Pitch::all().filter(|pitch| fidelity.has_key(*pitch)).map(key));
    piano
}

fn key(pitch: Pitch) -> Element {
    let class = kind(pitch).class();
    let mut key = Element::new("body")
        .with("name", format!("piano/{}_key_{}", kind(pitch).color, pitch.key_index()))
        .with("pos", list(&key_center(pitch)));
    key.push(Element::new("geom").with("name", geom_name(pitch)).with("class", &class));
    key.push(Element::new("joint").with("name", joint_name(pitch)).with("class", &class));
    key
}
