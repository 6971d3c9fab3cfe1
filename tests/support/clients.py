"""Clients of a web server that are idle or slow, as plain sockets; and what Linux says about processes."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from support.waiting import PATIENCE_SECONDS


def connected(url: str, receive_buffer: int | None = None) -> socket.socket:
    """A connection that has said nothing yet; a small buffer of bytes makes a reader that fills up soon."""
    parts = urlsplit(url)
    client = socket.socket(socket.AF_INET)
    client.settimeout(PATIENCE_SECONDS)
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    try:
        client.connect((parts.hostname, parts.port))
    except OSError:
        client.close()
        raise
    return client


def request(path: str = "/api/parks", *lines: str, method: str = "GET") -> bytes:
    """The head of a request, without the empty line that ends it."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, ""]).encode("latin-1")


def asked(url: str, path: str = "/api/parks") -> float:
    """Seconds until a new client has its whole answer; fails where it has none."""
    began = time.monotonic()
    with connected(url) as client:
        client.sendall(request(path, "Connection: close") + b"\r\n")
        answer = received(client)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    return time.monotonic() - began


def received(client: socket.socket) -> bytes:
    """All that comes until the server closes; raises ``TimeoutError`` where it does not."""
    found = b""
    try:
        while piece := client.recv(65_536):
            found += piece
    except ConnectionResetError:
        return found
    return found


def kept_alive(url: str) -> socket.socket:
    """A connection on which one request was answered, and which stays open."""
    client = connected(url)
    client.sendall(request(method="HEAD") + b"\r\n")
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return client


@contextmanager
def all_of(clients: list[socket.socket]) -> Iterator[list[socket.socket]]:
    """The clients, closed in the end."""
    with ExitStack() as stack:
        for client in clients:
            stack.enter_context(client)
        yield clients


@contextmanager
def dripping(clients: list[socket.socket], piece: bytes, every_seconds: float = 0.2) -> Iterator[None]:
    """While the block lasts, every client sends ``piece`` again and again, for as long as it is let."""
    done = threading.Event()

    def drip() -> None:
        open_still = list(clients)
        while not done.wait(every_seconds):
            for client in list(open_still):
                try:
                    client.send(piece)
                except OSError:
                    open_still.remove(client)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def children(pid: int) -> list[int]:
    """The processes that a process has started, as Linux tells."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def open_files(pid: int) -> int:
    """How many descriptors a process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def processor_seconds(pid: int, *, ended_children: bool = False) -> float:
    """Time on the processor that a process has used so far, with its children that have ended if so asked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended_children else 13])) / os.sysconf("SC_CLK_TCK")


def started_at(pid: int) -> float:
    """When a process was started, in ticks since the start of the machine; infinite where it has ended."""
    try:
        return float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return math.inf
