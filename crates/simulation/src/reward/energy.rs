//! Moving costs.

/// Cost of a watt for one control step.
pub const ENERGY_PENALTY: f64 = 0.005;

/// Less the power of all actuators, times the penalty: each hand's forces (N or N m) and velocities.
pub(crate) fn energy<'a>(hands: impl IntoIterator<Item = (&'a [f64], &'a [f64])>, penalty: f64) -> f64 {
    let power = |(forces, velocities): (&[f64], &[f64])| -> f64 {
        let each = forces.iter().zip(velocities);
        each.map(|(force, velocity)| force.abs() * velocity.abs()).sum()
    };
    -hands.into_iter().map(|hand| penalty * power(hand)).sum::<f64>()
}
