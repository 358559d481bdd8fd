"""The first page, the files that come with the pages, and what makes them installable."""

from __future__ import annotations

import json

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from kedut.advice.actions import COUNTRY, local_ways
from kedut.web.assets import STATIC, asset, file_of
from kedut.web.language import known, wanted
from kedut.web.render import knowledge_of, render

router = APIRouter(include_in_schema=False)
_FIRST_TOPICS = (
    "cramps",
    "magnesium_lack",
    "stress",
    "disc_symptoms",
    "calf_pain",
    "pulling_in_leg",
)
_KINDS = {".woff2": "font/woff2", ".js": "text/javascript", ".svg": "image/svg+xml; charset=utf-8"}


@router.get("/")
def to_language(request: Request) -> Response:
    """Lead to the pages in the language the browser asks for."""
    default = request.app.state.settings.language
    language = wanted(request.headers.get("accept-language", ""), default)
    return RedirectResponse(f"/{language}/", 302, {"Vary": "Accept-Language"})


@router.get("/static/{name:path}")
def static(name: str) -> FileResponse:
    """Give a file that comes with the pages."""
    path = file_of(name)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=_KINDS.get(path.suffix))


@router.get("/sw.js")
def service_worker() -> FileResponse:
    """Give the service worker; it stands at the root so that it may serve every page."""
    return FileResponse(STATIC / "js" / "sw.js", media_type="text/javascript")


@router.get("/{language}")
def with_slash(language: str) -> Response:
    """Lead to the first page."""
    return RedirectResponse(f"/{known(language)}/", 308)


@router.get("/{language}/")
def first_page(request: Request, language: str) -> HTMLResponse:
    """Say what this is and is not, and where to begin."""
    language = known(language)
    knowledge = knowledge_of(request)
    return render(
        request,
        "start.html",
        language,
        local=local_ways(knowledge, COUNTRY, language),
        topics=_FIRST_TOPICS,
    )


@router.get("/{language}/offline")
def offline(request: Request, language: str) -> HTMLResponse:
    """Say that the connection is lost and nothing else is."""
    return render(request, "offline.html", known(language))


@router.get("/{language}/manifest.webmanifest")
def manifest(request: Request, language: str) -> Response:
    """Give what a phone needs to install the pages like a program."""
    say = knowledge_of(request).words(known(language)).say
    icons = [
        {
            "src": asset(f"icons/kedut-{name}{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, purpose in (("", "any"), ("maskable-", "maskable"))
        for size in (192, 512)
    ]
    shape = {
        "name": "kedut",
        "short_name": "kedut",
        "description": say("web.description"),
        "lang": language,
        "start_url": f"/{language}/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf7f0",
        "theme_color": "#fbf7f0",
        "icons": icons,
    }
    return Response(json.dumps(shape, ensure_ascii=False), media_type="application/manifest+json")
