"""A walk's questions to one registry of `registry_net`: ping, authorization, manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.registry_net import PULL, Requests, bearer, reply, token

if TYPE_CHECKING:
    from regtui.registry.auth import Granted
    from regtui.registry.client import RegistryClient, Target

REG = "https://reg.example.com"
PLAIN = "http://reg.example.com:5000"
OTHER = "https://auth.corp.example"
SCOPE = "scope=repository%3Ateam%2Fapp%3Apull"
TOKEN_URL = f"{REG}/token?{SCOPE}&service=reg"
MANIFEST = "/v2/team/app/manifests/latest"


async def granted(
    client: RegistryClient, who: Target, scopes: tuple[str, ...] = PULL, *, browsing: bool = False, renew: bool = False
) -> Granted:
    ping = await client.ping(who)
    return await client.authorize(who, ping, scopes, browsing=browsing, renew=renew)


async def pull(client: RegistryClient, who: Target, watch: Requests | None = None) -> Granted:
    """Ask as a walk does: ping, authorization, manifest."""
    ping = await client.ping(who, watch)
    given = await client.authorize(who, ping, PULL, watch)
    await client.manifest(who, "team/app", "latest", given.authorization, (), watch=watch)
    return given


def registry(realm: str = f"{REG}/token", answer: bytes = token()) -> dict[str, dict[str, bytes]]:
    return {REG: {"/v2/": bearer(realm), "/token": answer, MANIFEST: reply(200, "{}")}}
