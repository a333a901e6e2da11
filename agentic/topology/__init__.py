"""The cloud as Pulumi components, one concern per file. Read topology.py first: it is the whole cloud on one page."""
