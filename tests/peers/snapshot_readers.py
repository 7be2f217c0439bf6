"""Opens an exported snapshot with the public readers, unedited, and compares what they read with the
field file that it came from.

    pip install Pylians yt pynbody g3read            # beside what the package nubox needs
    nubox export --export.in=box.h5 --export.out=DIR/snap_004 --export.files=4
    python tests/peers/snapshot_readers.py box.h5 DIR/snap_004          (.../snap_004 of either format)

Prints the largest differences; ends with 1 if one is more than the rounding of the files or a reader
refuses the set. g3read reads the binary format alone and is left out of HDF5 sets.
"""

import argparse
import pathlib
import sys

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402

RHO_CRITICAL = 27.7536627  # 1e10 Msun/h per (Mpc/h)^3


def first_file(base):
    return next(p for p in (f"{base}.0.hdf5", f"{base}.hdf5", f"{base}.0", f"{base}") if pathlib.Path(p).exists())


def is_hdf5(base):
    return first_file(base).endswith(".hdf5")


def with_pylians(base):
    """Positions in Mpc/h and peculiar velocities in km/s, ordered by ID, and the header with the mass of
    a particle in 1e10 Msun/h."""
    import readgadget

    header = readgadget.header(str(base))
    order = np.argsort(readgadget.read_block(str(base), "ID  ", [1]))
    positions = readgadget.read_block(str(base), "POS ", [1])[order] / 1e3
    velocities = readgadget.read_block(str(base), "VEL ", [1])[order]
    return positions, velocities, {"box_size_mpch": header.boxsize / 1e3, "redshift": header.redshift,
                                   "Omega_m": header.omega_m, "h": header.hubble, "count": int(header.nall[1]),
                                   "mass": header.massarr[1]}


def with_yt(base):
    """The same through yt, which finds the set from its first file."""
    import yt

    yt.set_log_level("error")
    dataset = yt.load(first_file(base))
    data = dataset.all_data()
    kind, mass = next(pair for pair in (("PartType1", "Masses"), ("Halo", "Mass")) if pair[0] in dataset.particle_types)
    order = np.argsort(data[kind, "ParticleIDs"].astype("int64").value)
    return (data[kind, "Coordinates"].to("Mpccm/h").value[order],
            data[kind, "Velocities"].to("km/s").value[order],
            {"box_size_mpch": float(dataset.domain_width[0].to("Mpccm/h")), "redshift": dataset.current_redshift,
             "Omega_m": dataset.omega_matter, "h": dataset.hubble_constant, "count": len(order),
             "mass": float(data[kind, mass][0].to("Msun/h")) / 1e10})


def with_pynbody(base):
    """The same through pynbody, in the units that it finds; binary files state none, and it would take their
    lengths for Mpc/h."""
    import pynbody

    name = f"{base}.hdf5" if pathlib.Path(f"{base}.hdf5").exists() else str(base)
    snapshot = pynbody.load(name)
    if not is_hdf5(base):
        snapshot.set_units_system(velocity="km s^-1 a^1/2", distance="kpc a h^-1", mass="1e10 Msol h^-1")
    cold = snapshot.dm
    order = np.argsort(np.asarray(cold["iord"]))
    about = snapshot.properties
    return (np.asarray(cold["pos"].in_units("Mpc a h**-1"))[order], np.asarray(cold["vel"].in_units("km s**-1"))[order],
            {"box_size_mpch": float(about["boxsize"].in_units("Mpc a h**-1", **snapshot.conversion_context())),
             "redshift": 1 / about["a"] - 1, "Omega_m": about["omegaM0"], "h": about["h"], "count": len(order),
             "mass": float(np.asarray(cold["mass"].in_units("Msol h**-1"))[0]) / 1e10})


def with_g3read(base):
    """The same through g3read, which reads the binary files one by one, in the units of the files."""
    import g3read

    names = [f"{base}.{i}" for i in range(1000) if pathlib.Path(f"{base}.{i}").exists()] or [str(base)]
    files = [g3read.GadgetFile(name) for name in names]
    joined = {block: np.concatenate([file.read_new(block, 1) for file in files]) for block in ("POS ", "VEL ", "ID  ", "MASS")}
    about = files[0].header
    order = np.argsort(joined["ID  "])
    return (joined["POS "][order] / 1e3, joined["VEL "][order] * np.sqrt(about.time),
            {"box_size_mpch": about.BoxSize / 1e3, "redshift": about.redshift, "Omega_m": about.Omega0,
             "h": about.HubbleParam, "count": int(about.npartTotal[1]), "mass": float(joined["MASS"][0])})


READERS = {"pylians": with_pylians, "yt": with_yt, "pynbody": with_pynbody, "g3read": with_g3read}


def compare(name, read, field):
    """True if the reader's particles are those of the field file."""
    positions, velocities, header = read
    about = field.attributes
    box = about["box_size_mpch"]
    expected = field.positions.reshape(3, -1).T
    offset = np.abs((positions - expected + box / 2) % box - box / 2).max()
    speed = np.abs(velocities - field.velocity.reshape(3, -1).T).max()
    # Positions twice through float32, velocities three times, unit constants of the readers to 1e-6.
    limits = 3 * np.spacing(np.float32(box * 1e3)) / 1e3 + 1e-6 * box, 2e-6 * np.abs(field.velocity).max()
    print(f"{name}: positions within {offset:.2e} Mpc/h (limit {limits[0]:.1e}), velocities within "
          f"{speed:.2e} km/s (limit {limits[1]:.1e}), header {header}")
    right = header["count"] == about["n"] ** 3
    for key in ("box_size_mpch", "redshift", "Omega_m", "h"):
        right = right and abs(header[key] - about[key]) <= 1e-5 * max(1, abs(about[key]))
    # Readers know the mass of the sun to 1e-3 or better; a wrong h would be 0.3.
    omega_cb = about["Omega_m"] - about["M_nu_eV"] / 93.14 / about["h"] ** 2
    mass = omega_cb * RHO_CRITICAL * (box / about["n"]) ** 3
    right = right and abs(header["mass"] / mass - 1) < 2e-3
    return right and offset <= limits[0] and speed <= limits[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("field", type=pathlib.Path)
    parser.add_argument("base", type=pathlib.Path, help="name of the set without .0 and .hdf5")
    parser.add_argument("--readers", nargs="+", choices=READERS)
    options = parser.parse_args()
    field = nubox.read_field(options.field)
    names = options.readers or [name for name in READERS if name != "g3read" or not is_hdf5(options.base)]
    results = [compare(name, READERS[name](options.base), field) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
