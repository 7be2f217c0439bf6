"""Commands under limits of the address space end with their result, or with exit code 2 and numbers."""

import re
import unittest

from harness import SystemTest, nubox

MIB = 1024  # kB, the unit of ulimit -v
GENEROUS = 3072 * MIB


class MemoryLimits(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        refused = nubox("simulate", "--box.n=320", "--simulate.steps=2", f"--simulate.out={cls.directory}/large",
                        ranks=1, rank_prefix=f"ulimit -v {GENEROUS}")
        assert refused.code == 2, str(refused)
        left = re.search(r"on this rank, ([0-9.]+) GiB are available \(ulimit -v, address space\)", refused.err)
        assert left, str(refused)
        # Address space of the program and its libraries.
        cls.base = GENEROUS - int(float(left[1]) * 1024 * MIB)

    def under_limits(self, name, *options):
        """Runs a command with more and more room beyond the program; returns the exit codes."""
        codes = []
        for room in (8, 24, 72, 1024):
            out = self.directory / f"{name}-{room}" / "out.h5"
            outcome = nubox(name, *options, f"--{name}.out={out if name != 'simulate' else out.parent}",
                            ranks=1, rank_prefix=f"ulimit -v {self.base + room * MIB}")
            with self.subTest(command=name, room_MiB=room):
                self.assertIn(outcome.code, (0, 2), str(outcome))
                if outcome.code == 2:
                    self.assertEqual(outcome.err.count("nubox: error"), 1, str(outcome))
                    self.assertRegex(outcome.err, "are available|are left under its limit", str(outcome))
                    self.assertEqual(list(out.parent.glob("**/*.h5*")), [])
            codes.append(outcome.code)
        self.assertEqual(codes[-1], 0)
        return codes

    def test_a_simulation(self):
        codes = self.under_limits("simulate", "--box.n=48", "--box.size_mpch=93.75", "--simulate.steps=1",
                                  "--simulate.mnu_eV=0")
        self.assertEqual(codes[0], 2)

    def test_statistics(self):
        self.under_limits("stats", f"--stats.in={self.massless}", "--stats.mesh=96", "--stats.statistics=power,pdf")

    def test_an_import(self):
        base = self.directory / "export" / "snap"
        self.assertEqual(nubox("export", f"--export.in={self.massless}", f"--export.out={base}").code, 0)
        self.under_limits("import", f"--import.snapshot={base}")


if __name__ == "__main__":
    unittest.main()
