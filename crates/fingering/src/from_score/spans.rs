//! How far apart two fingers of a hand reach, in semitones: the table of Parncutt, Sloboda, Clarke, Raekallio and Desain, "An
//! ergonomic model of keyboard fingering for melodic fragments", Music Perception 14, 1997, for a medium hand.

use piano::FingerNumber;

/// Spans from the lower to the higher numbered finger of a right hand, semitones; negative where they are crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spans {
    /// Narrower than this is hardly possible.
    pub min_practical: i32,
    /// Narrower than this is uncomfortable.
    pub min_comfortable: i32,
    /// Narrower than this is not relaxed.
    pub min_relaxed: i32,
    /// Wider than this is not relaxed.
    pub max_relaxed: i32,
    /// Wider than this is uncomfortable.
    pub max_comfortable: i32,
    /// Wider than this is hardly possible.
    pub max_practical: i32,
}

/// Of the pairs 1-2, 1-3, 1-4, 1-5, 2-3, 2-4, 2-5, 3-4, 3-5, 4-5.
const TABLE: [[i32; 6]; 10] = [
    [-5, -3, 1, 5, 8, 10],
    [-4, -2, 3, 7, 10, 12],
    [-3, -1, 5, 9, 12, 14],
    [-1, 1, 7, 10, 13, 15],
    [1, 1, 1, 2, 3, 5],
    [1, 1, 3, 4, 5, 7],
    [2, 2, 5, 6, 8, 10],
    [1, 1, 1, 2, 2, 4],
    [1, 1, 3, 4, 5, 7],
    [1, 1, 1, 2, 3, 5],
];

/// Where a pair stands in the table, by the lower finger's index.
const FIRST_OF: [usize; 4] = [0, 4, 7, 9];

/// The spans of two different fingers, the lower number first.
pub(super) fn spans(lower: FingerNumber, higher: FingerNumber) -> Spans {
    debug_assert!(lower < higher);
    let [
        min_practical,
        min_comfortable,
        min_relaxed,
        max_relaxed,
        max_comfortable,
        max_practical,
    ] = TABLE[FIRST_OF[lower.index()] + higher.index() - lower.index() - 1];
    Spans {
        min_practical,
        min_comfortable,
        min_relaxed,
        max_relaxed,
        max_comfortable,
        max_practical,
    }
}
