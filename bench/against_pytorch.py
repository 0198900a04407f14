"""fenchel beside PyTorch and the package entmax, on one machine, one thread, forward plus backward, float32.

    python bench/against_pytorch.py [--rounds 3] [--json FILE]

Needs PyTorch; rows of the package entmax appear when it can be imported. Build fenchel first (npm ci). The two sides
take turns, size by size, and the medians over the rounds are printed: nanoseconds an element.
"""

import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import time

import torch

try:
    import entmax
except ImportError:
    entmax = None

SIZES = [(1280, 32), (4096, 64), (1024, 512), (256, 4096), (16, 65536)]
OURS = ["softmax", "sparsemax", "entmax1.5", "entmax1.3", "fusedmax", "oscarmax"]


def theirs():
    calls = {"softmax": lambda x: torch.softmax(x, -1)}
    if entmax is not None:
        calls["sparsemax"] = lambda x: entmax.sparsemax(x, dim=-1)
        calls["sparsemax, k=100"] = lambda x: entmax.sparsemax(x, dim=-1, k=min(100, x.shape[-1]))
        calls["entmax1.5"] = lambda x: entmax.entmax15(x, dim=-1)
        calls["entmax1.3"] = lambda x: entmax.entmax_bisect(x, alpha=1.3, dim=-1)
    return calls


def time_torch(call, rows, n):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(rows, n, generator=generator, requires_grad=True)
    u = torch.randn(rows, n, generator=generator)
    samples = []
    stop = time.perf_counter() + 0.4
    for turn in range(2000):
        start = time.perf_counter_ns()
        x.grad = None
        call(x).backward(u)
        if turn >= 3:
            samples.append(time.perf_counter_ns() - start)
        if len(samples) >= 5 and time.perf_counter() > stop:
            break
    return statistics.median(samples) / (rows * n)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--node", default="node")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    script = pathlib.Path(__file__).with_name("times.mjs")
    results = []
    for rows, n in SIZES:
        ours, others = {}, {}
        for _ in range(arguments.rounds):
            command = [arguments.node, str(script), str(rows), str(n), *OURS]
            answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for name, value in answer.items():
                ours.setdefault(name, []).append(value)
            for name, call in theirs().items():
                others.setdefault(name, []).append(time_torch(call, rows, n))
        row = {
            "rows": rows,
            "n": n,
            "fenchel": {name: statistics.median(values) for name, values in ours.items()},
            "pytorch": {name: statistics.median(values) for name, values in others.items()},
        }
        results.append(row)
        for side in ("fenchel", "pytorch"):
            print(f"{rows} x {n} {side}: " + ", ".join(f"{k} {v:.2f}" for k, v in row[side].items()), flush=True)
    if arguments.json:
        about = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(), "torch": torch.__version__, "machine": platform.machine(), "results": results}
        pathlib.Path(arguments.json).write_text(json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
