"""Figures are written as each language writes them, with no more digits than they bear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.knowledge.load import ours
from kedut.report.measure_numbers import clock, figure, fixed, span, whole


@pytest.mark.parametrize(
    "value, language, digits, told",
    [
        (26.34, "en", 2, "26"),
        (26.34, "en", 3, "26.3"),
        (26.34, "id", 3, "26,3"),
        (0.0123, "en", 2, "0.012"),
        (1234.5, "en", 5, "1,234.5"),
        (1234.5, "id", 5, "1.234,5"),
        (9.99, "en", 2, "10"),
        (20.0, "en", 3, "20"),
        (0.0, "en", 2, "0"),
        (-3.5, "en", 2, "-3.5"),
        (None, "en", 2, "\N{EN DASH}"),
        (float("inf"), "en", 2, "\N{EN DASH}"),
        (1e-7, "en", 2, "0.0000001"),
    ],
)
def test_a_figure_has_its_significant_digits(value, language, digits, told) -> None:
    assert figure(value, language, digits) == told


@given(st.floats(1e-6, 1e9), st.integers(1, 6))
def test_a_figure_is_within_half_of_its_last_digit(value, digits) -> None:
    told = float(figure(value, "en", digits).replace(",", ""))
    assert told == pytest.approx(value, rel=0.5001 * 10.0 ** (1 - digits))


def test_counts_and_fixed_places_follow_the_language() -> None:
    assert (whole(12345, "en"), whole(12345, "id")) == ("12,345", "12.345")
    assert (fixed(0.05, "en", 2), fixed(0.05, "id", 2)) == ("0.05", "0,05")


@pytest.mark.parametrize(
    "seconds, english, indonesian",
    [
        (45.5, "45.5 s", "45,5 detik"),
        (180.0, "3 min", "3 menit"),
        (200.4, "3 min 20 s", "3 menit 20 detik"),
        (86_400.0, "24 h 0 min", "24 jam 0 menit"),
    ],
)
def test_a_length_of_time_is_told_in_its_own_unit(seconds, english, indonesian) -> None:
    assert span(seconds, ours().words("en")) == english
    assert span(seconds, ours().words("id")) == indonesian


def test_a_place_in_the_recording_is_a_clock() -> None:
    assert (clock(5), clock(65.4), clock(3725)) == ("0:05", "1:05", "1:02:05")
