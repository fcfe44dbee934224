#!/bin/sh
# Make .venv in the checkout and install into it, in the tested versions (requirements.lock):
#   scripts/setup.sh play    enough to play; no torch
#   scripts/setup.sh all     every feature, and the tools of development
# Where that stands already, nothing is done. PYTHON names the interpreter to use, ENV another folder than .venv.
set -eu
cd "$(dirname "$0")/.."
level=$1
env=${ENV:-.venv}
python=$env/bin/python
lock=requirements.lock
extras="learn,tensorboard,corpus,jack,link,osc"

fail() {
    echo "live-composer: $*" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# 3.12 comes first: it is the newest for which python-rtmidi has wheels.
find_python() {
    for name in ${PYTHON:-python3.12 python3.11 python3.13 python3.14 python3 python}; do
        if fits "$name"; then
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed${PYTHON:+, and $PYTHON is none}: install it with" \
        "\`apt install python3 python3-venv\` (Debian, Ubuntu) or \`brew install python@3.12\` (macOS), or from python.org."
}

make_env() {
    base=$(find_python)
    version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian keeps them in a package of their own.
        package=python$version-venv
        if ! [ "$(id -u)" = 0 ] || ! command -v apt-get >/dev/null; then
            fail "Python $version cannot make environments here: run \`sudo apt install $package\`, then this again."
        fi
        echo "Installing $package ..."
        export DEBIAN_FRONTEND=noninteractive
        { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$package"; } >/dev/null
    fi
    "$base" -m venv --clear "$env"
}

install() {
    "$python" -m pip install -qq --disable-pip-version-check --constraint "$lock" "$@"
}

# The CPU build is a tenth of the size of the one with CUDA: one at hand, or from its own index, or else the plain one.
install_torch() {
    torch=$(grep '^torch==' "$lock")
    if [ "$(uname)" = Linux ] && ! command -v nvidia-smi >/dev/null; then
        install --no-deps --no-index "$torch" 2>/dev/null ||
            install --no-deps --retries 1 --index-url https://download.pytorch.org/whl/cpu "$torch" 2>/dev/null || :
    fi
}

works() {
    fits "$python" && "$python" -c 'import live_composer.cli, mido, msgspec, numpy, pip' 2>/dev/null
}

state="$(pwd) $(cat pyproject.toml "$lock" scripts/setup.sh | cksum)"
stands() {
    [ "$(cat "$env/stands-$1" 2>/dev/null)" = "$state" ]
}

if { stands "$level" || stands all; } && works; then
    exit 0
fi
if ! { fits "$python" && "$python" -c 'import pip' 2>/dev/null; }; then
    make_env
fi
rm -f "$env"/stands-*
case $level in
    play) echo "Setting up $env with $("$python" --version): a few seconds ..." ;;
    all) echo "Setting up $env with $("$python" --version) and torch: a minute or more ..." ;;
    *) fail "levels are play and all, not $level." ;;
esac
# The build tools are locked too, so the build takes them from here rather than newer ones from afar.
install pip hatchling editables
case $level in
    play) install --no-build-isolation --editable . ;;
    all)
        # A development package is built from source, which the setuptools that some Pythons bring cannot.
        install setuptools
        install_torch
        install --no-build-isolation --editable ".[$extras]" --group dev
        ;;
esac
if ! "$python" -c 'import importlib.metadata as m; m.version("python-rtmidi")' 2>/dev/null; then
    # There are no wheels for this Python: a compiler may make it.
    install python-rtmidi >/dev/null 2>&1 ||
        echo "Without MIDI ports: python-rtmidi has no wheel for $("$python" --version) and cannot be built here." \
            "Use Python 3.12 (PYTHON=python3.12), or install a C++ compiler (Linux: and libasound2-dev, libjack-dev)."
fi
echo "$state" >"$env/stands-$level"
