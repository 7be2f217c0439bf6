"""simulate.ics: pairs from initial conditions in a file; files that are no good are refused with nothing written."""

import unittest

import numpy

from harness import SystemTest, files, nubox

BOX = ["--box.n=16", "--box.size_mpch=62.5", "--simulate.steps=4"]


class GivenIcs(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The initial conditions of seed 3 and what becomes of them at z = 1.
        cls.seed = cls.directory / "seed"
        made = nubox("simulate", *BOX, "--simulate.seeds=3", "--simulate.redshifts=19,1", f"--simulate.out={cls.seed}")
        assert made.code == 0, str(made)
        cls.ics = cls.seed / "pair-3/mnu-0.000-z19.000.h5"

    def simulate(self, out, *args, ics=None):
        """A run from `ics`, to z = 1 unless `args` say otherwise."""
        defaults = [*BOX, f"--simulate.ics={ics or self.ics}", "--simulate.redshifts=1", f"--simulate.out={out}"]
        options = dict(option.split("=", 1) for option in [*defaults, *args])
        return nubox("simulate", *(f"{name}={value}" for name, value in options.items()))

    def changed(self, name, change):
        """A copy of the initial conditions with another content."""
        field = files.read_field(self.ics)
        header = {key: value for key, value in field.attributes.items() if key not in ("format", "format_version", "n")}
        displacement, velocity = field.displacement.copy(), field.velocity.copy()
        displacement, velocity = change(header, displacement, velocity) or (displacement, velocity)
        path = self.directory / name
        files.write_field(path, displacement=displacement, velocity=velocity, header=header)
        return path

    def test_every_mass_has_the_phases_of_the_file(self):
        out = self.directory / "phases"
        outcome = self.simulate(out, "--simulate.seeds=7")
        self.assertEnds(outcome, 0, "phases of")
        for mass in ("0.000", "0.150"):
            found = files.read_field(out / f"pair-7/mnu-{mass}.h5")
            expected = files.read_field(self.seed / f"pair-3/mnu-{mass}-z1.000.h5")
            # One part in 1e4 of the displacement: single precision, grown by the few steps.
            error = numpy.abs(found.displacement - expected.displacement).max()
            self.assertLess(error, 1e-4 * expected.displacement.std())
            self.assertEqual(found.attributes["seed"], 3)
            self.assertEqual(found.attributes["z_initial"], 19)
        again = self.simulate(out, "--simulate.seeds=7")
        self.assertEqual(again.err.count("complete, skipped"), 2, str(again))

    def test_a_box_of_other_initial_conditions_is_not_taken_for_complete(self):
        out = self.directory / "other"
        self.assertEnds(self.simulate(out, "--simulate.mnu_eV=0"), 0)
        ics = self.changed("scaled.h5", lambda header, x, v: (1.001 * x, v))
        self.assertEnds(self.simulate(out, "--simulate.mnu_eV=0", ics=ics), 3, "another run")

    def test_a_late_massless_box_goes_on_but_gives_no_phases(self):
        late = self.seed / "pair-3/mnu-0.000-z1.000.h5"
        on = ["--simulate.redshifts=0", "--simulate.continue=true"]
        out = self.directory / "late"
        self.assertEnds(self.simulate(out, *on, ics=late), 3, "linear")
        self.assertNothingStands(out)
        outcome = self.simulate(out, *on, "--simulate.mnu_eV=0", ics=late)
        self.assertEnds(outcome, 0, "those of")
        self.assertIn("ics_velocity", files.read_field(out / "pair-1/mnu-0.000.h5").attributes)

    def test_what_cannot_start_a_pair_is_refused(self):
        def set_header(**values):
            return lambda header, x, v: header.update(values)

        massive = self.seed / "pair-3/mnu-0.150-z19.000.h5"
        cases = [
            (3, massive, [], ["massless"]),
            (3, self.ics, ["--box.n=24"], ["--box.n=16"]),
            (3, self.ics, ["--box.size_mpch=100"], ["--box.size_mpch=62.5"]),
            (3, self.changed("cosmology.h5", set_header(A_s=2e-9)), [], ["A_s", "--cosmology.A_s"]),
            (3, self.changed("early.h5", set_header(redshift=49.0)), [], ["times that of linear theory"]),
            (3, self.changed("curl.h5", lambda header, x, v: (x[[1, 0, 2]], v)), [], ["transverse"]),
            (3, self.changed("loud.h5", lambda header, x, v: (20 * x, v)), [], ["linear regime"]),
            (2, self.changed("order.h5", lambda header, x, v: header.pop("lpt") and None), [], ["give simulate.lpt"]),
            (2, self.ics, ["--simulate.lpt=1"], ["order 2"]),
            (2, self.ics, ["--simulate.seeds=1,2"], ["one realisation"]),
            (2, self.ics, ["--simulate.fixed_amplitude=true"], ["simulate.fixed_amplitude"]),
            (2, self.ics, ["--simulate.continue=true", "--simulate.stepping=cola"], ["plain steps"]),
            (2, self.ics, ["--simulate.continue=true", "--simulate.z_initial=30"], ["simulate.z_initial"]),
            (2, self.ics, ["--simulate.redshifts=20"], ["output redshift 20"]),
            (4, self.directory / "nowhere.h5", [], ["nowhere.h5"]),
        ]
        for code, ics, args, texts in cases:
            with self.subTest(ics=ics.name, args=args):
                out = self.directory / "refused"
                self.assertEnds(self.simulate(out, *args, ics=ics), code, *texts)
                self.assertNothingStands(out)
        alone = nubox("simulate", *BOX, "--simulate.continue=true", f"--simulate.out={self.directory}/refused")
        self.assertEnds(alone, 2, "needs simulate.ics")


if __name__ == "__main__":
    unittest.main()
