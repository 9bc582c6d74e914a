//! What learning needs of the world: several environments that are reset one by one and stepped together.

/// How an episode stands after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    #[default]
    Running,
    /// It was cut off: what would have come after is still worth something.
    Cut,
    /// It is over: nothing comes after.
    Over,
    /// It broke down, as when physics diverges. The step is not learned from, and its observation may be anything.
    Broken,
}

/// What a step brought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Reward.
    pub reward: f32,
    /// Whether the episode goes on.
    pub ending: Ending,
}

/// Environments with observations and actions of one length.
///
/// After a reset to the same episode, the same actions must bring the same observations and outcomes, to the bit: a resumed run replays the
/// actions of the episodes that it was stopped in.
pub trait Environments {
    /// What can go wrong.
    type Error: std::error::Error + Send + Sync + 'static;

    /// How many there are.
    fn count(&self) -> usize;

    /// Begins an episode of one of them; the episode's number is the only chance there is. Writes what is seen.
    fn reset(&mut self, which: usize, episode: u64, observation: &mut [f32]) -> Result<(), Self::Error>;

    /// Steps all of them, `actions` in -1..1 and `observations` one environment after another, `outcomes` one for each. None is stepped
    /// after the end of its episode without a reset.
    fn step(&mut self, actions: &[f32], observations: &mut [f32], outcomes: &mut [Outcome]) -> Result<(), Self::Error>;
}
