"""docs/reference/snapshot-readers.md: its lines are run on exports of a box made here, and the rows of its table tested.

    pip install Pylians yt pynbody g3read            # beside what the package nubox needs
    python tests/peers/reader_lines.py --nubox build/nubox

Readers that are not installed are named and left out; without any, the exit code is 77 (skipped).
"""

import argparse
import contextlib
import importlib.util
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

import h5py
import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402

PAGE = SOURCE / "docs/reference/snapshot-readers.md"
BOX_MPCH = 20.0
MODULES = {"Pylians": "readgadget", "yt": "yt", "pynbody": "pynbody", "g3read": "g3read"}
HEADER = {"box_size_mpch": BOX_MPCH, "redshift": 1.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711, "n_s": 0.9624,
          "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"}
PARTICLE_MASS = 0.3175 * 27.7536627 * (BOX_MPCH / 8) ** 3  # 1e10 Msun/h


def installed(reader):
    return importlib.util.find_spec(MODULES[reader]) is not None


def require(condition, text):
    if not condition:
        raise SystemExit(f"not as the page says: {text}")


def exported(program):
    """The box, with folders hdf5/ and binary/ in the current folder that hold snap_004 of it."""
    rng = np.random.default_rng(4)
    nubox.write_field("box.h5", 0.3 * rng.normal(size=(3, 8, 8, 8)), HEADER, velocity=200 * rng.normal(size=(3, 8, 8, 8)))
    for folder, form in (("hdf5", "hdf5"), ("binary", "gadget2")):
        os.mkdir(folder)
        subprocess.run([program, "export", "--export.in=box.h5", f"--export.out={folder}/snap_004",
                        f"--export.format={form}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return nubox.read_field("box.h5")


@contextlib.contextmanager
def inside(folder):
    home = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(home)


def run_lines_of_page(box):
    """Positions and velocities that the lines give are those of the box."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"^([\w ]+?)(?:, (HDF5|binary))?:\n\n```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    require(len(found) == 6, f"six blocks of lines, not {len(found)}")
    expected = nubox.to_pylians(box)
    for reader, form, lines in found:
        if not installed(reader):
            continue
        for folder in [form.lower()] if form else ["hdf5", "binary"]:
            names = {}
            with inside(folder):
                exec(compile(lines, f"{PAGE.name}, {reader}", "exec"), names)
            offset = np.asarray(names["positions_mpch"]) - expected.positions
            offset = np.abs((offset + BOX_MPCH / 2) % BOX_MPCH - BOX_MPCH / 2).max()
            speed = np.abs(np.asarray(names["velocities_kms"]) - expected.velocities).max()
            # float32 of kpc/h, and unit constants of the readers to 1e-6
            result = f"{reader}, {folder}: positions within {offset:.1e} Mpc/h, velocities within {speed:.1e} km/s"
            require(offset < 5e-5 and speed < 5e-3, result)
            print(result)


def changed_hdf5(name, change):
    """A copy of the HDF5 export under `name` with `change` done to it."""
    shutil.copy("hdf5/snap_004.hdf5", f"{name}.hdf5")
    with h5py.File(f"{name}.hdf5", "r+") as file:
        change(file)


def with_type_2(file):
    """CDM becomes type 2."""
    file.move("PartType1", "PartType2")
    for name in ("NumPart_ThisFile", "NumPart_Total", "MassTable"):
        file["Header"].attrs.modify(name, np.roll(file["Header"].attrs[name], 1))


def with_masses_in_a_dataset(file):
    file["PartType1/Masses"] = np.full(512, file["Header"].attrs["MassTable"][1], dtype=np.float32)
    file["Header"].attrs.modify("MassTable", np.zeros(6))


def in_mpch(file):
    file["PartType1/Coordinates"][...] = file["PartType1/Coordinates"][...] / 1000
    file["Header"].attrs.modify("BoxSize", BOX_MPCH)
    file["Header"].attrs.modify("UnitLength_in_cm", 3.085678e24)


def binary_with_type_2():
    """HEAD of the binary format begins at byte 20: npart, masses, time, redshift, two flags, npartTotal."""
    data = bytearray(pathlib.Path("binary/snap_004").read_bytes())
    for start, kind in ((20, "i"), (44, "d"), (116, "i")):
        size = struct.calcsize(f"6{kind}")
        values = np.roll(struct.unpack(f"<6{kind}", data[start:start + size]), 1)
        data[start:start + size] = struct.pack(f"<6{kind}", *values.tolist())
    pathlib.Path("type2").write_bytes(data)


def test_pylians():
    import readgadget

    def mass(name):
        return float(readgadget.read_block(name, "MASS", [1])[0]) / PARTICLE_MASS

    changed_hdf5("datasets", with_masses_in_a_dataset)
    require(abs(mass("hdf5/snap_004") / 1e10 - 1) < 1e-3, "Pylians: masses of MassTable in Msun/h")
    require(abs(mass("datasets") - 1) < 1e-3, "Pylians: masses of datasets in 1e10 Msun/h")
    require(abs(mass("binary/snap_004") - 1) < 1e-3, "Pylians: masses of binary files in 1e10 Msun/h")
    require(len(readgadget.read_block("type2", "POS ", [2])) == 512, "Pylians: type 2, binary")
    changed_hdf5("type2h", with_type_2)
    require(len(readgadget.read_block("type2h", "POS ", [2])) == 512, "Pylians: type 2, HDF5")

    def lengthen(file):
        del file["Header"].attrs["NumFilesPerSnapshot"]
        file["Header"].attrs["NumFilesPerSnapshot"] = np.array([1], dtype=np.int32)

    changed_hdf5("length1", lengthen)
    try:
        readgadget.read_block("length1", "POS ", [1])
    except TypeError:
        return
    raise SystemExit("not as the page says: Pylians fails on NumFilesPerSnapshot of length 1")


def test_yt():
    import yt

    changed_hdf5("mpch", in_mpch)
    width = float(yt.load("mpch.hdf5").domain_width[0].to("Mpccm/h"))
    require(abs(width / (BOX_MPCH / 1000) - 1) < 1e-5, f"yt ignores UnitLength_in_cm: the box has {width} Mpc/h")
    for name, kind, mass in (("hdf5/snap_004.hdf5", "PartType1", "Masses"), ("binary/snap_004", "Halo", "Mass")):
        found = float(yt.load(name).all_data()[kind, mass][0].to("Msun/h")) / 1e10
        require(abs(found / PARTICLE_MASS - 1) < 2e-3, f"yt: masses of {name}")
    changed_hdf5("type2h", with_type_2)
    for name, kind in (("type2", "Disk"), ("type2h.hdf5", "PartType2")):
        found = {kind for kind, _ in yt.load(name).field_list}
        require(kind in found, f"yt: type 2 of {name} is {kind}, not {sorted(found)}")


def test_pynbody():
    import pynbody

    changed_hdf5("mpch", in_mpch)
    changed_hdf5("type2h", with_type_2)
    width = float(pynbody.load("mpch.hdf5").dm["pos"].in_units("Mpc a h**-1").max())
    require(BOX_MPCH / 2 < width <= BOX_MPCH, f"pynbody takes UnitLength_in_cm: positions up to {width} Mpc/h")
    width = float(pynbody.load("binary/snap_004").dm["pos"].in_units("Mpc a h**-1").max())
    require(500 * BOX_MPCH < width <= 1000 * BOX_MPCH,
            f"pynbody takes binary files for Mpc/h: positions up to {width} Mpc/h")
    for name, family in (("hdf5/snap_004.hdf5", "dm"), ("binary/snap_004", "dm"), ("type2h.hdf5", "dm"), ("type2", "star")):
        found = [kind.name for kind in pynbody.load(name).families()]
        require(found == [family], f"pynbody: {name} holds {found}, not {family}")


def test_g3read():
    import g3read

    require(abs(g3read.GadgetFile("binary/snap_004").read_new("MASS", 1)[0] / PARTICLE_MASS - 1) < 1e-3,
            "g3read: masses in 1e10 Msun/h")
    require(len(g3read.GadgetFile("type2").read_new("POS ", 2)) == 512, "g3read: type 2")
    try:
        g3read.GadgetFile("hdf5/snap_004.hdf5")
    except OSError:
        return
    raise SystemExit("not as the page says: g3read refuses HDF5 files")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nubox", type=pathlib.Path, required=True, help="the program")
    program = parser.parse_args().nubox.resolve()
    missing = [reader for reader in MODULES if not installed(reader)]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    if len(missing) == len(MODULES):
        sys.exit(77)
    warnings.simplefilter("ignore")  # of pynbody, about factors that no Gadget file states
    if "yt" not in missing:
        importlib.import_module("yt").set_log_level("error")
    with tempfile.TemporaryDirectory() as work, inside(work):
        box = exported(program)
        run_lines_of_page(box)
        binary_with_type_2()
        for reader, test in (("Pylians", test_pylians), ("yt", test_yt), ("pynbody", test_pynbody), ("g3read", test_g3read)):
            if reader not in missing:
                test()
                print(f"{reader}: as the page says")


if __name__ == "__main__":
    main()
