"""``python -m bot``: the same as ``troupe``."""

import sys

from bot.cli import main

sys.exit(main())
