//! The hands move as the person did. An option beyond RoboPianist.

use super::tolerance::tolerance;

/// A point this close to the person's, seen from above, is where it should be, meters. Hands seen in pictures are known to about this.
const CLOSE_METERS: f64 = 0.01;

/// Mean closeness of the points that were seen, each given where it is and where it was; 0 where none was seen.
pub(crate) fn trajectory(pairs: impl IntoIterator<Item = (/* here */ [f64; 2], /* the person's */ [f64; 2])>) -> f64 {
    let mut sum = 0.0;
    let mut count = 0_u32;
    for (here, person) in pairs {
        let distance = (here[0] - person[0]).hypot(here[1] - person[1]);
        sum += tolerance(distance, CLOSE_METERS, CLOSE_METERS * 10.0);
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}
