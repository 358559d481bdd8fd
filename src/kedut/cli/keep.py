"""`kedut store`, for whoever runs kedut for others: check, back up, restore, move what is kept."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedut.storage.keys import Keys
    from kedut.storage.store import Store

WELL, WRONG, UNUSABLE = 0, 1, 2


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add what `kedut store` understands."""
    parser.set_defaults(run=run, what=None)
    parts = parser.add_subparsers(title="what", metavar="", dest="what")
    parts.add_parser("check", help="say whether the store answers, and which keys it needs")
    backup = parts.add_parser("backup", help="write one moment to a file, also while kedut runs")
    backup.add_argument("file", metavar="FILE")
    restore = parts.add_parser("restore", help="put a backup in the place of all that is kept")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="also where something is kept now")
    move = parts.add_parser("move", help="copy everything, sealed, into an empty database")
    move.add_argument("target", metavar="URL", help="where to")
    for part in parts.choices.values():
        part.add_argument(
            "--database",
            metavar="URL",
            default="",
            help="where it is kept (default: KEDUT_DATABASE, else a file in your data folder)",
        )


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; give 0, 1 where something needs a hand, 2 where nothing was done."""
    try:
        from kedut.storage.errors import BadAddress, BadKey, NotForThisStore, StoreUnavailable
    except ImportError as error:
        return _complain(f"{error.name} is missing; install kedut with its part `web`")
    action = _ACTIONS.get(options.what)
    if action is None:
        return _complain(f"say what to do: {', '.join(_ACTIONS)}; see kedut store --help")
    try:
        return action(options)
    except (BadAddress, BadKey, NotForThisStore, StoreUnavailable) as error:
        return _complain(str(error))


def _complain(sentence: str) -> int:
    print(f"kedut: {sentence}", file=sys.stderr)
    return UNUSABLE


def _check(options: argparse.Namespace) -> int:
    """Print how many records each key sealed, and which key is missing."""
    keys = _keys()
    with closing(_store(options)) as store:
        store.ready()
        in_use = store.keys_in_use()
    print(f"{_address(options)} answers; {_records(sum(in_use.values()))}")
    status = WELL
    for key_id, count in sorted(in_use.items()):
        name = f"key {key_id}" if key_id else "the link alone"
        there = keys.secret(key_id) is not None
        print(f"  {_records(count)} sealed by {name}{'' if there else ': THIS KEY IS MISSING'}")
        status = status if there else WRONG
    for key in keys.newest_first:
        if key.key_id not in in_use and key.key_id != keys.writing:
            print(f"  key {key.key_id} seals nothing any more and may be dropped")
    return status


def _backup(options: argparse.Namespace) -> int:
    with closing(_store(options)) as store:
        store.backup(Path(options.file))
        print(f"{options.file} holds what was kept; {_records(_count(store))} there now")
    return WELL


def _restore(options: argparse.Namespace) -> int:
    with closing(_store(options)) as store:
        if not options.yes and (there := _count_if_sound(options, store)):
            return _complain(
                f"{_address(options)} keeps {_records(there)}, which the backup would replace; "
                "stop kedut, then say --yes"
            )
        store.restore(Path(options.file))
        print(f"{_address(options)} is as in {options.file}; {_records(_count(store))}")
    return WELL


def _move(options: argparse.Namespace) -> int:
    from kedut.storage.move import move
    from kedut.storage.store import open_store

    with closing(_store(options)) as source, closing(open_store(options.target)) as target:
        print(f"{_records(move(source, target))} moved; the source is as it was")
    return WELL


def _store(options: argparse.Namespace) -> Store:
    """Open the store; no first file is made where there is none, but by a restore.

    Raises
    ------
    StoreUnavailable
    """
    from kedut.storage.errors import StoreUnavailable
    from kedut.storage.store import open_store

    if options.what != "restore" and not _there(options):
        raise StoreUnavailable(f"nothing is kept yet: there is no file at {_address(options)}")
    return open_store(_address(options, password=True), keys=_keys(), at_once=False)


def _there(options: argparse.Namespace) -> bool:
    """Say whether there is a file; of a server's database it is known when it is asked."""
    from kedut.storage.place import SQLITE, address, file_of

    url = address(_address(options, password=True))
    return url.get_backend_name() != SQLITE or file_of(url).exists()


def _address(options: argparse.Namespace, *, password: bool = False) -> str:
    """Give the address of the store, without its password unless asked for."""
    from kedut.storage.place import address, default_url

    told: str = options.database or os.environ.get("KEDUT_DATABASE", "") or default_url()
    return told if password else address(told).render_as_string(hide_password=True)


def _keys() -> Keys:
    from kedut.storage.keys import Keys

    return Keys.from_environment(os.environ)


def _count(store: Store) -> int:
    return sum(store.keys_in_use().values())


def _count_if_sound(options: argparse.Namespace, store: Store) -> int:
    """Count what is kept; nothing where the file is damaged, which a restore is there to mend."""
    from kedut.storage.errors import StoreUnavailable

    if not _there(options):
        return 0
    try:
        return _count(store)
    except StoreUnavailable:
        return 0


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "move": _move,
}
