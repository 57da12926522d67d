"""Every public file that is a net opens with a shape for every blob, or it is known why it cannot."""

from __future__ import annotations

import pytest

from prototxt.errors import PrototxtError
from support.corpus import CORPUS, FOLDERS, NO_NET, name_of, opened
from support.golden import needs_shared

pytestmark = needs_shared


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_net_opens_with_shapes_for_every_blob(folder: str) -> None:
    for path in sorted((CORPUS / folder).rglob("*.prototxt")):
        if name_of(path) in NO_NET:
            continue
        graph = opened(path)
        made = {top for node in graph.nodes for top in node.tops}
        assert set(graph.shapes) == made, path
        assert graph.nodes


@pytest.mark.parametrize("name", NO_NET)
def test_what_is_no_net_says_why(name: str) -> None:
    with pytest.raises(PrototxtError, match=NO_NET[name]):
        opened(CORPUS / name)
