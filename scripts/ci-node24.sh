#!/usr/bin/env bash
# Runs the tests on Node 24, brought by the `node` package into a temporary folder. The addon built for Node 20 is used
# as it is: Node-API and libuv's ABI are the same.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --no-audit --no-fund --loglevel=error node@24
node24="$folder/node_modules/node/bin/node"
"$node24" --version
PATH="$(dirname "$node24"):$PATH" "$node24" --import tsx scripts/test.mjs "$@"
