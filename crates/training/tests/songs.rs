//! RoboPianist's own songs, from its fetched files.

use bootstrap::models::ModelStore;
use simulation::score::{FrameSettings, Score};
use training::songs::{SONGS, Song, SongError};

fn file(song: &Song) -> Vec<u8> {
    std::fs::read(ModelStore::open().unwrap().file("robopianist", song.file).unwrap()).unwrap()
}

/// Lengths as RoboPianist's environments have them.
#[test]
fn they_have_a_finger_for_every_note_and_robopianists_length() {
    for (song, frames) in SONGS.iter().zip([158, 520]) {
        let (notes, pedal) = song.read(&file(song)).unwrap();
        assert!(notes.iter().all(|note| note.finger.is_some()));
        let score = Score::new(&notes, &pedal, &FrameSettings::default()).unwrap();
        assert_eq!(score.frames().len(), frames, "{}", song.name);
        assert!(score.has_fingering());
    }
}

#[test]
fn another_file_is_refused() {
    let [twinkle, nocturne] = &SONGS;
    let refused = twinkle.read(&file(nocturne));
    assert!(matches!(
        refused,
        Err(SongError::OtherNotes {
            expected: 34,
            found: 117,
            ..
        })
    ));
    assert!(matches!(twinkle.read(b"RIFF"), Err(SongError::Unreadable { .. })));
    assert_eq!(Song::named("FurElise"), None);
}
