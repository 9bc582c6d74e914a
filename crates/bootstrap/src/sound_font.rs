//! Where the machine keeps the sound of a piano.

use std::path::PathBuf;

/// Where distributions put a General MIDI SoundFont: Debian's timgm6mb-soundfont first, which the set-up installs.
const PLACES: [&str; 3] = [
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/soundfonts/default.sf2",
];

/// The installed SoundFont, if there is one.
pub fn installed() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.is_file())
}
