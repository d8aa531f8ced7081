#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_dependencies.sh DEPENDENCIES: what is there is not asked for again, what is not there is named.
set -u
source "$1"

status=0
# expect TEXT COMMAND...
expect() {
  local wanted=$1 said
  shift
  said=$("$@")
  [[ $said == "$wanted" ]] || { echo "'$*' gave '$said', expected '$wanted'"; status=1; }
}

clang++() { [[ $* == *" -include there.h "* ]]; }
expect two missing_packages $'one clang there.h\ntwo clang absent.h'
expect "" missing_packages $'\nbash command bash\nlibc6-dev header absent.h|stdio.h\nbase-files file /etc\n'
expect $'one\ntwo\nthree' missing_packages $'\none command no-such-command\ntwo header no/such/header.h\nthree file /no/such/file\n'

# With nothing missing neither apt-get nor the network is touched; with something missing it is named and refused.
install_packages() { echo "installed $*"; }
expect "" require $'bash command bash'
expect "" want $'bash command bash'
expect $'Installing: one two \ninstalled one two' require $'one command no-such-command\ntwo file /no/such/file' 2>/dev/null
require $'one command no-such-command' >/dev/null 2>&1 && { echo "a need that stays unmet is not an error"; status=1; }
want $'one command no-such-command' >/dev/null 2>&1 || { echo "an optional need that stays unmet is an error"; status=1; }
(($(build_jobs) >= 1)) || { echo "no build job"; status=1; }

((status == 0)) && echo "the dependency list behaves"
exit $status
