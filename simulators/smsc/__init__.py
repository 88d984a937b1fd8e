"""A simulated SMS centre with phones, for tests to script and people to run by hand.

`centre` is the centre, `phones` what people hold, `dialects` how receipts are written, `outbox` what waits
to be delivered to an ESME, `manners` how badly it behaves, `happenings` what it tells.
"""
