"""The Python package pianoplayer on tables of `beringer.py`: `pianoplayer_peer.py OUT TABLE...` writes OUT/<table>.fingers, a finger a
line, and prints seconds in its solver and notes.

Notes are made as its MusicXML reader makes them (time in beats, place by the spelled name): its MIDI and PIG readers of version 3.0.2
put keys in wrong places or in none. Settings are its own: hand M, automatic depth.
"""

import sys
import time
from pathlib import Path

from pianoplayer.hand import Hand
from pianoplayer.models import INote, keypos


def read(path):
    notes = []
    for number, line in enumerate(path.read_text().splitlines()):
        beat, beats, midi, name, hand, _ = line.split("\t")
        note = INote(name=name[:-1].replace("b", "-"), octave=int(name[-1]), pitch=int(midi), noteID=number)
        note.time, note.duration, note.isBlack = float(beat), float(beats), int(midi) % 12 in (1, 3, 6, 8, 10)
        note.x = keypos(note)
        notes.append(note)
    return hand, notes


def main(out, tables):
    out.mkdir(parents=True, exist_ok=True)
    seconds = count = 0
    for path in tables:
        hand, notes = read(path)
        solver = Hand(noteseq=notes, side=hand, size="M")
        solver.verbose = False
        began = time.process_time()
        solver.generate()
        seconds += time.process_time() - began
        count += len(notes)
        (out / f"{path.stem}.fingers").write_text("".join(f"{note.fingering}\n" for note in notes))
    print(f"{seconds:.3f} s for {count} notes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(table) for table in sys.argv[2:]])
