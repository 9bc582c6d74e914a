//! What each rule weighs.

use serde::{Deserialize, Serialize};

/// The weights of all rules, each in units of one of Parncutt's (1997) points. Where a rule is Parncutt's, his weight stands in brackets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// How spans are measured: 0 in semitones (as Parncutt does), 1 in distance on the keyboard (as Jacobs 2001 does).
    pub physical: f64,
    /// A semitone beyond what is comfortable (2).
    pub stretch: f64,
    /// A semitone beyond what is relaxed, with the thumb (1).
    pub unrelaxed_with_thumb: f64,
    /// A semitone beyond what is relaxed, between other fingers (2).
    pub unrelaxed: f64,
    /// A semitone beyond what is practical.
    pub impractical: f64,
    /// The thumb passes under, or a finger over it, on keys of one colour (1).
    pub pass: f64,
    /// The same with the thumb on a white and the finger on a black key (0).
    pub pass_below_black: f64,
    /// The same with the thumb on a black and the finger on a white key (3).
    pub pass_to_black: f64,
    /// The fourth finger, for each note it plays (1).
    pub fourth: f64,
    /// The fourth finger in a chord: Parncutt's for single notes; nothing that was learned from has chords.
    pub fourth_in_chord: f64,
    /// The little finger, for each note it plays (1).
    pub fifth: f64,
    /// The fourth finger after the third (1).
    pub three_to_four: f64,
    /// The fourth finger on a black key beside the third on a white one (1).
    pub four_on_black: f64,
    /// The thumb on a black key (0.5).
    pub thumb_on_black: f64,
    /// For each neighbour of a thumb's black key that is white (2).
    pub thumb_black_beside_white: f64,
    /// For each neighbour of a little finger's black key that is white (2).
    pub fifth_black_beside_white: f64,
    /// Three notes with fingers 3, 4, 5 in any order (1).
    pub three_four_five: f64,
    /// The hand changes its position within three notes (1).
    pub change: f64,
    /// It does so with the thumb passing right under (1 more).
    pub change_full: f64,
    /// A semitone by which the first and third key are further apart than their fingers comfortably are (1).
    pub change_semitone: f64,
    /// One finger strikes two keys, one after the other.
    pub jump: f64,
    /// Another finger strikes the key that was just struck.
    pub change_on_key: f64,
    /// The most that going from one key to the next costs: the hand lets go and takes a new place.
    pub leap: f64,
    /// A semitone by which a hand moves from chord to chord.
    pub chord_move: f64,
}

impl Weights {
    /// Parncutt's own, and for what he has no rule for a guess of the same size.
    pub fn of_parncutt() -> Weights {
        Weights {
            physical: 0.5,
            stretch: 2.0,
            unrelaxed_with_thumb: 1.0,
            unrelaxed: 2.0,
            impractical: 1.0,
            pass: 1.0,
            pass_below_black: 0.0,
            pass_to_black: 3.0,
            fourth: 1.0,
            fourth_in_chord: 1.0,
            fifth: 1.0,
            three_to_four: 1.0,
            four_on_black: 1.0,
            thumb_on_black: 0.5,
            thumb_black_beside_white: 2.0,
            fifth_black_beside_white: 2.0,
            three_four_five: 1.0,
            change: 1.0,
            change_full: 1.0,
            change_semitone: 1.0,
            jump: 12.0,
            change_on_key: 2.0,
            leap: 30.0,
            chord_move: 0.5,
        }
    }
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            physical: 0.02,
            change: 0.5,
            change_full: 1.72,
            change_on_key: 2.02,
            change_semitone: 0.45,
            chord_move: 0.5,
            fifth: 0.78,
            fifth_black_beside_white: 0.75,
            four_on_black: 0.59,
            fourth: 0.26,
            fourth_in_chord: 1.0,
            impractical: 0.18,
            jump: 12.16,
            leap: 31.75,
            pass: 3.1,
            pass_below_black: 0.05,
            pass_to_black: 2.99,
            stretch: 0.43,
            three_four_five: 0.55,
            three_to_four: 0.76,
            thumb_black_beside_white: 6.39,
            thumb_on_black: 1.81,
            unrelaxed: 0.5,
            unrelaxed_with_thumb: 0.49,
        }
    }
}
