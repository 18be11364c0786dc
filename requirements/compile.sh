#!/bin/sh
# Renew the pinned requirements from pyproject.toml: hashes, but no address of any index.
set -eu
cd "$(dirname "$0")/.."
pin() { uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header "$@"; }
pin pyproject.toml --extra sandbox --group dev --output-file requirements/dev.txt
pin pyproject.toml --constraint requirements/dev.txt --output-file requirements/run.txt
echo "uv" | pin - --output-file requirements/bootstrap.txt
echo "hatchling" | pin - --constraint requirements/dev.txt --output-file requirements/build.txt
