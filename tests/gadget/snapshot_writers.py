"""Gadget snapshots written from the format's description with struct and h5py, as other programs
write them. Shares no code with nubox, so that it can tell whether nubox reads them rightly."""

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py
import numpy as np

RHO_CRITICAL = 27.7536627  # 1e10 Msun/h per (Mpc/h)^3
KPC_CM, MPC_CM, SOLAR_MASS_G = 3.0856775814913673e21, 3.0856775814913673e24, 1.98841e33
OMEGA_NU, OMEGA_GAS = 0.0035, 0.049


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
        """Particle masses by type in 1e10 Msun/h: neutrinos (2 or 6) carry OMEGA_NU, gas (0) OMEGA_GAS, the
        main type (1, or the only one) the rest of Omega_m."""
        stored = [t for t in self.types if len(self.types[t])]
        main = 1 if 1 in stored else min(stored, default=1)
        parts = {t: OMEGA_GAS if t == 0 else OMEGA_NU for t in stored if t != main}
        parts[main] = self.omega_m - sum(parts.values())
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
    gadget_4: int = 0  # types of Gadget-4's own header; 0: Gadget-2's
    trees: bytes = b""  # that later versions add to it

    def header(self, share, total, files):
        if self.gadget_4:
            types = self.gadget_4
            return struct.pack(f"{self.endian}{2 * types}q{types}d3di4x", *share.counts()[:types], *total.counts()[:types],
                               *total.masses()[:types], total.a, total.z, total.size * self.unit, files) + self.trees
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
        table = total.extra.get("mass", total.masses())
        if name == "MASS" and not all(table[t] for t in share.types):  # of the types without mass in the header
            return np.concatenate([np.full(len(share.types[t]), total.masses()[t])
                                   for t in sorted(share.types) if not table[t]]), self.real
        return np.arange(sum(share.counts())), "f4"  # blocks to step over: POT, MASS beside masses in the header

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
    mass_type: str = ""  # of the datasets Masses, in place of MassTable
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
        if self.mass_type:
            header["MassTable"] = np.zeros(types)
        cosmology = {"Omega0": total.omega_m, "OmegaLambda": 1 - total.omega_m, "HubbleParam": total.h}
        units = {"UnitLength_in_cm": MPC_CM / self.unit, "UnitMass_in_g": 1.989e43, "UnitVelocity_in_cm_per_s": 1e5}
        if self.swift:  # no h in its units; a time in internal units
            header.update({"BoxSize": np.full(3, total.size / total.h), "Scale-factor": one(total.a), "Time": one(1e-2),
                           "MassTable": np.array(total.masses()) / total.h, "Code": np.bytes_("SWIFT")})
            file.create_group("Units").attrs.update(
                {"Unit length in cgs (U_L)": one(MPC_CM), "Unit mass in cgs (U_M)": one(1e10 * SOLAR_MASS_G),
                 "Unit time in cgs (U_t)": one(MPC_CM / 1e5)})
            file.create_group("Cosmology").attrs.update(
                {"Omega_lambda": one(1 - total.omega_m), "h": one(total.h), **self.swift_matter(total)})
            file.create_group("Parameters").attrs["Cosmology:h"] = np.bytes_(str(total.h))
        elif self.dialect == "gadget-4":
            file.create_group("Parameters").attrs.update({**cosmology, **units, "BoxSize": header["BoxSize"]})
        else:
            header.update(cosmology, **(units if self.state_units else {}))
        header.update(total.extra)
        file.create_group("Header").attrs.update({k: v for k, v in header.items() if v is not None})

    @staticmethod
    def swift_matter(total):
        """SWIFT's Omega_m is without neutrinos, which have three states of equal mass here."""
        if not len(total.types.get(6, ())):
            return {"Omega_m": np.array([total.omega_m])}
        return {"Omega_m": np.array([total.omega_m - OMEGA_NU]), "Omega_nu_0": np.array([OMEGA_NU]),
                "M_nu_eV": np.array([OMEGA_NU * 93.14 * total.h**2 / 3]), "deg_nu": np.array([3.0])}

    def write_particles(self, group, particles, total):
        length = 1 / total.h if self.swift else self.unit
        velocity = 1 if self.swift else 1 / np.sqrt(total.a)
        data = {"Coordinates": (particles.x * length, self.real), "Velocities": (particles.v * velocity, self.real),
                "ParticleIDs": (particles.ids, self.id_type)}
        if self.mass_type:
            mass = total.masses()[int(group.name[-1])] / (total.h if self.swift else 1)
            data["Masses"] = (np.full(len(particles), mass), self.mass_type)
        for name, (values, kind) in data.items():
            group.create_dataset(name, data=values.astype(kind), **self.storage)
        if self.swift:
            group["Velocities"].attrs["a-scale exponent"] = np.array([0.0])
        elif self.dialect == "gadget-4":
            group["Velocities"].attrs["a_scaling"] = 0.5
