"""Every route of the socket, one module a noun."""

from starlette.routing import BaseRoute

from shishod.control.routes import (
    books,
    copies,
    enrichment,
    events,
    explain,
    losses,
    metrics,
    modes,
    openapi,
    problems,
    reload,
    roots,
    scans,
    status,
    work,
)

ROUTES: list[BaseRoute] = [
    *status.ROUTES,
    *scans.ROUTES,
    *books.ROUTES,
    *enrichment.ROUTES,
    *problems.ROUTES,
    *explain.ROUTES,
    *roots.ROUTES,
    *losses.ROUTES,
    *modes.ROUTES,
    *copies.ROUTES,
    *events.ROUTES,
    *reload.ROUTES,
    *work.ROUTES,
    *metrics.ROUTES,
    *openapi.ROUTES,
]
