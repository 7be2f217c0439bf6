#!/usr/bin/env python3
"""Make the linear tables that nubox reads (configs/cosmology/README.md) with CLASS.

    pip install classy scipy
    tools/make_linear_tables.py --out configs/cosmology/mine --masses 0 0.06 0.15 0.3 0.6

writes transfer_Mnu<eV>.txt per mass and cosmology.ini into the directory; masses are added to those that a
directory of the same cosmology already contains. Omega_m contains the neutrinos and is the same for every
mass, and so is A_s. The massless table is always made. A mass takes one to five minutes of a core.
Then: nubox simulate --cosmology.tables=configs/cosmology/mine --cosmology.Omega_m=0.31
"""
import argparse
import configparser
import importlib.metadata
import importlib.util
import pathlib
import sys

KEYS = {"Omega_m": (0.3175, "total matter today, neutrinos included"), "Omega_b": (0.049, "baryons today"),
        "h": (0.6711, "H0 / (100 km/s/Mpc)"), "n_s": (0.9624, "spectral index"),
        "A_s": (2.13e-9, "primordial amplitude at 0.05 / Mpc"), "T_cmb": (2.7255, "photon temperature, K"),
        "N_eff": (3.046, "effective number of neutrinos")}

REDSHIFTS = [0, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7, 9, 11.5, 14, 19, 24, 29, 39, 49, 69,
             99, 127]
# Temperature ratio that gives sum m / (Omega_nu h^2) = 93.14 eV, and the share of N_eff that three
# such species supply while relativistic.
NEUTRINO_TEMPERATURE = 0.71611
N_EFF_MASSIVE = 3 * (NEUTRINO_TEMPERATURE * (11 / 4) ** (1 / 3)) ** 4
# k tau at which CLASS may replace the neutrino hierarchy by a fluid: k > 1 h/Mpc today, where T_nu is
# below 1 % of T_cb. T_cb moves by 5e-6 and the run takes a tenth of the time; T_nu becomes noise.
FLUID_TRIGGER = 1e4


def boltzmann_settings(parameters, mass_eV):
    """CLASS input for three degenerate neutrinos of total mass mass_eV."""
    settings = {
        "h": parameters.h, "T_cmb": parameters.T_cmb, "Omega_b": parameters.Omega_b, "Omega_k": 0,
        "A_s": parameters.A_s, "n_s": parameters.n_s, "k_pivot": 0.05, "tau_reio": 0.0925,
        "output": "mPk,mTk", "P_k_max_h/Mpc": 30.0, "k_per_decade_for_pk": 40,
        "z_pk": ",".join(str(z) for z in REDSHIFTS), "gauge": "synchronous", "Omega_m": parameters.Omega_m,
    }
    if mass_eV == 0:
        settings["N_ur"] = parameters.N_eff
    else:
        # T_nu is an output here, not a detail: a long hierarchy and fine momenta.
        settings |= {
            "N_ur": parameters.N_eff - N_EFF_MASSIVE, "N_ncdm": 1, "deg_ncdm": 3,
            "m_ncdm": mass_eV / 3, "T_ncdm": NEUTRINO_TEMPERATURE,
            "ncdm_fluid_trigger_tau_over_tau_k": FLUID_TRIGGER,
            "l_max_ncdm": 30, "tol_ncdm_synchronous": 1e-6, "tol_ncdm_bg": 1e-8,
        }
    return settings


def free_streaming_tail(k_hmpc, T_cb, T_nu, fluid):
    """T_nu with the modes of the mask `fluid` replaced by free streaming, T_nu/T_cb = 1/(1 + k/kFS)^2
    (arXiv:2011.12504), continued from the last mode before them."""
    import numpy as np

    if not fluid.any():
        return T_nu
    last = np.argmax(fluid) - 1
    k_over_kfs = 1 / np.sqrt(max(T_nu[last] / T_cb[last], 1e-8)) - 1
    tail = T_cb / (1 + k_over_kfs * k_hmpc / k_hmpc[last]) ** 2
    return np.where(fluid, tail, T_nu)


def transfer_table(parameters, mass_eV):
    """Column names and array [k][1 + columns] of one mass, and sigma8 of CDM + baryons at z = 0."""
    import classy
    import numpy as np

    cosmology = classy.Class()
    cosmology.set(boltzmann_settings(parameters, mass_eV))
    cosmology.compute()
    omega_b, omega_cdm = cosmology.Omega_b(), cosmology.Omega0_cdm()
    background = cosmology.get_background()
    names, columns = ["k[h/Mpc]"], []
    for z in REDSHIFTS:
        # CLASS's own format: classy 3.4.1 mislabels the columns of the "camb" one.
        contrast = cosmology.get_transfer(z)
        k_hmpc = contrast["k (h/Mpc)"]
        to_transfer = -1 / (k_hmpc * parameters.h) ** 2
        T_cb = to_transfer * ((omega_b * contrast["d_b"] + omega_cdm * contrast["d_cdm"])
                              / (omega_b + omega_cdm))
        columns.append(T_cb)
        names.append(f"Tcb_z{z}")
        if mass_eV > 0:
            tau_mpc = np.interp(-z, -background["z"], background["conf. time [Mpc]"])
            fluid = k_hmpc * parameters.h * tau_mpc > FLUID_TRIGGER
            columns.append(free_streaming_tail(k_hmpc, T_cb, to_transfer * contrast["d_ncdm[0]"], fluid))
            names.append(f"Tnu_z{z}")
    sigma8 = cosmology.sigma8_cb() if mass_eV > 0 else cosmology.sigma8()
    return names, np.column_stack([k_hmpc, *columns]), sigma8


def known_sigma8(path, parameters):
    """sigma8 by mass of the cosmology.ini that stands there; a file of another cosmology ends the run."""
    if not path.exists():
        return {}
    known = configparser.ConfigParser()
    known.optionxform = str
    known.read(path)
    for key in KEYS:
        here, asked = known.getfloat("cosmology", key), getattr(parameters, key)
        if abs(here - asked) > 1e-9 * abs(asked):
            sys.exit(f"{path} is of {key} = {here}, not {asked}: choose another --out")
    stated = known.items("sigma8_cb") if known.has_section("sigma8_cb") else []
    return {float(name.removeprefix("Mnu")): float(value) for name, value in stated}


def write_cosmology(path, parameters, sigma8):
    lines = ["[cosmology]"]
    lines += [f"{key} = {getattr(parameters, key)!r}" for key in KEYS]
    lines += ["", "# sigma8 of CDM + baryons at z = 0 by the Boltzmann code, for each mass in eV", "[sigma8_cb]"]
    lines += [f"Mnu{mass:g} = {value:.5f}" for mass, value in sorted(sigma8.items())]
    path.write_text("\n".join(lines) + "\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="directory to write")
    parser.add_argument("--masses", type=float, nargs="+", required=True, help="total neutrino masses, eV")
    for key, (default, meaning) in KEYS.items():
        parser.add_argument(f"--{key}", type=float, default=default, help=f"{meaning} (default {default:g})")
    parameters = parser.parse_args()
    for mass in parameters.masses:
        if not 0 <= mass <= 2 or float(f"{mass:g}") != mass:
            parser.error(f"a mass of {mass} eV is not from 0 to 2 with at most six digits")
    if not 0 < parameters.Omega_b < parameters.Omega_m <= 1:
        parser.error(f"Omega_b = {parameters.Omega_b} and Omega_m = {parameters.Omega_m} make no cosmology")
    if parameters.N_eff < N_EFF_MASSIVE:
        parser.error(f"N_eff = {parameters.N_eff} leaves no room for three massive neutrinos ({N_EFF_MASSIVE:.4f})")
    return parameters


def require_packages():
    """Ends the program if CLASS or what it needs is not there, or another package has its import name."""
    # classy 3.4.1 needs scipy without saying so.
    missing = [name for name in ("classy", "scipy", "numpy") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"missing Python packages: {' '.join(missing)}; pip install classy scipy")
    import classy

    if not hasattr(classy, "Class"):
        sys.exit(f"{classy.__file__} is not the Boltzmann code CLASS but another package that is imported as 'classy', "
                 "such as classy-community. CLASS is the package classy: in a virtual environment of its own, "
                 "pip install classy scipy")


def main():
    parameters = parse_arguments()
    require_packages()
    import numpy as np

    cosmology = parameters.out / "cosmology.ini"
    sigma8 = known_sigma8(cosmology, parameters)
    parameters.out.mkdir(parents=True, exist_ok=True)
    for mass in sorted(set(parameters.masses) | {0.0}):
        names, table, sigma8[mass] = transfer_table(parameters, mass)
        header = (f"CLASS v{importlib.metadata.version('classy')}: -T/k^2 (k in 1/Mpc inside), synchronous gauge; "
                  "Tcb = (Oc Tc + Ob Tb)/(Oc + Ob)\n" + " ".join(names))
        path = parameters.out / f"transfer_Mnu{mass:g}.txt"
        partial = path.with_suffix(".partial")
        np.savetxt(partial, table, fmt="%.8g", header=header)
        partial.rename(path)
        write_cosmology(cosmology, parameters, sigma8)
        print(f"{mass:g} eV: {len(table)} wavenumbers, sigma8_cb = {sigma8[mass]:.5f}", flush=True)


if __name__ == "__main__":
    main()
