"""What every answer tells the browser: what it may load, show, keep and send on."""

from __future__ import annotations

from starlette.types import Scope

from kedut.web.settings import Settings

Pair = tuple[bytes, bytes]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_POLICY = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
_UNUSED = (
    "accelerometer camera display-capture geolocation gyroscope magnetometer microphone payment usb"
)
_YEAR_S = 365 * 24 * 60 * 60
# Parts of an address that lead to what somebody answered; nothing of it stays in a browser.
_ANSWERS = frozenset({"diary", "doctor", "erase", "export", "keep", "kept", "result"})
_MACHINES = ("/api/", "/cds-services", "/fhir", "/health", "/metrics", "/ready")
_AS_FILE = (
    b'attachment; filename="api.json"'  # should a browser ever be led to it, it shows nothing
)
_NEVER = "no-store"
_ASK_AGAIN = "private, no-cache"
_FOR_EVER = f"public, max-age={_YEAR_S}, immutable"


def permissions(*ours: str) -> str:
    """Give what a page may use of the device: nothing, but what is named, and that itself only."""
    return ", ".join(f"{name}=(self)" if name in ours else f"{name}=()" for name in _UNUSED.split())


def security_headers(settings: Settings) -> list[Pair]:
    """Give the headers of every answer."""
    told = {
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": permissions(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure:
        told["Strict-Transport-Security"] = f"max-age={2 * _YEAR_S}; includeSubDomains"
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


def labels(scope: Scope, status: int) -> list[Pair]:
    """Give the headers that depend on the address; one that an answer has of its own stays."""
    path: str = scope["path"]
    told = [(b"cache-control", keeping(scope, status))]
    if path.startswith(_MACHINES):
        told.append((b"content-disposition", _AS_FILE))
    if _ANSWERS & set(path.split("/")):
        told.append((b"x-robots-tag", b"noindex"))
    return told


def keeping(scope: Scope, status: int) -> bytes:
    """Give the `Cache-Control` of an answer that has none of its own."""
    path: str = scope["path"]
    if path.startswith("/static/"):
        found = status < 400 and scope["query_string"].startswith(b"v=")
        return (_FOR_EVER if found else "no-cache").encode()
    if scope["method"] not in ("GET", "HEAD") or path.startswith(_MACHINES):
        return _NEVER.encode()
    if status >= 400 or _ANSWERS & set(path.split("/")):
        return _NEVER.encode()
    return _ASK_AGAIN.encode()
