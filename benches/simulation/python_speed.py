#!/usr/bin/env python3
"""Control steps a second of the unmodified Python RoboPianist, with the actions, score and settings of examples/speed.rs."""

import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "crates" / "simulation" / "tests" / "golden"))
import dm_env_wrappers
import make_golden
import numpy as np
from mujoco_utils import composer_utils
from note_seq.protobuf import music_pb2
from robopianist.music import midi_file
from robopianist.suite.tasks.piano_with_shadow_hands import PianoWithShadowHands

steps = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
case = make_golden.CASES["paper"]
seq = music_pb2.NoteSequence()
for pitch, velocity, onset, offset, finger in make_golden.notes_of(case):
    seq.notes.add(pitch=pitch, velocity=velocity, start_time=onset, end_time=offset, part=finger)
seq.total_time = max(note.end_time for note in seq.notes)
task = PianoWithShadowHands(midi=midi_file.MidiFile(seq=seq), disable_colorization=True, **case["task"])
env = composer_utils.Environment(task=task, random_state=0, strip_singleton_obs_buffer_dim=True, recompile_physics=False, legacy_step=True)
env = dm_env_wrappers.CanonicalSpecWrapper(dm_env_wrappers.ConcatObservationWrapper(env), clip=True)
size = env.action_spec().shape[0]
actions = np.array([[make_golden.waves(step, column) for column in range(size)] for step in range(steps)], np.float32)
env.reset()
start, cpu_start = time.perf_counter(), time.process_time()
for action in actions:
    env.step(action.copy())
wall, cpu = steps / (time.perf_counter() - start), steps / (time.process_time() - cpu_start)
print(f"{'Python RoboPianist':36} {wall:7.1f} control steps/s, {cpu:7.1f} a CPU second")
