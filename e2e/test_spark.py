"""Avro container files as a data lake reads them: PySpark makes Hive-partitioned tables
of the folders and finds in them what confluent-kafka finds in the topics. Run by
`make e2e`.
"""

import collections
import datetime
import json
import os
import subprocess
import sys

import expect
import rig
from test_avro import as_json, by_id
from test_stream import TOPIC, config, finished, values

SPARK_AVRO = "org.apache.spark:spark-avro_2.13:4.0.2"  # Spark's own source, beside Hive's
STREAMS = [expect.stream("revid"), expect.stream("reverted"), "revscore.error"]


def test_container_files_by_spark(tmp_path, kafka, redis, wiki, streamer):
    """Every event to Kafka and to files, by a service that is killed on the way. Two hours
    later each hour's partition is complete, with as many rows as the topic has distinct
    events, and the same values."""
    kafka.create(TOPIC)
    lake, events = tmp_path / "lake", wiki.events
    service = streamer(config(kafka, redis, wiki.api, sinks={"avro": {"files": {"dir": str(lake)}}, "default": ["kafka", "files"]}))
    half = len(events) // 2
    kafka.produce(TOPIC, [*values(events[:half]), b"{"])
    rig.wait_for("some scores", lambda: kafka.end(expect.stream("reverted")) >= half // 3, every=0.005)
    service.kill()
    service.start()
    finished(kafka, half + 1)
    later(service, lake, 3)
    kafka.produce(TOPIC, values(events[half:]))
    finished(kafka, len(events) + 1)
    later(service, lake, 2)
    rig.wait_for("complete hours", lambda: len(list(lake.rglob("_SUCCESS"))) == 5)
    service.stop()

    rows, partitions = read(tmp_path, lake)
    assert partitions == {"revscore_error": 1} | {name(s): 2 for s in STREAMS[:2]}
    counts = {}
    for stream in STREAMS:
        want = {}
        for m in kafka.read(stream):
            e = json.loads(m.value())
            want[e["meta"]["id"]] = expect.undated(e)
        for table in (name(stream), str(lake / stream)):
            got = {id_: e for id_, (_, e) in by_id((None, e) for e in rows[table]).items()}
            assert got == want, table
        counts[stream] = len(want)
    assert counts[STREAMS[0]] == counts[STREAMS[1]] == len(events) and counts[STREAMS[2]] == 1
    print(f"\nSpark: {counts} in {sum(partitions.values())} partitions, equal to the topics")


def name(stream):
    return stream.replace(".", "_").replace("-", "_")


def later(service, lake, hours):
    """Stops the service and starts it as if so many hours had passed: what an hour's
    journals are named by is all that tells them from this hour's."""
    service.stop()
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    for journal in lake.glob(".revscore/0/*/*.journal"):
        _, number = journal.name.split("-")
        journal.rename(journal.with_name(f"{then:%Y%m%d%H}-{number}"))
    service.start()


def read(folder, lake):
    """The rows of each stream by its Hive table and by its folder, and the number of
    partitions of each."""
    jar = rig.maven(SPARK_AVRO)
    statements = subprocess.run([str(rig.BINARY), "schema", "hive", "--location", str(lake), *STREAMS[:2]], check=True,
                                capture_output=True, text=True, timeout=30).stdout
    statements += subprocess.run([str(rig.BINARY), "schema", "hive", "--location", str(lake), "--schema", "/error/2.1.0", STREAMS[2]],
                                 check=True, capture_output=True, text=True, timeout=30).stdout
    tables = [t for s in STREAMS for t in (name(s), str(lake / s))]
    with (folder / "spark.log").open("w") as log:
        out = subprocess.run([sys.executable, str(rig.ROOT / "e2e/spark_tables.py"), str(jar), *tables], input=statements, cwd=folder,
                             env=os.environ | {"PYSPARK_PYTHON": sys.executable}, stdout=subprocess.PIPE, stderr=log, text=True, timeout=180)
    assert out.returncode == 0, (folder / "spark.log").read_text()[-3000:]
    rows, partitions = collections.defaultdict(list), collections.defaultdict(set)
    for line in out.stdout.splitlines():
        table, row = json.loads(line)
        hour = tuple(str(row.pop(part)) for part in ("year", "month", "day", "hour"))
        if not table.startswith("/"):
            partitions[table].add(hour)
        rows[table].append(as_json(row))
    return rows, {table: len(hours) for table, hours in partitions.items()}
