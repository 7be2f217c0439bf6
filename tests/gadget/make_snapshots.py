"""Writes the snapshots of snapshot_variants.py and snapshot_defects.py, and manifest.json with what
a reader must make of each. `truth.bin` holds [site][x, y, z, vx, vy, vz] as f8 in Mpc/h and km/s; the
ID of a particle is its site + 1, sites being row-major.

usage: make_snapshots.py DIRECTORY [--field FIELD.h5]
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from snapshot_defects import broken_cases  # noqa: E402 (needs the path above)
from snapshot_variants import TAKEN, valid_cases  # noqa: E402, F401 (TAKEN is for readers of the manifest)
from snapshot_writers import Box, Particles  # noqa: E402


def box_of(displacement, velocity, **keys):
    """[3][n][n][n] fields in Mpc/h and km/s as particles of type 1."""
    n = displacement.shape[1]
    size = keys["size"]
    sites = np.stack(np.meshgrid(*3 * [np.arange(n) * size / n], indexing="ij"))
    x = np.mod((sites + displacement).reshape(3, -1).T, size)
    particles = Particles(x, velocity.reshape(3, -1).T, np.arange(1, n**3 + 1))
    return Box({1: particles}, **keys)


def synthetic_box(n=8, size=125.0):
    """A few plane waves: every particle and axis has values of its own."""
    q = np.stack(np.meshgrid(*3 * [2 * np.pi * np.arange(n) / n], indexing="ij"))
    psi = np.stack([3 * np.sin(q[c] + 2 * q[(c + 1) % 3] + c) + np.cos(q[(c + 2) % 3]) for c in range(3)])
    return box_of(psi, 80 * psi + 5, size=size)


def simulated_box(path):
    """The particles of a field file."""
    with h5py.File(path) as file:
        keys = {"size": file.attrs["box_size_mpch"], "z": file.attrs["redshift"],
                "omega_m": file.attrs["Omega_m"], "h": file.attrs["h"]}
        return box_of(file["displacement"][...].astype(float), file["velocity"][...].astype(float), **keys)


def write_all(directory, box):
    directory = Path(directory)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    particles = box.types[1]
    np.hstack([particles.x, particles.v]).astype("f8").tofile(directory / "truth.bin")
    entries = []
    for case in valid_cases(box) + broken_cases(box):
        case.write(directory)
        entries.append({"name": case.name, "path": case.path, "expect": case.expect, "options": case.options,
                        "code": case.code, "message": case.message, "level": case.level, "import_message": case.import_message})
    manifest = {"box_size_mpch": box.size, "redshift": box.z, "Omega_m": box.omega_m, "h": box.h,
                "particles": len(particles), "cases": entries}
    (directory / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return manifest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--field", help="field file whose particles to write; default: plane waves")
    arguments = parser.parse_args()
    box = simulated_box(arguments.field) if arguments.field else synthetic_box()
    write_all(arguments.directory, box)


if __name__ == "__main__":
    main()
