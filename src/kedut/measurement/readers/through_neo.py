"""Intan, Open Ephys and Spike2, read piece by piece through neo."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import EXPORT, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.recording import Gap, Modality

# inputs in volts that are no electrodes
_BESIDE: Final = re.compile(r"(^|-)(ADC|AUX|ANALOG|VDD|DIG|DIN|DOUT)", re.IGNORECASE)


def open_intan(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open an RHD or RHS file."""
    from neo.rawio import IntanRawIO

    return _opened(IntanRawIO(filename=str(path)), path, "intan", modality)


def open_open_ephys(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a folder of Open Ephys, or the one around a file of it."""
    from neo.rawio import OpenEphysBinaryRawIO, OpenEphysRawIO

    folder = path if path.is_dir() else path.absolute().parent
    binary = next(iter(sorted(folder.glob("**/structure.oebin"))), None)
    reader: Any = (
        OpenEphysBinaryRawIO(dirname=str(binary.parent))
        if binary is not None
        else OpenEphysRawIO(dirname=str(folder))
    )
    return _opened(reader, path, "open-ephys", modality)


def open_spike2(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a file of Spike2, the newer kind only where its maker's library is installed."""
    from neo.rawio import CedRawIO, Spike2RawIO

    with path.open("rb") as file:
        newer = file.read(3) == b"S64"
    if newer:
        return _opened(CedRawIO(filename=str(path)), path, "spike2", modality)
    return _opened(Spike2RawIO(filename=str(path)), path, "spike2", modality)


def _opened(reader: Any, path: Path, form: str, modality: Modality | None) -> LazyRecording:
    reader.parse_header()
    channels = reader.header["signal_channels"]
    streams = list(reader.header["signal_streams"]["id"])
    sound_count(len(channels), path.name)
    owners: list[tuple[int, int]] = []
    offered: list[Offered] = []
    inside: dict[str, int] = {}
    for one in channels:
        stream = str(one["stream_id"])
        at = inside.get(stream, 0)
        inside[stream] = at + 1
        owners.append((streams.index(one["stream_id"]), at))
        offered.append(
            Offered(
                name=str(one["name"]),
                unit=str(one["units"]),
                rate_hz=sound_rate(float(one["sampling_rate"]), path.name),
                kind="other" if _BESIDE.search(str(one["name"])) else "",
            )
        )
    taken = take(offered, modality, path.name)
    chosen = [owners[place] for place in taken.places]
    gain = np.array([float(channels[place]["gain"]) for place in taken.places])[:, None]
    plus = np.array([float(channels[place]["offset"]) for place in taken.places])[:, None]
    pieces, length = _pieces(reader, chosen, taken.rate_hz, path.name)

    def fetch(start: int, stop: int) -> NDArray[Any]:
        out = np.zeros((len(chosen), stop - start))
        for segment, (begin, count) in enumerate(pieces):
            low, high = max(start, begin), min(stop, begin + count)
            if low >= high:
                continue
            for k, (stream, at) in enumerate(chosen):
                got = reader.get_analogsignal_chunk(
                    block_index=0,
                    seg_index=segment,
                    i_start=low - begin,
                    i_stop=high - begin,
                    stream_index=stream,
                    channel_indexes=[at],
                )
                out[k, low - start : high - start] = got[:, 0]
        return np.asarray(out * gain + plus)

    rate_hz = taken.rate_hz
    gaps = tuple(
        Gap(
            onset_s=(begin + count) / rate_hz,
            duration_s=(after - begin - count) / rate_hz,
        )
        for (begin, count), (after, _) in pairwise(pieces)
        if after > begin + count
    )
    kinds = {np.dtype(channels[place]["dtype"]).kind for place in taken.places}
    return built(
        name=path.absolute().name,
        form=form,
        taken=taken,
        fetch=fetch,
        length=length,
        closing=lambda: None,
        started=_started(reader),
        gaps=gaps,
        scan="f" in kinds,
    )


def _pieces(
    reader: Any, chosen: list[tuple[int, int]], rate_hz: float, name: str
) -> tuple[list[tuple[int, int]], int]:
    """Give start and length of each segment, in samples from the first."""
    pieces, end, first_s = [], 0, 0.0
    for segment in range(reader.segment_count(0)):
        counts = {
            int(reader.get_signal_size(0, segment, stream)) for stream in {one for one, _ in chosen}
        }
        start_s = float(reader.get_signal_t_start(0, segment, chosen[0][0]))
        first_s = start_s if segment == 0 else first_s
        begin = round((start_s - first_s) * rate_hz)
        if begin < end - 1:
            raise BadRecording(where=name, what="its pieces overlap in time", remedy=EXPORT)
        begin = max(begin, end)
        pieces.append((begin, min(counts)))
        end = begin + min(counts)
    return pieces, end


def _started(reader: Any) -> Any:
    try:
        return reader.raw_annotations["blocks"][0].get("rec_datetime")
    except (KeyError, IndexError, AttributeError, TypeError):
        return None
