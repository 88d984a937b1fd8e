"""The store: one SQLite file, one writer, and plain functions that say what is written and read.

* `connection` opens it durably or not at all; `reserve` keeps the space that a full disk gives back.
* `migrations` brings a file of any earlier version to this one; `statements` is every line of its SQL.
* `alerts`, `history`, `keys`, `alarm_log` and `meta` are functions over a connection. They never begin or
  end a transaction: that is the writer's.
* `batch` runs such functions as savepoints of one transaction; `threaded` does it on a thread of its own,
  `inline` on the caller's.
* `lock` keeps a second process out.
"""
