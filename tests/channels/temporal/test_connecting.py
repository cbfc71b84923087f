"""Connecting as the environment says, or to the usual address when it says nothing."""

import pytest

from channels.temporal import connecting
from channels.temporal.embedded import free_ports
from models.errors import UnavailableError


@pytest.fixture
def free_port():
    return free_ports(1)[0]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))


async def test_without_any_setting_the_usual_address_is_tried(monkeypatch, free_port):
    monkeypatch.setattr(connecting, "ADDRESS", f"localhost:{free_port}")
    with pytest.raises(UnavailableError, match=f"localhost:{free_port}: start it with"):
        await connecting.connect()


async def test_the_address_of_the_environment_is_tried(monkeypatch, free_port):
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"localhost:{free_port}")
    with pytest.raises(UnavailableError, match=f"localhost:{free_port}: start it with"):
        await connecting.connect()
