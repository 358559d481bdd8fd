"""What a motor unit's discharge looks like to electrodes: fibres as lines of travelling sources.

Model, written for this project: each fibre carries Rosenfalck's intracellular potential from its
end plate to both tendons; the membrane current is its second derivative (Farina and Merletti 2001
give the form that keeps the sum of currents zero where a wave starts and ends). The tissue is
endless, homogeneous and conducts better along the fibres than across. So layers of fat are only
distance here, and the size of a potential is set by whoever asks, not by the model.

What follows from the physics: two phases under a bipolar pair beside the end plate and few under
one upon it, waves that stand still at the tendons, blunt potentials from deep fibres, many phases
where end plates, velocities or delays of the fibres differ (reinnervation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

Floats = NDArray[np.float64]

_STEP_MM = 0.25  # constant: a quarter of the length scale of Rosenfalck's wave (1 mm)
_WAVE_MM = 20.0  # constant: behind the front by this much the wave is over (e^-20)
_ANISOTROPY = 5.5  # constant: conductivity along to across fibres, skeletal muscle (5 to 6)
_NEAREST_MM = 0.15  # constant: half the smallest diameter of a needle's core
_CANNULA_POINTS = 24  # constant: the shaft of a needle as so many points in a row
_CANNULA_MM = 18.0  # constant: bare shaft inside the muscle


@dataclass(frozen=True, slots=True, kw_only=True)
class Muscle:
    """A muscle whose fibres run straight along z under the skin; origin at the electrodes' middle.

    half_length_mm : from end plates to each tendon: towards lower z, towards higher z
    end_plate_mm : z of the middle of the end plates
    skin_and_fat_mm : from an electrode on the skin to the uppermost fibre
    depth_mm, width_mm : of the part that the electrodes can see
    velocity_m_s : mean conduction velocity of the fibres
    """

    name: str = "gastrocnemius"
    half_length_mm: tuple[float, float] = (30.0, 30.0)
    end_plate_mm: float = -15.0
    skin_and_fat_mm: float = 3.0
    depth_mm: float = 15.0
    width_mm: float = 40.0
    velocity_m_s: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Electrodes:
    """Contacts in space and how channels are made of them.

    contacts_mm : shape (contacts, 3): x across, y depth below the skin, z along the fibres
    montage : shape (channels, contacts)
    places : column and row of each channel on a grid, or empty
    """

    contacts_mm: Floats
    montage: Floats
    names: tuple[str, ...]
    places: tuple[tuple[int, int], ...] = ()
    spacing_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibres:
    """The fibres of one motor unit, each a number in every array.

    across_mm, depth_mm : place in the muscle's cross-section, depth from the skin
    end_plate_mm, low_mm, high_mm : z of end plate and of both ends
    velocity_m_s : conduction velocity
    delay_ms : from the axon's trigger to the end plate
    """

    across_mm: Floats
    depth_mm: Floats
    end_plate_mm: Floats
    low_mm: Floats
    high_mm: Floats
    velocity_m_s: Floats
    delay_ms: Floats


def bipolar(spacing_mm: float, *, pairs: int = 1, apart_mm: float = 20.0) -> Electrodes:
    """Give pairs on the skin along the fibres, the pairs side by side."""
    across = (np.arange(pairs) - (pairs - 1) / 2) * apart_mm
    contacts = [(x, 0.0, z) for x in across for z in (-spacing_mm / 2, spacing_mm / 2)]
    montage = np.kron(np.eye(pairs), np.array([[1.0, -1.0]]))
    names = tuple(f"EMG{n + 1}" for n in range(pairs))
    return Electrodes(
        contacts_mm=np.array(contacts), montage=montage, names=names, spacing_mm=spacing_mm
    )


def grid(columns: int, rows: int, spacing_mm: float) -> Electrodes:
    """Give a grid of monopolar contacts on the skin; rows run along the fibres."""
    places = tuple((column, row) for column in range(columns) for row in range(rows))
    contacts = np.array(
        [
            ((c - (columns - 1) / 2) * spacing_mm, 0.0, (r - (rows - 1) / 2) * spacing_mm)
            for c, r in places
        ]
    )
    return Electrodes(
        contacts_mm=contacts,
        montage=np.eye(len(places)),
        names=tuple(f"R{row + 1}C{column + 1}" for column, row in places),
        places=places,
        spacing_mm=spacing_mm,
    )


def needle(depth_mm: float) -> Electrodes:
    """Give a concentric needle: its core against the mean of the bare shaft above it."""
    shaft = depth_mm - np.linspace(0.6, min(_CANNULA_MM, depth_mm), _CANNULA_POINTS)
    contacts = np.zeros((1 + _CANNULA_POINTS, 3))
    contacts[0, 1] = depth_mm
    contacts[1:, 1] = shaft
    montage = np.full((1, 1 + _CANNULA_POINTS), -1.0 / _CANNULA_POINTS)
    montage[0, 0] = 1.0
    return Electrodes(contacts_mm=contacts, montage=montage, names=("NEEDLE",))


def draw_fibres(
    rng: np.random.Generator,
    muscle: Muscle,
    *,
    reinnervated: bool = False,
    near_mm: tuple[float, float] | None = None,
) -> Fibres:
    """Draw one unit of the muscle.

    reinnervated : sprouts of many lengths: end plates, velocities and delays spread widely
    near_mm : across and depth near which the unit lies (a needle sees nothing else)
    """
    count = int(rng.integers(10, 24))
    territory = rng.uniform(2.0, 5.0) if near_mm is None else rng.uniform(0.8, 2.5)
    if near_mm is None:
        middle = (
            rng.uniform(-0.5, 0.5) * muscle.width_mm,
            muscle.skin_and_fat_mm + territory / 2 + rng.beta(1.2, 2.0) * muscle.depth_mm,
        )
    else:
        middle = (near_mm[0] + rng.normal(0, 1.0), near_mm[1] + rng.normal(0, 1.0))
    angle, radius = rng.uniform(0, 2 * np.pi, count), territory * np.sqrt(rng.uniform(0, 1, count))
    plates = muscle.end_plate_mm + rng.normal(0, 3.0)  # where this unit's branch comes in
    spread_plate = rng.uniform(8, 16) if reinnervated else rng.uniform(1, 5)
    spread_velocity = rng.uniform(0.3, 0.6) if reinnervated else rng.uniform(0.05, 0.25)
    spread_delay = rng.uniform(2, 6) if reinnervated else rng.uniform(0.1, 0.6)
    end_plate = plates + rng.normal(0, spread_plate, count)
    low = muscle.end_plate_mm - muscle.half_length_mm[0] + rng.normal(0, 2.0, count)
    high = muscle.end_plate_mm + muscle.half_length_mm[1] + rng.normal(0, 2.0, count)
    velocity = muscle.velocity_m_s * rng.uniform(0.85, 1.15)
    return Fibres(
        across_mm=middle[0] + radius * np.cos(angle),
        depth_mm=np.maximum(0.3, middle[1] + radius * np.sin(angle)),
        end_plate_mm=np.clip(end_plate, low + 3.0, high - 3.0),
        low_mm=low,
        high_mm=high,
        velocity_m_s=np.clip(rng.normal(velocity, spread_velocity, count), 2.0, 6.5),
        delay_ms=rng.uniform(2, 6) + np.abs(rng.normal(0, spread_delay, count)),
    )


def potential(fibres: Fibres, electrodes: Electrodes, rate_hz: float, length_s: float) -> Floats:
    """Give what each channel sees of one discharge, the axon's trigger at 0; arbitrary unit.

    Returns
    -------
    shape (channels, samples)
    """
    time_ms = np.arange(round(length_s * rate_hz)) * (1000.0 / rate_hz)
    seen = np.zeros((electrodes.montage.shape[0], time_ms.size))
    for place in range(fibres.across_mm.size):
        wave = _along_one_fibre(fibres, place, electrodes)
        # 1 m/s is 1 mm/ms
        travelled = (time_ms - fibres.delay_ms[place]) * fibres.velocity_m_s[place] / _STEP_MM
        under = np.clip(np.floor(travelled).astype(np.intp), 0, wave.shape[1] - 2)
        share = np.clip(travelled - under, 0.0, 1.0)
        seen += wave[:, under] * (1 - share) + wave[:, under + 1] * share
    return seen


def _along_one_fibre(fibres: Fibres, place: int, electrodes: Electrodes) -> Floats:
    """Give each channel's potential against the distance the wave has travelled.

    Both waves run on one axis, distance from the end plate, so the sum over the fibre is a
    convolution of what an electrode sees of each place with the shape of the wave.
    """
    contacts = electrodes.contacts_mm
    across = contacts[:, 0] - fibres.across_mm[place]
    depth = contacts[:, 1] - fibres.depth_mm[place]
    radius2 = _ANISOTROPY * np.maximum(across**2 + depth**2, _NEAREST_MM**2)
    plate = fibres.end_plate_mm[place]
    reach = max(plate - fibres.low_mm[place], fibres.high_mm[place] - plate)
    distance = np.arange(0.0, reach, _STEP_MM)
    weight = np.zeros((contacts.shape[0], distance.size))
    for end, side in ((fibres.high_mm[place] - plate, 1.0), (plate - fibres.low_mm[place], -1.0)):
        along = plate + side * distance[distance < end][None, :] - contacts[:, 2:3]
        # minus the slope of 1/sqrt(z^2 + a r^2) against the way the wave runs
        weight[:, distance < end] += side * along / (along**2 + radius2[:, None]) ** 1.5
    behind = np.arange(0.0, _WAVE_MM, _STEP_MM)
    shape = (3 * behind**2 - behind**3) * np.exp(-behind)  # slope of Rosenfalck's s^3 e^-s
    wave = fftconvolve(electrodes.montage @ weight, shape[None, :], axes=1) * _STEP_MM
    return np.concatenate(
        [np.zeros((wave.shape[0], 1)), wave, np.zeros((wave.shape[0], 2))], axis=1
    )
