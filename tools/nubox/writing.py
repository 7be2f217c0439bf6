"""Writers of field files. A file appears under its name once it is whole."""

import contextlib
import os
from pathlib import Path

import h5py
import numpy as np

from nubox.boxes import FIELD_DATASETS, checked_array, field_shape
from nubox.checksums import attributes_checksum, field_checksum
from nubox.errors import ArrayError, NuboxFileError
from nubox.header import FIELD_FORMAT, complete_header, native
from nubox.reading import open_hdf5

# Names the writer in the files.
WRITER = "tools/nubox.py"


def _write_attributes(node, attributes):
    """Text has a fixed length: HDF5 guards it by a checksum of its own then."""
    signed = dict(attributes, attributes_checksum=attributes_checksum(attributes))
    for name, value in signed.items():
        if isinstance(value, str):
            encoded = value.encode()
            node.attrs.create(name, np.array(encoded, dtype=f"S{max(1, len(encoded))}"))
        else:
            node.attrs.create(name, value, dtype="<f8" if isinstance(value, float) else "<i8")


def require_replaceable(path, mark, origin=None):
    """Refuses to replace what is not an older version of the output: a directory, or a file without `mark`, text
    that every version contains; of field files also one of another origin. Raises FileExistsError."""
    path = Path(path)
    if not path.exists():
        return
    refused = f"{path} is not replaced: {{}}. Choose another name for the output, or remove it"
    if not path.is_file():
        raise FileExistsError(refused.format("it is no regular file"))
    if mark.encode() not in path.read_bytes():
        raise FileExistsError(refused.format(f"a file of another kind has that name (no '{mark}' in it)"))
    if origin is not None:
        with contextlib.suppress(NuboxFileError), open_hdf5(path) as file:
            found = native(file.attrs.get("origin", origin))
            if found != origin:
                raise FileExistsError(refused.format(f"it holds a box of '{found}', not of '{origin}'"))


def _dataset_attributes(name, checksum):
    units, description, a_exponent, h_exponent, _ = FIELD_DATASETS[name]
    return {"units": units, "description": description, "a_exponent": a_exponent, "h_exponent": h_exponent,
            "checksum": checksum}


def write_field(path, displacement, header, velocity=None, density_nu=None):
    """Writes a field file under its name once it is whole. An existing file is replaced if it is a field file of
    the same origin.

    displacement, velocity: (3, N, N, N), Mpc/h and km/s, stored as float32; index order (component, x, y, z).
    density_nu: (M, M, M), density contrast of the neutrinos at the mesh points i L/M.
    header: box_size_mpch, redshift, Omega_m, Omega_b, h, n_s, A_s, M_nu_eV, origin; more is kept as it is.
    Raises ArrayError and HeaderError. Non-finite values are left to the program, which names dataset and lattice site.
    """
    path = Path(path)
    given = {"displacement": displacement, "velocity": velocity, "density_nu": density_nu}
    arrays = {name: checked_array(name, values) for name, values in given.items()
              if values is not None or name == "displacement"}
    n = arrays["displacement"].shape[-1]
    if velocity is not None and arrays["velocity"].shape != arrays["displacement"].shape:
        raise ArrayError(f"velocity has the shape {arrays['velocity'].shape}, displacement "
                         f"{arrays['displacement'].shape}")
    attributes = complete_header(header, n, WRITER)
    require_replaceable(path, FIELD_FORMAT, attributes["origin"])
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        with h5py.File(temporary, "w", libver=("v108", "v108")) as file:
            _write_attributes(file, attributes)
            for name, values in arrays.items():
                values = np.ascontiguousarray(values, dtype="<f4")
                dataset = file.create_dataset(name, data=values, track_times=False)
                _write_attributes(dataset, _dataset_attributes(name, field_checksum(values)))
            file.attrs.create("complete", 1, dtype="<i8")
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_stand_in(path, n, header):
    """A field file of n^3 particles with header and shapes but no data (the file is sparse): for --check and
    --dry-run, which read headers alone. Any other reader refuses it by its checksums."""
    require_replaceable(path, FIELD_FORMAT)
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        _write_attributes(file, complete_header(header, n, WRITER))
        for name in ("displacement", "velocity"):
            dataset = file.create_dataset(name, shape=field_shape(name, n), dtype="<f4", track_times=False)
            _write_attributes(dataset, _dataset_attributes(name, "no data"))
        file.attrs.create("complete", 1, dtype="<i8")
