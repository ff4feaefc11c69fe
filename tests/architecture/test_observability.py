"""What dashboards and alarms name must exist: a metric that nobody declares never alarms."""

import re
from typing import Any

import prometheus_client
import yaml

from shared.telemetry import metrics
from tests.architecture.sources import ROOT

ALERTS = ROOT / "deploy" / "observability" / "alerts.yml"
_NAMES = re.compile(r"\bntbcare_[a-z_]+")
_SUFFIXES = ("_total", "_bucket", "_count", "_sum", "_created")


def declared() -> set[str]:
    collectors = [one for one in vars(metrics).values() if isinstance(one, prometheus_client.metrics.MetricWrapperBase)]
    return {metric.name for collector in collectors for metric in collector.describe()}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_figure_of_an_alarm_is_declared():
    named = {name for rule in rules() for name in _NAMES.findall(str(rule["expr"]))}
    bare = {next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name) for name in named}
    assert bare
    assert bare - declared() == set()


def test_every_alarm_says_what_to_do_and_whom_to_wake():
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["action"], rule["alert"]


def test_every_figure_says_what_it_means():
    for collector in vars(metrics).values():
        if isinstance(collector, prometheus_client.metrics.MetricWrapperBase):
            assert all(len(metric.documentation) > 20 for metric in collector.describe())
