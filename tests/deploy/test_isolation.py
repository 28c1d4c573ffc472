"""Students at one hub: nobody reaches what is a neighbour's, and no limit is left."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import websocket

from .a_hub import AHub, account_name, processes_of, pwd, what_is_missing
from .students import until

MISSING = what_is_missing()
pytestmark = [pytest.mark.full, pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]
MEMORY, PROCESSES, DISK = 600, 100, 24  # MB, processes, MB
NOTEBOOK = "lecture/01.ipynb"


@pytest.fixture(scope="module")
def hub():
    hub = AHub(MEMORY=f"{MEMORY}M", PROCESSES=PROCESSES)
    try:
        (hub.course / "01.ipynb").write_text(a_notebook("print('first')"))
        hub.start()
        yield hub
    finally:
        hub.close()


@pytest.fixture(scope="module")
def anna(hub):
    """The one who tries."""
    return hub.enrol("anna")


@pytest.fixture(scope="module")
def bora(hub):
    """The neighbour, who has a notebook open."""
    bora = hub.enrol("bora")
    bora.kernel = bora.open_kernel()
    bora.kernel.run("import os; secret = 42")
    return bora


@pytest.fixture
def kernel(anna):
    kernel = anna.open_kernel()
    yield kernel
    anna.ask("DELETE", f"api/kernels/{kernel.number}")


def a_notebook(source):
    cell = {"cell_type": "code", "id": "a", "source": source, "metadata": {}, "outputs": [],
            "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def account(student):
    return pwd.getpwnam(account_name(student))


def token_of(student):
    return student.kernel.run("print(os.environ['JUPYTERHUB_API_TOKEN'], end='')")


def outcomes(kernel, attempts):
    """Run expressions in a kernel; return, for each, its value or the name of its error."""
    return json.loads(kernel.run(f"""
import glob, json, os, socket, urllib.request
def outcome(attempt):
    try:
        return str(eval(attempt))
    except Exception as error:
        return getattr(error, "code", type(error).__name__)
print(json.dumps([outcome(attempt) for attempt in {attempts!r}]))
"""))


def still_works(student):
    """Tell whether the kernel of a student answers and knows what it knew."""
    return student.kernel.run("print(secret, end='')") == "42"


PATHS = [f"api/contents/{NOTEBOOK}", f"files/{NOTEBOOK}", "api/kernels", "api/sessions", "lab",
         "api/terminals"]


@pytest.mark.parametrize("path", PATHS)
def test_a_cookie_opens_only_the_own_server(anna, bora, path):
    assert bora.ask("GET", path).ok
    there = anna.browser.get(f"{bora.server}/{path}")
    assert there.status_code == 403


def test_a_cookie_runs_and_saves_nothing_on_anothers_server(anna, bora):
    kernel = f"api/kernels/{bora.kernel.number}"
    for method, path in [("POST", "api/kernels"), ("POST", f"{kernel}/interrupt"),
                         ("DELETE", kernel), ("PUT", f"api/contents/{NOTEBOOK}"),
                         ("DELETE", f"api/contents/{NOTEBOOK}")]:
        assert anna.ask(method, path, server=bora.server, json={}).status_code == 403
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(f"{bora.server.replace('http', 'ws', 1)}/{kernel}/channels",
                                    cookie="; ".join(f"{cookie.name}={cookie.value}"
                                                     for cookie in anna.browser.cookies))
    assert still_works(bora)


def test_files_and_processes_of_another_are_closed(hub, kernel, bora):
    home, number = account(bora).pw_dir, account(bora).pw_uid
    run = bora.kernel.run("print(os.environ['JUPYTER_RUNTIME_DIR'], end='')")
    process = bora.kernel.run("print(os.getpid(), end='')")
    attempts = [f"os.listdir('{home}')", f"open('{home}/{NOTEBOOK}').read()",
                f"os.listdir('{run}')", f"open('/proc/{process}/environ').read()",
                f"os.listdir('/proc/{process}/fd')", f"os.listdir('/proc/{process}/cwd')",
                f"open('/proc/{process}/mem', 'rb').read()", f"os.kill({process}, 9)"]
    closed_to_all = [f"os.listdir('{hub.state}')", f"os.setuid({number})", "open('/etc/shadow')",
                     f"open('{hub.course}/01.ipynb', 'a')", f"open('{hub.config}', 'a')"]
    assert set(outcomes(kernel, attempts + closed_to_all)) == {"PermissionError"}
    assert "PermissionError" not in outcomes(bora.kernel, attempts[:6])
    assert os.stat(home).st_mode & 0o777 == 0o700
    assert still_works(bora)


def test_no_token_is_in_the_list_of_processes(hub, bora):
    commands = {Path(f"/proc/{number}/cmdline").read_text() for number in
                processes_of(account(bora).pw_uid) + processes_of(0)}
    assert any("jupyterhub.singleuser" in command for command in commands)
    for secret in (token_of(bora), hub.secret):
        assert len(secret) >= 32
        assert not [command for command in commands if secret in command]


def test_behind_the_proxy_the_doors_are_closed_too(hub, anna, kernel, bora):
    port = bora.kernel.run("print(os.environ['JUPYTERHUB_SERVICE_URL'].split(':')[2].split('/')[0],"
                           " end='')")
    theirs = f"127.0.0.1:{port}/user/{bora.name}/api"
    mine = f"{anna.server.removeprefix('http://')}/api"
    users = f"127.0.0.1:{hub.ports['hub']}/hub/api/users"
    routes = f"127.0.0.1:{hub.ports['api']}/api/routes"
    key = "{'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']}"

    def ask(address, headers="{}"):
        request = f"urllib.request.Request('http://{address}', headers={headers})"
        return f"urllib.request.urlopen({request}).status"

    assert outcomes(kernel, [ask(f"{mine}/kernels", key)]) == ["200"]
    assert outcomes(kernel, [
        ask(f"{theirs}/kernels"), ask(f"{theirs}/kernels", key), ask(f"{theirs}/contents", key),
        ask(users), ask(users, key), ask(f"{users}/{bora.name}", key), ask(routes),
        ask(routes, key),
    ]) == [403, 403, 403, 403, 403, 404, 403, 403]


def test_no_port_shows_what_a_kernel_prints(kernel, bora):
    """A kernel on TCP ports would send its output to everybody who listens."""
    sockets = "glob.glob(os.environ['JUPYTER_RUNTIME_DIR'] + '/*-ipc-*')"
    theirs = bora.kernel.run(f"import glob; print(*{sockets}, end='')").split()
    assert len(theirs) == 5
    for path in theirs:
        knock = f"socket.socket(socket.AF_UNIX).connect('{path}')"
        assert outcomes(bora.kernel, [knock]) == ["None"]
        assert outcomes(kernel, [knock]) == ["PermissionError"]


def test_names_of_the_system_and_bad_names_stay_apart(hub):
    root = hub.student("root")
    root.sign_up()
    for bad in ("..", "a/b", "x;id", "-rf", "a" * 25, "Ä", "a b"):
        hub.student(bad).sign_up()
    waiting = hub.lecturer.browser.get(f"{hub.url}/hub/authorize").text
    assert "/authorize/root" in waiting
    assert waiting.count("/discard/") == 1
    root.log_in()
    assert root.browser.get(f"{hub.url}/hub/home").url.startswith(f"{hub.url}/hub/login")


def test_too_much_memory_ends_the_cell_and_nothing_else(kernel, bora):
    assert kernel.run("kept = 1; more = bytearray(10**9)") == "MemoryError"
    assert kernel.run("print(kept)") == "1\n"
    assert still_works(bora)


def test_memory_of_many_processes_ends_them(hub, bora):
    chul = hub.enrol("chul")
    chul.open_kernel().send("""
import os, time
for _ in range(8):
    if not os.fork():
        os.setsid()
        more = bytearray(200 * 10**6)
        time.sleep(10**6)
time.sleep(10**6)
""")
    number = account(chul).pw_uid
    until(lambda: not processes_of(number), "the watch ends them all")
    assert still_works(bora)
    until(lambda: chul.browser.get(f"{hub.url}/hub/spawn") and chul.is_served(), "a new server")
    assert chul.open_kernel().run("print(1 + 1)") == "2\n"


def test_a_fork_bomb_stops_at_its_limit_and_goes_with_the_server(hub, bora):
    dong = hub.enrol("dong")
    number = account(dong).pw_uid
    dong.open_kernel().send("""
import os
while True:
    try:
        os.fork()
        os.setsid()
    except OSError:
        pass
""")
    until(lambda: len(processes_of(number)) > PROCESSES / 2, "it forks")
    assert still_works(bora)
    assert threads_of(number) <= PROCESSES
    dong.stop_server()
    until(lambda: not processes_of(number), "all of it ends")
    assert still_works(bora)


def threads_of(number):
    return sum(len(list(Path(f"/proc/{process}/task").glob("*"))) for process in
               processes_of(number))


def test_a_restart_of_the_hub_loses_no_kernel(hub, bora):
    hub.stop_hub()
    assert still_works(bora), "while the hub is away"
    hub.start_hub()
    assert still_works(bora), "on the same connection"
    assert bora.is_served()
    bora.kernel.connect()
    assert still_works(bora), "on a new connection"


def test_a_new_version_of_the_course_comes_at_the_next_start(hub, anna):
    mine = {"type": "notebook", "content": json.loads(a_notebook("print('mine')"))}
    assert anna.ask("PUT", f"api/contents/{NOTEBOOK}", json=mine).ok
    (hub.course / "01.ipynb").write_text(a_notebook("print('second')"))
    (hub.course / "02.ipynb").write_text(a_notebook("print('new')"))
    anna.stop_server()
    anna.start_server()
    assert "mine" in anna.ask("GET", f"files/{NOTEBOOK}").text
    assert "new" in anna.ask("GET", "files/lecture/02.ipynb").text


def test_a_huge_file_in_a_home_holds_up_neither_the_hub_nor_the_student(anna, bora):
    record = Path(account(anna).pw_dir, "lecture", ".handed_out.json")
    anna.stop_server()
    os.truncate(record, 10**11)
    anna.start_server()
    record.unlink()
    assert still_works(bora)


@pytest.fixture
def small_disk(hub):
    """The home of a student who is to come is a disk of its own, of a few MB."""
    student = hub.student("eun")
    home = hub.folder / "small"
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", home]).returncode:
        pytest.skip("no small disk can be mounted here")
    hub.ending.callback(subprocess.run, ["umount", "--lazy", home])
    subprocess.run(["useradd", "--home-dir", home, account_name(student)], check=True)
    os.chown(home, account(student).pw_uid, account(student).pw_gid)
    return home


def test_a_full_disk_loses_no_saved_file(hub, small_disk):
    eun = hub.enrol("eun")
    eun.stop_server()
    eun.start_server()  # the second start of all writes a file that Jupyter needs
    file = small_disk / "lecture" / "01.ipynb"
    before = file.read_bytes()
    assert eun.open_kernel().run("""
with open('full', 'wb', 0) as file:
    while True:
        file.write(bytes(10**6))
""") == "OSError"
    longer = {"type": "notebook", "content": json.loads(a_notebook("x" * 10**6))}
    assert eun.ask("PUT", f"api/contents/{NOTEBOOK}", json=longer).status_code == 500
    assert file.read_bytes() == before
    eun.stop_server()
    eun.start_server()
    (small_disk / "full").unlink()
    assert eun.ask("PUT", f"api/contents/{NOTEBOOK}", json=longer).ok
    assert len(file.read_bytes()) > 10**6
