"""An address that cannot be one of a Dask scheduler is told at once, and nothing is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedut.cli.main import main

MACHINE = "does not name a machine and a port; write it as tcp://host:8786"
NONE_OF_DASK = "is none of Dask's protocols; write it as tcp://host:8786"


@pytest.mark.parametrize(
    "address, what",
    [
        ("http://x:1", f"http:// {NONE_OF_DASK}"),
        ("inproc://x:1", f"inproc:// {NONE_OF_DASK}"),
        ("a://b://x:1", f"a://b:// {NONE_OF_DASK}"),
        ("x", MACHINE),
        ("tcp://", MACHINE),
        ("tcp://x", MACHINE),
        ("tcp://:8786", MACHINE),
        ("tcp://x:port", MACHINE),
        ("tcp://x:99999", MACHINE),
        ("tcp://[::1:8786", MACHINE),
        ("tcp://a..b:8786", MACHINE),
        ("tls://x:8786", "tls:// needs certificates"),
    ],
)
def test_it_is_told_in_one_sentence(
    address: str,
    what: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def client(*arguments: object, **named: object) -> None:
        raise AssertionError("its end takes ten seconds and prints a traceback")

    monkeypatch.setattr("distributed.Client", client)
    (tmp_path / "a.csv").write_text("x")
    out = tmp_path / "out"
    assert main(["measure", f"{tmp_path}/a.csv", "--out", f"{out}/", "--scheduler", address]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"kedut: {address}: {what}")
    assert said.count("\n") == 1
    assert not out.exists()
