"""Valid snapshots: every way of writing the same particles that nubox reads."""

from dataclasses import dataclass, field, replace

import h5py
import numpy as np

from snapshot_writers import Binary, Box, Hdf5, Particles, split

TAKEN = "taken"  # import_message of what the reader is asked for and the import can do without


@dataclass
class Case:
    """One entry of the manifest. `write(directory)` makes the files; `path` is what a user names."""

    name: str
    write: callable
    path: str
    expect: dict = field(default_factory=dict)   # header fields of the reader
    options: dict = field(default_factory=dict)  # what the user must state
    code: int = 0
    message: str = ""
    level: str = "reader"  # "import": the reader takes it, identifying the particles must not
    import_message: str = ""  # where the import command says it otherwise than the reader


def with_neutrinos(box, kind=2):
    """As many neutrinos as cold particles, at half a cell from them."""
    cold = box.types[1]
    cell = box.size / round(len(cold) ** (1 / 3))
    x = np.mod(cold.x + cell / 2, box.size)
    return replace(box, types={1: cold, kind: Particles(x, 30 * cold.v, cold.ids + len(cold))})


def shuffled(box):
    return replace(box, types=split(box, 1)[0].types)


def binary_cases(box):
    def case(name, writer, total=box, files=None, without=(), path=None, options=None, **expect):
        shares = split(total, files, without=without) if files else None
        return Case(name, lambda d: writer.write(d / name, total, shares), path or name,
                    {"files": files or 1, **expect}, options or {})

    massive = with_neutrinos(box)
    four = {"Omega_m": box.omega_m, "h": box.h}  # Gadget-4's own header has no cosmology
    heavy = replace(box, extra={"mass": [0] * 6})
    old = replace(box, extra={"box": 0, "totals": [0] * 6, "files": 0})
    gas = replace(box, types={0: box.types[1][:32], 1: box.types[1]}, extra={"mass": [0] * 6})
    quirk = replace(box, extra={"high": [0] * 6, "totals": [0, len(box.types[1]), 0, 0, 0, 0]})
    return [
        case("g1-little-id32", Binary(), format="gadget-1", id_bytes=4, length_unit="kpc/h"),
        case("g1-big-id64", Binary(endian=">", id_bytes=8), format="gadget-1", id_bytes=8),
        case("g2-little-id64", Binary(format=2, id_bytes=8), format="gadget-2", id_bytes=8),
        case("g2-big-id32", Binary(format=2, endian=">"), format="gadget-2"),
        case("g2-unusual-order", Binary(format=2, order=("ID", "POT", "VEL", "MASS", "POS")), format="gadget-2"),
        case("g1-more-blocks", Binary(order=("POS", "VEL", "ID", "MASS", "POT")), format="gadget-1"),
        case("g1-double", Binary(real="f8"), double_precision=True),
        case("g2-double-big-id64", Binary(format=2, endian=">", real="f8", id_bytes=8), double_precision=True),
        case("g1-mpc", Binary(unit=1.0), length_unit="Mpc/h"),
        case("g2-mpc-double", Binary(format=2, unit=1.0, real="f8"), length_unit="Mpc/h"),
        case("g1-files", Binary(), files=3),
        case("g2-files-big", Binary(format=2, endian=">", id_bytes=8), files=5),
        case("g1-one-of-files", Binary(), files=3, path="g1-one-of-files.1"),
        case("g1-neutrinos", Binary(id_bytes=8), massive, counts=[0, 1, 1]),
        case("g1-types-missing", Binary(), massive, files=4, without=[(0, 1), (2, 1), (1, 2), (2, 2)]),
        case("g2-types-missing", Binary(format=2), massive, files=3, without=[(1, 1), (0, 2)]),
        case("g1-ngenic-totals", Binary(id_bytes=8), quirk),
        # The length unit follows from the masses of the block.
        case("g1-masses-in-block", Binary(order=("POS", "VEL", "ID", "MASS")), heavy, length_unit="kpc/h"),
        case("g2-masses-in-block-big", Binary(format=2, endian=">", order=("MASS", "POS", "VEL", "ID")), heavy,
             length_unit="kpc/h"),
        case("g1-masses-in-block-double", Binary(real="f8", order=("POS", "VEL", "ID", "MASS", "POT"), unit=1.0), heavy,
             length_unit="Mpc/h"),
        case("g1-gas-first", Binary(order=("POS", "VEL", "ID", "MASS")), gas, length_unit="kpc/h"),
        case("g2-mass-of-one-type-in-block", Binary(format=2, order=("POS", "VEL", "ID", "MASS")),
             replace(massive, extra={"mass": [0, 0, *massive.masses()[2:6]]}), files=2, length_unit="kpc/h"),
        case("g1-gadget-4-header", Binary(gadget_4=6), massive, files=2, options=four, format="gadget-1"),
        case("g2-gadget-4-header-trees", Binary(format=2, endian=">", gadget_4=2, trees=bytes(16), id_bytes=8),
             options=four, format="gadget-2"),
        case("g1-old-header", Binary(), old, options={"box_size_mpch": box.size, "length_unit": "kpch"}),
    ]


def hdf5_cases(box):
    def case(name, writer, total=box, files=None, without=(), path=None, then=None, **expect):
        shares = split(total, files, without=without) if files else None

        def write(directory):
            writer.write(directory / name, total, shares)
            if then:
                then(directory / (f"{name}.{files - 1}.hdf5" if files else f"{name}.hdf5"))
        return Case(name, write, path or name, {"files": files or 1, **expect})

    massive = with_neutrinos(box)
    gzip = {"chunks": True, "compression": "gzip", "shuffle": True}
    swift = Hdf5("swift", real="<f8", id_type="<u8", unit=1.0)
    edge = replace(box, types={1: replace_x(box.types[1], box.size)})
    return [
        case("h5-f4-u4", Hdf5(), format="gadget-hdf5", id_bytes=4, length_unit="kpc/h"),
        case("h5-f8-u8", Hdf5(real="<f8", id_type="<u8", count_type="<u8", high_word=False), double_precision=True),
        case("h5-int32-counts", Hdf5(count_type="<i4", id_type="<i8"), id_bytes=8),
        case("h5-big-endian", Hdf5(real=">f4", id_type=">u8", count_type=">u4"), id_bytes=8),
        case("h5-gzip", Hdf5(storage=gzip)),
        case("h5-gzip-files", Hdf5(storage=gzip, real="<f8"), files=4),
        case("h5-newer-format", Hdf5(libver=("v110", "v110"))),
        case("h5-mpc-by-mass", Hdf5(unit=1.0), length_unit="Mpc/h"),
        case("h5-mpc-stated", Hdf5(unit=1.0, state_units=True), length_unit="Mpc/h"),
        case("h5-kpc-stated", Hdf5(state_units=True), length_unit="kpc/h"),
        case("h5-masses-f4", Hdf5(mass_type="<f4"), length_unit="kpc/h"),
        case("h5-masses-f8-files", Hdf5(mass_type=">f8"), massive, files=3, length_unit="kpc/h"),
        case("h5-short-ids", Hdf5(id_type="<i2"), id_bytes=4),
        case("h5-files", Hdf5(), files=3),
        case("h5-one-of-files", Hdf5(), files=3, path="h5-one-of-files.2.hdf5"),
        case("h5-types-missing", Hdf5(), massive, files=4, without=[(0, 1), (3, 1), (1, 2)]),
        case("h5-empty-groups", Hdf5(empty_groups=True), massive, files=3, without=[(1, 1)]),
        case("h5-compression-info", Hdf5(), then=compression_info),
        case("h5-merged", Hdf5(), replace(box, extra={"NumFilesPerSnapshot": np.int32(8)})),
        case("h5-at-the-edge", Hdf5(real="<f8"), edge),
        case("gadget-4", Hdf5("gadget-4", high_word=False, id_type="<u8"), format="gadget-4"),
        case("gadget-4-files-mpc", Hdf5("gadget-4", high_word=False, unit=1.0, count_type="<u8"), massive, files=2,
             format="gadget-4", length_unit="Mpc/h"),
        case("swift", swift, format="swift", length_unit="Mpc"),
        replace(case("swift-virtual", swift, files=3, then=lambda path: virtual_view(path, 3), format="swift"),
                expect={"files": 1, "format": "swift"}),
        case("swift-neutrinos-files", swift, with_neutrinos(box, 6), files=3, format="swift"),
        case("swift-masses-in-block", replace(swift, mass_type="<f4"), with_neutrinos(box, 6), format="swift"),
        case("swift-no-mass-table", replace(swift, mass_type="<f8"), replace(box, extra={"MassTable": None}),
             format="swift"),
    ]


def replace_x(particles, size):
    """Some particles at L instead of 0 and a rounding outside the box, as programs leave them."""
    x = particles.x.copy()
    x[::7] += np.where(x[::7] < 1e-3 * size, size, 0)
    x[::5] -= np.where(x[::5] > (1 - 1e-4) * size, size, 0)
    return Particles(x, particles.v, particles.ids)


def compression_info(path):
    with h5py.File(path, "r+") as file:
        file.create_group("CompressionInfo").attrs["json"] = '{"Coordinates": {"lossy bits": 7}}'


def numbered(path, number):
    """base.2.hdf5 -> base.<number>.hdf5"""
    base = str(path).rsplit(".", 2)[0]
    return f"{base}.{number}.hdf5"


def virtual_view(path, files):
    """base.hdf5: one file whose datasets are views of those of base.0.hdf5 and so on, as SWIFT leaves it."""
    parts = [h5py.File(numbered(path, i)) for i in range(files)]
    with h5py.File(str(path).rsplit(".", 2)[0] + ".hdf5", "w", libver=("v110", "v110")) as view:
        for group in ("Header", "Units", "Cosmology"):
            parts[0].copy(group, view)
        view["Header"].attrs["NumPart_ThisFile"] = view["Header"].attrs["NumPart_Total"]
        for name in ("Coordinates", "Velocities", "ParticleIDs"):
            sources = [part["PartType1/" + name] for part in parts]
            layout = h5py.VirtualLayout((sum(map(len, sources)), *sources[0].shape[1:]), sources[0].dtype)
            start = 0
            for source in sources:
                layout[start:start + len(source)] = h5py.VirtualSource(
                    source.file.filename.rsplit("/", 1)[1], source.name, source.shape)
                start += len(source)
            view.create_virtual_dataset("PartType1/" + name, layout)
    for part in parts:
        part.close()


def valid_cases(box):
    box = shuffled(box)
    return binary_cases(box) + hdf5_cases(box)
