//! The overlay video: what was found, drawn over what was filmed, with the sound it was found in.

use crate::error::LabelError;
use crate::progress::{Listener, Progress, Stage};
use crate::results::finger_of;
use artifacts::UnfinishedFile;
use hearing::AudioSource;
use labeling::on_keyboard::{hand_in_picture, section_at};
use labeling::performance::{KeyboardSection, Performance};
use media::{AudioReader, AudioSettings, MediaError, VideoReader, VideoSettings, VideoWriter};
use piano::Hand;
use std::path::Path;
use vision::FrameSource;
use vision::draw::fingertips::draw_fingertips;
use vision::draw::key_names::draw_key_outlines;
use vision::draw::pressed_keys::{PressedKey, draw_pressed_keys};
use vision::hands::{HandTracks, HandsInFrame};

const SOUND_RATE: u32 = 44_100;
/// Strong enough to look at, small enough to send.
const CRF: u8 = 23;
/// Visible on white keys and on black ones, and none of the fingers' colours.
const OUTLINE_COLOR: [u8; 3] = [128, 128, 128];
/// Times this close are of one picture.
const SAME_PICTURE_SECS: f64 = 1e-4;

/// Draws the overlay video.
pub fn write(
    input: &Path,
    output: &Path,
    performance: &Performance,
    tracks: &HandTracks,
    listener: &mut dyn Listener,
) -> Result<(), LabelError> {
    let unfinished = UnfinishedFile::for_place(output).map_err(LabelError::fault)?;
    let frames_per_second = performance.video.frames_per_second;
    let video = VideoSettings {
        width: performance.video.width,
        height: performance.video.height,
        frames_per_second,
        crf: CRF,
    };
    let mut sound = match AudioReader::open(input, SOUND_RATE, 2) {
        Ok(reader) => Some(reader),
        Err(MediaError::NoAudioStream { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let audio = sound.as_ref().map(|reader| AudioSettings {
        sample_rate: SOUND_RATE,
        channels: reader.channels(),
    });
    let mut writer = VideoWriter::create(unfinished.path(), video, audio)?;
    let mut reader = VideoReader::open(input)?;
    let mut written: u64 = 0;
    let (mut sound_written, mut samples) = (0, Vec::new());
    while let Some(mut shown) = reader.next_frame().map_err(LabelError::fault)? {
        if listener.stop_requested() {
            return Err(LabelError::Stopped);
        }
        draw(&mut shown.frame, shown.secs, performance, tracks);
        // The file has a constant rate: pictures shown longer are repeated, those shown too briefly left out.
        while (written as f64) / frames_per_second < shown.secs + 0.5 / frames_per_second {
            writer.write_frame(&shown.frame)?;
            written += 1;
            if let Some(sound) = &mut sound {
                let due = (written as f64 / frames_per_second * f64::from(SOUND_RATE)) as usize;
                samples.clear();
                sound_written += sound
                    .read(due.saturating_sub(sound_written), &mut samples)
                    .map_err(LabelError::fault)?;
                writer.write_audio(&samples)?;
            }
        }
        listener.hear(Progress::Advanced(
            Stage::Overlay,
            shown.secs / performance.source.duration_secs.max(1e-3),
        ));
    }
    writer.finish()?;
    unfinished.finish().map_err(LabelError::fault)
}

/// Draws pressed keys and fingertips.
fn draw(frame: &mut vision::Frame, secs: f64, performance: &Performance, tracks: &HandTracks) {
    let section = section_at(&performance.keyboard.sections, secs);
    if let Some(section) = section {
        let sounding = performance
            .notes
            .iter()
            .filter(|note| (note.onset_secs..note.offset_secs).contains(&secs));
        let pressed: Vec<PressedKey> = sounding
            .map(|note| PressedKey {
                pitch: note.pitch,
                finger: finger_of(note),
            })
            .collect();
        draw_key_outlines(
            frame,
            &section.keyboard_from_image,
            section.lowest_pitch,
            section.highest_pitch,
            OUTLINE_COLOR,
        );
        draw_pressed_keys(frame, &section.keyboard_from_image, &pressed);
    }
    let shown = tracks.frames.partition_point(|hands| hands.secs < secs - SAME_PICTURE_SECS);
    if let Some(hands) = tracks.frames.get(shown).filter(|hands| hands.secs <= secs + SAME_PICTURE_SECS) {
        draw_fingertips(frame, &as_the_players(hands, section));
    }
}

/// The hands of a picture named as the player's: the other way round in a mirrored picture.
fn as_the_players(hands: &HandsInFrame, section: Option<&KeyboardSection>) -> HandsInFrame {
    let seen_as = |hand: Hand| section.map_or(hand, |section| hand_in_picture(hand, &section.keyboard_from_image));
    HandsInFrame {
        secs: hands.secs,
        hands: Hand::BOTH.map(|hand| hands.hand(seen_as(hand)).copied()),
    }
}
