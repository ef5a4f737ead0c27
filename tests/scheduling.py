"""Which tests run in one worker: those that share compiled models, sampled posteriors or a fixture of their file."""

import re
from typing import Any

from xdist.scheduler import LoadScopeScheduling

__all__ = ["ByShared"]

TOGETHER = "tests/comparison/"  # a folder whose files share posteriors
ROW = re.compile(r"\[(?:seed \d+-)?(?P<model>\w+): ")


class ByShared(LoadScopeScheduling):
    """Hands files to workers, in their order; of a table, the rows of one model; of a folder that shares, all.

    xdist's own groups need node ids that may be written to, which pytest 9.2 no longer has.
    """

    def __init__(self, config: Any, log: Any = None) -> None:
        config.option.loadscopereorder = (
            False  # the tables come late and are many small groups: both workers end together
        )
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return TOGETHER
        file, _, test = nodeid.partition("::")
        row = ROW.search(test)
        return f"{file}: {row['model']}" if row else file
