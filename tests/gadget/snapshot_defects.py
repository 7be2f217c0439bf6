"""Broken snapshots: one thing wrong each, with the exit code and a fragment of the message."""

import os
import shutil
import struct
from dataclasses import replace

import h5py
import numpy as np

from snapshot_variants import TAKEN, Case, numbered, shuffled, virtual_view
from snapshot_writers import Binary, Hdf5, Particles, split

HEADER = 264  # header record with its markers
INPUT, FILE_SYSTEM = 3, 4


def damage(path, offset, text):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(text)


def value_set(box, name, row, value):
    """The box with one position or velocity replaced."""
    old = box.types[1]
    arrays = {"x": old.x.copy(), "v": old.v.copy()}
    arrays[name][row] = value
    return replace(box, types={**box.types, 1: Particles(arrays["x"], arrays["v"], old.ids)})


def binary_defects(box):
    n = len(box.types[1])

    def case(name, message, then=None, total=box, writer=Binary(), files=None, code=INPUT, options=None,
             import_message=""):
        def write(directory):
            writer.write(directory / name, total, split(total, files) if files else None)
            if then:
                then(directory / name)
        return Case(name, write, name, options=options or {}, code=code, message=message, import_message=import_message)

    def truncated(size):
        return lambda path: os.truncate(path, size)

    def patched(offset, number):
        return lambda path: damage(path, offset, struct.pack("<I", number))

    def header(**extra):
        return replace(box, extra=extra)

    pos_end, block = HEADER + 12 * n + 8, 12 * n + 8
    return [
        case("b-empty", "is empty", lambda p: p.write_bytes(b"")),
        case("b-text", "is no Gadget snapshot", lambda p: p.write_text("no snapshot at all\n")),
        case("b-short-header", "block HEAD at byte 0 has 256 bytes, the file ends after 200", truncated(200)),
        case("b-header-only", "has no block POS", truncated(HEADER)),
        case("b-short-pos", f"block POS at byte {HEADER} has {12 * n} bytes", truncated(HEADER + 1000)),
        case("b-short-id", "block ID at byte", truncated(HEADER + 2 * block + 100)),
        case("b-short-closing-marker", "block ID at byte", truncated(HEADER + 2 * block + 4 * n + 6)),
        case("b-short-label", "is truncated: block label of", truncated(16 + HEADER + 10), writer=Binary(format=2)),
        case("b-wrong-label", "the label before block 2", lambda p: [patched(16 + HEADER + at, 4)(p) for at in (0, 8)],
             writer=Binary(format=2)),
        case("b-header-length", "neither 256 (format 1) nor 8 (format 2)", patched(0, 128)),
        case("b-header-marker", "the record markers of block HEAD", patched(HEADER - 4, 255)),
        case("b-pos-marker", "the record markers of block POS", patched(pos_end - 4, 12 * n - 12)),
        case("b-vel-marker", "the record markers of block VEL", patched(pos_end + block - 4, 0)),
        case("b-count-above-block", f"block POS has {12 * n} bytes, neither {12 * (n + 5)}", patched(8, n + 5)),
        case("b-negative-count", "counts -1 particles of type 1", patched(8, 0xFFFFFFFF)),
        case("b-velocities-short", "block VEL has", writer=Binary(order=("POS", "ID", "VEL"))),
        case("b-no-ids", "has no particle IDs", writer=Binary(order=("POS", "VEL")), import_message="has no IDs"),
        case("b-totals", f"declare {n + 1} particles of type 1", total=header(totals=[0, n + 1, 0, 0, 0, 0], files=1)),
        case("b-high-word", "(high word 1)", total=header(high=[0, 1, 0, 0, 0, 0], files=1)),
        case("b-box-0", "BoxSize = 0 is no box", total=header(box=0)),
        case("b-box-negative", "BoxSize = -125000 is no box", total=header(box=-125e3)),
        case("b-time", "do not belong together", total=header(time=0.5)),
        case("b-masses", "MassTable, BoxSize, Omega0", total=header(mass=[0, 2 * box.masses()[1], 0, 0, 0, 0])),
        case("b-no-masses", "cannot tell whether its lengths", total=header(mass=[0] * 6)),
        case("b-wrong-unit-stated", "are said to be in Mpc/h", options={"length_unit": "mpch"}),
        case("b-nan-position", "which is not finite", total=value_set(box, "x", (n // 2, 1), np.nan)),
        case("b-outside", "outside the box of", total=value_set(box, "x", (n - 1, 2), 1.1 * box.size)),
        case("b-nan-velocity", "which is not finite", total=value_set(box, "v", (0, 0), np.nan)),
        case("b-box-in-mpc", "outside the box of", total=header(box=box.size)),
        case("b-positions-in-mpc", "are in different units", total=header(box=1e3 * box.size), writer=Binary(unit=1.0)),
        case("b-fast", "faster than light", total=value_set(box, "v", (3, 0), 1e6)),
        case("b-no-type-1", "has no particles of type 1", total=replace(box, types={2: box.types[1]}),
             import_message="0 CDM particles are no cube"),
        case("b-missing-file", "b-missing-file.2 is missing", lambda p: os.remove(f"{p}.2"), files=4, code=FILE_SYSTEM),
        case("b-mixed-redshifts", "has Redshift = 1,", lambda p: (damage(f"{p}.1", 4 + 72, struct.pack("<dd", 0.5, 1.0))),
             files=3),
        case("b-mixed-boxes", "has BoxSize =", lambda p: damage(f"{p}.2", 4 + 128, struct.pack("<d", 1e6)), files=3),
        case("b-mixed-masses", "has particle mass of type 1 =", lambda p: damage(f"{p}.1", 4 + 32, struct.pack("<d", 1)),
             files=2),
        case("b-mixed-formats", "is a gadget-2 file", lambda p: Binary(format=2).write(f"{p}.1", box), files=2),
        case("b-file-of-set-short", "b-file-of-set-short.1 is truncated", lambda p: os.truncate(f"{p}.1", 999), files=2),
        case("b-file-repeated", "of the set count", lambda p: shutil.copy(f"{p}.0", f"{p}.1"), files=2),
        case("b-no-number", "its name has no file number", lambda p: os.rename(f"{p}.0", p), files=2),
        case("b-absent", "no snapshot", lambda p: os.remove(p), code=FILE_SYSTEM),
        case("b-folder", "is a folder", lambda p: (os.remove(p), os.mkdir(p)), code=FILE_SYSTEM),
    ]


def hdf5_defects(box):
    n = len(box.types[1])

    def case(name, message, then=None, total=box, writer=Hdf5(), files=None, code=INPUT, after=None, import_message=""):
        """`then` works on the (last) open file, `after` on its name."""
        def write(directory):
            writer.write(directory / name, total, split(total, files) if files else None)
            last = directory / (f"{name}.{files - 1}.hdf5" if files else f"{name}.hdf5")
            if then:
                with h5py.File(last, "r+") as file:
                    then(file)
            if after:
                after(last)
        return Case(name, write, name, code=code, message=message, import_message=import_message)

    def without(path):
        def remove(file):
            del file[path]
        return remove

    def no_attribute(name):
        def remove(file):
            del file["Header"].attrs[name]
        return remove

    def attribute(name, value):
        return lambda file: file["Header"].attrs.__setitem__(name, value)

    def replaced(name, values):
        def write(file):
            del file["PartType1/" + name]
            file["PartType1/" + name] = values
        return write

    swift = Hdf5("swift", real="<f8", id_type="<u8", unit=1.0)
    return [
        case("h-truncated", "is damaged or truncated", after=lambda p: os.truncate(p, os.path.getsize(p) // 2)),
        case("h-no-header", "has no attribute NumPart_ThisFile", without("Header")),
        case("h-no-total", "has no attribute NumPart_Total", no_attribute("NumPart_Total")),
        case("h-no-type-1", "has no /PartType1/Coordinates", without("PartType1")),
        case("h-negative-mass", "particle 3 has the mass -1", lambda f: f["PartType1/Masses"].__setitem__(3, -1.0),
             writer=Hdf5(mass_type="<f4")),
        case("h-integer-masses", "Masses does not hold real numbers", replaced("Masses", np.ones(n, "i4")),
             writer=Hdf5(mass_type="<f4")),
        case("h-no-ids", "has no particle IDs", without("PartType1/ParticleIDs"), import_message="has no IDs"),
        case("h-no-velocities", "has no velocities", without("PartType1/Velocities"), import_message=TAKEN),
        case("h-virtual-missing", "h-virtual-missing.1.hdf5 is missing", files=3, writer=swift,
             after=lambda p: (virtual_view(p, 3), os.remove(numbered(p, 1)))),
        case("h-two-columns", f"has shape [{n}][2]", replaced("Coordinates", np.zeros((n, 2), "f4"))),
        case("h-flat", f"has shape [{3 * n}]", replaced("Velocities", np.zeros(3 * n, "f4"))),
        case("h-too-short", f"has shape [{n - 1}][3]", replaced("Coordinates", np.zeros((n - 1, 3), "f4"))),
        case("h-integer-positions", "Coordinates does not hold real numbers", replaced("Coordinates", np.zeros((n, 3), "i4"))),
        case("h-real-ids", "ParticleIDs does not hold integers", replaced("ParticleIDs", np.arange(float(n)))),
        case("h-blosc", "filter 32001 (Blosc), which is not installed", blosc_positions),
        case("h-unknown-filter", "HDF5_PLUGIN_PATH", lambda file: unreadable(file, 32767)),
        case("h-damaged-chunk", "is damaged or truncated", damaged_chunk),
        case("h-nan-position", "which is not finite", total=value_set(box, "x", (7, 0), np.nan)),
        case("h-outside", "outside the box of", total=value_set(box, "x", (n - 1, 0), -0.1 * box.size)),
        case("h-box-0", "BoxSize = 0 is no box", attribute("BoxSize", 0.0)),
        case("h-box-text", "attribute BoxSize of /Header is text", attribute("BoxSize", "large")),
        case("h-box-oblong", "attribute BoxSize of /Header holds different numbers",
             attribute("BoxSize", np.array([100.0, 100.0, 200.0])), writer=swift),
        case("h-time", "do not belong together", attribute("Redshift", 3.0)),
        case("h-masses", "MassTable, BoxSize, Omega0", attribute("MassTable", np.full(6, 1e-5))),
        case("h-unit-against-masses", "MassTable, BoxSize, Omega0", attribute("UnitLength_in_cm", 3.085678e24)),
        case("h-missing-file", "h-missing-file.2.hdf5 is missing", files=3, code=FILE_SYSTEM,
             after=os.remove),
        case("h-mixed-redshifts", "has Redshift = 0,",
             lambda f: f["Header"].attrs.update({"Redshift": 0.0, "Time": 1.0}), files=3),
        case("h-totals", "of the set count", attribute("NumPart_Total", np.array([0, n - 1, 0, 0, 0, 0], "u4"))),
        case("h-high-word", "(high word 1)", attribute("NumPart_Total_HighWord", np.array([0, 1, 0, 0, 0, 0], "u4"))),
        case("h-seven-types", "types 0 to 6 are known", attribute("MassTable", np.ones(8))),
        case("h-field-file", "is no Gadget snapshot", lambda f: (without("Header")(f), f.attrs.update(format="nubox-field"))),
    ]


def unreadable(file, filter_id):
    """Positions stored in one chunk through a filter that no HDF5 has built in."""
    values = file["PartType1/Coordinates"][...]
    del file["PartType1/Coordinates"]
    listing = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    listing.set_chunk(values.shape)
    listing.set_filter(filter_id, h5py.h5z.FLAG_OPTIONAL, (2, 2, 4, values.nbytes))
    dataset = h5py.h5d.create(file["PartType1"].id, b"Coordinates", h5py.h5t.IEEE_F32LE,
                              h5py.h5s.create_simple(values.shape), listing)
    dataset.write_direct_chunk((0, 0), b"compressed" * 100)


def blosc_positions(file):
    unreadable(file, 32001)


def damaged_chunk(file):
    values = file["PartType1/Coordinates"][...]
    del file["PartType1/Coordinates"]
    dataset = file["PartType1"].create_dataset("Coordinates", values.shape, "f4", chunks=values.shape, compression="gzip")
    dataset.id.write_direct_chunk((0, 0), b"no deflate stream" * 10)


def identity_defects(box):
    """What only the matching of IDs to lattice sites can tell: the reader takes these files."""
    cold = box.types[1]

    def case(name, message, ids, particles=cold):
        total = replace(box, types={1: Particles(particles.x, particles.v, ids)})
        return Case(name, lambda d: Hdf5().write(d / name, total), name, code=INPUT, level="import",
                    import_message=message)

    duplicate = cold.ids.copy()
    duplicate[5] = duplicate[100]
    missing = cold.ids.copy()
    missing[9] = len(cold) + 17
    scrambled = np.random.default_rng(3).permutation(cold.ids)
    return [
        case("i-duplicate-id", "1 particles meet a site that is taken", duplicate),
        case("i-missing-id", f"{len(cold) + 17}", missing),
        case("i-scrambled-ids", "do not start from the sites", scrambled),
        case("i-no-cube", f"{len(cold) - 12} CDM particles are no cube", cold.ids[:-12], cold[:-12]),
    ]


def broken_cases(box):
    box = shuffled(box)
    return binary_defects(box) + hdf5_defects(box) + identity_defects(box)
