"""The page of a reproduction: figures and numbers of Giusarma et al. 2019 from the stats files of a plan."""

import json
import math

import nubox
from nubox_report import figures, paper_numbers, residual_figures, shape_figures, training
from nubox_report.measurements import Measurement
from nubox_report.page import for_page, write_figures, write_page
from nubox_report.style import name_of
from nubox_study import bars, costs
from nubox_study.figures_of_merit import merits

BASELINES = ("identity", "linear", "rewind", "damped", "za")
NETWORKS = ("d3m", "default")
TRUSTED_ERROR, TRUSTED_K = 0.01, "transfer_0.7"


class Results:
    """Stats files of every measured set, read once."""

    def __init__(self, reproduction):
        self.reproduction, self.plan = reproduction, reproduction.plan
        self.files = {label: reproduction.measured(label) for label in reproduction.measured_sets()}
        self._tables = {}

    def table(self, path):
        if path not in self._tables:
            self._tables[path] = nubox.read_table(path)
        return self._tables[path]

    def methods(self, label, mass):
        """Labels of the methods measured on a set at a mass, in the plan's order."""
        return [method for m, method in self.files[label] if m == mass]

    def means(self, label, mass):
        """A Measurement of every method over all realisations."""
        return [Measurement(method, self.files[label][mass, method][0],
                            self.table(self.files[label][mass, method][0])) for method in self.methods(label, mass)]

    def first_realisation(self, label, mass):
        """A Measurement of every method on the first realisation: it has maps and histograms."""
        return [Measurement(method, self.files[label][mass, method][1][0],
                            self.table(self.files[label][mass, method][1][0])) for method in self.methods(label, mass)]

    def merits(self, label, mass):
        """method -> name -> Merit."""
        return {method: merits([self.table(path) for path in self.files[label][mass, method][1]])
                for method in self.methods(label, mass)}


def merit_part(results, label, mass, title):
    """A table of figures of merit with its heading."""
    rows = results.merits(label, mass)
    head = ["method", *(heading for heading, _, _ in bars.COLUMNS.values())]
    return {"title": title, "head": head,
            "rows": [[name_of(method), *(bars.shown(row[name], name) for name in bars.COLUMNS)]
                     for method, row in rows.items()]}


def number_rows(numbers, measurements):
    """(rows of the table, rows of sources, entries for JSON) of numbers of the paper."""
    files = {m.label: m.path for m in measurements}
    rows, sources, entries = [], [], []
    for number, taken in paper_numbers.taken_by(numbers, measurements):
        best = "za" if number.baseline else paper_numbers.best_of(taken, BASELINES)
        shown = [] if number.baseline else [label for label in NETWORKS if label in taken]
        cells = [paper_numbers.percent(taken[label]) if label in shown else "-" for label in NETWORKS]
        rows.append([number.quantity, number.paper, *cells,
                     f"{name_of(best)}: {paper_numbers.percent(taken[best])}" if best in taken else "-"])
        for label in [*shown, *([best] if best in taken else [])]:
            places = [f"{files[label]}:/{dataset}" for dataset in taken[label].datasets]
            sources.append([number.quantity, name_of(label),
                            " ".join([paper_numbers.percent(taken[label]), taken[label].at]), " ".join(places)])
            value = taken[label].value
            entries.append({"quantity": number.quantity, "paper": number.paper, "method": label,
                            "value": None if math.isnan(value) else value, "at": taken[label].at, "sources": places})
    return rows, sources, entries


def cost_rows(results):
    """(table of costs, table of training times, rows for the table of the paper's numbers)."""
    plan, workshop, label = results.plan, results.reproduction.workshop, results.plan.page.main
    simulated = costs.per_simulated_box(workshop, plan.pairs[label])
    pairs, mass = results.reproduction.pairs(label), plan.page.mass

    def seconds(value):
        return "-" if value is None else f"{value:.3g}"

    rows, speed_up, inference = [], {}, {}
    if simulated is not None:
        rows.append(["nubox simulate", seconds(simulated), f"{simulated / 3600:.3g}", "-", "-",
                     f"{3600 * workshop.nubox.ranks / simulated:.3g}", "1"])
    for method in results.methods(label, mass):
        cost = costs.per_predicted_box(workshop, pairs, method, mass)
        if cost is None:
            continue
        core, prior, network, ranks = cost
        inference[method] = f"{core / ranks:.3g} s on {ranks} cores"
        speed_up[method] = f"{simulated / core:.3g} x" if simulated else "-"
        rows.append([name_of(method), seconds(core), f"{core / 3600:.3g}", seconds(prior), seconds(network),
                     f"{3600 * ranks / core:.3g}", speed_up[method]])
    trained, hours = [], {}
    for name in plan.models:
        record = workshop.record(f"train/{name}")
        if record and "seconds" in record:
            hours[name] = f"{record['seconds'] / 3600:.3g} h on {record['ranks']} cores"
            trained.append([name, hours[name], record["command"][:400]])
    paper = [["training", "about 10 GPU hours", *(hours.get(name, "-") for name in NETWORKS), "none"],
             ["one massive box from a massless one", "a few minutes (GPU)",
              *(inference.get(name, "-") for name in NETWORKS), f"rewind: {inference.get('rewind', '-')}"],
             ["speed-up over the simulator", "10,000 (over 700 CPU hours)",
              *(speed_up.get(name, "-") for name in NETWORKS), f"rewind: {speed_up.get('rewind', '-')}"]]
    head = ["massive box by", "core seconds", "core hours", "prior [s]", "network [s]", "boxes per hour", "speed-up"]
    note = ("Per box of the main set: wall time of the stage x ranks, start and files included; prior and network: "
            f"the program's own clocks. Hardware of this page: {costs.hardware()}. The simulator is a particle mesh, "
            "far cheaper than the paper's TreePM: speed-ups are over it.")
    return ({"head": head, "rows": rows, "note": note},
            {"head": ["model", "time", "command"], "rows": trained}, paper)


def bar_rows(results):
    """The table of bars, on the sets that the plan has for them: (head, rows), or None where it has none."""
    table, unchanged = {}, {}
    for pairs, label in results.plan.page.bars.items():
        for mass in results.plan.pairs[label].measured_masses:
            table.update({(pairs, mass, method): row for method, row in results.merits(label, mass).items()})
        unchanged.update({(pairs, method): same
                          for method, same in results.reproduction.keeps_massless_boxes(label).items()})
    names = ("pairs", "mass", "method", "quantity", "demand", "measured", "verdict")
    return {"head": ["set", "eV", *names[2:]],
            "rows": [[row[name] for name in names] for row in bars.verdicts(table, unchanged)]} if table else None


def study_figures(results):
    """(name, title, Picture, caption) of Figs. 1 to 7 of the paper, each with every curve."""
    page = results.plan.page
    whole = results.means(page.main, page.mass)
    measured = results.methods(page.main, page.mass)
    chosen = [label for label in ("identity", "d3m", "default") if label in measured] or measured[:3]
    first = results.first_realisation(page.main, page.mass)
    mass = f"{float(page.mass):g} eV"
    yield ("figure1", f"Figure 1: density and residuals, {mass}", residual_figures.residual_figure(first, chosen),
           residual_figures.residual_caption(first, chosen))
    yield "figure2", f"Figure 2: density PDF, {mass}", figures.pdf_figure(whole), figures.pdf_caption(whole)
    yield ("figure3", f"Figure 3: power spectrum, {mass}", figures.power_figure(whole), figures.power_caption(whole))
    yield ("figure4", f"Figure 4: bispectrum, {mass}", shape_figures.bispectrum_figure(whole),
           shape_figures.bispectrum_caption(whole))
    if shape_figures.has_voids(whole):
        yield ("figure5", f"Figure 5: void size function, {mass}", shape_figures.voids_figure(whole),
               shape_figures.voids_caption(whole))
    if page.ablations:
        yield from ablation_figures(results)
    if results.methods(page.main, page.appendix_mass):
        appendix = results.means(page.main, page.appendix_mass)
        yield ("figure7", f"Appendix B: power spectrum, {float(page.appendix_mass):g} eV",
               figures.power_figure(appendix), figures.power_caption(appendix))
    yield ("displacement", f"Displacement error, {mass}", figures.displacement_figure(whole),
           f"Mean absolute difference of the displacement to the target's, by component, {whole[0].which()}.")


def ablation_figures(results):
    """Fig. 6 of the paper, and the same of networks that it does not have: their errors are far smaller."""
    label = results.plan.page.ablations
    set_mass = results.plan.pairs[label].measured_masses[0]
    of_paper, others = [], []
    for measurement in results.means(label, set_mass):
        published = results.plan.architecture_of(measurement.label).startswith("d3m")
        (of_paper if published else others).append(measurement)
    for name, title, variants in (("figure6", "Figure 6: variants of D3M", of_paper),
                                  ("figure6b", "Beyond the paper: variants of the default model", others)):
        if variants:
            yield (name, f"{title}, {float(set_mass):g} eV", figures.transfer_figure(variants),
                   f"Transfer function of variants, {variants[0].which()}. {variants[0].conventions()} {figures.BANDS}")


def training_figures(results):
    """A training curve of every network that this run trained."""
    for name in results.plan.models:
        log = results.reproduction.workshop.work / "models" / name / "metrics.jsonl"
        if log.exists() and name in NETWORKS:
            metrics = training.read_metrics(log)
            yield (f"training-{name}", f"Training: {name_of(name)}", training.training_figure(metrics),
                   training.caption(metrics))


def generalisation_parts(results):
    """A table and a figure for every set beyond the main one, with the methods that are trusted there."""
    drawn = []
    for label in results.plan.page.generalisation:
        planned = results.plan.pairs[label]
        for mass in planned.measured_masses:
            measurements = results.means(label, mass)
            title = f"{planned.title}, {float(mass):g} eV"
            part = merit_part(results, label, mass, title)
            trusted = [name_of(method) for method, row in results.merits(label, mass).items()
                       if row[TRUSTED_K].value <= TRUSTED_ERROR]
            figure = (f"generalisation-{label}-{mass}", part["title"], figures.transfer_figure(measurements),
                      "Transfer function. " + measurements[0].conventions() + figures.bands(measurements))
            drawn.append(figure)
            yield {**part, "setting": measurements[0].setting(), "figures": for_page([figure]), "picture": figure,
                   "trust": "Within 1 % up to k = 0.7 h/Mpc: " + (", ".join(trusted) if trusted else "no method") + "."}


def sources_of(results):
    """Rows of the table of provenance: label, file, checksum, the commands that led to it."""
    workshop, rows = results.reproduction.workshop, []
    for label, found in results.files.items():
        for (mass, method), (path, _) in found.items():
            directory = results.reproduction.pairs(label).directories[0]
            names = [f"simulate/{label}/{directory.name}"]
            names += [f"train/{model}" for key, model in results.plan.model_of.get(method, {}).items()
                      if key in (mass, None)]
            names += [f"predict/{label}/{method}/{directory.name}/mnu-{mass}", f"measure/{label}/mnu-{mass}/{method}"]
            records = [workshop.record(name) for name in names]
            rows.append({"label": f"{name_of(method)}, {label}, {float(mass):g} eV", "path": path,
                         "checksum": Measurement(method, path, None).file_checksum(),
                         "commands": [record["command"] for record in records if record]})
    return rows


def write(results, out, command):
    """page.html, numbers.json and the figures as PNG and PDF in `out`; returns the text of the main table."""
    page = results.plan.page
    main = results.means(page.main, page.mass)
    rows, sources, entries = number_rows(paper_numbers.MAIN, main)
    merit_parts = [merit_part(results, page.main, page.mass, f"{float(page.mass):g} eV")]
    if results.methods(page.main, page.appendix_mass):
        more = number_rows(paper_numbers.APPENDIX, results.means(page.main, page.appendix_mass))
        rows, sources, entries = rows + more[0], sources + more[1], entries + more[2]
        merit_parts.append(merit_part(results, page.main, page.appendix_mass, f"{float(page.appendix_mass):g} eV"))
    cost, trained, cost_numbers = cost_rows(results)
    head = ["quantity", "paper", *(name_of(label) for label in NETWORKS), "best baseline"]
    drawn = [*study_figures(results), *training_figures(results)]
    generalisation = list(generalisation_parts(results))
    write_page(out / "page.html", "reproduction.html.j2", title=page.title, setting=main[0].setting(),
               number_head=head, numbers=rows + cost_numbers,
               number_sources=sources, baselines=", ".join(name_of(label) for label in BASELINES),
               number_note="Where a number is missing, the text says what this box lacks.",
               merits=merit_parts, merit_legend=bars.LEGEND, bars=bar_rows(results),
               figures=for_page(drawn), generalisation=generalisation,
               generalisation_note="A network serves its own lattice spacing only: predict refuses any other.",
               cost=cost, training=trained, sources=sources_of(results), provenance=main[0].provenance(),
               command=command)
    write_figures(out / "figures", drawn + [part["picture"] for part in generalisation])
    (out / "numbers.json").write_text(json.dumps(entries, indent=1), encoding="utf-8")
    return bars.grid(head, rows + cost_numbers)
