"""One form of names, addresses and passwords, at each door: trust.md "Text"."""

import concurrent.futures
import os
import subprocess
import unicodedata
import uuid

import pytest

from harness.client import Client

NFD = unicodedata.normalize("NFD", "Zoé")
LOOK = "а"  # Cyrillic


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def unique(text="name"):
    return f"{text} {uuid.uuid4().hex[:10]}"


def errors(answer):
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


# Where something gets a name, and what else it takes.
DOORS = {
    "/rooms": {},
    "/agents": {"handle": "hidden"},
    "/providers": {"kind": "command"},
    "/networks": {"destinations": ["10.0.0.0/8"]},
    "/scripts": {"kind": "sh", "code": "true"},
    "/mappings": {},
    "/profile/tokens": {"scopes": ["read"]},
    "/admin/users": {"email": "hidden@example.org", "password": "a long enough password"},
}


def test_the_doors_are_all_there_are(routes):
    named = {route.path.removeprefix("/api") for route in routes
             if route.method == "POST" and "name" in ((route.body or {}).get("properties") or {})}
    assert named - set(DOORS) == {"/auth/register"}, named


@pytest.mark.parametrize("path", DOORS)
def test_a_name_is_stored_in_one_form_without_what_nobody_sees(admin, path):
    tail = uuid.uuid4().hex[:10]
    more = dict(DOORS[path])
    for key in ("handle", "email"):
        if key in more:
            more[key] = more[key].replace("hidden", f"h{tail}")
    for hidden in ("\u200b", "\u202e", "\u00ad", "\ufeff", "\u3164"):
        refused = admin.post(path, {**more, "name": f"a{hidden}b {tail}"})
        assert set(errors(refused)) == {"name"} and f"U+{ord(hidden):04X}" in errors(refused)["name"]
    made = admin.post(path, {**more, "name": f"\u00a0{NFD}\u3000\u202f {tail} "})
    assert made.status_code == 201, made.text
    assert made.json()["name"] == f"Zoé {tail}"


def test_edits_and_uploads_are_doors_too(ann):
    script = ann.post("/scripts", {"name": unique(), "kind": "sh", "code": "true"}).json()
    assert set(errors(ann.patch(f"/scripts/{script['id']}", {"version": 1, "name": "a\u200bb"}))) == {"name"}
    room = ann.post("/rooms", {"name": unique()}).json()
    assert set(errors(ann.patch(f"/rooms/{room['id']}", {"version": 1, "name": "a\u202eb"}))) == {"name"}
    assert set(errors(ann.patch("/profile", {"version": 1, "name": "a\u200eb"}))) == {"name"}
    tail = uuid.uuid4().hex[:10]
    made = ann.request("POST", "/scripts/upload", params={"filename": f"{NFD} {tail}.sh"}, data=b"true\n",
                       headers={"Content-Type": "text/plain"})
    assert made.status_code == 201 and made.json()["name"] == f"Zoé {tail}", made.text
    assert set(errors(ann.request("POST", "/scripts/upload", params={"filename": "a\u200b.sh"}, data=b"true\n",
                                  headers={"Content-Type": "text/plain"}))) == {"filename"}


# What is chosen by its name: the same in words, and whether people of their own share the names.
UNIQUE = {"/scripts": "script", "/mappings": "mapping", "/networks": "network", "/providers": "provider"}


def refused_as(answer, sentence):
    assert answer.status_code == 409, answer.text
    assert answer.json()["detail"] == sentence and answer.json()["errors"] == [{"field": "name", "message": sentence}]


@pytest.mark.parametrize("path", UNIQUE)
def test_a_name_that_looks_the_same_is_the_same(admin, people, path):
    tail = uuid.uuid4().hex[:10]
    more = {**DOORS[path], **({"visibility": "team"} if path == "/mappings" else {})}
    made = admin.post(path, {**more, "name": f"back-up ada {tail}"})
    assert made.status_code == 201, made.text
    noun = UNIQUE[path]
    for twin in (f"back-up {LOOK}d{LOOK} {tail}", f"ＢＡＣＫ\u2010up ada {tail}", f"back\u2013up ada {tail}"):
        refused_as(admin.post(path, {**more, "name": twin}),
                   f'A {noun} already exists whose name looks the same: "back-up ada {tail}".')
    refused_as(admin.post(path, {**more, "name": f"BACK-UP ada {tail}"}), f"A {noun} with this name already exists.")
    if path in ("/scripts", "/mappings"):
        refused_as(people.user("bob").post(path, {**more, "name": f"b{LOOK}ck-up ada {tail}"}),
                   f'A shared {noun} already exists whose name looks the same: "back-up ada {tail}".')
    renamed = admin.patch(f"{path}/{made.json()['id']}", {"version": 1, "name": f"back-up {LOOK}d{LOOK} {tail}"})
    assert renamed.status_code == 200, "its own twin"
    other = admin.post(path, {**more, "name": f"other {tail}"}).json()
    refused_as(admin.patch(f"{path}/{other['id']}", {"version": 1, "name": f"back-up ada {tail}"}),
               f'A {noun} already exists whose name looks the same: "back-up {LOOK}d{LOOK} {tail}".')
    assert admin.get(f"{path}/{other['id']}").json()["version"] == 1


@pytest.mark.parametrize("path", ["/scripts", "/mappings"])
def test_what_is_shared_later_looks_like_nothing_shared(ann, people, path):
    tail = uuid.uuid4().hex[:10]
    ann.post(path, {**DOORS[path], "visibility": "team", "name": f"ada {tail}"})
    bob = people.user("bob")
    private = bob.post(path, {**DOORS[path], "visibility": "private", "name": f"{LOOK}da {tail}"})
    assert private.status_code == 201, "ann's shared one is not seen under bob's names"
    shared = bob.patch(f"{path}/{private.json()['id']}", {"version": 1, "visibility": "team"})
    refused_as(shared, f'A shared {UNIQUE[path]} already exists whose name looks the same: "ada {tail}".')


@pytest.mark.parametrize("path", UNIQUE)
def test_of_twins_that_come_at_once_one_is_made(admin, path):
    tail = uuid.uuid4().hex[:10]
    names = [f"ada {tail}", f"{LOOK}da {tail}", f"ad{LOOK} {tail}", f"ａda {tail}"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda name: admin.twin().post(path, {**DOORS[path], "name": name}), names))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409], [answer.text for answer in answers]
    assert all(answer.json()["errors"][0]["field"] == "name" for answer in answers if answer.status_code == 409)


@pytest.mark.parametrize("path", sorted(set(DOORS) - set(UNIQUE)))
def test_names_that_choose_nothing_may_look_the_same(admin, path):
    tail = uuid.uuid4().hex[:10]
    for number, name in enumerate((f"ada {tail}", f"ada {tail}", f"{LOOK}da {tail}")):
        more = dict(DOORS[path])
        for key in {"handle", "email"} & set(more):
            more[key] = more[key].replace("hidden", f"l{number}{tail}")
        assert admin.post(path, {**more, "name": name}).status_code == 201, name


def test_a_command_finds_the_name_however_it_is_typed(ann):
    room = ann.post("/rooms", {"name": unique()}).json()
    tail = uuid.uuid4().hex[:10]
    script = ann.post("/scripts", {"name": f"Zoé-{tail}", "kind": "sh", "code": "true"}).json()
    assert ann.post(f"/rooms/{room['id']}/messages", {"text": f"/run {NFD}-{tail}"}).status_code == 201
    assert [run["script"]["id"] for run in ann.get("/runs", params={"room": room["id"]}).json()["items"]] == [script["id"]]


def test_addresses_are_one_account_in_each_form(studio, people):
    tail = uuid.uuid4().hex[:10]
    account = people.create_user("zoe", email=f"zoé{tail}@example.org")
    for twin in (unicodedata.normalize("NFD", f"ZOÉ{tail}@example.org"), f"zоé{tail}@example.org", f"zoé{tail}@exаmple.org"):
        refused = people.admin.post("/admin/users", {"email": twin, "password": account["password"]})
        assert refused.status_code == 409, twin
        assert Client(studio.url).post("/auth/register", {"email": twin, "password": account["password"]}).status_code == 409
    assert set(errors(people.admin.post("/admin/users", {"email": f"zoe\u200b{tail}@example.org", "password": "x" * 12}))) >= {"email"}
    client = Client(studio.url).log_in(unicodedata.normalize("NFD", f"Zoé{tail}@example.org"), account["password"])
    assert client.get("/profile").json()["id"] == account["id"]


def test_a_password_fits_from_every_keyboard(studio, people):
    typed = "sésame öffne dich"
    account = people.create_user("zoe", password=unicodedata.normalize("NFD", typed))
    for form in ("NFC", "NFD", "NFKC"):
        Client(studio.url).log_in(account["email"], unicodedata.normalize(form, typed))
    refused = Client(studio.url).post("/auth/login", {"email": account["email"], "password": "sesame offne dich"})
    assert refused.status_code == 401


def test_a_hash_of_before_is_valid_and_renewed(studio, people):
    account = people.create_user("zoe")
    typed = unicodedata.normalize("NFD", "très secret 1")
    # of the bytes of typed, by libcrypt
    studio.sql("update users set password_hash = %s where id = %s",
               "$2b$04$abcdefghijklmnopqrstuukq0KV2y9qT6fel3wmpI39KfMRzR0QVi", account["id"])
    Client(studio.url).log_in(account["email"], typed)
    Client(studio.url).log_in(account["email"], unicodedata.normalize("NFC", typed))


def test_administrators_see_which_handles_look_alike(people):
    tail = uuid.uuid4().hex[:8].translate(str.maketrans("01", "23"))
    first = people.create_user("mail", handle=f"mail{tail}")
    second = people.create_user("mail", handle=f"rnai1{tail}")
    listed = {one["id"]: one["looks_like"] for one in people.admin.get("/admin/users", params={"search": tail}).json()["items"]}
    assert listed == {first["id"]: [f"rnai1{tail}"], second["id"]: [f"mail{tail}"]}


def test_lines_that_change_the_direction_of_text_are_told(ann):
    script = ann.post("/scripts", {"name": unique(), "kind": "sh", "code": "true\n# \u202e\n: 'שלום'\necho \u2066x\u2069\n"}).json()
    assert script["direction_lines"] == [2, 4]
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "true\n"}).json()["direction_lines"] == []


def test_create_admin_is_a_door_too(studio):
    settings = {**os.environ, **studio.settings()}
    tail = uuid.uuid4().hex[:10]
    for option in (["--email", f"a\u200b{tail}@example.org"], ["--email", f"{tail}@example.org", "--name", "a\u202e"]):
        refused = subprocess.run([studio.state / "app/sbin/coagentctl", "create-admin", *option, "--password-stdin"], env=settings,
                                 input="a long enough password\n", capture_output=True, text=True, timeout=60)
        assert refused.returncode == 2 and "U+20" in refused.stderr, refused.stderr
