"""The options of every command, and the only home of their defaults.

One frozen dataclass a command gives its flags, its section of the config file, its environment variables
(`LIVE_COMPOSER_SERVE_TEMPO`) and its help. A flag beats the environment, which beats the file, which beats the default.
"""

from __future__ import annotations

from live_composer.config.hosting import Host, HostToken, ServiceInstall, ServiceOnly
from live_composer.config.judging import RulesCheck, RulesExplain, RulesList, RulesNew, RulesScore
from live_composer.config.kinds import Device
from live_composer.config.learning import CorpusBuild, CorpusInfo, Evaluate, Pretrain, Sweep, Tune
from live_composer.config.playing import Compose, Doctor, Ports, Serve
from live_composer.config.steering import Attach, Keep, Status, Steer

__all__ = [
    "COMMANDS", "Attach", "Compose", "CorpusBuild", "CorpusInfo", "Device", "Doctor", "Evaluate", "Host", "HostToken",
    "Keep", "Ports", "Pretrain", "RulesCheck", "RulesExplain", "RulesList", "RulesNew", "RulesScore", "Serve",
    "ServiceInstall", "ServiceOnly", "Status", "Steer", "Sweep", "Tune",
]  # fmt: skip

COMMANDS: dict[tuple[str, ...], type] = {
    ("serve",): Serve,
    ("attach",): Attach,
    ("set",): Steer,
    ("status",): Status,
    ("play",): Steer,
    ("pause",): Steer,
    ("stop",): Steer,
    ("panic",): Steer,
    ("undo",): Steer,
    ("keep",): Keep,
    ("like",): Steer,
    ("dislike",): Steer,
    ("hear",): Steer,
    ("host",): Host,
    ("host", "token", "new"): HostToken,
    ("compose",): Compose,
    ("ports",): Ports,
    ("doctor",): Doctor,
    ("service", "install"): ServiceInstall,
    ("service", "uninstall"): ServiceOnly,
    ("service", "status"): ServiceOnly,
    ("corpus", "build"): CorpusBuild,
    ("corpus", "info"): CorpusInfo,
    ("pretrain",): Pretrain,
    ("tune",): Tune,
    ("sweep",): Sweep,
    ("evaluate",): Evaluate,
    ("rules", "list"): RulesList,
    ("rules", "check"): RulesCheck,
    ("rules", "explain"): RulesExplain,
    ("rules", "score"): RulesScore,
    ("rules", "new"): RulesNew,
}
"""Which dataclass holds the options of which command."""
