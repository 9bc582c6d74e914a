//! The stage that finds the player's hands: in a clip, or in a single picture.
//!
//! Pictures come one at a time and are let go once used. Hands are searched only while one is missing, followed from picture to picture,
//! and followed backwards from where they were found. At the end every track is called left or right, outliers are taken out, short
//! gaps filled and marked, and jitter smoothed.

mod schedule;
mod search;
mod tracker;

pub use schedule::HandNeeds;

use crate::seams::{HandEstimator, ModelError};
use piano::Hand;
use schedule::{Plan, Schedule};
use tracker::{Look, Tracker};
use vision::hands::plausible::KeyboardBand;
use vision::hands::sides::{Sighting, assign_sides, sides_in_picture};
use vision::hands::track::{Path, fill_gaps, remove_outliers, smooth};
use vision::hands::{HandObservation, HandTracks, HandsInFrame, TrackedHand};
use vision::{Frame, FrameReadError, FrameSource};

/// Why the hands of a clip are not known.
#[derive(Debug, thiserror::Error)]
pub enum EstimateHandsError {
    /// The pictures ended in an error.
    #[error(transparent)]
    Frames(#[from] FrameReadError),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// `progress` answered no.
    #[error("stopped on request")]
    Stopped,
}

/// Both hands in every picture of a clip. `bands` say where the keys are, as far as that is known; `progress` hears the
/// seconds of the video done so far and answers whether to go on.
pub fn estimate_hands(
    frames: &mut dyn FrameSource,
    estimator: &mut dyn HandEstimator,
    bands: &[KeyboardBand],
    needs: &HandNeeds,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<HandTracks, EstimateHandsError> {
    let mut tracker = Tracker::new(estimator, bands);
    let mut schedule = Schedule::new(needs);
    let mut secs_of_frames: Vec<f64> = Vec::new();
    loop {
        let last_secs = secs_of_frames.last().copied().unwrap_or(f64::NEG_INFINITY);
        let hurried = tracker.is_hurried();
        let mut plan = Plan::Skip;
        let next = frames.next_frame_if(&mut |secs| {
            // Pictures whose time does not grow (damaged files have them) have no place in a clip.
            plan = if secs > last_secs {
                schedule.plan(secs, hurried)
            } else {
                Plan::Skip
            };
            plan != Plan::Skip
        })?;
        let Some((secs, picture)) = next else { break };
        if secs.is_nan() || secs <= last_secs {
            continue;
        }
        secs_of_frames.push(secs);
        match picture {
            Some(picture) if plan == Plan::Look => tracker.look(secs, picture)?,
            Some(picture) => tracker.keep(secs, picture),
            None => {}
        }
        if !progress(secs) {
            return Err(EstimateHandsError::Stopped);
        }
    }
    Ok(tracks_from_looks(&secs_of_frames, tracker.into_looks()?))
}

/// The hands in a single picture, surest first, each with its side as the picture shows it.
pub fn hands_in_picture(estimator: &mut dyn HandEstimator, picture: &Frame) -> Result<Vec<(Hand, HandObservation)>, ModelError> {
    let hands = search::search(estimator, picture, None, 0)?;
    let sides = sides_in_picture(&hands);
    Ok(sides.into_iter().zip(hands).collect())
}

/// Sides, and paths made whole.
fn tracks_from_looks(secs_of_frames: &[f64], mut looks: Vec<Look>) -> HandTracks {
    drop_short_tracks(&mut looks);
    let looked_secs: Vec<f64> = looks.iter().map(|look| look.secs).collect();
    let pictures: Vec<&[Sighting]> = looks.iter().map(|look| look.sightings.as_slice()).collect();
    let sides = assign_sides(&looked_secs, &pictures);
    let paths = Hand::BOTH.map(|hand| {
        let tracked = |(sightings, side): (&&[Sighting], &[Option<usize>; 2])| side[hand.index()].map(|i| seen(&sightings[i].hand));
        let mut looked: Vec<Option<TrackedHand>> = pictures.iter().zip(&sides).map(tracked).collect();
        remove_outliers(&looked_secs, &mut looked);
        let mut path = at_frames(secs_of_frames, &looked_secs, looked);
        hold_to_the_end(secs_of_frames, &looked_secs, &mut path);
        fill_gaps(secs_of_frames, &mut path);
        smooth(secs_of_frames, &mut path);
        path
    });
    let hands_at = |i: usize| HandsInFrame {
        secs: secs_of_frames[i],
        hands: [paths[0][i], paths[1][i]],
    };
    HandTracks {
        frames: (0..secs_of_frames.len()).map(hands_at).collect(),
    }
}

fn seen(hand: &HandObservation) -> TrackedHand {
    TrackedHand {
        landmarks: hand.landmarks,
        presence: hand.presence,
        interpolated: false,
    }
}

/// What was seen in the pictures looked at, at its place among all pictures.
fn at_frames(secs_of_frames: &[f64], looked_secs: &[f64], looked: Vec<Option<TrackedHand>>) -> Vec<Option<TrackedHand>> {
    let mut path = vec![None; secs_of_frames.len()];
    for (secs, hand) in looked_secs.iter().zip(looked) {
        let frame = secs_of_frames.partition_point(|other| other < secs);
        path[frame] = hand;
    }
    path
}

/// Longest time a hand is held at the end: as long as looks lie apart.
const HOLD_SECS_MAX: f64 = 0.1;

/// The last pictures of a clip may come after the last look: hands stay where they were.
fn hold_to_the_end(secs_of_frames: &[f64], looked_secs: &[f64], path: &mut Path) {
    let Some(last_look) = looked_secs.last() else { return };
    let last = secs_of_frames.partition_point(|secs| secs < last_look);
    let held = path[last].map(|hand| TrackedHand {
        interpolated: true,
        ..hand
    });
    let near_enough = |secs: f64| secs - last_look <= HOLD_SECS_MAX;
    for (hand, _) in path
        .iter_mut()
        .zip(secs_of_frames)
        .skip(last + 1)
        .filter(|(_, secs)| near_enough(**secs))
    {
        *hand = held;
    }
}

/// A track shorter than this is a mistake of the palm network more often than a hand.
const TRACK_SECS_MIN: f64 = 0.1;

fn drop_short_tracks(looks: &mut [Look]) {
    let mut spans: std::collections::HashMap<usize, [f64; 2]> = Default::default();
    for look in looks.iter() {
        for sighting in &look.sightings {
            let span = spans.entry(sighting.track).or_insert([look.secs, look.secs]);
            *span = [span[0].min(look.secs), span[1].max(look.secs)];
        }
    }
    let clip_secs = looks.last().map_or(0.0, |last| last.secs - looks[0].secs);
    let long_enough = TRACK_SECS_MIN.min(clip_secs / 2.0);
    for look in looks.iter_mut() {
        look.sightings
            .retain(|sighting| spans.get(&sighting.track).is_some_and(|[from, to]| to - from >= long_enough));
    }
}
