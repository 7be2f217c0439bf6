"""Read every nubox file into numpy arrays, and write field files that nubox accepts.

Needs numpy, h5py and xxhash. In Python:

    import nubox
    field = nubox.read_field("mnu-0.150.h5")     # Field: .attributes, .displacement, .velocity
    field.displacement                           # (3, N, N, N) float32, Mpc/h comoving, x - q
    table = nubox.read_table("stats.h5")         # Table: .attributes, .group_attributes, .arrays
    table.arrays["power/k"], table.units["power/k"]

    # psi[c, i, j, k]: displacement of the particle whose lattice site is q = (i, j, k) L/N, Mpc/h
    nubox.write_field("mine.h5", displacement=psi, velocity=v_kms, header={
        "box_size_mpch": 1000.0, "redshift": 0.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711,
        "n_s": 0.9624, "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"})

Readers verify format, end mark and all checksums, and raise NuboxFileError otherwise.
"""

import argparse
import contextlib
import os
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import xxhash

FIELD_FORMAT = "nubox-field"
FORMAT_VERSION = 1

# units, description, a_exponent, h_exponent, components; a value is physical after times a^a_exponent h^h_exponent
FIELD_DATASETS = {
    "displacement": ("Mpc/h", "comoving displacement x - q from the lattice site q = (index + offset) L/N, "
                              "minimum image; [component][x][y][z]", 1, -1, 3),
    "velocity": ("km/s", "peculiar velocity a dx/dt of the particle of each lattice site; "
                         "[component][x][y][z]", 0, 0, 3),
    "density_nu": ("1", "density contrast of the neutrinos at the mesh points i L/M; [x][y][z]", 0, 0, 1),
}
REQUIRED_NUMBERS = ("box_size_mpch", "redshift", "Omega_m", "Omega_b", "h", "n_s", "A_s", "M_nu_eV")
# Lowest and highest value that nubox accepts; 0 stands for an unknown number of the cosmology.
RANGES = {"redshift": (-1, 1e4), "Omega_m": (0, 1), "Omega_b": (0, 1), "h": (0, 2), "n_s": (0, 2), "A_s": (0, 1e-7),
          "M_nu_eV": (0, 10), "lattice_offset_cells": (-1, 1)}
# Types of what is optional; another type would be taken for missing. Numbers of these names are converted.
OPTIONAL_TYPES = {"T_cmb": float, "N_eff": float, "z_initial": float, "mesh_factor": int, "force_mesh_factor": int,
                  "seed": int, "species": str, "origin": str, "density_nu_window": str, "noise": str}
HEADER_DEFAULTS = {"lattice_offset_cells": 0.0, "species": "cdm", "seed": -1}


class NuboxFileError(ValueError):
    """A file that is not a valid nubox file; the text names the file and the reason."""


@dataclass
class Field:
    """A field file: q = (index + lattice_offset_cells) L/N, C order, x the slowest lattice index."""

    attributes: dict
    displacement: np.ndarray  # (3, N, N, N) float32, Mpc/h comoving
    velocity: np.ndarray = None  # the same shape, km/s peculiar; None if the file has none
    density_nu: np.ndarray = None  # (M, M, M), density contrast of the neutrinos at i L/M, or None

    @property
    def header(self):
        """What write_field takes as `header`."""
        return {name: value for name, value in self.attributes.items() if name not in ("format", "format_version", "n")}

    @property
    def positions(self):
        """Comoving particle positions in [0, L), (3, N, N, N) float64, Mpc/h."""
        box, n = self.attributes["box_size_mpch"], self.attributes["n"]
        axis = (np.arange(n) + self.attributes["lattice_offset_cells"]) * box / n
        return (np.stack(np.meshgrid(axis, axis, axis, indexing="ij")) + self.displacement) % box


@dataclass
class Table:
    """A stats, model or checkpoint file; arrays and their units by dataset path ("power/k")."""

    format: str
    attributes: dict
    group_attributes: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)


def _attributes_checksum(attributes):
    """XXH3 of one line per attribute in name order: name=<i|f|s><length>:<value>."""
    text = b""
    for name in sorted(attributes):
        value = attributes[name]
        if isinstance(value, str):
            kind, body = "s", value.encode()
        elif isinstance(value, float):
            kind, body = "f", struct.pack(">d", value).hex().encode()
        else:
            kind, body = "i", str(int(value)).encode()
        text += f"{name}={kind}{len(body)}:".encode() + body + b"\n"
    return xxhash.xxh3_64_hexdigest(text)


def _array_checksum(values):
    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(values).tobytes())


def _field_checksum(values):
    """XXH3 of the XXH3 of every x plane of every component, in order: independent of slabs."""
    planes = [xxhash.xxh3_64_intdigest(np.ascontiguousarray(plane))
              for component in values.reshape(-1, *values.shape[-3:]) for plane in component]
    return xxhash.xxh3_64_hexdigest(np.array(planes, dtype="<u8").tobytes())


def _native(value):
    """A scalar attribute as str, int or float; an array attribute (foreign files) as numpy array."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    return value


def _verified_attributes(where, node):
    attributes = {name: _native(value) for name, value in node.attrs.items() if name != "complete"}
    stored = attributes.pop("attributes_checksum", None)
    if stored != _attributes_checksum(attributes):
        raise NuboxFileError(f"{where} is damaged: its attributes do not have the checksum that the file says")
    return attributes


def _require(condition, text):
    if not condition:
        raise NuboxFileError(text)


@contextlib.contextmanager
def _open(path):
    """The file for reading; what HDF5 cannot make sense of becomes a NuboxFileError."""
    with open(path, "rb"):
        pass  # a missing or forbidden file is told apart from a damaged one
    try:
        with h5py.File(path, "r") as file:
            yield file
    except NuboxFileError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        raise NuboxFileError(f"{path} is no sound HDF5 file: {error}") from error


def _root_attributes(path, file):
    """Root attributes once format, end mark, checksum and version are found right."""
    _require(str(_native(file.attrs.get("format", ""))).startswith("nubox-"), f"{path} is no nubox file")
    _require(file.attrs.get("complete", 0) == 1,
             f"{path} is incomplete: the run that wrote it did not finish; write it again")
    attributes = _verified_attributes(path, file)
    _require(attributes.get("format_version") == FORMAT_VERSION,
             f"{path} has version {attributes.get('format_version')}; this module reads {FORMAT_VERSION}")
    return attributes


def _read_dataset(path, dataset, checksum_of):
    where = f"{path}:{dataset.name}"
    attributes = _verified_attributes(where, dataset)
    values = dataset[...]
    _require(attributes.get("checksum") == checksum_of(values),
             f"{where} is damaged: its values do not have the checksum that the file says")
    return values, attributes


def _field_shape(name, n):
    """Shape of a field dataset with n points per side."""
    components = FIELD_DATASETS[name][-1]
    return (n, n, n) if components == 1 else (components, n, n, n)


def read_field(path):
    """Field file -> Field, all checksums verified. Raises NuboxFileError, FileNotFoundError."""
    with _open(path) as file:
        attributes = _root_attributes(path, file)
        _require(attributes["format"] == FIELD_FORMAT, f"{path} is a {attributes['format']} file, not {FIELD_FORMAT}")
        n = attributes["n"]
        found = {}
        for name in FIELD_DATASETS:
            if name in file:
                shape = _field_shape(name, n if name != "density_nu" else (file[name].shape or (0,))[-1])
                _require(file[name].shape == shape, f"{path}:/{name} does not have the shape {shape}")
                found[name] = _read_dataset(path, file[name], _field_checksum)[0]
        _require("displacement" in found, f"{path} has no dataset 'displacement'")
    return Field(attributes, **found)


def read_table(path):
    """Stats, model or checkpoint file -> Table, all checksums verified."""
    with _open(path) as file:
        attributes = _root_attributes(path, file)
        _require(attributes["format"] != FIELD_FORMAT, f"{path} is a {FIELD_FORMAT} file, which holds a box: "
                                                       "a stats, model or checkpoint file is needed")
        table = Table(attributes["format"], attributes)

        def visit(name, node):
            if isinstance(node, h5py.Dataset):
                table.arrays[name], about = _read_dataset(path, node, _array_checksum)
                table.units[name] = about.get("units", "")
            else:
                table.group_attributes[name] = _verified_attributes(f"{path}:/{name}", node)

        file.visititems(visit)
    return table


def read(path):
    """Any nubox file: a Field or a Table, by its format."""
    with _open(path) as file:
        is_field = _root_attributes(path, file)["format"] == FIELD_FORMAT
    return read_field(path) if is_field else read_table(path)


def _write_attributes(node, attributes):
    """Text has a fixed length: HDF5 guards it by a checksum of its own then."""
    signed = dict(attributes, attributes_checksum=_attributes_checksum(attributes))
    for name, value in signed.items():
        if isinstance(value, str):
            encoded = value.encode()
            node.attrs.create(name, np.array(encoded, dtype=f"S{max(1, len(encoded))}"))
        else:
            node.attrs.create(name, value, dtype="<f8" if isinstance(value, float) else "<i8")


def _converted(name, value, kind):
    """The value as str, int or float where that keeps it; raises ValueError otherwise."""
    is_text = isinstance(value, str)
    if is_text != (kind is str) or (kind is int and value != int(value)):
        raise ValueError(f"{name} = {value!r} is no {'text' if kind is str else kind.__name__}")
    return kind(value)


def _complete_header(header, n):
    """Root attributes of a field file; raises ValueError for what is missing or meaningless."""
    missing = [name for name in (*REQUIRED_NUMBERS, "origin") if name not in header]
    if missing:
        raise ValueError(f"the header lacks {', '.join(missing)}")
    attributes = {**HEADER_DEFAULTS, **{name: _native(value) for name, value in header.items()}}
    for name in (*REQUIRED_NUMBERS, "lattice_offset_cells"):
        attributes[name] = float(attributes[name])
        if not np.isfinite(attributes[name]):
            raise ValueError(f"{name} = {attributes[name]} is not finite")
    for name, (lowest, highest) in RANGES.items():
        if not lowest <= attributes[name] <= highest:
            raise ValueError(f"{name} = {attributes[name]} is outside {lowest} to {highest}")
    if attributes["redshift"] == -1:
        raise ValueError("redshift = -1 is not above -1")
    for name, kind in OPTIONAL_TYPES.items():
        attributes.update({name: _converted(name, attributes[name], kind)} if name in attributes else {})
    if attributes["box_size_mpch"] <= 0:
        raise ValueError(f"box_size_mpch = {attributes['box_size_mpch']} is not positive")
    return {**attributes, "format": FIELD_FORMAT, "format_version": FORMAT_VERSION, "n": n,
            "code_version": "tools/nubox.py"}


def write_field(path, displacement, header, velocity=None, density_nu=None):
    """Writes a field file under its name once it is whole.

    displacement, velocity: (3, N, N, N), Mpc/h and km/s, stored as float32; index order (component, x, y, z).
    density_nu: (M, M, M), density contrast of the neutrinos at the mesh points i L/M.
    header: box_size_mpch, redshift, Omega_m, Omega_b, h, n_s, A_s, M_nu_eV, origin; more is kept as it is.
    Non-finite values are left to the reader, which names dataset and lattice site.
    """
    path = Path(path)
    displacement = np.asarray(displacement)
    n = displacement.shape[-1]
    attributes = _complete_header(header, n)
    given = {"displacement": displacement, "velocity": velocity, "density_nu": density_nu}
    arrays = {name: np.asarray(values) for name, values in given.items() if values is not None}
    for name, values in arrays.items():
        if values.shape != _field_shape(name, n if name != "density_nu" else (values.shape or (0,))[-1]):
            raise ValueError(f"{name} has the shape {values.shape}, not {_field_shape(name, 'N')} with one N"
                             .replace("'", ""))
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        with h5py.File(temporary, "w", libver=("v108", "v108")) as file:
            _write_attributes(file, attributes)
            for name, values in arrays.items():
                values = np.ascontiguousarray(values, dtype="<f4")
                units, description, a_exponent, h_exponent, _ = FIELD_DATASETS[name]
                dataset = file.create_dataset(name, data=values, track_times=False)
                _write_attributes(dataset, {"units": units, "description": description, "a_exponent": a_exponent,
                                            "h_exponent": h_exponent, "checksum": _field_checksum(values)})
            file.attrs.create("complete", 1, dtype="<i8")
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_stand_in(path, n, header):
    """A field file of n^3 particles with header and shapes but no data (the file is sparse): for --check and
    --dry-run, which read headers alone. Any other reader refuses it by its checksums."""
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        _write_attributes(file, _complete_header(header, n))
        for name in ("displacement", "velocity"):
            units, description, a_exponent, h_exponent, _ = FIELD_DATASETS[name]
            dataset = file.create_dataset(name, shape=_field_shape(name, n), dtype="<f4", track_times=False)
            _write_attributes(dataset, {"units": units, "description": description, "a_exponent": a_exponent,
                                        "h_exponent": h_exponent, "checksum": "no data"})
        file.attrs.create("complete", 1, dtype="<i8")


def describe(path):
    """Attributes, groups and datasets with type, shape and units of any HDF5 file, as text."""
    with _open(path) as file:
        lines = [f"{path} ({os.path.getsize(path)} bytes)"]
        lines += [f"  {name} = {_native(value)}" for name, value in sorted(file.attrs.items())]

        def visit(name, node):
            if isinstance(node, h5py.Dataset):
                units = _native(node.attrs.get("units", b""))
                lines.append(f"/{name}  {node.dtype} {node.shape}{', ' + units if units else ''}")
            else:
                lines.append(f"/{name}  group")
            lines.extend(f"    {key} = {_native(value)}" for key, value in sorted(node.attrs.items()))

        file.visititems(visit)
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Show the contents of an HDF5 file.", epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--verify", action="store_true", help="also verify format, end mark and all checksums")
    options = parser.parse_args(arguments)
    try:
        print(describe(options.file))
        if options.verify:
            read(options.file)
            print("all checksums are right")
    except (NuboxFileError, OSError) as error:
        print(f"nubox.py: {error}", file=sys.stderr)
        return 3 if isinstance(error, NuboxFileError) else 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
