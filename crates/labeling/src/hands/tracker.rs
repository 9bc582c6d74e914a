//! Follows hands from picture to picture, forwards, and backwards from where they were found.

use super::search::{BackOff, search};
use crate::seams::{HandEstimator, ModelError};
use std::collections::VecDeque;
use std::rc::Rc;
use vision::Frame;
use vision::hands::duplicates::is_same_hand;
use vision::hands::plausible::KeyboardBand;
use vision::hands::sides::{CANDIDATES_MAX, Sighting};
use vision::hands::stillness::is_still;
use vision::hands::{HandObservation, HandRegion};

/// A player's hands: with so many followed, nothing is searched.
const HANDS_WANTED: usize = 2;
/// Pictures are kept for following backwards as long as they fit in this, whatever their size: memory stays flat.
const PAST_BYTES_MAX: usize = 192 << 20;
/// And no longer than this.
const PAST_SECS_MAX: f64 = 2.5;
/// A hand that is elsewhere by more than this many palms from one look to the next is not taken for the same hand: the network slid
/// onto another one.
const LEAP_PALMS: f32 = 1.2;
/// A hand that moves by more than this many palms from look to look is in a hurry, and would be lost between rare looks.
const HURRY_PALMS: f32 = 0.3;
/// When a landmark moves by more than this many palms, the pictures in between are looked at too. Below, a straight line is within
/// the network's jitter (see [`super::HandNeeds::everywhere`]).
const MOVED_PALMS: f32 = 0.2;
/// A hand found this near to a followed one, in palms, is that one.
const NEAR_PALMS: f32 = 0.6;
/// Two followed hands that both look like the same side (mean of `right` beyond this and its mirror) are suspect: one may be a
/// reflection that keeps the other hand from being searched.
const SAME_SIDE: f32 = 0.8;
/// How fast that mean follows the network's word.
const SIDE_MEMORY: f32 = 0.1;

/// What was seen in one picture that was looked at.
pub struct Look {
    pub secs: f64,
    pub sightings: Vec<Sighting>,
}

/// A hand being followed.
#[derive(Clone)]
struct Live {
    track: usize,
    hand: HandObservation,
    /// The picture a network last looked at for this hand.
    seen_in: Rc<Frame>,
    /// Mean of `right` so far.
    right: f32,
}

/// Follows hands through a clip.
pub struct Tracker<'a> {
    estimator: &'a mut dyn HandEstimator,
    bands: &'a [KeyboardBand],
    live: Vec<Live>,
    tracks: usize,
    back_off: BackOff,
    hurried: bool,
    /// Pictures since the last look, for the case that a hand moved.
    between: Vec<(f64, Rc<Frame>)>,
    /// The last pictures looked at, each with the index of its look.
    past: VecDeque<(usize, Rc<Frame>)>,
    looks: Vec<Look>,
}

impl<'a> Tracker<'a> {
    pub fn new(estimator: &'a mut dyn HandEstimator, bands: &'a [KeyboardBand]) -> Tracker<'a> {
        Tracker {
            estimator,
            bands,
            live: Vec::new(),
            tracks: 0,
            back_off: BackOff::now(),
            hurried: false,
            between: Vec::new(),
            past: VecDeque::new(),
            looks: Vec::new(),
        }
    }

    /// Whether a hand moves fast.
    pub fn is_hurried(&self) -> bool {
        self.hurried
    }

    /// Keeps a picture, to be looked at if a hand turns out to have moved by the next look.
    pub fn keep(&mut self, secs: f64, picture: Frame) {
        self.between.push((secs, Rc::new(picture)));
    }

    /// Looks at the next picture.
    pub fn look(&mut self, secs: f64, picture: Frame) -> Result<(), ModelError> {
        let picture = Rc::new(picture);
        let between = std::mem::take(&mut self.between);
        let before = self.live.clone();
        let lost = self.follow(&picture)?;
        if lost && !between.is_empty() {
            // Step by step what was too far in one go.
            self.live = before;
            for (secs, picture) in between {
                self.follow(&picture)?;
                self.record(secs, picture);
            }
            self.follow(&picture)?;
        } else {
            self.look_between(&before, between, secs)?;
        }
        let found = if self.is_search_due(secs) {
            self.search(secs, &picture)?
        } else {
            Vec::new()
        };
        for (track, hand) in found {
            self.follow_back(track, hand, &picture)?;
        }
        self.record(secs, picture);
        Ok(())
    }

    /// Everything seen.
    pub fn into_looks(mut self) -> Result<Vec<Look>, ModelError> {
        if let Some((secs, picture)) = self.between.pop() {
            let picture = Rc::try_unwrap(picture).unwrap_or_else(|shared| (*shared).clone());
            self.look(secs, picture)?;
        }
        Ok(self.looks)
    }

    /// Takes every followed hand to the next picture; where nothing moved, what was seen is still there. Answers whether a hand
    /// was lost or taken for another.
    fn follow(&mut self, picture: &Rc<Frame>) -> Result<bool, ModelError> {
        let before = std::mem::take(&mut self.live);
        let regions: Vec<HandRegion> = before.iter().map(|live| HandRegion::from_landmarks(&live.hand)).collect();
        let still: Vec<bool> = before
            .iter()
            .zip(&regions)
            .map(|(live, region)| is_still(&live.seen_in, picture, region.bounds()))
            .collect();
        let asked: Vec<(&Frame, HandRegion)> = regions
            .iter()
            .zip(&still)
            .filter(|(_, still)| !**still)
            .map(|(region, _)| (&**picture, *region))
            .collect();
        let mut seen = self.estimator.follow(&asked)?.into_iter();
        self.hurried = false;
        let tracks: Vec<usize> = before.iter().map(|live| live.track).collect();
        for (live, still) in before.into_iter().zip(still) {
            if still {
                self.live.push(live);
            } else if let Some(hand) = seen.next().flatten() {
                let palms = palms_between(&live.hand, &hand);
                self.hurried |= palms > HURRY_PALMS;
                let track = if palms < LEAP_PALMS { live.track } else { self.next_track() };
                let right = live.right + SIDE_MEMORY * (hand.right - live.right);
                self.live.push(Live {
                    track,
                    hand,
                    seen_in: Rc::clone(picture),
                    right,
                });
            }
        }
        self.drop_doubles();
        if self.live.len() < tracks.len() {
            self.back_off = BackOff::now();
        }
        Ok(tracks.iter().any(|track| !self.live.iter().any(|live| live.track == *track)))
    }

    /// Looks at the pictures between the last look and this one if a hand moved: all hands of all these pictures in one batch,
    /// each where it must have been on its way.
    fn look_between(&mut self, before: &[Live], between: Vec<(f64, Rc<Frame>)>, now_secs: f64) -> Result<(), ModelError> {
        let ways: Vec<(usize, &HandObservation, &HandObservation)> = before
            .iter()
            .filter_map(|earlier| {
                Some((
                    earlier.track,
                    &earlier.hand,
                    &self.live.iter().find(|live| live.track == earlier.track)?.hand,
                ))
            })
            .collect();
        let Some(before_secs) = self.looks.last().map(|look| look.secs) else {
            return Ok(());
        };
        if !ways
            .iter()
            .any(|(_, from, to)| farthest_landmark(from, to) > MOVED_PALMS * from.palm_size())
        {
            return Ok(());
        }
        let mut asked = Vec::new();
        for (secs, picture) in &between {
            let part = ((secs - before_secs) / (now_secs - before_secs)) as f32;
            asked.extend(
                ways.iter()
                    .map(|(_, from, to)| (&**picture, HandRegion::from_landmarks(&on_the_way(from, to, part)))),
            );
        }
        let seen = self.estimator.follow(&asked)?;
        let tracks: Vec<usize> = ways.iter().map(|(track, ..)| *track).collect();
        for ((secs, picture), hands) in between.into_iter().zip(seen.chunks(tracks.len())) {
            let sightings = tracks
                .iter()
                .zip(hands)
                .filter_map(|(track, hand)| {
                    Some(Sighting {
                        track: *track,
                        hand: hand.clone()?,
                    })
                })
                .collect();
            self.add_look(Look { secs, sightings }, picture);
        }
        Ok(())
    }

    /// When two tracks have come to show one hand, the older one stays.
    fn drop_doubles(&mut self) {
        self.live.sort_by_key(|live| live.track);
        let mut kept: Vec<Live> = Vec::new();
        for live in self.live.drain(..) {
            if !kept.iter().any(|other| is_same_hand(&other.hand, &live.hand)) {
                kept.push(live);
            }
        }
        self.live = kept;
    }

    fn is_search_due(&self, secs: f64) -> bool {
        self.live.len() < self.hands_wanted() && self.back_off.is_due(secs)
    }

    fn hands_wanted(&self) -> usize {
        let all_look = |side: fn(f32) -> f32| self.live.len() >= HANDS_WANTED && self.live.iter().all(|live| side(live.right) > SAME_SIDE);
        if all_look(|right| right) || all_look(|right| 1.0 - right) {
            CANDIDATES_MAX
        } else {
            HANDS_WANTED
        }
    }

    /// Searches a picture for hands that are not followed yet, and starts to follow them.
    fn search(&mut self, secs: f64, picture: &Rc<Frame>) -> Result<Vec<(usize, HandObservation)>, ModelError> {
        let band = self.bands.iter().find(|band| (band.start_secs..=band.end_secs).contains(&secs));
        let wanted = self.hands_wanted();
        let mut found = Vec::new();
        for hand in search(self.estimator, picture, band, self.live.len())? {
            let is_new = !self.live.iter().any(|live| is_near(&live.hand, &hand));
            if is_new && self.live.len() < wanted {
                let track = self.next_track();
                found.push((track, hand.clone()));
                self.live.push(Live {
                    track,
                    right: hand.right,
                    hand,
                    seen_in: Rc::clone(picture),
                });
            }
        }
        if self.live.len() < self.hands_wanted() {
            let past_secs = self.past.front().map_or(PAST_SECS_MAX, |(look, _)| secs - self.looks[*look].secs);
            self.back_off.in_vain(secs, past_secs);
        }
        Ok(found)
    }

    /// Follows a hand that was just found back through the pictures before, as long as it is there and not followed already.
    fn follow_back(&mut self, track: usize, found: HandObservation, found_in: &Rc<Frame>) -> Result<(), ModelError> {
        let (mut hand, mut seen_in) = (found, Rc::clone(found_in));
        for (look, picture) in self.past.iter().rev() {
            let region = HandRegion::from_landmarks(&hand);
            if !is_still(&seen_in, picture, region.bounds()) {
                let Some(Some(earlier)) = self.estimator.follow(&[(&**picture, region)])?.pop() else {
                    break;
                };
                if palms_between(&hand, &earlier) > LEAP_PALMS {
                    break;
                }
                (hand, seen_in) = (earlier, Rc::clone(picture));
            }
            let sightings = &mut self.looks[*look].sightings;
            if sightings.iter().any(|other| is_near(&other.hand, &hand)) {
                break;
            }
            sightings.push(Sighting { track, hand: hand.clone() });
        }
        Ok(())
    }

    /// Notes what is followed now as seen in a picture.
    fn record(&mut self, secs: f64, picture: Rc<Frame>) {
        let sightings = self
            .live
            .iter()
            .map(|live| Sighting {
                track: live.track,
                hand: live.hand.clone(),
            })
            .collect();
        self.add_look(Look { secs, sightings }, picture);
    }

    /// Keeps a look's picture for following backwards, and lets go of the oldest ones.
    fn add_look(&mut self, look: Look, picture: Rc<Frame>) {
        let secs = look.secs;
        self.looks.push(look);
        self.past.push_back((self.looks.len() - 1, picture));
        let mut bytes: usize = self.past.iter().map(|(_, picture)| picture.rgb.len()).sum();
        while let Some((look, oldest)) = self.past.front() {
            if self.past.len() == 1 || (bytes <= PAST_BYTES_MAX && secs - self.looks[*look].secs <= PAST_SECS_MAX) {
                break;
            }
            bytes -= oldest.rgb.len();
            self.past.pop_front();
        }
    }

    fn next_track(&mut self) -> usize {
        self.tracks += 1;
        self.tracks
    }
}

/// Pixels the landmark that moved most has moved.
fn farthest_landmark(before: &HandObservation, now: &HandObservation) -> f32 {
    let pairs = before.landmarks.iter().zip(&now.landmarks);
    pairs.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).fold(0.0, f32::max)
}

/// A hand part of the way between two views of it.
fn on_the_way(from: &HandObservation, to: &HandObservation, part: f32) -> HandObservation {
    let landmarks =
        std::array::from_fn(|i| std::array::from_fn(|axis| from.landmarks[i][axis] * (1.0 - part) + to.landmarks[i][axis] * part));
    HandObservation { landmarks, ..from.clone() }
}

/// How far a hand is from where it was, in palms.
fn palms_between(before: &HandObservation, now: &HandObservation) -> f32 {
    let (a, b) = (before.palm_center(), now.palm_center());
    (a[0] - b[0]).hypot(a[1] - b[1]) / before.palm_size().max(1.0)
}

fn is_near(known: &HandObservation, found: &HandObservation) -> bool {
    palms_between(known, found) < NEAR_PALMS || is_same_hand(known, found)
}
