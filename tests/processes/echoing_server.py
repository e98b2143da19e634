"""A Responsys that repeats what it was told, secrets and all: on pages, in error texts, in verdicts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOGIN = "/rest/api/v1.3/auth/token"
ERRORS = {
    "detail": (400, "INVALID_PARAMETER"),
    "hold": (404, "CUSTOM_EVENT_NOT_FOUND"),
    "barred": (401, "INVALID_USER_NAME_PASSWORD"),
}


class EchoingServer:
    """Listens on a free port; the event's name says how the call is answered."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.paths: list[str] = []
        echoing_server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                echoing_server.answer(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0)).decode()
        self.paths.append(call.path)
        told = f"{call.headers.get('Authorization')} {body}"
        if call.path == LOGIN and "barred" not in body:
            reply(call, 200, {"authToken": self.token, "endPoint": self.url})
            return
        how = "barred" if call.path == LOGIN else call.path.rpartition("/")[2]
        if how in ERRORS:
            status, code = ERRORS[how]
            reply(call, status, {"type": "", "title": told, "errorCode": code, "detail": told})
        elif how == "verdict":
            rows = json.loads(body)["recipientData"]
            reply(call, 200, [{"recipientId": None, "success": False, "errorMessage": told} for _ in rows])
        elif how == "redirect":
            call.send_response(307)
            call.send_header("Location", f"{self.url}/stolen")
            call.send_header("Content-Length", "0")
            call.end_headers()
        else:
            reply(call, 500, f"<html><body>Error while handling {told}</body></html>")

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def reply(call: BaseHTTPRequestHandler, status: int, content: Any) -> None:
    """Send JSON, or a text as a page."""
    body = (content if isinstance(content, str) else json.dumps(content)).encode()
    call.send_response(status)
    call.send_header("Content-Type", "text/html" if isinstance(content, str) else "application/json")
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body)
