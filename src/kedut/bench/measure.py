"""How well and how fast recordings are measured (`make bench-measure`), peers beside us."""

from __future__ import annotations

import argparse
import datetime
import math
from collections.abc import Callable
from pathlib import Path

from kedut.bench.measure_cases import Case, drawn_case, shared_cases, shared_folder
from kedut.bench.measure_emg import Result, measured
from kedut.bench.measure_peers import Peer, peers, plain
from kedut.bench.measure_rates import FILES, Coverage, coverage
from kedut.bench.measure_seen import Seen, motion, video
from kedut.bench.measure_speed import Memory, Speed, memory, speeds
from kedut.bench.speed import machine
from kedut.measurement.match import pooled

COMMAND = "python -m kedut.bench.measure"
PAGE = Path("docs/reference/speed-measure.md")
PARTS = ("emg", "motion", "video", "rates", "speed")
TITLES = (
    "EMG, shared recordings",
    "EMG, drawn recordings",
    "Motion",
    "Video",
    "The interval of the rate",
    "Speed and memory",
)
DRAWN = 20
MISSING = (
    "The shared recordings are missing: set KEDUT_SHARED to the folder that holds recordings/, or "
    "put it beside this one as ../shared. Measured on drawn recordings only."
)

Table = list[tuple[str, ...]]
Teller = Callable[..., None]


def main() -> int:
    """Measure, print, and with `--write` write the page."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write these sections of {PAGE}")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure but this part")
    parser.add_argument("--no-peers", action="store_true", help="leave other tools out")
    options = parser.parse_args()
    parts = options.only or PARTS
    text: list[str] = []

    def tell(line: str = "") -> None:
        text.append(line)
        print(line, flush=True)

    shared = shared_folder()
    if shared is None:
        tell(MISSING)
        tell()
    if "emg" in parts:
        if shared is not None:
            tell("## EMG, shared recordings\n")
            emg(list(shared_cases(shared)), tell, with_peers=not options.no_peers)
        tell("## EMG, drawn recordings\n")
        # Slow peers run on one set only.
        alone = shared is None and not options.no_peers
        emg([drawn_case(seed) for seed in range(DRAWN)], tell, with_peers=alone)
    if "motion" in parts:
        tell("## Motion\n")
        told(seen_table(list(motion(shared))), tell)
    if "video" in parts:
        tell("## Video\n")
        told(seen_table(list(video(shared))), tell)
    if "rates" in parts:
        tell("## The interval of the rate\n")
        told(coverage_table(coverage(FILES)), tell)
    if "speed" in parts:
        tell("## Speed and memory\n")
        told(speed_table(speeds()), tell)
        tell(memory_line(memory()))
    if options.write:
        there = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text(page("\n".join(text), there), encoding="utf-8")
        print(f"written: {PAGE}")
    return 0


def emg(cases: list[Case], tell: Teller, *, with_peers: bool) -> None:
    """Measure recordings of EMG, ours and peers'."""
    measured(cases[0])  # compiled and warm
    results = [measured(case) for case in cases]
    beside = peers(cases) if with_peers else [plain(cases)]
    told(emg_table(results, beside), tell)
    told(detail_table(results), tell)
    for peer in beside:
        seconds = sum(one.duration_s for one in results)
        fast = f"; {seconds / peer.seconds:.0f} times real time" if peer.seconds else ""
        tell(f"- {peer.name}: best of its settings for all files, {peer.setting}{fast}.")
    tell()


def emg_table(results: list[Result], beside: list[Peer]) -> Table:
    """Give how many were found, per recording and pooled; peers by F1."""
    rows: Table = [
        ("recording", "true", "F1", "precision", "recall", "false", *(one.name for one in beside))
    ]
    for one in results:
        figures = [_two(peer.scores[one.name].f1) for peer in beside]
        rows.append((one.name, *_scored(one), *figures))
    single = [one for one in results if one.score.hits + one.score.missed or not one.groups]
    for label, those in (("pooled", results), ("pooled, without grouped alone", single)):
        all_ = pooled(one.score for one in those)
        names = {one.name for one in those}
        figures = [
            _two(pooled(peer.scores[name] for name in names).f1, digits=3) for peer in beside
        ]
        rows.append(
            (
                label,
                str(all_.hits + all_.missed),
                _two(all_.f1, digits=3),
                _two(all_.precision, digits=3),
                _two(all_.recall, digits=3),
                str(all_.false),
                *figures,
            )
        )
    return rows


def _scored(one: Result) -> tuple[str, ...]:
    score = one.score
    shares = (_two(share) for share in (score.f1, score.precision, score.recall))
    return (str(score.hits + score.missed), *shares, str(score.false))


def detail_table(results: list[Result]) -> Table:
    """Give rates, exclusions, doublets, purity and speed."""
    rows: Table = [
        (
            "recording",
            "true rate",
            "rate found",
            "within",
            "effort excluded",
            "rest lost",
            "doublets apart",
            "purity",
            "groups found",
            "times real",
        )
    ]
    for one in results:
        rate = "none given"
        if one.rate is not None:
            rate = f"{one.rate.value:.1f} ({one.rate.low:.1f} to {one.rate.high:.1f})"
        good = "yes" if one.rate_good else "no"
        rows.append(
            (
                one.name,
                f"{one.true_rate:.1f}",
                rate,
                good if one.rate_held else f"{good}; interval misses",
                _percent(one.effort_found),
                _percent(one.rest_lost),
                f"{one.apart} of {one.doublets}" if one.doublets else "",
                _two(one.pure / one.clustered) if one.clustered else "",
                f"{one.groups_found} of {one.groups}" if one.groups else "",
                f"{one.duration_s / one.seconds:.0f}",
            )
        )
    doublets, apart = (sum(getattr(one, name) for one in results) for name in ("doublets", "apart"))
    pure, clustered = (sum(getattr(one, name) for one in results) for name in ("pure", "clustered"))
    rows.append(
        (
            "all",
            "",
            "",
            f"{sum(one.rate_good for one in results)} of {len(results)}; "
            f"{sum(one.rate_held for one in results)} held",
            "",
            "",
            f"{apart} of {doublets}",
            _two(pure / clustered) if clustered else "",
            "",
            "",
        )
    )
    return rows


def seen_table(results: list[Seen]) -> Table:
    """Give what was found in motion or film."""
    rows: Table = [
        ("recording", "true", "F1", "false", "place right", "lag", "sees from", "times real")
    ]
    for one in results:
        rows.append(
            (
                one.name,
                str(one.score.hits + one.score.missed),
                _two(one.score.f1),
                str(one.score.false),
                "" if one.placed is None else _percent(one.placed),
                f"{1000 * one.lag_s:.0f} ms",
                "" if one.sees is None else f"{one.sees:.3f}",
                f"{one.duration_s / one.seconds:.3g}",
            )
        )
    return rows


def coverage_table(results: list[Coverage]) -> Table:
    """Give how often the interval of the rate held."""
    rows: Table = [("units", "files", "held", "truth under it", "over it", "width", "Poisson held")]
    for one in results:
        shares = (one.held, one.below, one.above, one.width, one.poisson)
        rows.append((one.label, str(one.files), *(_percent(share, digits=1) for share in shares)))
    return rows


def speed_table(results: list[Speed]) -> Table:
    """Give how many times faster than real time."""
    rows: Table = [("what", "times real time", "plain threshold", "ratio")]
    for one in results:
        plain = ("", "") if one.plain is None else (
            f"{one.plain:.0f}",
            f"{one.times_real / one.plain:.2f}",
        )  # fmt: skip
        rows.append((one.label, f"{one.times_real:.3g}", *plain))
    return rows


def memory_line(found: Memory) -> str:
    """Give the peaks in a sentence."""
    peaks = ", ".join(
        f"{peak:.0f} MiB for {seconds / 60:.0f} min" for seconds, peak in found.peaks_mib
    )
    return (
        f"Peak of the process with {found.channels} channels: {peaks} (before opening: "
        f"{found.before_mib:.0f} MiB); growth {found.growth_mib_per_hour:.1f} MiB an hour.\n"
    )


def told(rows: Table, tell: Teller) -> None:
    """Tell a table as Markdown, its columns even."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for place, row in enumerate(rows):
        cells = [
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        tell(f"| {' | '.join(cells)} |")
        if place == 0:
            rules = [
                "-" * width if not at else "-" * (width - 1) + ":"
                for at, width in enumerate(widths)
            ]
            tell(f"| {' | '.join(rules)} |")
    tell()


def page(text: str, before: str = "") -> str:
    """Give the page of the documentation: sections measured anew, the others as they were."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    preface, new = _sections(text)
    old = _sections(before)[1]
    dated = {title: f"Measured on {today}.\n\n{body}" for title, body in new.items()}
    each = {**old, **dated}
    titles = sorted(each, key=lambda title: TITLES.index(title) if title in TITLES else len(TITLES))
    sections = "\n\n".join(f"## {title}\n\n{each[title]}" for title in titles)
    return f"""# How well and how fast recordings are measured

By `{COMMAND} --write`; `make bench-measure` prints the same. {preface}

Machine: {machine()}.

Pairs are one to one: EMG by its peak within 25 ms of the true one, time of voluntary contraction,
cramp and tremor left out; motion by its onset within 60 ms, film within 100 ms, one constant lag
allowed for each. Peers ran on the same recordings in the same run, each in the one of its settings
that suits all files best; the slow ones on the first set only. Times are of the processor. The
shared recordings come from another group's simulator and are not part of this repository; the
drawn ones come from `kedut.simulate`. "Rest lost" is the share of time without effort that was
left out. "Held" is the share of files whose interval holds the true rate: that of the processes in
the long run, not that of the file.

{sections}
"""


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """Part a page into what stands before its sections, and these by title."""
    preface, *parts = f"\n{text}".split("\n## ")
    split = (part.partition("\n") for part in parts)
    return preface.strip(), {title.strip(): body.strip() for title, _, body in split}


def _two(share: float, *, digits: int = 2) -> str:
    return "" if math.isnan(share) else f"{share:.{digits}f}"


def _percent(share: float, *, digits: int = 0) -> str:
    return "" if math.isnan(share) else f"{100 * share:.{digits}f} %"


if __name__ == "__main__":
    raise SystemExit(main())
