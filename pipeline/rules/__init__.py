"""Rules: if a record of a stream meets the conditions of a rule, its person enters an audience.

A page of a stream goes through them in the transaction that takes it::

    records ─► askings ─► facts (entries so far, programme, columns) ─► decide ─► ``entries``, activations

An entry's key is its activation's id, so a person enters once by it. Entries that are put off are
decided anew after the last page of a run. Verdicts of batches make them sent, refused or unknown.
"""
