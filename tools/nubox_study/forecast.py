"""What a plan will take, before anything runs: storage, and core hours of simulation."""

# Core microseconds per particle and step with a force mesh of 2N, as nubox simulate --dry-run says; finer meshes
# cost by their points. Bytes per particle of a field file with velocities.
MICROSECONDS = 0.35
BYTES_PER_PARTICLE = 24
GIB = 2.0**30


def of_pairs(planned):
    """(boxes, GiB, core hours) of simulating a set."""
    particles = int(planned.settings.get("box.n", 128)) ** 3
    steps = int(planned.settings.get("simulate.steps", 40))
    mesh = int(planned.settings.get("simulate.mesh_factor", 2))
    boxes = len(planned.seeds) * len(planned.masses)
    return (boxes, boxes * particles * BYTES_PER_PARTICLE / GIB,
            boxes * particles * steps * (mesh / 2) ** 3 * MICROSECONDS / 3.6e9)


def of_predictions(planned):
    """(boxes, GiB) that the methods of a set make."""
    particles = int(planned.settings.get("box.n", 128)) ** 3
    boxes = len(planned.seeds) * len(planned.measured_masses) * len(planned.measured)
    return boxes, boxes * particles * BYTES_PER_PARTICLE / GIB


def voxels_trained(plan, model):
    """Lattice sites that training a network passes through it, forward and backward, over all epochs."""
    pairs = plan.pairs[model.pairs]
    seeds = len(model.seeds or pairs.seeds)
    masses = len(model.masses) or sum(float(mass) > 0 for mass in pairs.masses)
    share = float(model.settings.get("data.split", "0.7,0.2,0.1").split(",")[0])
    return (int(pairs.settings.get("box.n", 128)) ** 3 * masses * seeds * share *
            int(model.settings.get("train.epochs", 20)))


def text(plan):
    """The forecast of a plan as a table."""
    lines, storage, hours = [], 0.0, 0.0
    for label, planned in plan.pairs.items():
        boxes, gib, core_hours = of_pairs(planned) if planned.seeds else (0, 0.0, 0.0)
        predicted, more = of_predictions(planned)
        storage, hours = storage + gib + more, hours + core_hours
        lines.append(f"pairs {label}: {boxes} boxes to simulate, {core_hours:.3g} core hours, {gib:.3g} GiB; "
                     f"{predicted} to predict, {more:.3g} GiB")
    for label, model in plan.models.items():
        if not model.file:
            voxels = voxels_trained(plan, model)
            width = int(model.settings.get("model.channels", 0)) or 64
            work = 5.2e6 * voxels * (width / 64) ** 2 / 1e15
            flop = f", {work:.3g} PFLOP" if model.settings.get("model.architecture") == "d3m" else ""
            lines.append(f"model {label}: {voxels:.3g} lattice sites forward and backward{flop}")
    return "\n".join([*lines, f"in all {hours:.3g} core hours of simulation, {storage:.3g} GiB of files"])
