"""From the words on the command line to what runs. Standard library only: `.venv` may not stand yet."""

import os
import sys

from crm.boot import StartError, environment

# How many connections a serving process keeps, where nothing else was chosen: see `crm.database`.
WEB_CONNECTIONS = "10"


def main(words: list[str]) -> None:
    try:
        words = take_data_folder(words)
        environment.enter(words, for_tests=words[:1] == ["test"])
        run(words)
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def take_data_folder(words: list[str]) -> list[str]:
    """`--data DIR` means the same to every command, so it is read here: what remains is the command's own."""
    rest = list(words)
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == "--data" or word.startswith("--data="):
            _, given, folder = word.partition("=")
            taken = 1 if given else 2
            if not given:
                folder = words[place + 1] if place + 1 < len(words) else ""
            if not folder:
                raise StartError("--data needs a folder: --data DIR.")
            os.environ["PARLEY_DATA"] = os.path.abspath(folder)  # noqa: PTH100  # links are resolved by `crm.env`
            del rest[place : place + taken]
            break
    return rest


def run(words: list[str]) -> None:
    command = words[0] if words else "help"
    if command == "install":
        return
    if command == "test":
        from crm.boot import testing

        sys.exit(testing.main(words[1:]))
    if command == "bench":
        from bench.__main__ import main as measure

        sys.exit(measure(words[1:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    if command == "up":
        from crm.boot import up

        sys.exit(up.main(words[1:]))
    if command == "web":
        os.environ.setdefault("PARLEY_DATABASE_POOL", WEB_CONNECTIONS)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *words])
