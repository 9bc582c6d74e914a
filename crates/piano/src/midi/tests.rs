use super::*;

fn note(midi: u8, onset_secs: f64, offset_secs: f64, hand: Option<Hand>) -> HandedNote {
    let pitch = Pitch::new(midi).unwrap();
    let note = Note {
        pitch,
        onset_secs,
        offset_secs,
        velocity: 1 + midi,
    };
    HandedNote { note, hand }
}

fn file(timing: Timing, tracks: Vec<Vec<(u32, TrackEventKind)>>) -> Vec<u8> {
    let mut file = Smf::new(Header::new(Format::Parallel, timing));
    for track in tracks {
        let mut events: Vec<TrackEvent> = track
            .into_iter()
            .map(|(delta, kind)| TrackEvent {
                delta: u28::new(delta),
                kind,
            })
            .collect();
        events.push(meta(MetaMessage::EndOfTrack));
        file.tracks.push(events);
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes).unwrap();
    bytes
}

fn on_channel<'a>(channel: u8, happening: Happening) -> TrackEventKind<'a> {
    TrackEventKind::Midi {
        channel: u4::new(channel),
        message: message(happening),
    }
}

fn strike<'a>(key: u8) -> TrackEventKind<'a> {
    on_channel(0, Happening::Strike(key, 64))
}

fn release<'a>(key: u8) -> TrackEventKind<'a> {
    on_channel(0, Happening::Release(key))
}

fn tempo<'a>(microseconds: u32) -> TrackEventKind<'a> {
    TrackEventKind::Meta(MetaMessage::Tempo(u24::new(microseconds)))
}

/// (key, onset, offset) of what is read.
fn times(bytes: &[u8]) -> Vec<(u8, f64, f64)> {
    let rounded = |secs: f64| (secs * 1e6).round() / 1e6;
    let notes = read(bytes).unwrap().notes;
    notes
        .iter()
        .map(|n| (n.note.pitch.midi(), rounded(n.note.onset_secs), rounded(n.note.offset_secs)))
        .collect()
}

#[test]
fn many_drawn_performances_survive_a_round_trip() {
    for seed in 0..50u64 {
        // A small generator of our own keeps this crate free of a random library.
        let mut state = seed * 2 + 1;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut free_at = [0; 88];
        let mut notes: Vec<HandedNote> = (0..200)
            .map(|_| {
                let pitch = draw(88) as usize;
                // On the grid of ticks, so that the order of notes cannot change.
                let onset = free_at[pitch] + 1 + draw(20_000);
                let offset = onset + 1 + draw(40_000);
                free_at[pitch] = offset;
                let (onset_secs, offset_secs) = (onset as f64 / TICKS_PER_SEC, offset as f64 / TICKS_PER_SEC);
                let hand = [None, Some(Hand::Left), Some(Hand::Right)][draw(3) as usize];
                note(21 + pitch as u8, onset_secs, offset_secs, hand)
            })
            .collect();
        notes.sort_by(|a, b| {
            a.note
                .onset_secs
                .total_cmp(&b.note.onset_secs)
                .then(a.note.pitch.cmp(&b.note.pitch))
        });
        let pedal = [PedalInterval {
            start_secs: 0.25,
            end_secs: 1.0 + seed as f64,
        }];
        let read = read(&write(&notes, &pedal).unwrap()).unwrap();
        assert_eq!(read.notes.len(), notes.len());
        for (a, b) in notes.iter().zip(&read.notes) {
            assert_eq!((a.note.pitch, a.note.velocity, a.hand), (b.note.pitch, b.note.velocity, b.hand));
            assert!((a.note.onset_secs - b.note.onset_secs).abs() < 1e-4);
            assert!((a.note.offset_secs - b.note.offset_secs).abs() < 1e-4);
        }
        assert_eq!(read.sustain_pedal, pedal);
    }
}

#[test]
fn a_key_struck_again_is_released_first() {
    let notes = [note(60, 0.5, 2.0, None), note(60, 1.0, 1.0, None)];
    assert_eq!(times(&write(&notes, &[]).unwrap()), [(60, 0.5, 1.0), (60, 1.0, 1.000_05)]);
}

#[test]
fn times_that_midi_has_no_room_for_are_refused() {
    for secs in [-0.1, f64::NAN, 1e6] {
        assert!(write(&[note(60, secs, secs, None)], &[]).is_err(), "{secs}");
    }
}

#[test]
fn nothing_played_is_a_file_too() {
    assert_eq!(read(&write(&[], &[]).unwrap()).unwrap(), MidiContents::default());
}

#[test]
fn tempo_changes_count_from_where_they_stand_in_any_track() {
    // 100 ticks a beat; 0.5 s a beat at first, 1 s a beat from tick 100 on.
    let notes = vec![(50, strike(60)), (100, release(60)), (50, strike(62)), (100, release(62))];
    let tempos = vec![(100, tempo(1_000_000))];
    let bytes = file(Timing::Metrical(u15::new(100)), vec![notes, tempos]);
    assert_eq!(times(&bytes), [(60, 0.25, 1.0), (62, 1.5, 2.5)]);
}

#[test]
fn smpte_time_needs_no_tempo() {
    let bytes = file(
        Timing::Timecode(midly::Fps::Fps25, 40),
        vec![vec![(0, tempo(1)), (500, strike(60)), (250, release(60))]],
    );
    assert_eq!(times(&bytes), [(60, 0.5, 0.75)]);
}

#[test]
fn drums_and_impossible_keys_are_left_out_and_open_notes_end_with_their_track() {
    let events = vec![
        (0, on_channel(DRUM_CHANNEL, Happening::Strike(60, 1))),
        (0, strike(5)),
        (0, strike(60)),
        (100, release(5)),
        (100, release(99)),
    ];
    let bytes = file(Timing::Metrical(u15::new(100)), vec![events]);
    assert_eq!(times(&bytes), [(60, 0.0, 1.0)]);
    assert_eq!(read(&bytes).unwrap().notes_off_the_keyboard, 1);
}

#[test]
fn the_pedal_is_down_while_any_channel_holds_it() {
    let events = vec![
        (100, on_channel(0, Happening::Pedal(true))),
        (100, on_channel(1, Happening::Pedal(true))),
        (100, on_channel(0, Happening::Pedal(false))),
        (100, on_channel(1, Happening::Pedal(false))),
    ];
    let bytes = file(Timing::Metrical(u15::new(50)), vec![events]);
    let expected = PedalInterval {
        start_secs: 1.0,
        end_secs: 4.0,
    };
    assert_eq!(read(&bytes).unwrap().sustain_pedal, [expected]);
}

#[test]
fn damaged_files_are_errors_and_never_panic() {
    let whole = write(&[note(60, 0.5, 2.0, None), note(64, 1.0, 1.5, Some(Hand::Left))], &[]).unwrap();
    for length in 0..whole.len() {
        let _ = read(&whole[..length]);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            let _ = read(&damaged);
        }
    }
    assert!(matches!(read(b""), Err(ReadMidiError::Malformed(_))));
    assert!(matches!(read(b"no MIDI at all"), Err(ReadMidiError::Malformed(_))));
    assert!(matches!(
        read(&file(Timing::Metrical(u15::new(0)), vec![])),
        Err(ReadMidiError::NoTicks)
    ));
}
