"""What every journey in the browser is held to: nothing from outside, nothing inline, nothing inaccessible."""

import hashlib
import os

import pytest
from playwright.sync_api import expect

from cellule.accounts.models import User
from cellule.settings import BASE_DIR
from tests.journeys.person import Person

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Only what is broken comes back: all that axe looked at is long.
_RUN = """(options) => axe.run(document, options).then(({ violations }) => violations.flatMap(
    ({ id, impact, help, nodes }) => nodes.map(
        ({ html, failureSummary }) => `${id} (${impact}): ${help}\\n    ${html}\\n    ${failureSummary}`)))"""

# What a page is made of: its parts, how they are marked and where there are words, but not which; digits only where they tell.
_SKELETON = """() => {
    const told = ({ name, value }) => ["class", "tabindex"].includes(name) ? value : value.replace(/[\\w-]*\\d[\\w-]*/g, "0");
    const says = (name) => ["action", "content", "href", "src", "value"].includes(name);
    const bones = (node) => node.nodeType === Node.TEXT_NODE ? (node.data.trim() && "…")
        : node.nodeType !== Node.ELEMENT_NODE ? ""
        : `<${node.localName}${node === document.activeElement ? "!" : ""}` + [...node.attributes].map(
            (one) => ` ${one.name}=${says(one.name) ? Boolean(one.value) : told(one)}`
        ).join("") + `>${[...node.childNodes].map(bones).join("")}</>`;
    return `${innerWidth} ${bones(document.documentElement)}`;
}"""

# Time for a slow machine; a page that is quick is not waited for.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def base_url(live_server):
    """Let a journey go to a path; also stands in for the plugin's own fixture, of a kind that pytest gives up."""
    return live_server.url


@pytest.fixture
def language():
    """The language of everybody in the story; a story told in both takes it as a parameter."""
    return "fr"


@pytest.fixture
def width():
    """The width of everybody's screen, in CSS pixels."""
    return 1280


@pytest.fixture
def incidents():
    """What the browser did or met that no page of ours may cause; the test fails if anything is left in here."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def new_context(new_context, live_server, incidents):
    """Watch every page of the test: requests elsewhere, parts that are missing, whatever the browser complains of."""

    def hear_request(request) -> None:
        ours = request.url.startswith(f"{live_server.url}/")
        if request.url.startswith(("http:", "https:", "ws:", "wss:")) and not ours:
            incidents.append(f"request to {request.url}")

    def hear_response(response) -> None:
        if response.status >= 400 and response.request.resource_type not in {"document", "fetch"}:
            incidents.append(f"missing: {response.url}")

    def hear_console(message) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            incidents.append(f"policy: {message.text}")
        # A page that refuses says so by its status, which the browser repeats; parts of a page are heard above.
        elif message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            incidents.append(f"console: {message.text}")

    def watched(**options):
        context = new_context(**options)
        context.on("request", hear_request)
        context.on("response", hear_response)
        context.on("console", hear_console)
        context.on("weberror", lambda error: incidents.append(f"script: {error.error}"))
        return context

    return watched


@pytest.fixture(scope="session")
def sound_skeletons(tmp_path_factory):
    """A folder of all processes of this run: a file for each skeleton of a page in which axe has found nothing."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "sound-skeletons"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def axe(sound_skeletons):
    """Give a function that fails with a readable list when the page breaks a rule of WCAG 2.2 AA.

    A page made like one that it has let pass, at the same width, is not looked at again: other words break no rule.
    """
    source = AXE.read_text(encoding="utf-8")
    # The size of targets (2.5.8) is the one rule of these levels that axe leaves off by itself.
    options = {"runOnly": RULES, "rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}

    def check(page) -> None:
        skeleton = sound_skeletons / hashlib.sha256(page.evaluate(_SKELETON).encode()).hexdigest()
        if skeleton.exists():
            return
        # Evaluated by the debugger, which the page's policy allows; a script element would be refused.
        if page.evaluate("() => !window.axe"):
            page.evaluate(source)
        found = page.evaluate(_RUN, options)
        assert not found, f"{page.url}\n" + "\n".join(found)
        skeleton.touch()

    return check


@pytest.fixture
def arrives(transactional_db, new_context, live_server, axe, language, width):
    """`arrives("claire")`: that person of the fictional house, in front of a browser of their own."""
    User.objects.update(language=language)

    def arrived(name: str = "", **options) -> Person:
        context = new_context(viewport={"width": width, "height": 800}, **options)
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "langue", "value": language, "url": live_server.url}])
        has_scripts = options.get("java_script_enabled", True)
        return Person(context.new_page(), name, language, axe if has_scripts else on_a_twin(axe, new_context))

    return arrived


def on_a_twin(axe, new_context):
    """Let axe, which is a script, look at a page of a browser without scripts: at its copy where none of ours run."""

    def check(page) -> None:
        html, twin = page.content(), new_context(viewport=page.viewport_size).new_page()
        twin.route("**/*.js", lambda route: route.abort())
        twin.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        twin.goto(page.url)
        axe(twin)
        twin.context.close()

    return check
