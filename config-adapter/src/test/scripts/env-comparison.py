#!/usr/bin/env python3
"""Prints what other tools make of the cases in env-cases.txt, as the tab-separated columns that EnvComparisonTest reads.

Run in config-adapter, where bash, node (20.6 or later), python-dotenv, docker's command and systemd's shared library are
installed, and env-comparison-compose.go is built:

    COMPOSE_READER=... COMPOSE_VERSION=2.13.0 python3 src/test/scripts/env-comparison.py \
        > src/test/resources/io/keyward/config/env-others.tsv

systemd is asked by the function that reads EnvironmentFile=, and docker by a stand-in for its daemon, which is told what
`docker create --env-file` read: neither needs to run.

Each case is a file; asked is the value of K.
"""

import ctypes
import glob
import http.server
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

CASES = pathlib.Path("src/test/resources/io/keyward/config/env-cases.txt")
UNSET = "not set"
REFUSED = "refused"


def cases():
    for block in CASES.read_text("utf-8").split("=== ")[1:]:
        name, text = block.split("\n", 1)
        text = text.replace("␠", " ").replace("␂", "\ufeff").replace("␍", "\r")
        yield name, text.replace("␄\n", "")


def shown(value):
    return UNSET if value is None else json.dumps(value)


def by_bash(file, directory):
    script = 'set +e; . "$1" || exit 3; [ -n "${K+x}" ] || exit 4; printf %s "$K"'
    # the dot command itself fails only for a syntax error; a line it cannot run is skipped with a message
    # no PATH, so that no line of a case runs a program
    process = subprocess.Popen(
        [shutil.which("bash"), "--noprofile", "--norc", "-c", script, "bash", file],
        cwd=directory, env={"PATH": "/nowhere"}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.communicate()[0].decode("utf-8").replace(str(process.pid), "<process id>")
    if process.returncode == 4:
        return UNSET
    return REFUSED if process.returncode else shown(out)


def by_node(file, directory):
    script = "process.stdout.write(JSON.stringify({v: process.env.K ?? null}))"
    result = subprocess.run(
        ["node", "--env-file=" + file, "-e", script], cwd=directory, env={"PATH": os.environ["PATH"]}, capture_output=True)
    return REFUSED if result.returncode else shown(json.loads(result.stdout)["v"])


def by_python_dotenv(file):
    import logging

    import dotenv

    logging.disable(logging.CRITICAL)
    return shown(dotenv.dotenv_values(file).get("K"))


def by_systemd(file):
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    read = SYSTEMD.load_env_file
    read.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.POINTER(ctypes.c_char_p))]
    values = ctypes.POINTER(ctypes.c_char_p)()
    stream = libc.fopen(file.encode(), b"re")
    if read(stream, file.encode(), ctypes.byref(values)) < 0:
        return REFUSED
    found = None
    i = 0
    while values and values[i] is not None:
        name, _, value = values[i].decode("utf-8").partition("=")
        found = value if name == "K" else found
        i += 1
    return shown(found)


class Daemon(http.server.BaseHTTPRequestHandler):
    """Answers what docker asks before it creates a container, and keeps the environment that it sends."""

    protocol_version = "HTTP/1.1"
    environment = None

    def do_HEAD(self):
        self.answer({})

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        Daemon.environment = body.get("Env") or []
        self.answer({"Id": "0" * 64, "Warnings": []}, 201)

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.47")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


def by_docker(file, directory, port):
    Daemon.environment = None
    result = subprocess.run(
        ["docker", "-H", "tcp://127.0.0.1:%d" % port, "create", "--env-file", file, "image"],
        cwd=directory, env={"PATH": os.environ["PATH"], "HOME": directory}, capture_output=True)
    if result.returncode or Daemon.environment is None:
        return REFUSED
    found = [entry.partition("=")[2] for entry in Daemon.environment if entry.partition("=")[0] == "K"]
    return shown(found[-1] if found else None)


def by_compose(file):
    result = subprocess.run([os.environ["COMPOSE_READER"], file], env={}, capture_output=True)
    return UNSET if result.returncode == 4 else REFUSED if result.returncode else shown(json.loads(result.stdout))


SYSTEMD_LIBRARY = sorted(glob.glob("/usr/lib/*/systemd/libsystemd-shared-*.so"))[-1]
SYSTEMD = ctypes.CDLL(SYSTEMD_LIBRARY)


def main():
    bash = subprocess.run(["bash", "-c", "echo ${BASH_VERSION%%(*}"], capture_output=True, text=True).stdout.strip()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    docker = subprocess.run(["docker", "--version"], capture_output=True, text=True).stdout.split()[2].rstrip(",")
    systemd = SYSTEMD_LIBRARY.rsplit("-", 1)[1].removesuffix(".so")
    daemon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Daemon)
    threading.Thread(target=daemon.serve_forever, daemon=True).start()
    print("case", "bash " + bash, "node " + node, "python-dotenv " + importlib.metadata.version("python-dotenv"),
          "systemd " + systemd, "docker " + docker, "Compose (compose-go " + os.environ["COMPOSE_VERSION"] + ")", sep="\t")
    for name, text in cases():
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "case.env")
            pathlib.Path(file).write_bytes(text.encode("utf-8"))
            print(name, by_bash(file, directory), by_node(file, directory), by_python_dotenv(file),
                  by_systemd(file), by_docker(file, directory, daemon.server_port), by_compose(file), sep="\t")


if __name__ == "__main__":
    sys.exit(main())
