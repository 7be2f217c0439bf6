#!/usr/bin/env bash
# LibTorch on CPUs computes conv3d of ONE small fp32 sample without oneDNN: one sample takes longer than two.
#
# Expected: the time of a convolution grows with the number of samples.
# Seen: torch 2.15.0 (CPU, one thread, 16 channels, 34^3, kernel 3^3): 7 GFLOP/s for one sample, 70 for two. The slow path is
# taken in fp32 for a batch of one if channels x depth x height is at most 20480 and the kernel at most 3 wide: from
# there on (36^3 here) one sample runs at the speed of two. torch 2.7.1 behaves alike.
# Way out: a batch of two, or calling oneDNN's operator itself.
#
# usage: findings/torch_conv3d_of_one_small_sample.sh; exit code 0: seen again, 1: the behaviour has changed
set -euo pipefail
directory="$(mktemp -d)"
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.0.2
cd "$directory"
"$directory/venv/bin/python" - <<'END'
import sys
import time

import torch

torch.set_num_threads(1)


def seconds(batch, size):
    x, weight = torch.randn(batch, 16, size, size, size), torch.randn(16, 16, 3, 3, 3)
    fastest = float("inf")
    with torch.inference_mode():
        for _ in range(10):
            start = time.perf_counter()
            torch.nn.functional.conv3d(x, weight, padding=1)
            fastest = min(fastest, time.perf_counter() - start)
    return fastest


small, larger = seconds(1, 34) / seconds(2, 34), seconds(1, 36) / seconds(2, 36)
print(f"torch {torch.__version__}: time of one sample over that of two: {small:.2f} at 34^3, {larger:.2f} at 36^3")
sys.exit(0 if small > 1.5 and larger < 0.8 else 1)
END
