"""What predict writes beside displacements: snapshots, neutrino densities; and who speaks."""

import unittest

import h5py
import numpy as np

from harness import SystemTest, files, nubox


def contrast(positions, box_size, n):
    """Modes of the density contrast of (N, 3) positions, clouds in cells, window divided out."""
    x = positions / box_size * n
    low = np.floor(x).astype(int)
    count = np.zeros((n, n, n))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, x - low, 1 - (x - low)), axis=1)
        np.add.at(count, tuple(((low + corner) % n).T), weight)
    window = np.sinc(np.fft.fftfreq(n)) ** 2
    modes = np.fft.fftn(count / (len(positions) / n**3) - 1) / n**3
    return modes / window[:, None, None] / window[:, None] / window


def power(modes, box_size, bins):
    """Mean of V |c|^2 over b <= |n| < b + 1 for b = 1 ... bins."""
    n = len(modes)
    index = np.fft.fftfreq(n, 1 / n)
    norm = np.sqrt(sum(np.array(np.meshgrid(*[index**2] * 3, indexing="ij"))))
    return [box_size**3 * np.mean(np.abs(modes[(norm >= b) & (norm < b + 1)]) ** 2) for b in range(1, bins + 1)]


class PredictedBoxes(SystemTest):
    needs_pair = True

    def predict(self, out, *options, code=0, ranks=2, texts=()):
        outcome = nubox("predict", f"--predict.in={self.massless}", f"--predict.out={self.directory}/{out}",
                        "--model.architecture=none", *options, ranks=ranks)
        self.assertEnds(outcome, code, *texts)
        return outcome

    def test_a_snapshot_holds_the_box_and_is_found_again(self):
        self.predict("field/box.h5")
        for files_of_set, ranks in ((1, 2), (3, 3)):
            name = f"gadget-{files_of_set}/snap_000"
            ask = [name, "--predict.format=gadget", f"--predict.files={files_of_set}"]
            self.predict(*ask, ranks=ranks)
            stamps = {path: path.stat().st_mtime_ns for path in (self.directory / name).parent.glob("*.hdf5")}
            self.assertEqual(len(stamps), files_of_set)
            self.assertIn("complete, skipped", self.predict(*ask).err)
            self.assertEqual({path: path.stat().st_mtime_ns for path in stamps}, stamps)
            self.predict(*ask, "--predict.mnu_eV=0.3", code=3,
                         texts=["is the result of another run (M_nu_eV is 0.15, not 0.3)"])

            back = self.directory / f"back-{files_of_set}.h5"
            outcome = nubox("import", f"--import.snapshot={self.directory / name}", f"--import.out={back}")
            self.assertEqual(outcome.code, 0, str(outcome))
            there, here = files.read_field(self.directory / "field/box.h5"), files.read_field(back)
            # Half a unit in the last place of float positions up to 31250 kpc/h.
            self.assertLess(np.abs(there.displacement - here.displacement).max(), 1.5e-6)
            np.testing.assert_allclose(here.velocity, there.velocity, rtol=3e-7)
            for key in ("M_nu_eV", "Omega_m", "redshift", "seed"):
                self.assertAlmostEqual(here.attributes[key], there.attributes[key], places=6)

        # A set that was cut is made again.
        victim = self.directory / "gadget-3/snap_000.1.hdf5"
        whole = victim.read_bytes()
        victim.write_bytes(whole[:len(whole) // 2])
        again = self.predict("gadget-3/snap_000", "--predict.format=gadget", "--predict.files=3", ranks=3)
        self.assertIn("recomputed", again.err)
        self.assertEqual(victim.stat().st_size, len(whole))

    def test_a_box_of_a_changed_input_is_not_taken_for_complete(self):
        own = self.directory / "own.h5"
        box = files.read_field(self.massless)
        ask = [f"--predict.in={own}", f"--predict.out={self.directory}/of-own.h5", "--model.architecture=none"]
        files.write_field(own, box.displacement, box.header, box.velocity)
        self.assertEqual(nubox("predict", *ask).code, 0)
        self.assertIn("complete, skipped", nubox("predict", *ask).err)
        for header, velocity, what in ((box.header, 1.01 * box.velocity, "input_velocity_checksum"),
                                       ({**box.header, "mesh_factor": 3}, box.velocity, "input_header_checksum")):
            files.write_field(own, box.displacement, header, velocity)
            self.assertEnds(nubox("predict", *ask), 3, "is the result of another run", what)

    def test_a_suite_of_snapshots_has_a_directory_for_each(self):
        self.predict("mocks", "--predict.format=gadget", "--predict.mnu_eV=0.06,0.15")
        for mass in ("0.060", "0.150"):
            self.assertTrue((self.directory / f"mocks/mnu-{mass}/snap.hdf5").exists())

    def test_what_no_snapshot_can_hold_is_refused(self):
        for options in (["--predict.neutrino_field=true"], ["--predict.velocities=false"]):
            self.predict("refused/snap", "--predict.format=gadget", *options, code=2, texts=["predict.format = field"])
        still = self.directory / "still.h5"
        box = files.read_field(self.massless)
        files.write_field(still, displacement=box.displacement, header=box.header)
        outcome = nubox("predict", f"--predict.in={still}", f"--predict.out={self.directory}/refused/snap",
                        "--predict.format=gadget", "--model.architecture=none")
        self.assertEnds(outcome, 3, "needs velocities")
        self.assertFalse((self.directory / "refused").exists())

    def test_neutrinos_join_the_spectra_of_all_matter(self):
        ask = ["neutrinos/box.h5", "--predict.neutrino_field=true", "--predict.mnu_eV=0.6", "--model.prior=linear"]
        self.predict(*ask)
        self.assertIn("complete, skipped", self.predict(*ask).err)
        self.predict(*ask[:1], *ask[2:], code=3, texts=["is the result of another run"])
        box = files.read_field(self.directory / "neutrinos/box.h5")
        self.assertEqual(box.density_nu.shape, (16, 16, 16))
        out = self.directory / "neutrinos/stats.h5"
        outcome = nubox("stats", f"--stats.in={self.directory}/neutrinos/box.h5", f"--stats.out={out}",
                        "--stats.statistics=power", ranks=3)
        self.assertEqual(outcome.code, 0, str(outcome))

        size = box.attributes["box_size_mpch"]
        cb = contrast(box.positions.reshape(3, -1).T % size, size, 16)
        nu = np.fft.fftn(box.density_nu.astype(float)) / 16**3
        f_nu = 0.6 / 93.14 / box.attributes["h"] ** 2 / box.attributes["Omega_m"]
        with h5py.File(out) as table:
            group = table["power/matter"]
            self.assertAlmostEqual(group.attrs["f_nu_model"], f_nu, places=6)
            for name, modes in {"cb": cb, "nu": nu, "total": (1 - f_nu) * cb + f_nu * nu}.items():
                np.testing.assert_allclose(group[f"p_{name}_model"][:4], power(modes, size, 4), rtol=1e-4,
                                           err_msg=name)
            # Neutrinos cluster less than cb, and the less the smaller the scale.
            ratio = np.sqrt(group["p_nu_model"][:4] / group["p_cb_model"][:4])
            self.assertTrue(np.all(np.diff(ratio) < 0) and ratio[0] < 0.5, ratio)

    def test_the_first_rank_of_every_group_speaks(self):
        outcome = self.predict("grouped", "--predict.mnu_eV=0.06,0.15", "--predict.groups=2")
        self.assertIn("[group 1 of 2]", outcome.err)
        pair = self.directory / "more"
        for name in ("a", "b"):
            box = files.read_field(self.massless)
            (pair / name).mkdir(parents=True)
            files.write_field(pair / name / "mnu-0.000.h5", displacement=box.displacement, header=box.header)
        outcome = nubox("predict", f"--predict.in={pair}/*/mnu-0.000.h5", f"--predict.out={pair}/out",
                        "--model.architecture=none", "--model.prior=linear", "--predict.groups=2")
        self.assertEqual(outcome.code, 0, str(outcome))
        for group in ("group 1 of 2", "group 2 of 2"):
            self.assertTrue(any(group in line and "mnu-0.150.h5: read" in line for line in outcome.err.splitlines()),
                            str(outcome))
        self.assertEqual(outcome.err.count("boxes made"), 1, str(outcome))


if __name__ == "__main__":
    unittest.main()
