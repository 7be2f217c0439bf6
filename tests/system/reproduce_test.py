"""tools/reproduce.py on tiny boxes: what is made, what is made again, and that the page's numbers are the files'."""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PLAN = """[page]
title = tiny
main = test
generalisation = other
bars = 2N=test
[pairs test]
box.n = 16
box.size_mpch = 62.5
simulate.seeds = 1-2
simulate.steps = {steps}
simulate.mnu_eV = 0,0.15
measure = linear, rewind
[pairs other]
title = another box
box.n = 16
box.size_mpch = 62.5
simulate.seeds = 3
simulate.steps = 2
measure = linear
[method rewind]
model.prior = rewind
prior.steps = {prior_steps}
[measure]
stats.statistics = power,pdf,bispectrum,voids,residual
"""


class Reproduce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="nubox-reproduce-")
        cls.addClassCleanup(directory.cleanup)
        cls.out, cls.plan = pathlib.Path(directory.name) / "out", pathlib.Path(directory.name) / "plan.ini"

    def reproduce(self, steps=2, prior_steps=2):
        """Carries the plan out; returns the names of the stages that ran."""
        self.plan.write_text(PLAN.format(steps=steps, prior_steps=prior_steps))
        command = [sys.executable, SOURCE / "tools/reproduce.py", self.plan, "--out", self.out, "--ranks", "1",
                   "--nubox", os.environ["NUBOX_BINARY"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        return [line.removeprefix("== ") for line in done.stdout.splitlines() if line.startswith("== ")]

    def test_stages_are_made_once_and_again_only_where_something_changed(self):
        everything = self.reproduce()
        self.assertEqual(sum(name.startswith("simulate/") for name in everything), 3)
        self.assertEqual(sum(name.startswith("predict/") for name in everything), 7)
        self.assertEqual(sum(name.startswith("measure/") for name in everything), 3)
        self.check_page()
        self.assertEqual(self.reproduce(), [])
        (self.out / "measured/test/mnu-0.150/linear/stats-1.h5").unlink()
        self.assertEqual(self.reproduce(), ["measure/test/mnu-0.150/linear"])
        self.assertEqual(self.reproduce(prior_steps=3),
                         ["predict/test/rewind/pair-1/mnu-0.150", "predict/test/rewind/pair-2/mnu-0.150",
                          "measure/test/mnu-0.150/rewind", "predict/test/rewind/pair-1/mnu-0.000"])
        again = self.reproduce(steps=3, prior_steps=3)
        self.assertEqual({name.split("/")[1] for name in again}, {"test"})
        self.assertEqual(len(again), 2 + 4 + 2 + 2)

    def check_page(self):
        """The page is whole and self-contained; a number of it is that of the file it names."""
        page = (self.out / "page.html").read_text(encoding="utf-8")
        images = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
        self.assertGreaterEqual(len(images), 6)
        self.assertTrue(all(base64.b64decode(image).startswith(b"\x89PNG") for image in images))
        self.assertNotRegex(page, r"(src|href)=\"(?!data:)")
        self.assertIn("nubox predict", page)
        self.assertEqual(page.count("<td>output = input, bit for bit</td><td>yes</td><td>yes</td><td>holds</td>"), 2)
        for name in ("figure1", "figure2", "figure3", "figure4", "generalisation-other-0.150"):
            for form in ("png", "pdf"):
                self.assertGreater((self.out / f"figures/{name}.{form}").stat().st_size, 5000)
        numbers = json.loads((self.out / "numbers.json").read_text())
        number = next(n for n in numbers if n["quantity"] == "T - 1 at k = 0.55 h/Mpc")
        path = number["sources"][0].split(":/")[0]
        with h5py.File(path) as file:
            transfers = [np.sqrt(one["power/p_model"][:] / one["power/p_target"][:])
                         for one in (h5py.File(pathlib.Path(path).with_name(f"stats-{i}.h5")) for i in (1, 2))]
            in_bin = int(np.searchsorted(file["power/k_edges"][:], 0.55, side="right")) - 1
        self.assertAlmostEqual(number["value"], np.mean([t[in_bin] for t in transfers]) - 1, places=9)


if __name__ == "__main__":
    unittest.main()
