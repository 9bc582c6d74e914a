"""The peer for a whole label: mediapipe on every frame, then transkun, in one process (the fingering itself costs nothing)."""
import subprocess
import sys
from pathlib import Path

from peer_hands import hands_of

clip, sound, midi = sys.argv[1:]
hands_of(clip)
subprocess.run([Path(sys.executable).parent / "transkun", sound, midi, "--device", "cpu"], check=True)
