//! The stages from a video file to its labels, in order. Each costly one keeps its result under a hash of all it depends
//! on, so that a second run, or a run with another fingering rule, repeats only what changed.

use crate::error::LabelError;
use crate::inspect::{Inspected, inspect};
use crate::notes::{self, Notes};
use crate::progress::{Listener, Progress, Stage};
use crate::request::{FingeringRule, Request};
use crate::watch::{self, Watched};
use crate::{overlay, register, results};
use artifacts::{StageKey, StageStore};
use bootstrap::models::ModelStore;
use fingering::evidence::KeyMotion;
use labeling::align::{Aligned, align};
use labeling::assemble::labeled_notes;
use labeling::performance::{Keyboard, Performance, SCHEMA_VERSION, Source};
use labeling::refusal::{Refusal, RefusalCode};
use piano::Note;
use serde::{Serialize, de::DeserializeOwned};
use vision::keyboard::KeyboardRegistration;

/// Versions of the stages: raised when a change makes old results wrong.
const KEYBOARD_VERSION: u32 = 1;
const NOTES_VERSION: u32 = 1;
const WATCH_VERSION: u32 = 1;

/// Finished stages are kept here, inside the folder of results.
pub const STAGES_FOLDER: &str = ".stages";

/// Labels a video and writes the results.
pub fn label(request: &Request, store: &ModelStore, listener: &mut dyn Listener) -> Result<Performance, LabelError> {
    let input = inspect(&request.input, &request.limits)?;
    if request.notes.is_none() && !input.has_sound {
        return Err(Refusal::new(
            RefusalCode::NoAudioStream,
            format!("{} has no sound, and no notes were given", request.input.display()),
        )
        .into());
    }
    let run = Run {
        request,
        input,
        // Read first: nobody should wait for the keyboard before hearing of a misspelt name.
        given: request.notes.as_ref().map(notes::given).transpose()?,
        store,
        kept: StageStore::at(&request.out.join(STAGES_FOLDER)),
    };
    let (keyboard_key, keyboard) = run.keyboard(listener)?;
    let (notes_key, notes) = run.notes(listener)?;
    let watched = run.watch(&keyboard_key, &notes_key, &keyboard, &notes, listener)?;
    watch::check_hands(&watched)?;
    let performance = run.fingering(&keyboard, &notes, &watched, listener)?;
    run.results(&performance, &watched, listener)?;
    Ok(performance)
}

/// One video on its way through the stages.
struct Run<'a> {
    request: &'a Request,
    input: Inspected,
    given: Option<Notes>,
    store: &'a ModelStore,
    kept: StageStore,
}

impl Run<'_> {
    fn keyboard(&self, listener: &mut dyn Listener) -> Result<(StageKey, KeyboardRegistration), LabelError> {
        let duration_secs = self.input.source.duration_secs;
        let by_hand = self
            .request
            .keyboard
            .as_deref()
            .map(|path| register::read_correction(path, duration_secs))
            .transpose()?;
        let key = StageKey::new("keyboard", KEYBOARD_VERSION, &(&self.input.source.sha256, &by_hand));
        let found = self.stage(&key, Stage::Keyboard, listener, register::describe, |listener| match &by_hand {
            Some(by_hand) => Ok(register::registration_of(by_hand)),
            None => Ok(register::usable_sections(register::look(
                &self.request.input,
                duration_secs,
                listener,
            )?)?),
        })?;
        Ok((key, found))
    }

    fn notes(&self, listener: &mut dyn Listener) -> Result<(StageKey, Notes), LabelError> {
        let key = match &self.given {
            Some(given) => StageKey::new("notes", NOTES_VERSION, &(&given.notes, &given.pedal)),
            None => StageKey::new("notes", NOTES_VERSION, &(&self.input.source.sha256, self.request.transcriber)),
        };
        let describe = |notes: &Notes| {
            format!(
                "{} notes {}",
                notes.notes.len(),
                if notes.heard_by.is_some() { "heard" } else { "given" }
            )
        };
        let notes = self.stage(&key, Stage::Notes, listener, describe, |listener| match &self.given {
            Some(given) => Ok(given.clone()),
            None => notes::heard(&self.request.input, self.request.transcriber, self.store, listener),
        })?;
        Ok((key, notes))
    }

    fn watch(
        &self,
        keyboard_key: &StageKey,
        notes_key: &StageKey,
        keyboard: &KeyboardRegistration,
        notes: &Notes,
        listener: &mut dyn Listener,
    ) -> Result<Watched, LabelError> {
        let key = StageKey::new(
            "hands",
            WATCH_VERSION,
            &(&self.input.source.sha256, keyboard_key.hash(), notes_key.hash(), self.request.hands),
        );
        self.stage(&key, Stage::Hands, listener, watch::describe, |listener| {
            watch::watch(&self.request.input, &self.input, keyboard, &notes.notes, self.store, listener)
        })
    }

    /// Fits sound to pictures, chooses fingers, and puts the performance together.
    fn fingering(
        &self,
        keyboard: &KeyboardRegistration,
        notes: &Notes,
        watched: &Watched,
        listener: &mut dyn Listener,
    ) -> Result<Performance, LabelError> {
        listener.hear(Progress::Begun(Stage::Align));
        let heard = notes.heard_by.is_some();
        let aligned = align(&notes.notes, &watched.tracks, &keyboard.sections, heard)?;
        let found = format!("{:+.0} ms between sound and pictures", 1000.0 * aligned.offset_secs);
        listener.hear(Progress::Done {
            stage: Stage::Align,
            found,
            kept: false,
        });

        listener.hear(Progress::Begun(Stage::Fingering));
        let moved: Vec<Note> = notes
            .notes
            .iter()
            .map(|note| moved(note, aligned.offset_secs))
            .filter(|note| note.onset_secs >= 0.0)
            .collect();
        let keys: KeyMotion = watched.keys_as(&keyboard.sections, &aligned.sections);
        let assignments = match self.request.fingering {
            FingeringRule::Paper => fingering::paper(&moved, &aligned.hands, &keys),
            FingeringRule::AlongKeyboard => fingering::along_keyboard(&moved, &aligned.hands, &keys),
        };
        let labeled = labeled_notes(&moved, &assignments, heard);
        let found = format!(
            "{} of {} notes have a finger",
            labeled.iter().filter(|note| note.finger.is_some()).count(),
            labeled.len()
        );
        listener.hear(Progress::Done {
            stage: Stage::Fingering,
            found,
            kept: false,
        });
        Ok(self.performance(notes, watched, aligned, labeled))
    }

    fn performance(
        &self,
        notes: &Notes,
        watched: &Watched,
        aligned: Aligned,
        labeled: Vec<labeling::performance::LabeledNote>,
    ) -> Performance {
        let pedal = notes.pedal.iter().map(|pedal| piano::PedalInterval {
            start_secs: (pedal.start_secs + aligned.offset_secs).max(0.0),
            end_secs: (pedal.end_secs + aligned.offset_secs).max(0.0),
        });
        Performance {
            schema_version: SCHEMA_VERSION,
            toccata_version: env!("CARGO_PKG_VERSION").to_owned(),
            source: Source {
                name: self.request.name.clone().unwrap_or_else(|| self.input.source.name.clone()),
                origin: self.request.origin.clone(),
                ..self.input.source.clone()
            },
            video: self.input.video,
            keyboard: Keyboard {
                sections: aligned.sections,
            },
            audio_offset_secs: aligned.offset_secs,
            notes: labeled,
            pedal: pedal.collect(),
            models: [Some(watched.model.clone()), notes.heard_by.clone()]
                .into_iter()
                .flatten()
                .collect(),
            warnings: aligned.warnings,
        }
    }

    fn results(&self, performance: &Performance, watched: &Watched, listener: &mut dyn Listener) -> Result<(), LabelError> {
        std::fs::create_dir_all(&self.request.out).map_err(LabelError::fault)?;
        if self.request.overlay {
            listener.hear(Progress::Begun(Stage::Overlay));
            let output = self.request.out.join(results::OVERLAY_FILE);
            overlay::write(&self.request.input, &output, performance, &watched.tracks, listener)?;
            listener.hear(Progress::Done {
                stage: Stage::Overlay,
                found: output.display().to_string(),
                kept: false,
            });
        }
        if listener.stop_requested() {
            return Err(LabelError::Stopped);
        }
        results::write(&self.request.out, performance, &watched.tracks)
    }

    /// One stage: keeps what it finds, and does nothing where that was kept before.
    fn stage<T: Serialize + DeserializeOwned>(
        &self,
        key: &StageKey,
        stage: Stage,
        listener: &mut dyn Listener,
        describe: impl Fn(&T) -> String,
        work: impl FnOnce(&mut dyn Listener) -> Result<T, LabelError>,
    ) -> Result<T, LabelError> {
        if listener.stop_requested() {
            return Err(LabelError::Stopped);
        }
        listener.hear(Progress::Begun(stage));
        let (result, kept) = match self.kept.find(key) {
            Some(result) => (result, true),
            None => {
                let result = work(listener)?;
                self.kept.keep(key, &result).map_err(LabelError::fault)?;
                (result, false)
            }
        };
        listener.hear(Progress::Done {
            stage,
            found: describe(&result),
            kept,
        });
        Ok(result)
    }
}

fn moved(note: &Note, by_secs: f64) -> Note {
    Note {
        onset_secs: note.onset_secs + by_secs,
        offset_secs: note.offset_secs + by_secs,
        ..*note
    }
}
