"""The rules of event files once more, one row after the other: slow, plain, independent of the program."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import siphashc

COUNTERS = {
    "BOUNCE": "email_bounce", "CLICK": "email_click", "COMPLAINT": "email_complaint", "OPEN": "email_open",
    "OPT_IN": "email_opt_in", "OPT_OUT": "email_opt_out", "SENT": "email_sent", "SMS_FAIL": "sms_bounce",
    "SMS_DELIVERED": "sms_open", "SMS_OPT_IN": "sms_opt_in", "SMS_OPT_OUT": "sms_opt_out",
    "SMS_SENT": "sms_sent",
}  # fmt: skip
SETS = {
    "rs_list_id": "LIST_ID", "rs_categories": "OFFER_CATEGORY", "rs_offers": "OFFER_NAME",
    "email_urls": "OFFER_URL", "rs_segments": "SEGMENT_INFO",
}  # fmt: skip
OTHER_CHANNELS = ("SMS_", "PUSH_", "WEBPUSH_", "MMS_")
KEY = bytes(8) + b"\x01" + bytes(7)


def reference(files, zone="UTC", sms_zone="UTC", channels=("email",), link_all=False):
    """Return the export of files: pairs of a name and its bytes."""
    times, rows = Counter(), {}
    for name, content in files:
        seen = Counter()
        account, feed = re.match(r"(\d+)_(.+)_\d{8}_\d{6}\.", name).groups()
        feed = "SMS_DELIVERED" if feed == "SMS_DIVERED" else feed
        for record in records(content):
            event = read(account, feed, record, sms_zone if feed.startswith(OTHER_CHANNELS) else zone)
            if event is None:
                continue
            key = key_of(event)
            seen[key] = 1 if record.get("EVENT_UUID") else seen[key] + 1
            rows.setdefault(key, event)
        for key, number in seen.items():
            times[key] = max(times[key], number)
    return lines([(rows[key], number) for key, number in times.items()], channels, link_all)


def records(content):
    """Read the rows that have as many cells as the header."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = None
    for cells in reader:
        if not cells:
            continue
        if header is None:
            header = [cell.strip().upper() for cell in cells]
        elif len(cells) == len(header):
            values = (cell.strip(" \t\r\n\f\v") for cell in cells)
            yield {
                name: value for name, value in zip(header, values, strict=True) if value not in ("", "null")
            }


def read(account, feed, record, zone):
    captured = record.get("EVENT_CAPTURED_DT", "")
    if not re.fullmatch(r"\d\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d", captured):
        return None
    try:
        moment = datetime.strptime(captured, "%d-%b-%Y %H:%M:%S")
    except ValueError:
        return None
    riid = record.get("RIID")
    if riid is not None and not (re.fullmatch("[0-9]+", riid) and int(riid) < 2**64):
        return None
    email = address(record.get("EMAIL")) or address(record.get("EMAIL_ADDRESS_"))
    if riid is None and email is None:
        return None
    return {
        **record, "account": account, "feed": feed, "riid": None if riid is None else str(int(riid)),
        "email": email, "at": standard(moment, ZoneInfo(zone)),
    }  # fmt: skip


def standard(moment, zone):
    """A double or impossible hour is standard time."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    return (first if not first.dst() else second).astimezone(UTC)


def address(text):
    if text is None:
        return None
    if "<" in text:
        inner = re.search(r"<([^<>]*)>\s*$", text)
        text = inner[1].strip(" ") if inner else ""
    return text.lower() if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", text) else None


def key_of(event):
    if "EVENT_UUID" in event:
        return event["account"], event["feed"], event["EVENT_UUID"]
    names = "CAMPAIGN_ID LAUNCH_ID EVENT_CAPTURED_DT EVENT_STORED_DT OFFER_NUMBER OFFER_URL ORDER_ID".split()
    return (event["account"], event["feed"], event["riid"] or event["email"], *map(event.get, names))


def lines(events, channels, link_all):
    people = People()
    for event, _ in events:
        own = people.handle(event)
        people.find(own)
        if event["riid"] and event["email"] and (link_all or event["feed"] not in ("BOUNCE", "COMPLAINT")):
            people.join(own, ("email", event["email"]))
    groups = defaultdict(list)
    for event, times in events:
        groups[people.find(people.handle(event))].append((event, times))
    names = defaultdict(set)
    for handle in people.parents:
        names[people.find(handle)].add(handle)
    ordered = sorted(groups, key=lambda person: place(names[person]))
    return [fields(groups[person], channels, link_all) for person in ordered]


class People:
    def __init__(self):
        self.parents = {}

    def handle(self, event):
        return ("riid", event["account"], event["riid"]) if event["riid"] else ("email", event["email"])

    def find(self, handle):
        self.parents.setdefault(handle, handle)
        while self.parents[handle] != handle:
            handle = self.parents[handle]
        return handle

    def join(self, one, other):
        self.parents[self.find(one)] = self.find(other)


def place(handles):
    riids = [(0, int(handle[1]), int(handle[2])) for handle in handles if handle[0] == "riid"]
    return min(riids) if riids else (1, min(handle[1] for handle in handles))


def fields(events, channels, link_all):
    found = defaultdict(list)
    for event, times in events:
        for _ in range(times):
            add(found, event, channels, link_all)
    profile = {name: value_of(name, values) for name, values in found.items()}
    if "email" in profile:
        profile["email_domain"] = profile["email"].split("@")[1]
    return profile


def value_of(name, values):
    if name.endswith("_ct"):
        return len(values)
    if name.endswith("_ts"):
        return iso(min(values) if "_first_" in name else max(values))
    if name in ("rs_campaign_id", "email", "phone", "rs_user_id"):
        return max(values)[1]
    if name == "last_channel_activities":
        return {channel: iso(at) for at, channel in sorted(values)}
    if name in ("hashedurls", "hourly", "hour_of_week", "month_of_year"):
        return dict(Counter(values))
    return sorted(set(values))


def add(found, event, channels, link_all):
    at, feed = event["at"], event["feed"]
    counted = "SMS_FAIL" if feed == "SMS_DELIVERED" and event.get("STATUS_CODE", "0") != "0" else feed
    if counter := COUNTERS.get(counted):
        channel, word = counter.split("_", 1)
        found[f"{counter}_ct"].append(1)
        found[f"{channel}_first_{word}_ts"].append(at)
        found[f"{channel}_last_{word}_ts"].append(at)
    found["last_active_ts"].append(at)
    channel = feed.split("_")[0].lower() if feed.startswith(OTHER_CHANNELS) else "email"
    if channel in channels:
        found["channels"].append(channel)
        found["last_channel_activities"].append((at, channel))
    add_values(found, event, at, link_all)
    found["hourly"].append(str(at.hour))
    found["hour_of_week"].append(str((at.weekday() + 1) % 7 * 24 + at.hour))
    found["month_of_year"].append(str(at.month))


def add_values(found, event, at, link_all):
    links = link_all or event["feed"] not in ("BOUNCE", "COMPLAINT") or not event["riid"]
    last_ones = {
        "rs_campaign_id": event.get("CAMPAIGN_ID"), "phone": event.get("MOBILE_NUMBER"),
        "rs_user_id": event["riid"], "email": event["email"] if links else None,
    }  # fmt: skip
    for name, value in last_ones.items():
        if value is not None:
            found[name].append((at, value))
    for name, column in SETS.items():
        if column in event:
            found[name].append(event[column])
    if (page := page_of(event.get("OFFER_URL"))) is not None:
        number = siphashc.siphash(KEY, page)
        found["hashedurls"].append(str(number - 2**64 if number >= 2**63 else number))


def page_of(url):
    if url is None:
        return None
    rest = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*@)?", "", url)
    rest = re.split("[?#]", rest)[0]
    host = rest.split("/")[0]
    return rest if re.fullmatch(r"[\w-]+(\.[\w-]+)+\.?(:\d+)?", host) else None


def iso(at):
    return f"{at.year:04d}-{at:%m-%dT%H:%M:%SZ}"


def parsed(export):
    """Return an export as the reference has it."""
    return [json.loads(line) for line in export.splitlines()]
