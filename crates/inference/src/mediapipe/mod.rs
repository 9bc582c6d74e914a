//! MediaPipe Hands: palms found by one network, landmarks by another (the `_full` models of mediapipe 0.10.21, Apache-2.0).
//!
//! Differs from MediaPipe's own graph on purpose: tiles are searched besides the whole picture, the picture's border is repeated
//! outwards instead of black, dark pictures are evened out for the palm network, and a detected hand is looked at a second time in
//! the region its own landmarks give.

mod landmark_network;
mod palm_network;

use crate::runtime::{Runtime, RuntimeError, SessionSettings};
use labeling::seams::{HandEstimator, ModelError, ModelFacts};
use landmark_network::LandmarkNetwork;
use palm_network::PalmNetwork;
use vision::Frame;
use vision::hands::duplicates::without_duplicates;
use vision::hands::palm::Palm;
use vision::hands::{HandObservation, HandRegion};

/// Version of the Python package whose wheel holds the networks.
pub const MEDIAPIPE_VERSION: &str = "0.10.21";
const NAME: &str = "mediapipe";
/// The landmark network sees a hand from this presence on (MediaPipe `hand_landmark_cpu`).
const PRESENCE_MIN: f32 = 0.5;
/// After a palm the first look may be this unsure, because the second, better placed, decides: the palm of a hand cut off by the
/// picture's edge is placed badly.
const FIRST_PRESENCE_MIN: f32 = 0.2;
/// A hand that was found rather than followed must be surer: on stills of piano channels, 0.6 to 0.9 keep the hands and drop what is
/// none.
const FOUND_PRESENCE_MIN: f32 = 0.6;
/// Two palms whose regions' centres lie closer than this part of the side are one hand seen in two tiles.
const SAME_REGION_SIDES: f32 = 0.35;
/// More hands than this in one picture are not looked at: bounds the work for pictures that look like hands everywhere.
const HANDS_MAX: usize = 12;

/// The networks as ONNX files, as `tflite::onnx_from_tflite` writes them.
#[derive(Clone, Copy)]
pub struct MediaPipeFiles<'a> {
    /// `palm_detection_full`.
    pub palm_onnx: &'a [u8],
    /// `hand_landmark_full`.
    pub landmark_onnx: &'a [u8],
}

/// MediaPipe's two networks, ready to run.
pub struct MediaPipe {
    palms: PalmNetwork,
    landmarks: LandmarkNetwork,
    weights_sha256: Vec<String>,
}

impl MediaPipe {
    /// Prepares the networks. `weights_sha256` goes into provenance: the sums of the files the networks were made from.
    pub fn new(
        runtime: &Runtime,
        files: MediaPipeFiles,
        weights_sha256: Vec<String>,
        settings: SessionSettings,
    ) -> Result<MediaPipe, RuntimeError> {
        Ok(MediaPipe {
            palms: PalmNetwork::new(runtime.session("palm_detection_full", files.palm_onnx, settings)?),
            landmarks: LandmarkNetwork::new(runtime.session("hand_landmark_full", files.landmark_onnx, settings)?),
            weights_sha256,
        })
    }

    fn detect_in(&mut self, picture: &Frame, tiles: &[[f32; 3]]) -> Result<Vec<HandObservation>, ModelError> {
        let palms = self.palms.find(picture, tiles).map_err(|error| failed("find palms", error))?;
        let regions = distinct_regions(palms);
        let first = self.look(picture, &regions, FIRST_PRESENCE_MIN)?;
        let again: Vec<HandRegion> = first.iter().map(HandRegion::from_landmarks).collect();
        Ok(without_duplicates(self.look(picture, &again, FOUND_PRESENCE_MIN)?))
    }

    /// The hands in those of the regions that hold one.
    fn look(&mut self, picture: &Frame, regions: &[HandRegion], presence_min: f32) -> Result<Vec<HandObservation>, ModelError> {
        let regions: Vec<_> = regions.iter().map(|region| (picture, *region)).collect();
        let seen = self.landmarks.look(&regions).map_err(|error| failed("find landmarks", error))?;
        Ok(seen.into_iter().flatten().filter(|hand| hand.presence > presence_min).collect())
    }
}

impl HandEstimator for MediaPipe {
    fn model(&self) -> ModelFacts {
        ModelFacts {
            name: NAME.into(),
            version: MEDIAPIPE_VERSION.into(),
            weights_sha256: self.weights_sha256.clone(),
            licence: "Apache-2.0".into(),
        }
    }

    fn detect(&mut self, pictures: &[&Frame], tiles: &[[f32; 3]]) -> Result<Vec<Vec<HandObservation>>, ModelError> {
        pictures.iter().map(|picture| self.detect_in(picture, tiles)).collect()
    }

    fn follow(&mut self, regions: &[(&Frame, HandRegion)]) -> Result<Vec<Option<HandObservation>>, ModelError> {
        let seen = self.landmarks.look(regions).map_err(|error| failed("find landmarks", error))?;
        Ok(seen
            .into_iter()
            .map(|hand| hand.filter(|hand| hand.presence > PRESENCE_MIN))
            .collect())
    }
}

/// One region for each hand, from palms of all tiles; the surest palm speaks for its hand.
fn distinct_regions(mut palms: Vec<Palm>) -> Vec<HandRegion> {
    palms.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut regions: Vec<HandRegion> = Vec::new();
    for region in palms.iter().map(HandRegion::from_palm).filter(HandRegion::is_usable) {
        let same = |other: &HandRegion| {
            let distance = (region.center[0] - other.center[0]).hypot(region.center[1] - other.center[1]);
            distance < SAME_REGION_SIDES * region.side.max(other.side)
        };
        if regions.len() < HANDS_MAX && !regions.iter().any(same) {
            regions.push(region);
        }
    }
    regions
}

fn failed(doing: &'static str, source: ort::Error) -> ModelError {
    ModelError {
        model: NAME.into(),
        doing,
        source: Box::new(source),
    }
}
