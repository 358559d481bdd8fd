"""`kedut serve`: the interview, the report and the interfaces as a web server."""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import socket
import sys

KEEP_ALIVE_S = 20
STOP_WITHIN_S = 20
_HIGHEST_PORT = 65_535


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at")
    parser.add_argument(
        "--database", default="", metavar="URL", help="where what people keep is stored"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes")


def run(options: argparse.Namespace) -> int:
    """Serve until stopped; give 2 where it cannot begin."""
    try:
        import uvicorn

        from kedut.web.settings import BadSetting, settings_from
    except ModuleNotFoundError as error:
        return _complain(f"{error.name} is missing; install it with: pip install 'kedut[web]'")
    if options.workers < 1 or not 0 < options.port <= _HIGHEST_PORT:
        return _complain("--workers must be at least 1, --port from 1 to 65535")
    if options.database:
        os.environ["KEDUT_DATABASE"] = options.database
    os.environ.setdefault("KEDUT_SECRET", secrets.token_urlsafe(32))
    try:
        settings_from()
    except BadSetting as error:
        return _complain(str(error))
    taken = _taken(options.host, options.port)
    if taken:
        return _complain(taken)
    where = f"[{options.host}]" if ":" in options.host else options.host
    print(f"kedut: http://{where}:{options.port}  (stop with Ctrl-C)", flush=True)
    uvicorn.run(
        "kedut.web.app:create_app",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    return 0


def _taken(host: str, port: int) -> str:
    """Say why nothing can listen there, or nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {port} is in use; name another: --port {port + 1}"
            return f"cannot listen at {host}:{port} ({error.strerror})"
    return ""


def _complain(sentence: str) -> int:
    print(f"kedut: {sentence}", file=sys.stderr)
    return 2
