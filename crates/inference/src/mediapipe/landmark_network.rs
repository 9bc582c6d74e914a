//! `hand_landmark_full`: 21 landmarks of the hand in a region.

use crate::tflite::INPUT;
use ort::session::Session;
use ort::value::TensorRef;
use vision::Frame;
use vision::hands::crop::crop_region;
use vision::hands::{HandObservation, HandRegion, LANDMARKS};

/// Pixels on a side of the network's input.
const LANDMARK_INPUT: usize = 224;
/// Numbers in one input.
const INPUT_NUMBERS: usize = 3 * LANDMARK_INPUT * LANDMARK_INPUT;
/// MediaPipe's landmark z is in input pixels divided by this (`hand_landmark_cpu`, `normalize_z`).
const Z_SCALE: f32 = 0.4;
/// Hands in one run. On a CPU larger batches cost more for each hand (7.5 ms of CPU time at 8, 6.6 ms at 1 and 2, measured with one
/// thread), because the layers' results no longer fit the cache.
const BATCH_MAX: usize = 2;

/// The landmark network.
pub struct LandmarkNetwork {
    session: Session,
    inputs: Vec<f32>,
}

impl LandmarkNetwork {
    /// Wraps a prepared session.
    pub fn new(session: Session) -> LandmarkNetwork {
        LandmarkNetwork {
            session,
            inputs: Vec::new(),
        }
    }

    /// What is in each region, however unsure; none where the region or the answer is not finite.
    pub fn look(&mut self, regions: &[(&Frame, HandRegion)]) -> Result<Vec<Option<HandObservation>>, ort::Error> {
        let mut seen = vec![None; regions.len()];
        let usable: Vec<usize> = (0..regions.len()).filter(|i| regions[*i].1.is_usable()).collect();
        for batch in usable.chunks(BATCH_MAX) {
            let regions: Vec<_> = batch.iter().map(|i| regions[*i]).collect();
            for (i, hand) in batch.iter().zip(self.look_at_batch(&regions)?) {
                seen[*i] = hand;
            }
        }
        Ok(seen)
    }

    fn look_at_batch(&mut self, regions: &[(&Frame, HandRegion)]) -> Result<Vec<Option<HandObservation>>, ort::Error> {
        self.inputs.resize(regions.len() * INPUT_NUMBERS, 0.0);
        for ((frame, region), planes) in regions.iter().zip(self.inputs.chunks_exact_mut(INPUT_NUMBERS)) {
            crop_region(frame, region, LANDMARK_INPUT, planes);
        }
        let shape = [regions.len(), 3, LANDMARK_INPUT, LANDMARK_INPUT];
        let outputs = self
            .session
            .run(ort::inputs![INPUT => TensorRef::from_array_view((shape, self.inputs.as_slice()))?])?;
        let (_, landmarks) = outputs["Identity"].try_extract_tensor::<f32>()?;
        let (_, presence) = outputs["Identity_1"].try_extract_tensor::<f32>()?;
        let (_, right) = outputs["Identity_2"].try_extract_tensor::<f32>()?;
        let hand = |i: usize| {
            observation(
                &regions[i].1,
                &landmarks[i * 3 * LANDMARKS..][..3 * LANDMARKS],
                presence[i],
                right[i],
            )
        };
        Ok((0..regions.len()).map(hand).collect())
    }
}

/// The network's numbers in pixels of the picture.
fn observation(region: &HandRegion, numbers: &[f32], presence: f32, right: f32) -> Option<HandObservation> {
    let input = LANDMARK_INPUT as f32;
    let landmarks = std::array::from_fn(|i| {
        let [x, y] = region.image_from_crop([numbers[3 * i] / input, numbers[3 * i + 1] / input]);
        [x, y, numbers[3 * i + 2] / input / Z_SCALE * region.side]
    });
    let hand = HandObservation {
        landmarks,
        presence,
        right,
    };
    let finite = hand.landmarks.iter().flatten().chain([&presence, &right]).all(|n| n.is_finite());
    finite.then_some(hand)
}
