"""What goes over the wire: JSON answers, errors in JSON, and requests checked by small models."""

import json
import secrets
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shishod import log
from shishod.errors import Refused, SettingsError, Unreachable
from shishod.paths import display

BODY_BYTES = 64 * 1024
LARGEST_ID = 2**63 - 1  # that a database keeps
STATUS = {"invalid": 400, "permission": 403, "not-found": 404, "busy": 409}

_log = log.get(__name__)


class Asked(BaseModel):
    """The frame of every query and body: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # until somebody asks


A = TypeVar("A", bound=Asked)


class Answer(JSONResponse):
    """JSON that no name or time can make fail."""

    def render(self, content: Any) -> bytes:
        return packed(content)


def packed(content: Any) -> bytes:
    """JSON on one line; a lone surrogate becomes "?" and a value that JSON does not know becomes text."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def event(name: str, content: Any) -> bytes:
    """One server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), packed(content))


async def told(work: Awaitable[Any]) -> bytes:
    """The last event of a stream: what was found, or in the one form of every error why it could not be."""
    try:
        return event("end", await work)
    except (Refused, Unreachable) as error:
        kind, hint = (error.kind, error.hint) if isinstance(error, Refused) else ("unreachable", "")
        return event("error", {"kind": kind, "text": str(error), "hint": hint})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return display(value) if isinstance(value, bytes) else str(value)


def error_answer(
    status: int, kind: str, text: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """The one form of every error."""
    return Answer({"error": {"kind": kind, "text": text, "hint": hint}}, status, headers)


def query(request: Request, model: type[A]) -> A:
    """The query as the model says it must be. Raises Refused with every fault."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise Refused(_faults(error)) from error


async def body(request: Request, model: type[A]) -> A:
    """The JSON body, an empty one standing for {}. Raises Refused with every fault."""
    try:
        return model.model_validate_json(await _read(request) or b"{}")
    except ValidationError as error:
        raise Refused(_faults(error)) from error


def number(request: Request, noun: str, hint: str = "") -> int:
    """The id in the path. Raises Refused for one that the database could not have given."""
    said = str(request.path_params["id"])
    if not (said.isascii() and said.isdecimal()) or len(said) > len(str(LARGEST_ID)) or int(said) > LARGEST_ID:
        raise Refused(f"there is no {noun} {said[:40]}", "not-found", hint)
    return int(said)


async def _read(request: Request) -> bytes:
    too_long = HTTPException(413, f"the body is longer than {BODY_BYTES // 1024} KiB", {"connection": "close"})
    if int(request.headers.get("content-length") or 0) > BODY_BYTES:
        raise too_long
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_BYTES:
            raise too_long
    return bytes(received)


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {_lowered(fault['msg'].removeprefix('Value error, '))}"
        for fault in error.errors(include_url=False, include_input=False)
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


async def refused(_: Request, error: Exception) -> Response:
    """What the client asked cannot be granted as it stands."""
    assert isinstance(error, Refused)
    return error_answer(STATUS.get(error.kind, 400), error.kind, str(error), error.hint)


async def unreachable(_: Request, error: Exception) -> Response:
    """Nothing is wrong with the request; something that we need does not answer."""
    assert isinstance(error, Unreachable)
    headers = {"retry-after": str(int(error.retry_after_s))} if error.retry_after_s else None
    return error_answer(503, "unreachable", str(error), headers=headers)


async def bad_settings(_: Request, error: Exception) -> Response:
    """The configuration that was to be read again cannot be used; the old one stays in force."""
    assert isinstance(error, SettingsError)
    return error_answer(
        400, "settings", str(error), "the settings in force were kept; `shishod check-config` says more"
    )


async def http_error(request: Request, error: Exception) -> Response:
    """A path or a method that this daemon does not have."""
    assert isinstance(error, HTTPException)
    kind = "not-found" if error.status_code == 404 else "invalid"
    return error_answer(
        error.status_code, kind, f"{request.method} {request.url.path}: {error.detail.lower()}", headers=error.headers
    )


async def unforeseen(request: Request, error: Exception) -> Response:
    """A fault of ours: the client gets a number that leads to the traceback in the log."""
    number = secrets.token_hex(4)
    _log.error("a request failed", request=request.url.path, error_id=number, exc_info=error)
    return error_answer(
        500, "internal", f"an error of the daemon's own ({number})", f"journalctl -u shishod | grep {number}"
    )
