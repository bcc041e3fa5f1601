"""A step of stochastic gradient descent in PyTorch.

    python torch_peer.py {published,vectors} {float64,float32}

`published` does what published repositories do: embedding, attention matrix, full weights, autograd.
`vectors` has the gradient by hand, from products of the contexts with two vectors.
"""

import sys

import torch

from worker import RATE, serve

variant, dtype = sys.argv[1], getattr(torch, sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(1)


def prompts(d, n, batch):
    x = torch.randn(batch, n, d, dtype=dtype)
    w = torch.randn(batch, d, dtype=dtype)
    xq = torch.randn(batch, d, dtype=dtype)
    return x, w, xq


def published(d, n, batch):
    value = torch.zeros(d + 1, d + 1, dtype=dtype)
    value[d, d] = 0.3
    key = torch.zeros(d + 1, d + 1, dtype=dtype)
    key[:d, :d] = 0.3 / d**0.5 * torch.eye(d, dtype=dtype)
    value.requires_grad_()
    key.requires_grad_()
    optimizer = torch.optim.SGD([value, key], lr=RATE)

    def run(steps):
        for _ in range(steps):
            x, w, xq = prompts(d, n, batch)
            y = torch.einsum("bnd,bd->bn", x, w)
            tokens = torch.zeros(batch, n + 1, d + 1, dtype=dtype)
            tokens[:, :n, :d] = x
            tokens[:, :n, d] = y
            tokens[:, n, :d] = xq
            attention = tokens @ key @ tokens.transpose(1, 2)
            output = tokens + attention.transpose(1, 2) @ tokens @ value.T / n
            error = output[:, n, d] - (w * xq).sum(dim=1)
            loss = error.square().mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item(), steps

    return run


def vectors(d, n, batch):
    p = torch.zeros(d + 1, dtype=dtype)
    p[d] = 0.3
    q = torch.zeros(d + 1, d, dtype=dtype)
    q[:d] = 0.3 / d**0.5 * torch.eye(d, dtype=dtype)

    @torch.no_grad()
    def run(steps):
        for _ in range(steps):
            x, w, xq = prompts(d, n, batch)
            u = xq @ q.T
            a = p[:d] + p[d] * w
            b = u[:, :d] + u[:, d:] * w
            sums = torch.bmm(x.transpose(1, 2), torch.bmm(x, torch.stack([a, b], dim=2)))
            sa, sb = sums[:, :, 0], sums[:, :, 1]
            pq = xq @ p[:d]
            uq = (u[:, :d] * xq).sum(dim=1)
            error = ((a * sb).sum(dim=1) + pq * uq) / n - (w * xq).sum(dim=1)
            scaled = (error / (n * batch))[:, None]
            gu = torch.cat([sb + xq * uq[:, None], (w * sb).sum(dim=1, keepdim=True)], dim=1)
            gp = torch.cat([sa + xq * pq[:, None], (w * sa).sum(dim=1, keepdim=True)], dim=1)
            p.sub_(RATE * (scaled * gu).sum(dim=0))
            q.sub_(RATE * ((scaled * gp).T @ xq))
        return (error.square().mean() / 2).item(), steps

    return run


serve(published if variant == "published" else vectors)
