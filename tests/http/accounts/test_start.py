"""The start of a new studio: its first room, and the first steps of an administrator."""

from harness import scripts
from harness.waiting import wait_until


def welcome_of(admin):
    listed = admin.get("/rooms", params={"limit": 200}).json()["items"]
    return [room for room in listed if room["name"] == "Welcome"]


def test_the_first_administrator_finds_a_room_with_studio_in_it(admin, studio):
    room, = welcome_of(admin)
    assert (room["role"], room["visibility"]) == ("owner", "public")
    members = admin.get(f"/rooms/{room['id']}/members").json()["items"]
    assert "studio" in [member["handle"] for member in members]
    event = next(one for one in admin.get(f"/rooms/{room['id']}/events").json()["items"] if one["kind"] == "message")
    lines = event["body"]["text"].splitlines()
    assert event["author"]["handle"] == "studio" and len(lines) == 3
    assert "@studio /help" in lines[0] and "/run NAME" in lines[1] and "Providers" in lines[2]
    assert studio.sql("select count(*) from rooms where name = 'Welcome' and created_by = %s", admin.id) == [(1,)]


def test_studio_answers_there(admin):
    room, = welcome_of(admin)
    asked = admin.post(f"/rooms/{room['id']}/messages", {"text": "@studio /help"}).json()
    events = wait_until(lambda: [one for one in admin.get(f"/rooms/{room['id']}/events", params={"limit": 200}).json()["items"]
                                 if one["kind"] == "result" and one["reply_to"] == asked["seq"]])
    assert "/count" in events[0]["body"]["text"]


def test_the_room_is_made_once(admin, studio):
    studio.sql("select set_config('coagent.caller', %s, false)", admin.id)
    studio.sql("select seed_welcome()")
    assert len(welcome_of(admin)) == 1


def test_the_steps_tick_themselves(people, ann):
    keeper = people.user("keeper", permissions=["users.manage", "scripts.create"])
    first = keeper.get("/start")
    assert first.status_code == 200, first.text
    assert first.json() | {"model": None} == {"people": True, "model": None, "run": False, "audit": False, "hidden": False}
    scripts.start(ann, "true")
    assert keeper.get("/start").json()["run"] is False, "another's run"
    scripts.start(keeper, "true")
    assert keeper.get("/start").json()["run"] is True


def test_a_model_ticks_its_step(admin):
    made = admin.post("/providers", {"name": "Start", "base_url": "http://127.0.0.1:9/v1"}).json()
    assert admin.get("/start").json()["model"] is True
    admin.delete(f"/providers/{made['id']}")


def test_the_list_is_put_away_for_one_person_and_can_come_back(people):
    one, other = (people.user(name, permissions=["users.manage"]) for name in ("one", "other"))
    assert one.patch("/start", {"hidden": True}).json()["hidden"] is True
    assert one.patch("/start", {"audit": True}).json() | {"model": None} == {
        "people": True, "model": None, "run": False, "audit": True, "hidden": True}
    assert one.patch("/start", {"audit": True}).json()["audit"] is True, "twice is once"
    assert other.get("/start").json()["hidden"] is False
    assert one.patch("/start", {"hidden": False}).json()["hidden"] is False
    assert one.get("/start").json()["audit"] is True


def test_the_steps_are_for_administrators(ann, anonymous):
    assert ann.get("/start").status_code == 403 and ann.patch("/start", {"hidden": True}).status_code == 403
    assert anonymous.get("/start").status_code == 401


def test_bad_marks_are_named(admin):
    for body in ({"hidden": "yes"}, {"people": True}, {"audit": None}):
        answer = admin.patch("/start", body)
        assert answer.status_code == 422, answer.text
