"""All targets, by name."""

from typing import Any

from fuzzing.relay.target import TARGET as RELAY
from fuzzing.rules.target import TARGET as RULES
from fuzzing.scrub.target import TARGET as SCRUB
from fuzzing.target import Target
from fuzzing.validator.target import TARGET as VALIDATOR

TARGETS: dict[str, Target[Any]] = {target.name: target for target in (VALIDATOR, RULES, SCRUB, RELAY)}
