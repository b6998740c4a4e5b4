"""What building the wheel (also the editable one) does first: tables are made ready for loading (src/dabir/prepared.py)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Prepare(BuildHookInterface):  # type: ignore[type-arg,misc]
    """The hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write data/prepared/ with the code of this source tree."""
        del version, build_data
        source = Path(self.root, "src")
        sys.path.insert(0, str(source))
        from dabir.acts import frames
        from dabir.names import kb
        from dabir.text import lexicon

        for module in (lexicon, kb, frames):
            module.TABLE.prepare(source / "dabir")
