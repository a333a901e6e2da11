"""The Pulumi program: settings → Topology → exports. `pulumi up` runs it, and so does the local cloud."""

import pulumi

from agentic.topology.component import topology_of_stack

for name, value in topology_of_stack().exports.items():
    pulumi.export(name, value)
