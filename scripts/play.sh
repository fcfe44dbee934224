#!/bin/sh
# Play sixteen bars: to a MIDI port where the system has any, always to the terminal and to take.mid.
set -eu
cd "$(dirname "$0")/.."
no_port=4

serve() {
    .venv/bin/python -m live_composer serve --roll --take take.mid --bars 16 "$@"
}

status=0
serve "$@" || status=$?
if [ "$status" = "$no_port" ]; then
    echo "Playing without a port; afterwards open take.mid in any MIDI player or DAW."
    serve "$@" --port null
else
    exit "$status"
fi
