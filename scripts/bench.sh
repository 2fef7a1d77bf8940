#!/usr/bin/env bash
# Runs every benchmark module, or the one named: bench.sh [NAME]. A module is a benchmark if it can be run.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in benchmarks/*.py; do
  name=$(basename "$file" .py)
  grep -q '__name__ == "__main__"' "$file" || continue
  [[ -z ${1:-} || $1 == "$name" ]] || continue
  printf '\n== %s\n' "$name"
  .venv/bin/python -m "benchmarks.$name"
done
