"""Who may know whom: the contracts in pyproject.toml hold, and each of them finds what it is there to find."""

import re
from copy import deepcopy

import grimp
import pytest
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.architecture.sources import ROOT, imported_names, product_modules

TYPES: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS = {options["id"]: options for options in CONFIGURATION["contracts_options"]}

BAD_IMPORTS = [
    ("layers", "shared.core.ids", "services.intake.service"),
    ("layers", "gateway.app", "services.casework.app"),
    ("layers", "services.intake.service", "channel_adapters.sms.channel"),
    ("layers", "services.intake.app", "gateway.problems"),
    ("layers", "services.intake.app", "deploy.local.stack"),
    ("layers", "channel_adapters.sms.normalize", "services.intake.drafts"),
    ("services", "services.casework.service", "services.intake.repository"),
    ("services", "services.brandnew.service", "services.intake.drafts"),
    ("channels", "channel_adapters.instagram.normalize", "channel_adapters.facebook.payloads"),
    ("channels", "channel_adapters._meta.normalize", "channel_adapters.facebook.payloads"),
    ("channels", "channel_adapters.brandnew.normalize", "channel_adapters.sms.numbers"),
    ("channels-libraries", "channel_adapters.sms.channel", "fastapi"),
    ("channels-libraries", "channel_adapters.brandnew.channel", "shared.db.database"),
    ("channels-libraries", "channel_adapters.mobile.normalize", "shared.kafka.client"),
    ("inside-a-service", "services.casework.service", "services.casework.endpoints"),
    ("inside-a-service", "services.casework.endpoints", "services.casework.consumers"),
    ("inside-a-service", "services.casework.consumers", "services.casework.endpoints"),
    ("inside-a-service", "services.lapor.consumers", "services.lapor.worker"),
    ("inside-a-service", "services.replies.dispatch", "services.replies.worker"),
    ("inside-a-service", "services.casework.models", "services.casework.repository"),
    ("inside-a-service", "services.casework.repository", "services.casework.service"),
    ("edges", "services.casework.endpoints", "services.casework.repository"),
    ("edges", "services.casework.consumers", "services.casework.models"),
    ("edges", "services.lapor.worker", "services.lapor.repository"),
    ("edges", "services.brandnew.endpoints", "sqlalchemy"),
    ("rules", "services.casework.rules", "sqlalchemy"),
    ("rules", "services.routing.rules.place", "shared.http.client"),
    ("rules", "services.routing.rules.decide", "services.routing.repository"),
    ("rules", "services.casework.clocks.rules", "services.casework.repository"),
    ("rules", "services.brandnew.rules", "socket"),
    ("gateway", "gateway.health", "sqlalchemy"),
    ("httpx", "services.identity.service", "httpx"),
    ("sign-in-libraries", "services.casework.service", "authlib"),
    ("kafka", "services.intake.consumers", "aiokafka"),
    ("kafka-administration", "shared.kafka.client", "confluent_kafka"),
    ("operators-tools", "services.intake.app", "typer"),
    ("tests", "deploy.demo.story", "tests"),
    ("shared-cycles", "shared.core.ids", "shared.kafka.client"),
]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        *CONFIGURATION["session_options"]["root_packages"], include_external_packages=True, cache_dir=None
    )


def broken(graph: grimp.ImportGraph, contract: str) -> bool:
    options = CONTRACTS[contract]
    checker = TYPES[options["type"]](
        name=options["name"], session_options=CONFIGURATION["session_options"], contract_options=options
    )
    return not checker.check(deepcopy(graph), verbose=False).kept


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_import_contract_holds(graph, contract):
    assert not broken(graph, contract), "run `lint-imports`: it names the import and the way out"


def test_every_import_contract_has_a_bad_example():
    assert {contract for contract, _, _ in BAD_IMPORTS} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "importer", "imported"), BAD_IMPORTS)
def test_a_forbidden_import_is_found(graph, contract, importer, imported):
    spoiled = deepcopy(graph)
    add_service_or_channel(spoiled, importer)
    for module in (importer, imported):
        if module not in spoiled.modules:
            spoiled.add_module(module, is_squashed="." not in module)
    spoiled.add_import(importer=importer, imported=imported)
    assert broken(spoiled, contract)


def add_service_or_channel(graph: grimp.ImportGraph, module: str) -> None:
    """Make a folder that does not exist: the rules must hold for it from its first day."""
    root, folder, _ = module.split(".", 2) if module.count(".") > 1 else (module, "", "")
    package = f"{root}.{folder}"
    if folder and package not in graph.modules:
        graph.add_module(package)
        graph.add_module(f"{package}.app")


def test_migrations_know_their_own_models_and_the_pipes():
    """Migrations are scripts outside any package, which import-linter does not see."""
    for path, tree in product_modules().items():
        if "migrations" not in path.parts or path.parts[0] != "services":
            continue
        ours = {module for module, _ in imported_names(tree) if re.match(r"(services|shared|gateway|deploy)\b", module)}
        allowed = {"shared.db.migrations", "shared.db.roles"}
        if path.name == "env.py":
            allowed.add(f"services.{path.parts[1]}.models")
        assert ours <= allowed, f"{path}: a migration stands for ever, so it imports nothing that may change"


def test_a_late_import_is_no_way_around_the_rules():
    """`importlib` hides an import from the linter; the places that need it are few and known."""
    known = {
        "deploy/cli/main.py",  # loads the command that is called
        "deploy/cli/serve.py",  # finds the services
        "deploy/contracts/services.py",  # reads what each service consumes
        "shared/channels/discovery.py",  # finds the channels
        "shared/db/migrations.py",  # finds the services' migrations
    }
    using = {
        path.as_posix()
        for path, tree in product_modules().items()
        if any(module == "importlib" and name in {"", "import_module"} for module, name in imported_names(tree))
    }
    assert using <= known, "import by name, or use the discovery in shared/channels"
