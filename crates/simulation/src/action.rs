//! From actions in [-1, 1] to controls.

/// Scales one number of an action to its range, in the arithmetic of RoboPianist's `CanonicalSpecWrapper`: each operation in
/// double, each result rounded to single. Other arithmetic gives other bits, and trajectories part at the first contact.
pub fn control_from_action(action: f32, [min, max]: [f64; 2]) -> f32 {
    let unit = 0.5_f32 * (action.clamp(-1.0, 1.0) + 1.0_f32);
    let scaled = (f64::from(unit) * (max - min)) as f32;
    (f64::from(scaled) + min) as f32
}

/// The action that comes closest to a control.
pub fn action_from_control(control: f64, [min, max]: [f64; 2]) -> f32 {
    (2.0 * (control - min) / (max - min) - 1.0).clamp(-1.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_of_the_range_are_reached() {
        let range = [-0.5, 1.5];
        for (action, control) in [(-1.0, -0.5), (0.0, 0.5), (1.0, 1.5), (7.0, 1.5)] {
            assert_eq!(control_from_action(action, range), control);
        }
        assert_eq!(action_from_control(0.5, range), 0.0);
        assert_eq!(action_from_control(9.0, range), 1.0);
    }
}
