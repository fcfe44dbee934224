#!/bin/sh
# Write requirements.lock anew: the newest versions that pyproject.toml allows, all together in a fresh environment.
# The oldest supported Python makes it, Debian 12's 3.11.2, for some packages want a later 3.11 than that.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=$folder/bin/python
"${PYTHON:-/usr/bin/python3.11}" -m venv "$folder"
"$python" -m pip install -qq --upgrade pip hatchling editables setuptools
# The CPU build of torch, in the order of setup.sh: one at hand, or from its own index.
"$python" -m pip install -qq --no-index --no-deps torch 2>/dev/null ||
    "$python" -m pip install -qq --no-deps --index-url https://download.pytorch.org/whl/cpu torch
"$python" -m pip install -qq ".[learn,tensorboard,corpus,jack,link,osc,midi,fleet,sweep]" --group dev --group hunt --group peers
{
    echo "# The tested versions of everything: a pip constraints file, written by \`make lock\`."
    # Local builds (+cpu) are left to the installer; the project itself, paths and addresses have no place here.
    "$python" -m pip freeze --all | sed 's/+[A-Za-z0-9.]*$//' | grep -E '^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*$' |
        grep -v '^live-composer==' | uniq
} >requirements.lock.new
mv requirements.lock.new requirements.lock
