"""Reverse proxies in front of nginx: whom TRUSTED_PROXIES names is believed, and nobody else. 127.0.9.0/24 stands for them."""

import json
import select
import socket

import pytest

from harness.client import Client, client_at
from harness.people import PASSWORD

PROXY, STRANGER = "127.0.9.1", "127.0.0.21"


def forwarded(*addresses):
    return {"X-Forwarded-For": ", ".join(addresses)}


def attempt(client, email, *forwarded_for, password="wrong password"):
    return client.post("/auth/login", {"email": email, "password": password}, headers=forwarded(*forwarded_for))


@pytest.fixture
def address_of(studio, admin, people):
    """The address in the audit log of a change that comes through this peer with these forwarded addresses."""
    ann = people.create_user("ann")

    def find(peer, *forwarded_for):
        client = client_at(studio, peer).log_in(ann["email"], PASSWORD)
        answer = client.post("/rooms", {"name": "Forwarded", "visibility": "private"}, headers=forwarded(*forwarded_for))
        assert answer.status_code == 201, answer.text
        item, = admin.get("/audit", params={"request": answer.headers["X-Request-Id"]}).json()["items"]
        return item["address"]

    return find


@pytest.mark.parametrize("forwarded_for", [["203.0.113.5"], ["127.0.0.1"], ["203.0.113.5", PROXY], ["2001:db8::7"], ["' or 1=1"]])
def test_a_stranger_cannot_choose_an_address(address_of, forwarded_for):
    assert address_of(STRANGER, *forwarded_for) == STRANGER


@pytest.mark.parametrize("forwarded_for, address", [
    (["203.0.113.5"], "203.0.113.5"),
    (["203.0.113.5:4711"], "203.0.113.5"),
    (["2001:db8::7"], "2001:db8::7"),
    (["[2001:db8::7]:4711"], "2001:db8::7"),
    (["127.0.0.1", "198.51.100.1", "203.0.113.5"], "203.0.113.5"),
    (["198.51.100.1", "203.0.113.5", "127.0.9.7", "127.0.9.8"], "203.0.113.5"),
    (["127.0.9.7"], "127.0.9.7"),
    (["nonsense", "203.0.113.5"], "203.0.113.5"),
    (["203.0.113.5", "nonsense"], PROXY),
    ([""], PROXY),
])
def test_the_last_address_that_is_no_trusted_proxy_counts(address_of, forwarded_for, address):
    assert address_of(PROXY, *forwarded_for) == address


def test_a_request_without_the_header_comes_from_the_proxy_itself(address_of):
    assert address_of(PROXY) == PROXY


def test_a_stranger_gets_no_new_guesses_by_other_addresses(studio, people):
    email = people.create_user("ann")["email"]
    stranger = client_at(studio, STRANGER)
    assert [attempt(stranger, email, f"203.0.113.{number}").status_code for number in range(8)] == [401] * 6 + [429] * 2


def test_clients_behind_a_proxy_have_guesses_of_their_own(studio, people):
    email = people.create_user("ann")["email"]
    proxy = client_at(studio, PROXY)
    assert [attempt(proxy, email, "192.0.2.1", "203.0.113.5").status_code for _ in range(8)] == [401] * 6 + [429] * 2
    assert attempt(proxy, email, "203.0.113.5", "203.0.113.6", password=PASSWORD).status_code == 200
    assert attempt(Client(studio.url), email, password=PASSWORD).status_code == 200


def refusals(studio, peer, count):
    """The 429 answers to so many requests in progress, each forwarded for another address, whose bodies never come."""
    made = [socket.create_connection(("127.0.0.1", studio.port), timeout=60, source_address=(peer, 0)) for _ in range(count)]
    try:
        for number, connection in enumerate(made):
            connection.sendall(b"POST /api/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
                               b"X-Forwarded-For: 203.0.113.%d\r\n\r\n{" % number)
        assert client_at(studio, PROXY).get("/status", headers=forwarded("203.0.113.250")).status_code == 200
        readable, _, _ = select.select(made, [], [], 60 if peer == STRANGER else 0)
        answers = [connection.recv(65536).decode() for connection in readable]
        return [answer for answer in answers if answer.split()[1] == "429"]
    finally:
        for connection in made:
            connection.close()


def test_the_limits_of_an_address_are_those_of_the_client(studio):
    refused, = refusals(studio, STRANGER, 101)
    assert json.loads(refused.split("\r\n\r\n", 1)[1])["status"] == 429
    assert refusals(studio, PROXY, 101) == []
