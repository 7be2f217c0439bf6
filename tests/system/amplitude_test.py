"""Massive boxes with the sigma8 of their massless twin: simulated, predicted, trained on."""

import unittest

import h5py
import numpy

from harness import TINY, SystemTest, nubox


def attributes(path):
    with h5py.File(path) as file:
        return dict(file.attrs)


class Amplitude(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = nubox("simulate", *TINY, "--simulate.match=sigma8", "--simulate.seeds=1-2", "--simulate.mnu_eV=0,0.4",
                     f"--simulate.out={cls.directory}/pairs")
        assert done.code == 0, str(done)
        cls.massless = cls.directory / "pairs/pair-1/mnu-0.000.h5"
        cls.massive = cls.directory / "pairs/pair-1/mnu-0.400.h5"

    def predict(self, name, *options, mass=0.4):
        out = self.directory / f"{name}.h5"
        return out, nubox("predict", f"--predict.in={self.massless}", f"--predict.mnu_eV={mass}", f"--predict.out={out}",
                          *options)

    def test_simulated_twins_share_sigma8(self):
        ratio = attributes(self.massive)["A_s"] / attributes(self.massless)["A_s"]
        # CLASS: sigma8 of all matter is 0.8331 without neutrinos and 0.7353 with 0.4 eV at the same A_s.
        self.assertAlmostEqual(ratio, (0.8331 / 0.7353) ** 2, delta=2e-3)

    def test_a_prediction_states_both_amplitudes_and_is_that_of_the_twin(self):
        out, done = self.predict("sigma8", "--predict.match=sigma8", "--model.prior=rewind")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("amplitudes:", done.err)
        of_box = attributes(out)
        self.assertAlmostEqual(of_box["sigma8"], of_box["massless_sigma8"], places=6)
        self.assertGreater(of_box["sigma8_cb"], of_box["sigma8"])
        self.assertAlmostEqual(of_box["A_s"] / attributes(self.massive)["A_s"], 1, places=6)
        self.assertGreater(of_box["rewind_scale_factor"], 1)  # the rewind goes forwards
        for other, expected in (("sigma8", 0), ("A_s", 3)):  # stats refuses a box of another amplitude
            path = out if other == "sigma8" else self.predict("A_s", "--model.prior=rewind")[0]
            measured = nubox("stats", f"--stats.in={path}", f"--stats.target={self.massive}",
                             "--stats.statistics=power", f"--stats.out={self.directory}/{other}-stats.h5")
            self.assertEqual(measured.code, expected, str(measured))
        with h5py.File(f"{self.directory}/sigma8-stats.h5") as file:
            transfer = file["power/transfer"][...]
        numpy.testing.assert_allclose(transfer[:3], 1, atol=0.01)

    def test_without_mass_the_input_comes_back(self):
        out, done = self.predict("zero", "--predict.match=sigma8", "--model.prior=rewind", mass=0)
        self.assertEqual(done.code, 0, str(done))
        with h5py.File(out) as box, h5py.File(self.massless) as twin:
            for name in ("displacement", "velocity"):
                numpy.testing.assert_array_equal(box[name][...], twin[name][...])

    def test_an_amplitude_out_of_reach_is_refused(self):
        _, done = self.predict("strong", "--predict.A_s=4e-9", "--model.prior=rewind")
        self.assertEnds(done, 3, "rewind", "at no epoch")

    def test_a_model_of_such_pairs_serves_such_boxes_alone(self):
        done = nubox("train", f"--data.pairs={self.directory}/pairs/pair-*", "--data.split=0.5,0.5,0",
                     "--model.architecture=vnet", "--model.channels=2", "--train.epochs=1", "--train.crop=16",
                     f"--train.out={self.directory}/model")
        self.assertEqual(done.code, 0, str(done))
        model = f"--predict.model={self.directory}/model/model.h5"
        _, refused = self.predict("of-model-A_s", model)
        self.assertEnds(refused, 3, "predict.match")
        out, done = self.predict("of-model", model, "--predict.match=sigma8")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(attributes(out)["within_training_range"], 1, str(done))


if __name__ == "__main__":
    unittest.main()
