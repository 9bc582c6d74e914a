"""Notes and printed fingerings of Beringer and Dunhill's scales, arpeggios and broken chords, out of David Randolph's abcD files.

`beringer.py CORPUS OUT` writes a table a hand and exercise, `OUT/<kind>-<name>-<hand>.tsv`: beat, duration in beats, MIDI note,
spelled note, hand, and the printed fingers in order of preference ("1", "12" where an
alternative is printed, "-" where none is). CORPUS holds the folders
scales, arpeggios and broken_chords. Exercises whose fingers are not as many as their notes are left out and named.
"""

import re
import sys
from pathlib import Path

KINDS = ("scales", "arpeggios", "broken_chords")
HANDS = ("right", "left")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS_IN_ORDER = "FCGDAEB"
ACCIDENTALS = {"^": 1, "_": -1, "=": 0, "^^": 2, "__": -2}
SHARPS_OF_TONIC = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
# Instead of fingers where none is printed.
NONE_PRINTED = "-"
# A beat is a quarter, a unit note a sixteenth (L:1/16 in every file).
BEATS_PER_UNIT = 0.25

TOKEN = re.compile(
    r'"[^"]*"|!\w+!|\[\s*K:(?P<key>[^\]]*)\]|(?P<bar>\[\||[:|\]]+)'
    r"|(?P<accidental>\^\^|__|[\^_=])?(?P<letter>[A-Ga-gz])(?P<octave>[',]*)(?P<length>\d*)|(?P<other>\S)"
)


def key_signature(name):
    """Alteration of each letter, or None where the field names no key (only a clef)."""
    found = re.match(r"\s*([A-G])([#b]?)\s*(maj|min|m)?\b", name)
    if not found or "clef" in name.split("=")[0].lower().split()[:1]:
        return None
    tonic, accidental, mode = found.groups()
    sharps = SHARPS_OF_TONIC[tonic] + {"#": 7, "b": -7, "": 0}[accidental] - (3 if mode in ("min", "m") else 0)
    letters = SHARPS_IN_ORDER[:sharps] if sharps >= 0 else SHARPS_IN_ORDER[sharps:]
    return {letter: (1 if sharps > 0 else -1) for letter in letters}


def octave_shift(text, before):
    found = re.search(r"octave=(-?\d+)", text)
    return int(found.group(1)) if found else before


def read(text):
    """Notes of each voice, (beat, beats, midi, name), and the fingering lines."""
    fingerings = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("% abcD fingering")]
    key, key_octave, octaves, notes, beat = {}, 0, {}, {"1": [], "2": []}, {"1": 0.0, "2": 0.0}
    voice = "1"
    for line in text.splitlines():
        line = line.split("%")[0].rstrip("\\ ")
        if line.startswith("K:"):
            key = key_signature(line[2:]) or {}
            key_octave = octave_shift(line, 0)
        elif line.startswith("V:"):
            voice = line[2:].split()[0]
            octaves[voice] = octave_shift(line, octaves.get(voice, key_octave))
        elif re.match(r"[A-Za-z]:", line):
            continue
        elif line:
            beat[voice], octaves[voice] = music(line, key, octaves.get(voice, 0), beat[voice], notes[voice])
    return notes, fingerings


def music(line, key, octave, beat, notes):
    in_bar = {}
    for token in TOKEN.finditer(line):
        if token["key"] is not None:
            octave = octave_shift(token["key"], octave)
        elif token["bar"]:
            in_bar = {}
        elif token["other"]:
            raise ValueError(f"{token['other']!r} in {line!r}")
        elif token["letter"]:
            letter, beats = token["letter"].upper(), BEATS_PER_UNIT * int(token["length"] or 1)
            if letter != "Z":
                register = token["octave"].count("'") - token["octave"].count(",") + (token["letter"].islower()) + octave
                if token["accidental"]:
                    in_bar[letter] = ACCIDENTALS[token["accidental"]]
                alteration = in_bar.get(letter, key.get(letter, 0))
                name = letter + ("#" * alteration if alteration > 0 else "b" * -alteration) + str(4 + register)
                notes.append((beat, beats, 60 + 12 * register + STEPS[letter] + alteration, name))
            beat += beats
    return beat, octave


def fingers_of(fingerings, hand, count):
    """For each note the printed fingers, the first choice first; None if they are not as many as the notes."""
    choices = [""] * count
    for number, fingering in enumerate(fingerings):
        parts = fingering.split("@")
        fingers = parts[HANDS.index(hand)].replace("&", "") if len(parts) == 2 else ""
        if len(fingers) != count or not re.fullmatch("[1-5x]*", fingers):
            if number == 0:
                return None
            continue
        for place, finger in enumerate(fingers):
            if finger != "x" and finger not in choices[place]:
                choices[place] += finger
    return choices


def main(corpus, out):
    out.mkdir(parents=True, exist_ok=True)
    written = left_out = 0
    for path in sorted(path for kind in KINDS for path in (corpus / kind).glob("*.abcd")):
        notes, fingerings = read(path.read_text())
        for hand, voice in zip(HANDS, "12"):
            fingers = fingers_of(fingerings, hand, len(notes[voice]))
            if not fingers or not any(fingers):
                left_out += 1
                print(f"left out: {path.parent.name}/{path.stem}, {hand} hand ({len(notes[voice])} notes)", file=sys.stderr)
                continue
            written += 1
            lines = (
                f"{beat}\t{beats}\t{midi}\t{name}\t{hand}\t{choice or NONE_PRINTED}\n"
                for (beat, beats, midi, name), choice in zip(notes[voice], fingers)
            )
            (out / f"{path.parent.name}-{path.stem}-{hand}.tsv").write_text("".join(lines))
    print(f"{written} exercises, {left_out} left out", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
