"""Runs the real Pulumi program without the Pulumi CLI and creates each resource that it registers.

Reading order: `engine` (the parent's side), `child` and `monitor` (the program's side), `table` and `resources`
(what each type is and how it is made, whoever drives it).
"""
