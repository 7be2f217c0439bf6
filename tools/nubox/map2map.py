"""Conversion from and to the .npy files of map2map (github.com/eelregit/map2map).

map2map keeps one field per file, channels first: displacements (3, N, N, N) in Mpc/h and velocities of the same shape
in km/s, without a header. Its networks see them divided by linear theory of a flat universe: displacements by
6 Mpc/h D(z), velocities by 6 Mpc/h D H f/(1+z). map2map does so when it loads a file (--in-norms cosmology.dis,
cosmology.vel). Some data sets store the normalised values, and some store both fields in one file of six channels.
"""

from pathlib import Path

import numpy as np

from nubox.boxes import Field, checked_array
from nubox.errors import ArrayError
from nubox.header import complete_header
from nubox.writing import WRITER

# The constants of map2map's norms; they are independent of the cosmology of the box.
DISPLACEMENT_SCALE_MPCH = 6.0
OMEGA_M = 0.31


def _growth(redshift, omega_m):
    """Unnormalised growth factor of a flat universe (a where matter dominates), its logarithmic slope, and H/(100 h)."""
    a = 1 / (1 + redshift)
    node, weight = np.polynomial.legendre.leggauss(64)
    t, weight = (node + 1) / 2, weight / 2
    # Of da/(a E)^3 with a = a_now t^2, which is smooth at 0.
    integral = np.sum(weight * 2 * a**2.5 * t**4 / (omega_m + (1 - omega_m) * a**3 * t**6) ** 1.5)
    expansion = np.sqrt(omega_m / a**3 + 1 - omega_m)
    growth = 2.5 * omega_m * expansion * integral
    matter = omega_m / a**3 / expansion**2
    return growth, matter * (2.5 * a / growth - 1.5), expansion


def norms(redshift, omega_m=OMEGA_M):
    """(Mpc/h, km/s): what map2map divides displacements and velocities by."""
    growth, slope, expansion = _growth(redshift, omega_m)
    displacement = DISPLACEMENT_SCALE_MPCH * growth / _growth(0.0, omega_m)[0]
    return displacement, displacement * 100 * expansion * slope / (1 + redshift)


def _loaded(given):
    return np.load(given, allow_pickle=False) if isinstance(given, (str, Path)) else given


def from_map2map(displacement, header, velocity=None, normalised=False):
    """A Field from .npy files or arrays of map2map.

    displacement: (3, N, N, N), or six channels with the velocities last. header: as of write_field; set
    lattice_offset_cells to 0.5 where displacements start from the cell centres. normalised: the values are divided by
    map2map's norms.
    """
    displacement = _loaded(displacement)
    if getattr(displacement, "ndim", 0) == 4 and displacement.shape[0] == 6:
        if velocity is not None:
            raise ArrayError("the six channels of displacement hold velocities: velocity is given twice")
        displacement, velocity = displacement[:3], displacement[3:]
    arrays = {"displacement": checked_array("displacement", displacement)}
    if velocity is not None:
        arrays["velocity"] = checked_array("velocity", _loaded(velocity))
        if arrays["velocity"].shape != arrays["displacement"].shape:
            raise ArrayError(f"velocity has the shape {arrays['velocity'].shape}, displacement "
                             f"{arrays['displacement'].shape}")
    attributes = complete_header(header, arrays["displacement"].shape[-1], WRITER)
    scales = norms(attributes["redshift"]) if normalised else (1.0, 1.0)
    scaled = {name: (values * scale).astype(np.float32)
              for (name, values), scale in zip(arrays.items(), scales)}
    return Field(attributes, **scaled)


def to_map2map(box, displacement, velocity=None, normalised=False):
    """Writes a Field as .npy: displacements under the name `displacement`, velocities under `velocity` if given.
    Existing files are replaced by np.save as usual."""
    if velocity is not None and box.velocity is None:
        raise ArrayError("the box holds no velocities")
    scales = norms(box.attributes["redshift"]) if normalised else (1.0, 1.0)
    np.save(displacement, (box.displacement / scales[0]).astype(np.float32))
    if velocity is not None:
        np.save(velocity, (box.velocity / scales[1]).astype(np.float32))
