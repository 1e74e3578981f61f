"""Breaks the kit on purpose, one line at a time, and tells which test notices: `python -m tests.mutations [WORD]`.

Each mutation is made in a copy of the repository, and the tests of its room run against that copy. It fails if one is
not noticed, or does not fit the code any more. With a WORD only those run that have it in their file or meaning.
"""

from __future__ import annotations

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PARTS = (
    "wemasy_kit tests cassettes notebooks docs README.md pyproject.toml environment.yml .pre-commit-hooks.yaml".split()
)
LONGEST = 120.0  # seconds; a run that hangs has noticed something too


class Mutation(NamedTuple):
    """One line that is broken.

    Attributes:
        meaning: What the kit would do.
        file: Where; `old` stands there once, and `new` is put in its place.
        tests: Which tests to ask after those of the module itself: of `call/token.py`, `tests/call/test_token.py`.
    """

    meaning: str
    file: str
    old: str
    new: str
    tests: str = ""

    @property
    def asked(self) -> list[str]:
        """The files of tests, the module's own first."""
        own = self.file.removesuffix(".py")
        names = [*([own] if _file(own).exists() else []), *self.tests.split()]
        return [str(_file(name).relative_to(ROOT)) for name in dict.fromkeys(names)]


def _file(name: str) -> Path:
    room, _, module = name.rpartition("/")
    return ROOT / "tests" / room / f"test_{module}.py"


LIVE, OUTCOME, JSON, HEADERS = "sources/live.py", "call/outcome.py", "call/strict_json.py", "call/headers.py"
EXCHANGE = "call/exchange.py"
REQUEST, MASKING, TOKEN, FORM = "call/request.py", "secrets/mask.py", "call/token.py", "explorer/view_model.py"
JUDGE, COMMAND = "testing/judge.py", "testing/command.py"
ASK = "response = await transport.handle_async_request(request)"
TRANSPORT = "httpx.AsyncHTTPTransport(verify=verify, trust_env=False)"
# fmt: off
MUTATIONS = (
    # What goes out
    Mutation("follows redirects", LIVE, ASK,
             "response = await httpx.AsyncClient(transport=transport, follow_redirects=True).send(request, stream=True)", "promises/faults"),
    Mutation("asks twice", LIVE, ASK, f"{ASK} and await transport.handle_async_request(request)"),
    Mutation("trusts the proxies of the environment", LIVE, TRANSPORT,
             "httpx.AsyncHTTPTransport(proxy=__import__('os').environ.get('http_proxy'))"),
    Mutation("takes any certificate", LIVE, "verify = _tls(self._ca) if", "verify = False if"),
    Mutation("takes authorities from the environment", LIVE, "certifi.where() if ca is None",
             "__import__('os').environ.get('SSL_CERT_FILE') if ca is None"),
    Mutation("trusts no private authority", LIVE, "certifi.where() if ca is None else regular(ca)", "certifi.where()"),
    Mutation("writes the keys of a connection where the environment says", LIVE,
             "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n    try", "ssl.create_default_context()\n    try"),
    Mutation("sends plain http wherever a name leads", LIVE, "if not _is_loopback(peer):", "if False:"),
    Mutation("takes plain http to any name", REQUEST, 'host.endswith((".localhost", ".test"))', '"." in host'),
    Mutation("shows a look-alike as it was typed", REQUEST, "if not host.isascii():", "if False:"),
    Mutation("sends no Accept", REQUEST, '        ("Accept", "application/json"),\n', ""),
    Mutation("asks for compression", REQUEST, '"Accept-Encoding", "identity"', '"Accept-Encoding", "gzip"'),
    Mutation("keeps the connection", REQUEST, '"Connection", "close"', '"Connection", "keep-alive"'),
    Mutation("sends a token over plain http to any host", REQUEST, 'url.scheme == "http" and not', "False and not"),
    Mutation("takes any name that ends in localhost", REQUEST, 'host == "localhost"', 'host.endswith("localhost")'),
    Mutation("takes a base URL with a password", REQUEST, 'if "@" in url.netloc', "if False"),
    Mutation("takes a base URL with a query", REQUEST, 'if "?" in base_url or "#" in base_url', 'if "#" in base_url'),
    Mutation("takes a base URL with a backslash", REQUEST, "' \\\\\"<>^`{|}'", "' \"<>^`{|}'"),
    Mutation("retries by itself", "call/logout.py", "if wait and outcome.pause", "if outcome.pause"),
    Mutation("waits however long it is told to", "call/logout.py", "LONGEST_WAIT: Final = 60.0", "LONGEST_WAIT: Final = 1e9"),
    # Deadline, size, and what is known when no answer comes
    Mutation("has no deadline", LIVE, "asyncio.timeout(self.deadline)", "asyncio.timeout(600)"),
    Mutation("takes a deadline of nothing", LIVE, "not 0 < deadline", "not 0 <= deadline"),
    Mutation("reads an answer without end", LIVE, "if len(body) > BODY_CAP:", "if False:", "promises/faults"),
    Mutation("does not say that it cut an answer", LIVE, "over_cap=len(body) > BODY_CAP", "over_cap=False"),
    Mutation("believes an answer that is framed in two ways", LIVE, "if not _is_framed_without_doubt(response)", "if False", "promises/faults"),
    Mutation("ignores the trace: lost is not sent", LIVE, "self.sent, self._unfinished = True, None", "self._unfinished = None"),
    Mutation("calls everything sent", LIVE, "NoResponse(sent=call.sent", "NoResponse(sent=True"),
    Mutation("calls it sent once it is connected", LIVE, 'event.endswith("send_request_headers.started")',
             'event.endswith("connect_tcp.complete")'),
    Mutation("forgets a complete answer when closing fails", LIVE, "if call.exchange is not None:",
             "if call.exchange is not None and failure is None:"),
    Mutation("calls a cancel a timeout", LIVE, '"timeout" if deadline.when() == ends else "cancelled"', '"timeout"'),
    Mutation("cancels a call that is over", LIVE, "if not deadline.expired():", "if True:"),
    Mutation("keeps calls that are over", LIVE, "self._out.discard(deadline)", "pass"),
    Mutation("leaves a half-open connection behind", LIVE, "await self._unfinished.aclose()", "pass"),
    # What an answer means
    Mutation("a 401 is a logout", OUTCOME, 'OutcomeKind.UNAUTHENTICATED, "not_accepted"', 'OutcomeKind.REVOKED, "revoked"'),
    Mutation("a gateway's 401 is the shop's", OUTCOME, "reason = _no_401_of_the_application(exchange)", "reason = None"),
    Mutation("a gateway's password is a bearer's", OUTCOME, 'schemes <= {"bearer"}', 'schemes <= {"bearer", "basic"}'),
    Mutation("any 2xx is a logout", OUTCOME, "elif status == 200:", "elif 200 <= status < 300:"),
    Mutation("any 200 is a logout", OUTCOME, "reason = _no_documented_success(exchange)", "reason = None"),
    Mutation("`error: 0` is no error", OUTCOME, 'document.get("error", False) is not False', 'bool(document.get("error", False))'),
    Mutation("`error` is not looked at", OUTCOME, 'document.get("error", False) is not False', "False"),
    Mutation("an empty object is a logout", OUTCOME, 'not {"error", "message"} & set(document)', "False"),
    Mutation("a message may be anything", OUTCOME, 'not isinstance(message, str | None)', "False"),
    Mutation("a 200 needs no mark of the endpoint", OUTCOME, "message is not the page's\": not marked", "message is not the page's\": False"),
    Mutation("any message is a mark of the endpoint", OUTCOME, "marked = message == LOGGED_OUT or", "marked = message is not None or"),
    Mutation("a request without a token revokes one", OUTCOME, 'and not exchange.header_sent("Authorization"),', "and False,"),
    Mutation("a rate-limit header is no mark", OUTCOME, "count(exchange, name) is not None for name", "False for name"),
    Mutation("a refusal in words is a logout", OUTCOME, "_bare(message) in _REFUSALS", "message in _REFUSALS"),
    Mutation("errors beside it are no doubt", OUTCOME, '"errors" in document', "False"),
    Mutation("an exception beside it is no doubt", OUTCOME, '"exception" in document', "False"),
    Mutation("`success: false` is no doubt", OUTCOME, 'document.get("success", True) is not True', "False"),
    Mutation("a problem report is a logout", OUTCOME, '"problem+json" in value.lower()', "False"),
    Mutation("a cached response is a logout", OUTCOME, 'any(age.strip(" \\t0") for age', "any(False for age"),
    Mutation("a 503 that says when makes nobody wait", OUTCOME, "self.exchange.status == 503", "self.exchange.status == 0"),
    Mutation("an unproved logout is called proved", "call/logout.py", 'return replace(outcome, proof="not_proved")\n    return', 'return replace(outcome, proof="proved")\n    return'),
    Mutation("a contradicted logout stays one", "call/logout.py", "kind=OutcomeKind.UNDOCUMENTED,", "kind=OutcomeKind.REVOKED,"),
    Mutation("raises after a logout", "call/logout.py", 'except Exception:\n        return replace(outcome, proof="not_proved")', "except ZeroDivisionError:\n        return outcome"),
    Mutation("says nothing of a wait that was too long", "call/logout.py", "return replace(outcome, not_waited=reason)", "return outcome"),
    Mutation("leaves a doubtful token in use", "call/logout.py", "    else:\n        store.put_aside(token)", "    else:\n        pass", "call/forgetting"),
    Mutation("leaves a token in use when it is broken off", "call/logout.py", "        store.put_aside(token)\n        raise", "        raise", "call/forgetting"),
    Mutation("sends what is pending for ever", "call/logout.py", "outcomes.append(outcome)\n        if _opens_nothing(outcome):", "outcomes.append(outcome)\n        if False:", "call/forgetting"),
    Mutation("calls a token alive that was not sent", "call/advice.py", 'outcome.exchange.header_sent("Authorization")', "True", "call/outcome"),
    Mutation("says that a cut copy can be forgotten", "call/advice.py", "_CUT_COPY if outcome.warning else", "", "call/logout"),
    Mutation("an answer that was cut counts", EXCHANGE, "if self.over_cap:", "if False:"),
    Mutation("a coded answer counts", EXCHANGE, "if self.coding:", "if False:"),
    Mutation("a coding is what the first header says", EXCHANGE, 'self.header_values("Content-Encoding")]',
             'self.header_values("Content-Encoding")][:1]', "call/outcome"),
    Mutation("after a 5xx the token is as it was", OUTCOME, "frozenset({404, 405,", "frozenset({500, 404, 405,"),
    Mutation("after a 429 nobody knows", OUTCOME, 'OutcomeKind.RATE_LIMITED, "unchanged"', 'OutcomeKind.RATE_LIMITED, "unknown"'),
    Mutation("a lost answer is called not sent", OUTCOME, "OutcomeKind.UNKNOWN if found.sent else OutcomeKind.NOT_SENT",
             "OutcomeKind.NOT_SENT"),
    Mutation("a lost answer leaves the token as it was", OUTCOME, '"unknown" if found.sent else "unchanged"', '"unchanged"'),
    Mutation("waits after a logout", OUTCOME, "retry_after(found) if waits else None", "retry_after(found)"),
    Mutation("comes back too early after a 429", OUTCOME, "_WINDOW if wanted is None else wanted) + 1.0",
             "_WINDOW if wanted is None else wanted)"),
    Mutation("shows control characters", OUTCOME, "text if text.isprintable() else", "text if True else"),
    Mutation("accepts a byte order mark", JSON, 'data.decode("utf-8")', 'data.decode("utf-8-sig")', "call/outcome"),
    Mutation("accepts a name that comes twice", JSON, "if len(found) != len(pairs)", "if False", "call/outcome"),
    Mutation("accepts NaN", JSON, "parse_constant=_refuse", "parse_constant=float", "call/outcome"),
    Mutation("accepts numbers beyond a double", JSON, "if not math.isfinite(value)", "if False", "call/outcome"),
    Mutation("accepts integers beyond a double", JSON, "or abs(value := int(text)) > LARGEST", "or (value := int(text)) is None", "call/outcome"),
    Mutation("accepts half a character", JSON, 'if "\\\\u" in text', "if False", "call/outcome"),
    Mutation("accepts any depth", JSON, "return value if _is_shallow(value) else NOT_JSON", "return value", "call/outcome"),
    Mutation("falls over a deep answer", JSON, "except (ValueError, RecursionError)", "except ValueError", "call/outcome"),
    Mutation("takes the first of two headers", EXCHANGE, "if len(values) == 1 else None", "if values else None"),
    Mutation("reads a negative wait", HEADERS, 'r"[0-9]{1,9}"', 'r"-?[0-9]{1,9}"', "call/outcome"),
    Mutation("reads digits of any script", HEADERS, 'r"[0-9]{1,9}"', 'r"\\d{1,9}"', "call/outcome"),
    Mutation("reads numbers of any length", HEADERS, 'r"[0-9]{1,9}"', 'r"[0-9]+"', "call/outcome"),
    Mutation("waits a negative time for a date", HEADERS, "max(0.0, until - now)", "until - now", "call/outcome"),
    Mutation("trusts its own clock over the server's", HEADERS, "exchange.received_at if now is None else now",
             "exchange.received_at", "call/outcome"),
    # What happens to the token in one's own code
    Mutation("forgets a token after a lost answer", "call/logout.py", '("revoked", "not_accepted")',
             '("revoked", "not_accepted", "unknown")', "call/forgetting"),
    Mutation("keeps a token that is not accepted", "call/logout.py", '("revoked", "not_accepted")', '("revoked",)', "call/forgetting"),
    Mutation("forgets the token of a later login", "call/logout.py", "if self._token == token:", "if True:", "call/forgetting"),
    # Secrets
    Mutation("does not mask headers", EXCHANGE, "(mask(name), mask(value)) for", "(mask(name), value) for"),
    Mutation("does not mask names of headers", EXCHANGE, "(mask(name), mask(value)) for", "(name, mask(value)) for"),
    Mutation("does not mask bodies", EXCHANGE, 'mask(exchange.body.decode("latin-1")).encode("latin-1")', "exchange.body"),
    Mutation("does not mask reasons", EXCHANGE, "reason=mask(exchange.reason)", "reason=exchange.reason"),
    Mutation("does not mask documents", EXCHANGE, "document=_masked_value(exchange.document, mask)", "document=exchange.document"),
    Mutation("does not mask numbers", EXCHANGE, "return value if mask(shown) == shown else mask(shown)", "return value"),
    Mutation("keeps coded bodies", EXCHANGE, "_UNSEEN if exchange.body and exchange.coding else", "", "promises/faults"),
    Mutation("judges a body that is masked already", LIVE, "body=body[:BODY_CAP]",
             'body=masking(request.headers.get("Authorization", "").partition(" ")[2])(body[:BODY_CAP].decode("latin-1")).encode("latin-1")'),
    Mutation("judges what it kept, and not what came", EXCHANGE, "        document=_masked_value(exchange.document, mask),\n        flaw=mask(exchange.flaw) if exchange.flaw else None,",
             "        document=_UNREAD,\n        flaw=None,"),
    Mutation("lets httpcore log the answer's headers", LIVE, "quiet = _SILENT.set(True)", "quiet = _SILENT.set(False)",
             "promises/secrets"),
    Mutation("keeps the transport's frames when interrupted", LIVE, "interruption = bare(error)", "interruption = error",
             "promises/secrets"),
    Mutation("keeps the context when interrupted", "errors.py", "error.__cause__ = error.__context__ = None", "pass",
             "promises/secrets promises/faults"),
    Mutation("finds only long pieces", MASKING, "RUN: Final = 8", "RUN: Final = 16"),
    Mutation("undoes no escapes", MASKING, "range(_LAYERS)", "range(0)"),
    Mutation("looks at one case only", MASKING, "view = view.translate(_LOWER)", "pass"),
    Mutation("knows base64 at one place only", MASKING, "for shift in range(3)]", "for shift in range(1)]"),
    Mutation("does not know hex", MASKING, "_runs_of({raw.hex()}, 2 * RUN),\n", "\n"),
    Mutation("does not know base64 for URLs", MASKING, "base64s |= {text.translate(_URL_SAFE) for text in base64s}", "pass"),
    Mutation("prints a token", TOKEN, 'return f"<Token {self.fingerprint}, ', 'return f"<Token {self._reveal()}, '),
    Mutation("pickles a token", TOKEN, "def __reduce_ex__", "def _reduce_ex"),
    Mutation("keeps a refused text in a frame", TOKEN, "del text  # A traceback", "pass  # A traceback"),
    Mutation("keeps the frames that read a token when interrupted", TOKEN, "made = bare(error)", "made = error",
             "promises/secrets"),
    Mutation("fingerprints the number too", TOKEN, "_after_bar(secret).encode()).hexdigest()", "secret.encode()).hexdigest()"),
    Mutation("takes a line break in a token", TOKEN, r'r"(?P<line_break>[\r\n])|', 'r"'),
    Mutation("takes a comma in a token", TOKEN, "|(?P<comma>,)", ""),
    Mutation("sends the placeholder of a sample", TOKEN, "if _is_placeholder(core)", "if False"),
    Mutation("shows the Authorization header", LIVE, 'secret = name.lower() == b"authorization"', 'secret = name == b"authorization"'),
    Mutation("keeps what a recording's Authorization held", "sources/cassette_file.py", 'if name.lower() == "authorization" else value',
             'if name == "authorization" else value', "sources/cassette"),
    Mutation("lets a request be changed", REQUEST, "def __setattr__", "def _setattr"),
    Mutation("takes a text for a token", REQUEST, "if token is not None and not isinstance(token, Token):", "if False:"),
    Mutation("sends a URL that two readers read differently", LIVE, "if parts != (", "if False and parts != (", "call/request"),
    Mutation("looks at the host of a URL alone", LIVE, "checked.port or _PORTS.get(checked.scheme), checked.path)", "parts and parts[2], parts and parts[3])",
             "call/request"),
    Mutation("blocks the loop that it is called in", "call/logout.py", "        asyncio.get_running_loop()\n", "        raise RuntimeError\n"),
    Mutation("starts an event loop for a replay", "call/logout.py", 'if send.name == "cassette":\n        return _stepped', "if False:\n        return _stepped"),
    Mutation("waits in a replay", "call/logout.py", 'if send.name == "cassette":\n        return "a replay', 'if False:\n        return "a replay'),
    Mutation("keeps a refused token of the environment in a variable", "cli/token_input.py",
             'return Token.parse(os.environ[VARIABLE]) if os.environ.get(VARIABLE, "").strip() else None',
             'text = os.environ.get(VARIABLE, "")\n    return Token.parse(text) if text.strip() else None', "cli/app cli/logout promises/secrets"),
    Mutation("lets vcrpy log while it records", "sources/recorder.py", "logger.disabled = True", "logger.disabled = False"),
    Mutation("records without a look at what it writes", "sources/recorder.py", "if secret := _secret_in(text, scrub.secrets)",
             "if secret := None"),
    Mutation("keeps a refused recording in a variable", "sources/recorder.py", "del text, outcome  # A traceback", "pass  # A traceback"),
    Mutation("records any header", "sources/recorder.py", "for name in RESPONSE_HEADERS", "for name in response['headers']"),
    Mutation("leaves what was typed in the page's message", "explorer/page.py", 'content.pop("text", "")',
             'content.get("text", "")', "explorer/form promises/secrets"),
    Mutation("lets the comm library log what was typed", "explorer/page.py", "addFilter(_is_of_another_widget)",
             "addFilter(lambda record: True)", "explorer/form promises/secrets"),
    Mutation("keeps what was typed in a variable at the door", "explorer/page.py", '        return Token.parse(content.pop("text", ""))',
             '        text = content.pop("text", "")\n        return Token.parse(text)', "explorer/form"),
    Mutation("lets tornado log a bad header", "sandbox/server.py", "return not _in_the_sandbox.get()", "return True", "promises/secrets"),
    Mutation("repeats a token that stands in the wrong place", "cli/app.py", "without_secrets(printable(", "(printable("),
    # Replay, rehearsal, and the form
    Mutation("plays the first answer for ever", "sources/cassette.py", "self._next += 1", "pass"),
    Mutation("plays an answer to another request", "sources/cassette.py",
             "if (request.method, request.url) != (exchange.method, exchange.url)", "if False"),
    Mutation("shows a replay with the request of now", "sources/cassette.py", "        return exchange\n",
             "        return __import__('dataclasses').replace(exchange, request_headers=request.shown_headers)\n"),
    Mutation("leaves the sandbox's thread running", "sources/sandbox.py", "self._loop.call_soon_threadsafe(self._loop.stop)\n            self._thread.join()\n            self._loop.close()", "pass"),
    Mutation("calls a replay live", "sources/cassette.py", 'SourceName] = "cassette"', 'SourceName] = "live"'),
    Mutation("plays a file that has changed as it was", "sources/cassette_file.py", "known[0] != stamp", "False", "sources/cassette"),
    Mutation("plays an impossible status", "sources/cassette_file.py", 'if not 100 <= status["code"].of(int) <= 999', "if False", "sources/cassette"),
    Mutation("the sandbox revokes nothing", "sandbox/rules.py", "replace(self._tokens[digest], alive=False)",
             "self._tokens[digest]"),
    Mutation("the sandbox revokes before it looks at the limit", "sandbox/rules.py", "        granted, rate = self._count(key)\n",
             "        self._tokens.pop(digest or '', None)\n        granted, rate = self._count(key)\n"),
    Mutation("the sandbox forgives a missing Accept", "sandbox/rules.py", 'return bool(re.search(r"[/+]json", first)) or',
             "return True or", "sandbox/punishes"),
    Mutation("the sandbox has a login page unasked", "sandbox/rules.py", "if login_route else {}", "if True else {}", "sandbox/punishes"),
    Mutation("the sandbox takes the lightest type for the first", "sandbox/rules.py", "else 1.0", "else 0.0", "sandbox/punishes"),
    Mutation("waiting as told can be too short with the skeleton's cache", "sandbox/rules.py", "else math.floor(start)", "else start", "sandbox/punishes"),
    Mutation("waiting as told is always enough in the sandbox", "sandbox/rules.py", "counted_from = start if", "counted_from = math.floor(start) if", "sandbox/punishes"),
    Mutation("the sandbox keeps windows that are over", "sandbox/rules.py", "self._windows.popitem(last=False)", "break", "sandbox/punishes"),
    Mutation("the sandbox looks at every token", "sandbox/rules.py", "token = self._tokens.get(digest)",
             "token = next((t for d, t in self._tokens.items() if d == digest), None)", "sandbox/punishes"),
    Mutation("the sandbox takes no slash at the end", "sandbox/rules.py", ', path.rstrip("/")', ", path", "sandbox/punishes"),
    Mutation("a half-sent head stays open in the sandbox", "sandbox/server.py", "idle_connection_timeout=self._patience", "idle_connection_timeout=None", "sandbox/punishes"),
    Mutation("a half-sent body stays open in the sandbox", "sandbox/server.py", "body_timeout=self._patience", "body_timeout=None", "sandbox/punishes"),
    Mutation("the sandbox burns a core at its limit of open files", "sandbox/server.py",
             "if error.errno not in (errno.EMFILE, errno.ENFILE):", "if True:", "sandbox/punishes"),
    Mutation("a reset of the sandbox is no true RST", "sandbox/player.py", 'if case.end == "reset" and', "if False and", "sandbox/on_demand"),
    Mutation("every case revokes its token", "sandbox/player.py", 'if case.revokes == "before":', "if True:", "promises/faults"),
    Mutation("a case is said twice", "sandbox/player.py", "asyncio.shield(stream.write(response))", "asyncio.shield(stream.write(response * 2))", "promises/faults"),
    Mutation("any request takes a case from the queue", "sandbox/rules.py", 'if method != "POST" or path', "if path", "sandbox/on_demand"),
    Mutation("a case stays in the queue", "sandbox/rules.py", "self._next.popleft()", "self._next[0]", "sandbox/on_demand"),
    Mutation("a new beginning keeps the queue", "sandbox/rules.py", "self._next.clear()", "pass", "sources/sandbox"),
    Mutation("a token names a case unasked", "sandbox/rules.py", "in catalogue() if cases else ()", "in catalogue()", "sandbox/on_demand"),
    Mutation("the sandbox logs a token in a header", "sandbox/log.py", "if name.lower() in _HARMLESS:", "if True:", "sandbox/on_demand"),
    Mutation("the sandbox logs a short token", "sandbox/log.py", "if token else text)", "if False else text)", "sandbox/on_demand"),
    Mutation("others steer the sandbox", "sandbox/server.py", 'if is_local else ""', 'if True else ""', "sandbox/on_demand"),
    Mutation("a token that names a case goes to the shop", "sources/live.py", "request.token.names_a_case:", "False:", "sources/sandbox"),
    Mutation("the sandbox in a page looks for tornado", "sources/sandbox.py", 'sys.platform == "emscripten"', "False", "sources/in_page"),
    Mutation("the sandbox in a page masks nothing", "sources/in_page.py", "return masked(raw, masking(secret))", "return raw"),
    Mutation("the sandbox in a page answers after its end", "sources/in_page.py", "self._is_open = False\n\n    def cancel", "pass\n\n    def cancel"),
    Mutation("a case about the connection is played in a page", "sources/in_page.py", "case.pause or case.repeats or ", ""),
    Mutation("a page's sandbox claims a socket", "call/provenance.py", "outcome.exchange.url.startswith(BASE_URL)", "False"),
    Mutation("live is on where there are no sockets", "sources/live.py", 'if sys.platform == "emscripten" else None', "if False else None", "sources/in_page"),
    Mutation("the sandbox is taken for live", "sources/sandbox.py", 'name="sandbox"', 'name="live"'),
    Mutation("sends live at once", FORM, 'self.source == "live" or before is not None', "before is not None", "explorer/machine"),
    Mutation("sends a revoked token again without a word", FORM, 'self.source == "live" or before is not None',
             'self.source == "live"', "explorer/machine"),
    Mutation("proves a live token without a question", FORM, 'taken._armed(now, page) if self.source == "live" else taken._accepted()',
             "taken._accepted()", "explorer/machine"),
    Mutation("stays armed after one request", FORM, 'phase="ready",\n            held=', 'phase="confirm",\n            held=', "explorer/machine"),
    Mutation("stays armed when another source is chosen", FORM, '"phase": "ready", "held": None', '"held": None', "explorer/machine"),
    Mutation("stays armed for ever", FORM, "and now.unix < self.armed_until", "", "explorer/machine"),
    Mutation("is armed in every page", FORM, "and page == self.armed_by", "", "explorer/machine"),
    Mutation("takes presses while a request is out", FORM, 'self.phase != "sending" and not is_echo', "not is_echo", "explorer/machine"),
    Mutation("takes a double click for two", FORM, "and not is_echo and", "and", "explorer/machine"),
    Mutation("sends before the wait is over", FORM, "not is_echo and self.waits_until(now) is None", "not is_echo", "explorer/machine"),
    Mutation("makes who replays wait", FORM, "<= LONGEST_LOCK and not is_replay", "<= LONGEST_LOCK"),
    Mutation("keeps a token that is dead", FORM, "None if is_replay or outcome.kind in _DECIDED else", "None if is_replay else", "explorer/machine"),
    Mutation("drops a token that is to be tried again", FORM, "None if is_replay or outcome.kind in _DECIDED else self.held", "None"),
    Mutation("shows an earlier response as the current one", FORM, '"is_current": False, "provable"', '"provable"', "explorer/machine"),
    Mutation("forgets with the history what it revoked", "explorer/history.py", "self._entries = []\n        self._tell()",
             "self._entries = []\n        self._revoked = {}\n        self._tell()"),
    Mutation("copies a request that nobody can send", "explorer/response.py", "Bearer $WEMASY_TOKEN", "{value}", "explorer/panels"),
    Mutation("glues two pasted lines into one token", "explorer/page.js", "const text = () => given.get(input.value) ?? input.value",
             "const text = () => input.value", "explorer/form"),
    Mutation("keeps in the page what was sent", "explorer/page.js", "      secret.empty();\n", "", "explorer/form"),
    Mutation("sends a double click in the page twice", "explorer/page.js", "if (isOff(node)) return;", "", "explorer/form"),
    Mutation("waits for ever for a dead kernel", "explorer/page.js", "}, SILENCE);", "}, SILENCE * 1000);", "explorer/form"),
    Mutation("exits 0 where nobody knows", "cli/logout.py", "OutcomeKind.UNKNOWN: 7", "OutcomeKind.UNKNOWN: 0"),
    Mutation("does not pass the deadline on", "cli/logout.py", "deadline=deadline, ca=ca)", "ca=ca)"),
    Mutation("does not pass on that a live one is to be proved", "cli/logout.py", "ask=True), live, wait=wait, prove=prove",
             "ask=True), live, wait=wait, prove=False"),
    Mutation("is not killed by a second Ctrl-C", "cli/logout.py", "signal.signal(signal.SIGINT, signal.SIG_DFL)", "pass"),
    Mutation("dies of SIGTERM where it stands", "__main__.py", "            signal.signal(number, _end)\n", "            pass\n", "cli/app"),
    Mutation("runs a notebook that a person has edited", "cli/lab.py", "None if original or FIRST in edited else", "None if original else"),
    Mutation("overwrites a notebook that a person has edited", "cli/lab.py", "if now != came_from:", "if False:"),
    Mutation("runs a notebook and does not vouch for it", "cli/form_ready.py", "server.contents_manager.notary.sign(book)", "pass", "cli/lab"),
    Mutation("leaves the session of a run that failed", "cli/form_ready.py", 'await server.session_manager.delete_session(session["id"])',
             "pass", "cli/lab"),
    Mutation("lets a file paint the terminal", "errors.py", "if each.isprintable() else", "if True else",
             "sources/cassette"),
    Mutation("reads a pipe", "files.py", "if path.exists() and not path.is_file():", "if path.is_dir():",
             "sources/recorder"),
    Mutation("calls any window a minute", "cards/words.py", 'if is_a_minute else "Requests left in this window"', "", "cards/cards"),
    # What is documented, and what is taken home
    Mutation("takes any text for a copy of the page", "contract/drift.py", "< _LEAST * len(page)", "< 0",
             "contract/drift"),
    Mutation("hides a line that went from the page", "contract/drift.py", "if len(was) == len(now):", "if True:",
             "contract/drift"),
    Mutation("passes a doubled header", "contract/ledger.py", "if len(values) > 1:", "if False:", "contract/ledger"),
    Mutation("passes JSON that calls itself HTML", "contract/ledger.py", "if not named or", "if True or", "contract/ledger"),
    Mutation("passes a field of another type", "contract/ledger.py", "if not _fits(", "if False and not _fits(",
             "contract/ledger"),
    Mutation("hands on a secret of a recording", "exports/export.py", "in findings(text):", "in ():", "exports/export"),
    Mutation("lets Postman follow a redirect", "exports/postman.py", '"followRedirects": False', '"followRedirects": True',
             "exports/export"),
    Mutation("writes over what is there", "files.py", "not (replace and target.is_file())", "not target.is_file()", "exports/export"),
    Mutation("replaces a device", "files.py", "not (replace and target.is_file())", "not replace", "exports/export"),
    Mutation("lets two write one new file", "files.py", 'open(path, "x").close()', "pass", "exports/export"),
    Mutation("opens a private file to all", "files.py", "target.stat().st_mode & 0o7777", "0o644", "exports/export"),
    Mutation("leaves half a file", "files.py", "each.unlink(missing_ok=True)", "pass", "exports/export"),
    Mutation("has a sample that follows a redirect", "exports/sample_texts/logout-requests.py",
             "allow_redirects=False", "allow_redirects=True", "exports/samples"),
    Mutation("has a sample that crashes on a broken response", "exports/sample_texts/logout-requests.py",
             "(requests.RequestException, ValueError)", "requests.RequestException", "exports/functions"),
    Mutation("has a route that takes any 200", "exports/sample_texts/logout-route.mjs",
             "status === 200 && clean && marked", "status === 200 && clean", "exports/functions"),
    Mutation("has a route that forgets a token the shop has not confirmed", "exports/sample_texts/logout-route.mjs",
             "if (state === 'unconfirmed') await putAside(token);", "", "exports/functions"),
    Mutation("has a view that leaves the token in the session", "exports/sample_texts/logout_view.py",
             'session.pop("wemasy_token", None)', "pass", "exports/functions"),
    Mutation("has a view that takes a gateway's 401 for the shop's", "exports/sample_texts/logout_view.py",
             r're.match(r"bearer\b",', 're.match("",', "exports/functions"),
    Mutation("has a view that takes what its deadline cut off for complete", "exports/sample_texts/logout_view.py",
             " and time.monotonic() < end", "", "exports/functions"),
    Mutation("leaves generators to make up names", "exports/openapi.py", '    operation["operationId"] = "logoutCustomer"\n', "",
             "exports/export"),
    Mutation("has a sample that takes any 200", "exports/sample_texts/logout-curl.sh",
             "then .error == false else true end", "then true else true end", "exports/samples"),
    # What a person reads
    Mutation("speaks of a recorded token as of this one", "cards/words.py", 'replace("this token", "that token")',
             'replace("", "")', "cards/cards"),
    Mutation("lets words run together without a style sheet", "cards/outcome.py", 'el("span", " · ", class_="wemasy-gap")',
             "None", "cards/cards"),
    Mutation("sends the form's styles along with each card", "cards/card.py", '.partition("/* The form")[0]', "", "cards/cards"),
    Mutation("draws each bar as if nothing were used", "cards/pictures.py", "(outcome.rate_limit.remaining or 0) / top",
             "top / top", "cards/pictures"),
    Mutation("leaves the page's example out", "cards/documented.py", "        if wanted.example\n", "        if False\n",
             "cards/cards"),
    # Somebody else's logout, judged
    Mutation("believes who says logged out", JUDGE, "Verdict.LIE: self.claims_logged_out and self.alive", "Verdict.LIE: False"),
    Mutation("calls doubt a lie", JUDGE, "Verdict.LIE: self.claims_logged_out and self.alive", "Verdict.LIE: self.alive"),
    Mutation("takes doubt for right whatever is said", JUDGE, 'not self.case.allows("not logged out")', "False"),
    Mutation("overlooks a token at another host", JUDGE, "each.token and each.host != self.requests[0].host", "False"),
    Mutation("overlooks a second request", JUDGE, "len(self.requests) > 1,", "False,"),
    Mutation("overlooks a missing Accept", JUDGE, 'json = "application/json" in accepted', "json = True"),
    Mutation("overlooks a missing token", JUDGE, '["token"] * (not first.token)', '["token"] * False'),
    Mutation("judges who sends nothing", JUDGE, "if not played.requests:\n            return f", "if False:\n            return f"),
    Mutation("judges who always says no", JUDGE, 'if not played.claims_logged_out and not played.case.allows("not logged out"):', "if False:"),
    Mutation("lets the lesser fault lead", JUDGE, "next((verdict for verdict, found in faults.items()",
             "next((verdict for verdict, found in reversed(faults.items())"),
    Mutation("blames a library for any second request", JUDGE, "at[1] - at[0] < AT_ONCE", "True"),
    Mutation("asks whether a token works too early", "testing/play.py", "        claims, output, hung, crashed = client(",
             "        shop.holds = (lambda held: lambda _: held)(shop.holds(token))\n        claims, output, hung, crashed = client(", "cli/check"),
    Mutation("keeps a token in what a client said", "testing/play.py", "shown = masked(output, token.reveal())", "shown = output", "cli/check"),
    Mutation("takes any end for a claim", COMMAND, "else code == 0", "else True", "cli/check"),
    Mutation("takes a crash for doubt", COMMAND, "_TRACEBACK.search(output) is not None", "False", "cli/check"),
    Mutation("leaves what left the group of a client", COMMAND, "                _end_what_left(token)\n", "", "cli/check"),
    Mutation("leaves what runs when it is interrupted", "cli/check.py", "        client.stop()", "        pass"),
    Mutation("exits 0 in spite of faults", "cli/check.py", "sys.exit(any(each.verdict is not Verdict.RIGHT for each in played))", "sys.exit(0)"),
    Mutation("judges without controls", "cli/check.py", "why := why_not_judged(play(find_case(name), client) for name in CONTROLS)",
             'why := ""'),
    Mutation("prints a rate", "cli/check.py", "Other faults: {others}. Right: {right}.", "Other faults: {others}. Right: {right / len(played):.0%}."),
    Mutation("replays to a client without a token", "testing/plugin.py", "if not bearer and any(", "if False and any("),
    Mutation("replays to a client without Accept", "testing/plugin.py", 'if "application/json" not in asked.headers', "if False and asked.headers"),
    Mutation("lets a client swallow what is wrong with it", "testing/plugin.py",
             "report.outcome, report.longrepr = \"failed\", problems[0]", "pass"),
    Mutation("prints the token that a cassette does not hold", "testing/plugin.py", "masked(without_secrets(asked.uri), bearer[1] if bearer else '')", "asked.uri"),
    # Scanned, recorded and where from
    Mutation("tries again at each bearer in a value", "secrets/scan.py", "if first + place >= judged and (match",
             "if (match", "secrets/scan_steps"),
    Mutation("cuts a word at the end of a piece", "secrets/scan.py", "        end = between.start() if (between",
             "        _ = between.start() if (between", "secrets/scan"),
    Mutation("holds every find against every other", "secrets/scan.py",
             "if not before or known[before - 1].end <= span.start:",
             "if not any(each.start < span.end and span.start < each.end for each in known):", "secrets/scan_steps"),
    Mutation("counts each column from the line's beginning", "secrets/scan.py",
             "        column += len(data[counted:start]", "        column = 1 + len(data[data.rfind(b'\\n', 0, start) + 1 : start]",
             "secrets/scan_steps"),
    Mutation("inflates all of a bomb", "secrets/scan.py", ".decompress(content, _INFLATED * len(content))", ".decompress(content)",
             "secrets/scan_steps"),
    Mutation("passes the pictures of notebooks by", "secrets/scan.py", 'b"image", b"application"', 'b"audio"'),
    Mutation("calls a file that was not looked at clean", "cli/scan.py", "sys.exit(1 if finds or unread else 0)",
             "sys.exit(1 if finds else 0)", "secrets/scan"),
    Mutation("opens a pipe", "secrets/scan_files.py", "if not stat.S_ISREG(os.stat(path).st_mode)", "if False",
             "secrets/scan"),
    Mutation("reads nothing that holds a NUL", "secrets/scan_files.py", "    if len(data) > largest:",
             "    if b'\\0' in data:\n        return Scanned(path)\n    if len(data) > largest:", "secrets/scan"),
    Mutation("does not see hex with blanks", MASKING, "in re.finditer(_GAP, text)", "in ()"),
    Mutation("records a coded body", "sources/recorder.py", "coded or not _is_text(body)", "not _is_text(body)"),
    Mutation("records a body that is no text", "sources/recorder.py", "coded or not _is_text(body)", "coded"),
    Mutation("records twice at once", "sources/recorder.py", "if not _RECORDING.acquire(blocking=False)",
             "if _RECORDING.acquire(blocking=False) and False"),
    Mutation("gives any recording the documented address", "sources/recorder.py",
             'BASE_URL if send.name == "sandbox" else send.base_url', "BASE_URL"),
    Mutation("takes the address of a cassette for the documented one", "call/provenance.py", "and address == BASE_URL", ""),
)
# fmt: on


class Result(NamedTuple):
    mutation: Mutation | None
    noticed_by: str | None
    trouble: str | None
    seconds: float


def copied(folder: str) -> Path:
    """The repository, without what tools have left in it."""
    leave = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for part in PARTS:
        source, target = ROOT / part, Path(folder, part)
        if source.is_dir():
            shutil.copytree(source, target, ignore=leave)
        elif source.exists():
            shutil.copyfile(source, target)
    return Path(folder)


def tested(root: Path, files: list[str], longest: float) -> tuple[str | None, str | None]:
    """Which test fails first; and what went wrong, should it not be a test that fails."""
    # One process a run, and neither the plug-ins nor the options that are meant for the whole suite.
    alone = "-o addopts= -p no:xdist -p no:schemathesis -p no:asyncio -p no:recording -p no:cacheprovider".split()
    options = ["-x", "-q", "--tb=no", "-rfE", "-m", "not browser and not tools", *alone]
    command = [sys.executable, "-m", "pytest", *options, *files]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=longest, check=False
        )
    except subprocess.TimeoutExpired:
        return f"(hung for {longest:.0f} s)", None
    failed = re.search(r"^(?:FAILED|ERROR) tests/(\S.*?)(?: - .*)?$", run.stdout, re.MULTILINE)
    if run.returncode == 0 or (run.returncode == 1 and failed):
        return (failed[1] if failed else None), None
    return None, f"pytest exits {run.returncode}: {(run.stdout + run.stderr)[-300:]}"


def tried(mutation: Mutation) -> Result:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wemasy-mutation-") as folder:
        root = copied(folder)
        path = root / "wemasy_kit" / mutation.file
        text = path.read_text("utf-8")
        if (found := text.count(mutation.old)) != 1:
            return Result(mutation, None, f"does not fit: stands there {found} times", 0)
        path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        noticed_by, trouble = tested(root, mutation.asked, LONGEST)
    return Result(mutation, noticed_by, trouble, time.monotonic() - started)


def unbroken(files: list[str]) -> Result:
    """Without a mutation nothing may fail, and what is tested has to be the copy."""
    with tempfile.TemporaryDirectory(prefix="wemasy-mutation-") as folder:
        root = copied(folder)
        here = subprocess.run(
            [sys.executable, "-c", "import wemasy_kit; print(wemasy_kit.__file__)"],
            cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        if not Path(here.stdout.strip()).is_relative_to(root):
            return Result(None, None, f"not the copy is tested but {here.stdout.strip()}", 0)
        return Result(None, *tested(root, files, 10 * LONGEST), 0)  # all of them, one after the other


def main(word: str = "") -> int:
    chosen = [each for each in MUTATIONS if word in each.file or word in each.meaning]
    started = time.monotonic()
    troubles = survivors = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        plain = pool.submit(unbroken, sorted({file for each in chosen for file in each.asked}))
        for mutation, noticed_by, trouble, seconds in pool.map(tried, chosen):
            assert mutation is not None
            troubles += trouble is not None
            survivors += trouble is None and noticed_by is None
            told = trouble or noticed_by or "NO TEST NOTICES"
            print(f"{mutation.file:<26} {mutation.meaning:<58} {seconds:5.1f} s  {told}", flush=True)
        _, failed, trouble, _ = plain.result()
    print(
        f"{len(chosen)} mutations, {survivors} not noticed, {troubles} in trouble, {time.monotonic() - started:.0f} s"
    )
    if failed or trouble:
        print(f"without a mutation: {failed or trouble}")
    return 1 if survivors or troubles or failed or trouble else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
