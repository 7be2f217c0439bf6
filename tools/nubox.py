#!/usr/bin/env python3
"""The command of the package nubox/ beside this file: tools/nubox.py FILE [--verify].

A package and a module of one name in one directory: `import nubox` finds the package, here too (PEP 420 gives the
order). So this file is only ever run, and one entry of PYTHONPATH serves both.
"""

import sys

from nubox import main

if __name__ == "__main__":
    sys.exit(main())
