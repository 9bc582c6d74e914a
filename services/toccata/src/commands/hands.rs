//! `toccata hands`: where the hands are, without the rest of labelling.

use crate::failure::{Failure, fault};
use crate::terminal::Terminal;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use labeler::error::LabelError;
use labeler::hand_models;
use labeler::progress::{Listener, Progress, Stage};
use labeling::hands::{HandNeeds, estimate_hands, hands_in_picture};
use labeling::seams::HandEstimator;
use media::{SampledFrames, VideoReader};
use piano::Hand;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use vision::draw::hands::draw_hand;
use vision::hands::{HandTracks, HandsInFrame, LANDMARKS};
use vision::{Frame, FrameSource};

/// Find hands in a video or picture
///
/// Left and right are as the picture shows them: of a mirrored recording they are the other way round.
#[derive(Args)]
pub struct Hands {
    /// The video, or a PNG or JPEG picture.
    #[arg(value_name = "VIDEO|PICTURE")]
    input: PathBuf,
    /// Draw the hands of the picture, or of one from the middle of the video, into a PNG.
    #[arg(long, value_name = "OUT.png")]
    picture: Option<PathBuf>,
    /// Print every hand of every frame for machines.
    #[arg(long)]
    pub json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Found {
    frames: Vec<FoundFrame>,
}

/// The hands of one frame.
#[derive(Serialize)]
struct FoundFrame {
    secs: f64,
    hands: Vec<FoundHand>,
}

/// One hand: landmarks `[x, y, z]` in pixels.
#[derive(Serialize)]
struct FoundHand {
    side: Hand,
    score: f32,
    interpolated: bool,
    landmarks: [[f32; 3]; LANDMARKS],
}

impl Hands {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let mut estimator = hand_models::mediapipe(&store)?;
        let found = if media::is_picture(&self.input) {
            self.in_picture(&mut estimator)?
        } else {
            self.in_video(&mut estimator, shutdown)?
        };
        if self.json {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            serde_json::to_writer(&mut out, &found).map_err(fault)?;
            writeln!(out).and_then(|()| out.flush()).map_err(fault)
        } else {
            println!("{}", found.for_people());
            Ok(())
        }
    }

    fn in_picture(&self, estimator: &mut dyn HandEstimator) -> Result<Found, Failure> {
        let picture = media::read_picture(&self.input).map_err(LabelError::from)?;
        let hands = hands_in_picture(estimator, &picture).map_err(fault)?;
        let frame = FoundFrame {
            secs: 0.0,
            hands: hands
                .into_iter()
                .map(|(side, hand)| FoundHand {
                    side,
                    score: hand.presence,
                    interpolated: false,
                    landmarks: hand.landmarks.map(|point| point.map(rounded)),
                })
                .collect(),
        };
        self.draw(&frame, picture)?;
        Ok(Found { frames: vec![frame] })
    }

    fn in_video(&self, estimator: &mut dyn HandEstimator, shutdown: Shutdown) -> Result<Found, Failure> {
        let facts = media::probe(&self.input).map_err(LabelError::from)?;
        let mut reader = VideoReader::open(&self.input).map_err(LabelError::from)?;
        let mut terminal = Terminal::new(self.json, shutdown);
        terminal.hear(Progress::Begun(Stage::Hands));
        let mut progress = |secs: f64| {
            terminal.hear(Progress::Advanced(Stage::Hands, secs / facts.duration_secs.max(1e-3)));
            !terminal.stop_requested()
        };
        let tracks = estimate_hands(&mut reader, estimator, &[], &HandNeeds::everywhere(), &mut progress);
        drop(terminal);
        let found = Found::from(tracks.map_err(LabelError::from)?);
        if let (Some(_), Some(frame)) = (&self.picture, found.telling_frame()) {
            let mut sampled = SampledFrames::open(&self.input, vec![frame.secs]).map_err(LabelError::from)?;
            if let Some(picture) = sampled.next_frame().map_err(fault)? {
                self.draw(frame, picture.frame)?;
            }
        }
        Ok(found)
    }

    fn draw(&self, frame: &FoundFrame, mut picture: Frame) -> Result<(), Failure> {
        let Some(path) = &self.picture else { return Ok(()) };
        for hand in &frame.hands {
            draw_hand(&mut picture, hand.side, &hand.landmarks);
        }
        Ok(media::write_png(path, &picture).map_err(LabelError::from)?)
    }
}

impl From<HandTracks> for Found {
    fn from(tracks: HandTracks) -> Found {
        Found {
            frames: tracks.frames.iter().map(FoundFrame::from).collect(),
        }
    }
}

impl From<&HandsInFrame> for FoundFrame {
    fn from(frame: &HandsInFrame) -> FoundFrame {
        let found = |side: Hand| {
            frame.hand(side).map(|hand| FoundHand {
                side,
                score: hand.presence,
                interpolated: hand.interpolated,
                landmarks: hand.landmarks.map(|point| point.map(rounded)),
            })
        };
        FoundFrame {
            secs: frame.secs,
            hands: Hand::BOTH.into_iter().filter_map(found).collect(),
        }
    }
}

impl Found {
    /// The frame nearest to the middle of those with the most hands.
    fn telling_frame(&self) -> Option<&FoundFrame> {
        let middle = self.frames.len() / 2;
        let most = self.frames.iter().map(|frame| frame.hands.len()).max()?;
        let telling = self.frames.iter().enumerate().filter(|(_, frame)| frame.hands.len() == most);
        telling.min_by_key(|(i, _)| i.abs_diff(middle)).map(|(_, frame)| frame)
    }

    fn for_people(&self) -> String {
        if let [frame] = &self.frames[..] {
            let sides: Vec<String> = frame
                .hands
                .iter()
                .map(|hand| format!("{} hand ({:.2})", name(hand.side), hand.score))
                .collect();
            return if sides.is_empty() { "no hands".into() } else { sides.join(", ") };
        }
        let part = |side: Hand| {
            let with = self
                .frames
                .iter()
                .filter(|frame| frame.hands.iter().any(|hand| hand.side == side))
                .count();
            100.0 * with as f64 / self.frames.len().max(1) as f64
        };
        format!(
            "{} frames: left hand in {:.1} %, right hand in {:.1} %",
            self.frames.len(),
            part(Hand::Left),
            part(Hand::Right)
        )
    }
}

fn name(side: Hand) -> &'static str {
    match side {
        Hand::Left => "left",
        Hand::Right => "right",
    }
}

/// Hundredths of a pixel are more than enough.
fn rounded(pixels: f32) -> f32 {
    (pixels * 100.0).round() / 100.0
}
