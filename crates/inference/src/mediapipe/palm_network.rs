//! `palm_detection_full`: where palms are, in the whole picture and in tiles of it.

use crate::tflite::INPUT;
use ort::session::Session;
use ort::value::TensorRef;
use vision::Frame;
use vision::hands::crop::crop_tile;
use vision::hands::lighting::even_out;
use vision::hands::palm::{PALM_ANCHORS, PALM_INPUT, PALM_NUMBERS, Palm, decode_palms};

/// Rows below this score are not palms. MediaPipe asks 0.5; the landmark network rejects what is no hand, so that a lower bar finds
/// more hands and no more mistakes.
const SCORE_MIN: f32 = 0.3;
/// Tiles in one run: bounds memory.
const BATCH_MAX: usize = 4;
/// Numbers in one input.
const INPUT_NUMBERS: usize = 3 * PALM_INPUT * PALM_INPUT;

/// The palm network.
pub struct PalmNetwork {
    session: Session,
}

impl PalmNetwork {
    /// Wraps a prepared session.
    pub fn new(session: Session) -> PalmNetwork {
        PalmNetwork { session }
    }

    /// Palms in the whole picture and in tiles, in pixels of the picture. One palm may come several times, from several tiles.
    pub fn find(&mut self, picture: &Frame, tiles: &[[f32; 3]]) -> Result<Vec<Palm>, ort::Error> {
        let mut squares = vec![whole(picture)];
        squares.extend_from_slice(tiles);
        let mut palms = Vec::new();
        for squares in squares.chunks(BATCH_MAX) {
            palms.extend(self.find_in(picture, squares)?);
        }
        Ok(palms)
    }

    /// Each square is searched twice, as it is and with its light evened out.
    fn find_in(&mut self, picture: &Frame, squares: &[[f32; 3]]) -> Result<Vec<Palm>, ort::Error> {
        let mut inputs = vec![0.0; 2 * squares.len() * INPUT_NUMBERS];
        for (square, pair) in squares.iter().zip(inputs.chunks_exact_mut(2 * INPUT_NUMBERS)) {
            let (plain, even) = pair.split_at_mut(INPUT_NUMBERS);
            crop_tile(picture, *square, PALM_INPUT, plain);
            even.copy_from_slice(plain);
            even_out(even, PALM_INPUT);
        }
        let shape = [2 * squares.len(), 3, PALM_INPUT, PALM_INPUT];
        let outputs = self
            .session
            .run(ort::inputs![INPUT => TensorRef::from_array_view((shape, inputs.as_slice()))?])?;
        let (_, boxes) = outputs["Identity"].try_extract_tensor::<f32>()?;
        let (_, logits) = outputs["Identity_1"].try_extract_tensor::<f32>()?;
        let results = boxes
            .chunks_exact(PALM_ANCHORS * PALM_NUMBERS)
            .zip(logits.chunks_exact(PALM_ANCHORS));
        let placed = results.enumerate().flat_map(|(i, (boxes, logits))| {
            let [x, y, side] = squares[i / 2];
            decode_palms(boxes, logits, SCORE_MIN)
                .into_iter()
                .map(move |palm| palm.placed([x, y], side))
        });
        Ok(placed.collect())
    }
}

/// The smallest square around the whole picture.
fn whole(picture: &Frame) -> [f32; 3] {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let side = width.max(height);
    [(width - side) / 2.0, (height - side) / 2.0, side]
}
