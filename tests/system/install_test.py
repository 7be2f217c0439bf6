"""cmake --install into a prefix, which is then moved: the program, its tables, its jobs and its CMake package work from
there."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import BINARY, MPIEXEC, SOURCE, TINY, files

BUILD = pathlib.Path(BINARY).parent
PACKAGING = SOURCE / "tools/packaging"
EXAMPLE = SOURCE / "examples/measure_power"


def run(*command, cwd=None, **environment):
    return subprocess.run([str(word) for word in command], cwd=cwd, text=True, capture_output=True,
                          env={**os.environ, **environment})


def numbers(text):
    """Rows of two numbers among the lines of an output."""
    return [tuple(map(float, line.split())) for line in text.splitlines() if re.fullmatch(r"\S+e[+-]\d+ \S+e[+-]\d+", line)]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        installed = run("cmake", "--install", BUILD, "--prefix", cls.directory / "first")
        assert installed.returncode == 0, installed.stdout + installed.stderr
        cls.prefix = cls.directory / "moved"
        (cls.directory / "first").rename(cls.prefix)
        cls.nubox = cls.prefix / "bin/nubox"
        cls.elsewhere = cls.directory / "elsewhere"
        cls.elsewhere.mkdir()

    def succeed(self, *command, **environment):
        done = run(*command, cwd=self.elsewhere, **environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def ranks(self, *command):
        return self.succeed(MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2",
                            *command)

    def test_commands_find_the_tables_of_the_installation(self):
        self.succeed(self.nubox, "simulate", "--check")
        self.ranks(self.nubox, "simulate", *TINY, "--simulate.out=pairs")
        self.assertTrue((self.elsewhere / "pairs/pair-1/mnu-0.150.h5").exists())
        # The tables are those of the prefix: without them, both places are named.
        tables = self.prefix / "share/nubox/configs/cosmology"
        tables.rename(tables.with_name("hidden"))
        try:
            done = run(self.nubox, "simulate", "--check", cwd=self.elsewhere)
        finally:
            tables.with_name("hidden").rename(tables)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(str(self.prefix / "share/nubox/configs/cosmology"), done.stderr)

    def test_models_of_the_installation_are_known_by_name(self):
        if "LibTorch not built in" in self.succeed(self.nubox, "--version").stdout:
            self.skipTest("built without LibTorch")
        self.ranks(self.nubox, "simulate", *TINY, "--simulate.seeds=2", "--simulate.out=pairs")
        self.ranks(self.nubox, "train", "--data.pairs=pairs/pair-2", "--data.split=1,0,0", "--train.crop=8",
                   "--train.epochs=1", "--model.channels=4", "--train.out=trained")
        models = self.prefix / "share/nubox/configs/models"
        models.mkdir(exist_ok=True)
        shutil.copy(self.elsewhere / "trained/model.h5", models / "tiny.h5")
        self.ranks(self.nubox, "predict", "--predict.in=pairs/pair-2/mnu-0.000.h5", "--predict.model=tiny.h5",
                   "--predict.out=predicted.h5")
        done = run(self.nubox, "predict", "--predict.in=pairs/pair-2/mnu-0.000.h5", "--predict.model=large.h5",
                   cwd=self.elsewhere)
        self.assertEqual(done.returncode, 4)
        self.assertIn("'large.h5' is neither a path nor one of the models shipped", done.stderr)

    def test_jobs_and_tools_run_from_the_installation_and_from_a_copy(self):
        path = f"{self.prefix / 'bin'}:{os.environ['PATH']}"
        (self.elsewhere / "tiny.ini").write_text("[box]\nn = 8\nsize_mpch = 15.625\n[simulate]\nsteps = 2\n")
        shutil.copytree(self.prefix / "share/nubox/jobs", self.elsewhere / "jobs")
        clean = {"PATH": path, "NUBOX_BINARY": "", "NUBOX_PYTHON": sys.executable, "OMPI_ALLOW_RUN_AS_ROOT": "1",
                 "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        for name, jobs in (("installed", self.prefix / "share/nubox/jobs"), ("copy", self.elsewhere / "jobs")):
            self.succeed("bash", jobs / "simulate.slurm", "tiny.ini", name, NUBOX_JOBS=str(jobs), **clean)
            self.assertTrue((self.elsewhere / name / "pair-1/mnu-0.150.h5").exists())
            self.succeed("bash", jobs / "bench_scaling.slurm", f"bench-{name}", "--n", "16", "--repeats", "1",
                         "--strong", "--ranks-per-node", "2", "fft", NUBOX_JOBS=str(jobs), OMPI_MCA_rmaps_base_oversubscribe="1",
                         **clean)

    def build_example(self, name, source, *options):
        build = self.elsewhere / name
        self.succeed("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                     "-DCMAKE_BUILD_TYPE=Release", *options)
        self.succeed("cmake", "--build", build)
        return build / source.name

    def test_a_program_outside_the_tree_applies_a_prior_and_measures_it(self):
        self.assertLess(len((EXAMPLE / "main.cpp").read_text().splitlines()), 60)
        example = self.build_example("example", EXAMPLE, "-DNUBOX_TORCH_ROOT=/nonexistent")
        self.ranks(self.nubox, "simulate", *TINY, "--simulate.seeds=3", "--simulate.out=pairs")
        massless, tables = "pairs/pair-3/mnu-0.000.h5", self.prefix / "share/nubox/configs/cosmology/hades"
        spectrum = numbers(self.ranks(example, massless, "0.15", tables).stdout)
        self.ranks(self.nubox, "stats", f"--stats.in={massless}", "--stats.statistics=power", "--stats.out=massless/stats.h5")
        before = files.read_table(self.elsewhere / "massless/stats.h5").arrays
        self.assertEqual(len(spectrum), len(before["power/k"]))
        largest = [0.5 < power / reference < 1 for (_, power), reference in zip(spectrum, before["power/p_model"])][:5]
        self.assertEqual(largest, [True] * 5)  # neutrinos suppress P(k); linear theory: 8 f_nu = 9 %
        if "LibTorch not built in" not in self.succeed(self.nubox, "--version").stdout:
            self.ranks(self.nubox, "predict", f"--predict.in={massless}", "--model.architecture=none",
                       "--model.prior=rewind", "--predict.mnu_eV=0.15", "--predict.out=rewind.h5")
            self.ranks(self.nubox, "stats", "--stats.in=rewind.h5", "--stats.statistics=power",
                       "--stats.out=rewind/stats.h5")
            measured = files.read_table(self.elsewhere / "rewind/stats.h5").arrays
            for (k, power), expected_k, expected in zip(spectrum, measured["power/k"], measured["power/p_model"]):
                self.assertAlmostEqual(k / expected_k, 1, delta=1e-6)  # printed with 7 digits
                self.assertAlmostEqual(power / expected, 1, delta=1e-6)
        # The snapshot of the box gives its spectrum, within the rounding of positions in kpc/h.
        self.ranks(self.nubox, "export", f"--export.in={massless}", "--export.out=snapshot")
        for (_, power), (_, again) in zip(spectrum, numbers(self.ranks(example, "snapshot", "0.15", tables).stdout)):
            self.assertAlmostEqual(again / power, 1, delta=1e-3)
        failed = run(example, massless, cwd=self.elsewhere)
        self.assertEqual(failed.returncode, 2, failed.stderr)

    def test_a_module_that_needs_a_missing_libtorch_is_not_found(self):
        project = self.elsewhere / "network"
        project.mkdir()
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(network LANGUAGES C CXX)\n"
                                                "find_package(nubox REQUIRED COMPONENTS net)\n")
        done = run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                   "-DNUBOX_TORCH_ROOT=/nonexistent")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nubox::net", done.stderr)

    def test_manual_pages_and_completion_scripts_are_installed(self):
        share = self.prefix / "share"
        for page in ("nubox.1", "nubox-predict.1", "nubox-stats.1"):
            self.assertTrue((share / "man/man1" / page).is_file(), page)
        for script, shell in (("bash-completion/completions/nubox", "bash"), ("zsh/site-functions/_nubox", "zsh")):
            self.assertEqual((share / script).read_text(), self.succeed(self.nubox, "completion", shell).stdout)

    def test_nothing_points_back_to_the_clone(self):
        for folder in ("share", "include"):
            for path in (self.prefix / folder).rglob("*"):
                if path.is_file():
                    self.assertNotIn(str(SOURCE).encode(), path.read_bytes(), path)

    @unittest.skipUnless(shutil.which("tclsh"), "tclsh is not installed")
    def test_the_module_names_the_moved_prefix(self):
        module = next((self.prefix / "share/nubox/modulefiles/nubox").iterdir())
        script = "\n".join(["proc prepend-path {name value} { puts \"$name=$value\" }", "proc conflict {name} {}",
                            "proc module-whatis {text} {}", "proc setenv {name value} { puts \"$name=$value\" }",
                            f"set ModulesCurrentModulefile {module}", f"source {module}"])
        done = subprocess.run(["tclsh"], input=script, text=True, capture_output=True)
        self.assertEqual(done.stdout.split(), [f"PATH={self.prefix}/bin", f"PYTHONPATH={self.prefix}/share/nubox/tools",
                                               f"NUBOX_JOBS={self.prefix}/share/nubox/jobs"], done.stderr)


class Recipes(unittest.TestCase):
    def test_presets_of_sites_are_listed_and_have_their_build(self):
        listed = run("cmake", "--list-presets", cwd=SOURCE).stdout
        presets = json.loads((SOURCE / "CMakePresets.json").read_text())
        builds = {preset["configurePreset"] for preset in presets["buildPresets"]}
        for name in ("site-cpu", "site-gpu", "site-p100", "site-boxes"):
            self.assertIn(f'"{name}"', listed)
            self.assertIn(name, builds)

    def test_the_image_is_built_from_files_and_commands_that_exist(self):
        text = (PACKAGING / "nubox.def").read_text()
        files = re.search(r"%files\n(.*?)\n\n", text, re.DOTALL)[1]
        for line in files.splitlines():
            source, target = line.split()
            self.assertTrue((SOURCE / source).exists(), source)
            self.assertEqual(target, f"/opt/nubox-source/{source}")
        for section in ("post", "environment", "runscript", "test"):
            body = re.search(rf"%{section}\n((?:    .*\n)+)", text)[1]
            checked = run("bash", "-n", "-c", body)
            self.assertEqual(checked.returncode, 0, checked.stderr)
        for option in re.findall(r"-D(NUBOX_\w+)=", text):
            self.assertRegex((SOURCE / "CMakeLists.txt").read_text(), rf"(option|set)\({option}\b")

    def test_the_spack_recipe_names_options_of_the_build(self):
        text = (PACKAGING / "spack/packages/nubox/package.py").read_text()
        compile(text, "package.py", "exec")
        options = set(re.findall(r'"(NUBOX_\w+)"', text))
        self.assertEqual(options, {"NUBOX_TORCH", "NUBOX_TESTS", "NUBOX_CUDA", "NUBOX_TORCH_ROOT"})
        for option in options:
            self.assertRegex((SOURCE / "CMakeLists.txt").read_text(), rf"(option|set)\({option}\b")


if __name__ == "__main__":
    unittest.main()
