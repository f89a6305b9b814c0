"""Access to the page: another web page can do nothing, a process only what the page does."""

import functools
import http.server
import json
import shutil
import sys
import threading
from pathlib import Path

import pytest
from solara.server import settings
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

import sim
from sim.app import access, messages
from sim.app import server as serving
from tests.page import PATIENCE, Tab, served

pytest_plugins = "tests.page_fixtures"
ATTACK = """<title>waiting</title><script>
const tab = "/jupyter/api/kernels/" + crypto.randomUUID() + "/channels?session_id=x";
const socket = new WebSocket("ws://HOST" + tab);
const header = (kind) => ({msg_id: "m", msg_type: kind, session: "x"});
const say = (kind, content) => socket.send(JSON.stringify({header: header(kind), channel: "shell",
  content, buffers: [], metadata: {}, parent_header: {}}));
const args = {path: "/", dark: false, themes: {}, appName: null};
let widget;
socket.onopen = () => {
  say("comm_open", {comm_id: "c", target_name: "solara.control", data: {}});
  say("comm_msg", {comm_id: "c", data: {method: "run", args}});
};
socket.onmessage = (event) => {
  const message = JSON.parse(event.data);
  const name = message.content.data?.state?._model_name;
  if (name === "VuetifyTemplateModel") widget = message.content.comm_id;
  if (message.content.data?.method === "finished") {
    say("comm_msg", {comm_id: widget, data: {method: "custom", content: CALL}});
    setTimeout(() => { document.title = "attacked"; }, 2000);
  }
};
socket.onerror = () => { document.title = "refused"; };
</script><a href="LINK">the page</a>"""


def call(file):
    """Return content by which ipyvue would write a file: logging.basicConfig opens its log."""
    return {
        "create_widget": ["logging", "basicConfig"],
        "props": {"filename": str(file)},
        "id": "x",
    }


@pytest.fixture(scope="module")
def assets(tmp_path_factory):
    """Return a folder of what pages load, that may be written."""
    folder = tmp_path_factory.mktemp("assets")
    for name in (
        "@widgetti/solara-vuetify-app@10.1.1/dist",
        "font-awesome@4.5.0/css",
        "requirejs@2.3.6",
    ):
        shutil.copytree(Path(sys.prefix, "share", "solara", "cdn", name), folder / name)
    return folder


@pytest.fixture(scope="module")
def named(assets):
    """Serve the page to other machines too."""
    with served("--name", "Class.example", SOLARA_ASSETS_PROXY_CACHE_DIR=str(assets)) as named:
        yield named


@pytest.fixture(scope="module")
def token(named):
    """Return the secret in the link."""
    return named.link.partition("?token=")[2]


@pytest.fixture(scope="module")
def known(named, token):
    """Return the header of a browser that has opened the link."""
    return {"Cookie": f"invitesim-{named.port}={token}"}


@pytest.fixture
def foreign(tmp_path):
    """Serve files as another site does, and return its address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    handler.log_message = lambda *_: None
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{other.server_port}"
    other.shutdown()
    other.server_close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "rebound.example"])
def test_a_foreign_page_opens_no_socket(server, browser, foreign, tmp_path, name):
    """Nor does one whose own name points to this machine; else ipyvue would call any function."""
    attack = ATTACK.replace("CALL", json.dumps(call(tmp_path / "written")))
    (tmp_path / "attack.html").write_text(attack.replace("HOST", f"{name}:{server.port}"))
    with browser.new_page() as tab:
        tab.goto(f"{foreign}/attack.html")
        tab.wait_for_function("document.title !== 'waiting'", timeout=PATIENCE)
        assert tab.title() == "refused"
    assert not (tmp_path / "written").exists()


def test_a_process_can_do_only_what_the_page_does(server, tmp_path):
    with Tab(server) as tab:
        tab.run()
        widget = tab.found(_model_name="VuetifyTemplateModel", name="members")
        written = tmp_path / "written"
        tab.custom(widget, **call(written))
        tab.custom(
            widget, event="typed", data="300", **call(written)
        )  # ipyvue looks for this first
        tab.custom(widget, update_ref={"functionRef": "close"}, id=widget, prop="title")
        tab.custom(widget, destroy_widget=widget)
        state = {"_model_module": "jupyter-vue", "_model_name": "VueTemplateModel"}
        opened = {"comm_id": "own", "target_name": "jupyter.widget", "data": {"state": state}}
        tab.send("comm_open", opened, metadata={"version": "2.1.0"})
        update = {"method": "update", "state": {"template": "<b/>"}}
        tab.send("comm_msg", {"comm_id": widget, "data": update})
        tab.send("execute_request", {"code": "1"})
        tab.socket.send("[" * 10_000)
        tab.socket.send(b"\x00\x00\x00\x01")
        tab.custom(tab.button("Step"), event="click", data={})
        tab.until_day(1)  # it is still served
    assert not written.exists()
    assert tab.widgets[widget]["text"] == "1000"


@pytest.mark.parametrize(
    "message",
    [
        {"event": "typed", "data": {"x": 1}},
        {"event": "wanted", "data": "all"},
        {"event": "__class__"},
        {"event": ["typed"]},
        {"create_widget": ["os", "system"], "props": {}, "id": "x"},
        {},
        None,
    ],
)
def test_only_the_events_of_the_page_are_allowed_with_the_right_data(message):
    def sent(content):
        data = {"method": "custom", "content": content}
        content = {"comm_id": "x", "data": data}
        header = {"msg_type": "comm_msg"}
        return {"header": header, "channel": "shell", "content": content, "buffers": []}

    assert messages.is_allowed(sent({"event": "typed", "data": "1"}))
    assert not messages.is_allowed(sent(message))


def test_a_large_message_ends_the_socket(server):
    with Tab(server) as tab, pytest.raises(ConnectionClosedError, match="1009"):
        tab.send("kernel_info_request", {"more": "x" * messages.LARGEST})
        tab.socket.recv(timeout=PATIENCE / 1000)


FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:{port}"},
    {"Host": "localhost"},
    {"Host": "localhost:1"},
    {"Host": "localhost.evil.example:{port}"},
    {"Host": "0.0.0.0:{port}"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "https://localhost:{port}"},
    {"Origin": "http://localhost:{port}.evil.example"},
    {"Origin": "http://127.0.0.1:{port}"},
    {"Origin": "http://localhost:{port}/"},
]
OWN = [
    {},
    {"Origin": "http://localhost:{port}"},
    {"Host": "LocalHost:{port}"},
    {"Host": "127.0.0.1:{port}", "Origin": "http://127.0.0.1:{port}"},
    {"Host": "[::1]:{port}", "Origin": "http://[::1]:{port}"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_request_with_another_host_or_origin_is_refused(server, headers):
    headers = {name: value.format(port=server.port) for name, value in headers.items()}
    assert server.ask("GET", "/", **headers)[0] == 403
    assert server.ask("GET", "/static/main-vuetify.js", **headers)[0] == 403
    with pytest.raises(InvalidStatus, match="403"):
        Tab(server, **headers)


@pytest.mark.parametrize("headers", OWN)
def test_a_request_with_the_pages_own_host_and_origin_is_served(server, headers):
    headers = {name: value.format(port=server.port) for name, value in headers.items()}
    assert server.ask("GET", "/", **headers)[0] == 200
    Tab(server, **headers).close()


CLOSED = [
    "/resourcez",
    "/readyz",
    "/static/public/x",
    "/static/solara_bootstrap.py",
    "/static/assets/../server.py",
    "/static/%2e%2e/server.py",
    "/static/..%2fserver.py",
    "/static//etc/passwd",
    "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1",
    "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1/dist",
    "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1/dist/",
    "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1/dist/nothing.js",
    "/_solara/cdn/requirejs@2.3.6/../../../../pyvenv.cfg",
    "/_solara/cdn/vega@5.21.0/build/vega.min.js",
    "/_solara/api/evict/x",
    "/_solara/auth/login",
    "/jupyter/api/kernels/x",
    "/jupyter/nbextensions/jupyter-js-widgets/extension.js",
    "/any/page",
    "//",
]


@pytest.mark.parametrize("path", CLOSED)
def test_what_the_page_does_not_need_is_not_there(server, path):
    assert server.ask("GET", path)[0] == 404
    with pytest.raises(InvalidStatus, match="403"):
        Tab(server, path + "?session_id=x")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("PUT", "/static/main-vuetify.js"),
        ("DELETE", "/static/main-vuetify.js"),
        ("OPTIONS", "/"),
        ("GET", "/_solara/api/close/00000000-0000-4000-8000-000000000000"),
    ],
)
def test_methods_that_the_page_does_not_use_are_refused(server, method, path):
    assert server.ask(method, path)[0] == 405


def test_a_link_chooses_no_tab(server):
    """Solara's script reads the name of a tab from the query, and can be told to leave it open."""
    status, _, headers = server.ask("GET", "/?kernelid=known&modelid=x&solara-no-close-beacon")
    assert (status, headers["location"]) == (303, "/")


def test_no_other_page_frames_it_or_reads_from_it(server):
    for path in ("/", "/static/main-vuetify.js", "/nothing"):
        headers = server.ask("GET", path)[2]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    session = server.ask("GET", "/")[2]["set-cookie"].lower()
    assert "httponly" in session
    assert "samesite=lax" in session


def test_a_tab_is_closed_by_its_own_browser_only(server):
    with Tab(server, Cookie="solara-session-id=mine") as tab:
        tab.run()
        for refused in ({}, {"Cookie": "solara-session-id=other"}):
            server.ask("POST", tab.closing, **refused)
            tab.custom(tab.button("Step"), event="click", data={})
            tab.until(lambda content: content.get("execution_state") == "idle")
        server.ask("POST", tab.closing, Cookie="solara-session-id=mine")
        with pytest.raises(ConnectionClosedOK):
            tab.until(lambda content: False)


def test_headers_of_a_proxy_change_nothing(server, named, known):
    headers = {
        "X_Script_Name": "//evil.example/x",
        "Script_Name": "//evil.example/x",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "https",
        "X_Forwarded_For": "10.0.0.1",
        "X_Forwarded_Prefix": "//evil.example",
        "Forwarded": "host=evil.example",
    }
    first = named.ask("GET", "/", **headers, **known)  # once, the first request decided
    assert first[0] == 200
    assert first[1] == named.ask("GET", "/", **known)[1] == server.ask("GET", "/")[1]
    assert "evil" not in first[1] + str(first[2])


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_no_request_writes_or_removes_anything(named, known, assets):
    """Solara's own server would remove a folder on request, and store files."""
    before = files(assets)
    for name in before:
        for path in (name.relative_to(assets), name.relative_to(assets) / "more.js"):
            named.ask("GET", f"/_solara/cdn/{path}", **known)
    assert named.ask("GET", "/_solara/cdn/requirejs@2.3.6/require.js", **known)[0] == 200
    assert files(assets) == before


@pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated")
def test_assets_that_are_missing_are_one_line(tmp_path, monkeypatch):
    from sim.app import site

    monkeypatch.setattr(settings.assets, "proxy_cache_dir", tmp_path)
    with pytest.raises(sim.InputError, match=r"^page: .*solara-vuetify-app.* is missing; must be"):
        site.application()


def test_other_machines_need_the_printed_link(named, token, browser, foreign, tmp_path):
    assert named.link == f"http://class.example:{named.port}/?token={token}"
    assert len(token) >= 32
    for wrong in ("/", "/?token=", "/?token=x", f"/x?token={token[:-1]}", "/?token=%ff"):
        assert named.ask("GET", wrong)[0] == 403
    for cookie in ("", f"invitesim-{named.port}=x", f"invitesim-1={token}"):
        with pytest.raises(InvalidStatus, match="403"):
            Tab(named, Cookie=cookie)
    assert named.ask("GET", f"/?token={token}", Host=f"evil.example:{named.port}")[0] == 403
    cookie = named.ask("GET", f"/?token={token}")[2]["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    (tmp_path / "post.html").write_text(f'<a href="{named.link}">the page</a>')
    with browser.new_page() as tab:
        tab.goto(f"{foreign}/post.html")  # the link, sent by mail
        tab.click("a")
        tab.wait_for_selector("#numbers", timeout=PATIENCE)
        tab.wait_for_url(f"http://class.example:{named.port}/", timeout=PATIENCE)


def test_a_server_for_other_machines_needs_a_name():
    with pytest.raises(sim.InputError, match=r"^--host 0\.0\.0\.0: .*--name NAME"):
        serving.serve(0, host="0.0.0.0", browser=False)
    with pytest.raises(sim.InputError, match=r"^--name http://x/: not a name; must be as"):
        serving.serve(0, names=["http://x/"], browser=False)


def test_a_name_is_what_a_browser_sends_as_host():
    names = ["Lab-PC.local", "192.168.1.5", "::1", "[fe80::1]", "localhost:9000"]
    assert access.hosts(names, 8765) == [
        "lab-pc.local:8765",
        "192.168.1.5:8765",
        "[::1]:8765",
        "[fe80::1]:8765",
        "localhost:9000",
    ]
    for name in ("", "*", "a b", "x/", "user@x", "x:y", "x\n"):
        with pytest.raises(sim.InputError):
            access.hosts([name], 8765)
    assert [access.is_loopback(host) for host in ("127.0.0.2", "::1", "0.0.0.0", "10.0.0.1")] == [
        True,
        True,
        False,
        False,
    ]
