#!/usr/bin/env bash
# Runs the tests whose name holds $1. Only files that mention it are collected, which is what makes it quick.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
if [[ -z $name ]]; then
  echo 'Which test? make t T=test_name, or T=tests/unit/test_file.py::test_name' >&2
  exit 2
fi
if [[ -e ${name%%::*} ]]; then
  exec .venv/bin/pytest -q "$name"
fi
mapfile -t files < <(grep -rlE --include='test_*.py' "(def|class) [A-Za-z0-9_]*${name%%\[*}" tests)
if [[ ${#files[@]} -eq 0 ]]; then
  echo "No test has '$name' in its name." >&2
  exit 2
fi
exec .venv/bin/pytest -q -k "$name" "${files[@]}"
