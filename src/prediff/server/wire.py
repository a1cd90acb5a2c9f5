"""What client and server say to each other: data in bencoding behind its length, over a socket of the user's own.

A Unix socket stands in a folder that only its user can enter, and each side asks the system who the other is. Where
there are none, or the path is too long for one, it is a port of this machine; both sides then prove that they know a
token from a file in that folder.

The client imports this at each start. `json`, `struct` and the `socket` of the standard library would double what that
takes, and bencoding (BEP 3: ints, byte strings, lists, dicts) carries the bytes of files as they are.
"""

from __future__ import annotations

import _socket
import os
import stat
import sys

TYPE_CHECKING = False  # see prediff/__init__.py
if TYPE_CHECKING:
    from typing import Any

MAX_HELLO = 1 << 16
MAX_MESSAGE = 64 << 20
"""Bytes of a request or an answer."""

_LONGEST_SOCKET_PATH = 100
_MAX_DEPTH = 8
_HEAD = 4
"""Bytes of a length."""


class WireError(Exception):
    """A connection that broke, or said what it must not. It never reaches a user: the client then works alone."""


def encode(data: Any) -> bytes:
    """Ints, bytes, and lists and dicts of them, as bytes. A str goes as its UTF-8. Raises ValueError for others."""
    pieces: list[bytes] = []
    _encode(data, pieces)
    return b"".join(pieces)


def _encode(data: Any, pieces: list[bytes]) -> None:
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    if isinstance(data, bytes):
        pieces += (b"%d:" % len(data), data)
    elif isinstance(data, int):
        pieces.append(b"i%de" % data)
    elif isinstance(data, (list, tuple)):
        pieces.append(b"l")
        for item in data:
            _encode(item, pieces)
        pieces.append(b"e")
    elif isinstance(data, dict):
        pieces.append(b"d")
        for key in sorted(data):
            _encode(key, pieces)
            _encode(data[key], pieces)
        pieces.append(b"e")
    else:
        raise ValueError(f"{type(data).__name__} cannot be sent")


def decode(data: bytes) -> Any:
    """What was encoded: keys of dicts as str, all other text as bytes. Raises WireError for anything else."""
    try:
        found, end = _decode(data, 0, 0)
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        raise WireError(f"not bencoded: {error}") from None
    if end != len(data):
        raise WireError("more than one message")
    return found


def _decode(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind = data[at : at + 1]
    if kind == b"i":
        end = data.index(b"e", at, at + 24)
        return int(data[at + 1 : end]), end + 1
    if kind.isdigit():
        colon = data.index(b":", at, at + 12)
        end = colon + 1 + int(data[at:colon])
        if end > len(data):
            raise ValueError("cut off")
        return data[colon + 1 : end], end
    if kind not in (b"l", b"d") or depth == _MAX_DEPTH:
        raise ValueError(f"at {at}")
    items, at = [], at + 1
    while data[at] != 0x65:  # e
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    if kind == b"l":
        return items, at + 1
    keys = [text(key) for key in items[::2]]
    return dict(zip(keys, items[1::2], strict=True)), at + 1


def text(data: bytes) -> str:
    """The str that was sent, lone surrogates of undecodable bytes among it."""
    return data.decode("utf-8", "surrogateescape")


def send(connection: _socket.socket, message: Any) -> None:
    """Send data. Raises OSError, TimeoutError among them."""
    send_raw(connection, encode(message))


def send_raw(connection: _socket.socket, data: bytes) -> None:
    """Send what is encoded already."""
    connection.sendall(len(data).to_bytes(_HEAD, "big") + data)


def receive(connection: _socket.socket, limit: int = MAX_HELLO) -> Any:
    """The next message. Raises OSError, and WireError for one that is too long, cut off or not well formed."""
    return decode(receive_raw(connection, limit))


def receive_raw(connection: _socket.socket, limit: int = MAX_MESSAGE) -> bytes:
    """The next message as it came."""
    size = int.from_bytes(_exactly(connection, _HEAD), "big")
    if size > limit:
        raise WireError(f"a message of {size} bytes is longer than {limit}")
    return _exactly(connection, size)


def _exactly(connection: _socket.socket, size: int) -> bytes:
    pieces = []
    while size:
        piece = connection.recv(min(size, 1 << 20))
        if not piece:
            raise WireError("the other side went away")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def identity() -> dict[str, str]:
    """Who this prediff is: a server answers only for the installation, and the version, that asks.

    Whether its code is still what stands on the disk a server sees by itself (`daemon.stamp`): to read all of that
    would take a client longer than what it asks for.
    """
    from prediff import __version__

    return {"prediff": __version__, "python": sys.version, "package": _package()}


def _package() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def folder() -> str:
    """The folder for sockets, which need not be there: one for each user, gone when the user logs out if possible."""
    if sys.platform == "linux":
        for base in (os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{os.getuid()}"):
            if os.path.isabs(base) and is_own(base):
                return os.path.join(base, "prediff")
        from prediff.config_files import xdg_folder

        cache = xdg_folder("XDG_CACHE_HOME", ".cache")
        if cache is not None:
            return os.path.join(cache, "prediff", "run")
    from platformdirs import user_cache_dir

    return os.path.join(user_cache_dir("prediff", appauthor=False), "run")


def is_own(path: str) -> bool:
    """Whether a path is a folder, not a link, that its user alone can enter."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    # Windows keeps other users out of a profile by other means than modes.
    return sys.platform == "win32" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)


def base_name() -> str:
    """The name, without an ending, of all files of the server of this installation of prediff."""
    from zlib import crc32

    place = f"{_package()}\0{sys.prefix}\0{sys.version_info[:2]}"
    return f"server-{crc32(os.fsencode(place)):08x}"


def socket_path(base: str) -> str | None:
    """Where the Unix socket of a server stands; None where a port is used."""
    path = base + ".sock"
    usable = hasattr(_socket, "AF_UNIX") and sys.platform != "win32"
    return path if usable and len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH else None


def connect(base: str, limit: float) -> tuple[_socket.socket, bytes]:
    """A connection to the server, and the token that both sides know, which is empty over a Unix socket.

    base: path of its files without their ending. limit: seconds for each step. Raises OSError where no server listens.
    """
    path = socket_path(base)
    if path is not None:
        address: Any = path
        token = b""
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    else:
        port, token = _port_and_token(base + ".port")
        address = ("127.0.0.1", port)
        connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        connection.settimeout(limit)
        connection.connect(address)
        if path is not None and not is_same_user(connection):
            raise WireError("the server is another user's")
    except BaseException:
        connection.close()
        raise
    return connection, token


def _port_and_token(path: str) -> tuple[int, bytes]:
    with open(path, "rb") as file:
        port, _, token = file.read(200).partition(b" ")
    if not port.isdigit() or len(token) < 32:
        raise WireError(f"{path} names no port")
    return int(port), token


def is_same_user(connection: _socket.socket) -> bool:
    """Whether the other end of a Unix socket is a process of this user."""
    if sys.platform == "linux":
        # struct ucred: pid, uid, gid.
        raw = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    elif sys.platform != "win32":
        # struct xucred of macOS and the BSDs: version, uid, groups; LOCAL_PEERCRED of SOL_LOCAL.
        raw = connection.getsockopt(0, 1, 128)
    else:
        return False
    return int.from_bytes(raw[4:8], sys.byteorder) == os.getuid()


def proof(token: bytes, who: str, nonce: str) -> str:
    """What only one who knows the token can say to a nonce. Empty over a Unix socket."""
    if not token:
        return ""
    from hashlib import blake2b

    return blake2b(f"{who} {nonce}".encode(), key=token[:64], digest_size=32).hexdigest()
