"""Read every nubox file into numpy arrays, write field files that nubox accepts, convert and plot them.

Needs numpy, h5py and xxhash; plots need matplotlib. In Python:

    import nubox
    box = nubox.read_field("mnu-0.150.h5")       # Field: .attributes, .displacement, .velocity
    box.displacement                             # (3, N, N, N) float32, Mpc/h comoving, x - q
    table = nubox.read_table("stats.h5")         # Table: .attributes, .group_attributes, .arrays
    table.arrays["power/k"], table.units["power/k"]
    table.labelled("power/transfer")             # with units and coordinates; .to_xarray()

    # psi[c, i, j, k]: displacement of the particle whose lattice site is q = (i, j, k) L/N, Mpc/h
    nubox.write_field("mine.h5", displacement=psi, velocity=v_kms, header={
        "box_size_mpch": 1000.0, "redshift": 0.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711,
        "n_s": 0.9624, "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"})

    nubox.plot.power("stats.h5"); nubox.plot.transfer("stats.h5"); nubox.plot.density("mnu-0.150.h5")
    nubox.to_pylians(box)                        # positions (N^3, 3) and velocities for MAS_library
    nubox.from_map2map("dis.npy", header); nubox.to_map2map(box, "dis.npy", "vel.npy")

Readers verify format, end mark and all checksums, and raise NuboxFileError otherwise. Writers raise HeaderError and
ArrayError. All three are NuboxErrors, which are ValueErrors.
"""

from nubox import plot
from nubox.boxes import FIELD_DATASETS, Field, Labelled, Table
from nubox.command_line import describe, main
from nubox.errors import ArrayError, HeaderError, NuboxError, NuboxFileError
from nubox.header import FIELD_FORMAT, FORMAT_VERSION, RANGES, REQUIRED_NUMBERS
from nubox.map2map import from_map2map, to_map2map
from nubox.maps import density_map
from nubox.pylians import PyliansParticles, to_pylians
from nubox.reading import read, read_field, read_table
from nubox.writing import require_replaceable, write_field, write_stand_in

__all__ = ["ArrayError", "FIELD_DATASETS", "FIELD_FORMAT", "FORMAT_VERSION", "Field", "HeaderError", "Labelled",
           "NuboxError", "NuboxFileError", "PyliansParticles", "RANGES", "REQUIRED_NUMBERS", "Table", "density_map",
           "describe", "from_map2map", "main", "plot", "read", "read_field", "read_table", "require_replaceable",
           "to_map2map", "to_pylians", "write_field", "write_stand_in"]
