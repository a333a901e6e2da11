"""A stack configured and deployed from Python. `--local` uses the local cloud: no AWS account, nothing to pay.

python deploy.py up --local      python deploy.py destroy --local
"""

import argparse

from agentic import Settings, Stack

SETTINGS = Settings(
    apis=("stripe",),
    backend="workflow",
    log_retention_days=14,
    run_seconds=60,
)


def main() -> None:
    options = argparse.ArgumentParser(description="Deploy the stack `team`.")
    options.add_argument("action", choices=("preview", "up", "destroy"))
    options.add_argument("--local", action="store_true", help="on the local cloud instead of AWS")
    given = options.parse_args()

    with Stack("team", local=given.local) as stack:
        stack.configure(SETTINGS, region="eu-central-1")
        if given.action == "preview":
            for change in stack.preview().steps:
                print(change.op.value, change.type, change.name, *change.properties)
        elif given.action == "up":
            outputs = stack.up(on_progress=lambda progress: print(".", end="", flush=True))
            print(f"\nbucket {outputs.bucket}, orchestrator {outputs.orchestrator}")
        else:
            print(f"removed {len(stack.destroy().steps)} resources")


if __name__ == "__main__":
    main()
