#!/usr/bin/env bash
# Everything that can be known in half a minute. The slow steps run side by side; each one's output is printed
# whole when it ends, and the exit code is 1 if any failed.
set -uo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=()

start() { local name=$1; shift; { "$@" >"$out/$name" 2>&1; echo $? >"$out/$name.code"; } & }
finish() {
  local name code
  wait
  for name in "$@"; do
    code=$(<"$out/$name.code")
    printf -- '-- %s: %s\n' "$name" "$([[ $code == 0 ]] && echo ok || echo failed)"
    if [[ $code != 0 || $name == tests ]]; then cat "$out/$name"; fi
    [[ $code == 0 ]] || failed+=("$name")
  done
}

start format .venv/bin/ruff format --check .
start lint .venv/bin/ruff check .
start types .venv/bin/mypy
# The floors (import-linter) are a test of tests/house. Two processes, as in `make test`: the types are known long before.
start tests env SWITCHBOARD_TESTS=quick .venv/bin/pytest -q -n 2 --dist loadgroup -m "not corpora" tests/unit tests/property tests/house
finish format lint types tests

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "check failed: ${failed[*]}"
  exit 1
fi
