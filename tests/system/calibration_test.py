"""What `train` fits of a prior alone, from pairs whose massive boxes were made with known numbers."""

import re
import shutil
import sys
import unittest

import h5py
import numpy

from harness import TINY, SystemTest, nubox

DAMPING = 0.6
SMOOTHING_MPCH = 1.0


class Calibration(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = {}
        for force, mesh_factor in (("coarse", 2), ("fine", 4)):
            done = nubox("simulate", *TINY, "--simulate.seeds=1-2", "--simulate.mnu_eV=0",
                         f"--simulate.mesh_factor={mesh_factor}", f"--simulate.out={cls.directory}/{force}")
            assert done.code == 0, str(done)
        # Massive twins: the damped rewind itself.
        done = nubox("predict", f"--predict.in={cls.directory}/*/pair-*/mnu-0.000.h5", "--predict.mnu_eV=0.6",
                     "--model.architecture=none", "--model.prior=rewind", f"--prior.velocity_damping={DAMPING}",
                     f"--prior.velocity_smoothing_mpch={SMOOTHING_MPCH}", f"--predict.out={cls.directory}/twins")
        assert done.code == 0, str(done)
        for twin in cls.directory.glob("twins/*/pair-*/mnu-0.600.h5"):
            shutil.copy(twin, cls.directory / twin.relative_to(cls.directory / "twins"))

    def train(self, name, *options, ranks=2):
        return nubox("train", f"--data.pairs={self.directory}/coarse/pair-*,{self.directory}/fine/pair-*",
                     "--data.split=0.5,0,0.5", "--model.architecture=none", *options,
                     f"--train.out={self.directory}/{name}", ranks=ranks)

    def test_recovers_the_numbers_and_predicts_with_them(self):
        # Half of each force resolution is left for tests: what stands there is never read.
        for force in ("coarse", "fine"):
            victim = self.directory / force / "pair-2/mnu-0.600.h5"
            kept = victim.read_bytes()
            self.addCleanup(victim.write_bytes, kept)
            victim.write_bytes(b"not a box")
        done = self.train("fitted")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("T calibrated", done.err)
        model = self.directory / "fitted/model.h5"
        with h5py.File(model) as file:
            fitted = {name: file[f"calibration/{name}"][...] for name in file["calibration"]}
        numpy.testing.assert_array_equal(fitted["mesh_factor"], [2, 4])
        numpy.testing.assert_array_equal(fitted["mass"], [0.6, 0.6])
        # T is quadratic in the damping to a few per cent of its change.
        numpy.testing.assert_allclose(fitted["velocity_damping"], DAMPING, atol=0.05)
        numpy.testing.assert_allclose(fitted["gain"], 1, atol=0.01)

        done = nubox("predict", f"--predict.in={self.directory}/coarse/pair-1/mnu-0.000.h5", "--predict.mnu_eV=0.6",
                     f"--predict.model={model}", f"--predict.out={self.directory}/applied.h5")
        self.assertEqual(done.code, 0, str(done))
        with h5py.File(self.directory / "applied.h5") as applied, \
                h5py.File(self.directory / "coarse/pair-1/mnu-0.600.h5") as truth, \
                h5py.File(self.directory / "coarse/pair-1/mnu-0.000.h5") as massless:
            self.assertAlmostEqual(applied.attrs["rewind_velocity_damping"], fitted["velocity_damping"][0])
            error = numpy.std(applied["displacement"][...] - truth["displacement"][...])
            change = numpy.std(massless["displacement"][...] - truth["displacement"][...])
        self.assertLess(error, 0.05 * change)

    def test_a_trained_networks_output_gets_the_gain_that_the_model_file_names(self):
        boxes = {}
        for name in ("plain", "gained"):
            done = nubox("train", f"--data.pairs={self.directory}/coarse/pair-*", "--data.split=0.5,0,0.5",
                         "--model.channels=4", "--train.epochs=1", "--train.batch=2", "--train.crop=8",
                         f"--train.calibrate={str(name == 'gained').lower()}", f"--train.out={self.directory}/{name}")
            self.assertEqual(done.code, 0, str(done))
            model = self.directory / name / "model.h5"
            predicted = self.directory / f"{name}.h5"
            made = nubox("predict", f"--predict.in={self.directory}/coarse/pair-1/mnu-0.000.h5",
                         "--predict.mnu_eV=0.6", f"--predict.model={model}", f"--predict.out={predicted}")
            self.assertEqual(made.code, 0, str(made))
            with h5py.File(predicted) as file:
                boxes[name] = file["displacement"][...]
                box_mpch = file.attrs["box_size_mpch"]
        rows = dict(re.findall(r"(T of the network|T calibrated) +(.+)$", done.err, re.MULTILINE)[-2:])
        errors = {name: numpy.nansum((numpy.array(row.split(), float) - 1) ** 2) for name, row in rows.items()}
        # The log has four decimals, and the network may have been that close before.
        self.assertLessEqual(errors["T calibrated"], errors["T of the network"])
        with h5py.File(self.directory / "plain/model.h5") as plain, h5py.File(model) as gained:
            self.assertNotIn("output_calibration", plain)
            knots, gain = gained["output_calibration/k"][...], gained["output_calibration/gain"][0]
            for name in plain["weights"]:
                numpy.testing.assert_array_equal(plain["weights"][name][...], gained["weights"][name][...])
        modes = {name: numpy.fft.fftn(box, axes=(1, 2, 3)) for name, box in boxes.items()}
        for knot, g in zip(knots, gain):
            m = round(knot * box_mpch / (2 * numpy.pi))  # waves along z with the knot's wavenumber
            ratio = (modes["gained"][:, 0, 0, m] / modes["plain"][:, 0, 0, m]).real
            numpy.testing.assert_allclose(ratio, g, atol=2e-5)

    def test_refuses_what_contradicts_itself(self):
        self.assertEnds(self.train("a", "--prior.velocity_damping=0.5"), 2, "prior.calibrate=false")
        self.assertEnds(self.train("b", "--prior.calibrate=false"), 2, "nothing to train")
        self.assertEnds(self.train("c", "--model.prior=za"), 2, "nothing to train")


if __name__ == "__main__":
    sys.exit(unittest.main())
