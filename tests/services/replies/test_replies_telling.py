"""What came of a reply is logged and counted once, when it is committed."""

import pytest
from structlog.testing import capture_logs

from services.replies import consumers
from shared.core.ids import new_id
from shared.events import Envelope


async def test_a_batch_that_is_taken_back_is_counted_once(house):
    event = house.received()
    await house.know(event)
    envelope = Envelope(id=new_id(), subject=event.subject, time=house.clock(), sequence=1, data=event)
    handle = consumers.handlers(house.service)[type(event)]
    with capture_logs() as logs:
        with pytest.raises(RuntimeError):
            async with house.pool.transaction() as tx:
                await handle(tx, envelope)
                raise RuntimeError
        assert logs == []
        async with house.pool.transaction() as tx:
            await handle(tx, envelope)
    assert [one["event"] for one in logs] == ["reply.queued"]
