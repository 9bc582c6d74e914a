#!/usr/bin/env python3
"""robopianist-rl's DroQ from nothing in the unmodified RoboPianist, the settings of its run.sh: the curve beside examples/twinkle.rs.

    jax_twinkle.py ROBOPIANIST_RL STEPS SEED [ENVIRONMENT]

The loop is train.py's without its logging, videos and progress bar. Needs what jax_update.py needs, and robopianist 1.0.10.
"""

import os
import random
import sys
import time
import warnings

warnings.simplefilter("ignore")
os.environ.setdefault("MUJOCO_GL", "disabled")
import jax
import numpy as np

# robopianist-rl, and tensorflow_probability under it, were written for a jax that still had these names.
jax.random.KeyArray = jax.Array
jax.interpreters.xla.pytype_aval_mappings = {np.ndarray: None}
sys.path.insert(0, sys.argv[1])
import dm_env_wrappers as wrappers
import jax.numpy as jnp
import replay
import robopianist.wrappers
import sac
from robopianist import suite

steps, seed = int(sys.argv[2]), int(sys.argv[3])
name = sys.argv[4] if len(sys.argv) > 4 else "RoboPianist-debug-TwinkleTwinkleRousseau-v0"
WARM_UP, EVALUATION, BATCH = 5_000, 10_000, 256


def environment(evaluates):
    task = dict(n_steps_lookahead=10, trim_silence=True, gravity_compensation=True, reduced_action_space=True, control_timestep=0.05)
    task |= dict(primitive_fingertip_collisions=True, disable_colorization=True)
    env = suite.load(environment_name=name, seed=seed, task_kwargs=task)
    if evaluates:
        env = robopianist.wrappers.MidiEvaluationWrapper(environment=env, deque_size=1)
    env = wrappers.EpisodeStatisticsWrapper(environment=env, deque_size=1)
    env = wrappers.ObservationActionRewardWrapper(env)
    env = wrappers.ConcatObservationWrapper(env)
    return wrappers.CanonicalSpecWrapper(env, clip=True)


def single(timestep):
    """What SinglePrecisionWrapper does, which numpy 2 refuses."""
    reward = None if timestep.reward is None else np.float32(timestep.reward)
    return timestep._replace(observation=np.asarray(timestep.observation, np.float32), reward=reward)


class Spec:
    class observation:
        shape, dtype = None, np.float32

    class action:
        shape, dtype = None, np.float32


random.seed(seed)
np.random.seed(seed)
env, evaluated = environment(False), environment(True)
timestep = single(env.reset())
Spec.observation.shape, Spec.action.shape = timestep.observation.shape, env.action_spec().shape
sac.zeros_like = lambda spec: jnp.zeros(spec.shape, spec.dtype)
config = sac.SACConfig(critic_dropout_rate=0.01, critic_layer_norm=True)
agent = sac.SAC.initialize(Spec, config, seed=seed, discount=0.8)
buffer = replay.Buffer(Spec.observation.shape[0], Spec.action.shape[0], max_size=steps, batch_size=BATCH)
buffer.insert(timestep, None)
print(f"{Spec.observation.shape[0]} numbers observed, {Spec.action.shape[0]} in an action")
print("steps,wall_secs,f1,precision,recall,return,critic_loss,value,entropy,temperature", flush=True)
start, metrics = time.time(), {}
for step in range(1, steps + 1):
    if step < WARM_UP:
        action = np.random.uniform(-1, 1, Spec.action.shape).astype(np.float32)
    else:
        agent, action = agent.sample_actions(timestep.observation)
    timestep = single(env.step(action.copy()))
    buffer.insert(timestep, action)
    if timestep.last():
        timestep = single(env.reset())
        buffer.insert(timestep, None)
    if step >= WARM_UP and buffer.is_ready():
        agent, metrics = agent.update(buffer.sample())
    if step % EVALUATION == 0:
        seen = single(evaluated.reset())
        while not seen.last():
            seen = single(evaluated.step(agent.eval_actions(seen.observation).copy()))
        music, total = evaluated.get_musical_metrics(), evaluated.get_statistics()["return"]
        scores = ",".join(f"{music[key]:.4f}" for key in ("f1", "precision", "recall"))
        losses = [float(metrics[key]) for key in ("critic_loss", "q", "entropy", "temperature")]
        losses = "{:.4f},{:.3f},{:.2f},{:.5f}".format(*losses)
        print(f"{step},{time.time() - start:.0f},{scores},{total:.2f},{losses}", flush=True)
