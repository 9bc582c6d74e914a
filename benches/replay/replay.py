#!/usr/bin/env python3
"""Plays recordings of Toccata in the unmodified Python RoboPianist: `replay.py FOLDER...`, each with replay.json, actions.npy or
actions.npz, and metrics.json. Ends with 1 if a frame F1 is not the recorded one."""

import csv
import json
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
import dm_env_wrappers
from robopianist import cli, suite
from robopianist.wrappers import MidiEvaluationWrapper

DEFAULTS = {
    "n_steps_lookahead": 10,
    "trim_silence": True,
    "gravity_compensation": True,
    "reduced_action_space": True,
    "primitive_fingertip_collisions": True,
    "initial_buffer_time": 0.0,
    "control_timestep": 0.05,
    "stretch": 1.0,
    "shift": 0,
    "extra_forearm_dofs": [],
}
# RoboPianist's converter takes the PIG data set and nothing less: this many pieces.
PIECES = 150
TOLERANCE = 1e-9


def converted(pig, scratch):
    """The score as RoboPianist's own converter makes it, staged as the first piece of a data set."""
    files = scratch / "pig" / "FingeringFiles"
    files.mkdir(parents=True)
    for piece in range(1, PIECES + 1):
        text = pig.read_text() if piece == 1 else "//one note\n0\t0.0\t0.5\tC4\t64\t64\t0\t1\n"
        (files / f"{piece:03d}-1_fingering.txt").write_text(text)
    with open(scratch / "pig" / "List.csv", "w", newline="") as file:
        csv.writer(file).writerows([["Piece"]] + [[f"piece{piece}"] for piece in range(1, PIECES + 1)])
    cli._preprocess_pig(scratch / "pig", scratch / "proto")
    return scratch / "proto" / "piece1-1.proto"


def environment(folder, settings, scratch):
    score = settings["score"]
    song = score.get("robopianist_song")
    path = None
    if "pig" in score:
        path = converted(folder / score["pig"], scratch)
    elif "midi" in score:
        path = folder / score["midi"]
    task = {name: settings[name] for name in DEFAULTS if name not in ("stretch", "shift", "extra_forearm_dofs")}
    task["forearm_dofs"] = ("forearm_tx", "forearm_ty", *(f"forearm_{dof}" for dof in settings["extra_forearm_dofs"]))
    return suite.load(
        f"RoboPianist-debug-{song}-v0" if song else "from a file",
        midi_file=path,
        stretch=settings["stretch"],
        shift=settings["shift"],
        task_kwargs={**task, "disable_colorization": True},
    )


def actions_of(folder):
    packed = folder / "actions.npz"
    return np.load(packed)["actions"] if packed.exists() else np.load(folder / "actions.npy")


def replayed(folder):
    settings = {**DEFAULTS, **json.loads((folder / "replay.json").read_text())}
    with tempfile.TemporaryDirectory() as scratch:
        measured = MidiEvaluationWrapper(environment(folder, settings, Path(scratch)))
        env = dm_env_wrappers.CanonicalSpecWrapper(measured, clip=True)
        env.reset()
        for action in actions_of(folder):
            env.step(action.copy())
        return measured.get_musical_metrics()


def main():
    same = True
    print(f"{'':24} {'F1':>9} {'precision':>9} {'recall':>9}   {'recorded':>9}")
    for folder in map(Path, sys.argv[1:]):
        score = json.loads((folder / "replay.json").read_text())["score"]
        file = score.get("pig") or score.get("midi")
        if file and not (folder / file).exists():
            print(f"{folder.name:24} LEFT OUT: there is no {folder / file}; results/README.md says how it is made", flush=True)
            continue
        metrics = replayed(folder)
        recorded = json.loads((folder / "metrics.json").read_text())["frame"]["f1"]
        agrees = abs(recorded - metrics["f1"]) <= TOLERANCE
        same &= agrees
        row = " ".join(f"{metrics[name]:9.4f}" for name in ("f1", "precision", "recall"))
        print(f"{folder.name:24} {row}   {recorded:9.4f} {'same' if agrees else 'NOT THE SAME'}", flush=True)
    sys.exit(not same)


if __name__ == "__main__":
    main()
