#!/bin/sh
# Play sixteen bars: to a MIDI port where the system has any, always to the terminal and to take.mid. Flags change all of it.
cd "$(dirname "$0")/.." || exit
export LIVE_COMPOSER_SERVE_BARS=16 LIVE_COMPOSER_SERVE_ROLL=true LIVE_COMPOSER_SERVE_RECORD=take.mid
no_port=4

.venv/bin/python -m live_composer serve "$@"
status=$?
case "$status $*" in
    *--port*) ;;
    $no_port*)
        echo "Playing without a port; afterwards open take.mid in any MIDI player or DAW."
        LIVE_COMPOSER_SERVE_PORT=null .venv/bin/python -m live_composer serve "$@"
        status=$?
        ;;
esac
exit $status
