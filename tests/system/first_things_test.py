"""What people type first: each line is done, or answered with the command line that would do it. Completion scripts and
manual pages as an installation has them."""

import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

from harness import BINARY, SystemTest, TINY, nubox

BUILD = pathlib.Path(BINARY).parent
# {box}, {massive}: field files; {snap}: a snapshot; {pairs}: directory of the pairs; {ini}: a configuration; {out}: a new name.
# Command line, exit code, and texts of the output.
FIRST_THINGS = [
    ("", 2, ["Commands:", "nubox help <command>"]),
    ("help", 0, ["Commands:"]),
    ("--help", 0, ["Commands:"]),
    ("help predict", 0, ["--predict.mnu_eV, --mnu_eV"]),
    ("predict -h", 0, ["--predict.mnu_eV, --mnu_eV"]),
    ("version", 0, ["HDF5"]),
    ("predcit {box}", 2, ["did you mean 'predict'?"]),
    ("{ini}", 2, ["nubox simulate {ini}"]),
    ("{box}", 2, ["nubox info {box}"]),
    ("info {box}", 0, ["M_nu_eV = 0"]),
    ("info {box} {snap}.hdf5", 0, ["M_nu_eV = 0", "Gadget snapshot, format"]),
    ("simulate {ini} --seeds=2 --out={out}", 0, []),
    ("simulate {ini} --n=32", 2, ["did you mean '--box.n'?"]),
    ("simulate {box}", 2, ["is a data file, not a configuration file", "--simulate.ics=FILE"]),
    ("simulate {pairs}", 2, ["is a directory, not a configuration file"]),
    ("train {pairs}/pair-1 --out={out} --dry-run --data.split=1,0,0", 0, ["dry run"]),
    ("predict {box} --mnu=0.3 --out={out}.h5 --model.architecture=none --model.prior=linear", 0, ["{out}.h5"]),
    ("predict {box} --mass=0.3", 2, ["did you mean"]),
    ("predict {snap} --mnu=0.3 --out={out}.h5 --model.architecture=none --model.prior=linear", 0, ["CDM particles", "{out}.h5"]),
    ("predict --check", 2, ["'predict.in' must be given"]),
    ("stats {massive} --target={box} --statistics=power --out={out}.h5", 0, []),
    ("stats {massive} {box}", 2, ["--target=FILE"]),
    ("import {snap} --out={out}.h5", 0, ["{out}.h5"]),
    ("import {box} --out={out}.h5", 3, ["nubox info"]),
    ("export {box} --out={out}", 0, ["{out}.hdf5"]),
    ("bench fft --n=16 --repeats=1", 0, ["forward, 16^3"]),
    ("doctor clock", 0, ["clock"]),
]


class FirstThings(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ini = cls.directory / "tiny.ini"
        cls.ini.write_text("[box]\nn = 16\nsize_mpch = 31.25\n[simulate]\nsteps = 2\nmnu_eV = 0\n")
        cls.snap = cls.directory / "snap"
        made = nubox("export", cls.massless, f"--out={cls.snap}", ranks=1)
        assert made.code == 0, str(made)

    def test_at_least_twenty_of_them(self):
        self.assertGreaterEqual(len(FIRST_THINGS), 20)
        for number, (line, code, texts) in enumerate(FIRST_THINGS):
            names = {"box": self.massless, "massive": self.massive, "snap": self.snap, "pairs": self.directory / "pairs",
                     "ini": self.ini, "out": self.directory / f"out-{number}"}
            with self.subTest(line=line):
                done = nubox(*shlex.split(line.format(**names)), ranks=1)
                self.assertEqual(done.code, code, str(done))
                for text in texts:
                    self.assertIn(text.format(**names), done.out + done.err, str(done))

    def test_no_message_has_raw_bytes(self):
        broken = self.directory / "broken.ini"
        broken.write_bytes(b"[box]\nn = \x1b[31m16\x80\n\x07key\n")
        for line in (["simulate", broken], ["simulate", "--box.n=\x1b[1m"], ["\x1b]0;title\x07"], ["info", "\x1bname"]):
            done = nubox(*line, ranks=1)
            self.assertIn(done.code, (2, 4), str(done))
            self.assertNotRegex(done.out + done.err, r"[\x00-\x08\x0b-\x1f\x7f]")


class Completion(unittest.TestCase):
    script = BUILD / "pages/bash-completion/completions/nubox"

    def complete(self, *words):
        """What bash offers for the last word."""
        line = " ".join(shlex.quote(word) for word in words)
        done = subprocess.run(
            ["bash", "-c", f"source {shlex.quote(str(self.script))}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _nubox; "
             "printf '%s\\n' \"${COMPREPLY[@]}\""], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_completes_commands_options_and_choices(self):
        self.assertEqual(self.complete("nubox", "pre"), ["predict"])
        self.assertEqual(self.complete("nubox", "help", "sim"), ["simulate"])
        self.assertEqual(self.complete("nubox", "completion", ""), ["bash", "zsh"])
        self.assertEqual(self.complete("nubox", "predict", "--mnu"), ["--mnu_eV="])
        self.assertEqual(self.complete("nubox", "predict", "--predict.mn"), ["--predict.mnu_eV="])
        # Readline separates words at '='.
        self.assertEqual(self.complete("nubox", "predict", "--format", "=", "g"), ["gadget"])
        self.assertEqual(self.complete("nubox", "predict", "--format", "="), ["field", "gadget"])
        self.assertEqual(self.complete("nubox", "predict", "--predict.format=g"), ["--predict.format=gadget"])
        self.assertEqual(self.complete("nubox", "stats", "--out", "=", str(self.script)), [str(self.script)])

    def test_scripts_are_those_of_the_program(self):
        for shell, path in (("bash", self.script), ("zsh", BUILD / "pages/zsh/site-functions/_nubox")):
            done = nubox("completion", shell, ranks=1)
            self.assertEqual(done.code, 0, str(done))
            self.assertEqual(done.out, path.read_text())
        self.assertEqual(nubox("completion", "fish", ranks=1).code, 2)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_parses_its_script_and_knows_every_specification(self):
        script = BUILD / "pages/zsh/site-functions/_nubox"
        done = subprocess.run(["zsh", "-n", script], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # Completion itself needs a line editor: zpty runs one.
        lines = ["zmodload zsh/zpty", "zpty shell zsh -f", "zpty -w shell 'autoload -U compinit; compinit -u -D'",
                 f"zpty -w shell 'source {script}'", "zpty -w -n shell $'nubox predict --predict.form\\tga\\t\\n'", "sleep 2",
                 "zpty -r shell output '*gadget*'", "print -r -- $output", "zpty -d shell"]
        done = subprocess.run(["zsh", "-f", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=30)
        self.assertIn("gadget", done.stdout, done.stderr)


class ManualPages(unittest.TestCase):
    pages = sorted((BUILD / "pages/man/man1").glob("*.1"))

    def test_are_there_for_every_command(self):
        commands = re.findall(r"(?m)^  (\w+) +\w", nubox("help", ranks=1).out)
        self.assertEqual({page.stem for page in self.pages}, {"nubox", *(f"nubox-{name}" for name in commands)})
        for page in self.pages:
            name = page.stem.removeprefix("nubox").lstrip("-")
            self.assertEqual(nubox("manual", *([name] if name else []), ranks=1).out, page.read_text())

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_are_set_without_warnings(self):
        for page in self.pages:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            self.assertIn("nubox", done.stdout)


if __name__ == "__main__":
    unittest.main()
