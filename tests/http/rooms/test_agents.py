"""Agents, providers and what may be done with them."""

import uuid

import pytest

from harness.client import fields
from harness.model import Model
from harness.waiting import wait_until


def handle():
    return f"bot-{uuid.uuid4().hex[:10]}"


def make(client, path, body):
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api{path}/{answer.json()['id']}"
    return answer.json()


def agent_of(client, **more):
    return make(client, "/agents", {"name": "Bot", "handle": handle(), **more})


def provider_of(admin, **more):
    return make(admin, "/providers", {"name": f"Provider {uuid.uuid4().hex[:8]}", "base_url": "http://127.0.0.1:9/v1", **more})


# agents

def test_an_agent_is_what_was_asked_for(ann, admin):
    provider = provider_of(admin)
    agent = agent_of(ann, provider_id=provider["id"], model="m", prompt="Be kind.", parameters={"temperature": 0.5},
                     context_tokens=2000, run_seconds=30)
    assert agent["provider"] == {"id": provider["id"], "name": provider["name"]}
    assert agent["owner"]["id"] == ann.id and agent["editable"] is True
    assert (agent["kind"], agent["state"], agent["rooms"], agent["version"]) == ("chat", "started", 0, 1)
    assert ann.get(f"/agents/{agent['id']}").json() == agent


def test_everybody_sees_an_agent_but_only_its_owner_or_an_administrator_changes_it(ann, bob, admin):
    agent = agent_of(ann)
    assert bob.get(f"/agents/{agent['id']}").json() == {**agent, "editable": False}
    assert bob.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Mine"}).status_code == 403
    assert bob.post(f"/agents/{agent['id']}/stop").status_code == 403
    assert bob.delete(f"/agents/{agent['id']}").status_code == 403
    assert admin.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Ours"}).json()["name"] == "Ours"


def test_an_edit_changes_what_it_names_and_counts_the_version(ann):
    agent = agent_of(ann, prompt="One", parameters={"top_p": 1})
    answer = ann.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Other", "model": "m2"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {**agent, "name": "Other", "model": "m2", "version": 2}
    assert ann.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Stale"}).status_code == 409


def test_handles_are_unique_among_people_and_agents(ann):
    agent = agent_of(ann)
    assert ann.post("/agents", {"name": "Bot", "handle": agent["handle"].upper()}).status_code == 409
    assert ann.post("/agents", {"name": "Bot", "handle": ann.user["handle"]}).status_code == 409
    other = agent_of(ann)
    assert ann.patch(f"/agents/{other['id']}", {"version": 1, "handle": agent["handle"]}).status_code == 409


@pytest.mark.parametrize("field, value", [
    ("handle", "-dash"), ("handle", "a b"), ("handle", "ü"), ("parameters", {"temperature": 3}),
    ("parameters", {"temperature": "hot"}), ("parameters", {"top_p": -1}), ("parameters", {"max_tokens": 1.5}),
    ("parameters", {"stream": False}), ("context_tokens", 10), ("run_seconds", 0), ("run_seconds", 4000), ("name", ""),
])
def test_bad_fields_are_named(ann, field, value):
    assert field in fields(ann.post("/agents", {"name": "Bot", "handle": handle(), field: value}))


def test_stop_start_and_restart_set_the_state(ann):
    agent = agent_of(ann)
    states = [ann.post(f"/agents/{agent['id']}/{action}").json()["state"] for action in ("stop", "start", "stop", "restart")]
    assert states == ["stopped", "started", "stopped", "started"]


def test_a_deleted_agent_is_gone_but_what_it_wrote_keeps_its_name(ann, people):
    agent = agent_of(ann, name="Clippy")
    room = people.room(ann)
    assert ann.post(f"/rooms/{room['id']}/members", {"id": agent["id"]}).status_code == 201
    assert ann.get(f"/agents/{agent['id']}").json()["rooms"] == 1
    assert ann.delete(f"/agents/{agent['id']}").status_code == 204
    assert ann.get(f"/agents/{agent['id']}").status_code == 404
    assert ann.delete(f"/agents/{agent['id']}").status_code == 404
    event = ann.get(f"/rooms/{room['id']}/events").json()["items"][-1]
    assert (event["kind"], event["body"]["action"], event["body"]["member"]["name"]) == ("member", "removed", "Clippy")
    agent_of(ann, handle=agent["handle"])  # its handle is free


def test_the_list_goes_on_by_cursor(ann):
    made = {agent_of(ann)["id"] for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = ann.get("/agents", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [agent["id"] for agent in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert made <= set(seen) and len(seen) == len(set(seen))


def test_logs_of_an_agent_are_its_newest_runs(ann, bob, people):
    agent = agent_of(ann)
    room = people.room(ann)
    ann.post(f"/rooms/{room['id']}/members", {"id": agent["id"]})
    ann.post(f"/rooms/{room['id']}/messages", {"text": f"@{agent['handle']} hello"})
    runs = wait_until(lambda: ann.get(f"/agents/{agent['id']}/logs").json()["items"],
                      good=lambda items: items and items[0]["state"] == "failed")
    assert runs[0]["reason"] == "This agent has no model yet. Choose a provider in its settings."
    assert bob.get(f"/agents/{agent['id']}/logs").json()["items"] == [], "runs in rooms that one does not see"


def test_changes_are_audited(ann, studio):
    agent = agent_of(ann)
    assert ann.post(f"/agents/{agent['id']}/stop").status_code == 200
    assert ann.delete(f"/agents/{agent['id']}").status_code == 204
    rows = studio.sql("select action, actor_id::text from audit_log where object_kind = 'agent' and object_id = %s order by id", agent["id"])
    assert rows == [(action, ann.id) for action in ("agent.create", "agent.stop", "agent.delete")]


# providers

def test_a_key_is_stored_sealed_and_never_shown(admin, studio):
    provider = provider_of(admin, key="sk-very-secret")
    assert provider["has_key"] is True and "sk-very-secret" not in str(provider)
    assert "sk-very-secret" not in admin.get("/providers", params={"limit": 200}).text
    sealed = studio.sql("select key_sealed from providers where id = %s", provider["id"])[0][0]
    assert sealed.startswith("s1.") and "secret" not in sealed
    audit = studio.sql("select detail::text from audit_log where object_id = %s", provider["id"])
    assert audit and all("sk-very-secret" not in row[0] for row in audit)
    kept = admin.patch(f"/providers/{provider['id']}", {"version": 1, "default_model": "m"}).json()
    assert kept["has_key"] is True
    gone = admin.patch(f"/providers/{provider['id']}", {"version": 2, "key": None}).json()
    assert gone["has_key"] is False


def test_a_key_goes_to_no_other_server_than_the_one_it_was_entered_for(admin):
    provider = provider_of(admin, base_url="https://models.example/v1", key="sk-very-secret")
    path = f"/providers/{provider['id']}"
    assert fields(admin.patch(path, {"version": 1, "base_url": "https://thief.example/v1"})) == {"key"}
    assert admin.patch(path, {"version": 1, "base_url": "https://Models.example/v2"}).json()["has_key"] is True
    assert admin.patch(path, {"version": 2, "kind": "command"}).json()["has_key"] is True
    assert fields(admin.patch(path, {"version": 3, "kind": "openai", "base_url": "https://thief.example/v1"})) == {"key"}
    moved = admin.patch(path, {"version": 3, "kind": "openai", "base_url": "https://other.example/v1", "key": "sk-other"})
    assert moved.json()["has_key"] is True
    gone = admin.patch(path, {"version": 4, "base_url": "https://third.example/v1", "key": None})
    assert gone.json()["has_key"] is False


def test_people_see_only_the_names_of_providers(ann, admin):
    provider = provider_of(admin, default_model="m")
    listed = next(one for one in ann.get("/providers", params={"limit": 200}).json()["items"] if one["id"] == provider["id"])
    assert set(listed) == {"id", "name", "kind", "default_model"}
    assert ann.post("/providers", {"name": "Mine", "base_url": "http://127.0.0.1:9/v1"}).status_code == 403
    assert ann.patch(f"/providers/{provider['id']}", {"version": 1, "name": "Mine"}).status_code == 403
    assert ann.delete(f"/providers/{provider['id']}").status_code == 403
    assert ann.post(f"/providers/{provider['id']}/check").status_code == 403


@pytest.mark.parametrize("url", ["", "ftp://host/v1", "http://", "https://user:pw@host/v1", "http://host/v1?x=1", "host/v1"])
def test_an_address_is_http_or_https(admin, url):
    assert fields(admin.post("/providers", {"name": f"P {uuid.uuid4().hex}", "base_url": url})) == {"base_url"}


def test_a_provider_that_is_used_cannot_be_deleted(admin):
    provider = provider_of(admin)
    agent = agent_of(admin, provider_id=provider["id"])
    answer = admin.delete(f"/providers/{provider['id']}")
    assert answer.status_code == 409 and f"@{agent['handle']}" in answer.json()["detail"]
    assert admin.delete(f"/agents/{agent['id']}").status_code == 204
    assert admin.delete(f"/providers/{provider['id']}").status_code == 204
    assert admin.get(f"/providers/{provider['id']}").status_code == 404


def test_names_of_providers_are_unique(admin):
    provider = provider_of(admin)
    assert admin.post("/providers", {"name": provider["name"], "base_url": "http://h/v1"}).status_code == 409


def check(admin, provider):
    answer = admin.post(f"/providers/{provider['id']}/check")
    assert answer.status_code == 202, answer.text
    run = answer.json()["run"]
    run = wait_until(lambda: admin.get(f"/runs/{run['id']}").json(), good=lambda now: now["state"] not in ("queued", "running"))
    assert run["state"] == "succeeded", run
    return run["result"]


def test_a_check_lists_the_models(admin):
    with Model([]) as model:
        result = check(admin, provider_of(admin, base_url=model.url + "/"))
    assert result["ok"] is True and "gpt-4o" in result["models"] and result["duration_ms"] >= 0


def test_a_check_says_what_is_wrong(admin, studio):
    result = check(admin, provider_of(admin, base_url="http://127.0.0.1:9/v1"))
    assert result["ok"] is False and "cannot be reached" in result["message"]
    result = check(admin, provider_of(admin, base_url=studio.url + "/nothing"))
    assert result["ok"] is False and result["models"] == []


def test_a_check_is_seen_only_by_who_may_manage_providers(admin, ann):
    run = admin.post(f"/providers/{provider_of(admin)['id']}/check").json()["run"]
    assert ann.get(f"/runs/{run['id']}").status_code == 404
    assert ann.post(f"/runs/{run['id']}/cancel").status_code == 404
