//! Where the keys are: keyboard registration from pictures alone, without clicks.
//!
//! A picture is searched for the pattern of the black keys ([`search`], [`pattern`]); the lines that show it make a band with a map to
//! places along the keyboard ([`band`], [`bend`]); the side of the player and the long edges follow from brightness ([`edges`]); the
//! gaps between white keys give the final places ([`gaps`]); where the keys stop ([`extent`]) tells octave and direction ([`octave`]). Clips are
//! followed over time and cut where the camera moves ([`sections`]).

mod background;
mod band;
mod bend;
mod columns;
mod drawn;
mod edges;
mod extent;
mod gaps;
mod octave;
mod pattern;
mod picture;
mod registration;
mod scan;
mod search;
mod sections;

pub use background::temporal_median;
pub use drawn::Texture;
pub use registration::register_picture;
pub use sections::{KeyboardRegistration, RegisterError, RegisteredSection, register_clip, sampling_moments};

use crate::Homography;
use piano::Pitch;
use serde::{Deserialize, Serialize};

/// A keyboard found in a picture, read in every way that the picture allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundKeyboard {
    /// The readings, likeliest first; never empty. They differ by whole octaves, or by direction where the video may be mirrored.
    pub readings: Vec<KeyboardReading>,
    /// How sure it is that keys lie where they were found, whatever they are called, 0 to 1.
    pub placement: f64,
    /// Mean distance of the gaps between white keys from the map, white-key widths; none where too few gaps were seen and the map
    /// rests on the black keys.
    pub gap_residual: Option<f64>,
    /// How even it looks, to tell drawn keyboards from filmed ones.
    pub texture: Texture,
}

/// One way to name the keys.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyboardReading {
    /// Pixels (centres at whole numbers, y down) to: x in white-key widths from the bass end of A0, 0 to 52; y 0 at the front edge
    /// of the white keys, 1 at their far end.
    pub keyboard_from_image: Homography,
    /// Lowest key in the picture.
    pub lowest_pitch: Pitch,
    /// Highest key in the picture.
    pub highest_pitch: Pitch,
    /// Whether the video is mirrored: bass on the player's right.
    pub mirrored: bool,
    /// How likely this reading is among all, 0 to 1.
    pub probability: f64,
    /// x of this reading = `sign` * x of the likeliest reading + `shift`: 1 and 0 for that one itself, -1 where bass and treble change
    /// places, an octave is 7 white-key widths.
    pub sign: f64,
    /// See `sign`.
    pub shift: f64,
}

impl FoundKeyboard {
    /// The likeliest reading.
    pub fn best(&self) -> &KeyboardReading {
        &self.readings[0]
    }

    /// How sure it is that keys, octave and direction of the likeliest reading are right, 0 to 1.
    pub fn confidence(&self) -> f64 {
        self.placement * self.best().probability
    }
}
