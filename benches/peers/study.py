"""Times a whole check of the library beside the same study written in PyTorch.

    pip install -r benches/peers/requirements.txt
    cargo build --release
    python benches/peers/study.py [STEPS]

The study is `zhang_frei_bartlett_2024::twenty_dimensions::trained_with_a_fixed_covariance`, Theorem 4.1 at
d = 20, N = 40 to 0.5 %: all weights of one layer of linear self-attention, trained on fresh prompts by
stochastic gradient descent, at three step sizes, many times over.

In PyTorch the network is as published (embedding, attention matrix, autograd, both weight matrices whole), in
float32, with plain SGD, on one thread, from the same start with the same covariance, step size and batch. It is
timed over STEPS steps (2,000), and the whole study takes as many prompts as ours, which is how its time is found:
it would take hours. Larger batches are timed too; they need as many steps, because the stiffness of the loss
bounds the step size, so the time of the study at their rate is a lower bound that no run reaches.
"""

import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
CLAIM = "zhang_frei_bartlett_2024::twenty_dimensions::trained_with_a_fixed_covariance"
D, N, BATCH = 20, 40, 64
# As in the theorem's file: time before and in the average, repetitions, one over the stiffness of the loss.
TIME, REPETITIONS, STIFFNESS = 9, 32, 2216
# Each of three levels has as many prompts: four descents with the step size, two with half, one with a quarter.
PROMPTS = REPETITIONS * 3 * 4 * TIME * STIFFNESS * BATCH
V = [1, 1 / 2, 0, -1 / 2, 1 / 4, 0, 0, 1 / 4, 0, 0, 1 / 3, 0, 0, 0, 0, -1 / 4, 0, 0, 0, 1 / 2]
Z = [0, 1 / 2, 1 / 2, 0, 0, 1 / 2, 0, 0, -1 / 3, 0, 0, 0, 1 / 4, 0, 0, 0, 0, 1 / 2, 0, 1 / 4]
torch.set_num_threads(1)
torch.manual_seed(1)


def ours():
    """CPU seconds of a whole check."""
    program = os.path.join(HERE, "..", "..", "target", "release", "isserlis")
    command = [program, "check", "--theorem", CLAIM, "--effort", "standard", "--format", "json", "--quiet"]
    before, start = os.times(), time.perf_counter()
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
    after, wall = os.times(), time.perf_counter() - start
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    claim = json.loads(output)["claims"][0]
    evidence = claim["evidence"][0]
    size = evidence["predicted"]
    print(
        f"isserlis: {claim['verdict']} in {cpu:.1f} s of CPU time, {wall:.1f} s: off by {evidence['estimate'] / size:.3%} "
        f"in [{evidence['interval'][0] / size:.3%}, {evidence['interval'][1] / size:.3%}]"
    )
    return cpu


class Network:
    """One layer of linear self-attention as published; both weight matrices move."""

    def __init__(self):
        self.value, self.key = torch.zeros(D + 1, D + 1), torch.zeros(D + 1, D + 1)
        self.value[D, D] = 1 / 2
        self.key[:D, :D] = torch.eye(D) / 2 / D**0.5
        self.weights = [self.value.requires_grad_(), self.key.requires_grad_()]
        directions = torch.tensor([V, Z])
        self.covariance = torch.eye(D) + directions.T @ directions / 2
        self.factor = torch.linalg.cholesky(self.covariance)

    def loss(self, batch):
        x, xq = torch.randn(batch, N, D) @ self.factor.T, torch.randn(batch, D) @ self.factor.T
        w = torch.randn(batch, D)
        tokens = torch.zeros(batch, N + 1, D + 1)
        tokens[:, :N, :D] = x
        tokens[:, :N, D] = torch.einsum("bnd,bd->bn", x, w)
        tokens[:, N, :D] = xq
        attention = tokens @ self.key @ tokens.transpose(1, 2)
        output = tokens + attention.transpose(1, 2) @ tokens @ self.value.T / N
        return (output[:, N, D] - (w * xq).sum(dim=1)).square().mean() / 2

    def product(self):
        """u U + p q'."""
        p, u = self.value[D, :D], self.value[D, D]
        return (u * self.key[:D, :D] + torch.outer(p, self.key[D, :D])).detach()


def train(steps, batch):
    """The mean of the products over the last third of the steps, and the CPU seconds of all."""
    network, mean, burn_in = Network(), torch.zeros(D, D), 2 * steps // 3
    optimizer = torch.optim.SGD(network.weights, lr=1 / STIFFNESS)
    start = time.process_time()
    for step in range(steps):
        optimizer.zero_grad(set_to_none=True)
        network.loss(batch).backward()
        optimizer.step()
        if step >= burn_in:
            mean += network.product() / (steps - burn_in)
    took = time.process_time() - start
    covariance = network.covariance
    gamma = (1 + 1 / N) * covariance + covariance.trace() / N * torch.eye(D)
    limit = torch.linalg.inv(gamma)
    return ((mean - limit).norm() / limit.norm()).item(), took


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    cpu = ours()
    train(8, BATCH)
    for batch, count in ((BATCH, steps), (256, 64), (1024, 16), (4096, 4)):
        off, took = train(count, batch)
        speed = count * batch / took
        total = PROMPTS / speed
        note = f"; after {count} steps off by {off:.1%}" if batch == BATCH else ""
        print(
            f"PyTorch, batches of {batch}: {speed:.0f} prompts per CPU-second{note}; "
            f"{PROMPTS:,} prompts would take {total:,.0f} s, {total / cpu:.0f} times as long"
        )


if __name__ == "__main__":
    main()
