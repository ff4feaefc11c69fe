"""The compose file and the kubernetes manifests run the same house as `make up`, and give nobody more than is theirs.

Linters read each file alone (`make check`); here they are held against the code, and against each other.
"""

import re

import pytest
import yaml

from deploy.cli.serve import build_service
from gateway.app import create_app
from shared.channels import available_channels
from shared.db.migrations import login_roles
from tests.architecture.access import ACCESS
from tests.architecture.deployments import (
    BASE,
    DEPLOY,
    HOUSE,
    NAMES,
    WITH_KAFKA,
    common,
    compose,
    containers,
    deployed,
    given,
    given_by_kubernetes,
    in_kubernetes,
    in_nginx,
    is_process,
    of_kind,
    options,
    pod,
    sections,
    served,
)
from tests.architecture.test_access import environment, routes  # noqa: F401 - a fixture

KAFKA = "every process that speaks Kafka"
OFFICERS = "every process with officers' addresses"
ALSO = {
    **{name: {OFFICERS} for name in NAMES if name.startswith("intake-") and name != "intake-workers"},
    "intake-workers": {
        "NTBCARE_FACEBOOK_PAGE_TOKENS",
        "NTBCARE_INSTAGRAM_ACCOUNT_TOKENS",
        "NTBCARE_INSTAGRAM_GRAPH_URL",
        "NTBCARE_SMS_TWILIO_ACCOUNT_SID",
    },
    "casework": {OFFICERS},
    "identity": {OFFICERS},
    "lapor": {OFFICERS, "NTBCARE_LAPOR_DOOR_SECRETS"},
    "monitoring": {OFFICERS},
    "replies": {
        OFFICERS,
        "NTBCARE_FACEBOOK_APP_SECRETS",
        "NTBCARE_INSTAGRAM_APP_ID",
        "NTBCARE_INSTAGRAM_APP_SECRETS",
        "NTBCARE_SMS_TWILIO_AUTH_TOKEN",
        "NTBCARE_SMS_TWILIO_URL",
    },
}
"""What a process reads besides its own sections of env.example: sections, or single settings. Add to it with care."""
INSIDE = {
    "/health/live": "supervisors stand inside",
    "/health/ready": "supervisors stand inside",
    "/health/intake": "monitors stand inside",
    "/channels/sms/kannel/{token}": "Kannel stands inside",
    "/channels/lapor/complaints": "our service lapor stands inside",
}
"""Addresses that are open or signed, and still are not the ingress's business."""


everywhere = pytest.mark.parametrize("where", ["compose", "kubernetes"])


def test_compose_runs_every_process_with_the_same_arguments():
    assert {name: tuple(one["command"]) for name, one in served().items()} == HOUSE


def test_kubernetes_runs_every_process_with_the_same_arguments():
    assert {name: tuple(pod(one)["containers"][0]["args"]) for name, one in deployed().items()} == HOUSE
    shared = pod(common("process.yaml"))["containers"][0]["command"]
    assert shared[:2] == ["ntbcare", "serve"]
    assert HOUSE.keys() <= of_kind("Service").keys()


def test_prometheus_asks_every_process():
    config = yaml.safe_load((DEPLOY / "observability" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = [one for one in config["scrape_configs"] if one["job_name"] == "ntbcare"]
    assert sorted(job["dns_sd_configs"][0]["names"]) == NAMES


@everywhere
def test_every_setting_that_is_given_is_one(where):
    for name in NAMES:
        assert {one for one in given(where, name) if one.startswith("NTBCARE_")} <= sections().keys()


@everywhere
@pytest.mark.parametrize("name", NAMES)
def test_a_process_is_given_its_own_settings_and_no_others(where, name):
    service, channels = HOUSE[name][0], options(HOUSE[name]).channels or available_channels()
    own = {"every process", service, *(f"{service}, channel {channel}" for channel in channels), *ALSO.get(name, ())}
    settings = {one for one in given(where, name) if one.startswith("NTBCARE_")}
    if name in WITH_KAFKA:
        own.add(KAFKA)
        assert {"NTBCARE_KAFKA_USERNAME", "NTBCARE_KAFKA_PASSWORD"} <= settings
    assert {one: sections()[one] for one in settings if not {one, sections()[one]} & own} == {}


@everywhere
@pytest.mark.parametrize("name", NAMES)
def test_a_process_starts_with_what_it_is_given(where, name, environment, monkeypatch):  # noqa: F811
    for setting in environment.keys() - given(where, name) - {"NTBCARE_ENV_FILE"}:
        monkeypatch.delenv(setting, raising=False)
    build_service(HOUSE[name][0], options(HOUSE[name]))


def test_only_the_first_jobs_are_given_what_is_the_owners():
    in_compose = {name for name, one in compose()["services"].items() if owners(set(one.get("environment", {})))}
    workloads = {**of_kind("Deployment", "StatefulSet", "Job")}
    in_kubernetes = {
        name
        for name, one in workloads.items()
        if any(owners(given_by_kubernetes(container)) for container in containers(one))
    }
    assert in_compose == {"roles", "schemas"}
    assert in_kubernetes == {"schemas"}


def owners(settings: set[str]) -> bool:
    return any(one.startswith("NTBCARE_OWNER_") for one in settings)


@everywhere
def test_every_login_role_is_prepared(where):
    if where == "compose":
        prepared = set(compose()["services"]["roles"]["environment"])
    else:
        prepared = given_by_kubernetes(pod(of_kind("Job")["schemas"])["initContainers"][0])
    assert prepared == {f"{role.upper()}_DATABASE_URL" for role in login_roles()} | {"NTBCARE_OWNER_DATABASE_URL"}


def answering(path: str) -> str | None:
    found = [at for at in dict(in_nginx()) if path == at or path.startswith(f"{at}/")]
    return dict(in_nginx())[max(found, key=len)] if found else None


def test_both_ingresses_know_the_same_addresses():
    assert dict(in_nginx()) == dict(in_kubernetes())


@pytest.mark.parametrize("path", sorted({path for _method, path in ACCESS}))
def test_the_ingress_knows_what_others_may_call_and_nothing_else(path, environment):  # noqa: F811
    operators = all(row.kind == "operator" for key, row in ACCESS.items() if key[1] == path)
    process = answering(path)
    if operators or path in INSIDE:
        assert process is None
    else:
        assert process is not None, "name it in compose/nginx.conf and in kubernetes/base/ingress.yaml"
        app = create_app([build_service(HOUSE[process][0], options(HOUSE[process]))])
        assert path in {known for _method, known in routes(app)}, f"{process} does not answer it"


def test_the_ingress_reaches_in_kubernetes_exactly_what_it_names():
    public = {
        name for name, one in deployed().items() if "ntbcare/public" in one["spec"]["template"]["metadata"]["labels"]
    }
    assert public == set(dict(in_kubernetes()).values())


def test_only_who_speaks_kafka_reaches_it_and_only_replies_lapor_and_who_fetches_photos_reach_outside():
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in deployed().items()}
    networks = {name: set(one["networks"]) for name, one in served().items()}
    outside = {"replies", "lapor", "intake-workers"} & HOUSE.keys()
    assert {name for name in labels if "ntbcare/kafka" in labels[name]} == WITH_KAFKA
    assert {name for name in networks if "bus" in networks[name]} == WITH_KAFKA
    assert {name for name in labels if "ntbcare/outside" in labels[name]} == outside
    assert {name for name in networks if "outside" in networks[name]} == outside
    internal = {name for name, one in compose()["networks"].items() if one.get("internal")}
    assert internal == set(compose()["networks"]) - {"outside", "mail"}


def test_casework_alone_reaches_the_mail_server():
    assert {name for name, one in served().items() if "mail" in one["networks"]} == {"casework"} & HOUSE.keys()
    policy = of_kind("NetworkPolicy")["to-mail"]["spec"]
    assert policy["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "casework"}}
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [587, 465]


@pytest.mark.parametrize("image", ["Dockerfile", "Kafka.Dockerfile", "Kannel.Dockerfile"])
def test_an_image_runs_as_a_numbered_user_that_is_not_root(image):
    text = (DEPLOY / "images" / image).read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert users
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    assert not re.findall(r"^FROM (?:\S+:latest|[^:\s]+)(?: |$)", text, re.MULTILINE), "say which version"


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_a_container_of_compose_is_not_root_and_may_do_little(name):
    service = compose()["services"][name]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service.get("read_only") or name == "prometheus", "Docker writes prometheus's token into it"


@pytest.mark.parametrize("name", sorted(of_kind("Deployment", "StatefulSet", "Job")))
def test_a_pod_of_kubernetes_is_not_root_and_may_do_little(name):
    one = of_kind("Deployment", "StatefulSet", "Job")[name]
    rules = common("job.yaml") if one["kind"] == "Job" else common("process.yaml") if is_process(one) else one
    assert pod(rules)["securityContext"]["runAsNonRoot"] is True
    assert pod(rules)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(rules)["automountServiceAccountToken"] is False
    assert {container["name"] for container in containers(one)} == {
        container["name"] for container in containers(rules)
    }
    for container in containers(rules):
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_three_brokers_keep_three_copies_of_which_two_confirm():
    text = (DEPLOY / "images" / "kafka" / "server.properties").read_text(encoding="utf-8")
    properties = dict(re.findall(r"^([\w.-]+)=(.*)$", text, re.MULTILINE))
    assert properties["default.replication.factor"] == "3"
    assert properties["min.insync.replicas"] == "2"
    assert properties["auto.create.topics.enable"] == "false"
    assert [name for name in compose()["services"] if name.startswith("kafka-")] == ["kafka-0", "kafka-1", "kafka-2"]
    assert of_kind("StatefulSet")["kafka"]["spec"]["replicas"] == 3
    assert compose()["services"]["topics"]["environment"]["NTBCARE_KAFKA_REPLICATION_FACTOR"] == "3"
    assert of_kind("ConfigMap")["kafka-client"]["data"]["NTBCARE_KAFKA_REPLICATION_FACTOR"] == "3"


@everywhere
def test_the_brokers_are_called_by_the_names_that_their_certificate_holds(where):
    if where == "compose":
        domain, bootstrap = "", compose()["services"]["relay"]["environment"]["NTBCARE_KAFKA_BOOTSTRAP"]
    else:
        (broker,) = pod(of_kind("StatefulSet")["kafka"])["containers"]
        (domain,) = [one["value"] for one in broker["env"] if one["name"] == "KAFKA_DOMAIN"]
        bootstrap = of_kind("ConfigMap")["kafka-client"]["data"]["NTBCARE_KAFKA_BOOTSTRAP"]
    assert bootstrap == ",".join(f"kafka-{number}{domain}:9092" for number in range(3))
    names = (DEPLOY / "compose" / "make-certificates").read_text(encoding="utf-8").replace("$namespace", "ntbcare")
    assert f"DNS:kafka-$number{domain}," in names


def test_every_secret_and_setting_that_a_pod_names_is_explained():
    made = {"private-ca", "postgres-access"}  # from make-certificates, and from a file by kustomize
    certificates = {"kafka-certificate", "postgres-certificate", "ingress-certificate", "kannel-operators"}
    known = {*of_kind("ConfigMap"), *of_kind("Secret"), *made, *certificates}
    text = "".join(file.read_text(encoding="utf-8") for file in BASE.rglob("*.yaml"))
    keys = r"(?:configMapRef|secretRef|secretKeyRef|configMapKeyRef|configMap|secret): \{(?:name|secretName): ([\w-]+)"
    named = set(re.findall(keys, text))
    assert named - known == set()
