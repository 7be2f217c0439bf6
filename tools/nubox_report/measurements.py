"""What the report takes from stats files and metrics logs, as plain numpy arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xxhash

import nubox

# Wavenumbers of the summary table, h/Mpc; the paper quotes its transfer function at these.
TABLE_K_HMPC = (0.1, 0.3, 0.5, 0.7, 1.0)


@dataclass
class Measurement:
    """One method measured against the target: a stats file with a label."""

    label: str
    path: Path
    stats: object  # nubox.Table

    @property
    def box_mpch(self):
        return float(self.stats.attributes["box_size_mpch"])

    def has(self, name):
        return name in self.stats.arrays

    def array(self, name):
        """A dataset by path, e.g. "power/k"; the error names file and dataset."""
        if not self.has(name):
            raise SystemExit(f"{self.path} holds no /{name}: was it measured against a target?")
        return np.asarray(self.stats.arrays[name])

    def error(self, name):
        """Error of the mean over realisations of a dataset, or None for one realisation."""
        column = f"ensemble/{name}/error"
        return np.asarray(self.stats.arrays[column]) if self.has(column) else None

    def ratio(self, name):
        """(model / target, error of the mean or None) of the columns name_model and name_target; of several
        realisations the ratio of the means. NaN where the target has none."""
        column = f"ensemble/{name}_model"
        if self.has(f"{column}/ratio_of_means"):
            return np.asarray(self.stats.arrays[f"{column}/ratio_of_means"]), np.asarray(
                self.stats.arrays[f"{column}/ratio_error"])
        target = self.array(f"{name}_target").astype(float)
        return self.array(f"{name}_model") / np.where(target != 0, target, np.nan), None

    @property
    def realisations(self):
        return int(self.stats.attributes.get("realisations", 1))

    def in_bin_of(self, name, k_hmpc):
        """The value of a power-group dataset in the bin that contains k; NaN beyond the mesh."""
        edges = self.array("power/k_edges")
        bin_index = np.searchsorted(edges, k_hmpc, side="right") - 1
        values = self.array(f"power/{name}")
        return float(values[bin_index]) if 0 <= bin_index < len(values) else float("nan")

    def displacement_error_mpch(self):
        """Mean absolute displacement error per component (x, y, z), Mpc/h."""
        return self.array("residual/displacement_mean_abs")

    def setting(self):
        """One sentence on the box that was measured."""
        a = self.stats.attributes
        return (f"Box of {self.box_mpch:g} Mpc/h with {a['n']}\u00b3 particles at redshift {a['redshift']:g}, "
                f"{self.which()}; every method is measured against the target of {a['M_nu_target_eV']:g} eV.")

    def which(self):
        """The seed, or how many realisations were averaged."""
        return f"mean of {self.realisations} realisations" if self.realisations > 1 else (
            f"seed {self.stats.attributes['seed']}")

    def conventions(self):
        """The conventions of the power spectrum as the file names them."""
        power = self.stats.group_attributes["power"]
        named = [f"{name.replace('_', ' ')}: {power[name]}"
                 for name in ("assignment", "deconvolution", "interlacing", "shot_noise", "bin_rule")]
        return f"Box {self.box_mpch:g} Mpc/h, mesh {power['mesh']}\u00b3; " + "; ".join(named) + "."

    def provenance(self):
        return f"Measured by nubox {self.stats.attributes['code_version']}."

    def file_checksum(self):
        """XXH3 of the whole file, 16 hexadecimal digits."""
        return xxhash.xxh3_64_hexdigest(self.path.read_bytes())


def require_same_target(measurements):
    """A table side by side is only fair if all were measured on one mesh against one target."""
    first = measurements[0]
    for m in measurements:
        for name in ("power/k_edges", "power/p_target"):
            if not np.array_equal(m.array(name), first.array(name)):
                raise SystemExit(f"/{name} differs between {first.path} and {m.path}: measure them alike")


def read_measurement(argument):
    """LABEL=FILE or FILE (label: its stem)."""
    label, separator, name = argument.partition("=")
    path = Path(name if separator else argument)
    return Measurement(label if separator else path.stem, path, nubox.read_table(path))


def summary_rows(measurements):
    """Rows of the table: label, T at TABLE_K_HMPC, r at TABLE_K_HMPC, mean displacement error."""
    rows = []
    for m in measurements:
        row = {"label": m.label,
               "transfer": [m.in_bin_of("transfer", k) for k in TABLE_K_HMPC],
               "correlation": [m.in_bin_of("correlation", k) for k in TABLE_K_HMPC],
               "error_mpch": float("nan")}
        if m.has("residual/displacement_mean_abs"):
            row["error_mpch"] = float(np.mean(m.displacement_error_mpch()))
        rows.append(row)
    return rows


def summary_text(rows):
    """The table for a terminal."""
    width = max(len("method"), *(len(row["label"]) for row in rows))
    k_names = [f"{k:g}" for k in TABLE_K_HMPC]
    head = ["method".ljust(width)]
    head += [f"T({k})".rjust(7) for k in k_names] + [f"r({k})".rjust(8) for k in k_names]
    head += ["|d psi| [Mpc/h]"]
    lines = ["  ".join(head)]
    for row in rows:
        cells = [row["label"].ljust(width)]
        cells += [f"{value:7.4f}" for value in row["transfer"]]
        cells += [f"{value:8.5f}" for value in row["correlation"]]
        cells += [f"{row['error_mpch']:15.5f}"]
        lines.append("  ".join(cells))
    lines.append("T and r in the bin that contains k [h/Mpc]; |d psi|: mean absolute displacement error "
                 "per component.")
    return "\n".join(lines)
