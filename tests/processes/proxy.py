"""A TCP proxy whose connections can be left half-open, as by a network that loses packets without a word."""

import socket
import threading


class Proxy:
    """Forwards to a port of this machine."""

    def __init__(self, port: int) -> None:
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.dead: set[socket.socket] = set()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()  # nobody is there now
                continue
            self.pairs.append((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.forward, args=(source, sink), daemon=True).start()

    def forward(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass on what comes; of a dead connection nothing arrives, not even its end."""
        try:
            while data := source.recv(65536):
                if source not in self.dead:
                    sink.sendall(data)
            if source not in self.dead:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def cut(self) -> int:
        """Let all present connections go dead, and return how many that are; new ones work."""
        dead = {end for pair in self.pairs for end in pair} - self.dead
        self.dead |= dead
        return len(dead) // 2

    def close(self) -> None:
        """End everything."""
        self.listener.close()
        for pair in self.pairs:
            for end in pair:
                end.close()
