"""The OpenAPI document of the socket, read off the routes and the models that they check requests with."""

import inspect
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute, Route

from shishod import __version__
from shishod.control.answers import Asked
from shishod.control.shapes import Problem, Status

Document = dict[str, Any]
TEMPLATE = "#/components/schemas/{model}"
STREAM = "text/event-stream"
FORMS = {
    "/metrics": "text/plain",
    "/v1/books/{id}/cover": "image/*",
    "/v1/archive": "application/x-tar",
    "/v1/export": "application/x-ndjson",
    "/v1/events/stream": STREAM,
    "/v1/status/events": STREAM,
    "/v1/scans/{id}/events": STREAM,
    "/v1/scans/rehearsal": STREAM,
}
"""What is answered in another form than JSON."""
ANSWERS: dict[str, type[BaseModel]] = {"/v1/status": Status, "/v1/status/events": Status}


def document(routes: Sequence[BaseRoute]) -> Document:
    """OpenAPI 3.2 (spec.openapis.org/oas/v3.2.0), the first that can tell what the events of a stream are."""
    models: set[type[BaseModel]] = {Status, Problem}
    models.update(model for route in routes if isinstance(route, Route) for model in _asked(route))
    wanted = [(model, "validation") for model in sorted(models, key=lambda one: one.__name__)]
    _, schemas = models_json_schema(wanted, ref_template=TEMPLATE)  # type: ignore[arg-type]
    paths: Document = {}
    for route in routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                paths.setdefault(route.path, {})[method.lower()] = _operation(route, method)
    return {
        "openapi": "3.2.0",
        "info": {
            "title": "shishod",
            "version": __version__,
            "description": "HTTP over a Unix socket. Within /v1 fields may be added and are never taken away.",
        },
        "servers": [{"url": "http://shishod"}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _asked(route: Route) -> list[type[Asked]]:
    """The models that an endpoint checks a request with: those that it names."""
    named = inspect.getclosurevars(route.endpoint).globals.values()
    return [one for one in named if isinstance(one, type) and issubclass(one, Asked)]


def _operation(route: Route, method: str) -> Document:
    said = " ".join((inspect.getdoc(route.endpoint) or "").split())
    operation: Document = {
        "operationId": f"{method.lower()}{re.sub(r'[^a-z]+', '_', route.path.lower())}".strip("_"),
        "summary": said,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", route.path)
        ],
        "responses": {
            "2XX": {"description": said, "content": {FORMS.get(route.path, "application/json"): _shape(route.path)}},
            "4XX": {"description": "It cannot be granted as it stands.", "content": _error()},
            "503": {"description": "Something that is needed does not answer; later.", "content": _error()},
        },
    }
    for model in _asked(route):
        if method == "GET":
            operation["parameters"] += _parameters(model)
        else:
            body = {"schema": {"$ref": TEMPLATE.format(model=model.__name__)}}
            operation["requestBody"] = {"content": {"application/json": body}}
    return operation


def _parameters(model: type[Asked]) -> list[Document]:
    schema = model.model_json_schema(ref_template=TEMPLATE)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _shape(path: str) -> Document:
    answer = ANSWERS.get(path)
    if answer is None:
        return {}
    shape = {"$ref": TEMPLATE.format(model=answer.__name__)}
    if FORMS.get(path) != STREAM:
        return {"schema": shape}
    told = {"type": "string", "contentMediaType": "application/json", "contentSchema": shape}
    return {"itemSchema": {"type": "object", "properties": {"event": {"type": "string"}, "data": told}}}


def _error() -> Document:
    return {"application/json": {"schema": {"$ref": TEMPLATE.format(model=Problem.__name__)}}}
