"""`python3 manage.py bench`: prints a table of each hot path, with few rows against many."""

import argparse
import os
import sys
import time


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and fewer rounds: under two minutes")
    parser.add_argument("--only", default="", help="only the paths whose name has this in it")
    parser.add_argument("--fresh", action="store_true", help="make the rows anew")
    chosen = parser.parse_args(words)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from bench.running import run

    began = time.monotonic()
    run(quick=chosen.quick, only=chosen.only, fresh=chosen.fresh)
    sys.stderr.write(f"Done in {time.monotonic() - began:.0f} s.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
