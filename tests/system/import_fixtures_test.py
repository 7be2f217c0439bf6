"""`nubox import` on snapshots of an independent writer: every valid variant gives back the simulated
box, every broken one is refused by name on all ranks."""

import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy

from harness import SOURCE, TINY, SystemTest, files, nubox

sys.path.insert(0, str(SOURCE / "tests/gadget"))
import make_snapshots  # noqa: E402 (needs the path above)

RANKS = (2, 1, 3)
AT_ONCE = 2  # runs that share the cores: they mostly wait for MPI to start


class ImportFixtures(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = nubox("simulate", *TINY, "--simulate.seeds=1", "--simulate.mnu_eV=0", "--simulate.redshifts=0.5",
                     f"--simulate.out={cls.directory}/pairs")
        assert made.code == 0, str(made)
        cls.source = cls.directory / "pairs/pair-1/mnu-0.000.h5"
        box = make_snapshots.simulated_box(cls.source)
        cls.manifest = make_snapshots.write_all(cls.directory / "snapshots", box)

    def outcomes(self, cases):
        """(case, outcome, output path) of an import of each case; rank counts take turns."""
        def run(numbered):
            number, case = numbered
            out = self.directory / "imported" / case["name"] / "box.h5"
            options = [f"--import.{key}={value}" for key, value in case["options"].items()]
            outcome = nubox("import", f"--import.snapshot={self.directory / 'snapshots' / case['path']}",
                            f"--import.out={out}", *options, ranks=RANKS[number % len(RANKS)])
            return case, outcome, out
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(run, enumerate(cases))

    def test_valid_variants_give_back_the_box(self):
        source = files.read_field(self.source)
        box = source.header["box_size_mpch"]
        cases = [case for case in self.manifest["cases"] if case["code"] == 0]
        self.assertGreaterEqual(len(cases), 20)
        for case, outcome, out in self.outcomes(cases):
            with self.subTest(case=case["name"]):
                self.assertEqual(outcome.code, 0, str(outcome))
                got = files.read_field(out)
                # Rounding of float32 positions, and of the displacement itself.
                difference = got.displacement - source.displacement
                self.assertLess(numpy.abs(difference).max(), 3e-7 * box)
                self.assertLess(numpy.abs(got.velocity - source.velocity).max(), 1e-3)
                for key in ("box_size_mpch", "redshift", "Omega_m", "h"):
                    self.assertAlmostEqual(got.header[key], source.header[key], 9, key)

    def test_broken_ones_are_refused_by_name(self):
        cases = [case for case in self.manifest["cases"] if case["code"] != 0]
        self.assertGreaterEqual(len(cases), 30)
        for case, outcome, out in self.outcomes(cases):
            with self.subTest(case=case["name"]):
                message = case["import_message"]
                if message == make_snapshots.TAKEN:
                    self.assertEqual(outcome.code, 0, str(outcome))
                else:
                    self.assertEnds(outcome, case["code"], *([message] if message else [case["name"], case["message"]]))
                    self.assertNothingStands(out)


if __name__ == "__main__":
    unittest.main()
