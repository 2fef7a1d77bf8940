#!/usr/bin/env bash
# Makes the secrets the compose files name, in deploy/secrets (ignored by git). What is there stays:
# sealed payloads can be opened only with the key they were sealed with.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets
# The container's user must be able to read the files, so the folder is what keeps others out.
chmod 0700 secrets

make() {
  [[ -s secrets/$1 ]] && return
  (umask 022; printf '%s' "$2" >"secrets/$1")
  echo "made deploy/secrets/$1"
}

hex() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

make seal_key "$(hex)"
make signing_key "$(hex)"
make postgres_password "$(hex)"
make database_url "postgresql://switchboard:$(<secrets/postgres_password)@postgres:5432/switchboard"
