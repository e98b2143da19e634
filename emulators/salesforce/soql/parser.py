"""Reading SOQL. Source: SOQL and SOSL Reference, ``sforce_api_calls_soql_select.htm``."""

from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.messages.moments import read_day, read_moment
from emulators.salesforce.soql.syntax import All, Any_, Comparison, Condition, Literal, Not, Order, Query
from emulators.salesforce.soql.tokens import Token, malformed, tokens_of, unquoted

LONGEST = 100_000  # characters of a statement
MOST_OFFSET = 2000
SIGNS = {"=", "!=", "<>", "<", ">", "<=", ">="}
WORDS = {"true": ("boolean", True), "false": ("boolean", False), "null": ("null", None)}


def read_query(text: str) -> Query:
    """Return the parts of a query; raises ApiError."""
    if len(text) > LONGEST:
        raise malformed(f"SOQL statements cannot be longer than {LONGEST} characters")
    return Parser(list(tokens_of(text))).query()


class Parser:
    """A place in the tokens of one query."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def next(self) -> Token:
        """Return the token that comes next."""
        return self.tokens[self.place]

    def take(self, kind: str) -> str:
        """Take a token of that kind; raises ApiError."""
        if self.next.kind != kind:
            raise malformed(f"unexpected token: '{self.next.text or '<EOF>'}'")
        self.place += 1
        return self.tokens[self.place - 1].text

    def takes(self, *words: str) -> bool:
        """Take these words or signs, if all of them come next."""
        following = [token.text.upper() for token in self.tokens[self.place : self.place + len(words)]]
        if following != list(words):
            return False
        self.place += len(words)
        return True

    def need(self, word: str) -> None:
        """Take a word or sign; raises ApiError."""
        if not self.takes(word):
            raise malformed(f"unexpected token: '{self.next.text or '<EOF>'}', expecting {word}")

    def query(self) -> Query:
        """Read all of it."""
        self.need("SELECT")
        paths = () if self.takes("COUNT", "(", ")") else self.paths()
        self.need("FROM")
        table = self.take("word")
        where = self.any_of() if self.takes("WHERE") else None
        order = self.order() if self.takes("ORDER", "BY") else ()
        limit = int(self.take("number")) if self.takes("LIMIT") else None
        offset = int(self.take("number")) if self.takes("OFFSET") else 0
        if self.next.kind != "end":
            raise malformed(f"unexpected token: '{self.next.text}'")
        if offset > MOST_OFFSET:
            reason = f"Maximum SOQL offset allowed is {MOST_OFFSET}"
            raise violation_error("NUMBER_OUTSIDE_VALID_RANGE", reason)
        return Query(paths, table, where, order, limit, offset)

    def paths(self) -> tuple[str, ...]:
        """Read the fields."""
        paths = [self.take("word")]
        while self.takes(","):
            paths.append(self.take("word"))
        return tuple(paths)

    def any_of(self) -> Condition:
        """Read conditions joined by OR, or by AND; both in one row need brackets."""
        first = self.negated()
        parts, joint = [first], ""
        while (word := self.next.text.upper()) in ("AND", "OR"):
            if joint and word != joint:
                raise malformed("unexpected token: AND and OR need brackets around one of them")
            joint = word
            self.place += 1
            parts.append(self.negated())
        if not joint:
            return first
        return All(tuple(parts)) if joint == "AND" else Any_(tuple(parts))

    def negated(self) -> Condition:
        """Read one condition, in brackets or not."""
        if self.takes("NOT"):
            return Not(self.negated())
        if self.takes("("):
            condition = self.any_of()
            self.need(")")
            return condition
        return self.comparison()

    def comparison(self) -> Comparison:
        """Read a field, an operator and its values."""
        path = self.take("word")
        for operator in (("NOT", "IN"), ("IN",)):
            if self.takes(*operator):
                return Comparison(path, " ".join(operator), self.values())
        if self.takes("LIKE"):
            return Comparison(path, "LIKE", (self.value(),))
        sign = self.take("sign")
        if sign not in SIGNS:
            raise malformed(f"unexpected token: '{sign}'")
        return Comparison(path, "!=" if sign == "<>" else sign, (self.value(),))

    def values(self) -> tuple[Literal, ...]:
        """Read a list in brackets."""
        self.need("(")
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        self.need(")")
        return tuple(values)

    def value(self) -> Literal:
        """Read one value."""
        token = self.next
        self.place += 1
        if token.kind == "text":
            return Literal("text", unquoted(token.text))
        if token.kind == "word" and token.text.lower() in WORDS:
            return Literal(*WORDS[token.text.lower()])
        if token.kind == "number":
            return Literal("number", float(token.text) if "." in token.text else int(token.text))
        if token.kind in ("moment", "day"):
            return self.moment_or_day(token)
        raise malformed(f"unexpected token: '{token.text or '<EOF>'}'")

    def moment_or_day(self, token: Token) -> Literal:
        """Read a moment or a day, neither of them in quotes."""
        try:
            return Literal(
                token.kind, read_moment(token.text) if token.kind == "moment" else read_day(token.text)
            )
        except ValueError as error:
            raise malformed(f"invalid date or time: {token.text}") from error

    def order(self) -> tuple[Order, ...]:
        """Read the fields of ORDER BY."""
        orders = [self.order_field()]
        while self.takes(","):
            orders.append(self.order_field())
        return tuple(orders)

    def order_field(self) -> Order:
        """Read one field to order by; nulls come first unless told otherwise."""
        path = self.take("word")
        descending = self.takes("DESC") or (self.takes("ASC") and False)
        nulls_last = self.takes("NULLS", "LAST") or (self.takes("NULLS", "FIRST") and False)
        return Order(path, descending, nulls_last)
