"""What every journey in the browser is held to: nothing from outside, nothing inline, nothing inaccessible."""

import pytest

from cellule.settings import BASE_DIR

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def base_url(live_server):
    """Let a journey go to a path; also stands in for the plugin's own fixture, of a kind that pytest gives up."""
    return live_server.url


@pytest.fixture
def incidents():
    """What the browser did or met that no page of ours may cause; the test fails if anything is left in here."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def new_context(new_context, live_server, incidents):
    """Watch every page of the test: requests elsewhere, refusals by the page's policy, errors of scripts."""

    def hear_request(request) -> None:
        ours = request.url.startswith(f"{live_server.url}/")
        if request.url.startswith(("http:", "https:", "ws:", "wss:")) and not ours:
            incidents.append(f"request to {request.url}")

    def hear_console(message) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            incidents.append(f"policy: {message.text}")

    def watched(**options):
        context = new_context(**options)
        context.on("request", hear_request)
        context.on("console", hear_console)
        context.on("weberror", lambda error: incidents.append(f"script: {error.error}"))
        return context

    return watched


@pytest.fixture(scope="session")
def axe():
    """Give a function that fails with a readable list when the page breaks a rule of WCAG 2.2 AA."""
    source = AXE.read_text(encoding="utf-8")

    def check(page) -> None:
        # Evaluated by the debugger, which the page's policy allows; a script element would be refused.
        page.evaluate(source)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
        found = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)

    return check
