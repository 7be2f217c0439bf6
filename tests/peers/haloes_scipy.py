"""Compares the haloes of `nubox stats` with friends of friends from scipy (KD-tree and connected components): the
partition of the particles into haloes, particle by particle, and the time of both on one core.

usage: haloes_scipy.py --nubox BINARY [--n 64] [--box FIELD_FILE ...] [--bar 5]

Without boxes of its own it makes uniform, clustered and pathological ones. Ends with 1 if a partition differs or, for
given boxes, if nubox is not `--bar` times as fast; with 77 if scipy is missing.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import nubox  # noqa: E402

SKIPPED = 77
LEAST = 20
try:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree
except ImportError:
    print("skipped: scipy is missing")
    sys.exit(SKIPPED)


def positions_of(box):
    """Positions in units of the box, rounded to 2^-32 as nubox does."""
    n = box.displacement.shape[-1]
    length = box.header["box_size_mpch"]
    q = np.stack(np.meshgrid(*3 * [np.arange(n) / n], indexing="ij"))
    x = (q + box.displacement.astype(float) / length).reshape(3, -1).T
    return np.rint(x * 2.0**32) % 2.0**32 / 2.0**32


def scipy_haloes(x, length):
    """(first particle of the halo of each particle or -1, seconds)."""
    start = time.perf_counter()
    pairs = cKDTree(x, boxsize=1.0).query_pairs(length, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=2 * (len(x),))
    _, group = connected_components(graph, directed=False)
    seconds = time.perf_counter() - start
    _, first, counts = np.unique(group, return_index=True, return_counts=True)
    return np.where(counts[group] >= LEAST, first[group], -1), seconds


def nubox_haloes(binary, path, folder, ranks, linking_length):
    """(table, seconds of the statistic)."""
    out = Path(folder) / f"stats-{ranks}.h5"
    command = [binary, "stats", f"--stats.in={path}", "--stats.statistics=haloes", f"--stats.out={out}",
               "--stats.resume=never", f"--haloes.linking_length={linking_length}", f"--haloes.min_particles={LEAST}",
               "--haloes.power=false"]
    if ranks > 1:
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(ranks)] + command
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{run.stdout}{run.stderr}")
    seconds = re.search(r"haloes: ([\d.]+) s", run.stdout + run.stderr)
    return nubox.read_table(out), float(seconds.group(1)) if seconds else float("nan")


def same_partition(table, x, first):
    """Whether the catalogue is that of scipy's partition: members by their numbers, masses and centres."""
    arrays = {name: np.asarray(table.arrays[f"haloes/catalogue_model/{name}"])
              for name in ("first_site", "particles", "position")}
    sites, counts = np.unique(first[first >= 0], return_counts=True)
    order = np.lexsort((sites, -counts.astype(int)))
    if not np.array_equal(sites[order], arrays["first_site"]) or not np.array_equal(counts[order], arrays["particles"]):
        return False
    # The same counts and first particles leave an exchange of members possible, which moves centres.
    members = np.flatnonzero(first >= 0)
    offset = x[members] - x[first[members]]
    offset -= np.floor(offset + 0.5)
    rows = np.searchsorted(sites, first[members])
    centre = x[sites] + np.stack([np.bincount(rows, offset[:, c], len(sites)) for c in range(3)], axis=1) / counts[:, None]
    difference = arrays["position"] / table.attributes["box_size_mpch"] - centre[order]
    difference -= np.rint(difference)
    return bool(len(sites) == 0 or np.abs(difference).max() < 1e-12)


def made_boxes(n, folder):
    """(name, path) of boxes with uniform, clustered, duplicated and chained particles."""
    rng = np.random.default_rng(27)
    length, count = 100.0, n**3
    clumps = rng.random((n, 3))
    clustered = clumps[rng.integers(0, n, count)] + rng.normal(size=(count, 3)) * 10.0**rng.uniform(-4, -1.5, (count, 1))
    clustered[: count // 3] = rng.random((count // 3, 3))
    chain = rng.random((count, 3))
    chain[: count // 2] = np.linspace(0, 3, count // 2, endpoint=False)[:, None] * [1, 0.1, 0.01]
    doubled = np.repeat(rng.random((-(-count // 30), 3)), 30, axis=0)[:count]
    edges = rng.choice([0.0, 1 - 1e-7, 1e-7, 0.5], (count, 3)) + rng.normal(size=(count, 3)) * 2e-3
    q = np.stack(np.meshgrid(*3 * [np.arange(n) / n], indexing="ij")).reshape(3, -1).T
    for name, x in (("uniform", rng.random((count, 3))), ("clustered", clustered), ("chain", chain),
                    ("doubled", doubled), ("edges", edges)):
        psi = (x - q)
        psi = ((psi - np.rint(psi)) * length).T.reshape(3, n, n, n).astype(np.float32)
        path = Path(folder) / f"{name}.h5"
        nubox.write_field(path, displacement=psi, header={
            "box_size_mpch": length, "redshift": 0.0, "Omega_m": 0.3, "Omega_b": 0.05, "h": 0.7, "n_s": 0.96,
            "A_s": 2e-9, "M_nu_eV": 0.0, "origin": "import"})
        yield name, path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nubox", required=True)
    parser.add_argument("--n", type=int, default=24)
    parser.add_argument("--box", nargs="*", default=[])
    parser.add_argument("--bar", type=float, default=5.0)
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        given = [(Path(box).stem, Path(box)) for box in arguments.box]
        for name, path in given or made_boxes(arguments.n, folder):
            box = nubox.read_field(path)
            x = positions_of(box)
            for linking_length in (0.2,) if given else (0.1, 0.2, 0.6):
                first, seconds = scipy_haloes(x, linking_length / len(x)**(1 / 3))
                for ranks in (1, 2) if given else (1, 2, 3, 5):
                    table, own = nubox_haloes(arguments.nubox, path, folder, ranks, linking_length)
                    same = same_partition(table, x, first)
                    slow = bool(given) and ranks == 1 and not seconds / own >= arguments.bar
                    failed |= not same or slow
                    print(f"{name}, {len(x)} particles, b = {linking_length}, {ranks} ranks: "
                          f"{len(table.arrays['haloes/catalogue_model/mass'])} haloes, "
                          f"{'identical' if same else 'DIFFERENT'}; scipy {seconds:.2f} s, nubox {own:.2f} s, "
                          f"ratio {seconds / max(own, 1e-3):.1f}{' TOO SLOW' if slow else ''}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
