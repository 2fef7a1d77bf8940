#!/usr/bin/env bash
# Brings .venv up to pyproject.toml: `setup.sh runtime` for running, `setup.sh dev` for tests and checks.
# A stamp remembers from which pyproject.toml and for which Python it was installed, so that a second call
# costs a few milliseconds. What is missing on the machine is named with the command that installs it.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:?runtime or dev}

say() { printf '%s\n' "$*" >&2; }

# On a bare machine root has no sudo, and needs none.
install() { say "Install it with:  $([[ $EUID -eq 0 ]] || echo 'sudo ')apt-get install $*"; }

find_python() {
  local candidate found
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  found=$({ "${PYTHON:-python3}" --version 2>/dev/null || true; } | head -n 1)
  say "Switchboard needs Python 3.11 or newer; ${PYTHON:-python3} is ${found:-not there}."
  if [[ -n $found ]]; then install python3.11 python3.11-venv; else install python3 python3-venv; fi
  say "or name one:      make run PYTHON=/path/to/python3"
  exit 1
}

create_venv() {
  local python version
  python=$(find_python)
  if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "Python $version is here, but its venv module is not."
    install "python$version-venv"
    exit 1
  fi
  say "Setting up .venv with $("$python" --version) ..."
  rm -rf .venv
  "$python" -m venv .venv
}

# Two calls at once (two terminals) take turns.
exec 9<Makefile
! command -v flock >/dev/null || flock 9

# A virtual environment that was moved does not run: its scripts name the place where they were installed.
place=$(pwd -P)/.venv/
if ! .venv/bin/python -c '' 2>/dev/null || ! head -n 3 .venv/bin/pip 2>/dev/null | grep -qF "$place"; then
  create_venv
fi
key() { { cat pyproject.toml; .venv/bin/python -V; } | sha256sum | cut -d' ' -f1; }
now=$(key)
stamp=.venv/installed
if [[ -f $stamp ]] && { [[ $(<$stamp) == "$now dev" ]] || [[ $(<$stamp) == "$now $want" ]]; }; then
  exit 0
fi
# What was installed for development stays so: installing the smaller set would only forget it.
[[ -f $stamp && $(<$stamp) == *" dev" ]] && want=dev
say "Installing what Switchboard needs (once, usually well under a minute) ..."
extra=$([[ $want == dev ]] && echo '[dev]' || true)
if ! PYTHONWARNINGS=ignore .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$extra"; then
  say "The installation failed; the lines above say why. It needs PyPI (or a mirror named by PIP_INDEX_URL)."
  exit 1
fi
echo "$now $want" >$stamp
