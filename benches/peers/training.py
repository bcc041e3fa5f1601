"""Times a step of stochastic gradient descent on fresh prompts beside other programs.

    pip install -r benches/peers/requirements.txt
    python benches/peers/training.py [ROUNDS]

All competitors train one layer of linear self-attention on prompts with standard normal inputs, by
plain SGD on all weights that reach the prediction. They run in persistent processes on one core and
one thread, warmed up, one after another in random order in every round. A rate is prompts per second
of CPU time of the process. The table goes to the standard output.
"""

import glob
import json
import os
import random
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = [(5, 20, 256), (10, 40, 512), (20, 40, 1024), (20, 200, 1024), (50, 500, 256)]
SECONDS = 0.15
ONE_THREAD = {
    name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
}


def isserlis():
    """The worker of this project: `benches/peer.rs`, compiled."""
    command = ["cargo", "bench", "--bench", "peer", "--no-run", "--message-format", "json"]
    output = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    paths = [m["executable"] for m in messages if m.get("target", {}).get("name") == "peer"]
    return next(path for path in paths if path)


class Competitor:
    def __init__(self, name, command):
        self.name, self.rates = name, {size: [] for size in SIZES}
        pipe = subprocess.PIPE
        environment = os.environ | ONE_THREAD
        self.process = subprocess.Popen(command, cwd=HERE, stdin=pipe, stdout=pipe, text=True, env=environment)
        os.sched_setaffinity(self.process.pid, {max(os.sched_getaffinity(0))})

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended")
        return answer

    def cpu(self):
        """CPU seconds of all threads so far."""
        tasks = glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")
        return sum(int(open(task).read().split()[0]) for task in tasks) / 1e9

    def prepare(self, size):
        self.ask("prepare " + " ".join(map(str, size)))
        steps = 1
        while (spent := self.time(steps)[1]) < SECONDS / 8:
            steps *= 4
        self.steps = max(1, round(steps * SECONDS / spent))

    def time(self, steps):
        """The steps done and the CPU seconds they took."""
        before = self.cpu()
        done = int(self.ask(f"run {steps}").split()[1])
        return done, self.cpu() - before

    def race(self, size):
        done, seconds = self.time(self.steps)
        self.rates[size].append(done * size[2] / seconds)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    python, worker = sys.executable, isserlis()
    commands = {
        f"isserlis {sampler}, float64": [worker, sampler] for sampler in ("raw", "bartlett", "columns")
    }
    for script, variants in [
        ("numpy", ["gram", "vectors", "columns"]),
        ("torch", ["published", "vectors"]),
        ("jax", ["published", "vectors"]),
    ]:
        for variant in variants:
            for kind in ("float64", "float32"):
                commands[f"{script} {variant}, {kind}"] = [python, f"{script}_peer.py", variant, kind]
    competitors = [Competitor(name, command) for name, command in commands.items()]
    for size in SIZES:
        for competitor in competitors:
            competitor.prepare(size)
        for _ in range(rounds):
            for competitor in random.sample(competitors, len(competitors)):
                competitor.race(size)
        print(size, {c.name: f"{statistics.median(c.rates[size]):.4g}" for c in competitors}, file=sys.stderr, flush=True)
    for competitor in competitors:
        competitor.process.stdin.close()

    print("| median of prompts per CPU-second | " + " | ".join(", ".join(map(str, size)) for size in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    for c in competitors:
        print(f"| {c.name} | " + " | ".join(shown(statistics.median(c.rates[size])) for size in SIZES) + " |")
    peers = [c for c in competitors if not c.name.startswith("isserlis")]
    honest = [c for c in peers if " columns" not in c.name]
    groups = {
        "the best float32 peer": [c for c in honest if c.name.endswith("32")],
        "the best float64 peer": [c for c in honest if c.name.endswith("64")],
        "PyTorch as published, float32": [c for c in peers if c.name == "torch published, float32"],
        "NumPy with the columns, float64": [c for c in peers if c.name == "numpy columns, float64"],
    }
    print("\n| median over the best round of | " + " | ".join(", ".join(map(str, size)) for size in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    for own in competitors[:3]:
        for name, group in groups.items():
            best = {size: max(rate for c in group for rate in c.rates[size]) for size in SIZES}
            ratios = [f"{statistics.median(own.rates[size]) / best[size]:.1f}" for size in SIZES]
            print(f"| {own.name} / {name} | " + " | ".join(ratios) + " |")


def shown(rate):
    return f"{rate / 1e6:.2f} M" if rate >= 1e6 else f"{rate / 1e3:.3g} k"


if __name__ == "__main__":
    main()
