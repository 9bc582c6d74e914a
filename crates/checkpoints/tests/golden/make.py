"""Writes the small checkpoints beside this file (numpy 1.26, scipy 1.17, torch 2.11). Every number is a simple function of its place, so
the tests know it without reading another file."""

import io
import pickle
import struct
import sys
import types
from pathlib import Path

import numpy as np
import scipy.sparse
import torch

HERE = Path(__file__).parent


def ramp(*shape, dtype=np.float64):
    return (np.arange(np.prod(shape, dtype=int)) * 0.5 - 1).reshape(shape).astype(dtype)


# chumpy does not run on today's Python; its arrays are instances of these classes with this state.
def chumpy_class(module, name):
    for part in ("chumpy", module):
        sys.modules.setdefault(part, types.ModuleType(part))
    made = type(name, (object,), {"__module__": module, "__qualname__": name})
    setattr(sys.modules[module], name, made)
    return made


Ch = chumpy_class("chumpy.ch", "Ch")
Select = chumpy_class("chumpy.reordering", "Select")


def made(cls, **state):
    instance = cls()
    instance.__dict__.update(state)
    return instance


class PythonTwo(pickle._Pickler):
    """Writes text and bytes as Python 2 wrote its strings."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        raw = value.encode("latin1") if isinstance(value, str) else value
        if len(raw) < 256:
            self.write(b"U" + bytes([len(raw)]) + raw)
        else:
            self.write(b"T" + struct.pack("<i", len(raw)) + raw)
        self.memoize(value)

    dispatch[str] = save_string
    dispatch[bytes] = save_string


def hand_model():
    """The kinds of values in MANO's file, small."""
    return {
        "v_template": ramp(4, 3),
        "shapedirs": made(Ch, x=np.asfortranarray(ramp(4, 3, 2)), dirty_vars=set()),
        "J_regressor": scipy.sparse.csc_matrix(np.array([[0, 2.0, 0], [1, 0, 3]])),
        "f": np.arange(6, dtype=np.uint32).reshape(2, 3),
        "weights": ramp(300).astype(">f4"),
        "kintree_table": np.array([[4294967295, 0], [0, 1]], dtype=np.int64),
        "bs_type": "lrotmin",
        "scale": np.float32(2.5),
        "computed": made(Select, a=made(Ch, x=ramp(3)), idxs=np.array([0])),
        "names": np.array(["a", None], dtype=object),
    }


def write_pickles():
    two = io.BytesIO()
    PythonTwo(two, protocol=2).dump(hand_model())
    (HERE / "hand_python2.pkl").write_bytes(two.getvalue())
    for protocol in (2, 4):
        (HERE / f"hand_protocol{protocol}.pkl").write_bytes(pickle.dumps(hand_model(), protocol=protocol))


class Settings(dict):
    """Stands for the classes that training programs leave in their checkpoints."""


def write_torch():
    shared = torch.arange(24, dtype=torch.float32) * 0.5 - 1
    tensors = {
        "whole": shared[:6].reshape(2, 3),
        "part": shared[6:12],
        "turned": shared[:6].reshape(2, 3).T,
        "half": torch.tensor([1.0, -2.5], dtype=torch.float16),
        "brain": torch.tensor([1.0, -2.5], dtype=torch.bfloat16),
        "steps": torch.tensor(7, dtype=torch.int64),
        "trained": torch.nn.Parameter(torch.tensor([0.25])),
        "repeated": torch.tensor([3.0]).expand(4),
    }
    file = {
        "state_dict": tensors,
        "epoch": 3,
        "hyper_parameters": Settings(rate=0.1, device=torch.device("cpu")),
        "callbacks": {"best": Path("somewhere")},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(2)}}}],
        "seed": 1 << 70,
    }
    torch.save(file, HERE / "lightning.ckpt")
    torch.save({"w": torch.ones(2)}, HERE / "before_1_6.pt", _use_new_zipfile_serialization=False)


def write_numpy():
    arrays = {"pose": ramp(2, 3, dtype=np.float32), "cam": np.asfortranarray(ramp(2, 3)), "swapped": ramp(3).astype(">f8"), "one": np.int16(-3)}
    np.savez(HERE / "arrays.npz", **arrays)
    np.savez_compressed(HERE / "compressed.npz", **arrays)
    np.savez(HERE / "objects.npz", names=np.array(["a", None], dtype=object))


write_pickles()
write_torch()
write_numpy()
