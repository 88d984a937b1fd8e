"""A GSM modem that is not there: AT commands in PDU mode, a network, and phones with a screen.

`device` is the modem, `radio` the network behind it, `pty` the line that other programs open.
"""
