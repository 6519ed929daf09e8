"""What ends a session ends its live connection at once, and the other sessions' connections come back."""

import subprocess

import pytest

from harness import chores
from harness.client import Client
from harness.listener import Listener, Refused
from harness.people import PASSWORD


def assert_gone(client, live):
    assert live.closed.wait(5), "the live connection stayed open"
    with pytest.raises(Refused) as refused:
        with Listener(client):
            pass
    assert refused.value.status == 401


def log_out(client, _admin):
    return client.post("/auth/logout")


def revoke_by_user(client, _admin):
    session = next(item for item in client.get("/profile/sessions").json()["items"] if item["current"])
    return client.delete(f"/profile/sessions/{session['id']}")


def disable(client, admin):
    return admin.edit(f"/admin/users/{client.id}", {"disabled": True})


def reset_password(client, admin):
    return admin.edit(f"/admin/users/{client.id}", {"password": "another long password"})


def change_role(client, admin):
    return admin.edit(f"/admin/users/{client.id}", {"role": "admin"})


def delete(client, admin):
    return admin.delete(f"/admin/users/{client.id}")


@pytest.mark.parametrize("end", [log_out, revoke_by_user, disable, reset_password, change_role, delete])
def test_the_live_connection_ends_with_the_session(people, admin, end):
    client = people.user("live")
    shown = client.with_cookie(client.cookie("auth_token"))
    with Listener(shown) as live:
        assert end(client, admin).status_code in (200, 204)
        assert_gone(shown, live)


def test_the_live_connection_of_an_api_token_ends_when_it_is_revoked(people):
    owner = people.user("live")
    shown = people.api_token(owner, "read")
    token = owner.get("/profile/tokens").json()["items"][0]
    with Listener(shown) as live:
        assert owner.delete(f"/profile/tokens/{token['id']}").status_code == 204
        assert_gone(shown, live)


def test_a_reused_refresh_token_ends_the_live_connection(people, studio):
    client = people.user("live")
    stolen = client.cookie("refresh_token")
    assert client.post("/auth/refresh").status_code == 200
    studio.sql("update sessions set rotated_at = rotated_at - interval '11 seconds' where user_id = %s", client.id)
    with Listener(client) as live:
        assert Client(studio.url).post("/auth/refresh", {"refresh_token": stolen}).status_code == 401
        assert_gone(client, live)


def test_a_new_password_leaves_the_session_that_set_it_able_to_come_back(people, studio):
    client = people.user("live")
    other = Client(studio.url).log_in(client.user["email"], PASSWORD)
    with Listener(other) as live:
        assert client.post("/profile/password", {"current_password": PASSWORD,
                                                 "new_password": "another long password"}).status_code == 204
        assert_gone(other, live)
    with Listener(client):
        pass


@pytest.mark.parametrize("kind", ["session", "API token"])
def test_the_live_connection_ends_when_time_is_up(people, studio, kind):
    client = people.user("live")
    shown = client if kind == "session" else people.api_token(client, "read")
    table = "sessions" if kind == "session" else "api_tokens"
    with Listener(shown) as live:
        studio.sql(f"update {table} set expires_at = now() - interval '1 second' where user_id = %s", client.id)
        chores.make_due(studio, "expire_log_ins")
        assert_gone(shown, live)
    assert studio.sql("select period_seconds from chores where name = 'expire_log_ins'") == [(60,)]


def test_the_live_connection_ends_when_the_password_is_reset_at_the_command_line(people, studio):
    client = people.user("live")
    token = people.api_token(client, "read")
    with Listener(client) as live:
        subprocess.run([f"{studio.state}/app/sbin/coagentctl", "create-admin", "--email", client.user["email"],
                        "--reset-password", "--password-stdin"], input="another long password\n", text=True, check=True,
                       env={"COAGENT_CONFIG": f"{studio.state}/conf/coagent.conf"}, capture_output=True)
        assert_gone(client, live)
    assert token.get("/profile").status_code == 401
