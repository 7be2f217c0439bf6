"""What a terminal shows during long commands: a status line that names the phase, the step and the time left."""

import os
import pty
import re
import subprocess

from harness import BINARY, SystemTest


class Progress(SystemTest):
    needs_pair = True

    def on_terminal(self, *words):
        """What one rank writes to a terminal of its own."""
        ours, theirs = pty.openpty()
        with subprocess.Popen([BINARY, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=theirs) as process:
            os.close(theirs)
            pieces = []
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                pieces.append(piece)
        os.close(ours)
        text = b"".join(pieces).decode()
        self.assertEqual(process.returncode, 0, text)
        return text

    def assertShows(self, text, *patterns):
        """Each as a status line, which the next line replaces."""
        for pattern in patterns:
            self.assertRegex(text, r"\r\x1b\[K" + pattern)

    def test_predict(self):
        text = self.on_terminal("predict", self.massless, "--mnu=0.3", "--tile=8", f"--out={self.directory}/p.h5")
        self.assertShows(text, "predict: read", r"prior rewind: step 1 of \d+, .* left", "predict: network",
                         r"network, \d+ tiles at a time: step \d+ of \d+, .* left", "predict: write")

    def test_suite(self):
        text = self.on_terminal("predict", self.massless, "--mnu_eV=0.1,0.2", "--model.architecture=none", "--model.prior=linear",
                                f"--out={self.directory}/suite")
        self.assertRegex(text, r"mnu-0.100.h5: read .*, box 1 of 2, \d+ s left")
        self.assertRegex(text, r"mnu-0.200.h5: read .*, box 2 of 2, 0 s left")

    def test_export_import_and_stats(self):
        snapshot, out = self.directory / "snap", self.directory / "stats.h5"
        text = self.on_terminal("export", self.massless, f"--out={snapshot}")
        self.assertShows(text, "export: read", r"writing particles: step 1 of \d+, .* left")
        text = self.on_terminal("import", snapshot, f"--out={self.directory}/imported.h5")
        self.assertShows(text, r"reading .*snap.hdf5: step 1 of 1, .* left", "import: check", "import: write")
        text = self.on_terminal("stats", snapshot, f"--target={self.massive}", "--statistics=power,bispectrum,voids",
                                "--voids.radii_cells=5,4", "--bispectrum.k1=0.3", "--bispectrum.k2=0.5", f"--out={out}")
        self.assertShows(text, "stats: read", r"reading .*snap.hdf5: step 1 of 1", r"stats: power \(1 of 3\)",
                         r"bispectrum by triangle: step \d+ of 25, .* left", r"voids by radius: step 1 of 2, .* left")
        self.assertFalse(re.search(r"step 0 of", text))


if __name__ == "__main__":
    import unittest

    unittest.main()
