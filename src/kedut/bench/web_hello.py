"""The barest page of the same stack: what the web itself costs, beside which ours is measured."""

from __future__ import annotations

import socket
import sys

from fastapi import FastAPI
from uvicorn import Config, Server


def hello() -> FastAPI:
    """Give an application that greets and does nothing else."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def greet() -> dict[str, str]:
        return {"hello": "world"}

    return app


def main(port: int) -> None:
    """Serve it as one of several processes at the same port."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind(("127.0.0.1", port))
        config = Config(hello(), log_level="error", access_log=False, server_header=False)
        Server(config).run(sockets=[door])


if __name__ == "__main__":
    main(int(sys.argv[1]))
