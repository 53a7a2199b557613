"""The alerts speak of metrics that there are, and of labels that they have."""

import re

import yaml

from shishod.metrics import METRICS
from tests.house.tree import ROOT

ENDINGS = ("_bucket", "_sum", "_count")


def rules() -> list[dict[str, object]]:
    text = (ROOT / "packaging" / "monitoring" / "alerts.yml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def test_every_metric_that_an_alert_asks_for_exists() -> None:
    asked = {name for rule in rules() for name in re.findall(r"shishod_\w+", str(rule["expr"]))}
    known = {
        *METRICS,
        *(name + ending for name, (kind, _) in METRICS.items() if kind == "histogram" for ending in ENDINGS),
    }

    assert asked - known == set()


def test_every_alert_says_what_to_type() -> None:
    for rule in rules():
        said = rule["annotations"]
        assert isinstance(said, dict)
        assert re.search(r"shishoctl|systemctl|journalctl", said["description"]), rule["alert"]
