"""The record of changes: who changed what, when, from what to what, and why.

Rules: a row is written in the transaction of the change that it tells of, and never changed afterwards. Each
row holds the hash of the one before it (`chain`), so that `bakjour audit verify` finds any edit, insertion or
deletion. `record` writes, `reading` lists, filters and exports, `keeping` removes what is older than it is
kept, in a way that the chain remains verifiable.
"""
