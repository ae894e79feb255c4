"""One question at a time: what is asked, what an answer means, and that the key stays secret."""

import socket
import threading
import time

import numpy as np
import pyalex
import pytest
import requests
from openalex_server import Server, make_works, respond

from compute_divide_evidence.openalex.client import (
    Client,
    FetchError,
    Query,
    TransientError,
    failure_of,
    persist,
    timed_session,
)


@pytest.fixture
def server() -> Server:
    rng = np.random.default_rng(0)
    return Server(make_works(250, rng), rng)


def test_the_balance_is_free_and_knows_the_prices(server: Server) -> None:
    balance = server.client().read_balance()
    assert (balance.limit, balance.remaining, balance.resets_in) == (10_000, 10_000, 41_669.0)
    search = Query({"title_and_abstract.search": "language model"})
    assert balance.cost(search) == 10
    assert balance.cost(Query(search.filters, group_by="publication_year")) == 1
    assert balance.cost(Query({"publication_year": "2020"})) == 1
    assert server.credits_used == 0


def test_a_refused_question_is_not_asked_again(server: Server) -> None:
    with pytest.raises(FetchError, match="DOESNTEXIST is not a valid field") as caught:
        server.client().page(Query({"DOESNTEXIST": "1"}))
    assert server.requests["/works"] == 1
    assert len(str(caught.value)) < 400  # the answer lists every valid field
    assert pyalex.config.api_key is None


@pytest.mark.parametrize(
    ("key", "said"), [("", "needs a key"), ("  ", "needs a key"), ("ab c\n1", "cannot have")]
)
def test_no_request_without_a_usable_key(
    key: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", key)
    with pytest.raises(FetchError, match=said) as caught:
        Client.from_environment()
    assert "OPENALEX_API_KEY" in str(caught.value)
    assert "ab c" not in str(caught.value)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (None, "did not answer in time"),
        (b"", r"the connection to a server failed \(ConnectionError\)"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "the connection to a server failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{", "the answer of a server is not JSON"),
    ],
)
def test_what_goes_wrong_on_a_real_connection(sent: bytes | None, said: str) -> None:
    def answer() -> None:
        connection, _ = door.accept()
        connection.recv(4096)
        if sent is None:
            time.sleep(0.5)
        else:
            connection.sendall(sent)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=answer, daemon=True).start()
        session, url = timed_session((1.0, 0.2)), f"http://127.0.0.1:{door.getsockname()[1]}"
        with pytest.raises(FetchError, match=f"in 1 tries; the last: .*{said}"):
            persist(lambda: session.get(url).json(), "a server", tries=1, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (429, {"Retry-After": "2", "x-ratelimit-remaining": "500"}, TransientError, 2.0),
        (429, {"Retry-After": "2"}, TransientError, 2.0),
        (429, {}, TransientError, None),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "41749"}, FetchError, None),
        (500, {"Retry-After": "41749"}, TransientError, 41749.0),
        (429, {"Retry-After": "41749"}, FetchError, None),
        (
            429,
            {"Retry-After": "30", "x-ratelimit-remaining": "0"},
            FetchError,
            None,
        ),  # just before midnight
        (
            429,
            {"x-ratelimit-remaining": "5", "x-ratelimit-credits-required": "10"},
            FetchError,
            None,
        ),
        (403, {"Retry-After": "1"}, TransientError, 1.0),
        (500, {}, TransientError, None),
        (503, {"Retry-After": "nonsense"}, TransientError, None),
        (408, {}, TransientError, None),
        (400, {}, FetchError, None),
        (401, {}, FetchError, None),
        (404, {}, FetchError, None),
    ],
)
def test_what_a_status_means(
    status: int, headers: dict[str, str], kind: type[FetchError], wait: float | None
) -> None:
    error = failure_of(requests.HTTPError(response=respond(status, None, headers)), "OpenAlex")
    assert type(error) is kind
    assert getattr(error, "wait", None) == wait
