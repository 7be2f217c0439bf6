"""Methods applied to test pairs, and measured against the simulated truth."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

import nubox
from nubox_study.stages import Stage

BASELINES = {
    "identity": {"model.prior": "none"},
    "linear": {"model.prior": "linear"},
    "rewind": {"model.prior": "rewind", "prior.velocity_damping": "1"},
    "damped": {"model.prior": "rewind", "prior.velocity_damping": "0.5", "prior.velocity_smoothing_mpch": "1"},
    "za": {"model.prior": "za"},
}


@dataclass
class Method:
    """What makes massive boxes: options of `nubox predict`, and models by mass (None: any mass)."""

    label: str
    settings: dict = field(default_factory=dict)
    models: dict = field(default_factory=dict)  # mass as "0.150" or None -> model file

    def model_for(self, mass):
        return self.models.get(mass, self.models.get(None))

    def applies_to(self, mass):
        """False for a mass that none of its models is for."""
        return not self.models or self.model_for(mass) is not None


@dataclass
class PairSet:
    """Test realisations of one kind: directories pair-<seed> with mnu-<eV>.h5 each."""

    label: str
    directories: list
    cosmology: dict = field(default_factory=dict)  # options of `nubox predict`, if not its default

    @staticmethod
    def found(label, directories):
        """Directories given as such, or holding pair-<seed> directories."""
        pairs = []
        for directory in map(Path, directories):
            inside = sorted(directory.glob("pair-*"), key=lambda path: (len(path.name), path.name))
            pairs += [directory] if (directory / "mnu-0.000.h5").exists() else \
                [path for path in inside if (path / "mnu-0.000.h5").exists()]
        if not pairs:
            sys.exit(f"{label}: no pair-<seed> with mnu-0.000.h5 in {', '.join(map(str, directories))}")
        return PairSet(label, pairs)

    def having(self, mass):
        """The same without the realisations that lack the mass."""
        return PairSet(self.label, [d for d in self.directories if box(d, mass).exists()], self.cosmology)

    def seeds(self):
        return [d.name.removeprefix("pair-") for d in self.directories]


def box(directory, mass):
    """The box of a mass ("0.150") in a pair's directory."""
    return directory / f"mnu-{mass}.h5"


def particles_per_side(path):
    with h5py.File(path, "r") as file:
        return int(file.attrs["n"])


def measurement_settings(massless):
    """Statistics of the table of bars. Mesh 2N, PCS and interlacing keep aliases below 1e-4 at k <= 1 h/Mpc."""
    return {"stats.statistics": "power,bispectrum,pdf,residual", "stats.mesh": 2 * particles_per_side(massless),
            "stats.assignment": "pcs", "stats.interlace": "true"}


def is_unchanged(made, massless):
    """Whether two boxes hold the same displacements, bit for bit."""
    one, other = nubox.read_field(made), nubox.read_field(massless)
    return np.array_equal(one.displacement.view(np.uint32), other.displacement.view(np.uint32))


def predict(workshop, method, directory, pairs, mass):
    """The box that a method makes of the massless box of one realisation of a set."""
    out = workshop.work / "predicted" / pairs.label / method.label / directory.name / f"mnu-{mass}"
    made, massless, model = out / f"mnu-{mass}.h5", box(directory, "0.000"), method.model_for(mass)
    paths, reads = {"predict.in": massless, "predict.out": made}, [massless]
    settings = {"predict.mnu_eV": f"{float(mass):g}", **pairs.cosmology, **method.settings}
    if model is not None:
        paths["predict.model"] = model
        reads.append(model)
    else:
        settings["model.architecture"] = "none"
    name = f"predict/{pairs.label}/{method.label}/{directory.name}/mnu-{mass}"
    workshop.run(Stage(name, "predict", out, settings, paths, reads, [made]))
    return made


def measure(workshop, method, pairs, mass, settings, independent=()):
    """Stats files of a method on a set: that of all realisations (means), and one per realisation.
    independent: boxes of the mass from other seeds, the yardstick of the residuals."""
    out = workshop.work / "measured" / pairs.label / f"mnu-{mass}" / method.label
    models = [predict(workshop, method, directory, pairs, mass) for directory in pairs.directories]
    targets = [box(directory, mass) for directory in pairs.directories]
    whole = out / "stats.h5"
    each = [out / f"stats-{i + 1}.h5" for i in range(len(models))] if len(models) > 1 else [whole]
    paths = {"stats.in": ",".join(map(str, models)), "stats.target": ",".join(map(str, targets)), "stats.out": whole}
    if independent:
        paths["stats.independent"] = ",".join(map(str, independent))
    name = f"measure/{pairs.label}/mnu-{mass}/{method.label}"
    workshop.run(Stage(name, "stats", out, settings, paths, [*models, *targets, *independent],
                       [whole, *each] if len(models) > 1 else each))
    return whole, each
