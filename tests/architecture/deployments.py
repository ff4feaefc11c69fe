"""The compose file and the kubernetes manifests, as the tests read them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import yaml

from deploy.local.stack import PROCESSES
from shared.core.service import Part, ServeOptions
from tests.architecture.sources import ROOT

DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
HOUSE = {process.name: process.arguments for process in PROCESSES}
NAMES = sorted(HOUSE)
WITH_KAFKA = {process.name for process in PROCESSES if process.talks_to_kafka}


def options(arguments: tuple[str, ...]) -> ServeOptions:
    named = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    channels, part = named.get("--channels"), cast("Part", named.get("--part", "both"))
    return ServeOptions(channels=channels.split(",") if channels else None, part=part)


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def served() -> dict[str, dict[str, Any]]:
    services = compose()["services"].items()
    return {name: one for name, one in services if one.get("entrypoint", [])[:2] == ["ntbcare", "serve"]}


@cache
def manifests() -> tuple[dict[str, Any], ...]:
    files = [*sorted(BASE.glob("*.yaml")), *sorted(BASE.glob("*/*.yaml"))]
    files = [file for file in files if file.name != "kustomization.yaml" and file.parent.name != "common"]
    example = DEPLOY / "kubernetes" / "overlays" / "example" / "secret.example.yaml"
    documents = [yaml.safe_load_all(file.read_text(encoding="utf-8")) for file in [*files, example]]
    return tuple(one for several in documents for one in several if one)


def common(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((BASE / "common" / name).read_text(encoding="utf-8"))
    return loaded


def of_kind(*kinds: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] in kinds}


def is_process(one: dict[str, Any]) -> bool:
    return bool(one["metadata"].get("labels", {}).get("app.kubernetes.io/component") == "process")


def deployed() -> dict[str, dict[str, Any]]:
    return {name: one for name, one in of_kind("Deployment").items() if is_process(one)}


def pod(one: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = one["spec"]["template"]["spec"]
    return spec


def containers(one: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod(one).get("initContainers", []), *pod(one)["containers"]]


def given_by_kubernetes(container: dict[str, Any]) -> set[str]:
    maps, secrets = of_kind("ConfigMap"), of_kind("Secret")
    given = {entry["name"] for entry in container.get("env", [])}
    for source in container.get("envFrom", []):
        if "secretRef" in source:
            given |= secrets[source["secretRef"]["name"]]["stringData"].keys()
        else:
            given |= maps[source["configMapRef"]["name"]]["data"].keys()
    return given


def given(where: str, name: str) -> set[str]:
    if where == "compose":
        return set(compose()["services"][name].get("environment", {}))
    return given_by_kubernetes(pod(deployed()[name])["containers"][0])


@cache
def sections() -> dict[str, str]:
    """Return the section of env.example that each setting stands in: `intake`, `intake, channel sms`, …"""
    section, found = "", {}
    for line in (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"# --- (.+?)(?::| \(| -)", line):
            section = heading[1]
        elif setting := re.match(r"#?(NTBCARE_[A-Z_]+)=", line):
            found[setting[1]] = section
    return found


def in_nginx() -> Iterator[tuple[str, str]]:
    """Yield the addresses of compose's ingress and the process of each."""
    text = (DEPLOY / "compose" / "nginx.conf").read_text(encoding="utf-8")
    for path, body in re.findall(r"location (?:= )?(/\S*) \{(.*?)\}", text, re.DOTALL):
        process = re.search(r"set \$door (\S+);\s(?:.*\s)*?\s*proxy_pass http://\$door:8000;", body)
        if process:
            yield path, process[1]
        else:
            assert "return" in body


def in_kubernetes() -> Iterator[tuple[str, str]]:
    for one in of_kind("Ingress").values():
        for rule in one["spec"]["rules"]:
            yield from ((path["path"], path["backend"]["service"]["name"]) for path in rule["http"]["paths"])
