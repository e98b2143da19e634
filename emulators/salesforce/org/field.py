"""Fields of objects, and the short notation in which they are written down.

A line is ``Name type(length) word ...``. The words: ``required``, ``readonly``, ``createonly``,
``calculated``, ``external``, ``unique``, ``cased`` (unique with case), ``lookup`` (an id lookup),
``restricted``, ``unfiltered``, ``default=VALUE``, ``values=A|B``, ``to=Object|Object``,
``as=Relationship``, ``label=Some_label``.
"""

import re

import msgspec

LINE = re.compile(r"(\w+) (\w+)(?:\((\d+)(?:,(\d+))?\))?(.*)")
TEXTS = {"string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox"}
NUMBERS = {"int", "double", "currency", "percent"}
LONG_TEXT = 255  # characters; a longer text area can be neither filtered nor ordered by


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one object, as far as writes, queries and ``describe`` look at it."""

    name: str
    type: str
    label: str
    length: int = 0
    scale: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    calculated: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    restricted: bool = False
    filterable: bool = True
    values: tuple[str, ...] = ()
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    default: str | bool | None = None

    @property
    def is_text(self) -> bool:
        """Tell whether values are compared as text, without case."""
        return self.type in TEXTS

    @property
    def is_indexed(self) -> bool:
        """Tell whether rows are found by this field without a look at all of them."""
        return self.unique or self.external_id or self.type in ("reference", "email")

    def description(self) -> dict[str, object]:
        """Return the field as ``describe`` shows it."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "length": self.length,
            "precision": 18 if self.type in NUMBERS else 0,
            "scale": self.scale,
            "nillable": not self.required and self.type != "boolean",
            "createable": self.createable,
            "updateable": self.updateable,
            "calculated": self.calculated,
            "custom": self.name.endswith("__c"),
            "externalId": self.external_id,
            "unique": self.unique,
            "caseSensitive": self.case_sensitive,
            "idLookup": self.id_lookup or self.external_id,
            "filterable": self.filterable,
            "sortable": self.filterable and self.type != "multipicklist",
            "restrictedPicklist": self.restricted,
            "picklistValues": [
                {"value": value, "label": value, "active": True, "defaultValue": value == self.default}
                for value in self.values
            ],
            "compoundFieldName": None,
            "referenceTo": list(self.reference_to),
            "relationshipName": self.relationship,
            "defaultedOnCreate": self.default is not None or self.type == "boolean",
        }


def read_field(line: str) -> Field:
    """Return the field that a line describes; raises ValueError."""
    match = LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"{line!r} describes no field: Name type(length) word ...")
    name, kind, length, scale, words = match.groups()
    given = dict(word.partition("=")[::2] for word in words.split())
    is_written = not given.keys() & {"readonly", "calculated"}
    return Field(
        name=name,
        type=kind,
        label=given.get("label", spaced(name)).replace("_", " "),
        length=int(length or 0),
        scale=int(scale or 0),
        required="required" in given,
        createable=is_written,
        updateable=is_written and "createonly" not in given,
        calculated="calculated" in given,
        external_id="external" in given,
        unique=not given.keys().isdisjoint({"unique", "cased"}),
        case_sensitive="cased" in given,
        id_lookup="lookup" in given,
        restricted="restricted" in given,
        filterable="unfiltered" not in given and not (kind == "textarea" and int(length or 0) > LONG_TEXT),
        values=tuple(value.replace("_", " ") for value in given.get("values", "").split("|") if value),
        reference_to=tuple(target for target in given.get("to", "").split("|") if target),
        relationship=given.get("as"),
        default=default_of(kind, given.get("default")),
    )


def default_of(kind: str, text: str | None) -> str | bool | None:
    """Return the value of a new record that names none."""
    if kind == "boolean":
        return text == "true"
    return None if text is None else text.replace("_", " ")


def spaced(name: str) -> str:
    """Return "Has Opted Out" for ``HasOptedOut``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))
