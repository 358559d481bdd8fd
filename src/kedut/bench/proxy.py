"""nginx with our file, moved to free ports and a folder of its own; all else stays as it is."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

DEPLOY = Path(__file__).parents[3] / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NO_NGINX = "nginx is not here; on Debian or Ubuntu: apt-get install nginx-light"
NAME = "kedut.example.org"
WITHIN_S = 20
_ROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/start.log;
events {{ worker_connections 1024; }}
http {{
{paths}
    include {folder}/kedut.conf;
}}
"""
_PATHS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Proxy:
    """Where nginx is, and where it writes."""

    plain: str
    secure: str
    folder: Path
    process: int = 0

    @property
    def written(self) -> str:
        """Give all that nginx has written down."""
        logs = (self.folder / "logs").iterdir()
        return "".join(log.read_text() for log in logs)


def free_port() -> int:
    """Give a port that nobody uses."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def write(folder: Path, backends: Sequence[int]) -> Proxy:
    """Write the configuration for these backends."""
    plain, secure = free_port(), free_port()
    (folder / "logs").mkdir()
    certificate(folder)
    moved = {
        "    server 127.0.0.1:8000 max_fails=1 fail_timeout=2s;\n": "".join(
            f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;\n" for port in backends
        ),
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "listen [::]:443 ssl http2;": "",
        f"/etc/letsencrypt/live/{NAME}/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/logs/",
        "/var/www/acme": f"{folder}/acme",
    }
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in moved.items():
        if old not in text:
            raise LookupError(f"deploy/nginx.conf has no {old!r} any more")
        text = text.replace(old, new)
    (folder / "kedut.conf").write_text(text)
    paths = "\n".join(f"    {name}_temp_path {folder}/{name};" for name in _PATHS)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_ROUND.format(folder=folder, paths=paths, user=user))
    (folder / "acme" / ".well-known" / "acme-challenge").mkdir(parents=True)
    (folder / "acme" / ".well-known" / "acme-challenge" / "token").write_text("proof")
    return Proxy(f"http://127.0.0.1:{plain}", f"https://{NAME}:{secure}", folder)


def check(folder: Path) -> str:
    """Let nginx look at the configuration; give what it says."""
    ended = subprocess.run(
        [str(NGINX), "-t", "-c", str(folder / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stderr


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Start nginx and stop it."""
    command = [str(NGINX), "-c", str(proxy.folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        port = int(proxy.plain.rpartition(":")[2])
        until = time.monotonic() + WITHIN_S
        while True:
            if process.poll() is not None:
                raise RuntimeError("nginx: " + (proxy.folder / "start.log").read_text())
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        yield replace(proxy, process=process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=WITHIN_S)


def certificate(folder: Path) -> None:
    """Write a certificate for an hour, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
