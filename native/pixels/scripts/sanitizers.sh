#!/usr/bin/env bash
# Builds the kernels with the address and undefined-behaviour sanitizers, without Node, runs them over many small rasters
# and fuzzes the PNG decoder, the JPEG cutter and deflate: native/pixels/scripts/sanitizers.sh [SECONDS]  (for each; default 20)
# Needs clang with its sanitizers' libraries, and zlib's headers. What was found is left in test/fuzz/findings.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
kernels=$root/native/pixels/cc/kernels
fuzz=$root/test/fuzz
if ! command -v clang++ > /dev/null || [[ ! -e /usr/include/zlib.h ]]; then
  echo 'sanitizers: missing: apt-get install -y clang libclang-rt-14-dev zlib1g-dev' >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
build=(clang++ -std=c++17 -g -O1 -Wall -Wextra -Werror -ffp-contract=off -fno-sanitize-recover=all "-I$kernels")

for test in kernels deflate; do
  "${build[@]}" -fsanitize=address,undefined,float-cast-overflow "$fuzz/pixels_${test}_test.cc" "$kernels"/*.cc -lz -o "$folder/test"
  "$folder/test"
done

mkdir -p "$fuzz/findings" "$folder/corpus/deflate"
node "$fuzz/pixels_corpus.mjs" "$folder/corpus"
for target in png jpeg deflate; do
  "${build[@]}" -fsanitize=fuzzer,address,undefined "$fuzz/pixels_${target}_fuzz.cc" "$kernels"/*.cc -lz -o "$folder/fuzz"
  "$folder/fuzz" -max_total_time="${1:-20}" -max_len=4096 -rss_limit_mb=1024 -artifact_prefix="$fuzz/findings/" \
    -print_final_stats=1 "$folder/corpus/$target" > "$folder/log" 2>&1 || { tail -n 40 "$folder/log" >&2; exit 1; }
  echo "$target: $(grep -E 'stat::number_of_executed_units' "$folder/log")"
done
rmdir --ignore-fail-on-non-empty "$fuzz/findings"
echo 'sanitizers: all well'
