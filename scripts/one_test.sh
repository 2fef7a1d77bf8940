#!/usr/bin/env bash
# Runs the tests whose name holds $1. Only files that mention it are collected, which is what makes it quick.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
if [[ -z $name ]]; then
  echo 'Which test? make t T=test_name, or T=tests/unit/test_file.py::test_name' >&2
  exit 2
fi
# A path, there or not: pytest says what is missing, and what may have been meant.
if [[ ${name%%[*} == */* || ${name%%::*} == *.py ]]; then
  exec .venv/bin/pytest -q "$name"
fi
named="(def|class) [A-Za-z0-9_]*${name%%\[*}"
mapfile -t files < <(
  grep -rlE --include='test_*.py' "$named" tests || true
  # A suite is run by the files that import it, each over what it tries.
  grep -rlE --include='*.py' --exclude='test_*.py' "def test_" tests | xargs grep -lE "$named" | while read -r suite; do
    module=${suite%.py}
    grep -rlF --include='test_*.py' "from ${module//\//.} import" tests || true
  done | sort -u
)
if [[ ${#files[@]} -eq 0 ]]; then
  echo "No test has '$name' in its name." >&2
  exit 2
fi
exec .venv/bin/pytest -q -k "$name" "${files[@]}"
