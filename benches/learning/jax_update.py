#!/usr/bin/env python3
"""robopianist-rl's own DroQ update: writes what it computed from what (fixture), and times it (time).

    jax_update.py ROBOPIANIST_RL fixture FILE [UPDATES]   parameters, batches, random numbers, losses and parameters after
    jax_update.py ROBOPIANIST_RL time [UPDATES]           updates a second

ROBOPIANIST_RL is a checkout of kevinzakka/robopianist-rl. The interpreter needs jax, flax, optax, distrax and dm_env, numpy and safetensors.
"""

import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

# robopianist-rl, and tensorflow_probability under it, were written for a jax that still had these names.
jax.random.KeyArray = jax.Array
jax.interpreters.xla.pytype_aval_mappings = {np.ndarray: None}
sys.path.insert(0, sys.argv[1])
import sac
from replay import Transition

# What the paper's flags give: previous action 39, fingering 10, goal 979, joints 23, keys 88, pedal 1, reward 1, joints 23.
OBSERVATION, ACTION, BATCH = 1164, 39, 256
BITS = slice(39, 1028)
# A row of bits has as many ones as a busy two-handed piece: about 3 keys in each of 11 frames.
ONES = 33
SEED = 7


class Spec:
    class observation:
        shape, dtype = (OBSERVATION,), np.float32

    class action:
        shape, dtype = (ACTION,), np.float32


def agent():
    config = sac.SACConfig(critic_dropout_rate=0.01, critic_layer_norm=True)
    sac.zeros_like = lambda spec: jnp.zeros(spec.shape, spec.dtype)
    return sac.SAC.initialize(Spec, config, seed=SEED, discount=0.8)


def observations(random):
    seen = random.normal(0, 0.5, (BATCH, OBSERVATION)).astype(np.float32)
    bits = np.zeros((BATCH, BITS.stop - BITS.start), np.float32)
    for row in bits:
        row[random.choice(bits.shape[1], ONES, replace=False)] = 1
    seen[:, BITS] = bits
    return seen


def batch(random):
    return Transition(
        state=observations(random),
        action=random.uniform(-1, 1, (BATCH, ACTION)).astype(np.float32),
        reward=random.uniform(0, 3, BATCH).astype(np.float32),
        discount=(random.uniform(size=BATCH) > 0.02).astype(np.float32),
        next_state=observations(random),
    )


def parameters(agent):
    """Every parameter by a name of the fixture: network.layer.kind, a critic's with its number in front."""
    found = {}
    for prefix, critic in (("critic", agent.critic.params), ("target", agent.target_critic.params)):
        (value,) = critic.values()
        (mlp,) = (value[name] for name in value if name.startswith("MLP"))
        for number in range(2):
            for layer in range(3):
                found[f"{prefix}{number}.{layer}.weight"] = mlp[f"Dense_{layer}"]["kernel"][number]
                found[f"{prefix}{number}.{layer}.bias"] = mlp[f"Dense_{layer}"]["bias"][number]
                found[f"{prefix}{number}.{layer}.norm_scale"] = mlp[f"LayerNorm_{layer}"]["scale"][number]
                found[f"{prefix}{number}.{layer}.norm_bias"] = mlp[f"LayerNorm_{layer}"]["bias"][number]
            found[f"{prefix}{number}.3.weight"] = value["Dense_0"]["kernel"][number]
            found[f"{prefix}{number}.3.bias"] = value["Dense_0"]["bias"][number]
    actor = agent.actor.params
    for layer in range(3):
        found[f"actor.{layer}.weight"] = actor["MLP_0"][f"Dense_{layer}"]["kernel"]
        found[f"actor.{layer}.bias"] = actor["MLP_0"][f"Dense_{layer}"]["bias"]
    for kind, leaf in (("weight", "kernel"), ("bias", "bias")):
        heads = [actor["OutputDenseMean"][leaf], actor["OutputDenseLogStd"][leaf]]
        found[f"actor.3.{kind}"] = jnp.concatenate(heads, axis=-1)
    found["log_temperature"] = agent.temp.params["log_temp"].reshape(1)
    return {name: np.array(value, np.float32) for name, value in found.items()}


def record(drawn):
    """Has jax say which random numbers an update drew: each draw's number is fixed when it is traced, its value when it runs."""
    bernoulli, normal = jax.random.bernoulli, jax.random.normal
    # What an update draws; it is traced more than once.
    each_update = {"keep": 9, "noise": 2}
    count = {"keep": 0, "noise": 0}

    def telling(kind, draw):
        def wrapped(*args, **kwargs):
            value = draw(*args, **kwargs)
            name = f"{kind}{count[kind] % each_update[kind]}"
            count[kind] += 1

            def tell(value):
                drawn[name] = np.array(value)
                return value

            shape = jax.ShapeDtypeStruct(value.shape, value.dtype)
            return jax.pure_callback(tell, shape, jax.lax.stop_gradient(value), vmap_method="expand_dims")

        return wrapped

    jax.random.bernoulli, jax.random.normal = telling("keep", bernoulli), telling("noise", normal)


def fixture(path, updates):
    from safetensors.numpy import save_file

    learner, random, tensors, drawn = agent(), np.random.RandomState(SEED), {}, {}
    for name, value in parameters(learner).items():
        tensors[f"before.{name}"] = value
    record(drawn)
    for number in range(updates):
        transitions = batch(random)
        learner, info = learner.update(transitions)
        jax.block_until_ready(learner)
        for name, value in transitions._asdict().items():
            tensors[f"{number}.{name}"] = np.asarray(value)
        for name, value in drawn.items():
            tensors[f"{number}.{name}"] = value.astype(np.uint8) if value.dtype == bool else value
        for name, value in info.items():
            tensors[f"{number}.{name}"] = np.array(value, np.float32).reshape(1)
        print(number, {name: float(value) for name, value in info.items()}, {name: value.shape for name, value in drawn.items()} if number == 0 else "")
    for name, value in parameters(learner).items():
        tensors[f"after.{name}"] = value
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)


def timed(updates):
    learner, random = agent(), np.random.RandomState(SEED)
    batches = [batch(random) for _ in range(8)]
    for number in range(10):
        learner, _ = learner.update(batches[number % 8])
    jax.block_until_ready(learner)
    start, cpu_start = time.perf_counter(), time.process_time()
    for number in range(updates):
        learner, _ = learner.update(batches[number % 8])
    jax.block_until_ready(learner)
    wall, cpu = updates / (time.perf_counter() - start), updates / (time.process_time() - cpu_start)
    print(f"{'robopianist-rl, JAX ' + jax.__version__:36} {wall:7.2f} updates/s, {cpu:7.2f} a CPU second")


if __name__ == "__main__":
    if sys.argv[2] == "fixture":
        fixture(Path(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 3)
    else:
        timed(int(sys.argv[3]) if len(sys.argv) > 3 else 200)
