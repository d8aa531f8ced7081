#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_docs.sh ROOT: every block of code behind a line `<!-- from FILE -->` stands in that file, indentation apart, and every
# relative link of a page leads to a file.
set -u

cd "$1" || exit 1
status=0

# blocks PAGE: for every marked block "FILE:first line of the block" that the file does not hold.
missing_blocks() {
  awk '
    function bare(line) { sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line); return line }
    function holds(file, count,    n, i, j, line, text) {
      n = 0
      while ((getline line < file) > 0) text[++n] = bare(line)
      close(file)
      for (i = 1; i + count - 1 <= n; ++i) {
        for (j = 1; j <= count && text[i + j - 1] == block[j]; ++j) {}
        if (j > count) return 1
      }
      return 0
    }
    /^<!-- from [^ ]+ -->$/ { file = $3; next }
    file != "" && !inside && /^```/ { inside = 1; count = 0; next }
    inside && /^```/ {
      if (count == 0 || !holds(file, count)) print file ": " block[1]
      inside = 0; file = ""; next
    }
    inside { block[++count] = bare($0) }
  ' "$1"
}

# broken_links PAGE
broken_links() {
  local link
  awk '/^```/ { code = !code; next } !code' "$1" | grep -oE '\]\([^)#][^)]*\)' | sed -E 's/^\]\(//; s/[#)].*$//' | while read -r link; do
    case $link in http://* | https://*) continue ;; esac
    [[ -e $(dirname "$1")/$link ]] || echo "$link"
  done
}

pages=$(find . -maxdepth 1 -name '*.md'; find docs examples benchmarks -name '*.md' 2>/dev/null)
for page in $pages; do
  missing=$(missing_blocks "$page")
  [[ -z $missing ]] || { echo "$page: code that its file does not hold: $missing"; status=1; }
  broken=$(broken_links "$page")
  [[ -z $broken ]] || { echo "$page: links to nothing: $broken"; status=1; }
done
((status == 0)) && echo "$(wc -w <<<"$pages") pages"
exit $status
