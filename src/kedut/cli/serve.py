"""`kedut serve`: the interview, the report and the interfaces as a web server."""

from __future__ import annotations

import argparse
import errno
import http
import http.client
import os
import secrets
import socket
import sys
import threading
import time
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn import Config

    from kedut.web.settings import Settings

_HIGHEST_PORT = 65_535
_MOST_WORKERS = 64
_KEEP_ALIVE_S = 20
_START_WITHIN_S = 120
_LOOK_EVERY_S = 0.05
_MOST_AT_ONCE = 1000  # the last wall; before it stand limits with words: web/security, web/patience
_WAITING = 1024
_EVERYWHERE = ("0.0.0.0", "::", "")
_HERE = ("127.0.0.1", "::1", "localhost")


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument(
        "--port", type=int, default=8000, help="port to listen at; 0 for any that is free"
    )
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="where what people keep is stored (default: one file in the user's data folder)",
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument(
        "--metrics", action="store_true", help="tell counts to Prometheus at /metrics"
    )
    parser.add_argument(
        "--log",
        default="",
        metavar="KIND",
        help="of requests: json, text, or faults only (default json)",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until stopped; give 2 where it cannot begin."""
    wrong = _wrong(options)
    if wrong:
        return _complain(wrong)
    if options.database:
        os.environ["KEDUT_DATABASE"] = options.database
    if options.metrics:
        os.environ["KEDUT_METRICS"] = "1"
    if options.log:
        os.environ["KEDUT_LOG"] = options.log
    if not os.environ.get("KEDUT_SECRET"):  # the same in every worker, new at every start
        os.environ["KEDUT_SECRET"] = secrets.token_urlsafe(32)
    try:
        settings = _settings()
        config = _config(options.workers, settings)
    except ModuleNotFoundError as error:
        return _complain(f"{error.name} is missing; install it with: pip install 'kedut[web]'")
    except ValueError as error:  # BadSetting, BadAddress, BadKey: each says what would do
        return _complain(str(error))
    try:
        doors = _doors(options.host, options.port, options.workers)
    except OSError as error:
        return _complain(_why_not(options.host, options.port, error))
    if options.host not in _HERE and not os.environ.get("KEDUT_SECURE"):
        _complain(
            "others can reach this address without encryption; put it behind https "
            "and set KEDUT_SECURE=1"
        )
    with ExitStack() as stack:
        if settings.metrics:
            _share_counts(stack)
        for door in doors:
            stack.enter_context(door)
        port = doors[0].getsockname()[1]
        threading.Thread(target=_tell_when_ready, args=(options.host, port), daemon=True).start()
        return _serve(config, doors)


def _wrong(options: argparse.Namespace) -> str:
    if not 0 <= options.port <= _HIGHEST_PORT:
        return f"--port {options.port} cannot be; 1 to {_HIGHEST_PORT}, or 0 for any that is free"
    if not 1 <= options.workers <= _MOST_WORKERS:
        return f"--workers {options.workers} cannot be; 1 to {_MOST_WORKERS}, best one a core"
    return ""


def _settings() -> Settings:
    """Look at the settings before anything is started, so that each is told in one sentence."""
    from kedut.storage.keys import Keys
    from kedut.storage.place import address
    from kedut.web.settings import settings_from

    settings = settings_from()
    if settings.database:
        address(settings.database)
    Keys.parse(",".join(settings.keys))
    return settings


def _share_counts(stack: ExitStack) -> None:
    """Give the workers a folder for their counts; read by their library when it is loaded."""
    from kedut.web.metrics import FOLDER

    if not os.environ.get(FOLDER):
        os.environ[FOLDER] = stack.enter_context(TemporaryDirectory(prefix="kedut-counts-"))
        stack.callback(os.environ.pop, FOLDER, None)


def _config(workers: int, settings: Settings) -> Config:
    from uvicorn import Config

    import kedut.web.app  # what is missing of the web part is told here, not by a worker
    from kedut.web.leaving import STOP_WITHIN_S
    from kedut.web.logs import log_configuration
    from kedut.web.patience import Patience

    return Config(
        f"{kedut.web.app.__name__}:create_app",
        factory=True,
        http=Patience,
        ws="none",
        lifespan="on",
        workers=workers,
        log_config=log_configuration(settings.log),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        backlog=_WAITING,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


def _doors(host: str, port: int, workers: int) -> list[socket.socket]:
    """Give a socket for each worker, all at one address; raises OSError where that cannot be.

    Where the system can, each is a socket of its own: connections are then spread over them, while
    of several workers at one socket the first takes all that is waiting.
    """
    alone = _door(host, port, shared=False)  # fails where anybody else is, whatever they share
    if workers == 1 or not sys.platform.startswith("linux"):
        return [alone] * workers
    port = alone.getsockname()[1]
    alone.close()
    return [_door(host, port, shared=True) for _ in range(workers)]


def _door(host: str, port: int, *, shared: bool) -> socket.socket:
    family, kind, protocol, _, place = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    door = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind(place)
        door.set_inheritable(True)
    except OSError:
        door.close()
        raise
    return door


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < _HIGHEST_PORT else 0
        return f"port {port} is in use; stop what uses it, or name another: --port {other}"
    if error.errno == errno.EACCES:
        return f"port {port} is only for the administrator; name one from 1024: --port 8000"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is no address of this machine; 127.0.0.1 and 0.0.0.0 are"
    return f"cannot listen at {host}:{port} ({error.strerror})"


def _serve(config: Config, doors: list[socket.socket]) -> int:
    from uvicorn import Server

    try:
        if config.workers > 1:
            from kedut.cli.workers import Workers

            Workers(config, sockets=doors).run()
            return 0
        server = Server(config)
        server.run(sockets=doors)
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 2


def _tell_when_ready(host: str, port: int) -> None:
    """Print the address once the pages are there."""
    inside = ("::1" if ":" in host else "127.0.0.1") if host in _EVERYWHERE else host
    if not _answers(inside, port):
        return
    shown = f"[{inside}]" if ":" in inside else inside
    also = ", and at every other address of this machine" if host in _EVERYWHERE else ""
    print(f"kedut: http://{shown}:{port}{also}  (stop with Ctrl-C)", flush=True)


def _answers(host: str, port: int) -> bool:
    """Wait until the server answers; it is refused until somebody listens."""
    until = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(host, port, timeout=_START_WITHIN_S)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except ConnectionRefusedError:
            time.sleep(_LOOK_EVERY_S)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
    return False


def _complain(sentence: str) -> int:
    print(f"kedut: {sentence}", file=sys.stderr, flush=True)
    return 2
