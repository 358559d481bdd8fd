"""The application with what it says of itself, for programs that try whatever that allows."""

from __future__ import annotations

from schemathesis import openapi
from schemathesis.specs.openapi.schemas import OpenApiSchema

from kedut.web.app import create_app
from kedut.web.settings import Settings

ADDRESS = "/api/v1/openapi.json"


def described() -> OpenApiSchema:
    """Give the description of an application and, with it, the application.

    No request is made: what is wrong with the description is then told where it is wrong.
    """
    app = create_app(Settings(secret="only for tests", requests_per_minute=0))
    schema = openapi.from_dict(app.openapi())
    schema.app = app
    schema.location = ADDRESS
    return schema
