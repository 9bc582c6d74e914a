//! A plan as examples to learn from: what was seen in every frame, what was done, and what the prior would have done.

use crate::playback::Plan;
use crate::prior::Prior;
use simulation::environment::{ActionError, Environment, EpisodeStatus};

/// One frame of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Demonstration<'a> {
    /// What the environment showed before.
    pub observation: &'a [f32],
    /// What was done, in [-1, 1].
    pub action: &'a [f32],
    /// What the prior would have done from the same state.
    pub prior_action: &'a [f32],
}

/// Plays a plan in an environment from its start and shows every frame. The environment plays the plan's score.
pub fn demonstrate(
    environment: &mut Environment,
    prior: &Prior,
    plan: &Plan,
    show: &mut dyn FnMut(Demonstration<'_>),
) -> Result<(), ActionError> {
    environment.reset();
    let mut observation = vec![0.0; environment.layout().len()];
    for (frame, action) in plan.actions.iter().enumerate() {
        environment.observe(&mut observation);
        let pedal_down = environment.score().frames()[frame].sustain;
        let prior_action = prior.action(frame, environment, pedal_down);
        show(Demonstration {
            observation: &observation,
            action,
            prior_action: &prior_action,
        });
        if environment.step(action)?.status != EpisodeStatus::Running {
            break;
        }
    }
    Ok(())
}
