"""The real Pulumi engine on the local cloud: a resource provider of ours in the place of `aws` and `random`.

Reading order: `stacks` (runs the engine on a program), `hosted` and `host` (the program's process), `server` (what the engine
attaches to), `servicer` (the protocol), `values` and `changes` (property values, and what a change of them means). What each
type is stands in `agentic.local.program.table`, which the in-process engine uses too.
"""
