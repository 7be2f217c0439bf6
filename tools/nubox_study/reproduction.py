"""Carries a plan out: pairs, models, predictions and measurements as cached stages."""

import os
from dataclasses import replace

from nubox_study.stages import Stage
from nubox_study.variants import PairSet, box, is_unchanged, measure, predict


class Reproduction:
    """The stages of a plan, each run when its product is asked for."""

    def __init__(self, plan, workshop):
        self.plan, self.workshop = plan, workshop
        self._pairs, self._models = {}, {}

    def pairs(self, label):
        """The realisations of a set, made where the plan gives no directories."""
        if label not in self._pairs:
            planned = self.plan.pairs[label]
            if planned.directories:
                self._pairs[label] = PairSet.found(label, planned.directories)
            else:
                cosmology = {key: value for key, value in planned.settings.items() if key.startswith("cosmology.")}
                self._pairs[label] = PairSet(label, [self._simulate(planned, seed) for seed in planned.seeds],
                                             cosmology)
        return self._pairs[label]

    def _simulate(self, planned, seed):
        out = self.workshop.work / "pairs" / planned.label
        directory = out / f"pair-{seed}"
        self.workshop.run(Stage(f"simulate/{planned.label}/pair-{seed}", "simulate", directory,
                                {**planned.settings, "simulate.seeds": seed}, {"simulate.out": out}, [],
                                [box(directory, mass) for mass in planned.masses]))
        return directory

    def model(self, label):
        """The model file of a label, trained where the plan names no file."""
        if label not in self._models:
            planned = self.plan.models[label]
            self._models[label] = planned.file or self._train(planned)
        return self._models[label]

    def _train(self, planned):
        directories = [self._view(planned, directory) for directory in self.pairs(planned.pairs).directories
                       if not planned.seeds or int(directory.name.removeprefix("pair-")) in planned.seeds]
        out = self.workshop.work / "models" / planned.label
        boxes = [path for directory in directories for path in sorted(directory.glob("mnu-*.h5"))]
        self.workshop.run(Stage(f"train/{planned.label}", "train", out, planned.settings,
                                {"data.pairs": ",".join(map(str, directories)), "train.out": out}, boxes,
                                [out / "model.h5", out / "metrics.jsonl"]))
        return out / "model.h5"

    def _view(self, planned, directory):
        """Directory of links to the masses that a model is trained on; nubox takes all that a pair holds."""
        if not planned.masses:
            return directory
        view = self.workshop.work / "views" / planned.label / directory.name
        view.mkdir(parents=True, exist_ok=True)
        for mass in ("0.000", *planned.masses):
            link = box(view, mass)
            target = box(directory, mass).resolve()
            if not link.is_symlink() or link.readlink() != target:
                temporary = link.with_name(f"{link.name}.tmp-{os.getpid()}")
                temporary.symlink_to(target)
                temporary.replace(link)
        for link in view.iterdir():
            if link.name not in {f"mnu-{mass}.h5" for mass in ("0.000", *planned.masses)}:
                link.unlink()
        return view

    def method(self, label):
        """The method with its model files."""
        models = {mass: self.model(model) for mass, model in self.plan.model_of.get(label, {}).items()}
        return replace(self.plan.methods[label], models=models)

    def measured(self, label):
        """Stats files of a set: (mass, method) -> (of all realisations, of each)."""
        planned, found = self.plan.pairs[label], {}
        pairs = self.pairs(label)
        for mass in planned.measured_masses:
            independent = [box(directory, mass) for directory in self.pairs(planned.independent).directories
                           if box(directory, mass).exists()][:2] if planned.independent else ()
            for name in planned.measured:
                method = self.method(name)
                if method.applies_to(mass):
                    found[mass, name] = measure(self.workshop, method, pairs, mass, self.plan.measure, independent)
        return found

    def keeps_massless_boxes(self, label):
        """method -> whether it returns a massless box of the set bit for bit, for those that serve any mass."""
        pairs, found = self.pairs(label), {}
        first = pairs.directories[0]
        for name in self.plan.pairs[label].measured:
            method = self.method(name)
            if method.applies_to("0.000"):
                found[name] = is_unchanged(predict(self.workshop, method, first, pairs, "0.000"), box(first, "0.000"))
        return found

    def measured_sets(self):
        """Labels of the sets that the plan measures, the main one first."""
        labels = [label for label, pairs in self.plan.pairs.items() if pairs.measured]
        return sorted(labels, key=lambda label: label != self.plan.page.main)
