"""What a prediction with a network refuses, falls back on, or warns of."""

import shutil
import unittest

import h5py
from harness import TINY, SystemTest, files, nubox


class BadPredictions(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = nubox("train", f"--data.pairs={cls.directory}/pairs/pair-1", "--data.split=1,0,0", "--model.channels=4",
                     "--train.select=loss", "--train.epochs=1", "--train.crop=8", f"--train.out={cls.directory}/training")
        assert made.code == 0, str(made)
        cls.model = cls.directory / "training/model.h5"

    def predict(self, inputs, out, *options, model=None, ranks=2):
        return nubox("predict", f"--predict.in={inputs}", f"--predict.out={self.directory / out}",
                     f"--predict.model={model or self.model}", *options, ranks=ranks)

    def simulate(self, name, *options):
        done = nubox("simulate", "--simulate.steps=2", "--simulate.mnu_eV=0", *options,
                     f"--simulate.out={self.directory / name}")
        self.assertEqual(done.code, 0, str(done))
        return self.directory / name / "pair-1"

    def refused(self, outcome, out, code, *texts):
        self.assertEnds(outcome, code, *texts)
        self.assertNothingStands(self.directory / out)

    def test_a_model_with_a_flipped_bit_is_refused(self):
        data = bytearray(self.model.read_bytes())
        with h5py.File(self.model) as file:
            weights = []
            file["weights"].visititems(lambda _, item: weights.append(item) if isinstance(item, h5py.Dataset) else None)
            offset = max(weights, key=lambda item: item.size).id.get_offset()
        data[offset + 40] ^= 16
        damaged = self.directory / "damaged-model.h5"
        damaged.write_bytes(data)
        self.refused(self.predict(self.massless, "a.h5", model=damaged), "a.h5", 3, "damaged-model.h5", "checksum")

    def test_a_model_of_another_architecture_or_format_is_refused(self):
        for name, change in {"kind": ("architecture", "resnet"), "format": ("format", "nubox-checkpoint")}.items():
            other = shutil.copy(self.model, self.directory / f"other-{name}.h5")
            with h5py.File(other, "r+") as file:
                file.attrs[change[0]] = change[1]
            self.refused(self.predict(self.massless, "b.h5", model=other), "b.h5", 3, f"other-{name}.h5")

    def test_a_box_that_the_stride_does_not_divide_is_refused(self):
        odd = self.simulate("odd", "--box.n=15", f"--box.size_mpch={31.25 * 15 / 16}")
        self.refused(self.predict(odd / "mnu-0.000.h5", "c.h5"), "c.h5", 3, "is not a multiple of the network's stride")

    def test_a_box_of_another_spacing_is_refused(self):
        coarse = self.simulate("coarse", "--box.n=16", "--box.size_mpch=40")
        self.refused(self.predict(coarse / "mnu-0.000.h5", "d.h5"), "d.h5", 3, "lattice spacing")

    def test_without_velocities_a_prior_falls_back_and_says_so_and_a_network_refuses(self):
        still = self.directory / "still.h5"
        box = files.read_field(self.massless)
        files.write_field(still, displacement=box.displacement, header=box.header)
        self.refused(self.predict(still, "e.h5"), "e.h5", 3, "velocities")
        alone = nubox("predict", f"--predict.in={still}", f"--predict.out={self.directory}/rewind.h5",
                      "--model.architecture=none", "--model.prior=rewind")
        self.assertEqual(alone.code, 0, str(alone))
        self.assertIn("the linear filter replaces the rewind", alone.err)
        with h5py.File(self.directory / "rewind.h5") as file:
            self.assertEqual(file.attrs["prior"], b"linear")

    def test_a_suite_of_mixed_redshifts_warns_of_the_box_that_the_model_does_not_know(self):
        early = self.simulate("early", *TINY[:2], "--simulate.redshifts=1")
        suite = self.directory / "mixed"
        for name, source in {"a": self.massless, "b": next(early.glob("*mnu-0.000*.h5"))}.items():
            (suite / name).mkdir(parents=True)
            shutil.copy(source, suite / name / "mnu-0.000.h5")
        outcome = self.predict(f"{suite}/*/mnu-0.000.h5", "mixed-out", "--predict.groups=2")
        self.assertEqual(outcome.code, 0, str(outcome))
        warnings = [line for line in outcome.err.splitlines() if "trained at" in line]
        self.assertEqual(len(warnings), 1, str(outcome))
        self.assertIn("[group 2 of 2] warning: outside the range of the training: redshift 1 (trained at 0)", warnings[0])

    def test_a_mass_beyond_the_training_warns(self):
        outcome = self.predict(self.massless, "heavy.h5", "--predict.mnu_eV=0.4")
        self.assertEqual(outcome.code, 0, str(outcome))
        self.assertIn("M_nu = 0.4 eV (trained on 0.15 to 0.15 eV)", outcome.err)

    def test_what_does_not_fit_into_memory_is_refused_before_work(self):
        foreseen = self.predict(self.massless, "f.h5", "--dry-run")
        self.assertEqual(foreseen.code, 0, str(foreseen))
        self.assertRegex(foreseen.err, r"dry run: about [0-9.]+ .iB per rank")
        self.assertNothingStands(self.directory / "f.h5")
        large = ["--predict.neutrino_field=true", "--predict.neutrino_mesh=8192"]
        self.refused(self.predict(self.massless, "g.h5", *large), "g.h5", 2, "are missing")


if __name__ == "__main__":
    unittest.main()
