"""Results do not depend on the number of ranks: thin slabs and ranks without planes included."""

import unittest

import h5py
import numpy

from harness import TINY, SystemTest, nubox


class RankIndependence(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        d = cls.directory
        for ranks in (1, 2, 3, 5):
            done = nubox("simulate", *TINY, f"--simulate.out={d}/on-{ranks}", ranks=ranks)
            assert done.code == 0, str(done)
        done = nubox("train", f"--data.pairs={d}/on-1/pair-1", "--data.split=1,0,0", "--model.channels=4",
                     "--train.epochs=1", "--train.batch=2", "--train.crop=8", f"--train.out={d}/training")
        assert done.code == 0, str(done)

    def test_final_positions_agree(self):
        reference = h5py.File(self.directory / "on-1/pair-1/mnu-0.150.h5")["displacement"][...]
        cell = 31.25 / 16
        for ranks in (2, 3, 5):
            other = h5py.File(self.directory / f"on-{ranks}/pair-1/mnu-0.150.h5")["displacement"][...]
            self.assertLess(numpy.abs(other - reference).max(), 1e-3 * cell)

    def test_power_agrees_to_1e5(self):
        powers = {}
        for ranks in (1, 2, 3, 5):
            out = self.directory / f"stats-{ranks}.h5"
            done = nubox("stats", f"--stats.in={self.directory}/on-{ranks}/pair-1/mnu-0.150.h5",
                         f"--stats.out={out}", "--stats.statistics=power", ranks=ranks)
            self.assertEqual(done.code, 0, str(done))
            powers[ranks] = h5py.File(out)["power/p_model"][...]
        for ranks in (2, 3, 5):
            numpy.testing.assert_allclose(powers[ranks], powers[1], rtol=1e-5)

    def test_prediction_agrees_to_1e5_mpch(self):
        boxes = {}
        for ranks in (1, 2, 3, 5):
            out = self.directory / f"predicted-{ranks}.h5"
            done = nubox("predict", f"--predict.in={self.directory}/on-1/pair-1/mnu-0.000.h5",
                         f"--predict.model={self.directory}/training/model.h5", f"--predict.out={out}", ranks=ranks)
            self.assertEqual(done.code, 0, str(done))
            boxes[ranks] = h5py.File(out)["displacement"][...]
        for ranks in (2, 3, 5):
            self.assertLess(numpy.abs(boxes[ranks] - boxes[1]).max(), 1e-5)

    def test_more_ranks_than_planes_work(self):
        args = ["simulate", "--box.n=4", "--box.size_mpch=100", "--simulate.steps=2", "--simulate.mnu_eV=0"]
        for ranks in (1, 6):
            done = nubox(*args, f"--simulate.out={self.directory}/thin-{ranks}", ranks=ranks)
            self.assertEqual(done.code, 0, str(done))
        one, six = (h5py.File(self.directory / f"thin-{r}/pair-1/mnu-0.000.h5")["displacement"][...] for r in (1, 6))
        numpy.testing.assert_allclose(six, one, atol=1e-3 * 25)


if __name__ == "__main__":
    unittest.main()
