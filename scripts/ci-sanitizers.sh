#!/usr/bin/env bash
# Builds the FastCGI addon with the address and undefined-behaviour sanitizers and runs its tests under them:
#   1. the parser's unit tests, without Node;
#   2. the conformance suite on the native transport;
#   3. the parser's fuzzer, for FUZZ_SECONDS (default 20).
# Installs nothing; says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
kit=$root/native/fastcgi-kit
sanitizers=address,undefined
step=preparation
folder=$(mktemp -d)
trap 'code=$?; rm -rf "$folder"; if [[ $code -ne 0 ]]; then echo "sanitizers: FAILED in: $step" >&2; fi' EXIT

missing() {
  echo "sanitizers: $1 is missing: apt-get install -y $2" >&2
  exit 1
}

command -v clang++ > /dev/null || missing clang++ clang
runtime=$(clang -print-file-name=libclang_rt.asan-x86_64.so)
[[ -f $runtime ]] || missing "clang's sanitizer runtime" 'libclang-rt-14-dev'
[[ -f $kit/dist/index.js ]] || { echo 'sanitizers: build first: npm run build' >&2; exit 1; }

step='the unit tests of the parser'
echo "== $step"
clang++ -std=c++17 -g -O1 -Wall -Wextra -Werror -fsanitize=$sanitizers -fno-sanitize-recover=all -I"$kit/cc" \
  test/fuzz/parser_test.cc "$kit/cc/parser.cc" "$kit/cc/pairs.cc" "$kit/cc/timers.cc" -o "$folder/parser_test"
"$folder/parser_test"

step='the build of the addon'
echo "== $step"
cp -r "$kit/cc" "$kit/binding.gyp" "$kit/package.json" "$folder/"
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
headers=()
[[ -f $prefix/include/node/node_api.h ]] && headers=("--nodedir=$prefix")
node_gyp=${npm_config_node_gyp:-$prefix/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js}
[[ -f $node_gyp ]] || { echo 'sanitizers: no node-gyp; npm brings one' >&2; exit 1; }
(
  cd "$folder"
  CC=clang CXX=clang++ LINK=clang++ node "$node_gyp" rebuild "${headers[@]}" -- -Dsanitize=$sanitizers > build.log 2>&1
) || { cat "$folder/build.log" >&2; exit 1; }

step='the conformance suite on the native transport'
echo "== $step"
# Node itself is not built with the sanitizer: its leaks are not ours to judge. The name of the variable is
# node-gyp-build's: where to look for a package's addon.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
with_addon=(env "@MAPGATE/FASTCGI_KIT_PREBUILD=$folder" CI=true LD_PRELOAD="$runtime" node)
loads="import { createResponder } from '@mapgate/fastcgi-kit'; import { readFileSync } from 'node:fs';
createResponder({ transport: 'native', onRequest() {} }).close();
process.exit(readFileSync('/proc/self/maps', 'utf8').includes('$folder/build/Release/fastcgi_kit.node') ? 0 : 1);"
"${with_addon[@]}" --input-type=module --eval "$loads" || { echo 'sanitizers: the wrong addon was loaded' >&2; exit 1; }
"${with_addon[@]}" --import tsx --test test/conformance/fastcgi/native.test.ts \
  test/conformance/fastcgi/native-threads.test.ts > "$folder/suite.log" 2>&1 || {
  grep -nE 'not ok|ERROR: AddressSanitizer|runtime error' "$folder/suite.log" >&2 || true
  tail -n 80 "$folder/suite.log" >&2
  exit 1
}
if grep -E 'AddressSanitizer|runtime error:' "$folder/suite.log" >&2; then exit 1; fi
grep -E '^(#|ℹ) (tests|pass|fail) ' "$folder/suite.log"

step='the fuzzer'
echo "== $step"
test/fuzz/run.sh "${FUZZ_SECONDS:-20}" > "$folder/fuzz.log" 2>&1 || { tail -n 60 "$folder/fuzz.log" >&2; exit 1; }
grep -E '^Done' "$folder/fuzz.log"
echo 'sanitizers: all well'
