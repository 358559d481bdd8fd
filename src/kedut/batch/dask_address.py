"""Whether an address can be one of a Dask scheduler, before anything is connected."""

from __future__ import annotations

from kedut.batch.errors import Stopped

_WRITE = "write it as tcp://host:8786"
_HIGHEST_PORT = 65_535


def check(address: str) -> None:
    """Look at an address; Dask's own client, made for one that cannot be, ends badly and late.

    Raises
    ------
    Stopped
    """
    try:
        from distributed import Security
        from distributed.comm.addressing import parse_address, parse_host_port
        from distributed.comm.registry import get_backend
    except ImportError as error:
        remedy = "pip install 'kedut[cluster]'"
        raise Stopped(address, "needs a package that is not installed", remedy) from error
    scheme, rest = parse_address(address)  # type: ignore[no-untyped-call,unused-ignore]
    try:
        backend = get_backend("" if scheme == "inproc" else scheme)  # that is within one process
    except ValueError as error:
        raise Stopped(address, f"{scheme}:// is none of Dask's protocols", _WRITE) from error
    try:
        host, port = parse_host_port(rest.rstrip("/"))
        host.encode("idna")
    except ValueError:
        host, port = "", 0
    if not host or not 0 < port <= _HIGHEST_PORT:
        raise Stopped(address, "does not name a machine and a port", _WRITE)
    try:
        backend.get_connector()  # type: ignore[no-untyped-call,unused-ignore]
    except (ImportError, TypeError) as error:
        raise Stopped(address, f"{scheme}:// cannot be spoken from here", _WRITE) from error
    if scheme in ("tls", "wss"):
        secure = Security().get_connection_args("client")  # type: ignore[no-untyped-call,unused-ignore]
        if secure.get("ssl_context") is None:
            remedy = "name them in Dask's settings: distributed.comm.tls"
            raise Stopped(address, f"{scheme}:// needs certificates", remedy)
