"""The stand-in shop's rules, beside the answers that were measured."""

from __future__ import annotations

import hashlib
import json
import re
import zlib

import pytest

from tests.support import sources
from wemasy_kit.sandbox.rules import PATH, WINDOW, Answer, HandClock, Profile, Shop

JSON = ("Accept", "application/json")
NOON = 1795351073.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


def log_out(
    shop: Shop, token: str | None = None, method: str = "POST", path: str = PATH, *, address: str = "127.0.0.1"
) -> Answer:
    headers = [JSON] if token is None else [JSON, ("Authorization", f"Bearer {token}")]
    return shop.answer(method, path, headers, address=address)


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def measured(name: str) -> Answer:
    """What a real Laravel said, without the four headers that only the server of that day could add."""
    said, of_the_server = sources.measured(name), {"Host", "Connection", "X-Powered-By", "Date"}
    kept = tuple(sorted(pair for pair in said.headers if pair[0] not in of_the_server))
    return Answer(said.status, said.reason, kept, said.body)


def comparable(answer: Answer) -> Answer:
    return Answer(answer.status, answer.reason, tuple(sorted(answer.headers)), answer.body)


# Beside the measured exchanges


@pytest.mark.parametrize(("profile", "measurement"), [("documented", "documented"), ("laravel", "default")])
def test_each_profile_answers_as_measured(profile: Profile, measurement: str, clock: HandClock) -> None:
    shop = Shop(profile=profile, clock=clock)
    token = shop.issue_token("jane")

    answers = [comparable(log_out(shop, text)) for text in (token, token, None)]

    names = ("200-token-revoked", "401-revoked-token", "401-no-token")
    assert answers == [measured(f"{measurement}-{name}") for name in names]


def test_the_documented_429_is_the_measured_one_without_the_undocumented_reset(clock: HandClock) -> None:
    shop = Shop(clock=clock)
    for _ in range(60):
        log_out(shop)
    clock.forward(5)

    expected = measured("documented-429-too-many-requests")

    documented = tuple(pair for pair in expected.headers if pair[0] != "X-RateLimit-Reset")
    assert len(documented) == len(expected.headers) - 1
    assert comparable(log_out(shop)) == Answer(429, expected.reason, documented, expected.body)


def test_the_laravel_429_is_the_measured_one_to_the_second(clock: HandClock) -> None:
    shop = Shop(profile="laravel", clock=clock)
    for _ in range(60):
        log_out(shop, shop.issue_token("jane"))
    clock.forward(4)

    assert comparable(log_out(shop, shop.issue_token("jane"))) == measured("default-429-too-many-requests")


@pytest.mark.parametrize(
    ("name", "method", "path"), [("404-unknown-path", "POST", PATH.replace("logout", "nope")), ("405-get", "GET", PATH)]
)
def test_a_wrong_turn_is_answered_as_measured(name: str, method: str, path: str) -> None:
    assert comparable(Shop(profile="laravel").answer(method, path, [JSON])) == measured(f"default-{name}")


# Tokens


def test_a_token_is_an_id_a_bar_forty_characters_and_their_checksum() -> None:
    shop = Shop()

    texts = [shop.issue_token("jane") for _ in range(20)]

    for number, text in enumerate(texts, start=1):
        assert re.fullmatch(rf"{number}\|[A-Za-z0-9]{{40}}[0-9a-f]{{8}}", text)
        secret = text.partition("|")[2]
        assert int(secret[40:], 16) == zlib.crc32(secret[:40].encode())
    assert len(set(texts)) == 20


def test_the_shop_keeps_a_fingerprint_and_nothing_that_shows_a_token() -> None:
    shop = Shop()
    secret = shop.issue_token("jane").partition("|")[2]

    assert secret[:40] not in f"{vars(shop)} {shop!r} {shop.tokens()}"
    assert shop.tokens()[0].fingerprint == hashlib.sha256(secret.encode()).hexdigest()[:8]


def test_tokens_are_listed_in_order_of_issue_for_one_customer_or_all() -> None:
    shop = Shop()
    for customer in ("jane", "john", "jane"):
        shop.issue_token(customer)

    assert [token.id for token in shop.tokens("jane")] == [1, 3]
    assert [token.customer for token in shop.tokens()] == ["jane", "john", "jane"]
    assert shop.tokens("nobody") == ()


@pytest.mark.parametrize("profile", ["documented", "laravel"])
def test_logging_out_revokes_the_token_used_and_no_other(profile: Profile) -> None:
    shop = Shop(profile=profile)
    phone, laptop, other = shop.issue_token("jane"), shop.issue_token("jane"), shop.issue_token("john")

    assert [log_out(shop, phone).status for _ in range(3)] == [200, 401, 401]
    assert (shop.holds(phone), shop.holds(laptop), shop.holds(other)) == (False, True, True)
    assert [token.alive for token in shop.tokens("jane")] == [False, True]


def test_missing_malformed_unknown_and_revoked_cannot_be_told_apart(clock: HandClock) -> None:
    shop, other = Shop(clock=clock), Shop()
    revoked = shop.issue_token("jane")
    log_out(shop, revoked)

    upsetting = ("\udcff", "é|ü", "9" * 5000 + "|x", "|", "||", "\0", "²|x")
    texts = (None, "nonsense", "99|nonsense", revoked, other.issue_token("jane"), *upsetting)
    answers = {log_out(shop, text, address=f"address of {text}") for text in texts}

    assert [answer.status for answer in answers] == [401]


def test_the_secret_counts_only_with_its_own_id() -> None:
    shop = Shop()
    first, second = shop.issue_token("jane"), shop.issue_token("jane")
    swapped = f"1|{second.partition('|')[2]}"

    assert log_out(shop, swapped).status == 401
    assert (shop.holds(first), shop.holds(second)) == (True, True)


def test_the_part_after_the_bar_alone_is_accepted() -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    assert log_out(shop, token.partition("|")[2]).status == 200
    assert not shop.holds(token)


# The Authorization header


ACCEPTED = ["Bearer {}", "bearer {}", "BEARER {}", "Bearer {}, more", "Bearer {},"]
REFUSED = ["Bearer  {}", "Bearer\t{}", 'Bearer "{}"', "Bearer '{}'", "Bearer {} ", "{}", "Basic {}", "Bearer", ""]


@pytest.mark.parametrize("written", ACCEPTED + REFUSED)
def test_only_these_spellings_are_accepted(written: str) -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    answer = shop.answer("POST", PATH, [JSON, ("authorization", written.format(token))])

    assert (answer.status, shop.holds(token)) == ((200, False) if written in ACCEPTED else (401, True))


def test_of_two_authorization_headers_the_first_counts() -> None:
    shop = Shop()
    first, second = shop.issue_token("jane"), shop.issue_token("jane")

    shop.answer("POST", PATH, [("Authorization", f"Bearer {first}"), ("authorization", f"Bearer {second}")])

    assert (shop.holds(first), shop.holds(second)) == (False, True)


# The window


def test_remaining_counts_after_this_call_down_to_none(clock: HandClock) -> None:
    shop = Shop(rate_limit=3, clock=clock)

    answers = [log_out(shop) for _ in range(5)]

    assert [answer.status for answer in answers] == [401, 401, 401, 429, 429]
    assert [header(answer, "X-RateLimit-Remaining") for answer in answers] == ["2", "1", "0", "0", "0"]
    assert {header(answer, "X-RateLimit-Limit") for answer in answers} == {"3"}


def test_a_refused_call_leaves_the_customer_logged_in(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, clock=clock)
    token = shop.issue_token("jane")
    log_out(shop)

    assert log_out(shop, token).status == 429
    assert shop.holds(token)


def test_refused_calls_do_not_extend_the_window(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, clock=clock)
    log_out(shop)

    statuses = []
    for seconds in (30, WINDOW - 30.5, 0.5):
        clock.forward(seconds)
        statuses.append(log_out(shop).status)

    assert statuses == [429, 429, 401]


def test_a_clock_set_back_does_not_lock_anyone_out(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, clock=clock)
    log_out(shop)
    clock.forward(-3600)

    assert log_out(shop).status == 401


def test_windows_that_are_over_are_forgotten(clock: HandClock) -> None:
    shop = Shop(clock=clock)
    for number in range(100):
        log_out(shop, address=f"127.0.0.{number}")
    clock.forward(WINDOW)
    log_out(shop)

    assert len(shop._windows) == 1


def test_the_documented_limit_is_kept_per_address_whoever_asks(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, clock=clock)
    jane, john = shop.issue_token("jane"), shop.issue_token("john")
    log_out(shop, jane)

    assert log_out(shop, john).status == 429
    assert log_out(shop, "nonsense").status == 429
    assert log_out(shop, john, address="127.0.0.2").status == 200


def test_the_laravel_limit_is_kept_per_customer_wherever_they_are(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, profile="laravel", clock=clock)
    phone, laptop, john = shop.issue_token("jane"), shop.issue_token("jane"), shop.issue_token("john")
    log_out(shop, phone)

    assert log_out(shop, laptop, address="127.0.0.2").status == 429
    assert log_out(shop, john).status == 200


def test_in_laravel_a_bad_token_costs_nothing(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, profile="laravel", clock=clock)
    token = shop.issue_token("jane")
    log_out(shop, token)

    assert {log_out(shop, token).status for _ in range(5)} == {401}


def test_wrong_turns_do_not_count(clock: HandClock) -> None:
    shop = Shop(rate_limit=1, clock=clock)
    token = shop.issue_token("jane")
    for method, path in [("GET", PATH), ("POST", "/nope"), ("OPTIONS", PATH), ("DELETE", PATH)]:
        log_out(shop, token, method, path)

    assert shop.holds(token)
    assert log_out(shop, token).status == 200


# Other paths and methods


@pytest.mark.parametrize("path", ["/", "", "/api", f"/{PATH}", PATH.replace("/auth", "//auth"), "/login"])
def test_no_other_path_is_the_logout(path: str) -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    answer = log_out(shop, token, path=path)

    assert (answer.status, json.loads(answer.body)["error"], shop.holds(token)) == (404, True, True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "BREW"])
def test_any_other_method_is_told_what_is_allowed(method: str) -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    answer = log_out(shop, token, method)

    assert (answer.status, header(answer, "Allow"), shop.holds(token)) == (405, "POST", True)
    assert (answer.body == b"") == (method == "HEAD")


def test_a_preflight_allows_what_a_browser_asks_for() -> None:
    asked = [
        ("Origin", "http://localhost:8888"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "accept,authorization"),
    ]

    answer = Shop().answer("OPTIONS", PATH, asked)

    assert (answer.status, answer.body) == (204, b"")
    assert dict(answer.headers) == {
        "Cache-Control": "no-cache, private",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "accept,authorization",
        "Access-Control-Max-Age": "0",
        "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    }


def test_options_outside_a_preflight_names_the_methods() -> None:
    answer = Shop().answer("OPTIONS", PATH, [])

    assert (answer.status, header(answer, "Allow"), answer.body) == (200, "POST", b"")


@pytest.mark.parametrize("profile", ["documented", "laravel"])
@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("GET", PATH), ("POST", "/nope"), ("OPTIONS", PATH)])
def test_every_answer_may_be_read_by_any_page_and_kept_by_no_cache(profile: Profile, method: str, path: str) -> None:
    answer = Shop(profile=profile).answer(method, path, [])

    assert header(answer, "Access-Control-Allow-Origin") == "*"
    assert header(answer, "Cache-Control") == "no-cache, private"


def test_what_a_client_invents_is_escaped_in_a_page() -> None:
    answer = Shop(login_route=True).answer("POST", PATH, [("Host", "<script>")])

    assert b"script" in answer.body
    assert b"<script>" not in answer.body


# Misuse


@pytest.mark.parametrize("rate_limit", [0, -1, 1.5, "60", None, True, 10**9 + 1, pytest.param(10**5000, id="huge")])
def test_a_rate_limit_out_of_its_range_or_not_whole_is_refused(rate_limit: object) -> None:
    with pytest.raises(ValueError, match=r"^rate_limit is a whole number .*, from 1 to 1,000,000,000$"):
        Shop(rate_limit=rate_limit)  # type: ignore[arg-type]


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^profile is one of documented, laravel, not 'default'$"):
        Shop(profile="default")  # type: ignore[arg-type]
