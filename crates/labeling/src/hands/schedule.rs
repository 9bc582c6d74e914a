//! Which pictures are looked at for hands.

/// How closely hands are followed, and where. Landmark networks are the dearest part of labelling a video; fingers matter where
/// notes begin, and hands that hardly move need no look at every picture.
#[derive(Clone, Debug, PartialEq)]
pub struct HandNeeds {
    /// Stretches `[from, to]` in seconds of the video in which hands are needed precisely, ascending by their start; none for
    /// everywhere.
    pub precise: Option<Vec<[f64; 2]>>,
    /// Pictures a second used in precise stretches, at most: of faster video every so many.
    pub precise_rate: f64,
    /// Pictures a second looked at in precise stretches while hands hardly move. Those used in between are looked at only if it
    /// turns out that a hand moved.
    pub steady_rate: f64,
    /// Pictures a second looked at elsewhere, so that the hands are not lost.
    pub coarse_rate: f64,
}

impl HandNeeds {
    /// Precise hands in the whole clip.
    ///
    /// MediaPipe itself is used at 30 pictures a second. At 15, landmarks halfway between looks lie 1.1 pixels from where the network
    /// sees them (hands 200 pixels wide), which is the network's own jitter, unless the hand moves fast.
    pub fn everywhere() -> HandNeeds {
        HandNeeds {
            precise: None,
            precise_rate: 30.0,
            steady_rate: 15.0,
            coarse_rate: 15.0,
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
            coarse_rate: 10.0,
            ..HandNeeds::everywhere()
        }
    }

    fn is_precise_at(&self, secs: f64) -> bool {
        self.precise.as_ref().is_none_or(|stretches| {
            let started = stretches.partition_point(|[from, _]| *from <= secs);
            // Stretches are about as long as each other, so the one that covers a moment started not long ago.
            stretches[started.saturating_sub(LOOK_BACK)..started]
                .iter()
                .any(|[_, to]| *to >= secs)
        })
    }
}

/// Stretches looked back at for one that covers a moment.
const LOOK_BACK: usize = 64;

/// What to do with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: it is not even converted.
    Skip,
    /// Keep it, in case a hand moves before the next look.
    Keep,
    /// Look at it.
    Look,
}

/// Decides picture by picture.
pub struct Schedule<'a> {
    needs: &'a HandNeeds,
    last_used_secs: f64,
    last_looked_secs: f64,
    last_secs: f64,
}

impl<'a> Schedule<'a> {
    pub fn new(needs: &'a HandNeeds) -> Schedule<'a> {
        Schedule {
            needs,
            last_used_secs: f64::NEG_INFINITY,
            last_looked_secs: f64::NEG_INFINITY,
            last_secs: f64::INFINITY,
        }
    }

    /// What to do with the picture shown at this moment; `hurried` while a hand moves so fast that it would be lost between rare
    /// looks. Ask once for each picture, in order.
    pub fn plan(&mut self, secs: f64, hurried: bool) -> Plan {
        let needs = self.needs;
        // Half a picture early rather than half a picture late, so that the rate is kept when it is no divisor of the video's.
        let slack = (secs - self.last_secs).max(0.0) / 2.0;
        self.last_secs = secs;
        let is_time = |last_secs: f64, rate: f64| secs - last_secs >= 1.0 / rate - slack;
        let precise = needs.is_precise_at(secs);
        let look_rate = if hurried {
            needs.precise_rate
        } else if precise {
            needs.steady_rate
        } else {
            needs.coarse_rate
        };
        if is_time(self.last_looked_secs, look_rate) && is_time(self.last_used_secs, needs.precise_rate) {
            (self.last_used_secs, self.last_looked_secs) = (secs, secs);
            Plan::Look
        } else if precise && is_time(self.last_used_secs, needs.precise_rate) {
            self.last_used_secs = secs;
            Plan::Keep
        } else {
            Plan::Skip
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to pictures that follow each other at a rate: L looked at, k kept, - skipped.
    fn check(needs: &HandNeeds, rate: f64, hurried: bool, expected: &str) {
        let mut schedule = Schedule::new(needs);
        let plans = (0..expected.len()).map(|i| match schedule.plan(i as f64 / rate, hurried) {
            Plan::Skip => '-',
            Plan::Keep => 'k',
            Plan::Look => 'L',
        });
        assert_eq!(plans.collect::<String>(), expected);
    }

    #[test]
    fn of_fast_video_every_second_picture_is_used_and_of_those_every_second_looked_at() {
        check(&HandNeeds::everywhere(), 60.0, false, "L-k-L-k-L");
        check(&HandNeeds::everywhere(), 30.0, false, "LkLkL");
        check(&HandNeeds::everywhere(), 25.0, false, "LkLkL");
        check(&HandNeeds::everywhere(), 60.0, true, "L-L-L-L-L");
        check(&HandNeeds::everywhere(), 12.0, false, "LLLLL");
    }

    #[test]
    fn between_notes_fewer_pictures_are_looked_at() {
        let needs = HandNeeds {
            precise: Some(vec![[0.2, 0.3]]),
            ..HandNeeds::around_onsets([])
        };
        check(&needs, 30.0, false, "L--L--LkLk-L--L--");
    }
}
