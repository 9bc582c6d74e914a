//! How far apart two fingers of a hand reach: the table of Parncutt, Sloboda, Clarke, Raekallio and Desain, "An ergonomic model of
//! keyboard fingering for melodic fragments", Music Perception 14, 1997, for a medium hand.

/// Spans from the lower to the higher numbered finger of a right hand, in semitones of the keyboard's mean width (a twelfth of an
/// octave); negative where the fingers are crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spans {
    /// Narrower than this is hardly possible.
    pub min_practical: f64,
    /// Narrower than this is uncomfortable.
    pub min_comfortable: f64,
    /// Narrower than this is not relaxed.
    pub min_relaxed: f64,
    /// Wider than this is not relaxed.
    pub max_relaxed: f64,
    /// Wider than this is uncomfortable.
    pub max_comfortable: f64,
    /// Wider than this is hardly possible.
    pub max_practical: f64,
}

/// Of the pairs 1-2, 1-3, 1-4, 1-5, 2-3, 2-4, 2-5, 3-4, 3-5, 4-5.
const TABLE: [[f64; 6]; 10] = [
    [-5.0, -3.0, 1.0, 5.0, 8.0, 10.0],
    [-4.0, -2.0, 3.0, 7.0, 10.0, 12.0],
    [-3.0, -1.0, 5.0, 9.0, 12.0, 14.0],
    [-1.0, 1.0, 7.0, 10.0, 13.0, 15.0],
    [1.0, 1.0, 1.0, 2.0, 3.0, 5.0],
    [1.0, 1.0, 3.0, 4.0, 5.0, 7.0],
    [2.0, 2.0, 5.0, 6.0, 8.0, 10.0],
    [1.0, 1.0, 1.0, 2.0, 2.0, 4.0],
    [1.0, 1.0, 3.0, 4.0, 5.0, 7.0],
    [1.0, 1.0, 1.0, 2.0, 3.0, 5.0],
];

/// Where a pair stands in the table, by the lower finger's number.
const FIRST_OF: [usize; 5] = [0, 0, 4, 7, 9];

/// The spans of two different fingers by their numbers, the lower first.
pub(super) fn spans(lower: u8, higher: u8) -> Spans {
    debug_assert!((1..higher).contains(&lower) && higher <= 5);
    let row = FIRST_OF[usize::from(lower)] + usize::from(higher - lower) - 1;
    let [
        min_practical,
        min_comfortable,
        min_relaxed,
        max_relaxed,
        max_comfortable,
        max_practical,
    ] = TABLE[row];
    Spans {
        min_practical,
        min_comfortable,
        min_relaxed,
        max_relaxed,
        max_comfortable,
        max_practical,
    }
}
