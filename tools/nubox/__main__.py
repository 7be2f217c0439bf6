"""python -m nubox FILE [--verify]"""

import sys

from nubox.command_line import main

sys.exit(main())
