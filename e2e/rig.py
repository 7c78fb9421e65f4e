"""Real components for the end-to-end tests: each starts on a free port and is
stopped again. SHARED names the folder that has the recipes, the corpus and the
official schemas; without it nothing here works, and says so.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tarfile
import time
import urllib.parse
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("SHARED", ROOT.parent / "shared")).resolve()
# For Redis to answer: a busy machine is not the outage that a test is about.
PATIENCE = "2s"
BINARY = pathlib.Path(os.environ.get("BINARY", ROOT / "bin" / "streamer"))


def require(path):
    if not path.exists():
        raise SystemExit(f"{path} is missing: set SHARED to the folder with corpus, contracts and recipes")
    return path


def free_port(neighbours=0):
    """A port that nobody listens on, and so many after it. Below the range from which
    the kernel takes the ports of outgoing connections: one of those, picked between
    this look and a server's start, made a broker fail."""
    while True:
        first = random.randrange(15_000, 32_000)
        try:
            for port in range(first, first + 1 + neighbours):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def wait_for(what, check, timeout=60.0, every=0.05):
    """Polls until check() is true and returns its value; names what it waited for if not."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"waited {timeout:.0f} s for {what}")


def listening(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Process:
    """A child process whose output goes to a file, ended at close."""

    def __init__(self, args, log, **kw):
        self.log = pathlib.Path(log)
        self.out = self.log.open("ab")
        self.child = subprocess.Popen(args, stdout=self.out, stderr=subprocess.STDOUT, **kw)

    def signal(self, sig):
        self.child.send_signal(sig)

    def wait(self, timeout=40):
        code = self.child.wait(timeout)
        self.out.close()
        return code

    def running(self):
        return self.child.poll() is None

    def close(self):
        if self.running():
            self.signal(signal.SIGKILL)
        self.wait()

    def text(self):
        return self.log.read_text(errors="replace")


class Redis:
    """A real Redis. durable: it hands what it is told to the system before it answers, so
    that being killed loses nothing; waiting for the disk too would only help when the
    machine dies, and on a busy one makes it slower than its clients wait."""

    def __init__(self, folder, durable=False):
        self.port, self.folder, self.durable = free_port(), folder, durable
        self.start()

    def start(self):
        assert shutil.which("redis-server"), "redis-server is not installed"
        keep = ["--appendonly", "yes", "--appendfsync", "no"] if self.durable else ["--appendonly", "no"]
        self.process = Process(["redis-server", "--port", str(self.port), "--save", "", *keep, "--dir", str(self.folder)],
                               self.folder / "redis.log")
        wait_for("redis", lambda: listening(self.port))

    def flush(self):
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.sendall(b"FLUSHALL\r\n")
            assert s.recv(64) == b"+OK\r\n"

    def close(self):
        """Kills it."""
        self.process.close()

    def forget(self):
        """Drops, while it is stopped, what it wrote."""
        shutil.rmtree(self.folder / "appendonlydir")


def maven(artifact):
    """A file from Maven Central, kept for the machine; GROUP:NAME:VERSION."""
    group, name, version = artifact.split(":")
    cache = pathlib.Path.home() / ".cache/revscore-e2e"
    jar = cache / f"{name}-{version}.jar"
    if not jar.exists():
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-DoutputDirectory={cache}", f"-Dartifact={artifact}"], check=True, timeout=300)
    return jar


class Registry:
    """A real schema registry, Apicurio, in memory, with Confluent's API. Maven brings
    it (109 MB), once per machine."""

    VERSION = "3.0.9"

    def __init__(self, folder):
        jars = self.jars()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        self.process = Process(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dquarkus.http.host=127.0.0.1",
             f"-Dquarkus.http.port={port}", "-jar", str(jars / f"apicurio-registry-app-{self.VERSION}-runner.jar")],
            folder / "registry.log", cwd=folder)
        wait_for("the registry; see " + str(self.process.log), lambda: self.get("/subjects") is not None)

    @classmethod
    def jars(cls):
        cache = pathlib.Path.home() / ".cache/apicurio-registry"
        done = cache / cls.VERSION
        if not done.exists():
            part = cache / f"{cls.VERSION}.part"
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-DoutputDirectory={part}",
                            f"-Dartifact=io.apicurio:apicurio-registry-app:{cls.VERSION}:tar.gz:all"], check=True, timeout=300)
            packed = part / f"apicurio-registry-app-{cls.VERSION}-all.tar.gz"
            with tarfile.open(packed) as tar:
                tar.extractall(part, filter="data")
            packed.unlink()
            part.rename(done)
        return done

    def get(self, path):
        """The answer to a question, decoded; None while there is none."""
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url + path, timeout=5) as r:
            return json.load(r)
        return None

    def close(self):
        self.process.close()


class Stand:
    """A stand-in of tools/ as its own process, whose faults are switched on command."""

    def __init__(self, name, folder, *args):
        self.name, self.folder = name, folder
        subprocess.run(["go", "build", "-o", str(folder / name), f"./tools/{name}"], cwd=ROOT, check=True, timeout=300)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.args = [str(folder / name), "-listen", f"127.0.0.1:{self.port}", *args]
        self.start()

    def start(self):
        self.process = Process(self.args, self.folder / f"{self.name}.log")
        wait_for(f"{self.name}; see {self.process.log}", lambda: listening(self.port))

    def faults(self, text=""):
        request = urllib.request.Request(f"{self.url}/_sim/faults", data=text.encode(), method="PUT")
        with urllib.request.urlopen(request, timeout=10) as r:
            assert r.status == 204

    def close(self):
        """Kills it."""
        self.process.close()


class Gate(Stand):
    """The stand-in for EventGate; it validates by the official schemas."""

    def __init__(self, folder, faults=""):
        super().__init__("gatesim", folder, "-faults", faults, "-schemas", str(require(SHARED / "contracts/schemas")))

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/_sim/{path}", timeout=30) as r:
            return r.read()

    def stats(self):
        return json.loads(self.get("stats"))

    def accepted(self):
        """What it took, in order: id, stream, whether the client was told, and the event."""
        return [json.loads(line) for line in self.get("accepted").splitlines()]


class EndlessWiki(Stand):
    """A wiki that has every revision, but few; revision n is of page n % pages + 1."""

    def __init__(self, folder, pages):
        super().__init__("wikisim", folder, "-pages", str(pages))
        self.api = f"{self.url}/{{wiki}}/w/api.php"


class Streamer:
    """The service as its own process."""

    def __init__(self, folder, config, name="streamer"):
        self.folder, self.name = folder, name
        self.path = folder / f"{name}.yaml"
        self.admin = free_port()
        config = config | {"admin": {"listen": f"127.0.0.1:{self.admin}"}}
        self.path.write_text(yaml.safe_dump(config))
        self.start()

    def start(self):
        self.process = Process([str(require(BINARY)), "run", "--config", str(self.path)], self.folder / f"{self.name}.log")

    def ready(self):
        def check():
            assert self.process.running(), f"{self.name} ended:\n{self.process.text()[-2000:]}"
            return self.get("/readyz")

        wait_for(f"readiness; see {self.process.log}", check)

    def get(self, path):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=5) as r:
            return r.read().decode()
        return ""

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if line.startswith(name))

    def kill(self):
        self.process.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM, which must end it well and in time."""
        code, seconds = self.terminate()
        assert code == 0, self.process.text()[-3000:]
        assert seconds < 30, f"the drain took {seconds:.1f} s"

    def terminate(self):
        """SIGTERM; returns the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.signal(signal.SIGTERM)
        return self.process.wait(), time.monotonic() - began

    def close(self):
        self.process.close()


class Wiki:
    """The stand-in wiki as its own process; its events are in self.events."""

    def __init__(self, folder, corpus):
        self.port = free_port()
        events = folder / "events.jsonl"
        self.process = Process([str(require(BINARY)), "wiki", "--corpus", str(require(corpus)), "--count", "0",
                                "--listen", f"127.0.0.1:{self.port}", "--events", str(events)], folder / "wiki.log")
        wait_for("the stand-in wiki", lambda: listening(self.port), timeout=120)
        self.events = [json.loads(line) for line in events.open(encoding="utf-8")]
        self.api = f"http://127.0.0.1:{self.port}/{{wiki}}/w/api.php"

    def close(self):
        self.process.close()


class MediaWiki:
    """A real MediaWiki with an imported history, by the recipe."""

    def __init__(self, folder, dump):
        self.port = free_port()
        self.env = os.environ | {"MW_DATA": str(folder / "mediawiki"), "MW_PORT": str(self.port)}
        self.api = f"http://127.0.0.1:{self.port}/api.php"
        self.recipe("start")
        self.recipe("import", str(require(dump)))

    def recipe(self, *args):
        subprocess.run(["bash", str(require(SHARED / "recipes/mediawiki.sh")), *args], env=self.env, check=True, timeout=600)

    def ask(self, **params):
        query = urllib.parse.urlencode(params | {"action": "query", "format": "json", "formatversion": 2})
        with urllib.request.urlopen(f"{self.api}?{query}", timeout=60) as r:
            return json.load(r)

    def revisions(self):
        """Every revision with its page, read through list=allrevisions."""
        out, more = [], {}
        while True:
            answer = self.ask(list="allrevisions", arvlimit=500, arvdir="newer",
                              arvprop="ids|timestamp|user|userid|comment|flags|size", **more)
            for page in answer["query"]["allrevisions"]:
                out += [(page, r) for r in page["revisions"]]
            more = answer.get("continue")
            if not more:
                return sorted(out, key=lambda pair: pair[1]["revid"])

    def close(self):
        self.recipe("stop")
