#!/usr/bin/env bash
# For maintainers only: rebuilds what the inbox takes from others (inbox/static/vendor, icons.svg, axe for the tests)
# from the versions named here, and writes inbox/vendor.lock. Running Switchboard needs none of this, and no Node.
# `scripts/vendor.sh --check` rebuilds in a temporary place and fails if a committed byte differs.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
packages=(preact@11.2.0 @preact/signals@2.11.4 @preact/signals-core@1.14.5 htm@3.1.1
  lucide-static@1.62.0 axe-core@4.14.1 esbuild@0.28.2)
outputs=(inbox/static/vendor/ui.js inbox/static/vendor/LICENSES.txt inbox/static/icons.svg
  tests/browser/vendor/axe.min.js tests/browser/vendor/LICENSE-axe-core.txt)
icons=(activity archive arrow-down arrow-left ban bell bot calendar-clock check check-check chevron-down
  chevron-right circle-alert circle-check circle-dot clock code credit-card crown download ellipsis
  eye-off file-text flag globe hash history hourglass id-card image inbox info key-round keyboard
  languages landmark layers link list-tree log-out mail map-pin message-circle message-square message-square-quote
  monitor moon network panel-left panel-right paperclip phone refresh-cw reply rotate-ccw route search
  send shield-alert shield-check siren sticky-note sun tag trash-2 triangle-alert user-check user-plus user-round
  users-round volume-2 volume-x wallet wifi-off x)

for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "vendor.sh needs $tool: sudo apt-get install nodejs npm" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null 2>&1
npm install --silent --no-audit --no-fund --save-exact "${packages[@]}" >/dev/null 2>npm.log || { cat npm.log >&2; exit 1; }

mkdir -p out/inbox/static/vendor out/tests/browser/vendor
cat >entry.js <<'JS'
import { h } from "preact";
import htm from "htm";
export { h, render, Fragment, createRef } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback } from "preact/hooks";
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from "@preact/signals";
export const html = htm.bind(h);
JS
node_modules/.bin/esbuild entry.js --bundle --format=esm --minify --target=es2022 --legal-comments=none --log-level=warning \
  --banner:js='/* Preact, htm, @preact/signals: see LICENSES.txt. Made by scripts/vendor.sh; not to be edited. */' \
  --outfile=out/inbox/static/vendor/ui.js

licences=out/inbox/static/vendor/LICENSES.txt
for package in preact htm @preact/signals @preact/signals-core lucide-static; do
  printf '%s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
  cat "node_modules/$package/LICENSE"
  printf '\n----\n\n'
done >"$licences"
cp node_modules/axe-core/axe.min.js out/tests/browser/vendor/axe.min.js
cat node_modules/axe-core/LICENSE node_modules/axe-core/LICENSE-3RD-PARTY.txt >out/tests/browser/vendor/LICENSE-axe-core.txt

{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  for icon in "${icons[@]}"; do
    file=node_modules/lucide-static/icons/$icon.svg
    [[ -f $file ]] || { echo "lucide has no icon $icon" >&2; exit 1; }
    inner=$(sed -e '/<!--/d' -e '/<svg/,/^>/d' -e '/<\/svg>/d' "$file" | tr -s ' \n' ' ' | sed -e 's/^ //' -e 's/ $//')
    echo "<symbol id=\"$icon\" viewBox=\"0 0 24 24\">$inner</symbol>"
  done
  echo '</svg>'
} >out/inbox/static/icons.svg

{
  for package in "${packages[@]}"; do
    name=${package%@*}
    echo "package $package $(node -p "require('./package-lock.json').packages['node_modules/$name'].integrity")"
  done
  (cd out && sha256sum "${outputs[@]}") | sed 's/^\([0-9a-f]*\)  \(.*\)$/file \2 sha256:\1/'
} >vendor.lock

if [[ ${1:-} == --check ]]; then
  for file in "${outputs[@]}"; do cmp "out/$file" "$root/$file"; done
  cmp vendor.lock "$root/inbox/vendor.lock"
  echo "vendored files are what their sources make"
  exit
fi
for file in "${outputs[@]}"; do mkdir -p "$root/$(dirname "$file")" && cp "out/$file" "$root/$file"; done
cp vendor.lock "$root/inbox/vendor.lock"
cat vendor.lock
