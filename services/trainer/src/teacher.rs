//! Who shows a policy how a piece is played: the prior, which knows an action for every state, and what a plan does beyond it.

use planning::demonstrations::demonstrate;
use planning::playback::Plan;
use planning::prior::Prior;
use simulation::environment::{ActionError, Environment};
use training::imitation::Teacher;

/// On the way that was planned it does what was planned to the bit; beside it, the prior leads back.
pub(crate) struct PlanTeacher {
    prior: Prior,
    /// For every frame, what the plan adds to the prior's action.
    beyond: Vec<Vec<f32>>,
}

impl PlanTeacher {
    /// `environment` plays the plan's score.
    pub fn new(prior: Prior, plan: &Plan, environment: &mut Environment) -> Result<PlanTeacher, ActionError> {
        let mut beyond = Vec::with_capacity(plan.actions.len());
        demonstrate(environment, &prior, plan, &mut |shown| {
            let pairs = shown.action.iter().zip(shown.prior_action);
            beyond.push(pairs.map(|(action, prior)| action - prior).collect());
        })?;
        Ok(PlanTeacher { prior, beyond })
    }

    /// Knows the prior alone.
    pub fn of_prior(prior: Prior) -> PlanTeacher {
        PlanTeacher { prior, beyond: Vec::new() }
    }
}

impl Teacher for PlanTeacher {
    fn action(&self, environment: &Environment) -> Vec<f32> {
        let frame = environment.frame().min(self.prior.frames() - 1);
        let mut action = self.prior.action(frame, environment, environment.score().frames()[frame].sustain);
        for (number, beyond) in action.iter_mut().zip(self.beyond.get(frame).into_iter().flatten()) {
            *number = (*number + beyond).clamp(-1.0, 1.0);
        }
        action
    }
}
