"""Pages of dead letters: the list, the question, one letter, and the operation that follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.processes.environment import until
from tests.web.console.checks import faults
from tests.web.console.letters import add_letters, states

HOSTILE = "<script>alert(1)</script> \u202eevil\x1b[31m \"quotes\" 'and' \u0000 more"


def test_letters_are_counted_grouped_and_listed(installation, open_page):
    add_letters(installation, "LISTED", 3)
    page = open_page("/dead-letters?code=LISTED")

    expect(page.get_by_text("3 open dead letters match.")).to_be_visible()
    group = page.get_by_role("table", name="By code").get_by_role("row").nth(1)
    expect(group).to_contain_text("LISTED")
    expect(page.get_by_role("table", name="Dead letters", exact=True).get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("combobox", name="Code")).to_have_value("LISTED")


def test_a_filter_is_applied_by_its_form(installation, open_page):
    add_letters(installation, "FILTERED", 2)
    page = open_page("/dead-letters", javascript=False)

    page.get_by_role("combobox", name="Code").select_option("FILTERED")
    page.get_by_role("combobox", name="Age").select_option("of the last hour")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("2 open dead letters match.")).to_be_visible()

    page.get_by_role("combobox", name="Age").select_option("older than a day")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("0 open dead letters match.")).to_be_visible()


def test_selected_letters_are_replayed_after_a_question(installation, open_page):
    ids = add_letters(installation, "SELECTED", 3)
    page = open_page("/dead-letters?code=SELECTED")

    page.get_by_role("checkbox", name=f"Select {ids[0]}").check()
    page.get_by_role("checkbox", name=f"Select {ids[1]}").check()
    page.get_by_role("button", name="Replay selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Replay 2 dead letters?")
    assert faults(page) == []

    page.get_by_role("button", name="Replay 2 dead letters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Replaying 2 dead letters")
    page.get_by_text("2 sent again.").wait_for()
    expect(page.get_by_role("progressbar", name="Progress")).to_have_count(1)
    page.get_by_role("link", name="Back to dead letters").click()
    assert states(installation, "SELECTED") == {"open", "replayed"}


def test_everything_on_a_page_is_selected_at_once(installation, open_page):
    add_letters(installation, "WHOLE", 3)
    page = open_page("/dead-letters?code=WHOLE")

    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Drop selected").click()
    page.get_by_role("button", name="Drop 3 dead letters").click()
    page.get_by_text("3 dropped.").wait_for()
    assert states(installation, "WHOLE") == {"dropped"}


def test_all_that_match_are_dropped_without_a_script(installation, open_page):
    add_letters(installation, "ALLOFTHEM", 2)
    page = open_page("/dead-letters?code=ALLOFTHEM", javascript=False)

    page.get_by_role("button", name="Drop all 2 that match").click()
    page.get_by_role("button", name="Drop 2 dead letters").click()
    page.wait_for_url("**/operations/op_*")
    until(lambda: page.reload() and page.get_by_text("2 dropped.").is_visible())
    assert states(installation, "ALLOFTHEM") == {"dropped"}


def test_a_question_may_be_cancelled(installation, open_page):
    add_letters(installation, "CANCELLED", 2)
    page = open_page("/dead-letters?code=CANCELLED")

    page.get_by_role("button", name="Drop all 2 that match").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile(r"/dead-letters\?code=CANCELLED$"))
    assert states(installation, "CANCELLED") == {"open"}


def test_letters_that_multiply_meanwhile_are_not_acted_on(installation, open_page):
    add_letters(installation, "MULTIPLIED", 1)
    page = open_page("/dead-letters?code=MULTIPLIED")
    page.get_by_role("button", name="Replay all 1 that match").click()
    add_letters(installation, "MULTIPLIED", 3)

    page.get_by_role("button", name="Replay 1 dead letter").click()
    changed = "The number has changed: 3 dead letters now, not 1. Nothing was done."
    expect(page.get_by_role("alert")).to_have_text(changed)
    expect(page.get_by_role("button", name="Replay 3 dead letters")).to_be_visible()
    assert states(installation, "MULTIPLIED") == {"open"}


def test_nothing_selected_is_reported(installation, open_page):
    add_letters(installation, "UNTICKED", 1)
    page = open_page("/dead-letters?code=UNTICKED")

    page.get_by_role("button", name="Replay selected").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is selected")
    expect(page).to_have_url(re.compile(r"\?code=UNTICKED$"))


def test_one_letter_is_shown_with_its_activation_and_its_history(installation, open_page):
    (letter,) = add_letters(installation, "SHOWN", 1)
    page = open_page(f"/dead-letters/{letter}")
    expect(page.get_by_role("main")).to_contain_text("shown-0")
    expect(page.get_by_role("region", name="Activation")).to_have_count(0)
    assert "email" not in page.content().lower()

    page.get_by_role("button", name="Show what was to be sent").click()
    expect(page.get_by_role("region", name="Activation")).to_contain_text('"profile_id": "shown-0"')
    expect(page.get_by_role("table", name="History")).to_contain_text("shown")
    assert faults(page) == []


def test_one_letter_is_replayed_at_once(installation, open_page):
    (letter,) = add_letters(installation, "ONCE", 1)
    page = open_page(f"/dead-letters/{letter}")

    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_text("1 sent again.").wait_for()
    page.goto(f"/dead-letters/{letter}")
    expect(page.get_by_role("button", name="Replay", exact=True)).to_have_count(0)


def test_two_presses_begin_one_operation(installation):
    (letter,) = add_letters(installation, "TWICE", 1)
    session = installation.session("operate")
    shown = session.get(f"{installation.url}/dead-letters/{letter}").text
    press = re.search(r'/replay" class="press">.*?name="press" value="(\w+)"', shown, re.DOTALL)

    places = {
        installation.post(session, f"/dead-letters/{letter}/replay", {"press": press[1]}, of="/").headers[
            "Location"
        ]
        for _ in range(2)
    }
    assert len(places) == 1


def test_readers_see_neither_profiles_nor_buttons(installation):
    (letter,) = add_letters(installation, "HIDDEN", 1)

    listed = installation.get("/dead-letters?code=HIDDEN", "read").text
    shown = installation.get(f"/dead-letters/{letter}", "read").text
    for text in (listed, shown):
        assert "hidden-0" not in text
        assert "Replay" not in text.replace("Replaying", "")
    assert installation.get("/dead-letters/confirm?kind=drop&all=true", "read").status_code == 403
    assert states(installation, "HIDDEN") == {"open"}


@pytest.mark.parametrize(
    "query", ["?code=A&odd=1", "?state=odd", "?age=odd", "?cursor=odd", "?limit=0", "?older_than=odd"]
)
def test_a_query_that_cannot_be_is_refused(installation, query):
    answer = installation.get(f"/dead-letters{query}", headers={"Accept": "text/html"})

    assert answer.status_code == 422
    assert "<h1>" in answer.text
    assert '<a href="/dead-letters">Open the page anew</a>' in answer.text


def test_texts_from_outside_are_only_shown(installation, open_page):
    (letter,) = add_letters(installation, "HOSTILE", 1, profile_id=HOSTILE, detail=HOSTILE)
    page = open_page("/dead-letters?code=HOSTILE")
    expect(page.locator("script:not([src])")).to_have_count(0)
    table = page.get_by_role("table", name="Dead letters", exact=True)
    expect(table).to_contain_text("<script>alert(1)</script>")

    page.goto(f"/dead-letters/{letter}")
    expect(page.get_by_role("main")).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_role("main")).not_to_contain_text("\x1b")


def test_older_letters_are_behind_a_link(installation, open_page):
    add_letters(installation, "MANY", 51)
    page = open_page("/dead-letters?code=MANY", javascript=False)

    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("table", name="Dead letters", exact=True).get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Newest").click()
    expect(page.get_by_role("table", name="Dead letters", exact=True).get_by_role("row")).to_have_count(51)


def test_a_filter_in_force_is_chosen_in_its_form_though_nothing_matches(installation):
    page = installation.get("/dead-letters?code=NO_SUCH&destination=gone").text

    for value in ("NO_SUCH", "gone"):
        assert f'<option value="{value}" selected>{value}</option>' in page


def test_the_address_of_a_form_leads_on(installation):
    (letter,) = add_letters(installation, "OPENED", 1)

    again = installation.get(f"/dead-letters/{letter}/activation")
    other = installation.get(f"/dead-letters/{letter}/drop", headers={"Accept": "text/html"})

    assert (again.status_code, again.headers["Location"]) == (303, f"/dead-letters/{letter}")
    assert other.status_code == 405
    assert "Only a form of the console leads here" in other.text


def test_there_is_no_such_letter_or_operation(installation):
    for path in ("/dead-letters/odd", "/operations/op_odd"):
        assert installation.get(path, headers={"Accept": "text/html"}).status_code == 404
