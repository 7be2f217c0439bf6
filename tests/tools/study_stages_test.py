"""tools/nubox_study/stages: what is made again, and what is not."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import nubox  # noqa: E402
from nubox_study.runs import Run, Simulator  # noqa: E402
from nubox_study.stages import Stage, Workshop, content_digest, linear_tables  # noqa: E402

HEADER = {"box_size_mpch": 10.0, "redshift": 0.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711, "n_s": 0.9624,
          "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"}


class Copier:
    """Stands in for nubox: writes the inputs one after the other, with the setting `word` in front."""

    ranks, version = 1, "copier 1"

    def __init__(self):
        self.calls = []

    def __call__(self, command, *arguments, log=None):
        options = dict(argument.removeprefix("--").split("=", 1) for argument in arguments)
        self.calls.append(command)
        out = pathlib.Path(options["out"])
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(options.get("word", "") + "".join(pathlib.Path(p).read_text() for p in options["in"].split(",")))


class Stages(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name) / "work"
        self.source = pathlib.Path(directory.name) / "source"
        self.source.write_text("source")
        self.copier = Copier()

    def stage(self, name, word, reads):
        out = self.work / name / "out"
        paths = {"in": ",".join(map(str, reads)), "out": out}
        return Stage(name, "copy", out.parent, {"word": word}, paths, reads, [out])

    def chain(self, first_word="a", second_word="b"):
        """source -> first -> second, and source -> other; returns the names of the stages that ran."""
        workshop = Workshop(self.copier, self.work)
        with contextlib.redirect_stdout(io.StringIO()):
            first = self.stage("first", first_word, [self.source])
            workshop.run(first)
            workshop.run(self.stage("second", second_word, first.makes))
            workshop.run(self.stage("other", "c", [self.source]))
        return workshop.ran

    def test_what_stands_complete_is_not_made_again(self):
        self.assertEqual(self.chain(), ["first", "second", "other"])
        self.assertEqual(self.chain(), [])
        self.assertEqual((self.work / "second/out").read_text(), "basource")

    def test_a_changed_setting_remakes_only_what_depends_on_it(self):
        self.chain()
        self.assertEqual(self.chain(second_word="B"), ["second"])
        self.assertEqual(self.chain(first_word="A", second_word="B"), ["first", "second"])
        self.assertEqual((self.work / "second/out").read_text(), "BAsource")

    def test_a_deleted_product_is_remade_and_equal_content_ends_the_chain(self):
        self.chain()
        (self.work / "first/out").unlink()
        self.assertEqual(self.chain(), ["first"])

    def test_a_damaged_product_is_remade(self):
        self.chain()
        (self.work / "second/out").write_text("torn")
        self.assertEqual(self.chain(), ["second"])

    def test_changed_content_of_an_input_remakes_all_of_its_readers(self):
        self.chain()
        self.source.write_text("another")
        self.assertEqual(self.chain(), ["first", "second", "other"])

    def test_names_of_inputs_do_not_matter(self):
        self.chain()
        self.source = self.source.rename(self.source.with_name("moved"))
        self.assertEqual(self.chain(), [])

    def test_an_interrupted_stage_finds_its_leftovers_and_one_with_other_settings_does_not(self):
        stage = self.stage("first", "a", [self.source])

        def interrupted(*arguments, log=None):
            stage.directory.mkdir(parents=True, exist_ok=True)
            (stage.directory / "checkpoint").write_text("half")
            raise KeyboardInterrupt

        interrupted.ranks, interrupted.version = 1, ""
        with contextlib.redirect_stdout(io.StringIO()), self.assertRaises(KeyboardInterrupt):
            Workshop(interrupted, self.work).run(stage)
        self.chain()
        self.assertTrue((stage.directory / "checkpoint").exists())
        self.chain(first_word="A")
        self.assertFalse((stage.directory / "checkpoint").exists())

    def test_a_directory_that_no_stage_made_is_left_alone(self):
        (self.work / "first").mkdir(parents=True)
        (self.work / "first/thesis.tex").write_text("years")
        with self.assertRaisesRegex(SystemExit, "no stage made it"):
            self.chain()
        self.assertTrue((self.work / "first/thesis.tex").exists())

    def test_a_missing_input_is_named(self):
        self.source.unlink()
        with self.assertRaisesRegex(SystemExit, "source, which is missing"):
            self.chain()

    def test_changed_linear_tables_remake_what_reads_them(self):
        tables = self.source.with_name("tables")
        tables.mkdir()
        (tables / "transfer_Mnu0.txt").write_text("one")
        settings = {"cosmology.tables": str(tables)}

        def ran(command):
            out = self.work / command / "out"
            workshop = Workshop(self.copier, self.work)
            with contextlib.redirect_stdout(io.StringIO()):
                workshop.run(Stage(command, command, out.parent, settings, {"in": self.source, "out": out},
                                   [self.source], [out]))
            return workshop.ran

        for command in ("predict", "stats"):
            self.assertEqual([ran(command), ran(command)], [[command], []])
        (tables / "transfer_Mnu0.txt").write_text("two")
        self.assertEqual([ran("predict"), ran("stats")], [["predict"], []])
        self.assertIn("hades/cosmology.ini", "\n".join(map(str, linear_tables({}))))
        with self.assertRaisesRegex(SystemExit, "no linear tables"):
            linear_tables({"cosmology.tables": "none"})

    def test_boxes_of_the_simulator_study_are_remade_with_other_options_only(self):
        calls = []

        def simulate(command, *arguments, log=None):
            calls.append(command)
            for path in run.files(self.work):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(" ".join(arguments))

        simulate.ranks, simulate.version = 1, ""
        for steps, expected in ((30, 1), (30, 1), (60, 2)):
            run = Run("base", steps=steps)
            with contextlib.redirect_stdout(io.StringIO()):
                Simulator(Workshop(simulate, self.work)).simulate(run)
            self.assertEqual(len(calls), expected)
            self.assertIn(f"--simulate.steps={steps}", run.files(self.work)[0].read_text())

    def test_digest_of_a_nubox_file_follows_its_data_and_header(self):
        path = self.source.with_name("box.h5")
        psi = np.zeros((3, 4, 4, 4), np.float32)
        digests = []
        for values, header in ((psi, HEADER), (psi, HEADER), (psi + 1, HEADER), (psi, HEADER | {"M_nu_eV": 0.1})):
            nubox.write_field(path, values, header)
            digests.append(content_digest(path))
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(len(set(digests)), 3)
        path.write_bytes(path.read_bytes()[:700])
        self.assertIsNone(content_digest(path))


if __name__ == "__main__":
    unittest.main()
