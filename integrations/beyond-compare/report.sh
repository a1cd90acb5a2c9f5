#!/bin/sh
# A page, made by Beyond Compare, of what differs in logic between two files: report.sh OLD NEW REPORT.html
# The two texts stay beside the report, since Beyond Compare may read them after it has returned.
# Exit code: 0 where a report was made or nothing differs, 2 otherwise.
set -u
[ $# -eq 3 ] || { echo "usage: report.sh OLD NEW REPORT.html" >&2; exit 2; }
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
left=$3.left.txt
right=$3.right.txt
prediff diff --quiet --out-left "$left" --out-right "$right" -- "$1" "$2"
case $? in
  0) echo "the same in logic: no report is made"; exit 0 ;;
  1) ;;
  *) exit 2 ;;
esac
for program in bcomp bcompare; do
  if command -v "$program" >/dev/null; then
    "$program" -silent -closescript "@$here/report.bc" "$left" "$right" "$3" || exit 2
    exit 0
  fi
done
echo "Beyond Compare is not found (bcomp)" >&2
exit 2
