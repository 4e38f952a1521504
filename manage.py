#!/usr/bin/env python3
"""The one entry point: `up` runs everything, `test` checks everything, any other word is a command of the project.

Until `.venv` stands only the standard library is there; this file itself must be readable by a Python that is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # for whoever has an older one
    sys.exit("Parley needs Python 3.11 or newer and this is %d.%d: run it with a newer one." % sys.version_info[:2])  # noqa: UP031

from crm.boot.entry import main

if __name__ == "__main__":
    main(sys.argv[1:])
