"""What every API plugin must keep, as tests that run for any of them: built in, installed, or just being written.

`pytest --pyargs agentic.conformance --plugin acme`, or in a test module of the plugin's own
`from agentic.conformance.test_conformance import *` and `PLUGIN = "acme"`.
Needs pytest: `pip install 'agentic-api-developer[kit]'`.
"""
