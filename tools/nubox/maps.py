"""Projected density of a slab, painted from the displacements of a box."""

import numpy as np

# Thickness of the paper's slab, Mpc/h; rounded to whole cells.
SLAB_MPCH = 15.0


def slab_cells(n, box_mpch):
    """Cells of the slab: at least one, at most the box."""
    return int(np.clip(round(SLAB_MPCH * n / box_mpch), 1, n))


def density_map(displacement_mpch, box_mpch, lattice_offset_cells):
    """Mean of rho/rho_bar over the first slab_cells planes in z; nodes at i L/N, cloud in cell.

    displacement_mpch: [3][N][N][N]; returns [N][N] (x, y).
    """
    n = displacement_mpch.shape[1]
    thickness = slab_cells(n, box_mpch)
    lattice = np.arange(n) + lattice_offset_cells
    position = [(displacement_mpch[axis] * (n / box_mpch) + lattice.reshape(np.roll((n, 1, 1), axis))).ravel() % n
                for axis in range(3)]
    lower = [np.floor(x).astype(np.int64) for x in position]
    fraction = [x - below for x, below in zip(position, lower)]
    projected = np.zeros(n * n)
    for corner in np.ndindex(2, 2, 2):
        node = [(below + shift) % n for below, shift in zip(lower, corner)]
        weight = np.prod([f if shift else 1 - f for f, shift in zip(fraction, corner)], axis=0)
        inside = node[2] < thickness
        projected += np.bincount(node[0][inside] * n + node[1][inside], weight[inside], minlength=n * n)
    return projected.reshape(n, n) / thickness
