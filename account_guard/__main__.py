"""`python -m account_guard`: lets every kernel of this Python environment begin closed (`make setup` does it)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

if __name__ == "__main__":
    place = Path(sys.prefix) / "etc" / "ipython"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("ipython_config.py"), place / "ipython_config.py")
