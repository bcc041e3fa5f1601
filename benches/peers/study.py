"""Times `isserlis check study.claim` beside the same study written in PyTorch.

    pip install -r benches/peers/requirements.txt
    cargo build --release
    python benches/peers/study.py [SECONDS]

The study: one layer of linear self-attention with d = 20, N = 40 and standard normal inputs is trained
from fresh prompts by stochastic gradient descent, many times over, and the mean of B = u U over
the second part of every training is compared with the limit of Theorem 4.1.

In PyTorch the network is as published (embedding, attention matrix, autograd), in float32, with plain
SGD, on one thread, with our start and our step size, at the rate of the fastest of three batches. It runs for
SECONDS of CPU time (60); from the scatter between its repetitions follows how many of them it needs
until their mean is as close to its expectation as ours is to the limit, and from their time how long
that takes. It is given as many prompts again, for one other step size to bound the bias with; ours has
two others.
"""

import json
import os
import re
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
D, N = 20, 40
LIMIT = N / (N + 1 + D) * torch.eye(D)
# Until a thousandth of the start is left: a fast rise, then the smallest curvature, 4.5. Five times as
# long is averaged, as in ours.
TIME = 2
torch.set_num_threads(1)
torch.manual_seed(1)


def ours():
    """CPU seconds of a whole check, its smallest step size, and how far its mean is off."""
    program = os.path.join(HERE, "..", "..", "target", "release", "isserlis")
    command = [program, "check", os.path.join(HERE, "study.claim"), "--evidence", "training"]
    command += ["--effort", "full", "--format", "json", "--quiet"]
    before, start = os.times(), time.perf_counter()
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
    after, wall = os.times(), time.perf_counter() - start
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    claim = json.loads(output)["claims"][0]
    evidence = claim["evidence"][0]
    size = evidence["predicted"]
    rate = float(re.search(r"step of size ([\d.e-]+)", evidence["note"])[1])
    print(
        f"isserlis: {claim['verdict']} in {cpu:.1f} s of CPU time, {wall:.1f} s: off by {evidence['estimate'] / size:.3%} "
        f"in [{evidence['interval'][0] / size:.3%}, {evidence['interval'][1] / size:.3%}]; {evidence['note']}"
    )
    return cpu, rate, evidence["estimate"]


class Network:
    """One layer of linear self-attention as published, from the start of the study; u and U move."""

    def __init__(self):
        self.scale = torch.tensor(1 / 2, requires_grad=True)
        self.block = (torch.eye(D) / 9).requires_grad_()

    def loss(self, batch):
        x, w, xq = torch.randn(batch, N, D), torch.randn(batch, D), torch.randn(batch, D)
        tokens = torch.zeros(batch, N + 1, D + 1)
        tokens[:, :N, :D] = x
        tokens[:, :N, D] = torch.einsum("bnd,bd->bn", x, w)
        tokens[:, N, :D] = xq
        value, key = torch.zeros(D + 1, D + 1), torch.zeros(D + 1, D + 1)
        value[D, D] = self.scale
        key[:D, :D] = self.block
        attention = tokens @ key @ tokens.transpose(1, 2)
        output = tokens + attention.transpose(1, 2) @ tokens @ value.T / N
        return (output[:, N, D] - (w * xq).sum(dim=1)).square().mean() / 2


def train(rate, burn_in, steps, batch):
    """The mean of B after the burn-in, and the CPU seconds of all steps."""
    network, mean = Network(), torch.zeros(D, D)
    optimizer = torch.optim.SGD([network.scale, network.block], lr=rate)
    start = time.process_time()
    for step in range(steps):
        optimizer.zero_grad(set_to_none=True)
        network.loss(batch).backward()
        optimizer.step()
        if step >= burn_in:
            mean += (network.scale * network.block).detach() / (steps - burn_in)
    return mean, time.process_time() - start


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    cpu, rate, off = ours()
    speeds = {}
    for batch in (256, 1024, 4096):
        train(rate, 0, 4, batch)
        speeds[batch] = 16 * batch / train(rate, 0, 16, batch)[1]
    fastest = max(speeds.values())
    print("PyTorch:", ", ".join(f"{speed:.0f} prompts/s in batches of {size}" for size, speed in speeds.items()))
    # Scatter falls like the root of the number of prompts, whatever their batch: the smallest is measured.
    batch, burn_in = min(speeds), round(TIME / rate)
    steps, means, spent = 6 * burn_in, [], 0.0
    while spent < seconds or len(means) < 3:
        mean, took = train(rate, burn_in, steps, batch)
        means.append(mean)
        spent += took
    mean = sum(means) / len(means)
    scatter = (sum((one - mean).square().sum() for one in means) / (len(means) - 1)).sqrt().item()
    # The mean of so many repetitions is off by as much as ours; as many prompts again are for its bias.
    needed = 2 * (scatter / off) ** 2
    total = needed * steps * batch / fastest
    print(
        f"PyTorch: {len(means)} repetitions of {steps} steps on {batch} prompts in {spent:.0f} s of CPU time; "
        f"each scatters by {scatter / LIMIT.norm():.3%}, the mean is off by {(mean - LIMIT).norm() / LIMIT.norm():.3%}; "
        f"{needed:.0f} are needed: {total:.0f} s at the rate of the fastest batch"
    )
    print(f"ratio of CPU times: {total / cpu:.0f}")


if __name__ == "__main__":
    main()
