"""Celery as the bench's peer: durable quorum queue, persistent messages, publisher confirms, acks late, results in PostgreSQL.

    celery -A celery_peer worker ...      works
    celery_peer.py bulk N                 submits N tasks as fast as it can; prints the seconds that took
    celery_peer.py pace N PER_SECOND      submits N tasks one after the other, evenly

BROKER, RESULTS and QUEUE in the environment say where.
"""

import os
import sys
import time

from celery import Celery

app = Celery("peer", broker=os.environ["BROKER"], backend=os.environ["RESULTS"])
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    task_default_queue_type="quorum",
    task_acks_late=True,
    task_ignore_result=False,
    broker_transport_options={"confirm_publish": True},
    worker_redirect_stdouts=False,
)


@app.task(name="peer.work")
def work(sent_micros):
    """Does nothing; says when it began if the submitter said when it submitted."""
    if sent_micros:
        os.write(1, f"begin {sent_micros} {time.time_ns() // 1000}\n".encode())


def submit(count, per_second):
    with app.producer_pool.acquire(block=True) as producer:
        producer.connection.ensure_connection()
        producer.maybe_declare(app.amqp.queues[os.environ["QUEUE"]])
        begun = time.monotonic()
        for number in range(count):
            if per_second:
                time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            work.apply_async((time.time_ns() // 1000 if per_second else 0,), producer=producer)
        return time.monotonic() - begun


if __name__ == "__main__":
    verb, count, *rest = sys.argv[1:]
    print(submit(int(count), float(rest[0]) if verb == "pace" else None))
