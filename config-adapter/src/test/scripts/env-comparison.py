#!/usr/bin/env python3
"""Prints what other tools make of the cases in env-cases.txt, as the tab-separated columns that EnvComparisonTest reads.

Run in config-adapter, where bash, node (20.6 or later) and python-dotenv are installed:

    python3 src/test/scripts/env-comparison.py > src/test/resources/io/keyward/config/env-others.tsv

Each case is a file; asked is the value of K.
"""

import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

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
    result = subprocess.run(
        [shutil.which("bash"), "--noprofile", "--norc", "-c", script, "bash", file],
        cwd=directory, env={"PATH": "/nowhere"}, capture_output=True)
    if result.returncode == 4:
        return UNSET
    return REFUSED if result.returncode else shown(result.stdout.decode("utf-8"))


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


def main():
    bash = subprocess.run(["bash", "-c", "echo ${BASH_VERSION%%(*}"], capture_output=True, text=True).stdout.strip()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    print("case", "bash " + bash, "node " + node, "python-dotenv " + importlib.metadata.version("python-dotenv"), sep="\t")
    for name, text in cases():
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "case.env")
            pathlib.Path(file).write_bytes(text.encode("utf-8"))
            print(name, by_bash(file, directory), by_node(file, directory), by_python_dotenv(file), sep="\t")


if __name__ == "__main__":
    sys.exit(main())
