//! Named refusals: input that cannot be labelled, said so that a person knows what to do.

use serde::{Deserialize, Serialize};

/// Why an input is refused. The names are stable; users and services match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Not a media file, damaged, or cut off.
    MediaUnreadable,
    /// No pictures.
    NoVideoStream,
    /// No sound, and no notes were given.
    NoAudioStream,
    /// Too short to know anything about.
    TooShort,
    /// No piano keyboard was found.
    NoKeyboard,
    /// Keys were found, but not which octave they are.
    KeyboardOctaveUnknown,
    /// Keys, but nobody's hands.
    NoHands,
    /// Drawn or animated, not filmed.
    NotFilmed,
    /// The sound does not belong to the pictures.
    SoundNotFromPicture,
    /// More bytes or pixels than the limit.
    TooLarge,
    /// More seconds than the limit.
    TooLong,
}

impl RefusalCode {
    /// The stable name: `no_keyboard`.
    pub fn name(self) -> &'static str {
        match self {
            RefusalCode::MediaUnreadable => "media_unreadable",
            RefusalCode::NoVideoStream => "no_video_stream",
            RefusalCode::NoAudioStream => "no_audio_stream",
            RefusalCode::TooShort => "too_short",
            RefusalCode::NoKeyboard => "no_keyboard",
            RefusalCode::KeyboardOctaveUnknown => "keyboard_octave_unknown",
            RefusalCode::NoHands => "no_hands",
            RefusalCode::NotFilmed => "not_filmed",
            RefusalCode::SoundNotFromPicture => "sound_not_from_picture",
            RefusalCode::TooLarge => "too_large",
            RefusalCode::TooLong => "too_long",
        }
    }

    /// What a person can do about it.
    pub fn hint(self) -> &'static str {
        match self {
            RefusalCode::MediaUnreadable => "Check that the file plays in a video player; download or export it again.",
            RefusalCode::NoVideoStream => "Give a file with pictures; to transcribe sound alone use `toccata transcribe`.",
            RefusalCode::NoAudioStream => "Give the notes with --notes FILE.mid and --notes-offset-secs S, or a video with sound.",
            RefusalCode::TooShort => "Give a longer clip.",
            RefusalCode::NoKeyboard => {
                "Give a video that shows the keys from above; if a person can see all keys, write a --keyboard FILE (see `toccata keyboard --help`)."
            }
            RefusalCode::KeyboardOctaveUnknown => {
                "Show the whole keyboard, give sound or --notes so that the octave can be told, or say it with --keyboard FILE."
            }
            RefusalCode::NoHands => "Give a video in which the player's hands can be seen on the keys.",
            RefusalCode::NotFilmed => "Give a camera recording of a person playing; drawn or rendered keyboards show no fingers.",
            RefusalCode::SoundNotFromPicture => {
                "Check that the sound was recorded with the pictures; if it is shifted, give --notes and --notes-offset-secs."
            }
            RefusalCode::TooLarge => "Give a smaller file or picture, or raise the limit with --max-bytes or --max-pixels.",
            RefusalCode::TooLong => "Cut the video into parts, or raise the limit with --max-secs.",
        }
    }
}

/// An input that cannot be labelled: what was seen, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", code.name())]
pub struct Refusal {
    /// Stable name.
    pub code: RefusalCode,
    /// What was seen, on what.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Refusal {
    /// A refusal with the code's own hint.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            message: message.into(),
            hint: code.hint().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_written_under_its_stable_name() {
        let refusal = Refusal::new(RefusalCode::KeyboardOctaveUnknown, "14 keys");
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], refusal.code.name());
        assert_eq!(refusal.to_string(), "keyboard_octave_unknown: 14 keys");
    }
}
