"""`python -m agentic.sandbox`: the way in is with the other commands, because it needs plugins, fakes and a broker."""

import sys

from agentic.interfaces.sandboxed import main

sys.exit(main())
