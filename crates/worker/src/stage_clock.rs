//! How far the stage in hand is, and how long stages take.

use std::time::Instant;

/// Stages of one attempt, as its handler tells them.
#[derive(Debug)]
pub(crate) struct StageClock {
    device: String,
    stage: Option<Stage>,
}

#[derive(Debug)]
struct Stage {
    name: String,
    fraction: f64,
    begun: Instant,
}

impl StageClock {
    pub(crate) fn new(device: &str) -> StageClock {
        StageClock {
            device: device.to_owned(),
            stage: None,
        }
    }

    /// A stage is this far, 0 to 1. The one before has ended.
    pub(crate) fn reached(&mut self, name: &str, fraction: f64) {
        let fraction = fraction.clamp(0.0, 1.0);
        match &mut self.stage {
            Some(stage) if stage.name == name => stage.fraction = fraction,
            _ => {
                self.ended();
                self.stage = Some(Stage {
                    name: name.to_owned(),
                    fraction,
                    begun: Instant::now(),
                });
            }
        }
    }

    /// The stage in hand, and how far it is.
    pub(crate) fn now(&self) -> Option<(String, f64)> {
        self.stage.as_ref().map(|stage| (stage.name.clone(), stage.fraction))
    }

    /// The stage in hand has ended.
    pub(crate) fn ended(&mut self) {
        if let Some(stage) = self.stage.take() {
            metrics::histogram!("stage_seconds", "stage" => stage.name, "device" => self.device.clone())
                .record(stage.begun.elapsed().as_secs_f64());
        }
    }
}
