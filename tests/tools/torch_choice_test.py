"""Which LibTorch and which CUDA a configuration takes, and what it refuses."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
WHEEL = SOURCE / ".deps/torch-2.15.0/torch"


class TorchChoice(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-torch-choice-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def configure(self, *options, **environment):
        command = ["cmake", "-S", SOURCE, "-B", self.directory / "build", "-G", "Ninja", "-DNUBOX_TESTS=OFF", *options]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def own_torch(self):
        """A LibTorch without CUDA wheels beside it."""
        if not WHEEL.exists():
            self.skipTest(f"no wheel in {WHEEL}")
        own = self.directory / "own/torch"
        own.mkdir(parents=True)
        for name in ("include", "lib"):
            (own / name).symlink_to(WHEEL / name)
        return f"-DNUBOX_TORCH_ROOT={own}"

    def toolkit(self, version):
        header = self.directory / "toolkit/include/cuda_runtime_api.h"
        header.parent.mkdir(parents=True)
        header.write_text(f"#define CUDART_VERSION {version}\n")
        return str(self.directory / "toolkit")

    def test_toolkit_of_another_generation_is_refused_with_both_versions(self):
        toolkit = self.toolkit(12060)
        code, text = self.configure(self.own_torch(), "-DNUBOX_CUDA=ON", CUDA_HOME=toolkit)
        self.assertNotEqual(code, 0)
        self.assertIn("NUBOX_CUDA=ON, but not found: a toolkit of CUDA 13", text)
        self.assertIn(f"({toolkit} is CUDA 12.6)", text)
        self.assertIn("Set CUDA_HOME to a toolkit of CUDA 13", text)

    def test_automatic_choice_says_that_the_toolkit_of_the_caller_is_left_out(self):
        code, text = self.configure(self.own_torch(), "-DNUBOX_CUDA=AUTO", CUDA_HOME=self.toolkit(12060))
        self.assertEqual(code, 0, text)
        self.assertIn("CUDA: off although CUDA_HOME=", text)

    def test_version_that_is_not_installed_names_the_command_that_installs_it(self):
        code, text = self.configure("-DNUBOX_TORCH_VERSION=1.2.3")
        self.assertNotEqual(code, 0)
        self.assertIn("Run 'NUBOX_TORCH_VERSION=1.2.3 tools/setup.sh'", text)


if __name__ == "__main__":
    unittest.main()
