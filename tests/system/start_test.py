"""What nubox loads before it works: LibTorch only for a run that needs it, from a second program beside it."""

import os
import pathlib
import shutil
import subprocess
import unittest

from harness import BINARY, MPIEXEC, TINY, SystemTest, nubox

TORCH_PROGRAM = pathlib.Path(BINARY).with_name("nubox-torch")


def loads_torch(outcome):
    """Whether the dynamic linker, asked to list what it loads, loaded LibTorch."""
    assert "libc.so" in outcome.err, str(outcome)
    return "libtorch_cpu.so" in outcome.err


@unittest.skipUnless(TORCH_PROGRAM.exists(), "built without LibTorch")
class Start(SystemTest):
    needs_pair = True

    def linked(self, *args, ranks=1):
        return nubox(*args, ranks=ranks, env={"LD_DEBUG": "files"})

    def test_commands_that_need_no_network_do_not_load_libtorch(self):
        pairs, out = self.directory / "pairs", self.directory / "without"
        for code, args in ((0, ["info", f"--info.in={self.massless}"]), (0, ["--help"]), (0, ["--version"]),
                           (0, ["train", "--help"]), (0, ["predict", "--help-config"]), (0, ["predict", "--version"]),
                           (2, ["predict", "--predict.mass=0.15"]), (2, ["train", "--train.crop=many"]),
                           (0, ["simulate", *TINY, "--dry-run"]), (0, ["bench", "--bench.what=fft", "--check"]),
                           (0, ["doctor", "--doctor.checks=mpi,fft", "--check"]),
                           (0, ["export", f"--export.in={self.massless}", f"--export.out={out}/snapshot", "--check"]),
                           (0, ["stats", f"--stats.in={self.massless}", f"--stats.out={out}/stats.h5", "--check"]),
                           (4, ["stats", f"--stats.in={pairs}/absent.h5", f"--stats.out={out}/stats.h5", "--check"])):
            done = self.linked(*args)
            self.assertEqual((done.code, loads_torch(done)), (code, False), args)

    def test_runs_of_a_network_and_of_its_checks_load_it(self):
        for args in (["predict", f"--predict.in={self.massless}", "--model.architecture=none", "--model.prior=rewind",
                      "--predict.mnu_eV=0.15", f"--predict.out={self.directory}/predicted.h5", "--check"],
                     ["bench", "--bench.what=train", "--check"], ["doctor", "--check"]):
            done = self.linked(*args, ranks=2)
            self.assertEqual((done.code, loads_torch(done)), (0, True), args)

    def test_a_missing_second_program_is_named_once_for_all_ranks(self):
        alone = self.directory / "alone"
        alone.mkdir()
        shutil.copy(BINARY, alone)
        for ranks in (1, 2):
            done = subprocess.run([MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np",
                                   str(ranks), alone / "nubox", "predict"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertEqual(done.stderr.count("nubox: error"), 1, done.stderr)
            self.assertIn(f"{alone}/nubox-torch, which cannot be started (No such file or directory)", done.stderr)
        helped = subprocess.run([alone / "nubox", "predict", "--help"], capture_output=True, text=True)
        self.assertEqual(helped.returncode, 0, helped.stderr)

    def test_both_programs_work_together_from_any_directory_and_without_a_launcher(self):
        moved = self.directory / "moved"
        moved.mkdir()
        for program in (BINARY, TORCH_PROGRAM):
            shutil.copy(program, moved)
        done = subprocess.run(["nubox", "bench", "--bench.what=allreduce", "--bench.n=8", "--bench.repeats=1"],
                              capture_output=True, text=True, cwd=self.directory,
                              env={**os.environ, "PATH": f"{moved}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("allreduce", done.stdout)


if __name__ == "__main__":
    unittest.main()
