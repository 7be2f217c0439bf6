"""Training curves and times from metrics.jsonl."""

import json
import statistics
import sys

import matplotlib.pyplot as plt
from matplotlib import ticker

from nubox_report.style import METHODS, legend_above, picture, stacked_axes


# Figures of a record that are drawn or named; JSON has no NaN, which is written as null.
FIGURES = ("loss", "validation_loss", "prior_validation_loss", "forward_seconds")
# What a record with times has as well.
TIMES = ("data_seconds", "forward_seconds", "backward_seconds", "communication_seconds", "optimizer_seconds", "seconds",
         "gflop_per_second", "samples_per_second", "memory_bytes")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _fault(record):
    """What is wrong with a record; empty if nothing is."""
    if not isinstance(record, dict):
        return "no JSON object"
    if not isinstance(record.get("step"), int):
        return "no number 'step'"
    needed = TIMES if "forward_seconds" in record else ()
    wrong = [name for name in FIGURES + needed if record.get(name) is not None and not _is_number(record[name])]
    wrong += [name for name in needed if record.get(name) is None]
    return f"no number '{wrong[0]}'" if wrong else ""


def read_metrics(path):
    """Records of a metrics log, one per line. A broken line, as of a run killed while it wrote, is named on
    standard error and left out."""
    records = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            fault = _fault(record)
        except ValueError as error:  # JSONDecodeError or UnicodeDecodeError
            fault = f"no JSON ({error})"
        if fault:
            print(f"{path}, line {number}: {fault}; left out: {line[:60].decode(errors='replace')}", file=sys.stderr)
        else:
            records.append(record)
    return records


def series(metrics, name):
    """(steps, values) of the records that carry a figure above zero (zero: nothing to validate on)."""
    records = [record for record in metrics if (record.get(name) or 0) > 0]
    return [record["step"] for record in records], [record[name] for record in records]


# Where the time of a step goes, as metrics.jsonl calls it, with its colour.
PHASES = {"data": "#D55E00", "forward": "#56B4E9", "backward": "#0072B2", "communication": "#CC79A7",
          "optimizer": "0.6"}


def time_shares(metrics):
    """(steps, {phase: share of the step}) of the records with times, averaged over up to 200 groups of
    neighbouring steps."""
    records = [record for record in metrics if "forward_seconds" in record]
    size = max(1, -(-len(records) // 200))
    groups = [records[i:i + size] for i in range(0, len(records), size)]
    spent = {phase: [sum(record[f"{phase}_seconds"] for record in group) for group in groups] for phase in PHASES}
    totals = [sum(values) for values in zip(*spent.values())]
    return ([group[-1]["step"] for group in groups],
            {phase: [part / total for part, total in zip(values, totals)] for phase, values in spent.items()})


def draw_losses(axis, metrics):
    """Loss of the training steps, of the validation boxes, and of the prior alone."""
    steps, loss = series(metrics, "loss")
    validation_steps, validation = series(metrics, "validation_loss")
    _, prior = series(metrics, "prior_validation_loss")
    axis.semilogy(steps, loss, color="0.6", linewidth=0.8, label="training crops")
    if prior:
        axis.axhline(prior[-1], label="validation boxes, prior alone", color="0.3", linestyle=(0, (5, 2)))
    if validation:
        axis.semilogy(validation_steps, validation, marker="o", markersize=3.5, label="validation boxes",
                      **METHODS["network"])
    axis.set_ylabel("displacement loss")
    legend_above(axis)


def training_figure(metrics):
    """Losses over the steps and, where the log has times, where the time of a step goes."""
    steps, shares = time_shares(metrics)
    if not steps:
        figure, axis = plt.subplots(figsize=(6.2, 3.4))
        draw_losses(axis, metrics)
    else:
        figure, (losses, axis) = stacked_axes([3, 1.4], height=5.0)
        draw_losses(losses, metrics)
        axis.stackplot(steps, list(shares.values()), labels=list(shares), colors=list(PHASES.values()), step="mid")
        axis.set_ylim(0, 1)
        axis.set_ylabel("share of the step")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.32), ncols=len(PHASES), handlelength=1.2)
    axis.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axis.set_xlabel("optimiser step")
    return picture(figure)


def speed_text(metrics):
    """Median throughput, arithmetic and waiting time of the steps; empty without times."""
    records = [record for record in metrics if "gflop_per_second" in record]
    if not records:
        return ""

    def median(value):
        return statistics.median(value(record) for record in records)

    return (f" Median step: {median(lambda r: r['samples_per_second']):.3g} crops/s, "
            f"{median(lambda r: r['gflop_per_second']):.3g} GFLOP/s in convolutions, "
            f"{100 * median(lambda r: r['data_seconds'] / r['seconds']):.2g} % waiting for data, "
            f"{100 * median(lambda r: r['communication_seconds'] / r['seconds']):.2g} % in exposed communication, "
            f"{1e-9 * max(r['memory_bytes'] for r in records):.2g} GB on rank 0.")


def caption(metrics):
    """What the curve shows, with its best figure."""
    steps, validation = series(metrics, "validation_loss")
    if not validation:
        return "Loss of each optimiser step." + speed_text(metrics)
    best = min(range(len(validation)), key=validation.__getitem__)
    return f"Loss per optimiser step and on the validation boxes; best {validation[best]:.4g} at step {steps[best]}." \
        + speed_text(metrics)
