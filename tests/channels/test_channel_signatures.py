"""Signatures that our code did not make: published vectors, openssl's (in the fixtures), and the reference folder's."""

import hmac
import json
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from channel_adapters._meta.authenticate import answer_handshake, check_signature
from shared.channels.protocol import InboundRequest, RefusedError
from tests.channels.cases import RECEIVED_AT

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "payloads"


def _request(body: bytes, signature: str | None, query: bytes = b"") -> InboundRequest:
    told = {} if signature is None else {"x-hub-signature-256": signature}
    return InboundRequest(
        method="POST", door="/", path_values={}, query=query, headers=told, body=body, received_at=RECEIVED_AT
    )


def test_the_vector_that_github_publishes_for_the_same_scheme_is_accepted():
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    check_signature(_request(b"Hello, World!", signature), [SecretStr("It's a Secret to Everybody")])
    with pytest.raises(RefusedError):
        check_signature(_request(b"Hello, World?", signature), [SecretStr("It's a Secret to Everybody")])


@pytest.mark.parametrize("right", [0, 1, 2])
def test_every_secret_is_tried_whichever_is_right(right, monkeypatch):
    secrets = [SecretStr(f"secret-number-{number}") for number in range(3)]
    body = b"{}"
    signature = "sha256=" + hmac.new(secrets[right].get_secret_value().encode(), body, "sha256").hexdigest()
    compared: list[bytes] = []
    compare = hmac.compare_digest

    def count(given: bytes, expected: bytes) -> bool:
        compared.append(expected)
        return compare(given, expected)

    monkeypatch.setattr("channel_adapters._meta.authenticate.hmac.compare_digest", count)
    check_signature(_request(body, signature), secrets)
    assert len(set(compared)) == 3


def test_the_vectors_of_the_reference_folder_hold(capsys):
    if not REFERENCE.is_dir():
        with capsys.disabled():
            sys.stdout.write("\nnote: no reference payloads beside this checkout; their vectors were not run\n")
        return
    vectors = json.loads((REFERENCE / "signatures.json").read_text())
    secrets = [SecretStr("another-secret-of-ours"), SecretStr(vectors["keys"]["meta_app_secret"])]
    signed = {
        name: told["X-Hub-Signature-256"] for name, told in vectors["files"].items() if "X-Hub-Signature-256" in told
    }
    for name, signature in signed.items():
        body = (REFERENCE / name).read_bytes()
        check_signature(_request(body, signature), secrets)
        with pytest.raises(RefusedError):
            check_signature(_request(body + b"\n", signature), secrets)
    refused = [vector for vector in vectors["negative"] if vector["header"] == "X-Hub-Signature-256"]
    for vector in refused:
        with pytest.raises(RefusedError) as error:
            check_signature(_request((REFERENCE / vector["file"]).read_bytes(), vector["value"]), secrets)
        assert error.value.status == (403 if vector["value"] else 401)
    assert len(signed) > 100
    assert len(refused) >= 5


def test_the_handshakes_of_the_reference_folder_hold(capsys):
    if not REFERENCE.is_dir():
        with capsys.disabled():
            sys.stdout.write("\nnote: no reference payloads beside this checkout; their handshakes were not run\n")
        return
    for vector in json.loads((REFERENCE / "signatures.json").read_text())["handshake"]:
        request = _request(b"", None, vector["query"].encode())
        if vector["status"] == 200:
            answer = answer_handshake(request, SecretStr("conformance-verify"))
            assert answer.body.decode() == vector["body"]
            assert answer.content_type.startswith(vector["content_type"])
        else:
            with pytest.raises(RefusedError) as error:
                answer_handshake(request, SecretStr("conformance-verify"))
            assert error.value.status == vector["status"]
