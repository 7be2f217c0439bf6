"""What files hold: a Field (a box of particles) or a Table (stats, model, checkpoint), with labelled arrays."""

from dataclasses import dataclass, field

import numpy as np

from nubox.errors import ArrayError
from nubox.header import FILE_ATTRIBUTES

# units, description, a_exponent, h_exponent, components; a value is physical after times a^a_exponent h^h_exponent
FIELD_DATASETS = {
    "displacement": ("Mpc/h", "comoving displacement x - q from the lattice site q = (index + offset) L/N, "
                              "minimum image; [component][x][y][z]", 1, -1, 3),
    "velocity": ("km/s", "peculiar velocity a dx/dt of the particle of each lattice site; "
                         "[component][x][y][z]", 0, 0, 3),
    "density_nu": ("1", "density contrast of the neutrinos at the mesh points i L/M; [x][y][z]", 0, 0, 1),
}


def field_shape(name, n):
    """Shape of a field dataset with n points per side."""
    components = FIELD_DATASETS[name][-1]
    return (n, n, n) if components == 1 else (components, n, n, n)


def checked_array(name, values):
    """The values as a numpy array of a field dataset; raises ArrayError for what a file cannot hold."""
    if isinstance(values, np.ma.MaskedArray):
        raise ArrayError(f"{name} is a masked array: a box has a value at every site; fill it, for instance with "
                         "array.filled(value)")
    values = np.asarray(values)
    if values.dtype.kind == "c":
        raise ArrayError(f"{name} is complex ({values.dtype}): fields are real; take .real, or transform back from "
                         "Fourier space")
    if values.dtype.kind not in "fiu":
        raise ArrayError(f"{name} has the type {values.dtype}, which is not one of real numbers")
    if values.size == 0:
        raise ArrayError(f"{name} is empty: its shape is {values.shape}")
    side = values.shape[-1] if values.ndim else 0
    if values.shape != field_shape(name, side):
        wanted = str(field_shape(name, "N")).replace("'", "")
        raise ArrayError(f"{name} has the shape {values.shape}, not {wanted} with one N")
    return values


@dataclass
class Labelled:
    """An array with its name, units, and the name and coordinate of each axis; numpy takes it as an array."""

    name: str
    values: np.ndarray
    units: str
    dims: tuple
    coords: dict = field(default_factory=dict)  # of dims that have one: numpy array

    def __array__(self, dtype=None, copy=None):
        values = self.values if dtype is None else self.values.astype(dtype, copy=False)
        return values.copy() if copy else values

    @property
    def title(self):
        """Text for an axis: name and units."""
        return self.name if self.units in ("", "1") else f"{self.name} [{self.units}]"

    def to_xarray(self):
        """The same as an xarray.DataArray; needs the package xarray."""
        import xarray

        return xarray.DataArray(self.values, dims=self.dims, coords=self.coords, name=self.name.replace("/", "_"),
                                attrs={"units": self.units})


@dataclass
class Field:
    """A field file: q = (index + lattice_offset_cells) L/N, C order, x the slowest lattice index."""

    attributes: dict
    displacement: np.ndarray  # (3, N, N, N) float32, Mpc/h comoving
    velocity: np.ndarray = None  # the same shape, km/s peculiar; None if the file has none
    density_nu: np.ndarray = None  # (M, M, M), density contrast of the neutrinos at i L/M, or None

    @property
    def header(self):
        """What write_field takes as `header`."""
        return {name: value for name, value in self.attributes.items() if name not in FILE_ATTRIBUTES}

    @property
    def lattice(self):
        """Coordinate of the lattice sites along one axis, Mpc/h."""
        n = self.attributes["n"]
        return (np.arange(n) + self.attributes["lattice_offset_cells"]) * self.attributes["box_size_mpch"] / n

    @property
    def positions(self):
        """Comoving particle positions in [0, L), (3, N, N, N) float64, Mpc/h."""
        sites = np.stack(np.meshgrid(*[self.lattice] * 3, indexing="ij"))
        return (sites + self.displacement) % self.attributes["box_size_mpch"]

    def labelled(self, name):
        """One of displacement, velocity, density_nu as a Labelled array over the lattice or the mesh, in Mpc/h."""
        values = getattr(self, name) if name in FIELD_DATASETS else None
        if values is None:
            held = [known for known in FIELD_DATASETS if getattr(self, known) is not None]
            raise KeyError(f"this box holds no {name}; it holds {', '.join(held)}")
        axis = self.lattice
        if name == "density_nu":
            side = values.shape[0]
            axis = np.arange(side) * self.attributes["box_size_mpch"] / side
        coords = dict.fromkeys("xyz", axis)
        if FIELD_DATASETS[name][-1] == 1:
            return Labelled(name, values, FIELD_DATASETS[name][0], tuple("xyz"), coords)
        return Labelled(name, values, FIELD_DATASETS[name][0], ("component", *"xyz"),
                        {"component": np.array(list("xyz")), **coords})


@dataclass
class Table:
    """A stats, model or checkpoint file; arrays and their units by dataset path ("power/k")."""

    format: str
    attributes: dict
    group_attributes: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)

    def labelled(self, name):
        """A dataset by path as a Labelled array. The columns of a group with a column k, such as power, have it as
        coordinate; other axes are called axis0, axis1, ..."""
        if name not in self.arrays:
            raise KeyError(f"this {self.format} file holds no {name}; it holds {', '.join(sorted(self.arrays))}")
        values = np.asarray(self.arrays[name])
        dims = [f"axis{i}" for i in range(values.ndim)]
        coords = {}
        k = self.arrays.get(f"{name.rpartition('/')[0]}/k")
        if k is not None and values.ndim and values.shape[0] == len(k):
            dims[0], coords = "k", {"k": np.asarray(k)}
        return Labelled(name, values, self.units.get(name, ""), tuple(dims), coords)
