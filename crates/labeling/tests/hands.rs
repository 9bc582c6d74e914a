//! Goal: hands are found, followed both ways and named over a whole clip, with as few looks as possible.
//! Method: an estimator without networks reads where the hands are from the pictures themselves.

use labeling::hands::{EstimateHandsError, HandNeeds, estimate_hands};
use labeling::seams::{HandEstimator, ModelError, ModelFacts};
use piano::Hand;
use vision::hands::{HandObservation, HandRegion, HandTracks, LANDMARKS};
use vision::{Frame, FrameReadError, FrameSource, TimedFrame};

const WIDTH: usize = 640;
const HEIGHT: usize = 120;
/// A hand is a square of this side in a red of its own: more red is more right.
const SIDE: usize = 40;
const TOP: f32 = 40.0;
/// A row through the squares' middle.
const ROW: usize = 60;
const LEFT_RED: u8 = 60;
const RIGHT_RED: u8 = 200;

/// Where the hands are in one picture: the left edge of the square, and its red.
type Scene = Vec<(usize, u8)>;

struct Clip {
    scenes: std::vec::IntoIter<Scene>,
    rate: f64,
    next: usize,
}

fn clip(rate: f64, scenes: impl IntoIterator<Item = Scene>) -> Clip {
    Clip {
        scenes: scenes.into_iter().collect::<Vec<_>>().into_iter(),
        rate,
        next: 0,
    }
}

impl FrameSource for Clip {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        let Some(scene) = self.scenes.next() else { return Ok(None) };
        let mut frame = Frame::filled(WIDTH, HEIGHT, [0, 0, 0]);
        for (x, red) in scene {
            for row in TOP as usize..TOP as usize + SIDE {
                for column in x..x + SIDE {
                    frame.set(column as i64, row as i64, [red, 0, 0]);
                }
            }
        }
        let secs = self.next as f64 / self.rate;
        self.next += 1;
        Ok(Some(TimedFrame { secs, frame }))
    }
}

/// Sees squares. A search sees only squares brighter than `search_red_min`; following sees all.
#[derive(Default)]
struct SeesSquares {
    search_red_min: u8,
    searches: usize,
    looks: usize,
}

/// A hand the size of the square that begins at a column.
fn hand_at(frame: &Frame, x: usize) -> HandObservation {
    let landmarks = std::array::from_fn::<_, LANDMARKS, _>(|i| {
        let (column, row) = ((i % 5) as f32 / 4.0, 1.0 - (i / 5) as f32 / 4.0);
        [x as f32 + SIDE as f32 * column, TOP + SIDE as f32 * row, 0.0]
    });
    let right = f32::from(frame.pixel(x, ROW)[0]) / 255.0;
    HandObservation {
        landmarks,
        presence: 0.9,
        right,
    }
}

/// Where squares begin between two columns.
fn squares(frame: &Frame, columns: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
    let red_at = |column: usize| frame.pixel(column, ROW)[0];
    columns.filter(move |column| red_at(*column) > 0 && (*column == 0 || red_at(column - 1) != red_at(*column)))
}

impl HandEstimator for SeesSquares {
    fn model(&self) -> ModelFacts {
        ModelFacts {
            name: "squares".into(),
            version: "1".into(),
            weights_sha256: vec![],
            licence: "none".into(),
        }
    }

    fn detect(&mut self, pictures: &[&Frame], _tiles: &[[f32; 3]]) -> Result<Vec<Vec<HandObservation>>, ModelError> {
        self.searches += 1;
        let bright = |hand: &HandObservation| hand.right * 255.0 > f32::from(self.search_red_min);
        let found = |frame: &&Frame| squares(frame, 0..WIDTH).map(|x| hand_at(frame, x)).filter(bright).collect();
        Ok(pictures.iter().map(found).collect())
    }

    fn follow(&mut self, regions: &[(&Frame, HandRegion)]) -> Result<Vec<Option<HandObservation>>, ModelError> {
        self.looks += regions.len();
        let seen = |(frame, region): &(&Frame, HandRegion)| {
            let [from, to] = [-1.0, 0.5].map(|sides| (region.center[0] + sides * SIDE as f32).clamp(0.0, WIDTH as f32) as usize);
            squares(frame, from..to).next().map(|x| hand_at(frame, x))
        };
        Ok(regions.iter().map(seen).collect())
    }
}

fn track(clip: &mut Clip, estimator: &mut SeesSquares) -> HandTracks {
    estimate_hands(clip, estimator, &[], &HandNeeds::everywhere(), &mut |_| true).unwrap()
}

/// Where a hand's square begins in a frame.
fn x_of(tracks: &HandTracks, frame: usize, hand: Hand) -> Option<f32> {
    tracks.frames[frame]
        .hand(hand)
        .map(|hand| hand.landmarks.iter().map(|p| p[0]).fold(f32::MAX, f32::min))
}

#[test]
fn resting_hands_are_looked_at_once() {
    let mut estimator = SeesSquares::default();
    let tracks = track(&mut clip(30.0, vec![vec![(100, LEFT_RED), (400, RIGHT_RED)]; 90]), &mut estimator);
    assert_eq!((estimator.searches, estimator.looks), (1, 0));
    assert!(tracks.frames.iter().all(|frame| frame.hands.iter().all(Option::is_some)));
    assert!((x_of(&tracks, 89, Hand::Left).unwrap() - 100.0).abs() < 0.01);
    assert!((x_of(&tracks, 89, Hand::Right).unwrap() - 400.0).abs() < 0.01);
}

#[test]
fn a_moving_hand_is_looked_at_in_every_picture_and_a_slow_one_in_every_second() {
    let mut estimator = SeesSquares::default();
    let moving = |step: usize| (0..61).map(move |i| vec![(40 + step * i, LEFT_RED), (500, RIGHT_RED)]);
    let tracks = track(&mut clip(30.0, moving(6)), &mut estimator);
    assert!(estimator.looks >= 58, "{} looks", estimator.looks);
    assert!((x_of(&tracks, 31, Hand::Left).unwrap() - (40.0 + 6.0 * 31.0)).abs() < 0.5);
    let mut estimator = SeesSquares::default();
    let tracks = track(&mut clip(30.0, moving(1)), &mut estimator);
    assert!(estimator.looks <= 32, "{} looks", estimator.looks);
    assert!((x_of(&tracks, 31, Hand::Left).unwrap() - (40.0 + 31.0)).abs() < 0.5);
    assert!(tracks.frames[31].hand(Hand::Left).unwrap().interpolated);
}

#[test]
fn a_hand_found_late_is_followed_back_to_where_it_came_in() {
    // The right hand is there from the first picture, but too dark to be found before the 40th.
    let mut estimator = SeesSquares {
        search_red_min: 130,
        ..Default::default()
    };
    let scenes = (0..80).map(|i| vec![(100, RIGHT_RED), (300 + i, if i < 40 { 120 } else { 140 })]);
    let tracks = track(&mut clip(30.0, scenes), &mut estimator);
    assert!(estimator.searches < 10, "{} searches", estimator.searches);
    assert!(tracks.frames.iter().all(|frame| frame.hands.iter().all(Option::is_some)));
}

#[test]
fn a_hand_that_leaves_is_gone_and_one_that_blinks_is_filled_in() {
    let mut estimator = SeesSquares::default();
    let scenes = (0..90).map(|i| {
        let mut scene = vec![(100, LEFT_RED)];
        if i < 60 && !(20..28).contains(&i) {
            scene.push((400, RIGHT_RED));
        }
        scene
    });
    let tracks = track(&mut clip(30.0, scenes), &mut estimator);
    assert!(x_of(&tracks, 89, Hand::Left).is_some() && x_of(&tracks, 65, Hand::Right).is_none());
    let filled = tracks.frames[24].hand(Hand::Right).unwrap();
    assert!(filled.interpolated && x_of(&tracks, 58, Hand::Right).is_some());
}

#[test]
fn hands_that_cross_keep_their_names() {
    let mut estimator = SeesSquares::default();
    // They pass each other with a picture in between, as hands do: never two squares in one place.
    let scenes = (0..100)
        .map(|i| vec![(60 + 5 * i, LEFT_RED), (300, RIGHT_RED)])
        .filter(|scene| !(250..350).contains(&scene[0].0));
    let tracks = track(&mut clip(30.0, scenes), &mut estimator);
    let last = tracks.frames.len() - 1;
    assert!((x_of(&tracks, last, Hand::Left).unwrap() - (60.0 + 5.0 * 99.0)).abs() < 3.0);
    assert!((x_of(&tracks, last, Hand::Right).unwrap() - 300.0).abs() < 0.5);
}

#[test]
fn every_picture_has_its_frame_and_stopping_is_heard() {
    let mut estimator = SeesSquares::default();
    assert!(track(&mut clip(30.0, []), &mut estimator).frames.is_empty());
    let tracks = track(&mut clip(60.0, vec![vec![(100, LEFT_RED)]; 31]), &mut estimator);
    assert_eq!(tracks.frames.len(), 31);
    assert!(x_of(&tracks, 30, Hand::Left).is_some());
    let stopped = estimate_hands(
        &mut clip(30.0, vec![vec![]; 9]),
        &mut estimator,
        &[],
        &HandNeeds::everywhere(),
        &mut |secs| secs < 0.1,
    );
    assert!(matches!(stopped, Err(EstimateHandsError::Stopped)));
}
