"""A server that misbehaves on the socket, which no mock of requests can."""

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

Behaviour = Callable[["BadServer", socket.socket], None]


class BadServer:
    """Listens on a free port; every connection gets the next of ``behaviours``, the last one repeats."""

    def __init__(self, *behaviours: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self.behaviours = list(behaviours)
        self.context = context
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            if self.over.is_set():
                connection.close()
                return
            self.connections += 1
            self.current = connection
            behave = self.behaviours[min(self.connections, len(self.behaviours)) - 1]
            try:
                if self.context:
                    self.current = connection = self.context.wrap_socket(connection, server_side=True)
                behave(self, connection)
            except OSError:
                pass  # the client hung up, or distrusts us
            finally:
                connection.close()
                self.closed.set()

    def receive(self, connection: socket.socket) -> bool:
        """Read one request; False when there is none."""
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return False
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", 0)):
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return True

    def stop(self) -> None:
        self.over.set()
        with suppress(OSError, AttributeError):  # closed already, or never opened
            self.current.shutdown(socket.SHUT_RDWR)
        with socket.create_connection(self.listener.getsockname()):
            self.thread.join()
        self.listener.close()


def answer(*bodies: bytes, status: str = "200 OK") -> Behaviour:
    """Answer one request after the other on the same connection, then close it."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        for body in bodies:
            if not server.receive(connection):
                return
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)

    return behave


def say(*answers: bytes) -> Behaviour:
    """Answer one request after the other with these bytes, on the same connection."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        for content in answers:
            if not server.receive(connection):
                return
            connection.sendall(content)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave in one way after the other on the same connection."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        for each in behaviours:
            each(server, connection)

    return behave


def tunnel(port: int) -> Behaviour:
    """Be a proxy that passes on what follows a CONNECT to a port of this machine."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        server.receive(connection)
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        pass_on(connection, port)

    return behave


def close(server: BadServer, connection: socket.socket) -> None:
    """Read a request and answer nothing."""
    server.receive(connection)


def reset(server: BadServer, connection: socket.socket) -> None:
    """Break the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def truncate(server: BadServer, connection: socket.socket) -> None:
    """Promise more than is sent."""
    server.receive(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"success": tr')


def hang(server: BadServer, connection: socket.socket) -> None:
    """Read a request, then keep the client waiting."""
    server.receive(connection)
    connection.recv(1)


def hang_within(server: BadServer, connection: socket.socket) -> None:
    """Begin an answer, then keep the client waiting."""
    server.receive(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
    connection.recv(1)


def drip(beginning: bytes, repeated: bytes) -> Behaviour:
    """Begin an answer and go on with a few bytes, again and again, for as long as the client listens."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        server.receive(connection)
        connection.sendall(beginning)
        while not server.over.wait(0.02):
            connection.sendall(repeated)

    return behave


def read_slowly(server: BadServer, connection: socket.socket) -> None:
    """Take a few bytes of the request now and then."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while connection.recv(1024) and not server.over.wait(0.02):
        pass


def socks(port: int) -> Behaviour:
    """Be a SOCKS 5 proxy whose connections all lead to a port of this machine."""

    def behave(server: BadServer, connection: socket.socket) -> None:
        connection.recv(3)  # version 5, one method: no authentication
        connection.sendall(b"\x05\x00")
        server.requests.append(connection.recv(1024))
        connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        pass_on(connection, port)

    return behave


def pass_on(connection: socket.socket, port: int) -> None:
    """Exchange bytes with a port of this machine until one end closes."""
    with socket.create_connection(("127.0.0.1", port)) as target:
        other = {connection: target, target: connection}
        while True:
            for end in select.select(other, (), ())[0]:
                data = end.recv(65536)
                if not data:
                    return
                other[end].sendall(data)
