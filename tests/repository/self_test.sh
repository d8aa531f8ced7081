# SPDX-License-Identifier: Apache-2.0
#
# source self_test.sh CHECK: what the tests of the checks share. Each makes a tree in $scratch that is wrong in one way.
readonly check="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$1"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# expect EXIT_CODE TEXT: what the check makes of the tree as it is now
expect() {
  local said code
  said=$(bash "$check" "$scratch" 2>&1)
  code=$?
  if ((code != $1)) || ! grep -qF "$2" <<<"$said"; then
    printf '%s\n' "$check gave $code, expected $1 and '$2'" "$said"
    status=1
  fi
}
# write PATH LINE...
write() {
  mkdir -p "$(dirname "$scratch/$1")"
  printf '%s\n' "${@:2}" >"$scratch/$1"
}
finish() {
  ((status == 0)) && echo "the check names what is wrong"
  exit "$status"
}
