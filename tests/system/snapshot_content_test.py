"""What a snapshot contains beside equal CDM particles of type 1: masses in datasets, gas, neutrinos, other
types, and what its header does not tell. Files of an independent writer."""

import struct
import sys
import unittest
from dataclasses import replace

import h5py
import numpy as np

from harness import SOURCE, SystemTest, files, nubox

sys.path.insert(0, str(SOURCE / "tests/gadget"))

from snapshot_writers import KPC_CM, OMEGA_NU, Binary, Box, Hdf5, Particles  # noqa: E402


class SnapshotContent(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        field = files.read_field(cls.massless)
        about = field.attributes
        cls.n, cls.mass_eV = about["n"], OMEGA_NU * 93.14 * about["h"] ** 2
        cls.cold = Particles(field.positions.reshape(3, -1).T, field.velocity.reshape(3, -1).T.astype(float),
                             np.arange(cls.n**3) + 1)
        cls.box = Box({1: cls.cold}, about["box_size_mpch"], about["redshift"], about["Omega_m"], about["h"])

    def others(self, shift=0.5):
        """As many particles of another type, beside the cold ones."""
        x = np.mod(self.cold.x + shift * self.box.size / self.n, self.box.size)
        return Particles(x, self.cold.v, self.cold.ids + self.n**3)

    def run_on(self, command, name, *options):
        """Outcome of a command on a snapshot, and its output file."""
        out = self.directory / f"{command}-{name}" / "out.h5"
        what = {"import": "--import.snapshot", "stats": "--stats.in", "info": "--info.in"}[command]
        more = {"import": [f"--import.out={out}"], "info": [],
                "stats": [f"--stats.out={out}", "--stats.statistics=power", "--stats.resume=never"]}[command]
        return nubox(command, f"{what}={self.directory / name}", *more, *options), out

    def imported(self, name, *options):
        outcome, out = self.run_on("import", name, *options)
        self.assertEnds(outcome, 0)
        return files.read_field(out), outcome.out + outcome.err

    def measured(self, name, *options):
        outcome, out = self.run_on("stats", name, *options)
        self.assertEnds(outcome, 0)
        return files.read_table(out), outcome.out + outcome.err

    def test_a_massive_run_with_masses_in_datasets_is_imported_as_massive_and_not_predicted_again(self):
        for kind in ("<f4", "<f8"):
            name = f"datasets-{kind[1:]}"
            Hdf5(mass_type=kind).write(self.directory / name, replace(self.box, types={1: self.cold, 2: self.others()}))
            field, _ = self.imported(name)
            self.assertAlmostEqual(field.attributes["M_nu_eV"], self.mass_eV, places=4)
            self.assertAlmostEqual(self.measured(name)[0].attributes["M_nu_model_eV"], self.mass_eV, places=4)
        out = self.directory / "twice.h5"
        outcome = nubox("predict", f"--predict.in={self.directory / 'import-datasets-f4/out.h5'}", f"--predict.out={out}")
        self.assertEnds(outcome, 3, "the input must be a massless box")
        self.assertNothingStands(out)

    def test_masses_that_differ_are_refused_by_name(self):
        Hdf5(mass_type="<f4").write(self.directory / "several", self.box)
        with h5py.File(self.directory / "several.hdf5", "r+") as file:
            masses = file["PartType1/Masses"][...]
            masses[::2] *= 9
            file["PartType1/Masses"][...] = masses / 5  # the density stays
        for command in ("import", "stats"):
            outcome, out = self.run_on(command, "several")
            self.assertEnds(outcome, 3, "type 1 (cold dark matter) differ by a factor of up to 9")
            self.assertNothingStands(out)
        self.assertIn("masses differ by a factor of up to 9", self.run_on("info", "several")[0].out)

    def test_gas_is_named_with_its_density_and_not_taken_for_neutrinos(self):
        Hdf5().write(self.directory / "gas", replace(self.box, types={0: self.others(), 1: self.cold}))
        said = f"left out: type 0 (gas): {self.n**3} particles, Omega = 0.049"
        field, log = self.imported("gas")
        self.assertEqual(field.attributes["M_nu_eV"], 0)
        self.assertIn(said, log)
        table, log = self.measured("gas")
        self.assertEqual(table.attributes["M_nu_model_eV"], 0)
        self.assertIn(said, log)

    def test_cold_dark_matter_of_another_type_is_imported_by_an_option(self):
        Hdf5().write(self.directory / "type-0", replace(self.box, types={0: self.cold}))
        for command in ("import", "stats"):
            outcome, _ = self.run_on(command, "type-0")
            self.assertEnds(outcome, 3, "import.cdm_type", f"counts by type are {self.n**3}, 0, 0")
        field, _ = self.imported("type-0", "--import.cdm_type=0")
        self.assertEqual(field.attributes["M_nu_eV"], 0)
        self.measured("type-0", "--import.cdm_type=0")
        outcome, _ = self.run_on("import", "type-0", "--import.cdm_type=2")
        self.assertEnds(outcome, 2, "cannot be both CDM and neutrinos")

    def test_swift_states_its_neutrinos_apart_from_omega_m(self):
        swift = Hdf5("swift", real="<f8", id_type="<u8", unit=1.0)
        box = replace(self.box, types={1: self.cold, 6: self.others()})
        swift.write(self.directory / "table", box)
        replace(swift, mass_type="<f4").write(self.directory / "particles", box)
        replace(swift, mass_type="<f4").write(self.directory / "response", box)
        with h5py.File(self.directory / "response.hdf5", "r+") as file:
            del file["PartType6"]
            for name in ("NumPart_ThisFile", "NumPart_Total"):
                file["Header"].attrs[name] = [0, self.n**3, 0, 0, 0, 0, 0]
        for name in ("table", "particles", "response"):
            for read in (lambda n: self.imported(n)[0].attributes, lambda n: self.measured(n)[0].attributes):
                found = read(name)
                self.assertAlmostEqual(found["Omega_m"], self.box.omega_m, places=9)
                mass = found["M_nu_eV"] if "M_nu_eV" in found else found["M_nu_model_eV"]
                self.assertAlmostEqual(mass, self.mass_eV, places=9)
        with h5py.File(self.directory / "particles.hdf5", "r+") as file:
            file["PartType6/Weights"] = np.ones(self.n**3, "f4")
        outcome, _ = self.run_on("import", "particles", "--import.neutrinos=density")
        self.assertEnds(outcome, 3, "delta-f weights")

    def test_what_the_header_does_not_tell_is_stated_to_every_command(self):
        cases = {"unit": (Hdf5(mass_type="<f4"), {}, "--import.length_unit=kpch"),
                 "size": (Hdf5(), {"BoxSize": 0.0}, f"--import.box_size_mpch={self.box.size}"),
                 "time": (Hdf5(), {"Time": None}, f"--import.redshift={self.box.z}")}
        for name, (writer, extra, option) in cases.items():
            writer.write(self.directory / name, replace(self.box, extra=extra))
            if name == "unit":
                with h5py.File(self.directory / "unit.hdf5", "r+") as file:
                    file["PartType1"].move("Masses", "Unknown")
                option = (option, "--import.mnu_eV=0")
            elif name == "size":
                option = (option, "--import.length_unit=kpch")
            else:
                option = (option,)
            for command in ("import", "stats"):
                outcome, _ = self.run_on(command, name)
                self.assertEnds(outcome, 3, option[0].split("=")[0].strip("-"))
                self.assertEnds(self.run_on(command, name, *option)[0], 0)
            outcome, _ = self.run_on("info", name)
            self.assertIn("cannot be read as it is", outcome.out)
            outcome, _ = self.run_on("info", name, *option)
            self.assertEqual(outcome.code, 0)
            self.assertIn(f"box = {self.box.size:g} Mpc/h", outcome.out)

    def test_gadget_4s_own_header_is_read_with_the_cosmology_stated(self):
        Binary(gadget_4=6, trees=bytes(16)).write(self.directory / "four", self.box)
        outcome, _ = self.run_on("import", "four")
        self.assertEnds(outcome, 3, "import.length_unit")
        field, _ = self.imported("four", f"--import.Omega_m={self.box.omega_m}", f"--import.h={self.box.h}")
        self.assertAlmostEqual(field.attributes["box_size_mpch"], self.box.size, places=9)

    def test_large_ids_in_signed_numbers_are_joined_with_initial_conditions(self):
        for kind in ("<i4", "<i8", ">i4"):
            width = int(kind[-1]) * 8
            ids = (np.arange(self.n**3, dtype="u8") + np.uint64(2 ** (width - 1) - 100)).astype(f"u{width // 8}")
            particles = Particles(self.cold.x, self.cold.v, ids.astype(kind))
            lattice = np.stack(np.meshgrid(*[np.arange(self.n)] * 3, indexing="ij")).reshape(3, -1).T
            start = Particles(lattice * self.box.size / self.n, 0.0 * lattice, ids.astype(kind))
            Hdf5(id_type=kind).write(self.directory / "ics", replace(self.box, types={1: start}, z=99))
            Hdf5(id_type=kind).write(self.directory / "signed", replace(self.box, types={1: particles}))
            field, _ = self.imported("signed", f"--import.ics={self.directory / 'ics'}")
            self.assertEqual(field.attributes["id_map"], "initial conditions")

    def test_options_are_never_overruled_by_an_export(self):
        base = self.directory / "export" / "snap"
        self.assertEnds(nubox("export", f"--export.in={self.massless}", f"--export.out={base}"), 0)
        field, _ = self.imported("export/snap")
        origin = files.read_field(self.massless).attributes
        for name in ("mesh_factor", "noise", "lpt", "z_initial", "steps", "seed", "A_s", "T_cmb"):
            self.assertEqual(field.attributes[name], origin[name], name)
        for option, said in (("--cosmology.A_s=3e-9", "A_s = 3e-09 was given"), ("--import.mesh_factor=4", "mesh_factor = 2")):
            outcome, _ = self.run_on("import", "export/snap", option)
            self.assertEnds(outcome, 3, said)
        # The cosmology of an export is compared as that of a field file.
        header = dict(files.read_field(self.massless).header, A_s=3e-9)
        other = self.directory / "other.h5"
        files.write_field(other, files.read_field(self.massless).displacement, header,
                          files.read_field(self.massless).velocity)
        outcome, _ = self.run_on("stats", "export/snap", f"--stats.target={other}")
        self.assertEnds(outcome, 3, "A_s is 2.13e-09 in the first and 3e-09 in the second")

    def test_exports_state_their_units_and_the_distances_of_their_blocks(self):
        for kind in ("hdf5", "gadget2"):
            base = self.directory / kind / "snap"
            self.assertEnds(nubox("export", f"--export.in={self.massless}", f"--export.out={base}",
                                  f"--export.format={kind}"), 0)
        with h5py.File(self.directory / "hdf5/snap.hdf5") as file:
            header = file["Header"].attrs
            self.assertAlmostEqual(header["UnitLength_in_cm"] / KPC_CM, 1, places=6)
            self.assertEqual((header["UnitMass_in_g"], header["UnitVelocity_in_cm_per_s"]), (1.989e43, 1e5))
        content, at, names = base.read_bytes(), 0, []
        while at < len(content):
            eight, name, distance, _, payload = struct.unpack("<I4sIII", content[at:at + 20])
            names.append(name)
            self.assertEqual((eight, distance), (8, payload + 8), name)
            at += 16 + distance
        self.assertEqual((names, at), ([b"HEAD", b"POS ", b"VEL ", b"ID  "], len(content)))


if __name__ == "__main__":
    unittest.main()
