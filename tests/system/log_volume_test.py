"""How much a batch job writes: measured on runs of many short steps, held against 200 kB for an hour.

A log grows by progress lines, which come once in ten seconds at most, and by the lines of each box, epoch or input.
"""

import re
import unittest

from harness import SystemTest, nubox

HOUR_BYTES = 200_000
PROGRESS_INTERVAL_S = 10
# Boxes that one job finishes in an hour: smaller ones belong into one call, not into a batch.
BOXES_PER_HOUR = 120


class LogVolume(SystemTest):
    needs_pair = True

    def assertHourIsSmall(self, outcome, repeated, per_hour):
        """`repeated`: pattern of the lines whose rate the program limits; the others come once per box."""
        lines = (outcome.out + outcome.err).splitlines(keepends=True)
        limited = [line for line in lines if re.search(repeated, line)]
        others = [line for line in lines if line not in limited]
        # One may come with the first step or the last epoch.
        self.assertLessEqual(len(limited), outcome.seconds / PROGRESS_INTERVAL_S + 1, str(outcome))
        longest = max((len(line) for line in limited), default=200)
        hour = 3600 / PROGRESS_INTERVAL_S * longest + per_hour * sum(map(len, others))
        self.assertLess(hour, HOUR_BYTES, f"{longest} bytes a line, {sum(map(len, others))} around them\n{outcome}")

    def test_simulate(self):
        done = nubox("simulate", "--box.n=16", "--box.size_mpch=31.25", "--simulate.steps=3000", "--simulate.mnu_eV=0",
                     f"--simulate.out={self.directory}/long", ranks=1, timeout=400)
        self.assertEqual(done.code, 0, str(done))
        self.assertHourIsSmall(done, r"step \d+ of", BOXES_PER_HOUR)

    def test_stats(self):
        done = nubox("stats", f"--stats.in={self.massive}", f"--stats.target={self.massive}",
                     f"--stats.out={self.directory}/s/stats.h5", "--pdf.radius_mpch=4")
        self.assertEqual(done.code, 0, str(done))
        self.assertHourIsSmall(done, "no line of stats is repeated", BOXES_PER_HOUR)

    @unittest.skipIf("LibTorch not built in" in nubox("--version", ranks=1).out, "built without LibTorch")
    def test_train(self):
        done = nubox("train", f"--data.pairs={self.directory}/pairs/pair-1", "--data.split=1,0,0", "--train.crop=8",
                     "--model.channels=4", "--train.batch=8", "--train.epochs=400", f"--train.out={self.directory}/t",
                     ranks=1, timeout=400)
        self.assertEqual(done.code, 0, str(done))
        # Every epoch stands in the file.
        self.assertEqual((self.directory / "t/metrics.jsonl").read_text().count('"kind":"epoch"'), 400)
        self.assertHourIsSmall(done, r"epoch \d+/", 1)

    @unittest.skipIf("LibTorch not built in" in nubox("--version", ranks=1).out, "built without LibTorch")
    def test_predict(self):
        done = nubox("predict", f"--predict.in={self.massless}", f"--predict.out={self.directory}/p.h5",
                     "--model.architecture=none", "--model.prior=rewind")
        self.assertEqual(done.code, 0, str(done))
        self.assertHourIsSmall(done, "no line of predict is repeated", BOXES_PER_HOUR)


if __name__ == "__main__":
    unittest.main()
