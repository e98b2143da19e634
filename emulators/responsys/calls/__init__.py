"""Calls: the functions of Responsys, a file for each, from the decoded body to the answer."""
