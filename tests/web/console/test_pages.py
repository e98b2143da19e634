"""pipeline.web.console.pages, pure."""

from pipeline.web.console.pages import go_to


def test_a_place_is_an_address_whatever_name_is_in_it():
    answer = go_to("/connectors/a\r\nSet-Cookie: b/\u2028\xfc?code=A%20B&days=7#letters")

    place = "/connectors/a%0D%0ASet-Cookie:%20b/%E2%80%A8%C3%BC?code=A%20B&days=7#letters"
    assert (answer.status_code, answer.headers["Location"]) == (303, place)
