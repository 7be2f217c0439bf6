"""The training curve from metrics.jsonl."""

import json

import matplotlib.pyplot as plt

from nubox_report.style import METHODS, legend_above, picture


def read_metrics(path):
    """Records of a metrics log, one per line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def series(metrics, name):
    """(steps, values) of the records that carry a figure above zero (zero: nothing to validate on)."""
    records = [record for record in metrics if record.get(name, 0) > 0]
    return [record["step"] for record in records], [record[name] for record in records]


def training_figure(metrics):
    """Loss of the training steps, of the validation boxes, and of the prior alone."""
    steps, loss = series(metrics, "loss")
    validation_steps, validation = series(metrics, "validation_loss")
    _, prior = series(metrics, "prior_validation_loss")
    figure, axis = plt.subplots(figsize=(6.2, 3.4))
    axis.semilogy(steps, loss, color="0.6", linewidth=0.8, label="training crops")
    if prior:
        axis.axhline(prior[-1], label="validation boxes, prior alone", color="0.3", linestyle=(0, (5, 2)))
    if validation:
        axis.semilogy(validation_steps, validation, marker="o", markersize=3.5, label="validation boxes",
                      **METHODS["network"])
    axis.set_xlabel("optimiser step")
    axis.set_ylabel("displacement loss")
    legend_above(axis)
    return picture(figure)


def caption(metrics):
    """What the curve shows, with its best figure."""
    steps, validation = series(metrics, "validation_loss")
    if not validation:
        return "Loss of each optimiser step."
    best = min(range(len(validation)), key=validation.__getitem__)
    return f"Loss per optimiser step and on the validation boxes; best {validation[best]:.4g} at step {steps[best]}."
