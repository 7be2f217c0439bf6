"""Spectra of particles in double precision throughout (NumPy), by the definitions: what programs in
single precision should find. Plain and slow, for spectra.py. The side n of the mesh is even."""

from dataclasses import dataclass

import numpy as np


def node_weights(order, f):
    """Weights [node][particle] of Hockney & Eastwood 1981; f in [0, 1) from `contrast`."""
    g = 1 - f
    return {1: lambda: [np.ones_like(f)],
            2: lambda: [g, f],
            3: lambda: [g**2 / 2, 0.75 - (f - 0.5) ** 2, f**2 / 2],
            4: lambda: [g**3 / 6, (4 - 6 * f**2 + 3 * f**3) / 6, (4 - 6 * g**2 + 3 * g**3) / 6, f**3 / 6]}[order]()


def contrast(positions, n, box_mpch, order):
    """Density contrast [n][n][n] of positions [particle][3] in Mpc/h, painted on order^3 nodes each."""
    cells = positions.T.astype("f8") * (n / box_mpch) + (0.5 if order % 2 else 0.0)
    node = np.floor(cells)
    weights = [node_weights(order, f) for f in cells - node]
    lowest = node.astype("i8") - (order - 1) // 2
    counts = np.zeros(n**3)
    for i in range(order):
        for j in range(order):
            row = (lowest[0] + i) % n * n + (lowest[1] + j) % n
            weight = weights[0][i] * weights[1][j]
            for k in range(order):
                counts += np.bincount(row * n + (lowest[2] + k) % n, weight * weights[2][k], n**3)
    return counts.reshape(n, n, n) * (n**3 / len(positions)) - 1


class Modes:
    """Fourier coefficients c(q), q in fundamentals, of a contrast painted with `order`; window removed."""

    def __init__(self, field, box_mpch, order):
        n = len(field)
        q = np.fft.fftfreq(n, 1 / n)
        window = np.sinc(q / n) ** order
        half = slice(0, n // 2 + 1)
        self.n, self.box_mpch = n, box_mpch
        self.c = np.fft.rfftn(field, norm="forward") / (window[:, None, None] * window[:, None] * window[half])
        self.q = np.sqrt(q[:, None, None] ** 2 + q[:, None] ** 2 + q[half] ** 2)
        self.copies = np.full(self.q.shape, 2.0)  # q and -q, of which one is stored
        self.copies[:, :, [0, n // 2]] = 1

    def power(self, other=None):
        """P or cross P in the bins b + 1 <= |q| < b + 2 below the Nyquist wavenumber."""
        product = (self.c * (self if other is None else other).c.conj()).real
        shell = self.q.astype("i8").ravel()
        mean = np.bincount(shell, (product * self.copies).ravel()) / np.bincount(shell, self.copies.ravel())
        return self.box_mpch**3 * mean[1:self.n // 2]


@dataclass
class Bispectrum:
    b: np.ndarray
    q: np.ndarray
    triangles: np.ndarray


def bispectrum(modes, k1_hmpc, k2_hmpc, theta):
    """B, Q and the count of triangles with k3 = |k1 + k2| at angles theta, by the transforms of shells of
    one fundamental to either side."""
    fundamental = 2 * np.pi / modes.box_mpch
    volume = modes.box_mpch**3

    def shell(k_hmpc):
        inside = (modes.q >= k_hmpc / fundamental - 1) & (modes.q < k_hmpc / fundamental + 1)
        power = volume * (abs(modes.c[inside]) ** 2 * modes.copies[inside]).sum() / modes.copies[inside].sum()
        return [np.fft.irfftn(np.where(inside, c, 0), s=3 * [modes.n], axes=(0, 1, 2), norm="forward")
                for c in (modes.c, 1 + 0j)] + [power]

    field1, ones1, power1 = shell(k1_hmpc)
    field2, ones2, power2 = shell(k2_hmpc)
    rows = []
    for angle in theta:
        field3, ones3, power3 = shell(np.hypot(k2_hmpc * np.sin(angle), k2_hmpc * np.cos(angle) + k1_hmpc))
        triangles = (ones1 * ones2 * ones3).mean()
        b = volume**2 * (field1 * field2 * field3).mean() / triangles
        rows.append((b, b / (power1 * power2 + power2 * power3 + power3 * power1), triangles))
    return Bispectrum(*np.array(rows).T)
