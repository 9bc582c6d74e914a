//! A keyboard said by hand: the file given with `--keyboard`.
//!
//! Either `{"sections": [...]}` with the fields of `performance.json`'s keyboard, or points that a person read off a
//! picture: `{"points": [{"pixel": [x, y], "left_of": "C4", "edge": "front"}, ...]}`. `left_of` and `right_of` name the
//! white key on whose left (bass) or right (treble) side the point lies; `edge` is `front` (nearest the player) or `back`
//! (where the white keys end). Four points or more, on both edges; pixel centres lie at whole numbers.

use crate::performance::{Keyboard, KeyboardSection};
use piano::{Pitch, keyboard};
use serde::Deserialize;
use vision::Homography;

/// Why a correction cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    /// Not JSON, or not with these fields.
    #[error("the keyboard file is not JSON with \"sections\" or \"points\"")]
    Json(#[source] serde_json::Error),
    /// Neither or both of the two forms.
    #[error("the keyboard file must hold either \"sections\" or \"points\", and holds {0}")]
    Form(&'static str),
    /// A section or its map is impossible.
    #[error("section {index} of the keyboard file {why}")]
    Section {
        /// Which, from 0.
        index: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A point is impossible.
    #[error("point {index} of the keyboard file {why}")]
    Point {
        /// Which, from 0.
        index: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The points do not fix a map.
    #[error("the points of the keyboard file do not fix where the keys are: give four or more, on both edges and far apart")]
    TooFewPoints,
    /// The points contradict each other.
    #[error("the points of the keyboard file contradict each other: point {index} lies {off:.1} white keys from where the others put it")]
    Contradiction {
        /// The point furthest off, from 0.
        index: usize,
        /// How far, white-key widths.
        off: f64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sections: Option<Vec<KeyboardSection>>,
    points: Option<Vec<Point>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    pixel: [f64; 2],
    left_of: Option<String>,
    right_of: Option<String>,
    edge: Edge,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Edge {
    Front,
    Back,
}

/// Points may be off by this from the map through all of them, white-key widths: lens bend and unsteady hands.
const POINT_TOLERANCE: f64 = 0.5;
/// A pixel further out than any picture is a slip.
const PIXEL_AT_MOST: f64 = 1e5;

/// Reads a correction for a video of this length.
pub fn parse_correction(text: &str, duration_secs: f64) -> Result<Keyboard, CorrectionError> {
    let file: File = serde_json::from_str(text).map_err(CorrectionError::Json)?;
    let sections = match (file.sections, file.points) {
        (Some(sections), None) => sections,
        (None, Some(points)) => vec![section_from_points(&points, duration_secs)?],
        (None, None) => return Err(CorrectionError::Form("neither")),
        (Some(_), Some(_)) => return Err(CorrectionError::Form("both")),
    };
    check_sections(&sections)?;
    Ok(Keyboard { sections })
}

fn check_sections(sections: &[KeyboardSection]) -> Result<(), CorrectionError> {
    if sections.is_empty() {
        return Err(CorrectionError::Section {
            index: 0,
            why: "is missing: give at least one",
        });
    }
    let mut end_before = 0.0;
    for (index, section) in sections.iter().enumerate() {
        if let Some(why) = fault_of(section, end_before) {
            return Err(CorrectionError::Section { index, why });
        }
        end_before = section.end_secs;
    }
    Ok(())
}

fn fault_of(section: &KeyboardSection, end_before: f64) -> Option<&'static str> {
    let entries = section.keyboard_from_image.0.as_flattened();
    let in_order = section.start_secs >= end_before && section.end_secs > section.start_secs && section.end_secs.is_finite();
    let checks = [
        (in_order, "must end after it starts, and start after the one before has ended"),
        (
            entries.iter().all(|entry| entry.is_finite()),
            "has a map with numbers that are not finite",
        ),
        (section.keyboard_from_image.inverse().is_some(), "has a map that cannot be inverted"),
        (
            section.lowest_pitch <= section.highest_pitch,
            "has its lowest pitch above its highest",
        ),
        ((0.0..=1.0).contains(&section.confidence), "has a confidence outside 0 to 1"),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, why)| why)
}

fn section_from_points(points: &[Point], duration_secs: f64) -> Result<KeyboardSection, CorrectionError> {
    let place_of = |(index, point): (usize, &Point)| match place(point) {
        Ok(place) => Ok((point.pixel, place)),
        Err(why) => Err(CorrectionError::Point { index, why }),
    };
    let pairs: Vec<([f64; 2], [f64; 2])> = points.iter().enumerate().map(place_of).collect::<Result<_, _>>()?;
    for edge in [Edge::Front, Edge::Back] {
        if points.iter().filter(|point| point.edge == edge).count() < 2 {
            return Err(CorrectionError::TooFewPoints);
        }
    }
    let map = Homography::fit(&pairs).filter(|map| map.inverse().is_some());
    let map = map.ok_or(CorrectionError::TooFewPoints)?;
    let off = |pair: &([f64; 2], [f64; 2])| {
        let [x, y] = map.apply(pair.0);
        let off = (x - pair.1[0]).hypot(y - pair.1[1]);
        // Not a number means past the horizon: as far off as can be.
        if off.is_finite() { off } else { f64::MAX }
    };
    let worst = pairs.iter().map(off).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((index, off)) = worst.filter(|(_, off)| *off > POINT_TOLERANCE) {
        return Err(CorrectionError::Contradiction { index, off });
    }
    Ok(KeyboardSection {
        start_secs: 0.0,
        end_secs: duration_secs,
        keyboard_from_image: map,
        lowest_pitch: Pitch::LOWEST,
        highest_pitch: Pitch::HIGHEST,
        confidence: 1.0,
    })
}

/// Keyboard coordinates of a point.
fn place(point: &Point) -> Result<[f64; 2], &'static str> {
    if !point.pixel.iter().all(|value| value.abs() <= PIXEL_AT_MOST) {
        return Err("lies outside any picture");
    }
    let white_index = |name: &str| match Pitch::from_name(name) {
        None => Err("names no key of the piano"),
        Some(pitch) if pitch.is_black() => Err("names a black key: sides of white keys are meant"),
        Some(pitch) => Ok(keyboard::white_index(pitch) as f64),
    };
    let x = match (&point.left_of, &point.right_of) {
        (Some(name), None) => white_index(name)?,
        (None, Some(name)) => white_index(name)? + 1.0,
        _ => return Err("must have either \"left_of\" or \"right_of\""),
    };
    Ok([x, if point.edge == Edge::Front { 0.0 } else { 1.0 }])
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: &str = r#"{"points": [
        {"pixel": [10, 200], "left_of": "A0", "edge": "front"}, {"pixel": [1050, 200], "right_of": "C8", "edge": "front"},
        {"pixel": [10, 72], "left_of": "A0", "edge": "back"}, {"pixel": [1050, 72], "right_of": "C8", "edge": "back"}]}"#;

    #[test]
    fn four_corners_fix_the_keys() {
        let keyboard = parse_correction(POINTS, 30.0).unwrap();
        let [x, y] = keyboard.sections[0].keyboard_from_image.apply([530.0, 136.0]);
        assert!((x - 26.0).abs() < 1e-6 && (y - 0.5).abs() < 1e-6);
        assert_eq!(keyboard.sections[0].end_secs, 30.0);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let keyboard = parse_correction(POINTS, 30.0).unwrap();
        let again = parse_correction(&serde_json::to_string(&keyboard).unwrap(), 30.0).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let maps = [&keyboard, &again].map(|keyboard| keyboard.sections[0].keyboard_from_image.0);
        assert!(
            maps[0]
                .as_flattened()
                .iter()
                .zip(maps[1].as_flattened())
                .all(|(a, b)| close(*a, *b))
        );
    }

    #[test]
    fn slips_are_named() {
        let check = |text: &str, expected: &str| {
            let error = parse_correction(text, 30.0).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let changed = |from: &str, to: &str| POINTS.replacen(from, to, 1);
        check("[]", "not JSON with");
        check("{}", "neither");
        check(r#"{"sections": []}"#, "at least one");
        check(r#"{"points": []}"#, "four or more");
        check(&changed("\"C8\"", "\"C#8\""), "no key");
        check(&changed("\"C8\"", "\"A#7\""), "black key");
        check(&changed("back", "front"), "four or more");
        check(&changed("\"edge\"", "\"right_of\": \"A0\", \"edge\""), "either");
        check(&changed("[10, 200]", "[1e9, 200]"), "outside");
        check(
            &changed("]}", r#", {"pixel": [530, 200], "left_of": "C2", "edge": "front"}]}"#),
            "contradict",
        );
        let section = |start: f64, end: f64, map: &str| {
            let times = format!(r#""start_secs": {start}, "end_secs": {end}, "keyboard_from_image": {map}"#);
            format!(r#"{{"sections": [{{{times}, "lowest_pitch": 21, "highest_pitch": 108, "confidence": 1}}]}}"#)
        };
        check(&section(3.0, 1.0, "[[1,0,0],[0,1,0],[0,0,1]]"), "must end after");
        check(&section(0.0, 1.0, "[[1,0,0],[2,0,0],[0,0,1]]"), "inverted");
    }
}
