"""Stats tables with known answers, in the layout of stats files."""

from types import SimpleNamespace

import numpy as np

BOX_MPCH = 125.0
MESH = 64


def stats_table(transfer_slope, noise, error_mpch, seed=8):
    """A method whose T(k) = 1 + transfer_slope * k and r(k)^2 = 1 - noise * k, against one target."""
    k_fundamental = 2 * np.pi / BOX_MPCH
    edges = k_fundamental * np.arange(1, MESH // 2 + 2)
    k = 0.5 * (edges[1:] + edges[:-1])
    p_target = 2e4 * (k / 0.05) / (1 + (k / 0.05) ** 2.6)
    transfer = 1 + transfer_slope * k
    correlation = np.sqrt(1 - noise * k)
    p_model = p_target * transfer**2
    pdf_edges = np.logspace(-2, 2, 100)
    centre = np.sqrt(pdf_edges[1:] * pdf_edges[:-1])
    counts = np.floor(MESH**3 / 9 * np.exp(-0.5 * ((np.log(centre) + 0.1) / 0.5) ** 2))
    return SimpleNamespace(
        attributes={"box_size_mpch": BOX_MPCH, "n": MESH, "redshift": 0.0, "seed": seed, "M_nu_target_eV": 0.15,
                    "code_version": "0.1.0 (test)"},
        group_attributes={"power": {"mesh": MESH, "assignment": "cic", "deconvolution": "sinc^2", "interlacing": "none",
                                    "shot_noise": "raw", "bin_rule": "n <= |q| < n + 1",
                                    "k_nyquist_hmpc": np.pi * MESH / BOX_MPCH},
                          "pdf": {"radius_mpch": 10.0, "filter": "discrete top-hat"}, "residual": {}},
        arrays={
            "power/k_edges": edges, "power/k": k, "power/modes": np.full(len(k), 10, dtype=np.uint64),
            "power/p_target": p_target, "power/p_model": p_model,
            "power/p_cross": correlation * np.sqrt(p_model * p_target),
            "power/transfer": transfer, "power/correlation": correlation,
            "pdf/edges": pdf_edges, "pdf/counts_target": counts.astype(np.uint64),
            "pdf/fraction_target": counts / MESH**3,
            "pdf/fraction_model": counts / MESH**3 * (1 - 2 * transfer_slope * np.log(centre)),
            "residual/displacement_mean_abs": error_mpch * np.array([0.9, 1.0, 1.1]),
        })
