"""Readers of field and table files. They verify format, end mark and all checksums."""

import contextlib

import h5py

from nubox.boxes import FIELD_DATASETS, Field, Table, field_shape
from nubox.checksums import array_checksum, attributes_checksum, field_checksum
from nubox.errors import HeaderError, NuboxFileError
from nubox.header import FIELD_FORMAT, FORMAT_VERSION, check_ranges, native


def _verified_attributes(where, node):
    attributes = {name: native(value) for name, value in node.attrs.items() if name != "complete"}
    stored = attributes.pop("attributes_checksum", None)
    if stored != attributes_checksum(attributes):
        raise NuboxFileError(f"{where} is damaged: its attributes do not have the checksum that the file says")
    return attributes


def _require(condition, text):
    if not condition:
        raise NuboxFileError(text)


@contextlib.contextmanager
def open_hdf5(path):
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


def all_names(file):
    """Paths of all groups and datasets. Work on them is done afterwards: h5py 3.1 loses errors that a visitor raises."""
    names = []
    file.visit(names.append)
    return names


def _root_attributes(path, file):
    """Root attributes once format, end mark, checksum and version are found right."""
    _require(str(native(file.attrs.get("format", ""))).startswith("nubox-"), f"{path} is no nubox file")
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


def read_field(path):
    """Field file -> Field, all checksums and the ranges of the header verified. Raises NuboxFileError,
    FileNotFoundError."""
    with open_hdf5(path) as file:
        attributes = _root_attributes(path, file)
        _require(attributes["format"] == FIELD_FORMAT, f"{path} is a {attributes['format']} file, not {FIELD_FORMAT}")
        try:
            check_ranges(attributes)
        except HeaderError as error:
            raise NuboxFileError(f"{path} has a header without meaning: {error}") from error
        n = attributes["n"]
        found = {}
        for name in FIELD_DATASETS:
            if name in file:
                shape = field_shape(name, n if name != "density_nu" else (file[name].shape or (0,))[-1])
                _require(file[name].shape == shape, f"{path}:/{name} does not have the shape {shape}")
                found[name] = _read_dataset(path, file[name], field_checksum)[0]
        _require("displacement" in found, f"{path} has no dataset 'displacement'")
    return Field(attributes, **found)


def read_table(path):
    """Stats, model or checkpoint file -> Table, all checksums verified."""
    with open_hdf5(path) as file:
        attributes = _root_attributes(path, file)
        _require(attributes["format"] != FIELD_FORMAT, f"{path} is a {FIELD_FORMAT} file, which holds a box: "
                                                       "a stats, model or checkpoint file is needed")
        table = Table(attributes["format"], attributes)
        for name in all_names(file):
            node = file[name]
            if isinstance(node, h5py.Dataset):
                table.arrays[name], about = _read_dataset(path, node, array_checksum)
                table.units[name] = about.get("units", "")
            else:
                table.group_attributes[name] = _verified_attributes(f"{path}:/{name}", node)
    return table


def read(path):
    """Any nubox file: a Field or a Table, by its format."""
    with open_hdf5(path) as file:
        is_field = _root_attributes(path, file)["format"] == FIELD_FORMAT
    return read_field(path) if is_field else read_table(path)
