"""The question "are you a broker that serves clients?", asked over Kafka's own protocol, without a client's noise."""

import socket
import struct
from contextlib import suppress
from typing import cast

from aiokafka.protocol.metadata import MetadataRequest_v1, MetadataResponse_v1

_SIZE = struct.Struct(">i")


def broker_answers(host: str, port: int, *, timeout: float = 2) -> bool:
    """Whether a metadata request is answered with at least one registered broker at this address."""
    request = MetadataRequest_v1([])
    message = request.build_request_header(1, "ntbcare-launcher").encode() + request.encode()
    with suppress(OSError, ValueError), socket.create_connection((host, port), timeout=timeout) as connection:
        connection.sendall(_SIZE.pack(len(message)) + message)
        with connection.makefile("rb") as answer:
            (size,) = _SIZE.unpack(answer.read(_SIZE.size).ljust(_SIZE.size, b"\0"))
            body = answer.read(size)
        if size == len(body) > _SIZE.size:
            response = MetadataResponse_v1.decode(body[_SIZE.size :])
            brokers = cast("list[tuple[int, str, int, str | None]]", response.get_item("brokers"))
            return any(broker[2] == port for broker in brokers)
    return False
