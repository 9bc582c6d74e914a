//! The encoder's scores, found by symbol and begin.

use super::encoder_graph::{BLOCK_BEGINS, FRAMES, SCORE_BLOCKS, STEPS};
use hearing::transkun::{FRAMES_PER_TRACK_STEP, SYMBOLS, Symbol};

/// Scores of one segment, as the encoder gives them: blocks of begins, each with the ends from its first begin on.
pub struct Scores<'a> {
    alone: &'a [f32],
    blocks: &'a [&'a [f32]],
}

/// Frames the encoder gives: some more than the segment has.
const PADDED_FRAMES: usize = STEPS * FRAMES_PER_TRACK_STEP;

/// The encoder's outputs have other sizes than ours: the file is not the one our converter writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the encoder's outputs are not of the sizes we know")]
pub struct ScoresDoNotFit;

impl<'a> Scores<'a> {
    /// Takes the encoder's outputs `alone` and all score blocks.
    pub fn new(alone: &'a [f32], blocks: &'a [&'a [f32]]) -> Result<Scores<'a>, ScoresDoNotFit> {
        let fits = |(index, block): (usize, &&[f32])| block.len() == SYMBOLS * BLOCK_BEGINS * (PADDED_FRAMES - index * BLOCK_BEGINS);
        if alone.len() == SYMBOLS * PADDED_FRAMES && blocks.len() == SCORE_BLOCKS && blocks.iter().enumerate().all(fits) {
            Ok(Scores { alone, blocks })
        } else {
            Err(ScoresDoNotFit)
        }
    }

    /// Scores of each frame standing alone.
    pub fn alone(&self, symbol: Symbol) -> &'a [f32] {
        &self.alone[symbol.index() * PADDED_FRAMES..][..FRAMES]
    }

    /// Scores of the intervals from `begin` to each later frame: the encoder's number times the length.
    pub fn fill(&self, symbol: Symbol, begin: usize, row: &mut [f32]) {
        let first_end = begin / BLOCK_BEGINS * BLOCK_BEGINS;
        let ends = PADDED_FRAMES - first_end;
        let at = (symbol.index() * BLOCK_BEGINS + begin - first_end) * ends + begin + 1 - first_end;
        for ((length, score), encoded) in (1..).zip(row.iter_mut()).zip(&self.blocks[begin / BLOCK_BEGINS][at..]) {
            *score = encoded * length as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_found_by_symbol_begin_and_end() {
        // Every score names its place: symbol, begin and end, told apart by a remainder.
        let name = |symbol: usize, begin: usize, end: usize| ((31 * symbol + 7 * begin + end) % 10_007) as f32;
        let mut blocks: Vec<Vec<f32>> = vec![Vec::new(); SCORE_BLOCKS];
        for (index, block) in blocks.iter_mut().enumerate() {
            let first = index * BLOCK_BEGINS;
            for symbol in 0..SYMBOLS {
                for begin in first..first + BLOCK_BEGINS {
                    block.extend((first..PADDED_FRAMES).map(|end| name(symbol, begin, end)));
                }
            }
        }
        let blocks: Vec<&[f32]> = blocks.iter().map(Vec::as_slice).collect();
        let alone: Vec<f32> = (0..SYMBOLS * PADDED_FRAMES).map(|i| i as f32).collect();
        let scores = Scores::new(&alone, &blocks).unwrap();
        let symbol = Symbol::all().nth(7).unwrap();
        for begin in [0, 5, BLOCK_BEGINS - 1, BLOCK_BEGINS, 600] {
            let mut row = vec![0.0; FRAMES - begin - 1];
            scores.fill(symbol, begin, &mut row);
            let expected: Vec<f32> = (begin + 1..FRAMES).map(|end| name(7, begin, end) * (end - begin) as f32).collect();
            assert_eq!(row, expected);
        }
        assert_eq!(scores.alone(symbol), &alone[7 * PADDED_FRAMES..7 * PADDED_FRAMES + FRAMES]);
        assert_eq!(Scores::new(&alone[1..], &blocks).err(), Some(ScoresDoNotFit));
        assert_eq!(Scores::new(&alone, &blocks[1..]).err(), Some(ScoresDoNotFit));
    }
}
