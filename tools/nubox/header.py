"""The header of a box: which numbers it needs, their types and their ranges."""

import math

import numpy as np

from nubox.errors import HeaderError

FIELD_FORMAT = "nubox-field"
FORMAT_VERSION = 1
REQUIRED_NUMBERS = ("box_size_mpch", "redshift", "Omega_m", "Omega_b", "h", "n_s", "A_s", "M_nu_eV")
# Lowest and highest value that nubox accepts; 0 stands for an unknown number of the cosmology.
RANGES = {"redshift": (-1, 1e4), "Omega_m": (0, 1), "Omega_b": (0, 1), "h": (0, 2), "n_s": (0, 2), "A_s": (0, 1e-7),
          "M_nu_eV": (0, 10), "lattice_offset_cells": (-1, 1)}
# Types of what is optional; another type would be taken for missing. Numbers of these names are converted.
OPTIONAL_TYPES = {"T_cmb": float, "N_eff": float, "z_initial": float, "mesh_factor": int, "force_mesh_factor": int,
                  "seed": int, "species": str, "origin": str, "density_nu_window": str, "noise": str}
HEADER_DEFAULTS = {"lattice_offset_cells": 0.0, "species": "cdm", "seed": -1}
# What the header takes from the arrays and from the writer.
FILE_ATTRIBUTES = ("format", "format_version", "n")


def native(value):
    """A scalar as str, int or float; anything else (array attributes of foreign files) as it is."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    return value


def _scalar(name, value):
    """The value as str, int or float; raises HeaderError for what an attribute cannot hold."""
    value = native(value)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (str, int, float)):
        raise HeaderError(f"{name} = {value!r} is neither a number nor text")
    return value


def _number(name, value):
    if isinstance(value, str):
        raise HeaderError(f"{name} = {value!r} is text, not a number")
    value = float(value)
    if not math.isfinite(value):
        raise HeaderError(f"{name} = {value} is not finite")
    return value


def _converted(name, value, kind):
    """The value as str, int or float where that keeps it."""
    is_text = isinstance(value, str)
    if is_text != (kind is str) or (kind is int and (not math.isfinite(value) or value != int(value))):
        raise HeaderError(f"{name} = {value!r} is no {'text' if kind is str else kind.__name__}")
    return kind(value)


def check_ranges(attributes):
    """Raises HeaderError for the first number of a header that is missing, not finite or out of range."""
    missing = [name for name in (*REQUIRED_NUMBERS, "lattice_offset_cells") if name not in attributes]
    if missing:
        raise HeaderError(f"the header lacks {', '.join(missing)}")
    for name in (*REQUIRED_NUMBERS, "lattice_offset_cells"):
        _number(name, attributes[name])
    for name, (lowest, highest) in RANGES.items():
        if not lowest <= attributes[name] <= highest:
            raise HeaderError(f"{name} = {attributes[name]} is outside {lowest} to {highest}")
    if attributes["redshift"] == -1:
        raise HeaderError("redshift = -1 is not above -1")
    if attributes["box_size_mpch"] <= 0:
        raise HeaderError(f"box_size_mpch = {attributes['box_size_mpch']} is not positive")


def complete_header(header, n, code_version):
    """Root attributes of a field file; raises HeaderError for what is missing or meaningless."""
    missing = [name for name in (*REQUIRED_NUMBERS, "origin") if name not in header]
    if missing:
        raise HeaderError(f"the header lacks {', '.join(missing)}")
    attributes = {**HEADER_DEFAULTS, **{name: _scalar(name, value) for name, value in header.items()}}
    for name in (*REQUIRED_NUMBERS, "lattice_offset_cells"):
        attributes[name] = _number(name, attributes[name])
    check_ranges(attributes)
    for name, kind in OPTIONAL_TYPES.items():
        attributes.update({name: _converted(name, attributes[name], kind)} if name in attributes else {})
    return {**attributes, "format": FIELD_FORMAT, "format_version": FORMAT_VERSION, "n": n, "code_version": code_version}
