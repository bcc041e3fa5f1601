"""Steps of stochastic gradient descent in JAX, scanned and compiled.

    python jax_peer.py {published,vectors} {float64,float32}

`published` is the definition for one prompt under vmap and grad; `vectors` has the gradient by hand.
"""

import os
import sys

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
from jax import lax, random

from worker import RATE, serve

variant, dtype = sys.argv[1], sys.argv[2]
jax.config.update("jax_enable_x64", dtype == "float64")


def prepare(d, n, batch):
    # Steps of one scan: some tens of milliseconds at least.
    scan = max(1, min(10, 2_000_000 // (batch * n * d)))

    def prompts(key):
        keys = random.split(key, 3)
        x = random.normal(keys[0], (batch, n, d), dtype)
        return x, random.normal(keys[1], (batch, d), dtype), random.normal(keys[2], (batch, d), dtype)

    def published(weights, x, w, xq):
        value, key = weights
        tokens = jnp.zeros((n + 1, d + 1), dtype)
        tokens = tokens.at[:n, :d].set(x).at[:n, d].set(x @ w).at[n, :d].set(xq)
        attention = tokens @ key @ tokens.T
        output = tokens + attention.T @ tokens @ value.T / n
        return (output[n, d] - w @ xq) ** 2 / 2

    def mean(weights, x, w, xq):
        return jax.vmap(published, (None, 0, 0, 0))(weights, x, w, xq).mean()

    def published_step(weights, key):
        loss, gradient = jax.value_and_grad(mean)(weights, *prompts(key))
        return jax.tree.map(lambda a, g: a - RATE * g, weights, gradient), loss

    def vectors_step(weights, key):
        p, q = weights
        x, w, xq = prompts(key)
        u = xq @ q.T
        a = p[:d] + p[d] * w
        b = u[:, :d] + u[:, d:] * w
        sums = jnp.swapaxes(x, 1, 2) @ (x @ jnp.stack([a, b], axis=2))
        sa, sb = sums[:, :, 0], sums[:, :, 1]
        pq, uq = xq @ p[:d], (u[:, :d] * xq).sum(axis=1)
        error = ((a * sb).sum(axis=1) + pq * uq) / n - (w * xq).sum(axis=1)
        scaled = (error / (n * batch))[:, None]
        gu = jnp.concatenate([sb + xq * uq[:, None], (w * sb).sum(axis=1, keepdims=True)], axis=1)
        gp = jnp.concatenate([sa + xq * pq[:, None], (w * sa).sum(axis=1, keepdims=True)], axis=1)
        weights = p - RATE * (scaled * gu).sum(axis=0), q - RATE * ((scaled * gp).T @ xq)
        return weights, (error**2).mean() / 2

    identity = 0.3 / d**0.5 * jnp.eye(d, dtype=dtype)
    if variant == "published":
        step = published_step
        value = jnp.zeros((d + 1, d + 1), dtype).at[d, d].set(0.3)
        weights = value, jnp.zeros((d + 1, d + 1), dtype).at[:d, :d].set(identity)
    else:
        step = vectors_step
        weights = jnp.zeros(d + 1, dtype).at[d].set(0.3), jnp.zeros((d + 1, d), dtype).at[:d].set(identity)

    @jax.jit
    def scanned(weights, key):
        return lax.scan(step, weights, random.split(key, scan))

    key = random.key(1)

    def run(steps):
        nonlocal weights, key
        scans = -(-steps // scan)
        for _ in range(scans):
            key, part = random.split(key)
            weights, losses = scanned(weights, part)
        return losses[-1].block_until_ready(), scans * scan

    return run


serve(prepare)
