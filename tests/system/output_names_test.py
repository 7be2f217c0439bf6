"""Whatever exists under an output's name: only an older version of the output is ever replaced."""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import unittest

import h5py

from harness import SOURCE, TINY, SystemTest, nubox


def digest(path):
    """Of a file's contents, or of the names in a directory."""
    data = "\n".join(sorted(p.name for p in path.iterdir())).encode() if path.is_dir() else path.read_bytes()
    return hashlib.sha256(data).hexdigest()


class OutputNames(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.directory / "stats.h5"
        cls.snapshot = cls.directory / "snap.hdf5"
        cls.run_ok("stats", f"--stats.in={cls.massive}", f"--stats.target={cls.massless}", "--stats.statistics=power",
                   f"--stats.out={cls.stats}")
        cls.run_ok("export", f"--export.in={cls.massless}", f"--export.out={cls.snapshot.with_suffix('')}")
        cls.foreign = cls.directory / "foreign.hdf5"
        with h5py.File(cls.foreign, "w") as file:
            file["Header/Redshift"] = 0.0
        cls.text = cls.directory / "thesis.tex"
        cls.text.write_text("years of work")

    @classmethod
    def run_ok(cls, *args):
        outcome = nubox(*args)
        assert outcome.code == 0, str(outcome)

    def command(self, name, place):
        """Arguments of a command whose output is `place`/out..., and the file that it would write."""
        return {
            "import": (["import", f"--import.snapshot={self.snapshot}", f"--import.out={place}/out.h5"], "out.h5"),
            "export": (["export", f"--export.in={self.massless}", f"--export.out={place}/out"], "out.hdf5"),
            "export-2": (["export", f"--export.in={self.massless}", "--export.format=gadget2",
                          f"--export.out={place}/out"], "out"),
            "stats": (["stats", f"--stats.in={self.massless}", "--stats.statistics=power",
                       f"--stats.out={place}/out.h5"], "out.h5"),
            "predict": (["predict", f"--predict.in={self.massless}", "--model.architecture=none",
                         f"--predict.out={place}/out.h5"], "out.h5"),
            "predict-snapshot": (["predict", f"--predict.in={self.massless}", "--model.architecture=none",
                                  "--predict.format=gadget", f"--predict.out={place}/out"], "out.hdf5"),
            "simulate": (["simulate", *TINY, "--simulate.seeds=5", f"--simulate.out={place}"],
                         "pair-5/mnu-0.000.h5"),
            "train": (["train", f"--data.pairs={self.directory}/pairs/pair-*", "--data.split=1,0,0",
                       "--model.architecture=none", f"--train.out={place}"], "model.h5"),
            "doctor": (["doctor", "--doctor.checks=clock", f"--doctor.json={place}/out.json"], "out.json"),
        }[name]

    def put(self, kind, target):
        target.parent.mkdir(parents=True)
        if kind == "directory":
            target.mkdir()
        else:
            shutil.copy({"field": self.massive, "foreign": self.foreign, "text": self.text}[kind], target)

    def test_nothing_else_is_replaced(self):
        commands = ["import", "export", "export-2", "stats", "predict", "predict-snapshot", "simulate", "train", "doctor"]
        for name in commands:
            for kind in ["directory", "foreign", "text", "field"]:
                if name == "simulate" and kind == "field":
                    continue  # an older version
                place = self.directory / f"{name}-{kind}"
                arguments, out = self.command(name, place)
                target = place / out
                self.put(kind, target)
                before = digest(target)
                runs = [["--check"]] if kind != "text" else [["--check"], []]
                for extra in runs:
                    with self.subTest(command=name, kind=kind, extra=extra):
                        outcome = nubox(*arguments, *extra, ranks=1)
                        self.assertEnds(outcome, 4, str(target))
                        self.assertEqual(digest(target), before)

    def test_an_older_version_is_replaced(self):
        for name in ["import", "export", "export-2", "stats", "predict", "predict-snapshot"]:
            with self.subTest(command=name):
                arguments, out = self.command(name, self.directory / f"again-{name}")
                self.run_ok(*arguments)
                self.run_ok(*arguments)

    def test_an_input_is_never_the_output(self):
        place = self.directory / "inputs"
        place.mkdir()
        box, snapshot, link = place / "box.hdf5", place / "snap.hdf5", place / "link.hdf5"
        shutil.copy(self.massless, box)
        shutil.copy(self.snapshot, snapshot)
        link.symlink_to(snapshot)
        runs = {
            box: [["stats", f"--stats.in={box}", f"--stats.out={box}"],
                  ["stats", f"--stats.in={self.massive}", f"--stats.target={box}", f"--stats.out={place}/../inputs/box.hdf5"],
                  ["export", f"--export.in={box}", f"--export.out={place}/box"],
                  ["predict", f"--predict.in={box}", f"--predict.out={box}", "--model.architecture=none"]],
            snapshot: [["import", f"--import.snapshot={snapshot}", f"--import.out={snapshot}"],
                       ["import", f"--import.snapshot={snapshot}", f"--import.out={link}"],
                       ["import", f"--import.snapshot={self.snapshot}", f"--import.ics={snapshot}",
                        f"--import.out={snapshot}"]],
        }
        for path, commands in runs.items():
            before = digest(path)
            for arguments in commands:
                with self.subTest(arguments=arguments):
                    self.assertEnds(nubox(*arguments), 2, "is the input")
                    self.assertEqual(digest(path), before)
        self.assertTrue(link.is_symlink())

    def test_the_report_replaces_reports_alone(self):
        report = [sys.executable, SOURCE / "tools/report.py", "--stats", f"a={self.stats}", "--out"]
        for victim in (self.stats, self.text):
            before = digest(victim)
            done = subprocess.run([*report, victim], capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("not replaced", done.stderr)
            self.assertEqual(digest(victim), before)
        page = pathlib.Path(self.directory) / "report.html"
        for _ in range(2):
            done = subprocess.run([*report, page], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
