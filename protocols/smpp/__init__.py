"""SMPP 3.4: framing, PDUs, receipts, and the sessions of both ends.

`wire` holds the construct descriptions, `fast` the struct path that stands beside them, `pdu` the frozen
values that leave this package, `esme` and `smsc` the two sessions, `receipt` what a delivery receipt says.
"""
