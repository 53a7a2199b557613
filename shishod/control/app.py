"""The application on the socket: the routes, and what becomes of an error."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from shishod.control import answers
from shishod.control.house import House
from shishod.control.peers import ChangesByTheTrusted
from shishod.control.routes import ROUTES
from shishod.errors import Refused, SettingsError, Unreachable


def build(house: House, *, root_alone: bool = False) -> Starlette:
    """The ASGI application over a House; with `root_alone` nobody else may change anything."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(ChangesByTheTrusted, root_alone=root_alone)],
        exception_handlers={
            Refused: answers.refused,
            Unreachable: answers.unreachable,
            SettingsError: answers.bad_settings,
            HTTPException: answers.http_error,
            Exception: answers.unforeseen,
        },
    )
    app.router.redirect_slashes = False
    app.state.house = house
    return app
