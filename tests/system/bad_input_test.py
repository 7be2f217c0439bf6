"""Bad input: one block, its exit code, all ranks end at once, nothing half-written."""

import shutil
import unittest

import h5py
import numpy

from harness import TINY, SystemTest, files, nubox


class BadOptions(SystemTest):
    def test_each_bad_option_is_named(self):
        for args, texts in [
            (["--simulate.seed=1"], ["unknown option", "simulate.seeds"]),
            (["--box.n=many"], ["box.n", "integer"]),
            (["--box.n=-3"], ["from 4"]),
            (["--simulate.mnu_eV=0,heavy"], ["simulate.mnu_eV", "numbers"]),
            (["--simulate.lpt=7"], ["simulate.lpt", "from 1 to 2"]),
            (["--simulate.redshifts=10", "--simulate.z_initial=9"], ["10", "z_initial"]),
            (["--simulate.mnu_eV=0,0.1234"], ["0.1234", "three decimals"]),
            (["--simulate.redshifts=0,1"], ["1 after 0", "order of time"]),
            (["--simulate.redshifts=0.00041,0"], ["0.00041", "three decimals"]),
            (["--simulate.noise=ngenic", "--simulate.seeds=3000000000"], ["3000000000", "N-GenIC"]),
            (["--simulate.mesh_factor=8"], ["4096^3", "are missing"]),
            (["--simulate.accuracy=0.1", "--simulate.force=p3m"], ["simulate.steps and simulate.accuracy"]),
            (["--simulate.softening_mpch=40", "--simulate.force=p3m"], ["40", "particle spacing"]),
            (["--simulate.softening_mpch=1e-6", "--simulate.force=p3m"], ["resolve", "1e-06"]),
            (["--box.n=4", "--simulate.force=p3m"], ["half the box"]),
            (["--train.epochs=3"], ["train.epochs", "not an option of 'simulate'"]),
        ]:
            with self.subTest(args=args):
                out = self.directory / "none"
                outcome = nubox("simulate", *TINY[1:], *args, f"--simulate.out={out}")
                self.assertEnds(outcome, 2, *texts)
                self.assertNothingStands(out)

    def test_a_bad_file_is_named_with_its_line(self):
        config = self.directory / "bad.ini"
        config.write_text("[box]\nn = 16\n\n[simulate]\nstep = 3\n")
        self.assertEnds(nubox("simulate", config), 2, f"{config}:5", "simulate.steps")

    def test_unknown_command_and_missing_config(self):
        self.assertEnds(nubox("simulte"), 2, "simulte")
        self.assertEnds(nubox("simulate", self.directory / "nowhere.ini"), 4, "nowhere.ini")

    def test_mass_outside_the_tables_and_foreign_cosmology(self):
        self.assertEnds(nubox("simulate", *TINY, "--simulate.mnu_eV=1.9"), 3, "1.9")
        self.assertEnds(nubox("simulate", *TINY, "--cosmology.Omega_m=0.25"), 3, "0.25", "0.3175")

    def test_what_the_tables_cannot_give_is_refused_before_anything_is_written(self):
        out = self.directory / "never"
        for args in (["--simulate.z_initial=150"], ["--box.size_mpch=1", "--box.n=64"]):
            outcome = nubox("simulate", "--simulate.steps=2", *args, f"--simulate.out={out}")
            self.assertEnds(outcome, 3, "outside")
            self.assertNothingStands(out)

    def test_steps_that_collapse_end_the_run_without_a_box(self):
        out = self.directory / "collapsed"
        outcome = nubox("simulate", *TINY[:2], "--simulate.force=p3m", "--simulate.accuracy=1e-10",
                        f"--simulate.out={out}")
        self.assertEnds(outcome, 5, "collapsed", "simulate.accuracy")
        self.assertEqual(list(out.glob("**/*.h5*")), [])

    def test_adaptive_steps_need_pair_forces(self):
        self.assertEnds(nubox("simulate", *TINY[:2], "--simulate.accuracy=0.1"), 2, "simulate.force = p3m")

    def test_missing_required_inputs(self):
        for command, option in [("predict", "predict.in"), ("stats", "stats.in"), ("train", "data.pairs"),
                                ("info", "info.in")]:
            self.assertEnds(nubox(command), 2, option)


class BadFiles(SystemTest):
    needs_pair = True

    def refused(self, path, code, *texts):
        out = self.directory / "refused.h5"
        for args in (["predict", f"--predict.in={path}", f"--predict.out={out}", "--model.architecture=none"],
                     ["stats", f"--stats.in={path}", f"--stats.out={out}"]):
            self.assertEnds(nubox(*args), code, *texts)
            self.assertNothingStands(out)

    def copy(self, name):
        return shutil.copy(self.massless, self.directory / name)

    def test_missing_and_foreign_files(self):
        self.refused(self.directory / "nowhere.h5", 4, "nowhere.h5")
        text = self.directory / "text.h5"
        text.write_text("no HDF5 at all")
        self.refused(text, 3, "text.h5")

    def test_truncated_file(self):
        path = self.copy("short.h5")
        with open(path, "r+b") as file:
            file.truncate(path.stat().st_size // 2)
        self.refused(path, 3, "short.h5")

    def test_bit_flips_in_the_data(self):
        data = bytearray(self.massless.read_bytes())
        with h5py.File(self.massless) as file:
            offset = file["displacement"].id.get_offset()
            size = file["displacement"].id.get_storage_size()
        for position in (offset, offset + size // 2, offset + size - 1):
            flipped = bytearray(data)
            flipped[position] ^= 4
            path = self.directory / "flipped.h5"
            path.write_bytes(flipped)
            self.refused(path, 3, "flipped.h5", "checksum")

    def test_not_finite_values(self):
        values = h5py.File(self.massless)["displacement"][...]
        values[1, 2, 3, 15] = numpy.nan
        path = self.directory / "nan.h5"
        files.write_field(path, displacement=values, header=files.read_field(self.massless).header)
        self.refused(path, 3, "nan.h5", "finite")

    def test_targets_of_another_box_or_lattice(self):
        for name, args in {"box": ["--box.n=16", "--box.size_mpch=40"],
                           "lattice": ["--box.n=12", "--box.size_mpch=31.25"]}.items():
            done = nubox("simulate", *args, "--simulate.steps=2", "--simulate.mnu_eV=0.15",
                         f"--simulate.out={self.directory}/{name}")
            self.assertEqual(done.code, 0, str(done))
            other = self.directory / name / "pair-1/mnu-0.150.h5"
            out = self.directory / "stats.h5"
            outcome = nubox("stats", f"--stats.in={self.massless}", f"--stats.target={other}", f"--stats.out={out}")
            self.assertEnds(outcome, 3, "mnu-0.000.h5", "mnu-0.150.h5")
            self.assertNothingStands(out)
            # The same pair is refused as training data.
            pair = self.directory / f"mixed-{name}"
            pair.mkdir()
            shutil.copy(self.massless, pair / "mnu-0.000.h5")
            shutil.copy(other, pair / "mnu-0.150.h5")
            outcome = nubox("train", f"--data.pairs={pair}", "--data.split=1,0,0", "--train.crop=8",
                            f"--train.out={self.directory}/training")
            self.assertEnds(outcome, 3, "mnu-0.150.h5")
            self.assertNothingStands(self.directory / "training/model.h5")

    def test_training_data_that_cannot_be_used(self):
        pair = self.massless.parent
        same_mass = self.directory / "same-mass"
        same_mass.mkdir()
        shutil.copy(self.massless, same_mass / "mnu-0.000.h5")
        shutil.copy(self.massless, same_mass / "mnu-0.150.h5")
        for pairs, split, code, texts in [
            (f"{pair},{pair}", "1,0,0", 2, ["twice"]),
            (str(pair), "0.5,0.2,0.1", 2, ["data.split"]),
            (str(self.directory / "pair-*"), "1,0,0", 3, ["nothing matches"]),
            (str(same_mass), "1,0,0", 3, ["mnu-0.150.h5", "massless"]),
        ]:
            with self.subTest(pairs=pairs):
                outcome = nubox("train", f"--data.pairs={pairs}", f"--data.split={split}", "--train.crop=8", "--check")
                self.assertEnds(outcome, code, *texts)
        crop = nubox("train", f"--data.pairs={pair}", "--data.split=1,0,0", "--train.crop=7")
        self.assertEnds(crop, 2, "train.crop")

    def test_contradicting_requests_of_a_prediction(self):
        ask = ["predict", f"--predict.in={self.massless}", f"--predict.out={self.directory}/out.h5"]
        for described in [["--model.architecture=vnet"], ["--model.architecture=vnet", "--model.prior=linear"]]:
            self.assertEnds(nubox(*ask, *described), 2, "predict.model")
        self.assertEnds(nubox(*ask, "--predict.model=x.h5"), 4, "x.h5", "models")
        self.assertEnds(nubox("predict", f"--predict.in={self.massive}", "--model.architecture=none"), 3, "massless")

    def test_model_files_that_are_none(self):
        out = self.directory / "predicted.h5"
        for model, code in [(self.massless, 3), (self.directory / "no-model.h5", 4)]:
            outcome = nubox("predict", f"--predict.in={self.massless}", f"--predict.model={model}",
                            f"--predict.out={out}")
            self.assertEnds(outcome, code, model.name)
            self.assertNothingStands(out)


if __name__ == "__main__":
    unittest.main()
