//! Which pictures are looked at for hands.

/// Where precise hands are needed. Landmark networks are the dearest part of labelling a video, and fingers matter where notes
/// begin.
#[derive(Clone, Debug, PartialEq)]
pub struct HandNeeds {
    /// Stretches `[from, to]` in seconds of the video in which hands are needed precisely, ascending by their start; none for
    /// everywhere.
    pub precise: Option<Vec<[f64; 2]>>,
    /// Pictures a second looked at in precise stretches. Faster video is looked at every so often, and the rest filled in.
    pub precise_rate: f64,
    /// Pictures a second looked at elsewhere, so that the hands are not lost.
    pub coarse_rate: f64,
}

impl HandNeeds {
    /// Precise hands in every picture, of 30 a second: MediaPipe itself is used at that rate, and hands move little in between.
    pub fn everywhere() -> HandNeeds {
        HandNeeds {
            precise: None,
            precise_rate: 30.0,
            coarse_rate: 30.0,
        }
    }

    /// Precise hands around note onsets (ascending): from a little before to a little after each.
    pub fn around_onsets(onsets_secs: impl IntoIterator<Item = f64>) -> HandNeeds {
        /// The hand is in place this long before the key goes down.
        const BEFORE_SECS: f64 = 0.07;
        /// What follows still tells which finger pressed.
        const AFTER_SECS: f64 = 0.2;
        HandNeeds {
            precise: Some(
                onsets_secs
                    .into_iter()
                    .map(|onset| [onset - BEFORE_SECS, onset + AFTER_SECS])
                    .collect(),
            ),
            precise_rate: 30.0,
            coarse_rate: 12.0,
        }
    }

    fn rate_at(&self, secs: f64) -> f64 {
        let is_precise = self.precise.as_ref().is_none_or(|stretches| {
            let started = stretches.partition_point(|[from, _]| *from <= secs);
            // Stretches are about as long as each other, so the one that covers a moment started not long ago.
            stretches[started.saturating_sub(LOOK_BACK)..started]
                .iter()
                .any(|[_, to]| *to >= secs)
        });
        if is_precise { self.precise_rate } else { self.coarse_rate }
    }
}

/// Stretches looked back at for one that covers a moment.
const LOOK_BACK: usize = 64;

/// Decides picture by picture.
pub struct Schedule<'a> {
    needs: &'a HandNeeds,
    last_looked_secs: Option<f64>,
    last_secs: Option<f64>,
}

impl<'a> Schedule<'a> {
    pub fn new(needs: &'a HandNeeds) -> Schedule<'a> {
        Schedule {
            needs,
            last_looked_secs: None,
            last_secs: None,
        }
    }

    /// Whether to look at the picture shown at this moment; `hurried` when hands move so fast that they would be lost at the coarse
    /// rate. Ask once for each picture, in order.
    pub fn wants(&mut self, secs: f64, hurried: bool) -> bool {
        let frame_secs = self.last_secs.map_or(0.0, |last| (secs - last).max(0.0));
        self.last_secs = Some(secs);
        let rate = if hurried {
            self.needs.precise_rate
        } else {
            self.needs.rate_at(secs)
        };
        // Looking half a picture early rather than late keeps the rate when it is no multiple of the video's.
        let wanted = self
            .last_looked_secs
            .is_none_or(|last| secs - last >= 1.0 / rate - frame_secs / 2.0);
        if wanted {
            self.last_looked_secs = Some(secs);
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Indices of the pictures looked at, of a video of 60 a second.
    fn check(needs: &HandNeeds, pictures: usize, expected: &[usize]) {
        let mut schedule = Schedule::new(needs);
        let looked: Vec<usize> = (0..pictures).filter(|i| schedule.wants(*i as f64 / 60.0, false)).collect();
        assert_eq!(looked, expected);
    }

    #[test]
    fn fast_video_is_looked_at_thirty_times_a_second() {
        check(&HandNeeds::everywhere(), 8, &[0, 2, 4, 6]);
    }

    #[test]
    fn between_notes_fewer_pictures_are_looked_at() {
        let needs = HandNeeds {
            precise: Some(vec![[0.2, 0.3]]),
            precise_rate: 30.0,
            coarse_rate: 12.0,
        };
        check(&needs, 30, &[0, 5, 10, 12, 14, 16, 18, 23, 28]);
    }
}
