//! Notes from likelihoods: a note begins where its key was surely struck and lasts while it likely sounds.

use super::windows::frame_secs;
use super::{KEYS, Likelihoods};
use piano::{Note, Pitch};

/// What counts as a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteSettings {
    /// A strike must be at least this likely.
    pub struck_threshold: f64,
    /// A key sounds while at least this likely.
    pub sounding_threshold: f64,
    /// Notes must be longer than this many frames.
    pub shortest_frames: usize,
    /// A note ends when its key has not sounded for this many frames.
    pub gap_frames: usize,
    /// Whether keys that sound without a strike become notes too.
    pub without_strike: bool,
}

impl NoteSettings {
    /// What the Python package does if not told otherwise.
    pub const PACKAGE: NoteSettings = NoteSettings {
        struck_threshold: 0.5,
        sounding_threshold: 0.3,
        shortest_frames: 11,
        gap_frames: 11,
        without_strike: true,
    };

    /// For the piano, whose keys are always struck and whose fast notes are shorter than the package allows. Chosen on four
    /// recordings (Mozart K. 265 among them, onset F1 0.68 to 0.87), so not a figure to expect elsewhere.
    pub const PIANO: NoteSettings = NoteSettings {
        struck_threshold: 0.6,
        shortest_frames: 5,
        without_strike: false,
        ..NoteSettings::PACKAGE
    };
}

/// The notes by onset, then pitch. Velocity follows the likelihood of sounding, which is no measure of loudness.
pub fn notes(likelihoods: &Likelihoods, settings: &NoteSettings) -> Vec<Note> {
    let mut tracker = Tracker {
        likelihoods,
        settings,
        frames: likelihoods.frames(),
        left: likelihoods.sounding.clone(),
        notes: Vec::new(),
    };
    tracker.notes_from_strikes();
    if settings.without_strike {
        tracker.notes_without_strike();
    }
    piano::note::sort_notes(&mut tracker.notes);
    tracker.notes
}

/// Follows notes through the likelihood that is left: what a note explains is taken away from its key and both
/// neighbours.
struct Tracker<'a> {
    likelihoods: &'a Likelihoods,
    settings: &'a NoteSettings,
    frames: usize,
    left: Vec<f32>,
    notes: Vec<Note>,
}

impl Tracker<'_> {
    /// A note from each strike, the last one first, so that a note's end does not swallow the next note of its key.
    fn notes_from_strikes(&mut self) {
        let struck = strikes(self.likelihoods);
        let at = |frame: usize, key: usize| struck[frame * KEYS + key];
        for frame in (1..self.frames.saturating_sub(1)).rev() {
            for key in (0..KEYS).rev() {
                let peak = at(frame, key) > at(frame - 1, key) && at(frame, key) > at(frame + 1, key);
                if peak && at(frame, key) >= self.settings.struck_threshold {
                    self.note_from_strike(frame, key);
                }
            }
        }
    }

    fn note_from_strike(&mut self, start: usize, key: usize) {
        let (mut frame, mut gap) = (start + 1, 0);
        while frame + 1 < self.frames && gap < self.settings.gap_frames {
            gap = if self.sounds(frame, key) { 0 } else { gap + 1 };
            frame += 1;
        }
        let end = frame - gap;
        if end.saturating_sub(start) > self.settings.shortest_frames {
            for frame in start..end {
                self.take(frame, key);
            }
            self.push(start, end, key);
        }
    }

    /// Notes around what is still likely, the likeliest first. Nothing is ever added to what is left, so sorting once is
    /// enough.
    fn notes_without_strike(&mut self) {
        let mut cells: Vec<usize> = (0..self.frames * KEYS)
            .filter(|cell| f64::from(self.left[*cell]) > self.settings.sounding_threshold)
            .collect();
        cells.sort_by(|a, b| self.left[*b].total_cmp(&self.left[*a]).then(a.cmp(b)));
        for cell in cells {
            if self.left[cell] > 0.0 {
                self.left[cell] = 0.0;
                self.note_around(cell / KEYS, cell % KEYS);
            }
        }
    }

    fn note_around(&mut self, middle: usize, key: usize) {
        let (mut frame, mut gap) = (middle + 1, 0);
        while frame + 1 < self.frames && gap < self.settings.gap_frames {
            gap = if self.sounds(frame, key) { 0 } else { gap + 1 };
            self.take(frame, key);
            frame += 1;
        }
        let end = (frame - 1).saturating_sub(gap);
        // Backwards the package never looks at frame 0, but may begin there.
        let (mut start, mut gap) = (middle, 0);
        while start > 1 && gap < self.settings.gap_frames {
            start -= 1;
            gap = if self.sounds(start, key) { 0 } else { gap + 1 };
            self.take(start, key);
        }
        let start = start + gap;
        if end.saturating_sub(start) > self.settings.shortest_frames {
            self.push(start, end, key);
        }
    }

    fn sounds(&self, frame: usize, key: usize) -> bool {
        f64::from(self.left[frame * KEYS + key]) >= self.settings.sounding_threshold
    }

    fn take(&mut self, frame: usize, key: usize) {
        let row = frame * KEYS;
        self.left[row + key.saturating_sub(1)..row + (key + 2).min(KEYS)].fill(0.0);
    }

    fn push(&mut self, start: usize, end: usize, key: usize) {
        let Some(pitch) = Pitch::all().nth(key) else { return };
        let sounding: f64 = (start..end)
            .map(|frame| f64::from(self.likelihoods.sounding[frame * KEYS + key]))
            .sum();
        let likelihood = sounding / (end - start) as f64;
        self.notes.push(Note {
            pitch,
            onset_secs: frame_secs(start),
            offset_secs: frame_secs(end),
            velocity: (127.0 * likelihood).round().clamp(1.0, 127.0) as u8,
        });
    }
}

/// Likelihood of strikes, with those added that show only in a sudden rise of the sounding likelihood over both one and two
/// frames, brought to the same scale.
fn strikes(likelihoods: &Likelihoods) -> Vec<f64> {
    let cells = likelihoods.frames() * KEYS;
    let sounding = |cell: usize| f64::from(likelihoods.sounding[cell]);
    let rises: Vec<f64> = (0..cells)
        .map(|cell| match cell.checked_sub(2 * KEYS) {
            Some(two_before) => (sounding(cell) - sounding(cell - KEYS))
                .min(sounding(cell) - sounding(two_before))
                .max(0.0),
            None => 0.0,
        })
        .collect();
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let struck: Vec<f64> = likelihoods.struck[..cells].iter().map(|value| f64::from(*value)).collect();
    let (struck_max, rise_max) = (largest(&mut struck.iter().copied()), largest(&mut rises.iter().copied()));
    if rise_max == 0.0 {
        return struck;
    }
    struck
        .iter()
        .zip(&rises)
        .map(|(struck, rise)| struck.max(struck_max * rise / rise_max))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys sounding (key, from, to) in 60 frames, struck at the start where `struck`.
    fn likelihoods(sounding: &[(usize, usize, usize)], struck: bool) -> Likelihoods {
        let mut likelihoods = Likelihoods {
            sounding: vec![0.0; 60 * KEYS],
            struck: vec![0.0; 60 * KEYS],
        };
        for (key, from, to) in sounding {
            for frame in *from..*to {
                likelihoods.sounding[frame * KEYS + key] = 0.8;
            }
            likelihoods.struck[from * KEYS + key] = if struck { 0.9 } else { 0.0 };
        }
        likelihoods
    }

    fn check(likelihoods: &Likelihoods, settings: &NoteSettings, expected: &[(u8, usize, usize)]) {
        let found: Vec<(u8, f64, f64)> = notes(likelihoods, settings)
            .iter()
            .map(|note| (note.pitch.midi(), note.onset_secs, note.offset_secs))
            .collect();
        let expected: Vec<(u8, f64, f64)> = expected
            .iter()
            .map(|(midi, start, end)| (*midi, frame_secs(*start), frame_secs(*end)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_struck_key_sounds_until_it_falls_silent() {
        check(&likelihoods(&[(39, 5, 30)], true), &NoteSettings::PIANO, &[(60, 5, 30)]);
    }

    #[test]
    fn a_repeated_key_is_two_notes() {
        let repeated = likelihoods(&[(39, 5, 20), (39, 22, 40)], true);
        check(&repeated, &NoteSettings::PIANO, &[(60, 5, 20), (60, 22, 40)]);
    }

    #[test]
    fn short_notes_are_noise_to_the_package_but_not_on_the_piano() {
        let short = likelihoods(&[(39, 5, 15)], true);
        check(&short, &NoteSettings::PIANO, &[(60, 5, 15)]);
        check(&short, &NoteSettings::PACKAGE, &[]);
    }

    #[test]
    fn without_a_strike_only_the_package_hears_a_note() {
        let swelling = likelihoods(&[(39, 5, 40)], false);
        check(&swelling, &NoteSettings::PIANO, &[]);
        check(&swelling, &NoteSettings::PACKAGE, &[(60, 5, 39)]);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        check(&Likelihoods::default(), &NoteSettings::PACKAGE, &[]);
        check(&likelihoods(&[], true), &NoteSettings::PACKAGE, &[]);
    }
}
