#!/usr/bin/env python3
"""Follow the complaints that concern one region: each change as a line of JSON, and what stands now in a file.

REGION          the region, by Kemendagri's dotted code, for example 52.03; 52 is the province
KAFKA_BOOTSTRAP the brokers, host:port, separated by commas
KAFKA_PASSWORD  the region's password, with TLS; without it, in clear (a broker of your own machine)
KAFKA_CA_FILE   whom to believe, a PEM file; empty for the authorities that the machine knows
KAFKA_PREFIX    the installation's prefix, if it has one
STORE           the SQLite file (complaints.sqlite); table complaint: id, sequence, value (null: it was withdrawn)

Needs `pip install aiokafka`. Stop it with Ctrl-C: it goes on where it was.
"""

import argparse
import asyncio
import contextlib
import os
import sqlite3
import sys

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

SHARED, WITHDRAWN = "complaint.shared_with_region.v1", "complaint.withdrawn_from_region.v1"
TABLE = "CREATE TABLE IF NOT EXISTS complaint (id TEXT PRIMARY KEY, sequence INTEGER, value TEXT)"
NEWER = """INSERT INTO complaint VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET sequence = excluded.sequence, value = excluded.value WHERE excluded.sequence > complaint.sequence"""


async def follow(region: str, prefix: str, brokers: str, password: str | None, ca_file: str | None) -> None:
    """Keep the newest of each complaint; what was seen before changes nothing, so a second delivery is harmless."""
    name = f"{prefix}regency-{region}"  # the user, and the beginning of the groups that it may use
    access = {"sasl_plain_username": name, "sasl_plain_password": password, "sasl_mechanism": "SCRAM-SHA-512"}
    secured = {"security_protocol": "SASL_SSL", "ssl_context": create_ssl_context(cafile=ca_file), **access}
    reading = {"group_id": name, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    topic, options = f"{prefix}complaints.region.{region}", {**reading, **(secured if password else {})}
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=brokers, **options)
    with contextlib.closing(sqlite3.connect(os.environ.get("STORE", "complaints.sqlite"))) as store:
        store.execute(TABLE)
        try:
            await consumer.start()
            async for record in consumer:
                headers = dict(record.headers)
                if (kind := headers["ce_type"].decode()) in {SHARED, WITHDRAWN}:  # others will be added
                    value = record.value.decode() if kind == SHARED else None
                    with store:
                        seen = store.execute(NEWER, (record.key.decode(), int(headers["ce_sequence"]), value))
                    sys.stdout.write(record.value.decode() + "\n" if seen.rowcount else "")
                    sys.stdout.flush()
                await consumer.commit()  # only now: what is not in the file comes again
        finally:
            await consumer.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.parse_args()
    if missing := {"REGION", "KAFKA_BOOTSTRAP"} - os.environ.keys():
        parser.error(f"set {' and '.join(sorted(missing))}; --help explains each")
    who = os.environ["REGION"], os.environ.get("KAFKA_PREFIX", ""), os.environ["KAFKA_BOOTSTRAP"]
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(follow(*who, os.environ.get("KAFKA_PASSWORD"), os.environ.get("KAFKA_CA_FILE")))
        except (KafkaError, OSError) as error:  # no such address, no TLS, a wrong password, no rule for this topic
            sys.exit(f"{type(error).__name__}: {error}")
