"""Where a server of a model is: on this machine, or on another, to which code goes only where its user says so."""

from __future__ import annotations

import re
import socket
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


@dataclass(frozen=True, slots=True)
class Address:
    """The base of a server's addresses, without a slash at its end.

    host: name and port, for people. local: the addresses of this machine to connect to, which are not looked up again;
    none for a server elsewhere.
    """

    url: str
    host: str
    local: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """What the user is told before code is sent; "" where it stays on this machine."""
        if self.local:
            return ""
        plain = " unencrypted, since model.url begins with http://" if self.url.startswith("http:") else ""
        return f"code is sent to {self.host}{plain}"


def find_address(url: str, remote: bool) -> Address:
    """The address that `model.url` means. remote: whether code may leave this machine.

    Raises ModelError where it is none, or is elsewhere and may not be.
    """
    try:
        import httpx
    except ImportError:
        raise ModelError("a server is asked through httpx: pip install 'prediff[http]'") from None
    try:
        parsed = httpx.URL(url)
        port = parsed.port or {"http": 80, "https": 443}[parsed.scheme]
        host = parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, KeyError, TypeError, ValueError):
        raise ModelError(f"model.url is {url!r}, which is no address of a server") from None
    if not _HOST.fullmatch(host) or not 0 < port < 1 << 16:
        raise ModelError(f"model.url is {url!r}, which is no address of a server")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ModelError("model.url must be like http://127.0.0.1:8765/v1; a key stands in model.key_file")
    local = _loopback(host, port)
    shown = f"[{host}]" if ":" in host else host
    if not local and not remote:
        raise ModelError(
            f"{shown} is not this machine: code is sent there only with remote = true under [model] in your own "
            "configuration"
        )
    return Address(str(parsed).rstrip("/"), f"{shown}:{port}", local)


def is_loopback(address: str) -> bool:
    """Whether an IP address is one of this machine alone. No name is, and no other way to write an address."""
    try:
        return IPv4Address(address).is_loopback
    except AddressValueError:
        pass
    try:
        return IPv6Address(address) == IPv6Address("::1") and "%" not in address
    except AddressValueError:
        return False


def _loopback(host: str, port: int) -> tuple[str, ...]:
    """The addresses that stand for a host on this machine. `localhost` counts only where all that it means do."""
    if is_loopback(host):
        return (host,)
    if host != "localhost":
        return ()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    return addresses if all(map(is_loopback, addresses)) else ()
