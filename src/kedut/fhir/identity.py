"""Names of resources that follow from what is in them: the same case gives the same names."""

from __future__ import annotations

import json
from uuid import UUID, uuid5

from kedut.case.case import Case

_OURS = UUID("6f1b2a5e-0c0f-5d53-9d6c-2f8f4c6d7b10")


class Identity:
    """Names the resources about one case, told by its content and the versions that read it.

    Two persons with the same answers and no id of their own are one to this; give each case an id.
    """

    def __init__(self, case: Case, *versions: str) -> None:
        content: list[object] = [
            case.id,
            case.age,
            case.sex,
            sorted(case.present),
            sorted(case.absent),
            sorted(case.values.items()),
            sorted(case.ignored),
            versions,
        ]
        if case.at_least is not None:
            content.append([str(case.at_least.level), case.at_least.within_days])
        self._root = uuid5(_OURS, json.dumps(content, ensure_ascii=True))

    def of(self, *parts: str) -> str:
        """Give the id of one resource."""
        return str(uuid5(self._root, "/".join(parts)))

    def reference(self, *parts: str) -> dict[str, str]:
        """Give a reference to one resource, in the same Bundle."""
        return {"reference": f"urn:uuid:{self.of(*parts)}"}
