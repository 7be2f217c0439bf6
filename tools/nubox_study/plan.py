"""The plan of a study, an INI file: sets of pairs, models, methods, and what is measured with what.

Keys with a dot (and without a space) are options of the nubox command that the section calls; the others are the
plan's own:

    [pairs LABEL]   nubox simulate: one run per seed        measure, masses, independent, title, directories
    [model LABEL]   nubox train                             pairs, seeds, masses (of the pairs; all unless given), file
    [method LABEL]  nubox predict                           model (for any mass), model MASS (for one)
    [measure]       nubox stats
    [plan]          base: another plan, whose keys this one adds to and overrides
    [page]          main, mass, appendix_mass, ablations, generalisation (labels of sets), bars (2N=LABEL, fine=LABEL)

like = LABEL in a section stands for all keys of that section of the same kind; those beside it come before them.
"""

import configparser
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nubox_study.variants import BASELINES, Method


def seeds_of(text):
    """Seeds of a list of numbers and ranges such as 1-3,7."""
    seeds = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def names_in(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def mass_name(mass):
    """A mass as file names have it: 0.15 -> "0.150"."""
    return f"{float(mass):.3f}"


@dataclass
class Pairs:
    """Realisations to make, or given as directories; measured: labels of methods."""

    label: str
    settings: dict
    title: str
    seeds: list = field(default_factory=list)
    masses: list = field(default_factory=list)
    measured: list = field(default_factory=list)
    measured_masses: list = field(default_factory=list)
    independent: str = ""
    directories: list = field(default_factory=list)


@dataclass
class Model:
    """A network to train on pairs, or a model file."""

    label: str
    settings: dict
    pairs: str = ""
    seeds: list = field(default_factory=list)
    masses: list = field(default_factory=list)
    file: Path = None


@dataclass
class Page:
    """Which sets the page is about."""

    title: str = "Reproduction"
    main: str = ""
    mass: str = "0.150"
    appendix_mass: str = "0.600"
    ablations: str = ""
    generalisation: list = field(default_factory=list)
    bars: dict = field(default_factory=dict)  # set of the bars (2N, fine) -> label of the pairs that stand for it


def _split(section):
    """(options of nubox, keys of the plan) of a section."""
    items = dict(section)
    options = {key: value for key, value in items.items() if "." in key and " " not in key}
    return options, {key: value for key, value in items.items() if key not in options}


class Plan:
    """What a plan file says; inconsistencies end the program with the file's name."""

    def __init__(self, path):
        self.path = Path(path)
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str
        self._load(parser, self.path)
        parser.remove_section("plan")
        self.pairs, self.models = {}, {}
        self.methods = {name: Method(name, dict(settings)) for name, settings in BASELINES.items()}
        self.model_of = {}  # method -> {mass or None: label of a model}
        self.measure, self.page = {}, Page()
        for name in parser.sections():
            kind, _, label = name.partition(" ")
            settings, keys = _split(self._with_likeness(parser, name))
            reader = getattr(self, f"_read_{kind}", None)
            if reader is None or (kind in ("pairs", "model", "method")) != bool(label):
                self._refuse(f"[{name}] is no section of a plan")
            reader(label, settings, keys)
            if keys:
                self._refuse(f"[{name}] has no key {', '.join(keys)}")
        self._check()

    def _load(self, parser, path):
        """Reads a plan over the plan that it is based on."""
        own = configparser.ConfigParser(delimiters=("=",), inline_comment_prefixes=(";", "#"), interpolation=None)
        own.optionxform = str
        try:
            with open(path, encoding="utf-8") as text:
                own.read_file(text)
        except configparser.Error as error:
            sys.exit(f"{path}: {error}")
        base = own.get("plan", "base", fallback="")
        if base:
            self._load(parser, path.parent / base)
        parser.read_dict(own)

    def _with_likeness(self, parser, name):
        """The keys of a section with those of the section that it is like."""
        keys = dict(parser[name])
        if "like" not in keys:
            return keys
        other = f"{name.partition(' ')[0]} {keys.pop('like')}"
        if other not in parser or "like" in parser[other]:
            self._refuse(f"[{name}] is like [{other}], which is not there or like another itself")
        return {**parser[other], **keys}

    def _refuse(self, text):
        sys.exit(f"{self.path}: {text}")

    def _read_pairs(self, label, settings, keys):
        pairs = Pairs(label, settings, keys.pop("title", label))
        pairs.directories = [Path(name) for name in names_in(keys.pop("directories", ""))]
        pairs.seeds = seeds_of(settings.pop("simulate.seeds", "1")) if not pairs.directories else []
        pairs.masses = [mass_name(mass) for mass in names_in(settings.get("simulate.mnu_eV", "0,0.15"))]
        pairs.measured = names_in(keys.pop("measure", ""))
        massive = [mass for mass in pairs.masses if float(mass) > 0]
        pairs.measured_masses = [mass_name(mass) for mass in names_in(keys.pop("masses", ""))] or massive
        pairs.independent = keys.pop("independent", "")
        self.pairs[label] = pairs

    def _read_model(self, label, settings, keys):
        model = Model(label, settings, keys.pop("pairs", ""))
        model.seeds = seeds_of(keys.pop("seeds")) if "seeds" in keys else []
        model.masses = [mass_name(mass) for mass in names_in(keys.pop("masses", ""))]
        model.file = Path(keys.pop("file")) if "file" in keys else None
        self.models[label] = model

    def _read_method(self, label, settings, keys):
        self.methods[label] = Method(label, settings)
        models = self.model_of[label] = {}
        for key in [key for key in keys if key.split()[0] == "model"]:
            _, _, mass = key.partition(" ")
            models[mass_name(mass) if mass else None] = keys.pop(key)

    def _read_measure(self, _, settings, keys):
        self.measure = settings

    def _read_page(self, _, settings, keys):
        page = self.page
        page.title, page.main = keys.pop("title", page.title), keys.pop("main", "")
        page.mass = mass_name(keys.pop("mass", page.mass))
        page.appendix_mass = mass_name(keys.pop("appendix_mass", page.appendix_mass))
        page.ablations = keys.pop("ablations", "")
        page.generalisation = names_in(keys.pop("generalisation", ""))
        page.bars = dict(name.partition("=")[::2] for name in names_in(keys.pop("bars", "")))

    def architecture_of(self, method):
        """The architecture that the model of a method is trained with; empty where it has none or is a file."""
        models = [self.models[label] for label in self.model_of.get(method, {}).values()]
        return models[0].settings.get("model.architecture", "") if models else ""

    def _check(self):
        """Every label that is named somewhere stands in the plan."""
        wanted = [(label, self.methods, "method") for pairs in self.pairs.values() for label in pairs.measured]
        wanted += [(pairs.independent, self.pairs, "set of pairs")
                   for pairs in self.pairs.values() if pairs.independent]
        wanted += [(model.pairs, self.pairs, "set of pairs") for model in self.models.values() if not model.file]
        wanted += [(label, self.models, "model") for models in self.model_of.values() for label in models.values()]
        wanted += [(label, self.pairs, "set of pairs")
                   for label in (self.page.main, self.page.ablations, *self.page.generalisation,
                                 *self.page.bars.values()) if label]
        for label, known, what in wanted:
            if label not in known:
                self._refuse(f"'{label}' is no {what} of this plan")
        if not self.page.main:
            self._refuse("[page] main names no set of pairs")
