"""A step of stochastic gradient descent in NumPy, with the gradient by hand.

    python numpy_peer.py {gram,vectors,columns} {float64,float32}

`gram` forms the Gram matrix of each context, `vectors` only its products with two vectors, and
`columns` draws two columns of its Bartlett factor instead of the context.
"""

import sys

import numpy as np

from worker import RATE, serve

variant, dtype = sys.argv[1], np.dtype(sys.argv[2])


def applied(rng, x_shape, a, b):
    """S a and S b for the Gram matrices S of fresh contexts."""
    batch, n, d = x_shape
    if variant == "columns":
        z1 = rng.standard_normal((batch, d), dtype=dtype)
        z2 = rng.standard_normal((batch, d), dtype=dtype)
        k1 = np.sqrt(rng.chisquare(n, (batch, 1))).astype(dtype)
        k2 = np.sqrt(rng.chisquare(n - 1, (batch, 1))).astype(dtype)
        length_a = np.sqrt(np.einsum("bd,bd->b", a, a))[:, None]
        unit_a = a / length_a
        along = np.einsum("bd,bd->b", b, unit_a)[:, None]
        e = b - along * unit_a
        length_e = np.sqrt(np.einsum("bd,bd->b", e, e))[:, None]
        unit_e = e / length_e
        l1 = z1 + (k1 - np.einsum("bd,bd->b", z1, unit_a)[:, None]) * unit_a
        l2 = z2 - np.einsum("bd,bd->b", z2, unit_a)[:, None] * unit_a
        l2 += (k2 - np.einsum("bd,bd->b", z2, unit_e)[:, None]) * unit_e
        with_e = np.einsum("bd,bd->b", l1, unit_e)[:, None] * l1 + k2 * l2
        return length_a * k1 * l1, along * k1 * l1 + length_e * with_e
    x = rng.standard_normal(x_shape, dtype=dtype)
    both = np.stack([a, b], axis=2)
    if variant == "gram":
        sums = (x.transpose(0, 2, 1) @ x) @ both
    else:
        sums = x.transpose(0, 2, 1) @ (x @ both)
    return sums[:, :, 0], sums[:, :, 1]


def prepare(d, n, batch):
    rng = np.random.Generator(np.random.SFC64(1))
    p = np.zeros(d + 1, dtype)
    p[d] = 0.3
    q = np.zeros((d + 1, d), dtype)
    q[:d] = 0.3 / d**0.5 * np.eye(d)

    def run(steps):
        nonlocal p, q
        for _ in range(steps):
            w = rng.standard_normal((batch, d), dtype=dtype)
            xq = rng.standard_normal((batch, d), dtype=dtype)
            u = xq @ q.T
            a = p[:d] + p[d] * w
            b = u[:, :d] + u[:, d:] * w
            sa, sb = applied(rng, (batch, n, d), a, b)
            pq = xq @ p[:d]
            uq = np.einsum("bd,bd->b", u[:, :d], xq)
            error = (np.einsum("bd,bd->b", a, sb) + pq * uq) / n - np.einsum("bd,bd->b", w, xq)
            scaled = (error / (n * batch))[:, None]
            gu = np.concatenate([sb + xq * uq[:, None], np.einsum("bd,bd->b", w, sb)[:, None]], axis=1)
            gp = np.concatenate([sa + xq * pq[:, None], np.einsum("bd,bd->b", w, sa)[:, None]], axis=1)
            p = p - dtype.type(RATE) * (scaled * gu).sum(axis=0)
            q = q - dtype.type(RATE) * ((scaled * gp).T @ xq)
        return (error @ error) / (2 * batch), steps

    return run


serve(prepare)
