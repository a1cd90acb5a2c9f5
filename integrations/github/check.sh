#!/usr/bin/env bash
# Check a range of commits; give the report to the job's log and summary, and annotations.
# From the environment: the inputs of action.yml (RANGE, REQUIRE_SAME, ARGUMENTS, PATHS, ANNOTATIONS), what GitHub knows
# of the event (EVENT, PULL_BASE, PULL_HEAD, PUSH_BEFORE, PUSH_AFTER), FOLDER for files of the job, and GitHub's own
# files GITHUB_STEP_SUMMARY and GITHUB_OUTPUT. Nothing in them is run: they are arguments.
set -euo pipefail

if [ "${EVENT:-}" = pull_request_target ]; then
  echo "prediff check: not for pull_request_target, which runs a stranger's change with your secrets" >&2
  exit 2
fi

range=${RANGE:-}
before=${PUSH_BEFORE:-}
if [ -z "$range" ] && [ -n "${PULL_BASE:-}" ]; then
  range=$PULL_BASE...${PULL_HEAD:-HEAD}
elif [ -z "$range" ] && [ -n "${before//0/}" ]; then
  range=$before..${PUSH_AFTER:-HEAD}
elif [ -z "$range" ]; then
  # A branch that is new: its last commit alone.
  range=HEAD~1..HEAD
fi

case $range in
  -*)
    echo "prediff check: the range $range is an option" >&2
    exit 2
    ;;
esac

# Split at white space, without patterns of files.
set -f
# shellcheck disable=SC2206
options=(${ARGUMENTS:-})
set +f
[ "${REQUIRE_SAME:-false}" != true ] || options+=(--require-same)

paths=()
while IFS= read -r path; do
  [ -z "$path" ] || paths+=("$path")
done <<<"${PATHS:-}"

summary=$FOLDER/prediff-summary.md
annotations=$FOLDER/prediff-annotations.txt
rm -f "$summary" "$annotations"
# What the report says could hold words that the runner takes for commands: it is told to take none until the token.
token=prediff-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
prediff check "$range" --no-pager --markdown "$summary" --github "$annotations" \
  ${options[@]+"${options[@]}"} -- ${paths[@]+"${paths[@]}"} || code=$?
echo "::$token::"
if [ "$code" -gt 1 ]; then
  echo "::error title=prediff::prediff check ended with code $code; checkout needs fetch-depth: 0"
  exit "$code"
fi

cat "$summary" >>"$GITHUB_STEP_SUMMARY"
[ "${ANNOTATIONS:-true}" != true ] || cat "$annotations"
echo "same=$([ "$code" = 0 ] && echo true || echo false)" >>"$GITHUB_OUTPUT"
[ "${REQUIRE_SAME:-false}" = true ] || code=0
exit "$code"
