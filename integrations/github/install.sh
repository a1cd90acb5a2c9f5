#!/usr/bin/env bash
# Install the prediff that this action came with into an environment of its own, and name it for the next step.
# From the environment: ACTION_FOLDER, FOLDER (for files of the job), GITHUB_PATH (a file that takes folders of PATH).
set -euo pipefail
python=$(command -v python3 || command -v python)
# -I: the folder that the job is in may hold modules of a stranger.
"$python" -I -m venv "$FOLDER/prediff-venv"
bin=$FOLDER/prediff-venv/bin
[ -d "$bin" ] || bin=$FOLDER/prediff-venv/Scripts
cd "$FOLDER"
"$bin/python" -I -m pip install --quiet --disable-pip-version-check "$ACTION_FOLDER/../.."
echo "$bin" >>"$GITHUB_PATH"
