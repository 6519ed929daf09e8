"""What nginx does itself: pages and their headers, the older paths, its own refusals, and what it adds under TLS."""

import concurrent.futures
import json
import os
import re
import select
import socket

import pytest
import requests

from harness.studio import TOP

OLD_PATHS = [
    ("GET", "/auth/verify-token"), ("POST", "/auth/login"), ("POST", "/auth/register"), ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"), ("POST", "/auth/token"), ("GET", "/admin/users"), ("POST", "/admin/users"),
    ("DELETE", "/admin/users/0"), ("PUT", "/admin/users/0/permissions"), ("GET", "/workflow/get-all-mappings"),
    ("POST", "/workflow/create-mapping"), ("DELETE", "/workflow/delete-mapping?id=0"), ("GET", "/workflow/workflows"),
    ("POST", "/workflow/workflows"), ("DELETE", "/workflow/workflows/0"), ("POST", "/workflow/workflows/0/execute"),
]


def raw(studio, request):
    with socket.create_connection(("127.0.0.1", studio.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass  # nginx waits only so long for the rest of a body that it has refused
        return answer.decode()


@pytest.mark.parametrize("path", ["/", "/rooms/0198", "/admin/users", "/profile"])
def test_a_place_of_the_application_is_its_page(studio, path):
    page = requests.get(studio.url + path, headers={"Accept": "text/html,*/*"}, timeout=10)
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert page.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/js/none.js", "/css/none.css", "/vendor/none.js", "/vendor/.made-from", "/pack/none.js",
                                  "/.git/config", "/img/../../../etc/passwd", "/js/%2e%2e/%2e%2e/conf/coagent.conf"])
def test_what_is_no_file_of_the_site_is_not_given(studio, path):
    answer = raw(studio, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in ("400", "404") or "<!doctype html>" in answer
    assert "SECRET_KEY" not in answer and "root:" not in answer


def test_pages_run_nothing_from_elsewhere_and_nothing_inline(studio):
    for path in ("/", "/js/app.js", "/vendor/preact.js"):
        headers = requests.get(studio.url + path, timeout=10).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "*" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "nginx/" not in headers["Server"]


def test_the_sources_load_every_style_sheet(studio):
    css = TOP / "htdocs/css"
    sheets = {f"/css/{file.relative_to(css)}" for file in css.rglob("*.css")}
    index = (TOP / os.environ.get("COAGENT_BUILD", "build") / "htdocs/index.html").read_text()
    named = re.findall(r'<link rel="stylesheet" href="([^"]+)">', index)
    assert len(named) == len(sheets) and set(named) == sheets
    for sheet in named:
        assert requests.get(studio.url + sheet, timeout=10).headers["Content-Type"].startswith("text/css"), sheet


def transferred(studio, path):
    """The compressed bytes of a file."""
    answer = requests.get(studio.url + path, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)
    assert answer.status_code == 200, path
    return len(answer.raw.read(decode_content=False))


def test_the_pages_are_a_few_packed_files(studio):
    page = requests.get(studio.url, timeout=10).text
    files = set(re.findall(r'(?:href|src)="(/[^"]+)"', page))
    assert all(re.match(r"/pack/[a-z]+-[A-Z0-9]{8}\.(js|css)$", file) for file in files - {"/img/mark.svg"}), files
    inside = set(re.findall(r'"(/pack/[^"]+)"', requests.get(studio.url + next(file for file in files if "/head-" in file), timeout=10).text))
    assert any("/frame-" in file for file in inside)
    log_in = sum(transferred(studio, file) for file in files | {"/"})
    room = log_in + sum(transferred(studio, file) for file in inside - files)
    assert len(files) <= 11 and log_in < 150_000, "the page of the log-in"
    assert len(files | inside) <= 20 and room < 300_000, "a room, with some requests for its data"


def test_packed_files_are_kept_for_a_year_and_show_their_sources(studio):
    script = re.search(r'src="(/pack/app-[^"]+)"', requests.get(studio.url, timeout=10).text).group(1)
    answer = requests.get(studio.url + script, timeout=10)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip" and "default-src 'self'" in answer.headers["Content-Security-Policy"]
    sources = requests.get(studio.url + script + ".map", timeout=10).json()["sources"]
    assert "../js/app.js" in sources
    missing = requests.get(studio.url + "/pack/app-00000000.js", timeout=10)
    assert missing.status_code == 404 and "max-age" not in missing.headers.get("Cache-Control", "")


def test_an_unchanged_file_is_not_sent_twice(studio):
    first = requests.get(studio.url + "/js/app.js", timeout=10)
    again = requests.get(studio.url + "/js/app.js", headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
    assert again.status_code == 304 and not again.content


@pytest.mark.parametrize("path", ["/", "/js/app.js", "/css/base.css", "/vendor/markdown-it.js", "/docs"])
def test_each_file_is_validated_so_that_an_upgrade_is_seen_whole(studio, path):
    """A library that a browser keeps unasked would meet a page of the next version, which may want more of it."""
    answer = requests.get(studio.url + path, timeout=10)
    assert answer.headers["Cache-Control"] == "no-cache" and answer.headers["ETag"]
    again = requests.get(studio.url + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
    assert again.status_code == 304


def test_text_is_compressed(studio):
    assert requests.get(studio.url + "/vendor/markdown-it.js", timeout=10).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("method,path", OLD_PATHS)
def test_older_paths_reach_the_pool(studio, method, path):
    answer = requests.request(method, studio.url + path, timeout=10)
    assert len(answer.headers["X-Request-Id"]) == 36, "only the pool gives ids of this form"
    assert answer.status_code < 500


def test_an_older_log_in_works(studio, people):
    account = people.create_user("ann")
    credentials = {"email": account["email"], "password": account["password"]}
    answer = requests.post(studio.url + "/auth/login", json=credentials, timeout=10)
    assert answer.status_code == 200 and "auth_token" in answer.cookies


@pytest.mark.parametrize("request_bytes,status", [
    (b"NONSENSE\r\n\r\n", 400),
    (b"GET /api/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
    (b"GET /api/status HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    (b"GET /api/status?" + b"a" * 70000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    (b"GET /api/status HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70000 + b"\r\n\r\n", 431),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n", 413),
    (b"TRACE /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
    (b"POST /js/app.js HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405),
    (b"GET /js/none.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
    (b"GET /_authorize_live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
    (b"POST /api/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n", 501),
], ids=["no HTTP", "NUL", "no Host", "long address", "long header", "large body", "TRACE", "method of a file",
        "no file", "internal", "encoding"])
def test_refusals_of_nginx_are_problem_documents(studio, request_bytes, status):
    answer = raw(studio, request_bytes)
    head, body = answer.split("\r\n\r\n", 1)
    assert head.split()[1] == str(status)
    assert "application/problem+json" in head and "X-Request-Id:" in head
    assert json.loads(body)["status"] == status
    assert "X-Content-Type-Options: nosniff" in head and "Referrer-Policy: no-referrer" in head
    assert "Content-Security-Policy: default-src 'none'" in head
    assert ("Allow: GET, HEAD" in head) == (status == 405)


def log_in_from(studio, address, path="/api/auth/login", **body):
    """One attempt from another address of this machine: the tests' own has no limit."""
    with requests.Session() as session:
        adapter = requests.adapters.HTTPAdapter()
        adapter.init_poolmanager(1, 1, source_address=(address, 0))
        session.mount("http://", adapter)
        return session.post(studio.url + path, json=body, timeout=60)


def flood(studio, address, path, count):
    """So many requests at once; the connections, on which nothing has been read."""
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    made = []
    for _ in range(count):
        made.append(socket.create_connection(("127.0.0.1", studio.port), timeout=30, source_address=(address, 0)))
        made[-1].sendall(request.encode())
    return made


@pytest.mark.parametrize("address,path", [("127.0.0.2", "/api/auth/login"), ("127.0.0.3", "/auth/token"),
                                          ("127.0.0.4", "/api/auth/register"), ("127.0.0.5", "/api/profile/password")])
def test_an_address_that_logs_in_without_end_is_refused_and_others_are_not(studio, address, path):
    connections = flood(studio, address, path, 140)
    last = connections[-1].makefile("rb").read().decode()  # the first hundred are served, or wait for their turn
    other = log_in_from(studio, "127.0.0.9", email="nobody@example.com", password="wrong password")
    for connection in connections:
        connection.close()
    assert other.status_code == 401 and other.elapsed.total_seconds() < 5
    head, body = last.split("\r\n\r\n", 1)
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    problem = json.loads(body)
    assert head.split()[1] == "429" and problem["status"] == 429 and "your address" in problem["detail"]
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Request-Id"] == problem["instance"] and int(headers["Retry-After"]) > 0


def test_an_office_behind_one_address_logs_in_at_nine(studio, people):
    """Twenty at once: each gets in."""
    accounts = [people.create_user("clerk") for _ in range(20)]
    with concurrent.futures.ThreadPoolExecutor(20) as office:
        answers = list(office.map(lambda account: log_in_from(studio, "127.0.0.6", email=account["email"],
                                                              password=account["password"]), accounts))
    assert [answer.status_code for answer in answers] == [200] * 20


def test_what_is_no_log_in_has_no_such_limit(studio):
    with concurrent.futures.ThreadPoolExecutor(20) as readers:
        answers = list(readers.map(lambda _: log_in_from(studio, "127.0.0.7", "/api/auth/refresh").text, range(150)))
    assert not [answer for answer in answers if "your address" in answer]


def test_an_address_keeps_only_so_many_requests_in_progress(studio, ann):
    """Bodies that never come: the program is not asked, and nginx lets the address have a hundred at a time."""
    request = b"POST /api/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    made = [socket.create_connection(("127.0.0.1", studio.port), timeout=60, source_address=("127.0.0.8", 0)) for _ in range(101)]
    for connection in made:
        connection.sendall(request)
    readable, _, _ = select.select(made, [], [], 60)
    head, body = readable[0].recv(65536).decode().split("\r\n\r\n", 1)
    assert ann.get("/rooms").status_code == 200
    for connection in made:
        connection.close()
    assert head.split()[1] == "429" and "Retry-After:" in head and json.loads(body)["status"] == 429


def test_plain_http_promises_no_tls(studio):
    for path in ("/", "/api/status", "/api/none"):
        assert "Strict-Transport-Security" not in requests.get(studio.url + path, timeout=10).headers


def test_the_internal_locations_are_closed(studio):
    for path in ("/_authorize_live", "/_problem/bad-request", "/subscribe", "/publish?channels=x"):
        answer = requests.get(studio.url + path, timeout=10)
        assert answer.status_code == 404 or answer.text.startswith("<!doctype html>")
        assert "X-Channels" not in answer.headers
