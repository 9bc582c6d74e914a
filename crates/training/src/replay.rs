//! `replay.json`: what to build so that recorded actions play again, here and in Python's RoboPianist.

use serde::{Deserialize, Serialize};
use simulation::environment::TaskSettings;
use simulation::observation::ObservationSettings;
use simulation::scene::SceneSettings;
use simulation::scene::forearm::ForearmDof;
use simulation::score::{CONTROL_TIMESTEP_SECS, FrameSettings};

/// The contract. Names and defaults are RoboPianist's; the settings of its paper are the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Replay {
    /// What is played.
    pub score: ReplayScore,
    /// Seconds; only [`CONTROL_TIMESTEP_SECS`] is played here.
    pub control_timestep: f64,
    /// How many frames of the goal are seen after the coming one.
    pub n_steps_lookahead: usize,
    /// Begins with the first note and ends with the last.
    pub trim_silence: bool,
    /// Gives the hands no weight.
    pub gravity_compensation: bool,
    /// 39 numbers an action instead of 45.
    pub reduced_action_space: bool,
    /// Capsules instead of meshes where fingertips touch.
    pub primitive_fingertip_collisions: bool,
    /// Silence put in front, seconds.
    pub initial_buffer_time: f64,
    /// All times are multiplied by this.
    pub stretch: f64,
    /// Semitones by which all pitches are moved.
    pub shift: i32,
    /// How each forearm moves beyond along and towards the keyboard.
    pub extra_forearm_dofs: Vec<ReplayDof>,
}

/// Where the score is: a file beside `replay.json`, or one of RoboPianist's own songs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayScore {
    /// A PIG file's name.
    Pig(String),
    /// A MIDI file's name.
    Midi(String),
    /// A song that comes with RoboPianist.
    RobopianistSong(String),
}

/// A joint of a forearm, by RoboPianist's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplayDof {
    /// Up and down.
    Tz,
    /// Around the forearm's length.
    Roll,
    /// Up and down around the elbow.
    Pitch,
    /// Sideways around the elbow.
    Yaw,
}

/// Why a replay cannot be played here.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("replay.json asks for a control step of {control_timestep} s; {CONTROL_TIMESTEP_SECS} s is played here")]
pub struct UnknownTimestep {
    /// As asked.
    pub control_timestep: f64,
}

impl Default for Replay {
    fn default() -> Replay {
        let (scene, frames) = (SceneSettings::default(), FrameSettings::default());
        let score = ReplayScore::Pig("score.pig.txt".to_owned());
        Replay::new(score, &scene, &frames, ObservationSettings::default().lookahead_steps)
    }
}

impl Replay {
    /// The contract for actions taken in such a scene with such a score.
    pub fn new(score: ReplayScore, scene: &SceneSettings, frames: &FrameSettings, lookahead_steps: usize) -> Replay {
        Replay {
            score,
            control_timestep: CONTROL_TIMESTEP_SECS,
            n_steps_lookahead: lookahead_steps,
            trim_silence: frames.trim_silence,
            gravity_compensation: scene.gravity_compensation,
            reduced_action_space: scene.reduced_action_space,
            primitive_fingertip_collisions: scene.primitive_fingertip_collisions,
            initial_buffer_time: frames.initial_buffer_secs,
            stretch: frames.stretch,
            shift: frames.shift,
            extra_forearm_dofs: scene.extra_forearm_dofs.iter().filter_map(|dof| ReplayDof::of(*dof)).collect(),
        }
    }

    /// The scene to build.
    pub fn scene(&self) -> SceneSettings {
        SceneSettings {
            reduced_action_space: self.reduced_action_space,
            gravity_compensation: self.gravity_compensation,
            primitive_fingertip_collisions: self.primitive_fingertip_collisions,
            extra_forearm_dofs: self.extra_forearm_dofs.iter().map(|dof| ForearmDof::from(*dof)).collect(),
            ..SceneSettings::default()
        }
    }

    /// How the score is cut into frames.
    pub fn frames(&self) -> Result<FrameSettings, UnknownTimestep> {
        if self.control_timestep != CONTROL_TIMESTEP_SECS {
            return Err(UnknownTimestep {
                control_timestep: self.control_timestep,
            });
        }
        Ok(FrameSettings {
            trim_silence: self.trim_silence,
            initial_buffer_secs: self.initial_buffer_time,
            stretch: self.stretch,
            shift: self.shift,
        })
    }

    /// What is seen.
    pub fn task(&self) -> TaskSettings {
        TaskSettings {
            observation: ObservationSettings {
                lookahead_steps: self.n_steps_lookahead,
                ..ObservationSettings::default()
            },
            ..TaskSettings::default()
        }
    }
}

impl ReplayDof {
    /// Nothing for the two joints that every forearm has.
    fn of(dof: ForearmDof) -> Option<ReplayDof> {
        match dof {
            ForearmDof::Tx | ForearmDof::Ty => None,
            ForearmDof::Tz => Some(ReplayDof::Tz),
            ForearmDof::Roll => Some(ReplayDof::Roll),
            ForearmDof::Pitch => Some(ReplayDof::Pitch),
            ForearmDof::Yaw => Some(ReplayDof::Yaw),
        }
    }
}

impl From<ReplayDof> for ForearmDof {
    fn from(dof: ReplayDof) -> ForearmDof {
        match dof {
            ReplayDof::Tz => ForearmDof::Tz,
            ReplayDof::Roll => ForearmDof::Roll,
            ReplayDof::Pitch => ForearmDof::Pitch,
            ReplayDof::Yaw => ForearmDof::Yaw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_robopianists_default() {
        let replay: Replay = serde_json::from_str(r#"{"score": {"pig": "score.pig.txt"}}"#).unwrap();
        assert_eq!(replay, Replay::default());
        assert_eq!(replay.scene(), SceneSettings::default());
        assert_eq!(replay.frames(), Ok(FrameSettings::default()));
        let again: Replay = serde_json::from_str(&serde_json::to_string(&replay).unwrap()).unwrap();
        assert_eq!(again, replay);
    }

    #[test]
    fn misspelt_settings_unknown_joints_and_other_timesteps_are_refused() {
        for text in [
            r#"{"score": {"pig": "a"}, "strech": 2.0}"#,
            r#"{"score": {"pig": "a"}, "extra_forearm_dofs": ["tx"]}"#,
            r#"{"score": {"wav": "a"}}"#,
        ] {
            assert!(serde_json::from_str::<Replay>(text).is_err(), "{text}");
        }
        let slow: Replay = serde_json::from_str(r#"{"score": {"midi": "a.mid"}, "control_timestep": 0.1}"#).unwrap();
        assert_eq!(slow.frames(), Err(UnknownTimestep { control_timestep: 0.1 }));
    }

    #[test]
    fn a_scene_is_described_as_it_was_built() {
        let scene = SceneSettings {
            reduced_action_space: false,
            extra_forearm_dofs: vec![ForearmDof::Tz, ForearmDof::Yaw],
            ..SceneSettings::default()
        };
        let frames = FrameSettings {
            initial_buffer_secs: 0.5,
            ..FrameSettings::default()
        };
        let replay = Replay::new(ReplayScore::Midi("a.mid".to_owned()), &scene, &frames, 4);
        assert_eq!((replay.scene(), replay.frames()), (scene, Ok(frames)));
        assert_eq!(replay.task().observation.lookahead_steps, 4);
    }
}
