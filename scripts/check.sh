#!/usr/bin/env bash
# Everything that can be known in half a minute. The slow steps run side by side; what each has to say is
# printed when all have ended, and the exit code is 1 if any failed.
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
    if [[ $code != 0 ]]; then cat "$out/$name"; else sed '/^[.sx]* *\[ *[0-9]*%\]$/d' "$out/$name"; fi
    [[ $code == 0 ]] || failed+=("$name")
  done
}

# What searches or measures longest is left to `make test`: property tests search less, those marked `slow` are not run.
tests() { SWITCHBOARD_TESTS=quick .venv/bin/pytest -q -p no:cacheprovider -m "not slow" "$@"; }

start format .venv/bin/ruff format --check .
start lint .venv/bin/ruff check .
start types .venv/bin/mypy
steps=(format lint types)
if [[ ${1:-} != --without-tests ]]; then
  # One process a folder: between the processes of xdist each test would be handed over, which costs more than most of
  # them take. The floors (import-linter) are a test of tests/house.
  start rules tests tests/unit/rules
  start unit tests tests/unit --ignore tests/unit/rules
  start property tests tests/property
  start house tests tests/house
  steps+=(rules unit property house)
fi
finish "${steps[@]}"

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "check failed: ${failed[*]}"
  exit 1
fi
