"""tools/setup.sh with stand-ins for the package tools: what it says, what it installs, how it fails."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NOT_INSTALLED = ("g++", "libfftw3-dev")
PIP_TARGET = 'while [ $# -gt 0 ]; do [ "$1" != --target ] || mkdir -p "$2"; shift; done'


def environment_of_tests():
    return {name: value for name, value in os.environ.items() if not name.startswith("NUBOX_")}


class Setup(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="nubox-setup-"))
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(SOURCE / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(SOURCE / "CMakeLists.txt", self.root)  # has the default version of LibTorch
        self.calls = self.root / "calls.txt"
        self.packages(missing=())
        self.program("fake/apt-get", f'echo "$*" >>{self.calls}')
        self.program("fake/id", "echo 0")
        # pip makes the directory that it installs into.
        self.program(".deps/venv/bin/python", f'echo "python $*" >>{self.calls}\n' + PIP_TARGET)

    def program(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/bash\n" + text + "\n")
        path.chmod(0o755)

    def packages(self, missing):
        """A dpkg-query that knows every package that it is asked for but the missing ones."""
        self.program("fake/dpkg-query", 'for p in "${@:3}"; do case "$p" in ' + "|".join(missing or ["none"]) +
                     ') ;; *) printf "installed:$p " ;; esac; done')

    def run_setup(self, *arguments, **environment):
        return subprocess.run([self.root / "tools/setup.sh", *arguments], capture_output=True, text=True,
                              env={**environment_of_tests(), "PATH": f"{self.root}/fake:{os.environ['PATH']}",
                                   "NUBOX_CUDA": "OFF", **environment})

    def called(self):
        return self.calls.read_text() if self.calls.exists() else ""

    def test_installs_only_what_is_missing_and_says_it_first(self):
        self.packages(NOT_INSTALLED)
        done = self.run_setup()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("to install on this system: g++ libfftw3-dev\n", done.stdout)
        self.assertIn(f"into {self.root}/.deps/torch-2.15.0: torch==2.15.0 nvidia-cuda-runtime==13", done.stdout)
        self.assertIn("install -q -y --no-install-recommends g++ libfftw3-dev\n", self.called())
        self.assertIn(f"--target {self.root}/.deps/torch-2.15.0 -r {self.root}/tools/requirements/2.15.0/torch.txt\n",
                      self.called())
        self.assertNotIn("cuda.txt", self.called())

    def test_cuda_wheels_join_the_wheel_of_libtorch_and_replace_an_installation_without_them(self):
        self.run_setup()
        done = self.run_setup(NUBOX_CUDA="ON")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nvidia-nccl-cu13==", done.stdout)
        self.assertIn("2.15.0/torch.txt -r " + f"{self.root}/tools/requirements/2.15.0/cuda.txt\n", self.called())
        self.assertIn("Nothing to install", self.run_setup(NUBOX_CUDA="ON").stdout)
        # A later build without CUDA can use them.
        self.assertIn("Nothing to install", self.run_setup().stdout)

    def test_automatic_cuda_follows_a_toolkit_of_the_caller(self):
        done = self.run_setup("--check", NUBOX_CUDA="AUTO", CUDA_HOME="/opt/cuda")
        self.assertIn("nvidia-nccl-cu13==", done.stdout)

    def test_versions_of_libtorch_stand_side_by_side(self):
        self.run_setup()
        done = self.run_setup(NUBOX_TORCH_VERSION="2.7.1", NUBOX_CUDA="ON")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"into {self.root}/.deps/torch-2.7.1: torch==2.7.1", done.stdout)
        self.assertIn("nvidia-nccl-cu12==2.26.2", done.stdout)
        self.assertIn("Nothing to install", self.run_setup().stdout)

    def test_unknown_version_of_libtorch_is_refused_with_those_that_exist(self):
        done = self.run_setup(NUBOX_TORCH_VERSION="2.8.0")
        self.assertEqual((done.returncode, self.called()), (1, ""))
        self.assertIn("NUBOX_TORCH_VERSION=2.8.0 is none of 2.15.0 2.7.1", done.stderr)

    def test_own_libtorch_needs_no_wheel(self):
        done = self.run_setup(NUBOX_TORCH_ROOT="/opt/libtorch")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("torch", self.called())

    def test_second_run_finds_nothing_to_do(self):
        self.run_setup()
        self.calls.unlink()
        done = self.run_setup()
        self.assertEqual((done.returncode, self.called()), (0, ""))
        self.assertIn("Nothing to install", done.stdout)

    def test_packages_of_tests_are_asked_for_by_name_and_may_be_missing(self):
        self.packages(("shellcheck", "munge"))
        self.assertNotIn("shellcheck", self.run_setup().stdout)
        done = self.run_setup("--tests")
        self.assertIn("for tests alone: shellcheck munge\n", done.stdout)
        self.assertIn("install -q -y --no-install-recommends shellcheck munge\n", self.called())
        self.program("fake/apt-get", "exit 1")
        done = self.run_setup("--tests")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Going on without shellcheck munge", done.stdout)

    def test_check_installs_nothing_and_tells_by_its_exit_code(self):
        done = self.run_setup("--check")
        self.assertEqual((done.returncode, self.called()), (1, ""))

    def test_interrupted_installation_is_taken_up_again(self):
        self.program(".deps/venv/bin/python", '[ "$3" = --version ]')
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("pip could not install", done.stderr)
        self.assertIn("to install into", self.run_setup("--check").stdout)

    def test_without_root_or_sudo_it_says_what_an_administrator_should_run(self):
        self.packages(NOT_INSTALLED)
        self.program("fake/id", "echo 1000")
        tools = {name: shutil.which(name) for name in ("bash", "grep", "dirname", "paste", "cat", "env", "sed")}
        for name, path in tools.items():
            (self.root / "fake" / name).symlink_to(path)
        done = self.run_setup(PATH=f"{self.root}/fake")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install g++ libfftw3-dev", done.stderr)

    def test_failing_apt_is_named(self):
        self.packages(NOT_INSTALLED)
        self.program("fake/apt-get", '[ "$1" = update ]')
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get could not install: g++ libfftw3-dev", done.stderr)

    def test_misspelt_arguments_are_usage_errors(self):
        self.assertEqual(self.run_setup("--chek").returncode, 2)
        self.assertEqual(self.run_setup(NUBOX_CUDA="MAYBE").returncode, 2)


if __name__ == "__main__":
    unittest.main()
