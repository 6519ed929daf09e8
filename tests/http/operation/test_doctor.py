"""coagentctl doctor on a studio of its own that speaks https: each check of settings, programs and machine fails once, and
the command that it names mends it."""

import http.server
import os
import pathlib
import secrets
import signal
import subprocess
import tempfile
import threading
import time

import pytest
import requests

from harness import studio as harness_studio
from harness.client import Client
from harness.doctor import BUILD, Ctl
from harness.listener import Listener
from harness.waiting import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an administrator's commands need root")

MACHINE = {"disk", "tun", "sandbox"}  # what this machine gives is not the studio's doing
SERVICES = ("database", "pool", "pool-wait", "nchan", "runs-api", "site")


@pytest.fixture(scope="module")
def certificate():
    with tempfile.TemporaryDirectory(prefix="coagent-tls-") as folder:
        done = subprocess.run([BUILD / "coagentctl", "make-certificate", "--folder", folder, "127.0.0.1", "localhost"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yield pathlib.Path(folder)


@pytest.fixture(scope="module")
def site(certificate):
    """A studio that may be broken."""
    os.environ.update(SSL_CERTFILE=str(certificate / "certificate.pem"), SSL_KEYFILE=str(certificate / "key.pem"))
    state = tempfile.mkdtemp(prefix="coagent-doctor-")
    os.chmod(state, 0o755)
    try:
        harness_studio.command("up", "--detach", "--port", harness_studio.free_port(), "--state", state)
        running = harness_studio.Studio(state, started=True)
    finally:
        del os.environ["SSL_CERTFILE"], os.environ["SSL_KEYFILE"]
    yield running
    running.stop()


@pytest.fixture
def ctl(site):
    """The installed program with a copy of the studio's settings, which a test may spoil."""
    made = Ctl(site.settings(), site.state / "app/sbin/coagentctl")
    yield made
    made.remove()


@pytest.fixture
def own(ctl, site):
    """The same with the studio's own settings."""
    ctl.file = site.state / "conf/coagent.conf"
    return ctl


def test_under_tls_every_answer_says_that_it_stays_so(site, certificate):
    for path, headers in (("/", {}), ("/js/app.js", {}), ("/docs", {}), ("/api/status", {}), ("/api/none", {}),
                          ("/ws/live", {}), ("/api/status", {"X-Long": "a" * 70000})):
        answer = requests.get(site.url + path, headers=headers, verify=certificate / "certificate.pem", timeout=10)
        assert answer.headers["Strict-Transport-Security"] == "max-age=15768000", (path, answer.status_code)



def test_a_studio_has_nothing_that_failed(own):
    found = own.findings()
    assert {name: one for name, one in found.items() if one["verdict"] not in ("ok", "skipped") and name not in MACHINE} == {}
    assert list(found) == own.run("doctor", "--list").stdout.split()
    assert {name for name, one in found.items() if one["verdict"] == "skipped"} == {"cron"}
    said = own.run("doctor", "--quiet").stdout.splitlines()
    assert said[-1].endswith("1 skipped") and not any(line.startswith("ok ") for line in said)


@pytest.fixture(scope="module")
def browser(site, certificate):
    """The administrator's, which trusts the certificate."""
    client = Client(site.url)
    client.http.verify = str(certificate / "certificate.pem")
    client.http.trust_env = False  # REQUESTS_CA_BUNDLE would win
    return client.log_in(site.admin_email, site.admin_password)


def test_it_speaks_https_and_wss_and_nothing_else(site, browser):
    assert browser.http.cookies and all(cookie.secure for cookie in browser.http.cookies)
    room = browser.post("/rooms", {"name": "Over TLS", "visibility": "private"}).json()
    with Listener(browser) as live:
        browser.post(f"/rooms/{room['id']}/messages", {"text": "Hello."})
        assert live.wait(lambda frame: frame.get("kind") == "message")["body"]["text"] == "Hello."
    assert requests.get(site.url.replace("https", "http") + "/api/status", timeout=10).status_code == 400
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(site.url + "/api/status", timeout=10)


# settings

@pytest.mark.parametrize("key", [None, "short", "change-me-change-me-change-me-change-me"])
def test_a_weak_secret_key_is_mended_by_a_new_one(ctl, key):
    ctl.change(SECRET_KEY=key)
    assert "SECRET_KEY" in ctl.is_mended("settings")["message"]
    assert ctl.findings("role", "pool")["pool"]["verdict"] == "ok"


def test_any_other_wrong_setting_is_for_a_person_to_mend(ctl):
    ctl.change(COOKIE_SAMESITE="Sometimes")
    ctl.stand_in("sensible-editor", "sed -i 's/Sometimes/Lax/' \"$1\"\n")
    assert "COOKIE_SAMESITE" in ctl.is_mended("settings")["message"]
    ctl.change(COOKIE_SAMESITE="Sometimes")
    found = ctl.findings("cookies", "database", "pool")
    assert {one["verdict"] for one in found.values()} == {"skipped"}
    status, answer = ctl.json("status")
    assert status == 3 and "COOKIE_SAMESITE" in answer["error"]["message"]


@pytest.mark.parametrize("mode, word", [(0o644, "read"), (0o660, "change"), (0o666, "change")])
def test_a_file_of_settings_that_is_open_is_mended(ctl, mode, word):
    ctl.file.chmod(mode)
    subprocess.run(["chgrp", "coagent", ctl.file], check=True)
    assert word in ctl.is_mended("settings-file")["message"]
    assert ctl.file.stat().st_mode & 0o027 == 0


def test_a_file_of_settings_that_the_services_cannot_read_is_mended(ctl):
    ctl.file.chmod(0o600)
    assert "coagent" in ctl.is_mended("settings-file")["message"]


def test_cookies_that_no_browser_keeps_are_mended_by_tls(ctl):
    ctl.change(PUBLIC_URL="http://studio.example.org", SSL_CERTFILE=None, SSL_KEYFILE=None, COOKIE_SECURE="true")
    ctl.stand_in("sensible-editor", "sed -i 's/^PUBLIC_URL=http:/PUBLIC_URL=https:/' \"$1\"\n")
    assert "make-certificate" in ctl.is_mended("cookies")["command"]
    assert (ctl.folder / "tls/certificate.pem").exists()


def test_cookies_that_travel_without_tls_are_mended(ctl):
    ctl.change(COOKIE_SECURE="false", RESTART_COMMAND="true")
    ctl.is_mended("cookies", "warning")


def with_certificate(ctl, **settings):
    """Settings with a fresh certificate of their own."""
    ctl.change(PUBLIC_URL="https://studio.example.org", RESTART_COMMAND="true", **settings,
               SSL_CERTFILE=ctl.folder / "certificate.pem", SSL_KEYFILE=ctl.folder / "key.pem")
    done = ctl.run("make-certificate", "--force")
    assert done.returncode == 0, done.stderr
    return ctl


def test_an_expired_certificate_is_mended_by_a_new_one(ctl):
    with_certificate(ctl)
    ctl.shift_clock(390 * 86400)
    assert "expires in" in ctl.is_mended("certificate", "warning")["message"]
    with_certificate(ctl)
    ctl.shift_clock(1000 * 86400)
    assert "expired" in ctl.is_mended("certificate")["message"]


def test_a_certificate_that_does_not_fit_is_mended_by_a_new_one(ctl):
    with_certificate(ctl)
    ctl.change(PUBLIC_URL="https://chat.example.org")
    assert "chat.example.org" in ctl.is_mended("certificate")["message"]
    ctl.run("make-certificate", "--folder", ctl.folder / "other")
    (ctl.folder / "other/key.pem").rename(ctl.folder / "key.pem")
    assert "key" in ctl.is_mended("certificate")["message"]
    (ctl.folder / "certificate.pem").unlink()
    assert "cannot be read" in ctl.is_mended("certificate")["message"]
    (ctl.folder / "key.pem").write_text("no key")
    assert "PEM" in ctl.is_mended("certificate")["message"]


def test_a_key_that_anybody_may_read_is_mended(ctl):
    with_certificate(ctl)
    (ctl.folder / "key.pem").chmod(0o644)
    ctl.is_mended("certificate")


def test_proxies_that_nginx_does_not_know_are_told_to_it(ctl):
    ctl.change(TRUSTED_PROXIES="10.0.0.0/8", RESTART_COMMAND="true")
    assert "does not match" in ctl.is_mended("proxies")["message"]
    ctl.change(TRUSTED_PROXIES=None)
    ctl.is_mended("proxies")
    assert "no proxy is trusted" in ctl.find("proxies")["message"]
    (ctl.folder / "trusted-proxies.conf").write_text((ctl.folder / "trusted-proxies.conf").read_text() + "set_real_ip_from 0.0.0.0/0;\n")
    ctl.is_mended("proxies")


def test_a_proxy_that_nobody_trusts_is_mended(ctl):
    ctl.change(PUBLIC_URL="https://studio.example.org", SSL_CERTFILE=None, SSL_KEYFILE=None, TRUSTED_PROXIES=None, RESTART_COMMAND="true")
    ctl.stand_in("sensible-editor", "echo TRUSTED_PROXIES=192.0.2.7 >>\"$1\"\n")
    assert "share the address" in ctl.is_mended("proxies", "warning")["message"]


def test_keys_that_another_secret_key_sealed_are_mended_by_that_key(ctl, browser):
    made = browser.post("/providers", {"name": "Sealed", "base_url": "http://127.0.0.1:1/v1", "key": "sk-1", "default_model": "m"})
    assert made.status_code == 201, made.text
    former = ctl.settings["SECRET_KEY"]
    ctl.change(SECRET_KEY=secrets.token_hex(32))
    ctl.stand_in("sensible-editor", f"echo SECRET_KEY_PREVIOUS={former} >>\"$1\"\n")
    assert "Sealed" in ctl.is_mended("sealed-keys")["message"]


# programs

def test_a_pool_that_nginx_cannot_reach_is_mended(own, site):
    socket = site.state / "run/pool.sock"
    socket.chmod(0o600)
    found = own.find("site")
    assert found["verdict"] == "failed" and "pool" in found["message"] and found["command"]
    own.is_mended("pool")
    assert own.find("site")["verdict"] == "ok"


def test_sockets_that_anybody_can_reach_are_mended(own, site):
    folder = (site.state / "run").resolve()
    folder.chmod(0o777)
    own.is_mended("nchan")
    assert folder.stat().st_mode & 0o007 == 0


def test_a_socket_of_the_api_of_runs_that_is_gone_is_mended(own, site):
    (site.state / "run/nchan-api.sock").unlink()
    assert own.find("nchan")["verdict"] == "ok"
    assert "there is no socket" in own.is_mended("runs-api")["message"]
    site.read()  # the processes of the restarted studio


def test_a_lock_that_belongs_to_another_is_mended(own, site):
    lock = site.state / "run/runner.lock"
    os.chown(lock, 0, 0)
    assert "coagent" in own.is_mended("runner-lock")["message"]


def test_another_site_at_the_address_is_told(ctl):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        ctl.change(PUBLIC_URL=f"http://127.0.0.1:{other.server_port}", RESTART_COMMAND=None)
        found = ctl.find("site")
        other.shutdown()
    assert found["verdict"] == "failed" and "is not CoAgent" in found["message"]
    assert "sites-enabled/coagent" in found["command"]


def test_a_certificate_that_browsers_warn_of_is_told(ctl):
    ctl.change(SSL_CERTFILE=None, SSL_KEYFILE=None)
    found = ctl.find("site")
    assert found["verdict"] == "warning" and found["command"].startswith("certbot")


def runners(site):
    folder = str((site.state / "app").resolve())
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "exe") == f"{folder}/sbin/coagent-runner":
                yield int(process.name)
        except OSError:
            pass


def test_what_is_down_is_mended_by_starting_it_again(own, site):
    """A supervisor that stands still starts no runner; its death takes everything with it."""
    os.kill(site.pids["supervisor"], signal.SIGSTOP)
    for pid in runners(site):
        os.kill(pid, signal.SIGKILL)
    runner = own.find("runner")
    assert runner["verdict"] == "failed" and "no runner" in runner["message"]
    os.kill(site.pids["supervisor"], signal.SIGKILL)
    wait_until(lambda: own.find("database")["verdict"] == "failed", 20, "the end of PostgreSQL")
    found = own.findings(*SERVICES)
    assert {name: one["verdict"] for name, one in found.items()} == dict.fromkeys(SERVICES, "failed")
    assert {one["command"] for one in found.values()} == {runner["command"]}
    own.follow(runner)
    site.read()
    after = own.findings(*SERVICES, "runner")
    assert {one["verdict"] for one in after.values()} == {"ok"}, after


# machine: in a mount namespace, whose /dev/net and /etc/cron.d are nobody else's

def in_namespace(ctl, script):
    """Runs a shell script there; its lines of output."""
    done = subprocess.run(["unshare", "--mount", "--propagation", "private", "bash", "-euc", script], env=ctl.environment(),
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout.splitlines()


def provoked(ctl, check, arrange):
    """Arranges it, then lets doctor speak, follows its command, lets it speak again: the two verdicts."""
    doctor = f"{ctl.program} doctor --json {check}"
    return in_namespace(ctl, f"""
        {arrange}
        command=$({doctor} | python3 -c 'import json, sys
one = json.load(sys.stdin)["checks"][0]
print(one["verdict"], file=sys.stderr)
print(one["command"] or "true")' 2>{ctl.folder}/verdict || true)
        cat {ctl.folder}/verdict
        bash -c "$command" >/dev/null
        {doctor} | python3 -c 'import json, sys; print(json.load(sys.stdin)["checks"][0]["verdict"])'""")


@pytest.mark.parametrize("arrange", ["mknod -m 600 /dev/net/tun c 10 200", "true"])
def test_a_closed_or_missing_tun_device_is_mended(ctl, arrange):
    assert provoked(ctl, "tun", f"mkdir -p /dev/net; mount -t tmpfs none /dev/net; {arrange}") == ["warning", "ok"]


def test_a_full_disk_is_told_with_what_fills_it(ctl):
    ctl.stand_in("apt-get", f"mount -o remount,size=2g {ctl.folder}/small\n")
    arrange = f"""mkdir {ctl.folder}/small
        mount -t tmpfs -o size=1m none {ctl.folder}/small
        cp {ctl.file} {ctl.folder}/small/coagent.conf
        export COAGENT_CONFIG={ctl.folder}/small/coagent.conf"""
    assert provoked(ctl, "disk", arrange) == ["failed", "ok"]


CRON = "mount -t tmpfs none /etc/cron.d; mount -t tmpfs none /run; "


def test_an_entry_that_cron_would_not_read_is_mended(ctl):
    ctl.change(RESTART_COMMAND=None)
    for name in ("service", "systemctl"):
        ctl.stand_in(name, '[ "$*" = "cron restart" -o "$*" = "restart cron" ] && echo $PPID >/run/crond.pid\n')
    ctl.stand_in("apt-get", "printf x >/etc/cron.d/coagent; chmod 644 /etc/cron.d/coagent; echo 1 >/run/crond.pid\n")
    lax = "touch /etc/cron.d/coagent; chmod 666 /etc/cron.d/coagent; echo 1 >/run/crond.pid"
    down = "touch /etc/cron.d/coagent; chmod 644 /etc/cron.d/coagent"
    assert provoked(ctl, "cron", CRON + lax) == ["failed", "ok"]
    assert provoked(ctl, "cron", CRON) == ["failed", "ok"]
    in_namespace(ctl, CRON + f"{down}; ! {ctl.program} doctor cron | grep -q 'cron is not running' && exit 1 || true")


def test_a_sandbox_without_namespaces_is_mended(ctl):
    """In a user namespace of its own, where the limit is nobody else's."""
    script = f"""read -r
        sysctl -qw user.max_user_namespaces=0
        {ctl.program} doctor sandbox
        eval "$({ctl.program} doctor sandbox | sed -n 's/^ *to fix this: *//p')" >/dev/null
        {ctl.program} doctor sandbox"""
    process = subprocess.Popen(["unshare", "--user", "bash", "-c", script], env=ctl.environment(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    own_namespace = os.readlink("/proc/self/ns/user")
    wait_until(lambda: os.readlink(f"/proc/{process.pid}/ns/user") != own_namespace, 5, "the namespace")
    for name in ("uid_map", "gid_map"):
        pathlib.Path(f"/proc/{process.pid}/{name}").write_text("0 0 65536\n")
    said, _ = process.communicate("go\n", timeout=30)
    assert said.startswith("warning") and "user.max_user_namespaces" in said, said
    assert said.splitlines()[-2].startswith("ok"), said
