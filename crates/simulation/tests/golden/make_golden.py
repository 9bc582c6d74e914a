#!/usr/bin/env python3
"""Makes the golden files beside it with the unmodified Python RoboPianist: what parity.rs compares with.

Run it in an environment with robopianist 1.0.10, mujoco 3.17.0, dm_control 1.0.50, dm_env_wrappers 0.0.13:
    MUJOCO_GL=disabled python make_golden.py

Scores and actions are made here by integer arithmetic alone, so that the test makes the very same numbers; nothing of
RoboPianist's data is used.
"""

import json
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
import dm_env_wrappers
import numpy as np
from mujoco_utils import composer_utils
from note_seq.protobuf import music_pb2
from robopianist.music import midi_file
from robopianist.suite.tasks.piano_with_shadow_hands import PianoWithShadowHands
from robopianist.wrappers import MidiEvaluationWrapper

MASK = (1 << 64) - 1


def splitmix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
    return mixed ^ (mixed >> 31)


def noise(step, column):
    """Independent numbers in [-1, 1)."""
    return (splitmix(1_000_003 * step + column) >> 40) / 2**23 - 1


def waves(step, column):
    """Each column swings between -1 and 1 in its own time."""
    phase = (splitmix(column) + step * (20 + splitmix(column + 1000) % 60)) % 2048
    return (phase if phase < 1024 else 2048 - phase) / 512 - 1


def notes_of(case):
    """(pitch, velocity, onset, offset, finger): a walk of both hands with repeated notes, chords and overlaps, times in
    multiples of 1/64 s."""
    notes = []
    for hand, (centre, first) in enumerate([(64, 0), (48, 5)]):
        tick = 3 + 5 * hand
        for index in range(case["notes"]):
            state = splitmix(100_000 * case["seed"] + 1000 * hand + index)
            pitch = centre + state % 13 - 6
            length = 2 + (state >> 8) % 40
            notes.append((pitch, 1 + (state >> 16) % 127, tick / 64, (tick + length) / 64, first + (state >> 24) % 5))
            tick += (state >> 32) % 24  # 0: a chord.
    return notes


def pedal_of(case):
    """(down, up) times."""
    times, tick = [], 10
    for index in range(case["pedals"]):
        state = splitmix(777 * case["seed"] + index)
        down, up = tick, tick + 1 + state % 90
        times.append((down / 64, up / 64))
        tick = up + 1 + (state >> 8) % 60
    return times


CASES = {
    "paper": dict(seed=1, notes=150, pedals=9, actions="waves", steps=600,
        task=dict(trim_silence=True, n_steps_lookahead=10, gravity_compensation=True, reduced_action_space=True, primitive_fingertip_collisions=True)),
    "full": dict(seed=2, notes=40, pedals=3, actions="noise", steps=120, task=dict(n_steps_lookahead=2, initial_buffer_time=0.3)),
    "extra_dofs": dict(seed=3, notes=40, pedals=2, actions="waves", steps=120,
        task=dict(trim_silence=True, n_steps_lookahead=0, gravity_compensation=True, disable_hand_collisions=True, primitive_fingertip_collisions=True,
                  forearm_dofs=("forearm_tx", "forearm_ty", "forearm_tz", "forearm_roll", "forearm_pitch", "forearm_yaw"))),
}


def make(case):
    seq = music_pb2.NoteSequence()
    for pitch, velocity, onset, offset, finger in notes_of(case):
        seq.notes.add(pitch=pitch, velocity=velocity, start_time=onset, end_time=offset, part=finger)
    for down, up in pedal_of(case):
        seq.control_changes.add(time=down, control_number=64, control_value=127)
        seq.control_changes.add(time=up, control_number=64, control_value=0)
    seq.total_time = max(note.end_time for note in seq.notes)
    task = PianoWithShadowHands(midi=midi_file.MidiFile(seq=seq), disable_colorization=True, **case["task"])
    base = composer_utils.Environment(task=task, random_state=0, strip_singleton_obs_buffer_dim=True, recompile_physics=False, legacy_step=True)
    env = evaluated = MidiEvaluationWrapper(base)
    env = dm_env_wrappers.ObservationActionRewardWrapper(env)
    env = dm_env_wrappers.ConcatObservationWrapper(env)
    env = dm_env_wrappers.CanonicalSpecWrapper(env, clip=True)
    make_action = {"waves": waves, "noise": noise}[case["actions"]]
    size = base.action_spec().shape[0]

    timestep = env.reset()
    positions, observations = {"0": base.physics.data.qpos.tolist()}, {"0": sparse(timestep.observation)}
    sounding, terms = [], {name: [] for name in task.reward_fn.reward_fns}
    frames = len(task._notes)
    for step in range(min(case["steps"], frames)):
        timestep = env.step(np.array([make_action(step, column) for column in range(size)], np.float32))
        sounding.append(np.flatnonzero(task.piano.activation).tolist())
        for name, value in task.reward_fn.reward_terms.items():
            terms[name].append(float(value))
        if (step + 1) % 20 == 0 or timestep.last():
            positions[str(step + 1)] = base.physics.data.qpos.tolist()
        if (step + 1) % 60 == 0 or timestep.last():
            observations[str(step + 1)] = sparse(timestep.observation)
    golden = dict(
        due=[[[int(note.key), note.velocity, note.fingering] for note in notes] for notes in task._notes],
        sustain=[int(sustain) for sustain in task._sustains],
        action_size=size,
        observation_size=len(timestep.observation),
        sounding=sounding,
        events=len(task.piano.midi_module.get_all_midi_messages()),
        terms=terms,
        positions=positions,
        observations=observations,
        scores={name: float(value) for name, value in evaluated.get_musical_metrics().items()} if timestep.last() else None,
    )
    return golden


def sparse(observation):
    """Place and number, where it is not 0."""
    return [[int(place), float(np.float32(observation[place]))] for place in np.flatnonzero(observation)]


if __name__ == "__main__":
    for name, case in CASES.items():
        golden = make(case)
        (Path(__file__).parent / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
        pressed = sum(map(len, golden["sounding"]))
        print(name, len(golden["sounding"]), "steps of", len(golden["due"]), "frames;", pressed, "sounding key frames;", golden["scores"])
