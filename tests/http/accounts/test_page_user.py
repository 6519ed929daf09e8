"""A page that was loaded for one user does nothing in the name of another who logged in to the same browser."""

import pytest

from harness.listener import Listener, Refused

OTHER_USER = "urn:coagent:problem:other-user"


def as_page_of(user):
    return {"X-Page-User": user.id}


def test_a_request_of_another_users_page_is_refused_whatever_its_token(people, ann, bob, room):
    text = {"text": "in whose name?"}
    path = f"/rooms/{room['id']}/messages"
    for csrf in (bob.csrf, ann.csrf, None):
        answer = bob.post(path, text, csrf=csrf, headers=as_page_of(ann))
        assert (answer.status_code, answer.json()["type"]) == (403, OTHER_USER)
        assert answer.json()["detail"] == "You are now signed in as somebody else. Reload."
    assert bob.get("/profile", headers=as_page_of(ann)).json()["type"] == OTHER_USER
    token = people.api_token(bob, "read", "write")
    assert token.post(path, text, headers=as_page_of(ann)).json()["type"] == OTHER_USER
    assert text["text"] not in ann.get(f"/rooms/{room['id']}/events").text
    assert bob.post(path, text, headers={"X-Page-User": bob.id.upper()}).status_code == 201


def test_an_upload_is_refused_too(ann, bob):
    answer = bob.request("POST", "/scripts/upload", params={"name": "late"}, data=b"echo hi\n",
                         headers={"Content-Type": "text/plain", **as_page_of(ann)})
    assert answer.status_code == 403 and answer.json()["type"] == OTHER_USER
    assert "late" not in [script["name"] for script in bob.get("/scripts", params={"limit": 200}).json()["items"]]


def test_the_status_tells_any_page_who_is_logged_in(ann, bob):
    assert bob.get("/status", headers=as_page_of(ann)).json()["user"]["id"] == bob.id


@pytest.mark.parametrize("user", ["", "nobody", "01890000-0000-7000-8000-000000000001"])
def test_an_id_that_is_not_the_callers_is_another_user(ann, user):
    answer = ann.get("/profile", headers={"X-Page-User": user})
    assert answer.status_code == (403 if user else 200)


def test_a_live_connection_of_another_users_page_is_refused(ann, bob):
    with Listener(bob, path=f"/ws/live?user={bob.id}"):
        pass
    with pytest.raises(Refused) as refused, Listener(bob, path=f"/ws/live?user={ann.id}"):
        pass
    assert refused.value.status == 403
