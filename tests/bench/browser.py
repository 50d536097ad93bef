"""A browser that calls the WSGI application as the web server does, and times nothing but that call."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """`seconds` from handing the request over until the whole answer was taken and closed."""

    status: int
    location: str
    body: str
    seconds: float

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page, the last of each name: its forms' tokens."""
        return dict(_HIDDEN.findall(self.body))


@dataclass
class Browser:
    """Keeps its cookies from one request to the next."""

    application: Callable
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"")

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode())

    def _ask(self, method: str, path: str, content: bytes) -> Answer:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_ACCEPT": "text/html",
            "HTTP_ACCEPT_LANGUAGE": "fr-CA,fr",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if content else "",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        begun: list = []
        start = time.perf_counter()
        response = self.application(environ, lambda status, headers: begun.extend((status, headers)))
        body = b"".join(response)
        response.close()
        seconds = time.perf_counter() - start
        status, headers = begun
        for name, value in headers:
            if name == "Set-Cookie":
                self._keep(value)
        return Answer(int(status.split()[0]), dict(headers).get("Location", ""), body.decode(), seconds)

    def _keep(self, value: str) -> None:
        for name, morsel in SimpleCookie(value).items():
            if morsel["max-age"] == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
