"""Who is answered: the checks of a request's head, before anything else of it is looked at.

The token is in the address that is printed, and the page's script sends it back in a header of its own. A cookie would
do less: browsers send the cookies of `127.0.0.1` to whatever listens at any of its ports, so another user of the
machine could be sent it, and pages from there would count as the same site.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import field
from email.message import Message
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from prediff.lean_dataclasses import dataclass

TOKEN_HEADER = "X-Prediff-Token"


def is_loopback(host: str) -> bool:
    """Whether an address to listen at can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks requests. loopback: whether only this machine can reach us. names: further names that we go by."""

    loopback: bool
    names: Collection[str] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def knows(self, token: str | None) -> bool:
        """Whether this is the token."""
        return token is not None and compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def refusal(self, headers: Message) -> str:
        """Why a request is refused by whom it is sent to and from where; "" where it is not."""
        hosts = headers.get_all("Host") or []
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return "prediff does not go by this name: open the address that it printed"
        origin = headers.get("Origin")
        if origin is not None and not self._is_same(origin, hosts[0]):
            return "another page asked"
        return ""

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names us. A page that made its own name lead here (DNS rebinding) sends that name.

        The port may be another one: that of a tunnel or of a container.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or name in self.names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self.loopback

    def _is_same(self, origin: str, host: str) -> bool:
        try:
            found = urlsplit(origin)
        except ValueError:
            return False
        return found.scheme in ("http", "https") and found.netloc == host


def is_from_page(headers: Message) -> bool:
    """Whether a request is from our own page, as far as the browser says."""
    return headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def is_navigation(headers: Message) -> bool:
    """Whether a page is asked for to be shown, as far as the browser says."""
    return headers.get("Sec-Fetch-Dest", "document") in ("document", "iframe")
