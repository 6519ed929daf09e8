"""What runs wrote and left: complete in pages whatever the bytes are, and as downloads of any size in constant memory."""

import itertools
import pathlib
import random
import uuid

import pytest
import requests

from harness import finished
from harness.listener import Listener, Refused


@pytest.fixture
def ann(people):
    return people.user("ann")


@pytest.fixture
def bob(people):
    return people.user("bob")


def pages(client, run, limit):
    """All chunks, page after page."""
    chunks, offset = [], 0
    while True:
        answer = client.get(f"/runs/{run}/output", params={"offset": offset, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["offset"] == offset
        chunks += page["chunks"]
        if not page["more"]:
            return chunks, page
        assert page["next"] > offset
        offset = page["next"]


def shown(content):
    """What people see of bytes: the independent version."""
    return content.decode("utf-8", errors="surrogateescape").translate(
        {0: "\u2400", **{0xDC00 + byte: "\uFFFD" for byte in range(128, 256)}})


def test_a_page_has_chunks_with_offset_stream_and_time(studio, ann):
    run = finished.run(studio, ann)
    finished.write(studio, run, ("stdout", b"one\n"), ("stderr", b"two\n"), ("stdout", b"three\n"))
    page = ann.get(f"/runs/{run}/output").json()
    assert [(chunk["offset"], chunk["stream"], chunk["text"]) for chunk in page["chunks"]] == [
        (0, "stdout", "one\n"), (4, "stderr", "two\n"), (8, "stdout", "three\n")]
    assert all(chunk["at"].endswith("Z") for chunk in page["chunks"])
    assert {key: page[key] for key in ("run", "state", "offset", "next", "bytes", "truncated", "removed", "more")} == {
        "run": run, "state": "succeeded", "offset": 0, "next": 14, "bytes": 14, "truncated": False, "removed": False,
        "more": False}


def test_pages_of_any_size_give_every_byte_and_split_no_character(studio, ann):
    rng = random.Random(4)
    content = "".join(rng.choice("aé€🙂\n") for _ in range(3000)).encode()
    cuts = sorted(rng.sample(range(1, len(content)), 60))
    pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)])]
    run = finished.run(studio, ann)
    finished.write(studio, run, *[("stdout", piece) for piece in pieces])
    for limit in (16, 100, 1009, 65536):
        chunks, last = pages(ann, run, limit)
        assert "".join(chunk["text"] for chunk in chunks) == content.decode()
        assert last["next"] == last["bytes"] == len(content)


def test_bytes_that_are_no_text_are_shown_as_such(studio, ann):
    rng = random.Random(5)
    for content in (bytes(range(256)) * 4, rng.randbytes(5000), b"\0\0a\xff\xed\xa0\x80\xc3", b"\xf0\x9f", b"\x80" * 100):
        run = finished.run(studio, ann)
        finished.write(studio, run, *[("stdout", content[at:at + 700]) for at in range(0, len(content), 700)])
        chunks, _ = pages(ann, run, 64)
        assert "".join(chunk["text"] for chunk in chunks) == shown(content)


def test_a_character_that_is_still_coming_waits_while_the_run_goes_on(studio, ann):
    run = finished.run(studio, ann, state="running")
    finished.write(studio, run, ("stdout", b"a\xe2\x82"))
    page = ann.get(f"/runs/{run}/output").json()
    assert (page["chunks"][0]["text"], page["next"], page["more"]) == ("a", 1, False)
    finished.write(studio, run, ("stdout", b"\xac!"))
    page = ann.get(f"/runs/{run}/output", params={"offset": page["next"]}).json()
    assert [chunk["text"] for chunk in page["chunks"]] == ["€!"]


def test_the_tail_begins_with_a_whole_character(studio, ann):
    run = finished.run(studio, ann)
    finished.write(studio, run, ("stdout", "x€y".encode() * 100))
    page = ann.get(f"/runs/{run}/output", params={"tail": 3}).json()
    assert (page["offset"], page["chunks"][0]["text"]) == (499, "y")
    assert ann.get(f"/runs/{run}/output", params={"tail": 1000}).json()["offset"] == 0


def test_the_download_is_byte_for_byte_what_was_written(studio, ann):
    content = random.Random(6).randbytes(5 << 20)
    run = finished.run(studio, ann)
    finished.write(studio, run, *[("stdout", content[at:at + 700_000]) for at in range(0, len(content), 700_000)])
    for options in ({"params": {"format": "text"}}, {"headers": {"Accept": "text/plain"}}):
        answer = ann.get(f"/runs/{run}/output", **options)
        assert answer.status_code == 200
        assert answer.content == content
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="run-{run}.txt"; filename*=UTF-8\'\'run-{run}.txt'
    assert ann.get(f"/runs/{run}/output", params={"format": "text", "offset": len(content) - 10}).content == content[-10:]


def family(pid):
    """A process and all below it that are there now."""
    try:
        children = [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [pid, *itertools.chain(*map(family, children))]


def peak_kilobytes(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def test_a_download_needs_no_more_memory_for_more_bytes(studio, ann):
    """100 MB: no process of the waiting pool grows by anything near it."""
    run = finished.run(studio, ann)
    finished.write(studio, run, ("stdout", b"0123456789abcde\n" * 65536))
    studio.sql("insert into run_output (run_id, position, stream, bytes) select run_id, n * 1048576::bigint, stream, bytes "
               "from run_output, generate_series(1, 99) n where run_id = %s", run)
    studio.sql("update runs set output_bytes = 104857600 where id = %s", run)
    received = most = 0
    with requests.get(f"{ann.url}/api/runs/{run}/output?format=text", cookies=ann.http.cookies, stream=True, timeout=60) as answer:
        for piece in answer.iter_content(1 << 20):
            received += len(piece)
            most = max(most, *map(peak_kilobytes, family(studio.pids["wait"])))
    assert received == 104857600
    assert most < 40_000


def test_output_and_files_are_seen_by_who_sees_the_run(studio, people, ann, bob):
    room = people.room(ann)
    private = finished.run(studio, ann)
    in_room = finished.run(studio, ann, room=room)
    paths = []
    for run in (private, in_room):
        finished.write(studio, run, ("stdout", b"secret"))
        paths.append((f"/runs/{run}", f"/runs/{run}/output", f"/runs/{run}/output?format=text",
                      f"/files/{finished.leave(studio, run, 'a.txt', b'secret')}"))
    assert [bob.get(path).status_code for path in paths[0] + paths[1]] == [404] * 8
    people.add(ann, room, bob, "viewer")
    assert [bob.get(path).status_code for path in paths[0] + paths[1]] == [404] * 4 + [200] * 4
    assert [people.admin.get(path).status_code for path in paths[0]] == [200] * 4
    assert [people.anonymous().get(path).status_code for path in paths[1]] == [401] * 4


def test_a_file_comes_as_it_is_and_does_nothing_in_a_browser(studio, ann):
    content = b"<script>alert(1)</script>" * 100_000
    run = finished.run(studio, ann)
    file = finished.leave(studio, run, "site/ü \"x\"\r\n.html", content, "text/html")
    empty = finished.leave(studio, run, "empty", b"")
    answer = ann.get(f"/files/{file}")
    assert answer.status_code == 200 and answer.content == content
    assert answer.headers["Content-Disposition"] == 'attachment; filename="_ _x___.html"; filename*=UTF-8\'\'%C3%BC%20%22x%22%0D%0A.html'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ann.get(f"/files/{empty}").content == b""
    assert [item["path"] for item in ann.get(f"/runs/{run}").json()["files"]] == ["empty", "site/ü \"x\"\r\n.html"]
    assert ann.get(f"/files/{run}").status_code == 404


def test_a_file_with_a_piece_missing_does_not_look_complete(studio, ann):
    run = finished.run(studio, ann)
    file = finished.leave(studio, run, "a", b"x" * 3_000_000)
    studio.sql("delete from file_chunks where file_id = %s and position > 0", file)
    answer = ann.get(f"/files/{file}")
    assert len(answer.content) < int(answer.headers["Content-Length"]) == 3_000_000


@pytest.mark.parametrize("query", [{"offset": -1}, {"limit": 15}, {"limit": 1048577}, {"tail": 0}, {"format": "html"},
                                   {"offset": "x"}, {"offset": 2 ** 63}])
def test_what_is_no_place_in_the_output_is_refused(studio, ann, query):
    assert ann.get(f"/runs/{finished.run(studio, ann)}/output", params=query).status_code == 422


def test_beyond_the_end_there_is_nothing(studio, ann):
    run = finished.run(studio, ann)
    finished.write(studio, run, ("stdout", b"abc"))
    page = ann.get(f"/runs/{run}/output", params={"offset": 1000}).json()
    assert (page["chunks"], page["next"], page["more"], page["bytes"]) == ([], 1000, False, 3)
    assert ann.get(f"/runs/{run}/output", params={"offset": 1000, "format": "text"}).content == b""


def test_output_that_was_cleaned_up_is_said_to_be_gone(studio, ann):
    run = finished.run(studio, ann, output_bytes=1000)
    page = ann.get(f"/runs/{run}/output").json()
    assert (page["chunks"], page["more"], page["bytes"], page["removed"]) == ([], False, 1000, True)


def test_an_answer_that_was_deleted_is_in_no_download(studio, people, ann):
    room = people.room(ann)
    agent = ann.post("/agents", {"name": "Bot", "handle": f"bot-{uuid.uuid4().hex[:8]}"}).json()
    run = finished.run(studio, ann, room=room, kind="agent", agent_id=agent["id"], script_id=None, script_version=None)
    finished.write(studio, run, ("text", b"said too much"))
    assert ann.get(f"/runs/{run}/output", params={"format": "text"}).text == "said too much"
    seq = studio.sql("select seq from append_event(%s, 'result', %s, %s, null, null, '{\"text\": \"\"}')", room["id"], agent["id"], run)[0][0]
    assert ann.delete(f"/rooms/{room['id']}/messages/{seq}").status_code in (200, 204)
    assert ann.get(f"/runs/{run}/output").json()["chunks"] == []
    assert ann.get(f"/runs/{run}/output", params={"format": "text"}).text == ""


def test_the_live_socket_of_a_run_is_for_who_sees_it(studio, people, ann, bob):
    room = people.room(ann)
    people.add(ann, room, bob)
    run = finished.run(studio, ann, room=room, state="running")
    for nobodys in (run, "nonsense", ""):
        with pytest.raises(Refused) as refused, Listener(people.user("eve"), path=f"/ws/live?run={nobodys}"):
            pass
        assert refused.value.status == 403
    with Listener(bob, path=f"/ws/live?run={run}") as watching, Listener(ann, path=f"/ws/live?run={run}") as own:
        assert ann.post(f"/runs/{run}/cancel").status_code == 200
        for live in (watching, own):
            frame = live.wait(lambda frame: "run" in frame and frame["run"]["id"] == run)
            assert frame["run"]["state"] == "running" and frame["run"]["cancel_requested"]
        assert ann.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 204
        assert watching.closed.wait(10), "whoever is removed from the room hears no more of its runs"
        assert not own.closed.is_set()
    with pytest.raises(Refused), Listener(bob, path=f"/ws/live?run={run}"):
        pass


def test_the_live_socket_of_a_run_ends_when_its_room_is_not_public_any_more(studio, people, ann, bob):
    room = people.room(ann, visibility="public")
    run = finished.run(studio, ann, room=room, state="running")
    with Listener(bob, path=f"/ws/live?run={run}") as live:
        answer = ann.patch(f"/rooms/{room['id']}", {"version": room["version"], "visibility": "private"})
        assert answer.status_code == 200, answer.text
        assert live.closed.wait(10)
    with pytest.raises(Refused), Listener(bob, path=f"/ws/live?run={run}"):
        pass
    with Listener(ann, path=f"/ws/live?run={run}"):
        pass


def test_the_live_socket_ends_with_the_session(studio, ann):
    run = finished.run(studio, ann, state="running")
    with Listener(ann, path=f"/ws/live?run={run}") as live:
        assert ann.post("/auth/logout").status_code in (200, 204)
        assert live.closed.wait(10)


# searching in it

def places(client, run, text, backward=False):
    """All places of a text, one after the other, as whoever steps through them finds them."""
    found, start = [], client.get(f"/runs/{run}/output").json()["bytes"] if backward else 0
    while True:
        answer = client.get(f"/runs/{run}/output/search", params={"text": text, "from": start, "backward": str(backward).lower()})
        assert answer.status_code == 200, answer.text
        place = answer.json()
        if place["offset"] is not None:
            found.append(place["offset"])
        elif not place["more"]:
            return found
        start = place["next"]


def cut(whole, sizes):
    """Chunks of these sizes, and what is left as one more."""
    chunks = []
    for size in sizes:
        if whole:
            chunks.append(("stdout", whole[:size]))
            whole = whole[size:]
    return [*chunks, ("stderr", whole)] if whole else chunks


def test_a_text_is_found_wherever_it_is_and_however_the_output_is_cut(ann, studio):
    chance = random.Random(4711)
    words = [b"Needle", b"nEEdle\n", b"hay\0hay", "Nadel häh".encode(), b"\xff\xfe", b"needl"]
    whole = b"".join(chance.choice(words) * chance.choice([1, 1, 3]) for _ in range(60))
    run = finished.run(studio, ann)
    finished.write(studio, run, *cut(whole, [chance.randint(1, 40) for _ in range(60)]))
    low = whole.lower()
    for text in ("needle", "NEEDLE\n", "häh", "needlneedl", "e", "not there"):
        wanted = [at for at in range(len(low)) if low.startswith(text.lower().encode(), at)]
        assert places(ann, run, text) == wanted
        assert places(ann, run, text, backward=True) == wanted[::-1]


def test_a_text_across_the_border_of_what_is_searched_at_once_is_found(ann, studio):
    border = 4 << 20
    whole = bytearray(b"." * (2 * border + 100))
    for at in (border - 3, 2 * border - 1, 2 * border + 50):
        whole[at:at + 6] = b"needle"
    run = finished.run(studio, ann)
    finished.write(studio, run, *cut(bytes(whole), [1 << 20] * 20))
    assert places(ann, run, "needle") == [border - 3, 2 * border - 1, 2 * border + 50]
    assert places(ann, run, "needle", backward=True) == [2 * border + 50, 2 * border - 1, border - 3]
    assert places(ann, run, "n.") == []


def test_a_search_tells_what_is_wrong_and_shows_nothing_to_strangers(ann, bob, studio):
    run = finished.run(studio, ann)
    path = f"/runs/{run}/output/search"
    assert ann.get(path, params={"text": "x"}).json() == {"offset": None, "next": 0, "more": False, "bytes": 0}
    assert bob.get(path, params={"text": "x"}).status_code == 404
    for wrong in ({}, {"text": ""}, {"text": "x" * 201}, {"text": "x", "from": -1}, {"text": "x", "backward": "perhaps"}):
        assert ann.get(path, params=wrong).status_code == 422
