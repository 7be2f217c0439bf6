"""Opens an exported snapshot with Pylians' readgadget and with yt, unedited, and compares what they
read with the field file that it came from.

    pip install Pylians yt            # beside what tools/nubox.py needs
    nubox export --export.in=box.h5 --export.out=DIR/snap_004 --export.files=4
    python tests/peers/snapshot_readers.py box.h5 DIR/snap_004          (.../snap_004 of either format)

Prints the largest differences; ends with 1 if one is more than the rounding of the files. Held with
Pylians 0.12 and yt 4.4 for HDF5 in 4 files and Gadget-2 binary in 3.
"""

import argparse
import pathlib
import sys

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402


def with_pylians(base):
    """Positions in Mpc/h and peculiar velocities in km/s, ordered by ID, and the header."""
    import readgadget

    header = readgadget.header(str(base))
    ids = readgadget.read_block(str(base), "ID  ", [1])
    order = np.argsort(ids)
    positions = readgadget.read_block(str(base), "POS ", [1])[order] / 1e3
    velocities = readgadget.read_block(str(base), "VEL ", [1])[order]
    return positions, velocities, {"box_size_mpch": header.boxsize / 1e3, "redshift": header.redshift,
                                   "Omega_m": header.omega_m, "h": header.hubble, "count": int(header.nall[1])}


def with_yt(base):
    """The same through yt, which finds the set from its first file."""
    import yt

    yt.set_log_level("error")
    first = next(p for p in (f"{base}.0.hdf5", f"{base}.hdf5", f"{base}.0", f"{base}") if pathlib.Path(p).exists())
    dataset = yt.load(first)
    data = dataset.all_data()
    kind = next(name for name in ("PartType1", "Halo") if name in dataset.particle_types)
    order = np.argsort(data[kind, "ParticleIDs"].astype("int64").value)
    box = float(dataset.domain_width[0].to("Mpccm/h"))
    return (data[kind, "Coordinates"].to("Mpccm/h").value[order],
            data[kind, "Velocities"].to("km/s").value[order],
            {"box_size_mpch": box, "redshift": dataset.current_redshift, "Omega_m": dataset.omega_matter,
             "h": dataset.hubble_constant, "count": len(order)})


def compare(name, read, field):
    """True if the reader's particles are those of the field file."""
    positions, velocities, header = read
    about = field.attributes
    box = about["box_size_mpch"]
    expected = field.positions.reshape(3, -1).T
    offset = np.abs((positions - expected + box / 2) % box - box / 2).max()
    speed = np.abs(velocities - field.velocity.reshape(3, -1).T).max()
    # Positions twice through float32, velocities three times, yt's unit constants to 1e-6.
    limits = 3 * np.spacing(np.float32(box * 1e3)) / 1e3, 2e-6 * np.abs(field.velocity).max()
    print(f"{name}: positions within {offset:.2e} Mpc/h (limit {limits[0]:.1e}), velocities within "
          f"{speed:.2e} km/s (limit {limits[1]:.1e}), header {header}")
    right = header["count"] == about["n"] ** 3
    for key in ("box_size_mpch", "redshift", "Omega_m", "h"):
        right = right and abs(header[key] - about[key]) <= 1e-5 * max(1, abs(about[key]))
    return right and offset <= limits[0] and speed <= limits[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("field", type=pathlib.Path)
    parser.add_argument("base", type=pathlib.Path, help="name of the set without .0 and .hdf5")
    parser.add_argument("--readers", nargs="+", choices=("pylians", "yt"), default=("pylians", "yt"))
    options = parser.parse_args()
    field = nubox.read_field(options.field)
    readers = {"pylians": with_pylians, "yt": with_yt}
    results = [compare(name, readers[name](options.base), field) for name in options.readers]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
