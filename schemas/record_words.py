"""Words of records that more than their schemas know."""

SQL = "sql"  # the kind of a source that is a query; one without a kind is
EVERY_OBJECT = ""  # in the place of an object's name, in a mapping
PEOPLE = ("Contact", "Lead")  # objects of Salesforce
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
