"""Gadget snapshots written from the format's description with struct and h5py, as other programs
write them. Shares no code with nubox, so that it can tell whether nubox reads them rightly."""

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py
import numpy as np

RHO_CRITICAL = 27.7536627  # 1e10 Msun/h per (Mpc/h)^3
KPC_CM, MPC_CM, SOLAR_MASS_G = 3.0856775814913673e21, 3.0856775814913673e24, 1.98841e33
OMEGA_NU = 0.0035


@dataclass
class Particles:
    """Positions in Mpc/h, peculiar velocities in km/s, IDs."""

    x: np.ndarray
    v: np.ndarray
    ids: np.ndarray

    def __getitem__(self, part):
        return Particles(self.x[part], self.v[part], self.ids[part])

    def __len__(self):
        return len(self.ids)


@dataclass
class Box:
    """A periodic box with its particles by type."""

    types: dict
    size: float
    z: float = 0.5
    omega_m: float = 0.3175
    h: float = 0.6711
    extra: dict = field(default_factory=dict)  # header entries that replace the computed ones

    @property
    def a(self):
        return 1 / (1 + self.z)

    def masses(self):
        """Particle masses by type in 1e10 Msun/h: type 2 (neutrinos) carries OMEGA_NU."""
        parts = {t: OMEGA_NU if t in (2, 6) else self.omega_m for t in self.types if len(self.types[t])}
        main = min(parts, default=1)
        parts = {t: (self.omega_m - sum(w for o, w in parts.items() if o != main)) if t == main else w
                 for t, w in parts.items()}
        return [parts.get(t, 0) * RHO_CRITICAL * self.size**3 / max(1, len(self.types.get(t, ())))
                for t in range(7)]

    def counts(self):
        return [len(self.types.get(t, ())) for t in range(7)]


def split(box, files, seed=5, without=()):
    """The box dealt to files in shuffled order and unequal parts; `without`: (file, type) pairs
    that hold nothing."""
    rng = np.random.default_rng(seed)
    shares = [replace(box, types={}) for _ in range(files)]
    for kind, particles in box.types.items():
        order = rng.permutation(len(particles))
        takers = [f for f in range(files) if (f, kind) not in without]
        cuts = [len(order) * (2 * i + 1) // (2 * len(takers)) for i in range(1, len(takers))]
        for f, part in zip(takers, np.split(order, cuts)):
            shares[f].types[kind] = particles[part]
    return shares


@dataclass
class Binary:
    """How a binary snapshot is written."""

    format: int = 1
    endian: str = "<"
    id_bytes: int = 4
    real: str = "f4"
    unit: float = 1e3  # length units per Mpc/h
    order: tuple = ("POS", "VEL", "ID")

    def header(self, share, total, files):
        values = {"npart": share.counts()[:6], "mass": total.masses()[:6], "time": total.a, "redshift": total.z,
                  "totals": total.counts()[:6], "files": files, "box": total.size * self.unit,
                  "omega_m": total.omega_m, "omega_l": 1 - total.omega_m, "h": total.h, "high": [0] * 6}
        values.update(total.extra)
        e = self.endian
        text = struct.pack(e + "6i6ddd2i6I2i4d2i6Ii", *values["npart"], *values["mass"], values["time"],
                           values["redshift"], 0, 0, *values["totals"], 0, values["files"], values["box"],
                           values["omega_m"], values["omega_l"], values["h"], 0, 0, *values["high"], 0)
        return text.ljust(256, b"\0")

    def record(self, name, payload):
        marker = struct.pack(self.endian + "I", len(payload))
        label = b""
        if self.format == 2:
            eight = struct.pack(self.endian + "I", 8)
            label = eight + name.ljust(4).encode() + struct.pack(self.endian + "I", len(payload) + 8) + eight
        return label + marker + payload + marker

    def payload(self, name, share, total):
        kinds = [share.types[t] for t in sorted(share.types)]
        if name == "POS":
            return np.concatenate([k.x for k in kinds] or [np.empty(0)]).astype(float) * self.unit, self.real
        if name == "VEL":
            return np.concatenate([k.v for k in kinds] or [np.empty(0)]) / np.sqrt(total.a), self.real
        if name == "ID":
            return np.concatenate([k.ids for k in kinds] or [np.empty(0)]), f"u{self.id_bytes}"
        return np.arange(sum(share.counts())), "f4"  # blocks that nubox must step over: MASS, POT

    def text(self, share, total, files=1):
        blocks = [self.record("HEAD", self.header(share, total, files))]
        for name in self.order:
            numbers, kind = self.payload(name, share, total)
            blocks.append(self.record(name, numbers.astype(self.endian + kind).tobytes()))
        return b"".join(blocks)

    def write(self, base, total, shares=None):
        """`base` itself for one file, base.0, base.1, ... for several shares."""
        for i, share in enumerate(shares or [total]):
            path = Path(base) if shares is None else Path(f"{base}.{i}")
            path.write_bytes(self.text(share, total, len(shares or [total])))


@dataclass
class Hdf5:
    """How an HDF5 snapshot is written; `dialect`: gadget, gadget-4 or swift."""

    dialect: str = "gadget"
    real: str = "<f4"
    id_type: str = "<u4"
    count_type: str = "<u4"
    high_word: bool = True
    unit: float = 1e3
    state_units: bool = False
    storage: dict = field(default_factory=dict)  # of create_dataset
    libver: object = "earliest"
    empty_groups: bool = False

    def write(self, base, total, shares=None):
        for i, share in enumerate(shares or [total]):
            path = f"{base}.hdf5" if shares is None else f"{base}.{i}.hdf5"
            with h5py.File(path, "w", libver=self.libver) as file:
                self.write_header(file, share, total, len(shares or [total]))
                for kind, particles in share.types.items():
                    if len(particles) or self.empty_groups:
                        self.write_particles(file.create_group(f"PartType{kind}"), particles, total)

    @property
    def swift(self):
        return self.dialect == "swift"

    def write_header(self, file, share, total, files):
        types = 7 if self.swift else 6
        one = (lambda value: np.array([value])) if self.swift else (lambda value: value)
        header = {"NumPart_ThisFile": np.array(share.counts()[:types], self.count_type),
                  "NumPart_Total": np.array(total.counts()[:types], self.count_type),
                  "MassTable": np.array(total.masses()[:types]), "Time": total.a, "Redshift": one(total.z),
                  "BoxSize": total.size * self.unit, "NumFilesPerSnapshot": one(np.int32(files))}
        if self.high_word:
            header["NumPart_Total_HighWord"] = np.zeros(types, "<u4")
        cosmology = {"Omega0": total.omega_m, "OmegaLambda": 1 - total.omega_m, "HubbleParam": total.h}
        units = {"UnitLength_in_cm": MPC_CM / self.unit, "UnitMass_in_g": 1.989e43, "UnitVelocity_in_cm_per_s": 1e5}
        if self.swift:  # no h in its units; a time in internal units
            header.update({"BoxSize": np.full(3, total.size / total.h), "Scale-factor": one(total.a), "Time": one(1e-2),
                           "MassTable": np.array(total.masses()) / total.h, "Code": np.bytes_("SWIFT")})
            file.create_group("Units").attrs.update(
                {"Unit length in cgs (U_L)": one(MPC_CM), "Unit mass in cgs (U_M)": one(1e10 * SOLAR_MASS_G),
                 "Unit time in cgs (U_t)": one(MPC_CM / 1e5)})
            file.create_group("Cosmology").attrs.update(
                {"Omega_m": one(total.omega_m), "Omega_lambda": one(1 - total.omega_m), "h": one(total.h)})
            file.create_group("Parameters").attrs["Cosmology:h"] = np.bytes_(str(total.h))
        elif self.dialect == "gadget-4":
            file.create_group("Parameters").attrs.update({**cosmology, **units, "BoxSize": header["BoxSize"]})
        else:
            header.update(cosmology, **(units if self.state_units else {}))
        header.update(total.extra)
        file.create_group("Header").attrs.update({k: v for k, v in header.items() if v is not None})

    def write_particles(self, group, particles, total):
        length = 1 / total.h if self.swift else self.unit
        velocity = 1 if self.swift else 1 / np.sqrt(total.a)
        data = {"Coordinates": (particles.x * length, self.real), "Velocities": (particles.v * velocity, self.real),
                "ParticleIDs": (particles.ids, self.id_type)}
        for name, (values, kind) in data.items():
            group.create_dataset(name, data=values.astype(kind), **self.storage)
        if self.swift:
            group["Velocities"].attrs["a-scale exponent"] = np.array([0.0])
        elif self.dialect == "gadget-4":
            group["Velocities"].attrs["a_scaling"] = 0.5
