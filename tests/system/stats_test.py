"""nubox stats as users run it: ensembles, reruns that keep what stands, one statistic that fails."""

import unittest

import h5py
import numpy

from harness import TINY, SystemTest, nubox


class Stats(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = nubox("simulate", *TINY, "--simulate.seeds=1-3", f"--simulate.out={cls.directory}/pairs")
        assert done.code == 0, done

    def stats(self, out, *args, pairs="pair-*"):
        return nubox("stats", f"--stats.in={self.directory}/pairs/{pairs}/mnu-0.000.h5",
                     f"--stats.target={self.directory}/pairs/{pairs}/mnu-0.150.h5", f"--stats.out={out}",
                     "--stats.statistics=power,pdf,residual", *args)

    def test_an_ensemble_is_the_mean_of_its_realisations(self):
        out = self.directory / "ensemble/stats.h5"
        done = self.stats(out, "--pdf.radius_mpch=6")
        self.assertEqual(done.code, 0, str(done))
        single = []
        for i in (1, 2, 3):
            with h5py.File(out.with_name(f"stats-{i}.h5")) as file:
                single.append(file["power/p_model"][...])
        with h5py.File(out) as file:
            self.assertEqual(file.attrs["realisations"], 3)
            numpy.testing.assert_allclose(file["power/p_model"], numpy.mean(single, axis=0), rtol=1e-12)
            numpy.testing.assert_allclose(file["ensemble/power/p_model/error"],
                                          numpy.std(single, axis=0, ddof=1) / numpy.sqrt(3), rtol=1e-9)

    def test_a_rerun_measures_only_what_changed(self):
        out = self.directory / "rerun/stats.h5"
        for args, kept in ([["--pdf.radius_mpch=6"], 0], [["--pdf.radius_mpch=6"], None], [["--pdf.radius_mpch=8"], 2]):
            done = self.stats(out, *args, pairs="pair-1")
            self.assertEqual(done.code, 0, str(done))
            text = done.out + done.err
            self.assertEqual("contains all statistics" in text, kept is None, text)
            self.assertEqual(text.count("kept from the earlier run"), kept or 0, text)

    def test_a_damaged_file_of_an_earlier_run_is_measured_anew(self):
        out = self.directory / "damaged/stats.h5"
        self.assertEqual(self.stats(out, "--pdf.radius_mpch=6", pairs="pair-1").code, 0)
        out.write_bytes(out.read_bytes()[:3000])
        done = self.stats(out, "--pdf.radius_mpch=6", pairs="pair-1")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("contains no statistics to keep", done.out + done.err)
        with h5py.File(out) as file:
            self.assertIn("power/transfer", file)

    def test_a_statistic_that_fails_leaves_the_others_in_the_file(self):
        out = self.directory / "failed/stats.h5"
        done = self.stats(out, "--pdf.radius_mpch=20", pairs="pair-1")
        self.assertEnds(done, 2, "20", "pdf.radius_mpch", "stats.h5")
        with h5py.File(out) as file:
            self.assertIn("power/transfer", file)
            self.assertIn("residual/map_residual", file)
            self.assertNotIn("pdf", file)
            self.assertIn("pdf", str(file.attrs["failed_statistics"]))
        self.assertFalse(out.with_name("stats.h5.partial").exists())


if __name__ == "__main__":
    unittest.main()
