#!/bin/sh
# Checks the parts beside it, unpacks them, and runs the doctor, the cases and the benches: sh unpack-and-run.sh [FOLDER]
#   FOLDER                   where to unpack, ./dimwise-cuda by default
#   DIMWISE_PROVIDER=cpu     the provider, cuda by default
#   DIMWISE_RESULTS=FOLDER   where results go, ./results by default
#   DIMWISE_SECONDS=540      when to leave the rest, which the same command goes on with; never by default
#   DIMWISE_FORCE=1          run cases and benches also where the doctor says that the provider does not work
#   PYTHON=python3           the Python that has PyTorch, and CUDA where pip installed it
#   DIMWISE_STEPS="doctor cases bench torch"   what is run, all by default
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$PWD/dimwise-cuda}
case $target in /*) ;; *) target=$PWD/$target ;; esac
results=${DIMWISE_RESULTS:-$PWD/results}
provider=${DIMWISE_PROVIDER:-cuda}
sums=$here/SHA256SUMS

say() { printf '%s\n' "$*" >&2; }

digest() {
  found=$(sha256sum <"$1")
  printf '%s\n' "${found%% *}"
}

if [ ! -f "$sums" ]; then
  say "SHA256SUMS is missing"
  exit 1
fi

# All faults are told at once: parts are carried over by hand.
bad=0
first=
while read -r sum name; do
  [ -n "$name" ] || continue
  first=${first:-$name}
  if [ ! -f "$here/$name" ]; then
    say "$name is missing"
    bad=1
    continue
  fi
  found=$(digest "$here/$name")
  if [ "$found" != "$sum" ]; then
    say "$name is damaged: its SHA-256 is $found, and SHA256SUMS says $sum"
    bad=1
  fi
done <"$sums"
if [ -z "$first" ]; then
  say "SHA256SUMS names no parts"
  exit 1
fi
if [ "$bad" -ne 0 ]; then
  say "carry these parts over again"
  exit 1
fi

join() {
  while read -r sum name; do
    [ -z "$name" ] || cat "$here/$name"
  done <"$sums"
}

expand() {
  case $first in
    *.tar.gz.*) gzip -dc ;;
    *)
      if command -v xz >/dev/null 2>&1; then
        xz -dc
      elif command -v python3 >/dev/null 2>&1; then
        python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer)'
      else
        say "the parts are compressed by xz, and there is neither xz nor python3: pack with --compression gzip"
        return 1
      fi
      ;;
  esac
}

stamp=$(digest "$sums")
if [ -f "$target/.packed" ] && [ "$(cat "$target/.packed")" = "$stamp" ]; then
  say "$target holds these parts already"
else
  if [ -e "$target" ] && [ ! -f "$target/.packed" ]; then
    say "$target is there, and no earlier pack: name another folder"
    exit 1
  fi
  rm -rf "$target.new"
  mkdir -p "$target.new"
  if ! join | { expand || { cat >/dev/null; exit 1; }; } | tar -xf - -C "$target.new"; then
    say "the parts cannot be unpacked into $target"
    rm -rf "$target.new"
    exit 1
  fi
  printf '%s\n' "$stamp" >"$target.new/.packed"
  rm -rf "$target"
  mv "$target.new" "$target"
  say "unpacked into $target"
fi

# CUDA and cuDNN as pip installs them lie apart from where the loader looks.
libraries=
python=${PYTHON:-python3}
if command -v "$python" >/dev/null 2>&1; then
  libraries=$("$python" -c '
import glob, os, sys
folders = [f for path in sys.path for f in sorted(glob.glob(os.path.join(path, "nvidia", "*", "lib")))]
print(":".join(dict.fromkeys(folders)))' 2>/dev/null) || libraries=
fi
if [ -n "$libraries" ]; then
  LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
fi

mkdir -p "$results"
exec "$target/node/bin/node" "$target/run.mjs" --provider "$provider" --results "$results" \
  --steps "${DIMWISE_STEPS:-doctor cases bench torch}" ${DIMWISE_SECONDS:+--seconds "$DIMWISE_SECONDS"}
