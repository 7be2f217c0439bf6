"""First look at a box, cell by cell (`# %%` marks the cells for editors that run them one by one).

    pip install ./tools
    python examples/python/first_look.py [RUN [OUT]]

RUN is the folder of the quickstart (runs/quickstart), OUT the folder for figures and files (runs/python).
docs/user/python.md shows the figures.
"""

# %% Where things are
import sys
from pathlib import Path

import nubox
import numpy as np

run = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/quickstart")
out = Path(sys.argv[2] if len(sys.argv) > 2 else "runs/python")
out.mkdir(parents=True, exist_ok=True)

# %% Read a box: numpy arrays and a header, every checksum verified
massless = nubox.read_field(run / "pairs/pair-8/mnu-0.000.h5")
massive = nubox.read_field(run / "pairs/pair-8/mnu-0.150.h5")
print(massive.displacement.shape, massive.displacement.dtype)
print({name: massive.header[name] for name in ("box_size_mpch", "redshift", "Omega_m", "M_nu_eV")})

# %% Arrays with labels: units, and the coordinate of each axis; .to_xarray() where xarray is installed
psi = massive.labelled("displacement")
print(psi.title, psi.dims, "y from", psi.coords["y"][0], "to", psi.coords["y"][-1])

# %% Maps: the density of a slab, in one line
predicted = nubox.read_field(run / "default/predicted.h5")
nubox.plot.density({"massless": massless, "massive, predicted": predicted, "massive, simulated": massive}).savefig(
    out / "density.png", dpi=75)

# %% Spectra: P(k) and T(k) of methods measured by `nubox stats`, in one line each
methods = {"massless input": run / "identity/measured/stats.h5", "linear filter": run / "linear/measured/stats.h5",
           "default model": run / "default/measured/stats.h5"}
nubox.plot.power(methods).savefig(out / "power.png", dpi=75)
nubox.plot.transfer(methods).savefig(out / "transfer.png", dpi=75)

# %% The numbers behind them
transfer = nubox.read_table(methods["default model"]).labelled("power/transfer")
k = transfer.coords["k"]
print(f"largest |T - 1| below k = 0.5 h/Mpc: {np.abs(transfer.values[k < 0.5] - 1).max():.4f}")

# %% Pylians: positions (N^3, 3) in Mpc/h, ready for MAS_library.MA
particles = nubox.to_pylians(massive)
print(particles.positions.shape, particles.positions.dtype, particles.box_size_mpch)

# %% map2map: one .npy per field, channels first, and back with a header
nubox.to_map2map(massless, out / "displacement.npy", out / "velocity.npy")
back = nubox.from_map2map(out / "displacement.npy", massless.header, out / "velocity.npy")
print("unchanged:", np.array_equal(back.displacement, massless.displacement))

# %% Write a box of your own, which `nubox predict` takes
nubox.write_field(out / "mine.h5", back.displacement, {**massless.header, "origin": "import"}, velocity=back.velocity)

# %% Errors say what is wrong
try:
    nubox.write_field(out / "wrong.h5", back.displacement, {**massless.header, "h": 67.11})
except nubox.HeaderError as error:
    print("refused:", error)
