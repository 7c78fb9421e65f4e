"""Fixtures that tests share, and the recap at the end of a run."""

import pytest

import broker
import recap
import rig


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="module")
def wiki(folder):
    w = rig.Wiki(folder, rig.SHARED / "corpus/mix.jsonl.gz")
    yield w
    w.close()


@pytest.fixture
def kafka(tmp_path):
    k = broker.Kafka(tmp_path)
    yield k
    k.close()


@pytest.fixture
def redis(tmp_path):
    r = rig.Redis(tmp_path)
    yield r
    r.close()


@pytest.fixture
def streamer(tmp_path):
    started = []

    def start(cfg):
        started.append(rig.Streamer(tmp_path, cfg))
        return started[-1]

    yield start
    for s in started:
        s.close()


def pytest_terminal_summary(terminalreporter):
    if recap.ROWS:
        terminalreporter.section("delivery")
        for line in recap.table():
            terminalreporter.line(line)
