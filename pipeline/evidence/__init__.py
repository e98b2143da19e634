"""Evidence: if the answer to an e-mail was lost, the events in files tell whether it was sent.

Verb: look up. An event proves one e-mail alone. E-mails that are known to be out get their events first; the
events that are left settle the unknown ones. If the files up to the end of its window are complete and hold
no event, an e-mail was not sent. SQL: ``dead_letters`` and ``batches``; ``responsys_events`` are read.
"""
