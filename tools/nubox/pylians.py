"""Boxes as the arrays that Pylians takes."""

from typing import NamedTuple, Optional

import numpy as np


class PyliansParticles(NamedTuple):
    """Particles in C order of the lattice."""

    positions: np.ndarray  # (N^3, 3) float32, comoving Mpc/h in [0, L)
    velocities: Optional[np.ndarray]  # (N^3, 3) float32, peculiar km/s; None if the box has none
    box_size_mpch: float
    redshift: float


def _rows(values):
    return np.ascontiguousarray(values.reshape(3, -1).T, dtype=np.float32)


def to_pylians(box):
    """A Field as PyliansParticles, for instance for MAS_library:

        particles = nubox.to_pylians(nubox.read_field("box.h5"))
        delta = np.zeros((256, 256, 256), dtype=np.float32)
        MAS_library.MA(particles.positions, delta, particles.box_size_mpch, "CIC")
    """
    size = float(box.attributes["box_size_mpch"])
    positions = _rows(box.positions)
    # The rounding to float32 can lead to L itself, which Pylians would paint beyond its mesh.
    positions[positions >= np.float32(size)] = 0
    velocities = None if box.velocity is None else _rows(box.velocity)
    return PyliansParticles(positions, velocities, size, float(box.attributes["redshift"]))
