//! Fingers tables of notes (`benches/fingering/beringer.py` writes them): `finger_tables OUT TABLE...` writes OUT/TABLE.fingers, a finger
//! a line, and prints seconds and notes. A beat is taken as a second.

use fingering::from_score::{ScoreNote, finger_score};
use piano::{Hand, Note, Pitch};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: finger_tables OUT TABLE...")?;
    std::fs::create_dir_all(&out)?;
    let (mut spent, mut count) = (Duration::ZERO, 0);
    for table in arguments {
        let notes = read(&std::fs::read_to_string(&table)?)?;
        let began = Instant::now();
        let fingered = finger_score(&notes)?;
        spent += began.elapsed();
        count += notes.len();
        let fingers = fingered.notes.iter().map(|note| match note.finger {
            Some(finger) => format!("{}\n", finger.finger.get()),
            None => "0\n".to_owned(),
        });
        let name = Path::new(&table).file_stem().ok_or("a table needs a name")?.to_string_lossy();
        std::fs::write(Path::new(&out).join(format!("{name}.fingers")), fingers.collect::<String>())?;
    }
    println!("{:.3} s for {count} notes", spent.as_secs_f64());
    Ok(())
}

fn read(text: &str) -> Result<Vec<ScoreNote>, Box<dyn Error>> {
    text.lines()
        .map(|line| {
            let [beat, beats, midi, _, hand, _] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(format!("not six columns: {line}").into());
            };
            let onset_secs: f64 = beat.parse()?;
            let note = Note {
                pitch: Pitch::new(midi.parse()?)?,
                onset_secs,
                offset_secs: onset_secs + beats.parse::<f64>()?,
                velocity: 64,
            };
            let hand = Some(if hand == "left" { Hand::Left } else { Hand::Right });
            Ok(ScoreNote { note, hand, finger: None })
        })
        .collect()
}
