import json

from hypothesis import given
from sqlalchemy import text

from tests.profiles.generated import folders
from tests.profiles.reference import parsed
from tests.profiles.test_exports import IN_ONE_STORE, landed

JSON = {
    "rs_list_id", "rs_categories", "rs_offers", "email_urls", "rs_segments", "hashedurls", "hourly",
    "hour_of_week", "month_of_year", "channels", "last_channel_activities",
}  # fmt: skip


@IN_ONE_STORE
@given(files=folders())
def test_the_view_has_what_the_export_has(events, tmp_path, files):
    folder = tmp_path / "spool"
    folder.mkdir(exist_ok=True)
    exported = parsed(landed(events, folder, files))

    with events.connect() as connection:
        rows = connection.execute(text("SELECT * FROM responsys_people")).mappings().all()

    found = [
        {
            name: json.loads(value) if name in JSON else value
            for name, value in row.items()
            if value not in (None, 0) and name != "person"
        }
        for row in rows
    ]
    in_order = lambda profiles: sorted(json.dumps(one, sort_keys=True) for one in profiles)  # noqa: E731
    assert in_order(found) == in_order(exported)
