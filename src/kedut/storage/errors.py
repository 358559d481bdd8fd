"""What can go wrong with keeping, each with a sentence that says what would do.

LookupError
└── NotKept            nothing is kept under this link (or it was erased, or the link is cut short)
ValueError
├── NewerThere         another tab saved first; carries what is there now
├── TooLarge           the document is larger than the store takes
├── TooMany            a diary has more notes than the store takes
├── NotOpened          something is kept, but it does not open
│   └── KeyMissing     it was sealed with a server's key that was not given
├── BadKey             a server's key that is none
├── BadAddress         a database address that cannot be used
└── NotForThisStore    a backup, a restore or a move that this store cannot do
OSError
└── StoreUnavailable   the database does not answer now
    ├── StoreFull      there is no room for another save
    └── NewerSchema    a newer kedut has changed the database's shape
"""

from __future__ import annotations

from kedut.storage.kept import Kept


class NotKept(LookupError):
    """Nothing is kept under this link."""

    def __init__(self) -> None:
        super().__init__(
            "nothing is kept under this link; it may be cut short (copy all of it) or erased"
        )


class NewerThere(ValueError):
    """Somebody saved since the caller read; nothing was overwritten."""

    def __init__(self, newer: Kept, revision: int) -> None:
        self.newer = newer
        super().__init__(
            f"revision {newer.revision} is kept, the save was made from revision {revision}; "
            "take over what is newer, then save again"
        )


class TooLarge(ValueError):
    """The document is larger than the store takes."""

    def __init__(self, size_bytes: int, largest_bytes: int) -> None:
        super().__init__(
            f"the document has {size_bytes} bytes, the store takes {largest_bytes}; "
            "shorten it, or save it as a file"
        )


class TooMany(ValueError):
    """A diary has more notes than the store takes."""

    def __init__(self, notes: int, most: int) -> None:
        super().__init__(
            f"with these the diary would have {notes} notes, the store takes {most}; "
            "save it as a file and begin a new one"
        )


class NotOpened(ValueError):
    """What is kept was changed or moved from outside and does not open."""

    def __init__(self, remedy: str | None = None) -> None:
        super().__init__(
            "what is kept under this link does not open; "
            + (remedy or "it was changed in the database: restore the last backup")
        )


class KeyMissing(NotOpened):
    """What is kept was sealed with a server's key that was not given."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(f"add the server's key {key_id} again, after the newest one")


class BadKey(ValueError):
    """A server's key that is none; the key itself is not repeated."""

    def __init__(self, place: int) -> None:
        super().__init__(
            f"key {place} of KEDUT_KEY is not 32 bytes in base64; "
            "make one with `openssl rand -base64 32`"
        )


class BadAddress(ValueError):
    """A database address that cannot be used."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; write sqlite:///folder/kept.sqlite or postgresql+psycopg://user@host/database"
        )


class NotForThisStore(ValueError):
    """A backup, a restore or a move that this store cannot do."""


class StoreUnavailable(OSError):
    """The database does not answer now."""


class StoreFull(StoreUnavailable):
    """There is no room for another save; what is kept stays as it was."""

    def __init__(self) -> None:
        super().__init__(
            "there is no room left for the database; what was kept before is unchanged: "
            "free space on its disk, or raise its limit"
        )


class NewerSchema(StoreUnavailable):
    """A newer kedut has changed the database's shape."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"the database has schema {found}, this kedut knows up to {known}; "
            "install the newer kedut again, or restore a backup from before"
        )
