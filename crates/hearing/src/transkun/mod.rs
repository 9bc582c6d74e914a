//! Transkun version 2 without its network: what goes in (features of 16 s of sound) and what comes out (intervals of
//! keys and pedals, made into notes).
//!
//! The model: Yujia Yan and Zhiyao Duan, "Scoring Time Intervals Using Non-Hierarchical Transformer for Automatic Piano
//! Transcription", ISMIR 2024; code and weights <https://github.com/Yujia-Yan/Transkun> (MIT), version 2.0.1. Numbers in
//! this folder are that model's.

pub mod events;
pub mod features;
pub mod intervals;
pub mod segments;
pub mod stitching;

use piano::Pitch;

/// Samples a second the model was trained on.
pub const SAMPLE_RATE: u32 = 44_100;
/// Samples from one frame to the next.
pub const HOP_SAMPLES: usize = 1024;
/// Samples of one frame.
pub const WINDOW_SAMPLES: usize = 4096;
/// What the model hears: two pedals and 88 keys.
pub const SYMBOLS: usize = 90;
/// Frames that the network treats as one step of its attention over time, and so the frames of one track vector.
pub const FRAMES_PER_TRACK_STEP: usize = 8;

/// Frames of a segment of so many samples.
pub const fn frames_of(samples: usize) -> usize {
    samples.div_ceil(HOP_SAMPLES) + 1
}

/// What an interval is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// The soft pedal is down.
    SoftPedal,
    /// The sustain pedal is down.
    SustainPedal,
    /// A key is down.
    Key(Pitch),
}

impl Symbol {
    /// All 90 in the network's order: sustain pedal, soft pedal, A0 to C8.
    pub fn all() -> impl Iterator<Item = Symbol> {
        [Symbol::SustainPedal, Symbol::SoftPedal]
            .into_iter()
            .chain(Pitch::all().map(Symbol::Key))
    }

    /// Place in the network's order, 0 to 89.
    pub fn index(self) -> usize {
        match self {
            Symbol::SustainPedal => 0,
            Symbol::SoftPedal => 1,
            Symbol::Key(pitch) => 2 + pitch.key_index(),
        }
    }

    /// The number by which the network knows the symbol: the MIDI note, or minus the pedal's MIDI controller.
    pub fn number(self) -> i32 {
        match self {
            Symbol::SustainPedal => -64,
            Symbol::SoftPedal => -67,
            Symbol::Key(pitch) => i32::from(pitch.midi()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_stand_at_their_index_and_sort_by_number() {
        let all: Vec<Symbol> = Symbol::all().collect();
        assert_eq!(all.len(), SYMBOLS);
        assert!(all.iter().enumerate().all(|(index, symbol)| symbol.index() == index));
        let mut sorted = all.clone();
        sorted.sort();
        assert!(sorted.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn a_whole_segment_has_691_frames() {
        assert_eq!(frames_of(16 * 44_100), 691);
    }
}
