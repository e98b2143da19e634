"""The functions of the REST API, each made of a call into an answer."""
