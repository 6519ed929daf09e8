"""coagentctl itself: its exit statuses and JSON, certificates, and that manual page and completion know all of it."""

import json
import os
import pathlib
import re
import secrets
import subprocess

import pytest

from harness.doctor import Ctl, TOP

COMMANDS = ("create-admin", "migrate", "status", "doctor", "make-certificate", "rotate-key", "trust-proxies")


@pytest.fixture
def ctl():
    made = Ctl({"SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": "host=/nonexistent dbname=coagent user=coagent_app",
                "PUBLIC_URL": "https://studio.example.org:8443"})
    yield made
    made.remove()


@pytest.fixture
def installed(studio):
    made = Ctl(studio.settings(), studio.state / "app/sbin/coagentctl")
    yield made
    made.remove()


def test_status_tells_what_a_running_studio_is_at(installed):
    status, report = installed.json("status")
    assert status == 0
    assert {name: pool["state"] for name, pool in report["pools"].items()} == {"fast": "ok", "wait": "ok"}
    assert report["nchan"] == "ok"
    assert report["users"] >= 1 and report["agents"] >= 1 and report["connections"] > 1
    assert report["runner"]["state"] == "away" or report["runner"]["last_sign_ms"] < 60000


def test_migrate_answers_json(installed):
    status, report = installed.json("migrate")
    assert status == 0 and report["applied"] == [] and report["migrations"] > 0


@pytest.mark.parametrize("words, status", [
    (["status", "--nonsense"], 2),
    (["migrate", "now"], 2),
    (["create-admin"], 2),
    (["create-admin", "--email", "nobody"], 2),
    (["doctor", "teeth"], 2),
    (["make-certificate", "--days", "0"], 2),
    (["make-certificate", "not a name"], 2),
    (["rotate-key", "--print", "--finish"], 2),
    (["rotate-key"], 4),
    (["trust-proxies", "10.0.0.1"], 2),
    (["dance"], 2),
    (["status"], 4),
    (["migrate"], 4),
    (["create-admin", "--email", "a@example.org"], 4),
])
def test_every_failure_is_one_json_document_with_its_exit_status(ctl, words, status):
    done = ctl.run(*words, "--json")
    assert done.returncode == status, done
    error = json.loads(done.stdout)["error"]
    assert error["status"] == status and error["message"]
    assert "coagentctl: " in done.stderr
    plain = ctl.run(*words)
    assert plain.returncode == status and plain.stdout == ""


def test_wrong_settings_have_an_exit_status_of_their_own(ctl):
    ctl.change(SECRET_KEY="short")
    for command in ("create-admin", "migrate", "status", "trust-proxies"):
        status, answer = ctl.json(command)
        assert status == 3 and "SECRET_KEY" in answer["error"]["message"]


def test_a_certificate_is_for_the_names_that_were_asked_for(ctl):
    status, report = ctl.json("make-certificate", "chat.example.org", "*.example.net", "192.0.2.1", "2001:db8::1", "--days", "30")
    assert status == 0 and report["days"] == 30
    shown = subprocess.run(["openssl", "x509", "-in", report["certificate"], "-noout", "-text", "-checkend", str(29 * 86400)],
                           capture_output=True, text=True, check=True).stdout
    for name in ("DNS:chat.example.org", "DNS:*.example.net", "IP Address:192.0.2.1", "IP Address:2001:DB8:0:0:0:0:0:1",
                 "CA:FALSE", "TLS Web Server Authentication", "Certificate will not expire"):
        assert name in shown
    assert pathlib.Path(report["key"]).stat().st_mode & 0o777 == 0o600


def test_a_certificate_is_for_the_sites_own_names_without_any(ctl):
    _, report = ctl.json("make-certificate")
    assert report["names"][0] == "studio.example.org" and "127.0.0.1" in report["names"] and "::1" in report["names"]
    assert pathlib.Path(report["certificate"]) == ctl.folder / "tls/certificate.pem"


def test_a_certificate_is_replaced_only_when_that_was_said(ctl):
    _, report = ctl.json("make-certificate")
    before = pathlib.Path(report["certificate"]).read_text()
    status, answer = ctl.json("make-certificate")
    assert status == 1 and "--force" in answer["error"]["message"]
    assert pathlib.Path(report["certificate"]).read_text() == before
    pathlib.Path(report["key"]).chmod(0o640)
    assert ctl.json("make-certificate", "--force")[0] == 0
    assert pathlib.Path(report["certificate"]).read_text() != before
    assert pathlib.Path(report["key"]).stat().st_mode & 0o777 == 0o640  # whoever could read it still can


def test_a_certificate_of_an_authority_is_never_replaced(ctl):
    _, authority = ctl.json("make-certificate", "--folder", ctl.folder / "authority")
    _, report = ctl.json("make-certificate")
    request = subprocess.run(["openssl", "req", "-new", "-key", report["key"], "-subj", "/CN=issued"], capture_output=True, check=True)
    issued = subprocess.run(["openssl", "x509", "-req", "-CA", authority["certificate"], "-CAkey", authority["key"], "-days", "9"],
                            input=request.stdout, capture_output=True, check=True)
    pathlib.Path(report["certificate"]).write_bytes(issued.stdout)
    status, answer = ctl.json("make-certificate", "--force")
    assert status == 1 and "authority" in answer["error"]["message"]
    assert pathlib.Path(report["certificate"]).read_bytes() == issued.stdout


def check_by_nginx(ctl, lines):
    """Lines of a server block."""
    conf = ctl.folder / "nginx.conf"
    temporary = " ".join(f"{name}_temp_path {ctl.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf.write_text(f"pid {ctl.folder}/pid; events {{}} http {{ access_log off; {temporary} server {{ {lines} }} }}")
    done = subprocess.run(["/usr/sbin/nginx", "-t", "-q", "-e", "stderr", "-c", conf], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_nginx_takes_the_lines_for_it(ctl):
    _, report = ctl.json("make-certificate")
    for lines in (f"include {report['nginx']};", "listen 127.0.0.1:8443 ssl; " + ctl.run("make-certificate", "--print-nginx").stdout):
        check_by_nginx(ctl, lines)


def test_nginx_takes_the_lines_for_trusted_proxies(ctl):
    for value, networks in ((None, []), ("10.0.0.7", ["10.0.0.7"]), (" 10.0.0.0/8 ,192.0.2.7, 2001:db8::/32,,::1",
                                                                     ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"])):
        ctl.change(TRUSTED_PROXIES=value)
        status, report = ctl.json("trust-proxies")
        file = ctl.folder / "trusted-proxies.conf"
        assert status == 0 and report == {"file": str(file), "nginx_lines": file.read_text()}
        assert file.stat().st_mode & 0o777 == 0o644
        assert re.findall(r"^set_real_ip_from (.*);$", file.read_text(), re.M) == networks
        assert ("real_ip_recursive on;" in file.read_text()) == bool(networks)
        check_by_nginx(ctl, f"include {file};")


def test_trusted_proxies_that_cannot_be_written_are_reported(ctl):
    (ctl.folder / "trusted-proxies.conf").mkdir()
    status, answer = ctl.json("trust-proxies")
    assert status == 1 and "trusted-proxies.conf cannot be written: Is a directory" in answer["error"]["message"]


def options(ctl, command):
    return set(re.findall(r"--[a-z]+(?:-[a-z]+)*", ctl.run(command, "--help").stdout))


def test_the_manual_page_knows_every_command_option_check_and_exit_status(ctl):
    page = (TOP / "man/coagentctl.8").read_text().replace("\\-", "-")
    listed = re.findall(r"^  ([a-z-]+) ", ctl.run("--help").stdout, re.M)
    assert sorted(listed) == sorted(COMMANDS)
    checks = ctl.run("doctor", "--list").stdout.split()
    for name in COMMANDS:
        section = re.search(rf"^\.SS {name}\n(.*?)^\.S", page, re.M | re.S)[1]
        for option in options(ctl, name) - {"--json"}:
            assert option in section, (name, option)
        if name == "doctor":
            assert [check for check in checks if not re.search(rf"[ \"]{check}\b", section)] == []
    assert re.findall(r"^\.TP\n\.B (\d)$", page, re.M) == ["0", "1", "2", "3", "4"]


def complete(ctl, *words):
    script = f"""source {TOP}/ctl/completion/coagentctl
        coagentctl() {{ {ctl.program} "$@"; }}
        COMP_WORDS=({' '.join(repr(word) for word in words)}) COMP_CWORD={len(words) - 1}
        _coagentctl
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script], env=ctl.environment(), capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_checks(ctl):
    assert complete(ctl, "coagentctl", "") == {*COMMANDS, "--help", "--version"}
    assert complete(ctl, "coagentctl", "mi") == {"migrate"}
    assert options(ctl, "make-certificate") <= complete(ctl, "coagentctl", "make-certificate", "--")
    assert complete(ctl, "coagentctl", "doctor", "pool") == {"pool", "pool-wait"}


def test_other_users_are_told_that_they_may_not_read_the_settings(ctl):
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    ctl.file.chmod(0o600)
    done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", ctl.program, "doctor", "--json", "settings"],
                          env=ctl.environment(), capture_output=True, text=True, check=False, timeout=30)
    found = json.loads(done.stdout)["checks"][0]
    assert found["verdict"] == "failed" and "Permission denied" in found["message"] and "as root" in found["command"]
