#!/usr/bin/env bash
# Installs the Debian packages named, where they are missing and may be installed; fails where they stay missing.
set -u
missing=()
for name in "$@"; do
  dpkg-query -W -f '${Status}' "$name" 2> /dev/null | grep -q 'install ok installed' || missing+=("$name")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "there: $*"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "missing; to install, run as root: apt-get install -y ${missing[*]}" >&2
  exit 1
fi
apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
