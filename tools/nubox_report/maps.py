"""Maps of the projected density of field files."""

import nubox
from nubox.maps import density_map, slab_cells


def read_maps(arguments):
    """(map of the target, label -> map of the others) of LABEL=FILE arguments; (None, {}) for none."""
    found = {}
    for argument in arguments:
        label, separator, path = argument.partition("=")
        if not separator:
            raise SystemExit(f"'{argument}' is not LABEL=FILE")
        box = nubox.read_field(path)
        found[label] = density_map(box.displacement, box.attributes["box_size_mpch"],
                                   box.attributes["lattice_offset_cells"])
    if found and "target" not in found:
        raise SystemExit("maps need a field file labelled target: --fields target=FILE ...")
    return found.pop("target", None), found


def caption(measurement):
    """What the maps show."""
    n, box = int(measurement.stats.attributes["n"]), measurement.box_mpch
    return (f"Mean of the density over a slab of {slab_cells(n, box) * box / n:.1f} Mpc/h, cloud in cell; then target "
            "minus method on one scale (99.5 % of the first method's cells).")
