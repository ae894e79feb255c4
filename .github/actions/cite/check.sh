#!/bin/sh
# Says what became of everything that files cite and quote of the book. Exit code 1 if a number was
# revised or withdrawn, or is in no release; 2 if no file is given or one is missing.
set -eu
book="${BOOK:-$(cd "$(dirname "$0")/../../.." && pwd)}"
command="${CITE:-$book/.venv/bin/compute-divide}"
[ "$#" -gt 0 ] || { echo "check.sh: name a bibliography or a text that cites the book" >&2; exit 2; }
failed=0
for file in "$@"; do
  [ -f "$file" ] || { echo "check.sh: there is no file $file" >&2; exit 2; }
  place="$(cd "$(dirname "$file")" && pwd)/$(basename "$file")"
  (cd "$book" && "$command" cite --watch "$place") || { failed=1; echo "check.sh: see $file" >&2; }
done
exit "$failed"
