#!/usr/bin/env bash
# Fuzzes the record parser for some seconds: test/fuzz/run.sh [SECONDS]. Needs clang with its libraries.
# What was found is left in test/fuzz/findings; an input is tried again with: test/fuzz/run.sh FILE
set -euo pipefail
cd "$(dirname "$0")"
root=../..
if ! command -v clang++ > /dev/null; then
  echo "clang++ is missing: apt-get install -y clang libclang-rt-14-dev" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc=$root/native/fastcgi-kit/cc
clang++ -std=c++17 -g -O1 -Wall -Wextra -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I"$cc" \
  parser_fuzz.cc "$cc/parser.cc" "$cc/pairs.cc" -o "$folder/parser_fuzz"
if [[ -f ${1:-} ]]; then
  "$folder/parser_fuzz" "$1"
  exit
fi
node make-corpus.mjs "$folder/corpus"
mkdir -p findings
"$folder/parser_fuzz" -max_total_time="${1:-60}" -max_len=70000 -rss_limit_mb=512 -artifact_prefix=findings/ \
  -print_final_stats=1 "$folder/corpus"
rmdir --ignore-fail-on-non-empty findings
