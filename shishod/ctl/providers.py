"""shishoctl providers: which web catalogues are asked, and how they are."""

from shishod.control.client import Client
from shishod.ctl.voice import echo, plain, say, say_json, span
from shishod.ctl.words import called, option


@called("providers", short_help="The web catalogues that are asked, and how they are.")
@option("--json", "as_json", is_flag=True, help="The providers as JSON.")
def command(client: Client, as_json: bool) -> None:
    """List the providers that are on, the most believed first: what keeps each from being asked, how much of its
    limit is used and when the next request may go, what became of the requests since the start, and how the books
    stand with it."""
    told = client.get("/v1/providers")
    if as_json:
        say_json(told)
        return
    if not told["providers"]:
        say("no web catalogue is on; enrich.providers in the configuration names those that are asked")
    for one in told["providers"]:
        window, rest = one["window"], f" for {span(one['rest_s'])}" if one["rest_s"] else ""
        say(f"{one['provider']}: {one['state']}{rest}{': ' + one['reason'] if one['reason'] else ''}")
        free = "now" if not window["next_s"] else f"in {span(window['next_s'])}"
        echo(plain(f"  {'limit':<10} {window['taken']} of {window['places']} used, the next is free {free}"))
        for title in ("requests", "books"):
            if one[title]:
                counted = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(one[title].items()))
                waits = title == "books" and one[title].get("unmatched")
                echo(plain(f"  {title:<10} {counted}{' (shishoctl books --web unmatched)' if waits else ''}"))
        echo(plain(f"  {'about':<10} {one['about']}"))
